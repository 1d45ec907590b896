//! `update_offer`.

use super::*;

fn update(offer: OfferId, capability: Capability, unit_price: Balance, slots: u32) -> Result<(), DispatchError> {
    plain(ComputeMarket::update_offer(signed(PROVIDER), offer, capability, unit_price, slots))
}

#[test]
fn an_offer_changes_and_keeps_its_id() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, bond_for_one());
        let id = add(PROVIDER, capability(), MAX_UNIT_PRICE + 1, 1);
        let waiting = open_job();
        assert_ok!(update(id, cpu(16, 32_768), UNIT_PRICE, 3));
        let offer = offer_of(PROVIDER);
        assert_eq!((offer.capability, offer.unit_price, offer.slots), (cpu(16, 32_768), UNIT_PRICE, 3));
        assert_eq!(record(PROVIDER).offers, 1);
        assert!(matches!(last_event(), Event::OfferUpdated { offer, provider: PROVIDER, .. } if offer == id));
        assert_ok!(match_job(waiting));
        assert_eq!(assignment(waiting).offer, id);
    });
}

#[test]
fn an_offer_that_moves_leaves_no_trace_in_its_old_class() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, MIN_BOND);
        let id = add(PROVIDER, capability(), UNIT_PRICE, 1);
        assert_ok!(update(id, machine(DeviceClass::Cuda, 0), UNIT_PRICE, 1));
        open_job();
        assert_ok!(update(id, cpu(2, 2_048), UNIT_PRICE, 1));
        open_job();
    });
}

#[test]
fn jobs_keep_price_and_slots_whatever_the_offer_becomes() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * (penalty_at(PRICE) + TRAINING_PRICE));
        let id = add(PROVIDER, capability(), UNIT_PRICE, 2);
        let (first, second) = (post(), post());
        assert_ok!(update(id, capability(), UNIT_PRICE + 5, 1));
        assert_eq!(slots_taken(PROVIDER), [2]);
        assert_eq!((assignment(first).price, assignment(second).price), (PRICE, PRICE));
        // More taken than there are: none is free until two came back.
        open_job();
        assert_ok!(decline(PROVIDER, first));
        assert_eq!(holder(post()), None);
        assert_ok!(decline(PROVIDER, second));
        assert_eq!(slots_taken(PROVIDER), [0]);
        assert_eq!(holder(post()), Some(PROVIDER));
    });
}

#[test]
fn the_offer_has_to_be_in_order() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, MIN_BOND);
        let id = add(PROVIDER, capability(), UNIT_PRICE, 1);
        let floor = MIN_UNIT_PRICE;
        assert_noop!(update(id, capability(), floor - 1, 1), Error::<Test>::InvalidOffer);
        assert_noop!(update(id, capability(), UNIT_PRICE, 0), Error::<Test>::InvalidOffer);
        assert_noop!(update(id, cpu(1, 511), UNIT_PRICE, 1), Error::<Test>::InvalidOffer);
    });
}

#[test]
fn only_the_provider_changes_its_offer() {
    ExtBuilder.build_and_execute(|| {
        offer(SECOND_PROVIDER, UNIT_PRICE);
        let theirs = offers_of(SECOND_PROVIDER)[0];
        assert_noop!(update(OfferId::new(77), capability(), UNIT_PRICE, 1), Error::<Test>::OfferNotFound);
        register(PROVIDER, MIN_BOND);
        assert_noop!(update(theirs, capability(), UNIT_PRICE, 1), Error::<Test>::NotAuthorized);
    });
}
