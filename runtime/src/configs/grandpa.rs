//! GRANDPA: finality.

use frame_support::traits::{ConstU32, ConstU64};

use super::babe::ReportLongevity;
use crate::{constants::*, Historical, Offences, Runtime, RuntimeEvent};

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
    type MaxNominators = ConstU32<MAX_NOMINATORS>;
    type MaxSetIdSessionEntries = ConstU64<{ (BONDING_ERAS as u64) * (SESSIONS_PER_ERA as u64) }>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
    type WeightInfo = ();
}
