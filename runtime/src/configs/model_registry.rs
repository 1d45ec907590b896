//! Model registry: the versions that accepted results become.

use crate::Runtime;

impl pallet_model_registry::Config for Runtime {
    type WeightInfo = pallet_model_registry::weights::SubstrateWeight<Runtime>;
}
