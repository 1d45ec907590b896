//! Genesis presets.

use genesis_presets::*;
use sp_core::{sr25519, Pair};
use sp_genesis_builder::DEV_RUNTIME_PRESET;

use super::*;

#[test]
fn role_accounts_belong_to_their_secret_uris() {
    let derived = ROLES
        .map(|(uri, _)| (uri, sr25519::Pair::from_string(uri, None).expect("a role's URI is valid").public().to_raw()));
    let text = |roles: [(&str, [u8; 32]); 8]| roles.map(|(uri, key)| format!("{uri} {}", AccountId::new(key)));
    assert_eq!(text(ROLES), text(derived));
}

#[test]
fn every_listed_preset_builds() {
    for name in preset_names() {
        preset_state(name.as_ref()).execute_with(|| {
            assert!(Balances::total_issuance() > 0);
            assert!(!Babe::authorities().is_empty(), "{name:?} has no authors");
            assert!(!Grandpa::grandpa_authorities().is_empty(), "{name:?} has no finality voters");
            assert!(!AuthorityDiscovery::authorities().is_empty());
        });
    }
    assert_eq!(get_preset(&"no such preset".into()), None);
}

#[test]
fn only_the_development_preset_has_a_sudo_key() {
    preset_state(DEV_RUNTIME_PRESET).execute_with(|| {
        assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(sp_keyring::Sr25519Keyring::Alice.to_account_id()));
    });
    preset_state(LOCAL_TESTNET_PRESET).execute_with(|| assert_eq!(pallet_sudo::Key::<Runtime>::get(), None));
}

#[test]
fn validators_are_staked_and_everybody_is_endowed() {
    for (name, validators) in [(DEV_RUNTIME_PRESET, 1), (LOCAL_TESTNET_PRESET, 3)] {
        preset_state(name).execute_with(|| {
            assert_eq!(Session::validators().len(), validators);
            for validator in Session::validators() {
                let ledger = Staking::ledger(validator.into()).expect("a validator is staked");
                assert_eq!(ledger.active, STAKE);
            }
            for (_, key) in ROLES {
                assert_eq!(Balances::free_balance(AccountId::new(key)), ENDOWMENT);
            }
            assert_eq!(
                Balances::free_balance(adapters::TreasuryAccount::get()),
                constants::EXISTENTIAL_DEPOSIT,
                "the treasury's account has to exist, or small shares could not be paid into it",
            );
        });
    }
}
