//! `set_offer`.

use super::*;

fn index() -> Vec<(Balance, AccountId)> {
    OfferIndex::<Test>::get().into_inner()
}

#[test]
fn a_provider_makes_an_offer() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND));
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), capability(), UNIT_PRICE, 2));
        let record = OfferRecord { capability: capability(), unit_price: UNIT_PRICE, slots: 2, slots_taken: 0 };
        assert_eq!(Offers::<Test>::get(PROVIDER), Some(record));
        assert_eq!(index(), [(UNIT_PRICE, PROVIDER)]);
        let event = Event::OfferSet { provider: PROVIDER, capability: capability(), slots: 2, unit_price: UNIT_PRICE };
        assert_eq!(last_event(), event);
    });
}

#[test]
fn the_index_is_sorted_by_price_then_by_age() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, 10);
        offer(SECOND_PROVIDER, 5);
        offer(THIRD_PROVIDER, 10);
        assert_eq!(index(), [(5, SECOND_PROVIDER), (10, PROVIDER), (10, THIRD_PROVIDER)]);
    });
}

#[test]
fn a_new_offer_replaces_the_old_one() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, 10);
        offer(SECOND_PROVIDER, 5);
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), capability(), 3, 1));
        assert_eq!(index(), [(3, PROVIDER), (5, SECOND_PROVIDER)]);
    });
}

#[test]
fn a_new_offer_remembers_the_jobs_that_the_provider_holds() {
    ExtBuilder.build_and_execute(|| {
        matched_job();
        assert_ok!(ComputeMarket::withdraw_offer(signed(PROVIDER)));
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), capability(), 3, 1));
        assert_eq!(Offers::<Test>::get(PROVIDER).map(|offer| offer.slots_taken), Some(1));
    });
}

#[test]
fn only_an_active_provider_offers() {
    ExtBuilder.build_and_execute(|| {
        let set_offer = || ComputeMarket::set_offer(signed(PROVIDER), capability(), UNIT_PRICE, 1);
        assert_noop!(set_offer(), Error::<Test>::ProviderNotFound);
        assert_ok!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND));
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        assert_noop!(set_offer(), Error::<Test>::Retired);
    });
}

#[test]
fn an_offer_of_nothing_is_refused() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND));
        let no_cores = Capability { cores: 0, ..capability() };
        let no_memory = Capability { memory_mib: 0, ..capability() };
        for (capability, unit_price, slots) in
            [(capability(), 0, 1), (capability(), 1, 0), (no_cores, 1, 1), (no_memory, 1, 1)]
        {
            let refused = ComputeMarket::set_offer(signed(PROVIDER), capability, unit_price, slots);
            assert_noop!(refused, Error::<Test>::InvalidOffer);
        }
    });
}

#[test]
fn a_full_index_refuses_another_offer_but_not_a_replacement() {
    ExtBuilder.build_and_execute(|| {
        (PROVIDER..PROVIDER + 4).for_each(|provider| offer(provider, UNIT_PRICE));
        assert_ok!(ComputeMarket::register_provider(signed(STRANGER), MIN_BOND));
        let refused = ComputeMarket::set_offer(signed(STRANGER), capability(), 1, 1);
        assert_noop!(refused, Error::<Test>::MaxOffersExceeded);
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), capability(), 1, 1));
    });
}

#[test]
fn a_bond_that_no_longer_covers_a_breach_makes_no_offer() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        for _ in 0..10 {
            let id = post();
            pass(ACCEPT_PERIOD + 1);
            assert_ok!(ComputeMarket::expire_job(signed(REPORTER), id));
            assert_ok!(ComputeMarket::cancel_job(signed(JOB_OWNER), id));
        }
        assert_eq!(bond_of(PROVIDER), 0);
        let refused = ComputeMarket::set_offer(signed(PROVIDER), capability(), UNIT_PRICE, 1);
        assert_noop!(refused, Error::<Test>::BondTooLow);
        open_job();
        assert_ok!(ComputeMarket::add_bond(signed(PROVIDER), BREACH));
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), capability(), UNIT_PRICE, 1));
    });
}
