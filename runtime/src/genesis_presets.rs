//! The genesis states that this runtime can build: one for development, one for a local network.
//!
//! Their keys are known to everybody and their verifying keys come from a setup whose secret is known; neither may hold
//! anything of value.

use alloc::{vec, vec::Vec};

use frame_support::build_struct_json_patch;
use neurodata_primitives::{money::NRC, seams::StatementId};
use neurodata_zk_verifier::development;
use pallet_staking::{Forcing, StakerStatus};
use serde_json::Value;
use sp_core::hex2array;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::Perbill;

use crate::{
    configs::babe::GENESIS_EPOCH,
    constants::{MAX_NOMINATORS, MAX_VALIDATORS},
    opaque::SessionKeys, AccountId, BabeConfig, Balance, BalancesConfig,
    RuntimeGenesisConfig, SessionConfig, StakingConfig, SudoConfig, TechnicalCommitteeConfig, ZkVerifierConfig,
};

/// Name of the preset of a local network of three validators.
pub const LOCAL_TESTNET_PRESET: &str = "local_testnet";

/// What every account of a preset starts with, in plancks.
pub const ENDOWMENT: Balance = 1_000_000 * NRC;
/// What every validator of a preset stakes, in plancks.
pub const STAKE: Balance = 100_000 * NRC;

/// Accounts that play a role of the protocol on a development chain: secret URI and public key (sr25519).
pub const ROLES: [(&str, [u8; 32]); 8] = [
    ("//DataProvider", hex2array!("b04cebc459bd75f3b36a6e556e9a660e8d057aeb3abab4027c7b46acc9c4215e")),
    ("//ComputeProvider", hex2array!("c287259cda1f4c211ef0603be901ade2ba1e81ca385d2c1a654c020681a99d30")),
    ("//Evaluator1", hex2array!("e82b77f17cbd55ddd4c064ba392df36a22a2a0688c3504bb541ff5aca67b161c")),
    ("//Evaluator2", hex2array!("b66fa049bd3c1ecca38adb66a5afe6ce1f7f7fd70eb910027192e33e82243769")),
    ("//Evaluator3", hex2array!("a03166d6d0ae4e1d4f8e10894f5d6891ad2874cad60fd15b22fe2b5926820632")),
    ("//Evaluator4", hex2array!("82202032b0a4e6f17a2d64e40ceff2395ed080224f5c009a1f1599b08a3e2f61")),
    ("//JobOwner", hex2array!("4a7436f67ee6eeccbcda046e7c557d98f15b7a55846c4794f6d2b55c2af51427")),
    ("//DataBuyer", hex2array!("5073b6d01a6387050bdeadbd99aff0d3933984e8d8796aa1e86fd5cbbf792f1b")),
];

/// A validator of a preset, by the name of its keys.
struct Validator {
    account: Sr25519Keyring,
    grandpa: Ed25519Keyring,
}

const ALICE: Validator = Validator { account: Sr25519Keyring::Alice, grandpa: Ed25519Keyring::Alice };
const BOB: Validator = Validator { account: Sr25519Keyring::Bob, grandpa: Ed25519Keyring::Bob };
const CHARLIE: Validator = Validator { account: Sr25519Keyring::Charlie, grandpa: Ed25519Keyring::Charlie };

impl Validator {
    /// The account: stash, controller and session account in one.
    fn stash(&self) -> AccountId {
        self.account.to_account_id()
    }

    fn session_keys(&self) -> SessionKeys {
        SessionKeys {
            grandpa: self.grandpa.public().into(),
            babe: self.account.public().into(),
            authority_discovery: self.account.public().into(),
        }
    }
}

/// The accounts that a preset endows.
fn endowed() -> Vec<AccountId> {
    use Sr25519Keyring::*;
    let people = [Alice, Bob, Charlie, Dave, Eve, Ferdie].into_iter().map(|person| person.to_account_id());
    people.chain(ROLES.into_iter().map(|(_, key)| AccountId::new(key))).collect()
}

/// A genesis with these validators, all staked, and perhaps a sudo key.
fn genesis(validators: &[Validator], sudo: Option<AccountId>) -> Value {
    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: BalancesConfig { balances: endowed().into_iter().map(|account| (account, ENDOWMENT)).collect() },
        babe: BabeConfig { epoch_config: GENESIS_EPOCH },
        session: SessionConfig {
            keys: validators
                .iter()
                .map(|validator| (validator.stash(), validator.stash(), validator.session_keys()))
                .collect(),
        },
        staking: StakingConfig {
            validator_count: 3,
            minimum_validator_count: 1,
            force_era: Forcing::NotForcing,
            slash_reward_fraction: Perbill::from_percent(10),
            min_validator_bond: 1_000 * NRC,
            min_nominator_bond: 10 * NRC,
            // An election looks at no more than these; more candidates would stop it altogether.
            max_validator_count: Some(MAX_VALIDATORS),
            max_nominator_count: Some(MAX_NOMINATORS.saturating_sub(MAX_VALIDATORS)),
            stakers: validators
                .iter()
                .map(|validator| (validator.stash(), validator.stash(), STAKE, StakerStatus::Validator))
                .collect(),
        },
        zk_verifier: ZkVerifierConfig {
            keys: vec![(StatementId::DataValidity1, development::DATA_VALIDITY_1.to_vec())]
        },
        sudo: SudoConfig { key: sudo },
        technical_committee: TechnicalCommitteeConfig { members: vec![ALICE.stash(), BOB.stash(), CHARLIE.stash()] },
    })
}

/// The preset of this name, as a JSON patch of the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_ref() {
        DEV_RUNTIME_PRESET => genesis(&[ALICE], Some(ALICE.stash())),
        LOCAL_TESTNET_PRESET => genesis(&[ALICE, BOB, CHARLIE], None),
        _ => return None,
    };
    serde_json::to_vec(&patch).ok()
}

/// Names of all presets.
pub fn preset_names() -> Vec<PresetId> {
    vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_PRESET)]
}
