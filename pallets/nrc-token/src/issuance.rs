//! How much an era issues: a halving schedule under a cap.
//!
//! ```text
//! planned(e)   = I >> floor(e / H)
//! issued(e)    = min(planned(e), max(0, S - issuance - outstanding))
//! stakers(e)   = floor(v * issued(e))
//! pool(e)      = min(floor(p * issued(e)), issued(e) - stakers(e))
//! treasury(e)  = issued(e) - stakers(e) - pool(e)
//! remainder(e) = pool(e) + treasury(e)
//!
//! e            number of the era that ends, counted from zero
//! I            what the first era issues
//! H            eras between halvings; 0 issues nothing
//! S            most tokens that may ever exist
//! issuance     tokens that exist when the era ends: pallet_staking's argument `total_issuance`
//! outstanding  what earlier eras were allowed to issue and stakers have not collected yet
//! v            share of stakers
//! p            share of the reward pool
//! ```
//!
//! The parts sum to what is issued, to the planck. Shares that exceed the whole together cut the pool's; the treasury then
//! gets nothing.
//!
//! pallet_staking 50 calls `EraPayout::era_payout(total_staked, total_issuance, era_duration_millis)` in the block that
//! ends an era, with the stake that backed the era, the issuance of that moment, and the milliseconds from the era's
//! start to that block. It issues the remainder at once and hands it over as one credit; the stakers' part is minted
//! piece by piece as `payout_stakers` is called, and what nobody calls for within its history depth is never minted but
//! stays outstanding. Counting what is outstanding makes the cap hold for tokens that are yet to be minted.
//!
//! pallet_staking rounds each staker's part to the nearest planck, so the parts of one era may sum to a few plancks
//! more than was scheduled. That is the only way above the cap.
//!
//! pallet_staking's `MaxStakedRewards` moves a part of what is for stakers into the remainder. That part is the treasury's,
//! so what the pool gets does not depend on it.
//!
//! Burning makes room under the cap again.

use sp_runtime::{
    traits::{AtLeast32BitUnsigned, Zero},
    Permill,
};

/// The parameters of the schedule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Schedule<Balance> {
    /// What the first era issues, in plancks.
    pub initial: Balance,
    /// Eras between halvings; zero issues nothing.
    pub halving_eras: u32,
    /// Most tokens that may ever exist, in plancks.
    pub max_supply: Balance,
    /// Share of stakers; rounds down.
    pub stakers: Permill,
    /// Share of the reward pool; rounds down.
    pub pool: Permill,
}

/// What one era issues.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EraIssuance<Balance> {
    /// For stakers, in plancks.
    pub stakers: Balance,
    /// For the reward pool, in plancks.
    pub pool: Balance,
    /// For the treasury, in plancks.
    pub treasury: Balance,
}

impl<Balance: AtLeast32BitUnsigned + Copy> EraIssuance<Balance> {
    /// All parts. No sum saturates: together they are what was issued.
    pub fn total(&self) -> Balance {
        self.stakers.saturating_add(self.remainder())
    }

    /// What is issued at once: the parts of pool and treasury.
    pub fn remainder(&self) -> Balance {
        self.pool.saturating_add(self.treasury)
    }
}

impl<Balance: AtLeast32BitUnsigned + Copy> Schedule<Balance> {
    /// What `era` issues before the cap.
    pub fn planned(&self, era: u32) -> Balance {
        // A shift by the width or more is no shift to the machine; here it means that nothing is left.
        era.checked_div(self.halving_eras)
            .and_then(|halvings| self.initial.checked_shr(halvings))
            .unwrap_or_else(Zero::zero)
    }

    /// What `era` issues when `promised` tokens exist or are outstanding.
    pub fn issue(&self, era: u32, promised: Balance) -> EraIssuance<Balance> {
        let issued = self.planned(era).min(self.max_supply.saturating_sub(promised));
        let stakers = self.stakers.mul_floor(issued);
        let remainder = issued.saturating_sub(stakers);
        let pool = self.pool.mul_floor(issued).min(remainder);
        EraIssuance { stakers, pool, treasury: remainder.saturating_sub(pool) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: Schedule<u128> = Schedule {
        initial: 1_000,
        halving_eras: 10,
        max_supply: 100_000,
        stakers: Permill::from_percent(70),
        pool: Permill::from_percent(20),
    };

    #[test]
    fn issuance_halves_at_each_halving_and_runs_dry() {
        assert_eq!(
            [0, 9, 10, 19, 20, 90, 100, 5_000, u32::MAX].map(|era| SCHEDULE.planned(era)),
            [1_000, 1_000, 500, 500, 250, 1, 0, 0, 0]
        );
    }

    #[test]
    fn a_shift_beyond_the_width_leaves_nothing() {
        let schedule = Schedule { initial: u128::MAX, halving_eras: 1, ..SCHEDULE };
        assert_eq!((schedule.planned(127), schedule.planned(128), schedule.planned(129)), (1, 0, 0));
    }

    #[test]
    fn zero_eras_between_halvings_issue_nothing() {
        assert_eq!(Schedule { halving_eras: 0, ..SCHEDULE }.planned(0), 0);
    }

    #[test]
    fn the_last_issuance_fills_the_supply_exactly() {
        assert_eq!(SCHEDULE.issue(0, 99_700).total(), 300);
        assert_eq!(SCHEDULE.issue(0, 100_000).total(), 0);
        assert_eq!(SCHEDULE.issue(0, 100_001).total(), 0);
    }

    #[test]
    fn parts_sum_to_the_whole_and_those_of_stakers_and_pool_round_down() {
        for promised in 99_000..=100_000 {
            let (left, issued) = (100_000 - promised, SCHEDULE.issue(0, promised));
            assert_eq!((issued.stakers, issued.pool), (left * 7 / 10, left * 2 / 10));
            assert_eq!((issued.total(), issued.remainder()), (left, left - left * 7 / 10));
        }
    }

    #[test]
    fn shares_above_the_whole_cut_the_pool_and_leave_the_treasury_nothing() {
        let shares = |stakers, pool| Schedule {
            stakers: Permill::from_percent(stakers),
            pool: Permill::from_percent(pool),
            ..SCHEDULE
        };
        let parts = |schedule: Schedule<u128>| {
            let EraIssuance { stakers, pool, treasury } = schedule.issue(0, 0);
            (stakers, pool, treasury)
        };
        assert_eq!(parts(shares(70, 30)), (700, 300, 0));
        assert_eq!(parts(shares(70, 90)), (700, 300, 0));
        assert_eq!(parts(shares(100, 100)), (1_000, 0, 0));
        assert_eq!(parts(shares(0, 0)), (0, 0, 1_000));
    }

    #[test]
    fn the_whole_schedule_issues_less_than_two_initial_periods() {
        let total: u128 = (0..200).map(|era| SCHEDULE.issue(era, 0).total()).sum();
        assert!(total < 2 * 1_000 * 10, "{total}");
    }
}
