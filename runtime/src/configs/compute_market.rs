//! Compute market: providers, offers, jobs and their escrow.

use frame_support::{parameter_types, traits::ConstU32, PalletId};

use crate::{
    params::{bounded, groups},
    Balances, DatasetRegistry, Entropy, ModelRegistry, ModelValidation, Rewards, Runtime, RuntimeHoldReason,
};

parameter_types! {
    /// Where the escrow account comes from.
    pub const MarketPalletId: PalletId = PalletId(*b"nrc/jobs");
}

impl pallet_compute_market::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Entropy = Entropy;
    type TrainingData = DatasetRegistry;
    type Evaluation = ModelValidation;
    type Models = ModelRegistry;
    type Payouts = Rewards;
    type Reputation = Rewards;
    type OnBurn = pallet_nrc_token::BurnRecorder<Runtime>;
    type PalletId = MarketPalletId;
    type JobDeposit = bounded::JobDeposit;
    type ProviderBond = groups::market::ProviderBond;
    type MatchPeriod = bounded::MatchPeriod;
    type AcceptPeriod = bounded::AcceptPeriod;
    type HeartbeatPeriod = bounded::HeartbeatPeriod;
    type MaxDeliverPeriod = bounded::MaxDeliverPeriod;
    type RetirePeriod = bounded::ProviderRetirePeriod;
    type PrunePeriod = bounded::PrunePeriod;
    type BreachSlash = groups::market::BreachSlash;
    type MaxOffers = ConstU32<512>;
    type MaxOpenJobs = ConstU32<1_024>;
    type MaxMatchesPerBlock = ConstU32<4>;
    type WeightInfo = pallet_compute_market::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarking::BenchmarkWorld;
}
