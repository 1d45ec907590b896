//! Compute market: providers, offers, jobs and their escrow.

use frame_support::{
    parameter_types,
    traits::{ConstU32, Get},
    PalletId,
};

use crate::{
    params::bounded, Balances, DatasetRegistry, Entropy, ModelRegistry, ModelValidation, Rewards, Runtime,
    RuntimeHoldReason, SafeMode,
};

parameter_types! {
    /// Where the escrow account comes from.
    pub const MarketPalletId: PalletId = PalletId(*b"nrc/jobs");
}

/// Whether safe mode is entered: then nobody can report a deadline or cancel a job, so the chain does not act either.
pub struct InSafeMode;

impl Get<bool> for InSafeMode {
    fn get() -> bool {
        SafeMode::is_entered()
    }
}

impl pallet_compute_market::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Entropy = Entropy;
    type TrainingData = DatasetRegistry;
    type Evaluation = ModelValidation;
    type Leaderboards = ModelValidation;
    type Models = ModelRegistry;
    type Payouts = Rewards;
    type Reputation = Rewards;
    type OnBurn = pallet_nrc_token::BurnRecorder<Runtime>;
    type PalletId = MarketPalletId;
    type Halted = InSafeMode;
    type JobDeposit = bounded::JobDeposit;
    type ProviderBond = bounded::ProviderBond;
    type MatchPeriod = bounded::MatchPeriod;
    type AcceptPeriod = bounded::AcceptPeriod;
    type HeartbeatPeriod = bounded::HeartbeatPeriod;
    type MaxDeliverPeriod = bounded::MaxDeliverPeriod;
    type RetirePeriod = bounded::ProviderRetirePeriod;
    type PrunePeriod = bounded::PrunePeriod;
    type BreachSlash = bounded::BreachSlash;
    type MinUnitPrice = bounded::MinUnitPrice;
    type PriceLiability = bounded::PriceLiability;
    type ProgressPeriod = bounded::ProgressPeriod;
    type DeadlineGrace = bounded::DeadlineGrace;
    type MaxOffersPerProvider = ConstU32<8>;
    type MaxOpenJobs = ConstU32<100_000>;
    type MaxOpenJobsPerOwner = ConstU32<64>;
    type MaxJobsPerProvider = ConstU32<64>;
    type MaxMatchesPerBlock = ConstU32<8>;
    type MaxDeadlinesPerBlock = ConstU32<16>;
    type WeightInfo = pallet_compute_market::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarking::BenchmarkWorld;
}
