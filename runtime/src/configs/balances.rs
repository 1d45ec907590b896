//! Balances: NRC on accounts. What falls below the existential deposit goes to the treasury.

use frame_support::traits::{tokens::imbalance::ResolveTo, ConstU128, ConstU32, VariantCountOf};

use crate::{
    adapters::TreasuryAccount, constants::EXISTENTIAL_DEPOSIT, weights, Balance, Balances, Runtime, RuntimeEvent,
    RuntimeFreezeReason, RuntimeHoldReason, System,
};

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type Balance = Balance;
    type DustRemoval = ResolveTo<TreasuryAccount, Balances>;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type DoneSlashHandler = ();
    type WeightInfo = weights::pallet_balances::WeightInfo<Runtime>;
}
