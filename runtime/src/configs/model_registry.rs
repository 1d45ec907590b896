//! Model registry: the versions that accepted results become, their sale and their royalties.

use frame_support::{parameter_types, PalletId};

use crate::{params::bounded, Balances, Rewards, Runtime, RuntimeHoldReason, Sales};

parameter_types! {
    /// Where the account of income that is not shared yet comes from.
    pub const ModelIncomePalletId: PalletId = PalletId(*b"nrc/modl");
}

impl pallet_model_registry::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Payouts = Rewards;
    type Reputation = Rewards;
    type Licences = Sales;
    type OnBurn = pallet_nrc_token::BurnRecorder<Runtime>;
    type PalletId = ModelIncomePalletId;
    type MinimumModelStake = bounded::ModelMinimumStake;
    type ModelStakeLockPeriod = bounded::ModelStakeLockPeriod;
    type SaleCover = bounded::SaleCover;
    type SaleSlash = bounded::SaleSlash;
    type NonDeliverySlash = bounded::NonDeliverySlash;
    type RoyaltySplit = bounded::RoyaltySplit;
    type WeightInfo = pallet_model_registry::weights::SubstrateWeight<Runtime>;
}
