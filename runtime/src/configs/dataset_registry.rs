//! Dataset registry: commitments, stakes, audits and the delivery of keys.

use super::entropy::EntropyWindow;
use crate::{
    params::{bounded, groups},
    Balances, ComputeMarket, Entropy, ModelValidation, Rewards, Runtime, RuntimeHoldReason,
};

impl pallet_dataset_registry::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Entropy = Entropy;
    #[cfg(not(any(test, feature = "runtime-benchmarks")))]
    type ZkVerifier = crate::ZkVerifier;
    #[cfg(any(test, feature = "runtime-benchmarks"))]
    type ZkVerifier = crate::world::ExampleVerifier;
    type OnTrainingKey = ComputeMarket;
    type Payouts = Rewards;
    type Inspectors = ModelValidation;
    type OnBurn = pallet_nrc_token::BurnRecorder<Runtime>;
    type MinimumStake = groups::dataset::MinimumStake;
    type ChallengeDelay = bounded::ChallengeDelay;
    type ProofPeriod = bounded::ProofPeriod;
    type StakeLockPeriod = bounded::StakeLockPeriod;
    type KeyDeliveryPeriod = bounded::KeyDeliveryPeriod;
    type NonDeliverySlash = groups::dataset::NonDeliverySlash;
    type SaleCover = bounded::SaleCover;
    type SaleSlash = bounded::SaleSlash;
    type EntropyWindow = EntropyWindow;
    type WeightInfo = pallet_dataset_registry::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarking::BenchmarkWorld;
}
