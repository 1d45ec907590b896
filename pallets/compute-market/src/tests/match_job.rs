//! `match_job`, and which offer is best.

use super::*;
use crate::matching::OfferBook;

fn match_job(id: JobId) -> Result<(), DispatchError> {
    ComputeMarket::match_job(signed(STRANGER), id).map(|_| ()).map_err(|refusal| refusal.error)
}

fn matched_provider(id: JobId) -> AccountId {
    *state(id).provider().expect("the job is matched")
}

#[test]
fn anybody_matches_an_open_job_with_an_offer() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        pass(3);
        assert_ok!(match_job(id));
        let accept_by = 4 + ACCEPT_PERIOD;
        assert_eq!(state(id), JobState::Matched { provider: PROVIDER, price: PRICE, accept_by });
        assert_eq!(last_event(), Event::JobMatched { job: id, provider: PROVIDER, accept_by, price: PRICE });
        assert!(OpenJobs::<Test>::get().is_empty());
        assert_eq!(Providers::<Test>::get(PROVIDER).map(|record| record.open_jobs), Some(1));
        assert_eq!(Offers::<Test>::get(PROVIDER).map(|offer| offer.slots_taken), Some(1));
    });
}

#[test]
fn without_an_eligible_offer_the_job_stays_open() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
    });
}

#[test]
fn only_an_open_job_is_matched_and_only_in_time() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(match_job(JobId::new(7)), refused(Error::JobNotFound));
        let matched = matched_job();
        assert_noop!(match_job(matched), refused(Error::InvalidState));
        let open = open_job();
        offer(SECOND_PROVIDER, UNIT_PRICE);
        pass(MATCH_PERIOD + 1);
        assert_noop!(match_job(open), refused(Error::Expired));
        run_to_block(1 + MATCH_PERIOD);
        assert_ok!(match_job(open));
    });
}

#[test]
fn expired_terms_stop_the_match_and_the_owner_is_refunded() {
    ExtBuilder.build_and_execute(|| {
        let (id, other) = (open_job(), open_job());
        offer(PROVIDER, UNIT_PRICE);
        Permitted::set(&false);
        let info = ComputeMarket::match_job(signed(STRANGER), id).expect("the job is closed");
        assert_eq!(info.actual_weight, Some(<() as WeightInfo>::close_open_job()));
        assert_eq!(outcome(id), JobOutcome::Expired);
        let closed = Event::JobClosed { job: id, owner: JOB_OWNER, outcome: JobOutcome::Expired, refunded: ESCROW };
        assert_eq!(last_event(), closed);
        assert_eq!(balance(JOB_OWNER), FUNDS - 2 * DEPOSIT - ESCROW);
        assert_eq!(OpenJobs::<Test>::get().into_inner(), [other]);
        assert_eq!(Offers::<Test>::get(PROVIDER).map(|offer| offer.slots_taken), Some(0));
        // Terms that permit again do not bring it back.
        Permitted::set(&true);
        assert_noop!(match_job(id), refused(Error::InvalidState));
    });
}

#[test]
fn a_dataset_that_was_delisted_or_grew_dearer_still_serves() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        Listed::set(&false);
        QuotedPrice::set(&1_000_000);
        assert_ok!(match_job(id));
        accept(PROVIDER, id);
        assert_eq!(Uses::get().into_iter().map(|(.., price)| price).collect::<Vec<_>>(), [TRAINING_PRICE]);
    });
}

#[test]
fn an_offer_must_be_eligible() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        // Too dear.
        offer(PROVIDER, MAX_UNIT_PRICE + 1);
        assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
        // Too small, in each respect.
        for weak in [Capability { cores: 3, ..capability() }, Capability { memory_mib: 8_191, ..capability() }] {
            assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), weak, UNIT_PRICE, 1));
            assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
        }
        // The owner's or the data provider's own machine.
        offer(JOB_OWNER, UNIT_PRICE);
        offer(DATA_PROVIDER, UNIT_PRICE);
        assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
        // The ends of price and capability are included.
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), capability(), MAX_UNIT_PRICE, 1));
        assert_ok!(match_job(id));
    });
}

#[test]
fn a_cpu_does_not_do_for_a_job_that_needs_a_gpu() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        let requirements = Capability { device: DeviceClass::Cuda, ..capability() };
        assert_ok!(ComputeMarket::post_job(signed(JOB_OWNER), JobRequest { requirements, ..request() }));
        let id = JobId::new(0);
        assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), requirements, UNIT_PRICE, 1));
        assert_ok!(match_job(id));
    });
}

