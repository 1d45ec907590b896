//! The stake of a seller: what it must cover, and what a seller loses that fails whom it owes a key.

use crate::{slash_and_share, SlashParties, Slashed};
use frame_support::traits::{
    fungible::{Balanced, BalancedHold, Credit},
    tokens::Balance as BalanceBounds,
    OnUnbalanced,
};
use neurodata_primitives::{money::percent_of, seams::Reputation, Fault, PenaltyCause, PurchaseId, TrainingUseId};
use sp_runtime::{traits::Saturating, Permill};

/// What a stake must cover, and what breaches cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StakeRules<Balance> {
    /// Least stake of what is for sale, in plancks.
    pub minimum: Balance,
    /// What the stake must cover, in per cent of the exposure.
    pub cover: u32,
    /// What a wrong key costs, in per cent of the basis.
    pub wrong_key: u32,
    /// What a key that was not delivered costs, as a share of the basis.
    pub missed_key: Permill,
}

impl<Balance: BalanceBounds> StakeRules<Balance> {
    /// Whether `stake` covers `exposure`, the sum of the prices of what is open.
    ///
    /// ```text
    /// stake >= max(minimum, cover % of exposure)
    /// ```
    pub fn covers(&self, stake: Balance, exposure: Balance) -> bool {
        stake >= percent_of(exposure, self.cover).max(self.minimum)
    }

    /// What `failure` costs, rounded up, when slashes are reckoned from `basis`; at most `stake`. A bad package costs all of it.
    pub fn cost(&self, failure: Failure, basis: Balance, stake: Balance) -> Balance {
        let cost = match failure {
            Failure::KeyMissed => self.missed_key.mul_ceil(basis),
            Failure::Faulty(fault) if fault.condemns() => stake,
            Failure::Faulty(_) => percent_of(basis, self.wrong_key),
        };
        cost.min(stake)
    }
}

/// What the key was owed for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwedKey {
    /// A training use.
    TrainingUse(TrainingUseId),
    /// A copy, or its inspection.
    Copy(PurchaseId),
}

/// How a seller failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// It did not deliver the key in time.
    KeyMissed,
    /// The key, or the package that it opens, was proved bad.
    Faulty(Fault),
}

/// A seller failed whom it owed a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach<AccountId> {
    owed: OwedKey,
    failure: Failure,
    wronged: AccountId,
    reporter: AccountId,
}

impl<AccountId: Clone + Eq> Breach<AccountId> {
    /// The key was not delivered in time to `wronged`, as `reporter` noticed.
    pub const fn missed(owed: OwedKey, wronged: AccountId, reporter: AccountId) -> Self {
        Self { owed, failure: Failure::KeyMissed, wronged, reporter }
    }

    /// `wronged` proved `fault`.
    pub fn faulty(owed: OwedKey, fault: Fault, wronged: AccountId) -> Self {
        Self { owed, failure: Failure::Faulty(fault), reporter: wronged.clone(), wronged }
    }

    /// How the seller failed.
    pub const fn failure(&self) -> Failure {
        self.failure
    }

    /// Who was wronged.
    pub const fn wronged(&self) -> &AccountId {
        &self.wronged
    }

    /// The fault that makes every copy of the package worthless, if that was proved.
    pub fn condemning_fault(&self) -> Option<Fault> {
        match self.failure {
            Failure::Faulty(fault) => Some(fault).filter(|fault| fault.condemns()),
            Failure::KeyMissed => None,
        }
    }

    /// What the seller's history says of it.
    pub const fn cause(&self) -> PenaltyCause {
        match (self.failure, self.owed) {
            (Failure::KeyMissed, OwedKey::TrainingUse(training_use)) => PenaltyCause::TrainingKeyMissed { training_use },
            (Failure::KeyMissed, OwedKey::Copy(purchase)) => PenaltyCause::CopyKeyMissed { purchase },
            (Failure::Faulty(fault), OwedKey::TrainingUse(training_use)) => {
                PenaltyCause::TrainingKeyBad { training_use, fault }
            },
            (Failure::Faulty(fault), OwedKey::Copy(purchase)) => PenaltyCause::CopyBad { purchase, fault },
        }
    }

    /// Take what it costs by `rules`, reckoned from `basis`, out of the `stake` that `seller` has on hold under `reason`, share it
    /// out, and note the penalty with its cause. It is noted even if there is nothing to take: the duty was failed.
    pub fn slash<Currency, Burn, R>(
        &self,
        rules: &StakeRules<Currency::Balance>,
        reason: &Currency::Reason,
        seller: &AccountId,
        stake: &mut Currency::Balance,
        basis: Currency::Balance,
    ) -> Slashed<Currency::Balance>
    where
        Currency: Balanced<AccountId> + BalancedHold<AccountId>,
        Burn: OnUnbalanced<Credit<AccountId, Currency>>,
        R: Reputation<AccountId, Currency::Balance>,
    {
        let parties = SlashParties { slashed: seller, wronged: &self.wronged, reporter: &self.reporter };
        let cost = rules.cost(self.failure, basis, *stake);
        let slashed = slash_and_share::<AccountId, Currency, Burn>(reason, parties, cost);
        *stake = stake.saturating_sub(slashed.amount);
        R::note_penalty(seller, slashed.amount, self.cause());
        slashed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: StakeRules<u128> =
        StakeRules { minimum: 100, cover: 200, wrong_key: 200, missed_key: Permill::from_percent(50) };
    const BAD: Fault = Fault::BadChunk { chunk: 3 };

    #[test]
    fn a_stake_covers_twice_the_exposure_and_at_least_the_minimum() {
        assert!(RULES.covers(100, 0) && RULES.covers(100, 50) && RULES.covers(102, 51));
        assert!(!RULES.covers(99, 0) && !RULES.covers(101, 51));
    }

    #[test]
    fn costs_round_up_and_end_at_the_stake() {
        assert_eq!(RULES.cost(Failure::KeyMissed, 37, 100), 19);
        assert_eq!(RULES.cost(Failure::Faulty(Fault::WrongKey), 37, 100), 74);
        assert_eq!(RULES.cost(Failure::Faulty(BAD), 0, 100), 100);
        for failure in [Failure::KeyMissed, Failure::Faulty(Fault::WrongKey), Failure::Faulty(BAD)] {
            assert_eq!(RULES.cost(failure, u128::MAX, 5), 5);
        }
    }

    #[test]
    fn a_breach_names_its_cause_and_only_a_bad_package_condemns() {
        let (copy, training_use) = (PurchaseId::new(3), TrainingUseId::new(4));
        let missed = Breach::missed(OwedKey::Copy(copy), 1u64, 2);
        assert_eq!((missed.cause(), missed.condemning_fault()), (PenaltyCause::CopyKeyMissed { purchase: copy }, None));
        let missed = Breach::missed(OwedKey::TrainingUse(training_use), 1u64, 2);
        assert_eq!(missed.cause(), PenaltyCause::TrainingKeyMissed { training_use });
        let bad = Breach::faulty(OwedKey::Copy(copy), BAD, 1u64);
        assert_eq!(bad.cause(), PenaltyCause::CopyBad { purchase: copy, fault: BAD });
        assert_eq!((bad.condemning_fault(), *bad.wronged()), (Some(BAD), 1));
        let wrong = Breach::faulty(OwedKey::TrainingUse(training_use), Fault::WrongKey, 1u64);
        assert_eq!(wrong.cause(), PenaltyCause::TrainingKeyBad { training_use, fault: Fault::WrongKey });
        assert_eq!(wrong.condemning_fault(), None);
    }
}
