//! The networks that the node knows by name.
//!
//! Their genesis comes from the runtime's presets; here are only names and what wallets show.

use neurodata_runtime::{genesis_presets::LOCAL_TESTNET_PRESET, SS58_PREFIX, WASM_BINARY};
use sc_chain_spec::{ChainType, NoExtension, Properties};
use sp_genesis_builder::DEV_RUNTIME_PRESET;

/// A network's name, genesis and boot nodes. Building the genesis state checks verifying keys, so it needs the curve.
pub type ChainSpec = sc_service::GenericChainSpec<NoExtension, crate::service::CurveHostFunctions>;

/// Decimals of NRC.
const TOKEN_DECIMALS: u32 = 12;

/// One validator, Alice, with a sudo key.
pub fn development() -> Result<ChainSpec, String> {
    spec("NeuroData Development", "neurodata_dev", ChainType::Development, DEV_RUNTIME_PRESET)
}

/// Three validators on one machine: Alice, Bob and Charlie.
pub fn local() -> Result<ChainSpec, String> {
    spec("NeuroData Local", "neurodata_local", ChainType::Local, LOCAL_TESTNET_PRESET)
}

fn spec(name: &str, id: &str, chain_type: ChainType, preset: &str) -> Result<ChainSpec, String> {
    let wasm = WASM_BINARY.ok_or("this node was built without the runtime's wasm (SKIP_WASM_BUILD was set)")?;
    Ok(ChainSpec::builder(wasm, None)
        .with_name(name)
        .with_id(id)
        .with_protocol_id(id)
        .with_chain_type(chain_type)
        .with_genesis_config_preset_name(preset)
        .with_properties(properties())
        .build())
}

/// What wallets show.
fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), "NRC".into());
    properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
    properties.insert("ss58Format".into(), SS58_PREFIX.into());
    properties
}

#[cfg(test)]
mod tests {
    use sc_chain_spec::ChainSpec as _;

    use super::*;

    #[test]
    fn wallets_see_nrc_with_twelve_decimals() {
        let properties = serde_json::to_value(properties()).expect("properties are JSON");
        assert_eq!(properties, serde_json::json!({ "tokenSymbol": "NRC", "tokenDecimals": 12, "ss58Format": 42 }));
    }

    #[test]
    fn networks_are_told_apart_by_name_id_and_kind() {
        // Without the runtime's wasm there is nothing to test.
        if WASM_BINARY.is_none() {
            return;
        }
        let (development, local) = (development().expect("it builds"), local().expect("it builds"));
        assert_eq!((development.name(), development.id()), ("NeuroData Development", "neurodata_dev"));
        assert_eq!(development.chain_type(), ChainType::Development);
        assert_eq!((local.name(), local.id()), ("NeuroData Local", "neurodata_local"));
        assert_eq!(local.chain_type(), ChainType::Local);
    }
}