#[test]
fn a_provider_without_a_free_slot_waits() {
    ExtBuilder.build_and_execute(|| {
        matched_job();
        let second = open_job();
        assert_noop!(match_job(second), refused(Error::NoEligibleOffer));
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), capability(), UNIT_PRICE, 2));
        assert_ok!(match_job(second));
    });
}

#[test]
fn a_bond_covers_a_breach_of_every_job() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND));
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), capability(), 1, 100));
        (0..10).for_each(|_| assert_eq!(matched_provider(post()), PROVIDER));
        open_job();
    });
}

#[test]
fn a_provider_that_failed_gets_no_second_try() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        assert_ok!(ComputeMarket::release_job(signed(PROVIDER), id));
        assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
        offer(SECOND_PROVIDER, MAX_UNIT_PRICE);
        assert_ok!(match_job(id));
        assert_eq!(matched_provider(id), SECOND_PROVIDER);
    });
}

#[test]
fn the_cheapest_of_equally_reputed_offers_wins() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, 12);
        offer(SECOND_PROVIDER, 11);
        let id = post();
        assert_eq!(matched_provider(id), SECOND_PROVIDER);
    });
}

#[test]
fn reputation_outweighs_a_higher_price() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, 10);
        offer(SECOND_PROVIDER, 12);
        set_reputation(PROVIDER, 20);
        set_reputation(SECOND_PROVIDER, 90);
        // ceil(10 * 200 / 120) = 17 against ceil(12 * 200 / 190) = 13.
        let id = post();
        assert_eq!(matched_provider(id), SECOND_PROVIDER);
        let JobState::Matched { price, .. } = state(id) else { panic!("the job is matched") };
        assert_eq!(price, Balance::from(WORK_UNITS) * 12);
    });
}

#[test]
fn among_equals_the_index_decides() {
    ExtBuilder.build_and_execute(|| {
        offer(SECOND_PROVIDER, 10);
        offer(PROVIDER, 10);
        assert_eq!(matched_provider(post()), SECOND_PROVIDER);
        // Equal adjusted prices at different unit prices: the cheaper comes first in the index.
        offer(THIRD_PROVIDER, 9);
        set_reputation(THIRD_PROVIDER, 35);
        assert_eq!(OfferBook::<Test>::adjusted_price(9, 35), OfferBook::<Test>::adjusted_price(10, 50));
        assert_eq!(matched_provider(post()), THIRD_PROVIDER);
    });
}

#[test]
fn adjusted_prices_round_up_and_stay_between_one_and_two_prices() {
    let adjusted = OfferBook::<Test>::adjusted_price;
    assert_eq!(adjusted(10, 100), 10);
    assert_eq!(adjusted(10, 50), 14);
    assert_eq!(adjusted(10, 1), 20);
    assert_eq!(adjusted(1, 50), 2);
    assert_eq!(adjusted(10, 0), adjusted(10, 1));
    assert_eq!(adjusted(10, 255), 10);
    assert_eq!(adjusted(Balance::MAX, 50), Balance::MAX);
    for price in 1..300 {
        for reputation in 1..=100 {
            let value = adjusted(price, reputation);
            assert!(price <= value && value <= 2 * price);
        }
    }
}

#[test]
fn the_search_ends_where_no_offer_can_be_better() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, 5);
        offer(SECOND_PROVIDER, 6);
        offer(THIRD_PROVIDER, 7);
        offer(FOURTH_PROVIDER, 8);
        // ceil(5 * 200 / 150) = 7: offers from 7 upwards are not looked at.
        let info = ComputeMarket::post_job(signed(JOB_OWNER), request()).expect("the job is posted");
        assert_eq!(info.actual_weight, Some(<() as WeightInfo>::post_job(2)));
    });
}

#[test]
fn the_search_finds_what_looking_at_every_offer_finds() {
    let providers = [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER, FOURTH_PROVIDER];
    for case in 0u32..200 {
        ExtBuilder.build_and_execute(|| {
            let draw = |index: u32, end| {
                draw::below(&draw::derive(&Seed::new([7; 32]), b"test of the offer search", &(case, index)), end)
            };
            for (index, provider) in (0u32..).zip(providers) {
                offer(provider, Balance::from(draw(index, 24)) + 1);
                set_reputation(provider, draw(index + 4, 100) as u8 + 1);
            }
            let best = OfferIndex::<Test>::get()
                .into_iter()
                .filter(|(unit_price, _)| *unit_price <= MAX_UNIT_PRICE)
                .min_by_key(|(unit_price, provider)| {
                    let reputation = Balance::from(<TestReputation as seams::Reputation<_>>::of(provider));
                    (unit_price * 200).div_ceil(100 + reputation)
                })
                .map(|(_, provider)| provider);
            assert_eq!(state(post()).provider().copied(), best);
        });
    }
}
