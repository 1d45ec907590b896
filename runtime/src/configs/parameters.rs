//! Parameters: what governance may move without a runtime upgrade.

use frame_support::traits::AsEnsureOriginWithArg;
use frame_system::EnsureRoot;

use crate::{params::RuntimeParameters, AccountId, Runtime, RuntimeEvent};

impl pallet_parameters::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeParameters = RuntimeParameters;
    type AdminOrigin = AsEnsureOriginWithArg<EnsureRoot<AccountId>>;
    type WeightInfo = ();
}
