//! Vesting: NRC that becomes free over time. What is not vested yet is on hold, see [`crate::unvested`].

use frame_support::{
    parameter_types,
    traits::{ConstU128, WithdrawReasons},
};
use neurodata_primitives::money::NRC;
use sp_runtime::traits::ConvertInto;

use crate::{
    unvested::{self, VestingCurrency},
    weights, Runtime, RuntimeEvent, System,
};

parameter_types! {
    /// What unvested NRC may still be used for: nothing.
    pub UnvestedUses: WithdrawReasons = WithdrawReasons::empty();
}

impl unvested::Config for Runtime {}

impl pallet_vesting::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = VestingCurrency;
    type BlockNumberToBalance = ConvertInto;
    type MinVestedTransfer = ConstU128<NRC>;
    type UnvestedFundsAllowedWithdrawReasons = UnvestedUses;
    type BlockNumberProvider = System;
    type WeightInfo = weights::pallet_vesting::WeightInfo<Runtime>;

    const MAX_VESTING_SCHEDULES: u32 = 28;
}
