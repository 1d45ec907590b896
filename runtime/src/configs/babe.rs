//! BABE: who authors which slot, and the randomness that the chain draws from.

use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64},
};

use crate::{constants::*, Historical, Offences, Runtime, Session};

parameter_types! {
    /// Slots for which an offence of an author can be reported: as long as the stake is reachable.
    pub const ReportLongevity: u64 = (BONDING_ERAS as u64) * (SESSIONS_PER_ERA as u64) * SESSION_SLOTS;
}

impl pallet_babe::Config for Runtime {
    type EpochDuration = ConstU64<SESSION_SLOTS>;
    type ExpectedBlockTime = ConstU64<SLOT_MILLIS>;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type DisabledValidators = Session;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem = pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
    type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
    type MaxNominators = ConstU32<MAX_NOMINATORS>;
    type WeightInfo = ();
}

/// The parts of BABE's genesis that presets set.
pub const GENESIS_EPOCH: sp_consensus_babe::BabeEpochConfiguration = sp_consensus_babe::BabeEpochConfiguration {
    c: (1, 4),
    // Every block carries a VRF output, so that every block has a seed.
    allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryVRFSlots,
};
