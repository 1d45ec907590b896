//! Preimages: long calls, stored once and named by their hash.

use frame_support::{
    parameter_types,
    traits::{fungible::HoldConsideration, LinearStoragePrice},
};
use frame_system::EnsureRoot;

use crate::{constants::deposit, weights, AccountId, Balance, Balances, Runtime, RuntimeEvent, RuntimeHoldReason};

parameter_types! {
    /// Deposit for a preimage, whatever its length.
    pub const PreimageBaseDeposit: Balance = deposit(2, 64);
    /// Deposit for each of its bytes.
    pub const PreimageByteDeposit: Balance = deposit(0, 1);
    /// Why the deposit is on hold.
    pub const PreimageHoldReason: RuntimeHoldReason =
        RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
}

impl pallet_preimage::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type ManagerOrigin = EnsureRoot<AccountId>;
    type Consideration = HoldConsideration<
        AccountId,
        Balances,
        PreimageHoldReason,
        LinearStoragePrice<PreimageBaseDeposit, PreimageByteDeposit, Balance>,
    >;
    type WeightInfo = weights::pallet_preimage::WeightInfo<Runtime>;
}
