//! Evaluators and their bonds. Owns [`Evaluators`] and [`EvaluatorIndex`].

use crate::{
    candidates::{tickets_of, Candidate},
    *,
};
use alloc::vec::Vec;
use frame_support::{
    defensive,
    pallet_prelude::*,
    traits::{fungible::MutateHold, tokens::Precision},
};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_pallet_support::{slash_and_share, SlashParties};
use neurodata_primitives::{
    seams::{Payouts, Reputation},
    validation::{MAX_FIRST_COMMITTEE, MAX_SEATS},
    HistoryEvent, Seed,
};
use sp_runtime::{traits::CheckedAdd, ArithmeticError, Saturating};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register_evaluator(
        evaluator: T::AccountId,
        bond: BalanceOf<T>,
        recipient_key: RecipientKey,
    ) -> DispatchResult {
        let mut index = EvaluatorIndex::<T>::get();
        ensure!(!Evaluators::<T>::contains_key(&evaluator), Error::<T>::AlreadyExists);
        ensure!(bond >= T::EvaluatorBond::get(), Error::<T>::InvalidBond);
        ensure!(recipient_key.is_usable(), Error::<T>::UnusableKey);
        let now = frame_system::Pallet::<T>::block_number();
        let candidate = Candidate::new(evaluator.clone(), tickets_of(bond, T::EvaluatorBond::get()), now);
        index.try_push(candidate).map_err(|_| Error::<T>::MaxEvaluatorsExceeded)?;
        let record = EvaluatorRecord { bond, recipient_key, open_seats: 0, retires_at: None, registered_at: now };

        T::Currency::hold(&HoldReason::EvaluatorBond.into(), &evaluator, bond)?;

        EvaluatorIndex::<T>::put(index);
        Evaluators::<T>::insert(&evaluator, record);
        Self::deposit_event(Event::EvaluatorRegistered { evaluator, bond });
        Ok(())
    }

    pub(crate) fn do_set_recipient_key(evaluator: T::AccountId, recipient_key: RecipientKey) -> DispatchResult {
        let mut record = Evaluators::<T>::get(&evaluator).ok_or(Error::<T>::NotRegistered)?;
        ensure!(recipient_key.is_usable(), Error::<T>::UnusableKey);
        record.recipient_key = recipient_key;
        Evaluators::<T>::insert(&evaluator, record);
        Self::deposit_event(Event::RecipientKeySet { evaluator });
        Ok(())
    }

    pub(crate) fn do_retire_evaluator(evaluator: T::AccountId) -> DispatchResult {
        let mut record = Evaluators::<T>::get(&evaluator).ok_or(Error::<T>::NotRegistered)?;
        ensure!(record.retires_at.is_none(), Error::<T>::AlreadyRetiring);
        Self::retire(&evaluator, &mut record);
        Evaluators::<T>::insert(&evaluator, record);
        Ok(())
    }

    pub(crate) fn do_withdraw_bond(evaluator: T::AccountId) -> DispatchResult {
        let record = Evaluators::<T>::get(&evaluator).ok_or(Error::<T>::NotRegistered)?;
        let retires_at = record.retires_at.ok_or(Error::<T>::NotRetiring)?;
        ensure!(frame_system::Pallet::<T>::block_number() >= retires_at, Error::<T>::TooEarly);
        ensure!(record.open_seats == 0, Error::<T>::SeatsOpen);

        T::Currency::release(&HoldReason::EvaluatorBond.into(), &evaluator, record.bond, Precision::Exact)?;

        Evaluators::<T>::remove(&evaluator);
        Self::deposit_event(Event::BondWithdrawn { evaluator, bond: record.bond });
        Ok(())
    }

    pub(crate) fn do_add_bond(evaluator: T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        let mut record = Evaluators::<T>::get(&evaluator).ok_or(Error::<T>::NotRegistered)?;
        ensure!(record.retires_at.is_none(), Error::<T>::AlreadyRetiring);
        let bond = record.bond.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;

        T::Currency::hold(&HoldReason::EvaluatorBond.into(), &evaluator, amount)?;

        record.bond = bond;
        Evaluators::<T>::insert(&evaluator, record);
        Self::recount_tickets(&evaluator, bond);
        Self::deposit_event(Event::BondAdded { evaluator, amount, bond });
        Ok(())
    }

    /// What a member loses that does not seal or open, or that accepts a planted trace, in plancks; rounds up.
    pub fn seat_penalty() -> BalanceOf<T> {
        T::NonRevealSlash::get().mul_ceil(T::EvaluatorBond::get())
    }

    /// Whether the bond covers the seat penalty for one seat more than the evaluator holds.
    pub(crate) fn covers_another_seat(record: &EvaluatorRecordOf<T>) -> bool {
        // A product that saturates is more than any bond.
        record.bond >= Self::seat_penalty().saturating_mul(record.open_seats.saturating_add(1).into())
    }

    /// The active evaluators that are not `excluded` and have a lot in what was asked for at `before`, lowest rank first.
    pub(crate) fn ranked_outside(
        excluded: &[T::AccountId],
        before: BlockNumberFor<T>,
        lot: impl Fn(&T::AccountId, u8) -> Seed,
    ) -> Vec<T::AccountId> {
        let index = EvaluatorIndex::<T>::get();
        let candidates = index.into_iter().filter(|candidate| !excluded.contains(&candidate.evaluator));
        candidates::rank(candidates, before, lot)
    }

    /// The first `seats` of `ranked` that can take one, and how many had to be looked at for that.
    pub(crate) fn seatable(ranked: Vec<T::AccountId>, seats: usize) -> (Vec<T::AccountId>, u32) {
        let mut looks = 0u32;
        let can_sit = |evaluator: &T::AccountId| {
            looks.saturating_inc();
            Evaluators::<T>::get(evaluator)
                .is_some_and(|record| record.open_seats < MAX_SEATS && Self::covers_another_seat(&record))
        };
        let drawn = ranked.into_iter().filter(can_sit).take(seats).collect();
        (drawn, looks)
    }

    /// Count a new seat.
    pub(crate) fn take_seat(evaluator: &T::AccountId) {
        Evaluators::<T>::mutate_extant(evaluator, |record| record.open_seats.saturating_inc());
    }

    /// Count a closed seat.
    pub(crate) fn leave_seat(evaluator: &T::AccountId) {
        Evaluators::<T>::mutate_extant(evaluator, |record| record.open_seats.saturating_dec());
    }

    /// Take the seat penalty, or what is left of the bond, from an evaluator that failed its duty as `cause` says, and
    /// note it. Does nothing if it is no evaluator any more.
    ///
    /// `wronged` gets 20 % and `reporter` 10 % as [`slash_and_share`] says, which is a line of each one's history if it was
    /// for a job; the rest is burned. An evaluator whose bond covers no further seat is retired.
    pub(crate) fn penalise_evaluator(
        evaluator: &T::AccountId,
        wronged: &T::AccountId,
        reporter: &T::AccountId,
        cause: PenaltyCause,
    ) {
        let Some(mut record) = Evaluators::<T>::get(evaluator) else {
            defensive!("a member's bond cannot be withdrawn, and an inspector's record was read before; qed");
            return;
        };
        let penalty = Self::seat_penalty();
        let slashed = slash_and_share::<T::AccountId, T::Currency, T::OnBurn>(
            &HoldReason::EvaluatorBond.into(),
            SlashParties { slashed: evaluator, wronged, reporter },
            penalty,
        );
        let amount = slashed.amount;

        record.bond = record.bond.saturating_sub(amount);
        if record.retires_at.is_none() && record.bond < penalty {
            Self::retire(evaluator, &mut record);
        } else {
            Self::recount_tickets(evaluator, record.bond);
        }
        Evaluators::<T>::insert(evaluator, record);
        T::Reputation::note_penalty(evaluator, amount, cause);
        if let Some(job) = cause.job() {
            let parts = [(wronged, slashed.wronged), (reporter, slashed.reporter)];
            for (payee, part) in parts.into_iter().filter(|(_, part)| !part.is_zero()) {
                T::Payouts::note(payee, part, HistoryEvent::Compensated { job });
            }
        }
        let evaluator = evaluator.clone();
        Self::deposit_event(Event::EvaluatorSlashed { job: cause.job(), evaluator, amount, cause });
    }

    /// Give an evaluator the lots of `bond`; does nothing if it is not active.
    fn recount_tickets(evaluator: &T::AccountId, bond: BalanceOf<T>) {
        let tickets = tickets_of(bond, T::EvaluatorBond::get());
        let now = frame_system::Pallet::<T>::block_number();
        // Inspections are drawn by other periods, all of them within that of retirement where parameters make sense.
        let draw_window = T::DrawDelay::get().saturating_add(T::DrawPeriod::get()).max(T::RetirePeriod::get());
        EvaluatorIndex::<T>::mutate(|index| {
            if let Some(candidate) = index.iter_mut().find(|candidate| candidate.evaluator == *evaluator) {
                candidate.set_tickets(tickets, now, draw_window);
            }
        });
    }

    /// Take an active evaluator off the index and start the clock of its bond. The caller stores the record.
    fn retire(evaluator: &T::AccountId, record: &mut EvaluatorRecordOf<T>) {
        // A date beyond the last block number saturates: the bond stays on hold, never free too early.
        let retires_at = frame_system::Pallet::<T>::block_number().saturating_add(T::RetirePeriod::get());
        record.retires_at = Some(retires_at);
        EvaluatorIndex::<T>::mutate(|index| index.retain(|active| active.evaluator != *evaluator));
        Self::deposit_event(Event::EvaluatorRetired { evaluator: evaluator.clone(), retires_at });
    }

    /// Refuse parameters with which evaluation cannot work.
    ///
    /// - A first committee has 1 to [`MAX_FIRST_COMMITTEE`] seats, and no more than there can be evaluators.
    /// - Bond and seat penalty are above zero: silence costs something.
    /// - Every period leaves at least one block; sealing leaves one for keys and one for seals.
    pub fn ensure_parameters() -> Result<(), &'static str> {
        let at_least = |period: BlockNumberFor<T>, blocks: u32| period >= blocks.into();
        let seats = T::CommitteeSize::get();
        let check = |ok: bool, fault| if ok { Ok(()) } else { Err(fault) };
        check((1..=MAX_FIRST_COMMITTEE).contains(&seats), "CommitteeSize is not within 1 to MAX_FIRST_COMMITTEE")?;
        check(seats <= T::MaxEvaluators::get(), "CommitteeSize is above MaxEvaluators")?;
        check(!T::EvaluatorBond::get().is_zero(), "EvaluatorBond is zero")?;
        check(!Self::seat_penalty().is_zero(), "NonRevealSlash of EvaluatorBond is zero")?;
        check(at_least(T::DrawDelay::get(), 1), "DrawDelay is below 1 block")?;
        check(at_least(T::DrawPeriod::get(), 1), "DrawPeriod is below 1 block")?;
        check(at_least(T::SealPeriod::get(), 2), "SealPeriod is below 2 blocks")?;
        check(at_least(T::RevealPeriod::get(), 1), "RevealPeriod is below 1 block")?;
        check(at_least(T::RetirePeriod::get(), 1), "RetirePeriod is below 1 block")
    }
}
