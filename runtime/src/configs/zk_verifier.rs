//! zk verifier: which verifying key stands for which statement.

use frame_support::traits::ConstU32;
use frame_system::EnsureRoot;
use neurodata_zk_verifier::MAX_KEY_BYTES;

use crate::{AccountId, Runtime};

impl pallet_zk_verifier::Config for Runtime {
    type ManagerOrigin = EnsureRoot<AccountId>;
    // A constant far below 2^32.
    type MaxKeyBytes = ConstU32<{ MAX_KEY_BYTES as u32 }>;
    type WeightInfo = pallet_zk_verifier::weights::SubstrateWeight<Runtime>;
}
