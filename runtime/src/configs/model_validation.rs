//! Model validation: evaluators, committees and sealed verdicts.

use frame_support::traits::ConstU32;

use crate::{params::bounded, Balances, ComputeMarket, Entropy, Rewards, Runtime, RuntimeHoldReason};

impl pallet_model_validation::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Entropy = Entropy;
    type OnDecision = ComputeMarket;
    type Payouts = Rewards;
    type Reputation = Rewards;
    type OnBurn = pallet_nrc_token::BurnRecorder<Runtime>;
    type EvaluatorBond = bounded::EvaluatorBond;
    type CommitteeSize = bounded::CommitteeSize;
    type DrawDelay = bounded::DrawDelay;
    type DrawPeriod = bounded::DrawPeriod;
    type SealPeriod = bounded::SealPeriod;
    type RevealPeriod = bounded::RevealPeriod;
    type RetirePeriod = bounded::EvaluatorRetirePeriod;
    type NonRevealSlash = bounded::NonRevealSlash;
    type ProbeRate = bounded::ProbeRate;
    type MaxEvaluators = ConstU32<1_000>;
    type WeightInfo = pallet_model_validation::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarking::BenchmarkWorld;
}
