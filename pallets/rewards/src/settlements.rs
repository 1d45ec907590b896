//! The seams [`Payouts`] and [`Reputation`]: what other pallets settle and note.

use super::*;
use frame_support::defensive;

/// The part of one account in a job.
pub(crate) struct Part<T: Config> {
    /// Who.
    pub account: T::AccountId,
    /// Which part.
    pub kind: ContributionKind,
    /// Share of the price, in plancks.
    pub share: BalanceOf<T>,
    /// How good it was, 1 to 100 inclusive.
    pub score: u8,
}

impl<T: Config> Part<T> {
    /// A verdict that is the decision.
    fn verdict(account: T::AccountId, share: BalanceOf<T>) -> Self {
        Self { account, kind: ContributionKind::Validation, share, score: extra::FULL_SCORE }
    }
}

impl<T: Config> Pallet<T> {
    /// Refuse a settlement of `amount` that the pot does not hold beyond what it owes and needs to exist.
    fn ensure_funded(amount: BalanceOf<T>) -> DispatchResult {
        let owed = CreditLedger::<T>::total().saturating_add(T::Currency::minimum_balance());
        ensure!(T::Currency::balance(&Self::pot()) >= owed.saturating_add(amount), Error::<T>::Unfunded);
        Ok(())
    }

    /// Split the price of a sale into the part of the owner, rounded down, and that of the treasury.
    fn split_sale(price: BalanceOf<T>) -> (BalanceOf<T>, BalanceOf<T>) {
        split_off(price, Permill::one().saturating_sub(T::SaleTreasuryShare::get()))
    }

    /// Credit an account with its share of `job` and note the contribution.
    fn credit_contribution(job: JobId, part: &Part<T>) {
        let Part { account, kind, share, score } = part;
        let (kind, score) = (*kind, *score);
        Self::credit_income(account, *share, PayoutReason::Job { job, kind });
        let reputation = Profiles::<T>::note_contribution(account, kind);
        HistoryBook::<T>::append(account, Zero::zero(), HistoryEvent::Contributed { job, kind, score, reputation });
        Self::deposit_event(Event::ContributionNoted { account: account.clone(), job, kind, score, reputation });
    }
}

impl<T: Config> Payouts<T::AccountId, BalanceOf<T>> for Pallet<T> {
    fn pot() -> T::AccountId {
        T::PalletId::get().into_account_truncating()
    }

    fn settle_job(settlement: JobSettlement<T::AccountId, BalanceOf<T>>) -> DispatchResult {
        let JobSettlement { job, price, data_provider, provider, evaluators, compute_score, data_score } = settlement;
        Self::ensure_funded(price)?;
        let count = u32::try_from(evaluators.len()).map_err(|_| ArithmeticError::Overflow)?;
        let shares = T::JobSplit::get().shares(price, count);
        let part = |account, kind, share, score: u8| Part::<T> {
            account,
            kind,
            share,
            score: score.clamp(1, extra::FULL_SCORE),
        };
        let mut parts = Vec::from([
            part(data_provider, ContributionKind::Dataset, shares.data, data_score),
            part(provider, ContributionKind::Compute, shares.compute, compute_score),
        ]);
        parts.extend(evaluators.into_iter().map(|account| Part::verdict(account, shares.each_evaluator)));

        // The pool's part of this price comes first: a pool that was empty can give some of it back.
        Self::pay_treasury(shares.treasury);
        let finders = KnownAnswers::<T>::take(job).into_inner();
        let rewards = Self::rewards(&parts, &finders, &shares);
        let drawn = Self::draw_from_pool(&rewards);
        for part in &parts {
            Self::credit_contribution(job, part);
        }
        if drawn {
            let extras = parts.iter().map(|part| (&part.account, PayoutReason::Extra { job, kind: part.kind }));
            let fees = finders.iter().map(|finder| (finder, PayoutReason::KnownAnswer { job }));
            for ((account, reason), amount) in extras.chain(fees).zip(rewards) {
                Self::credit_income(account, amount, reason);
            }
        }
        Ok(())
    }

    fn evaluation_share(price: BalanceOf<T>) -> BalanceOf<T> {
        T::JobSplit::get().shares(price, 1).each_evaluator
    }

    fn settle_evaluation(job: JobId, amount: BalanceOf<T>, evaluators: Vec<T::AccountId>) -> DispatchResult {
        Self::ensure_funded(amount)?;
        let count = u32::try_from(evaluators.len()).map_err(|_| ArithmeticError::Overflow)?;
        let each = if count == 0 { BalanceOf::<T>::zero() } else { amount / BalanceOf::<T>::from(count) };
        let paid = each.saturating_mul(count.into());

        Self::pay_treasury(amount.saturating_sub(paid));
        for evaluator in evaluators {
            Self::credit_contribution(job, &Part::verdict(evaluator, each));
        }
        Ok(())
    }

    fn settle_sale(reason: PayoutReason, owner: &T::AccountId, price: BalanceOf<T>) -> DispatchResult {
        Self::ensure_funded(price)?;
        let (owed, treasury) = Self::split_sale(price);

        Self::pay_treasury(treasury);
        Self::credit_income(owner, owed, reason);
        Ok(())
    }

    fn treasury_share(price: BalanceOf<T>) -> BalanceOf<T> {
        let (_, treasury) = Self::split_sale(price);
        treasury
    }

    fn settle_treasury(amount: BalanceOf<T>) -> DispatchResult {
        Self::ensure_funded(amount)?;
        Self::pay_treasury(amount);
        Ok(())
    }

    fn settle_credit(account: &T::AccountId, amount: BalanceOf<T>, reason: PayoutReason) -> DispatchResult {
        Self::ensure_funded(amount)?;
        match reason {
            // Money that comes back to whoever paid it is no income, nor is what makes a loss good.
            PayoutReason::JobRefund { .. } | PayoutReason::Damages { .. } => Self::credit(account, amount, reason),
            _ => Self::credit_income(account, amount, reason),
        }
        Ok(())
    }

    /// Noted until the job is settled: what the pool pays for it is bounded by what the job gives, so that nobody earns by
    /// planting traces in jobs of its own.
    fn settle_known_answer(job: JobId, evaluators: Vec<T::AccountId>) {
        KnownAnswers::<T>::mutate(job, |finders| {
            for evaluator in evaluators {
                if finders.try_push(evaluator).is_err() {
                    defensive!("a job has one known-answer task, and a committee is not larger than the list");
                }
            }
        });
    }

    /// Adds nothing for an amount of zero: no money moved.
    fn note(account: &T::AccountId, amount: BalanceOf<T>, event: HistoryEvent) {
        if !amount.is_zero() {
            HistoryBook::<T>::append(account, amount, event);
        }
    }

    /// Must be the last that is heard of the job: a line that came later would stay for ever.
    fn forget_job(job: JobId) {
        KnownAnswers::<T>::remove(job);
        HistoryBook::<T>::forget(job);
    }
}

impl<T: Config> Reputation<T::AccountId, BalanceOf<T>> for Pallet<T> {
    fn of(account: &T::AccountId) -> u8 {
        Profiles::<T>::reputation(account)
    }

    fn note_penalty(account: &T::AccountId, amount: BalanceOf<T>, cause: PenaltyCause) {
        let reputation = Profiles::<T>::note_failure(account, amount);
        HistoryBook::<T>::append(account, amount, HistoryEvent::Penalised { cause, reputation });
        Self::deposit_event(Event::PenaltyNoted { account: account.clone(), cause, reputation, amount });
    }
}
