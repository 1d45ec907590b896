//! Checks of the wiring: that presets build, calls fit into blocks, and numbers stay as documented.

mod cancellation;
mod chain;
mod committees;
mod limits;
mod main_path;
mod market;
mod money;
mod parameters;
mod presets;
mod proxies;
mod rounds;
mod sales;
mod support;
mod vesting;

use sp_runtime::BuildStorage;

use crate::*;

/// Externalities with the genesis of a preset.
fn preset_state(name: &str) -> sp_io::TestExternalities {
    let patch = genesis_presets::get_preset(&name.into()).expect("the preset exists");
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("the default genesis is JSON");
    let patch = serde_json::from_slice(&patch).expect("a preset is JSON");
    merge(&mut config, patch);
    let genesis: RuntimeGenesisConfig = serde_json::from_value(config).expect("a patched genesis is a genesis");
    genesis.build_storage().expect("a preset builds").into()
}

/// Merge `patch` into `target` the way a chain spec does: objects by key, everything else replaced.
fn merge(target: &mut serde_json::Value, patch: serde_json::Value) {
    match (target, patch) {
        (serde_json::Value::Object(target), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                merge(target.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (target, patch) => *target = patch,
    }
}
