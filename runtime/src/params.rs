//! What governance may move without a runtime upgrade, with the values it starts from.
//!
//! The defaults of each group are read until somebody sets another value through `Parameters::set_parameter`. A value
//! that would make no sense is not refused there, because the parameters pallet knows only keys; the getters of
//! [`bounded`] read the nearest value that makes sense instead.

use frame_support::{
    dynamic_params::{dynamic_pallet_params, dynamic_params},
    traits::Get,
};
use neurodata_primitives::{
    money::{JobSplit as Split, NRC},
    RoyaltySplit as Royalties,
};
use sp_runtime::Permill;

use crate::{
    constants::{DAYS, ENTROPY_WINDOW, MINUTES},
    Balance, BlockNumber, Runtime,
};

/// The parameters, one group for each pallet that has any. Periods are in blocks, amounts in plancks.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod groups {
    use super::*;

    /// Of the dataset registry.
    #[dynamic_pallet_params]
    #[codec(index = 0)]
    pub mod dataset {
        /// Least quality stake of a dataset.
        #[codec(index = 0)]
        pub static MinimumStake: Balance = 1_000 * NRC;
        /// From registration to the block whose randomness draws the audited chunks.
        #[codec(index = 1)]
        pub static ChallengeDelay: BlockNumber = 2;
        /// In which the audit has to be passed: one hour.
        #[codec(index = 2)]
        pub static ProofPeriod: BlockNumber = 60 * MINUTES;
        /// For which the stake stays on hold after delisting.
        #[codec(index = 3)]
        pub static StakeLockPeriod: BlockNumber = 7 * DAYS;
        /// In which a data provider has to deliver a key: ten minutes.
        #[codec(index = 4)]
        pub static KeyDeliveryPeriod: BlockNumber = 10 * MINUTES;
        /// Of a training use's price, lost by whoever doesn't deliver its key.
        #[codec(index = 5)]
        pub static NonDeliverySlash: Permill = Permill::from_percent(50);
        /// Of the value of the open sales, in per cent, that a stake must cover.
        #[codec(index = 6)]
        pub static SaleCover: u32 = 200;
        /// Of a sale's price, in per cent, lost by whoever delivers a wrong key.
        #[codec(index = 7)]
        pub static SaleSlash: u32 = 200;
    }

    /// Of the compute market.
    #[dynamic_pallet_params]
    #[codec(index = 1)]
    pub mod market {
        /// Least bond of a compute provider.
        #[codec(index = 0)]
        pub static ProviderBond: Balance = 500 * NRC;
        /// For which an open job waits for an offer: one hour.
        #[codec(index = 1)]
        pub static MatchPeriod: BlockNumber = 60 * MINUTES;
        /// In which a matched provider has to accept: five minutes.
        #[codec(index = 2)]
        pub static AcceptPeriod: BlockNumber = 5 * MINUTES;
        /// Longest silence of a running job: five minutes.
        #[codec(index = 3)]
        pub static HeartbeatPeriod: BlockNumber = 5 * MINUTES;
        /// Longest time that a job owner may give a run.
        #[codec(index = 4)]
        pub static MaxDeliverPeriod: BlockNumber = DAYS;
        /// For which a bond stays on hold after retirement.
        #[codec(index = 5)]
        pub static RetirePeriod: BlockNumber = DAYS;
        /// For which a closed job can be read.
        #[codec(index = 6)]
        pub static PrunePeriod: BlockNumber = DAYS;
        /// Of the bond, lost by whoever misses a deadline.
        #[codec(index = 7)]
        pub static BreachSlash: Permill = Permill::from_percent(10);
        /// On hold for the record of a job until it is pruned.
        #[codec(index = 8)]
        pub static JobDeposit: Balance = NRC / 10;
    }

    /// Of model validation.
    #[dynamic_pallet_params]
    #[codec(index = 2)]
    pub mod validation {
        /// Least bond of an evaluator.
        #[codec(index = 0)]
        pub static EvaluatorBond: Balance = 200 * NRC;
        /// Members of a committee.
        #[codec(index = 1)]
        pub static CommitteeSize: u32 = 3;
        /// From the result to the block whose randomness draws the committee.
        #[codec(index = 2)]
        pub static DrawDelay: BlockNumber = 2;
        /// In which the committee has to be drawn: ten minutes.
        #[codec(index = 3)]
        pub static DrawPeriod: BlockNumber = 10 * MINUTES;
        /// For keys, repeated runs and seals: twenty minutes.
        #[codec(index = 4)]
        pub static SealPeriod: BlockNumber = 20 * MINUTES;
        /// For opening the seals: five minutes.
        #[codec(index = 5)]
        pub static RevealPeriod: BlockNumber = 5 * MINUTES;
        /// For which a bond stays on hold after retirement.
        #[codec(index = 6)]
        pub static RetirePeriod: BlockNumber = DAYS;
        /// Of the bond, lost by a member that doesn't reveal.
        #[codec(index = 7)]
        pub static NonRevealSlash: Permill = Permill::from_percent(25);
    }

    /// Of rewards.
    #[dynamic_pallet_params]
    #[codec(index = 3)]
    pub mod rewards {
        /// How a job's price is shared.
        #[codec(index = 0)]
        pub static JobSplit: Split = Split::default();
        /// Of the price of a training use, for the treasury.
        #[codec(index = 1)]
        pub static SaleTreasuryShare: Permill = Permill::from_percent(5);
        /// From a credit to the block at which it can be claimed.
        #[codec(index = 2)]
        pub static MaturityPeriod: BlockNumber = 10;
    }

    /// Of sales.
    #[dynamic_pallet_params]
    #[codec(index = 4)]
    pub mod sales {
        /// On hold for a purchase and for the licence that comes of it; lost by a complaint that is dismissed.
        #[codec(index = 0)]
        pub static PurchaseDeposit: Balance = NRC;
        /// In which a seller has to deliver a key: one hour.
        #[codec(index = 1)]
        pub static KeyDeliveryPeriod: BlockNumber = 60 * MINUTES;
        /// In which a buyer may complain: one day.
        #[codec(index = 2)]
        pub static ComplaintPeriod: BlockNumber = DAYS;
        /// From the request of an inspection to the block whose randomness draws the inspectors.
        #[codec(index = 3)]
        pub static DrawDelay: BlockNumber = 2;
        /// In which the inspectors have to be drawn: ten minutes.
        #[codec(index = 4)]
        pub static DrawPeriod: BlockNumber = 10 * MINUTES;
        /// In which an inspector has to ask for the key: twenty minutes.
        #[codec(index = 5)]
        pub static AcceptPeriod: BlockNumber = 20 * MINUTES;
        /// Least fee of an inspector.
        #[codec(index = 6)]
        pub static MinimumInspectionFee: Balance = NRC / 10;
    }

    /// Of the model registry.
    #[dynamic_pallet_params]
    #[codec(index = 5)]
    pub mod models {
        /// Least stake of a model for sale.
        #[codec(index = 0)]
        pub static MinimumStake: Balance = 100 * NRC;
        /// For which the stake stays on hold after delisting.
        #[codec(index = 1)]
        pub static StakeLockPeriod: BlockNumber = 7 * DAYS;
        /// How the income of models recorded from now on is shared.
        #[codec(index = 2)]
        pub static RoyaltySplit: Royalties = Royalties {
            parents: Permill::from_percent(10),
            data: Permill::from_percent(5),
            compute: Permill::from_percent(2),
        };
    }
}

