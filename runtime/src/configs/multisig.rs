//! Multisig: accounts that several people control together.

use frame_support::{parameter_types, traits::ConstU32};

use crate::{constants::deposit, weights, Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, System};

parameter_types! {
    /// Deposit for an open operation: one entry of a call hash, a time point and its head.
    pub const MultisigDepositBase: Balance = deposit(1, 88);
    /// Deposit for each account that has to agree.
    pub const MultisigDepositFactor: Balance = deposit(0, 32);
}

impl pallet_multisig::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type DepositBase = MultisigDepositBase;
    type DepositFactor = MultisigDepositFactor;
    type MaxSignatories = ConstU32<100>;
    type BlockNumberProvider = System;
    type WeightInfo = weights::pallet_multisig::WeightInfo<Runtime>;
}
