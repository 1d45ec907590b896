//! `refresh_offers`.

use super::*;

fn refresh(provider: AccountId) -> Result<(), DispatchError> {
    plain(ComputeMarket::refresh_offers(signed(STRANGER), provider))
}

#[test]
fn anybody_brings_the_bands_of_a_providers_offers_up_to_date() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, MIN_BOND);
        add(PROVIDER, capability(), UNIT_PRICE, 1);
        set_reputation(PROVIDER, 95);
        assert_eq!(offer_of(PROVIDER).band, 2);
        assert_ok!(refresh(PROVIDER));
        assert_eq!(offer_of(PROVIDER).band, 4);
        set_reputation(PROVIDER, 3);
        assert_ok!(refresh(PROVIDER));
        assert_eq!(offer_of(PROVIDER).band, 0);
    });
}

#[test]
fn a_better_reputation_counts_from_the_refresh_on() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, 11);
        offer(SECOND_PROVIDER, 10);
        set_reputation(PROVIDER, 100);
        // By its stored band the dearer offer is not looked at first; a look would have found the change.
        assert_ok!(refresh(PROVIDER));
        // ceil(11 * 200 / 190) = 12 against ceil(10 * 200 / 150) = 14.
        assert_eq!(holder(post()), Some(PROVIDER));
    });
}

#[test]
fn a_refresh_that_changes_nothing_changes_nothing() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        frame_support::assert_storage_noop!(assert_ok!(refresh(PROVIDER)));
    });
}

#[test]
fn only_a_provider_has_offers_to_refresh() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(refresh(PROVIDER), Error::<Test>::ProviderNotFound);
    });
}
