//! Technical committee: people who can stop calls or the chain in an emergency, and nothing else.

use frame_support::{parameter_types, traits::ConstU32, weights::Weight};
use frame_system::EnsureRoot;
use pallet_collective::Instance1;
use sp_runtime::Perbill;

use crate::{
    constants::{DAYS, MAXIMUM_BLOCK_WEIGHT},
    weights, AccountId, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
};

/// The collective instance of the committee.
pub type CommitteeInstance = Instance1;

parameter_types! {
    /// Computation that one motion may use.
    pub MaxProposalWeight: Weight = Perbill::from_percent(50) * MAXIMUM_BLOCK_WEIGHT;
}

impl pallet_collective::Config<CommitteeInstance> for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type MotionDuration = ConstU32<{ 3 * DAYS }>;
    type MaxProposals = ConstU32<20>;
    type MaxMembers = ConstU32<25>;
    type DefaultVote = pallet_collective::PrimeDefaultVote;
    type SetMembersOrigin = EnsureRoot<AccountId>;
    type MaxProposalWeight = MaxProposalWeight;
    type DisapproveOrigin = EnsureRoot<AccountId>;
    type KillOrigin = EnsureRoot<AccountId>;
    type Consideration = ();
    type WeightInfo = weights::pallet_collective::WeightInfo<Runtime>;
}
