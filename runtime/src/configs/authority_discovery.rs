//! Authority discovery: validators find each other's addresses by their session keys.

use frame_support::traits::ConstU32;

use crate::{constants::MAX_VALIDATORS, Runtime};

impl pallet_authority_discovery::Config for Runtime {
    type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
}
