//! What governance may move without a runtime upgrade, with the values it starts from.
//!
//! The defaults of each group are read until somebody sets another value through `Parameters::set_parameter`. A value
//! beyond its hard limits is not refused there, because the parameters pallet knows only keys; the getters of [`bounded`]
//! read the nearest value within them instead. So configurations name [`bounded`] alone. The limits move with a runtime
//! upgrade only. Source: docs/decisions/0017-hard-limits.md.

pub mod bounded;

use frame_support::dynamic_params::{dynamic_pallet_params, dynamic_params};
use neurodata_primitives::{
    money::{JobSplit as Split, MILLI_NRC, NRC},
    RoyaltySplit as Royalties,
};
use sp_runtime::Permill;

use crate::{
    constants::{DAYS, MINUTES},
    Balance, BlockNumber, Runtime,
};

/// Default shares of a fee: of its block's author, of the treasury. The rest is burned.
pub const FEE_SHARES: (Permill, Permill) = (Permill::from_percent(50), Permill::from_percent(20));
/// Default shares of an era's issuance: of stakers, of the reward pool. The rest is the treasury's.
pub const ERA_SHARES: (Permill, Permill) = (Permill::from_percent(70), Permill::from_percent(20));
/// Default of what the first era issues, in plancks.
pub const ERA_ISSUANCE: Balance = 500 * NRC;
/// Default shares in the income of a model: of its parents, of data and compute. The rest is its owner's.
pub const ROYALTIES: Royalties =
    Royalties { parents: Permill::from_percent(10), data: Permill::from_percent(5), compute: Permill::from_percent(2) };

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
        /// Of the least bond, lost at least by whoever misses a deadline.
        #[codec(index = 7)]
        pub static BreachSlash: Permill = Permill::from_percent(10);
        /// On hold for the record of a job until it is pruned.
        #[codec(index = 8)]
        pub static JobDeposit: Balance = NRC / 10;
        /// Least price of a work unit, in offers and as the highest price of a job.
        #[codec(index = 9)]
        pub static MinUnitPrice: Balance = NRC / 1_000_000;
        /// Of a job's price, lost by whoever misses a deadline of it, if that is more.
        #[codec(index = 10)]
        pub static PriceLiability: Permill = Permill::from_percent(10);
        /// In which the provider of a cancelled run may prove how far it came: ten minutes.
        #[codec(index = 11)]
        pub static ProgressPeriod: BlockNumber = 10 * MINUTES;
        /// From a deadline to the block in which the idle hook ends it: the time of paid reporters.
        #[codec(index = 12)]
        pub static DeadlineGrace: BlockNumber = 5;
    }

    /// Of model validation.
    #[dynamic_pallet_params]
    #[codec(index = 2)]
    pub mod validation {
        /// Least bond of an evaluator.
        #[codec(index = 0)]
        pub static EvaluatorBond: Balance = 200 * NRC;
        /// Members of a first committee.
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
        /// For which a bond stays on hold after retirement: one that attested a package must outlast its condemnation.
        #[codec(index = 6)]
        pub static RetirePeriod: BlockNumber = 7 * DAYS;
        /// Of the least bond, lost by a member that doesn't seal or reveal.
        #[codec(index = 7)]
        pub static NonRevealSlash: Permill = Permill::from_percent(25);
        /// Of the results, those that carry a known-answer task.
        #[codec(index = 8)]
        pub static ProbeRate: Permill = Permill::from_percent(5);
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
        /// Of what settlements give the treasury, for the pool.
        #[codec(index = 3)]
        pub static PoolShare: Permill = Permill::from_percent(40);
        /// Of the pool's income from issuance, for stakes of contributors.
        #[codec(index = 4)]
        pub static StakeShare: Permill = Permill::from_percent(25);
        /// Highest extra reward for data that a job trained on.
        #[codec(index = 5)]
        pub static DatasetExtra: Balance = NRC;
        /// Highest extra reward for a training run.
        #[codec(index = 6)]
        pub static ComputeExtra: Balance = NRC;
        /// Highest extra reward for a verdict.
        #[codec(index = 7)]
        pub static ValidationExtra: Balance = 200 * MILLI_NRC;
        /// Of what treasury and pool got out of a job, the most that its extra rewards come to.
        #[codec(index = 8)]
        pub static ExtraCap: Permill = Permill::from_percent(80);
        /// Most for a right verdict on a known-answer task, from the pool.
        #[codec(index = 9)]
        pub static KnownAnswerFee: Balance = 10 * NRC;
        /// Without contributions after which a reputation above the initial one fades by a point.
        #[codec(index = 10)]
        pub static DecayPeriod: BlockNumber = 7 * DAYS;
        /// For which a stake stays on hold after it was asked back.
        #[codec(index = 11)]
        pub static UnstakePeriod: BlockNumber = 7 * DAYS;
        /// Least stake of a profile.
        #[codec(index = 12)]
        pub static MinimumStake: Balance = NRC;
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
        pub static RoyaltySplit: Royalties = ROYALTIES;
    }

    /// Of NRC itself. Halvings and the cap are no parameters.
    #[dynamic_pallet_params]
    #[codec(index = 6)]
    pub mod token {
        /// Of a fee, for the author of the block.
        #[codec(index = 0)]
        pub static FeeAuthorShare: Permill = FEE_SHARES.0;
        /// Of a fee, for the treasury; the rest is burned.
        #[codec(index = 1)]
        pub static FeeTreasuryShare: Permill = FEE_SHARES.1;
        /// Of an era's issuance, for validators and nominators.
        #[codec(index = 2)]
        pub static ValidatorShare: Permill = ERA_SHARES.0;
        /// Of an era's issuance, for the reward pool; the rest is for the treasury.
        #[codec(index = 3)]
        pub static PoolShare: Permill = ERA_SHARES.1;
        /// What an era issues before the first halving.
        #[codec(index = 4)]
        pub static InitialEraIssuance: Balance = ERA_ISSUANCE;
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
    fn default() -> Self {
        Self::Rewards(groups::rewards::Parameters::MaturityPeriod(groups::rewards::MaturityPeriod, Some(10)))
    }
}
