//! What clients rely on.

use frame_support::traits::{Contains, Get};
use sp_runtime::traits::TransactionExtension;

use super::*;

#[test]
fn addresses_have_the_generic_prefix() {
    assert_eq!(<<Runtime as frame_system::Config>::SS58Prefix as Get<u16>>::get(), 42);
}

#[test]
fn the_existential_deposit_is_a_thousandth() {
    assert_eq!(constants::EXISTENTIAL_DEPOSIT, neurodata_primitives::money::NRC / 1_000);
}

#[test]
fn extensions_are_known_to_clients_by_these_names() {
    let names: Vec<_> = TxExtension::metadata().into_iter().map(|extension| extension.identifier).collect();
    assert_eq!(
        names,
        [
            "AuthorizeCall",
            "CheckNonZeroSender",
            "CheckSpecVersion",
            "CheckTxVersion",
            "CheckGenesis",
            "CheckMortality",
            "CheckNonce",
            "CheckWeight",
            "ChargeTransactionPayment",
            "CheckMetadataHash",
            "WeightReclaim",
        ],
    );
}

#[test]
fn metadata_is_offered_in_all_versions() {
    assert_eq!(Runtime::metadata_versions(), [14, 15, 16]);
    assert!(Runtime::metadata_at_version(16).is_some());
}

#[test]
fn nobody_burns_behind_the_token_pallets_back() {
    let burn = RuntimeCall::Balances(pallet_balances::Call::burn { value: 1, keep_alive: true });
    let recorded = RuntimeCall::NrcToken(pallet_nrc_token::Call::burn { amount: 1 });
    sp_io::TestExternalities::default().execute_with(|| {
        assert!(!configs::CallFilter::contains(&burn));
        assert!(configs::CallFilter::contains(&recorded));
    });
}
