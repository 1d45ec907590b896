//! NeuroCoin's unit and how payments are split.
//!
//! The smallest unit is the planck. Every split rounds each part down; what is left over goes to the part named in the
//! function's documentation, so that the parts always sum to the whole.

use sp_arithmetic::{traits::{AtLeast32BitUnsigned, Saturating}, Permill};

/// One NRC in plancks: 12 decimals.
pub const NRC: u128 = 1_000_000_000_000;

/// A thousandth of an NRC in plancks.
pub const MILLI_NRC: u128 = NRC / 1_000;

scale! {
    /// How a job's price is shared. The treasury gets the rest. Source: DESIGN section 8.
    #[derive(Copy)]
    pub struct JobSplit {
        /// Share of the data provider.
        pub data: Permill,
        /// Share of the compute provider.
        pub compute: Permill,
        /// Share of the evaluators who revealed a verdict with the majority, in equal parts.
        pub evaluation: Permill,
    }
}

impl Default for JobSplit {
    fn default() -> Self {
        Self {
            data: Permill::from_percent(25),
            compute: Permill::from_percent(60),
            evaluation: Permill::from_percent(10),
        }
    }
}

/// The parts of a job's price. They sum to the price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JobShares<Balance> {
    /// For the data provider.
    pub data: Balance,
    /// For the compute provider.
    pub compute: Balance,
    /// For each evaluator.
    pub each_evaluator: Balance,
    /// For the treasury, with everything that rounding left over.
    pub treasury: Balance,
}

impl JobSplit {
    /// Whether the shares leave the treasury nothing less than zero.
    pub fn is_valid(&self) -> bool {
        let parts = [self.data, self.compute, self.evaluation];
        parts.iter().map(|part| u64::from(part.deconstruct())).sum::<u64>() <= u64::from(Permill::one().deconstruct())
    }

    /// Split `price` among the parties; without evaluators their share goes to the treasury.
    ///
    /// Parts round down, the treasury gets the rest. An invalid split gives the later parts less, never more than the
    /// whole.
    pub fn shares<Balance: AtLeast32BitUnsigned + Copy>(&self, price: Balance, evaluators: u32) -> JobShares<Balance> {
        let data = self.data.mul_floor(price);
        let compute = self.compute.mul_floor(price).min(price.saturating_sub(data));
        let evaluation = self.evaluation.mul_floor(price).min(price.saturating_sub(data).saturating_sub(compute));
        let each_evaluator =
            if evaluators == 0 { Balance::zero() } else { evaluation / Balance::from(evaluators) };
        let paid = data.saturating_add(compute).saturating_add(each_evaluator.saturating_mul(evaluators.into()));
        JobShares { data, compute, each_evaluator, treasury: price.saturating_sub(paid) }
    }
}

/// Share of a slash for the wronged party. Source: DESIGN section 5.
pub const WRONGED_SHARE: Permill = Permill::from_percent(20);
/// Share of a slash for the reporter. Source: DESIGN section 5.
pub const REPORTER_SHARE: Permill = Permill::from_percent(10);

/// The parts of a slash. They sum to the slash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SlashShares<Balance> {
    /// For the wronged party: 20 %, rounded down.
    pub wronged: Balance,
    /// For the reporter: 10 %, rounded down; nothing if the reporter is the one who is slashed.
    pub reporter: Balance,
    /// Burned: the rest.
    pub burned: Balance,
}

/// Split a slash of `amount`. A party that is itself the slashed one gets nothing: its part is burned.
pub fn slash_shares<Balance: AtLeast32BitUnsigned + Copy>(
    amount: Balance,
    wronged_is_slashed: bool,
    reporter_is_slashed: bool,
) -> SlashShares<Balance> {
    let part = |share: Permill, own: bool| if own { Balance::zero() } else { share.mul_floor(amount) };
    let (wronged, reporter) = (part(WRONGED_SHARE, wronged_is_slashed), part(REPORTER_SHARE, reporter_is_slashed));
    SlashShares { wronged, reporter, burned: amount.saturating_sub(wronged).saturating_sub(reporter) }
}

/// `percent` per cent of `amount`, rounded up, saturating.
pub fn percent_of<Balance: AtLeast32BitUnsigned + Copy>(amount: Balance, percent: u32) -> Balance {
    let hundred = Balance::from(100u32);
    let product = amount.saturating_mul(percent.into());
    product.saturating_add(hundred.saturating_sub(Balance::one())) / hundred
}

/// Split `amount` into `(share, rest)`; the share rounds down and both sum to the amount.
pub fn split_off<Balance: AtLeast32BitUnsigned + Copy>(amount: Balance, share: Permill) -> (Balance, Balance) {
    let part = share.mul_floor(amount);
    (part, Saturating::saturating_sub(amount, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_split_is_25_60_10_5() {
        let shares = JobSplit::default().shares(1_000 * NRC, 3);
        assert_eq!(shares.data, 250 * NRC);
        assert_eq!(shares.compute, 600 * NRC);
        assert_eq!(shares.each_evaluator, 100 * NRC / 3);
        assert_eq!(shares.treasury, 1_000 * NRC - 850 * NRC - 3 * (100 * NRC / 3));
    }

    #[test]
    fn parts_sum_to_the_whole_at_every_price_and_committee_size() {
        for price in (0..2_000u128).chain([u128::MAX, u128::MAX - 1]) {
            for evaluators in 0..8 {
                let shares = JobSplit::default().shares(price, evaluators);
                let sum = shares.data + shares.compute + shares.treasury + shares.each_evaluator * u128::from(evaluators);
                assert_eq!(sum, price);
            }
        }
    }

    #[test]
    fn a_slash_is_split_70_20_10_and_nobody_is_paid_out_of_their_own() {
        let shares = slash_shares(1_005u128, false, false);
        assert_eq!((shares.wronged, shares.reporter, shares.burned), (201, 100, 704));
        let shares = slash_shares(1_005u128, true, true);
        assert_eq!((shares.wronged, shares.reporter, shares.burned), (0, 0, 1_005));
        assert_eq!((percent_of(10u128, 200), percent_of(1u128, 1), percent_of(0u128, 500)), (20, 1, 0));
    }

    #[test]
    fn without_evaluators_their_share_goes_to_the_treasury() {
        let shares = JobSplit::default().shares(100u128, 0);
        assert_eq!((shares.each_evaluator, shares.treasury), (0, 15));
    }
}
