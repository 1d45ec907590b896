//! Sessions: which keys validate, now and in the past.

use frame_support::parameter_types;
use pallet_session::{disabling::UpToLimitWithReEnablingDisablingStrategy, historical};
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

use crate::{
    constants::deposit, opaque::SessionKeys, weights, AccountId, Babe, Balance, Balances, Runtime, RuntimeEvent,
    Staking,
};

parameter_types! {
    /// Deposit for a validator's session keys: three keys and the entries that find their owner.
    pub const KeyDeposit: Balance = deposit(4, 4 * 32);
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = Babe;
    type NextSessionRotation = Babe;
    type SessionManager = historical::NoteHistoricalRoot<Self, Staking>;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    type DisablingStrategy = UpToLimitWithReEnablingDisablingStrategy;
    type Currency = Balances;
    type KeyDeposit = KeyDeposit;
    type WeightInfo = weights::pallet_session::WeightInfo<Runtime>;
}

impl historical::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = pallet_staking::UnitIdentificationOf<Self>;
}
