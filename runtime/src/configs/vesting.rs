//! Vesting: NRC that becomes free over time.

use frame_support::{
    parameter_types,
    traits::{ConstU128, WithdrawReasons},
};
use neurodata_primitives::money::NRC;
use sp_runtime::traits::ConvertInto;

use crate::{weights, Balances, Runtime, RuntimeEvent, System};

parameter_types! {
    /// What unvested NRC may still be used for: everything but transfers and reserves.
    pub UnvestedUses: WithdrawReasons =
        WithdrawReasons::except(WithdrawReasons::TRANSFER | WithdrawReasons::RESERVE);
}

impl pallet_vesting::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type BlockNumberToBalance = ConvertInto;
    type MinVestedTransfer = ConstU128<NRC>;
    type UnvestedFundsAllowedWithdrawReasons = UnvestedUses;
    type BlockNumberProvider = System;
    type WeightInfo = weights::pallet_vesting::WeightInfo<Runtime>;

    const MAX_VESTING_SCHEDULES: u32 = 28;
}
