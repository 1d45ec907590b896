//! `withdraw_offer`.

use super::*;

#[test]
fn a_withdrawn_offer_gets_no_jobs() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        assert_ok!(ComputeMarket::withdraw_offer(signed(PROVIDER)));
        assert_eq!(last_event(), Event::OfferWithdrawn { provider: PROVIDER });
        assert!(Offers::<Test>::get(PROVIDER).is_none());
        assert!(OfferIndex::<Test>::get().is_empty());
        open_job();
    });
}

#[test]
fn jobs_go_on_without_the_offer() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(ComputeMarket::withdraw_offer(signed(PROVIDER)));
        accept(PROVIDER, id);
        deliver_key(id);
        submit(PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 85 }, vec![EVALUATOR]));
        assert_eq!(Providers::<Test>::get(PROVIDER).map(|record| record.open_jobs), Some(0));
    });
}

#[test]
fn without_an_offer_there_is_nothing_to_withdraw() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(ComputeMarket::withdraw_offer(signed(PROVIDER)), Error::<Test>::OfferNotFound);
    });
}
