//! Sales: copies of datasets and models, the delivery of their keys, complaints and inspections.

use frame_support::{parameter_types, PalletId};

use super::entropy::EntropyWindow;
use crate::{
    adapters::Assets, params::bounded, Balances, Entropy, ModelValidation, Rewards, Runtime, RuntimeHoldReason,
};

parameter_types! {
    /// Where the escrow account comes from.
    pub const SalesPalletId: PalletId = PalletId(*b"nrc/sale");
}

impl pallet_sales::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Assets = Assets;
    type Payouts = Rewards;
    type Inspectors = ModelValidation;
    type Entropy = Entropy;
    type OnBurn = pallet_nrc_token::BurnRecorder<Runtime>;
    type PalletId = SalesPalletId;
    type PurchaseDeposit = bounded::PurchaseDeposit;
    type KeyDeliveryPeriod = bounded::SaleKeyDeliveryPeriod;
    type ComplaintPeriod = bounded::ComplaintPeriod;
    type DrawDelay = bounded::InspectionDrawDelay;
    type DrawPeriod = bounded::InspectionDrawPeriod;
    type AcceptPeriod = bounded::InspectionAcceptPeriod;
    type MinimumInspectionFee = bounded::MinimumInspectionFee;
    type EntropyWindow = EntropyWindow;
    type WeightInfo = pallet_sales::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarking::BenchmarkWorld;
}