/// The same parameters within the bounds that make sense.
pub mod bounded {
    use frame_support::parameter_types;
    use neurodata_primitives::validation::MAX_COMMITTEE;

    use super::*;

    /// Longest period of all: 90 days. Sums of a few of them stay far below the last block number.
    pub const LONGEST_PERIOD: BlockNumber = 90 * DAYS;

    /// A period of at least one block.
    fn period(blocks: BlockNumber) -> BlockNumber {
        blocks.clamp(1, LONGEST_PERIOD)
    }

    parameter_types! {
        /// At least two blocks, so that nobody who registers knows the draw; at most a tenth of the entropy window.
        pub ChallengeDelay: BlockNumber = groups::dataset::ChallengeDelay::get().clamp(2, 100);
        /// A period.
        pub ProofPeriod: BlockNumber = period(groups::dataset::ProofPeriod::get());
        /// At least four days, which outlast three attempts at a job that was posted before the delisting.
        pub StakeLockPeriod: BlockNumber = groups::dataset::StakeLockPeriod::get().clamp(4 * DAYS, LONGEST_PERIOD);
        /// At least 20 blocks, since a key can be delivered only two blocks after acceptance; at most half the entropy
        /// window, so that the seed is still remembered.
        pub KeyDeliveryPeriod: BlockNumber = groups::dataset::KeyDeliveryPeriod::get().clamp(20, ENTROPY_WINDOW / 2);
        /// A period.
        pub MatchPeriod: BlockNumber = period(groups::market::MatchPeriod::get());
        /// A period.
        pub AcceptPeriod: BlockNumber = period(groups::market::AcceptPeriod::get());
        /// A period.
        pub HeartbeatPeriod: BlockNumber = period(groups::market::HeartbeatPeriod::get());
        /// A period.
        pub MaxDeliverPeriod: BlockNumber = period(groups::market::MaxDeliverPeriod::get());
        /// A period.
        pub ProviderRetirePeriod: BlockNumber = period(groups::market::RetirePeriod::get());
        /// A period.
        pub PrunePeriod: BlockNumber = period(groups::market::PrunePeriod::get());
        /// One member to [`MAX_COMMITTEE`].
        pub CommitteeSize: u32 = groups::validation::CommitteeSize::get().clamp(1, MAX_COMMITTEE);
        /// At least two blocks, so that nobody who submits knows the draw; at most a tenth of the entropy window.
        pub DrawDelay: BlockNumber = groups::validation::DrawDelay::get().clamp(2, 100);
        /// A period of at most half the entropy window, so that the seed is still remembered.
        pub DrawPeriod: BlockNumber = groups::validation::DrawPeriod::get().clamp(1, ENTROPY_WINDOW / 2);
        /// At least 20 blocks: half of them are for the keys.
        pub SealPeriod: BlockNumber = groups::validation::SealPeriod::get().clamp(20, LONGEST_PERIOD);
        /// A period.
        pub RevealPeriod: BlockNumber = period(groups::validation::RevealPeriod::get());
        /// A period.
        pub EvaluatorRetirePeriod: BlockNumber = period(groups::validation::RetirePeriod::get());
        /// The default split if the shares of the one that is set exceed the whole.
        pub JobSplit: Split = Some(groups::rewards::JobSplit::get()).filter(Split::is_valid).unwrap_or_default();
        /// The stake covers at least the value of the open sales, and at most ten times that.
        pub SaleCover: u32 = groups::dataset::SaleCover::get().clamp(100, 1_000);
        /// A wrong key costs at least the price, and no more than the stake covers.
        pub SaleSlash: u32 = groups::dataset::SaleSlash::get().clamp(100, SaleCover::get());
        /// At least a millionth of an NRC: a dismissed complaint costs something.
        pub PurchaseDeposit: Balance = groups::sales::PurchaseDeposit::get().clamp(NRC / 1_000_000, 1_000 * NRC);
        /// At least a millionth of an NRC.
        pub JobDeposit: Balance = groups::market::JobDeposit::get().clamp(NRC / 1_000_000, 1_000 * NRC);
        /// At least 20 blocks.
        pub SaleKeyDeliveryPeriod: BlockNumber = groups::sales::KeyDeliveryPeriod::get().clamp(20, LONGEST_PERIOD);
        /// At least 20 blocks, and less than a stake stays after delisting.
        pub ComplaintPeriod: BlockNumber = groups::sales::ComplaintPeriod::get().clamp(20, StakeLockPeriod::get());
        /// At least two blocks, so that nobody who requests knows the draw.
        pub InspectionDrawDelay: BlockNumber = groups::sales::DrawDelay::get().clamp(2, 100);
        /// A period of at most half the entropy window, so that the seed is still remembered.
        pub InspectionDrawPeriod: BlockNumber = groups::sales::DrawPeriod::get().clamp(1, ENTROPY_WINDOW / 2);
        /// At least 10 blocks.
        pub InspectionAcceptPeriod: BlockNumber = groups::sales::AcceptPeriod::get().clamp(10, LONGEST_PERIOD);
        /// At least four days, as that of a dataset.
        pub ModelStakeLockPeriod: BlockNumber = groups::models::StakeLockPeriod::get().clamp(4 * DAYS, LONGEST_PERIOD);
        /// No royalties if the shares of the split that is set exceed the whole.
        pub RoyaltySplit: Royalties =
            Some(groups::models::RoyaltySplit::get()).filter(Royalties::is_valid).unwrap_or_default();
        /// Zero blocks to [`LONGEST_PERIOD`].
        pub MaturityPeriod: BlockNumber = groups::rewards::MaturityPeriod::get().min(LONGEST_PERIOD);
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
    fn default() -> Self {
        Self::Rewards(groups::rewards::Parameters::MaturityPeriod(groups::rewards::MaturityPeriod, Some(10)))
    }
}
