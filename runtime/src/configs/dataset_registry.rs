//! Dataset registry: commitments, stakes, audits and the delivery of keys.

use super::entropy::EntropyWindow;
use crate::{params::bounded, Balances, ComputeMarket, Entropy, ModelValidation, Rewards, Runtime, RuntimeHoldReason};

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
    type Reputation = Rewards;
    type Inspectors = ModelValidation;
    type OnBurn = pallet_nrc_token::BurnRecorder<Runtime>;
    type MinimumStake = bounded::DatasetMinimumStake;
    type ChallengeDelay = bounded::ChallengeDelay;
    type ProofPeriod = bounded::ProofPeriod;
    type StakeLockPeriod = bounded::StakeLockPeriod;
    type KeyDeliveryPeriod = bounded::KeyDeliveryPeriod;
    type NonDeliverySlash = bounded::NonDeliverySlash;
    type SaleCover = bounded::SaleCover;
    type SaleSlash = bounded::SaleSlash;
    type EntropyWindow = EntropyWindow;
    type WeightInfo = pallet_dataset_registry::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarking::BenchmarkWorld;
}
