//! Offences: what validators did wrong, passed on to staking.

use crate::{Runtime, RuntimeEvent, Staking};

impl pallet_offences::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
    type OnOffenceHandler = Staking;
}
