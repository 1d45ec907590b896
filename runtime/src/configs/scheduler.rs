//! Scheduler: the timelock between a decision and its enactment.

use frame_support::{
    parameter_types,
    traits::{ConstU32, EqualPrivilegeOnly},
    weights::Weight,
};
use frame_system::EnsureRoot;
use sp_runtime::Perbill;

use crate::{
    constants::MAXIMUM_BLOCK_WEIGHT, weights, AccountId, OriginCaller, Preimage, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, System,
};

parameter_types! {
    /// Computation of a block that scheduled calls may use.
    pub MaximumSchedulerWeight: Weight = Perbill::from_percent(60) * MAXIMUM_BLOCK_WEIGHT;
}

impl pallet_scheduler::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type MaximumWeight = MaximumSchedulerWeight;
    type ScheduleOrigin = EnsureRoot<AccountId>;
    type OriginPrivilegeCmp = EqualPrivilegeOnly;
    type MaxScheduledPerBlock = ConstU32<50>;
    type Preimages = Preimage;
    type BlockNumberProvider = System;
    type WeightInfo = weights::pallet_scheduler::WeightInfo<Runtime>;
}
