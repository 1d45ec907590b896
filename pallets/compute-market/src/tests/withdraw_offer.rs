//! `withdraw_offer`.

use super::*;

fn withdraw(who: AccountId, offer: OfferId) -> Result<(), DispatchError> {
    plain(ComputeMarket::withdraw_offer(signed(who), offer))
}

#[test]
fn a_withdrawn_offer_gets_no_jobs() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        let id = offers_of(PROVIDER)[0];
        assert_ok!(withdraw(PROVIDER, id));
        assert!(matches!(last_event(), Event::OfferWithdrawn { offer, .. } if offer == id));
        assert_eq!((offers_of(PROVIDER), record(PROVIDER).offers), (vec![], 0));
        open_job();
    });
}

#[test]
fn the_other_offers_stay() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * (penalty_at(PRICE) + TRAINING_PRICE));
        let (cheap, dear) = (add(PROVIDER, capability(), 5, 1), add(PROVIDER, capability(), 6, 1));
        assert_ok!(withdraw(PROVIDER, cheap));
        assert_eq!(assignment(post()).offer, dear);
    });
}

#[test]
fn jobs_go_on_without_the_offer() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(withdraw(PROVIDER, assignment(id).offer));
        accept(PROVIDER, id);
        deliver_key(id);
        submit(PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 85 }, vec![EVALUATOR]));
        assert_eq!(duties(PROVIDER), (0, 0));
    });
}

#[test]
fn a_job_of_a_withdrawn_offer_frees_no_slot_of_a_new_one() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(withdraw(PROVIDER, assignment(id).offer));
        add(PROVIDER, capability(), UNIT_PRICE, 1);
        assert_eq!(slots_taken(PROVIDER), [0]);
        assert_ok!(decline(PROVIDER, id));
        assert_eq!(slots_taken(PROVIDER), [0]);
    });
}

#[test]
fn only_its_provider_withdraws_an_offer_and_only_once() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(withdraw(PROVIDER, OfferId::new(0)), Error::<Test>::OfferNotFound);
        offer(PROVIDER, UNIT_PRICE);
        let id = offers_of(PROVIDER)[0];
        assert_noop!(withdraw(SECOND_PROVIDER, id), Error::<Test>::NotAuthorized);
        assert_ok!(withdraw(PROVIDER, id));
        assert_noop!(withdraw(PROVIDER, id), Error::<Test>::OfferNotFound);
    });
}
