//! `match_job`: who may be matched with whom, the hint, and how far the search goes.

use super::*;

#[test]
fn anybody_matches_an_open_job_with_an_offer() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        pass(3);
        assert_ok!(match_job(id));
        let accept_by = 4 + ACCEPT_PERIOD;
        let penalty = penalty_at(PRICE);
        let offer = offers_of(PROVIDER)[0];
        let assignment = Assignment { provider: PROVIDER, offer, price: PRICE, penalty, probe: None };
        assert_eq!(state(id), JobState::Matched { assignment, accept_by });
        assert_eq!(last_event(), Event::JobMatched { job: id, provider: PROVIDER, accept_by, price: PRICE });
        assert_eq!(duties(PROVIDER), (1, penalty + TRAINING_PRICE));
        assert_eq!(slots_taken(PROVIDER), [1]);
        assert_noop!(plain(ComputeMarket::match_job(RuntimeOrigin::none(), id, None)), DispatchError::BadOrigin);
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
        let info = ComputeMarket::match_job(signed(STRANGER), id, None).expect("the job is closed");
        assert_eq!(info.actual_weight, Some(<() as WeightInfo>::close_open_job()));
        assert_eq!(outcome(id), JobOutcome::Expired);
        let closed = Event::JobClosed { job: id, owner: JOB_OWNER, outcome: JobOutcome::Expired, refunded: ESCROW };
        assert_eq!(last_event(), closed);
        assert_eq!(balance(JOB_OWNER), FUNDS - 2 * DEPOSIT - ESCROW);
        assert!(is_open(other));
        assert_eq!(slots_taken(PROVIDER), [0]);
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
        register(PROVIDER, 10 * bond_for_one());
        // Too dear.
        let offer_id = add(PROVIDER, capability(), MAX_UNIT_PRICE + 1, 1);
        assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
        let update = |capability, unit_price| {
            assert_ok!(ComputeMarket::update_offer(signed(PROVIDER), offer_id, capability, unit_price, 1));
        };
        // Too small, in each respect.
        for weak in [cpu(3, 8_192), cpu(4, 8_191)] {
            update(weak, UNIT_PRICE);
            assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
            assert_noop!(match_with(id, offer_id), refused(Error::NoEligibleOffer));
        }
        // The owner's or the data provider's own machine.
        for party in [JOB_OWNER, DATA_PROVIDER] {
            offer(party, UNIT_PRICE);
            assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
            assert_noop!(match_with(id, offers_of(party)[0]), refused(Error::NoEligibleOffer));
        }
        // The ends of price and capability are included.
        update(capability(), MAX_UNIT_PRICE);
        assert_ok!(match_job(id));
    });
}

#[test]
fn an_owner_that_is_too_dear_for_its_own_job_cannot_be_forced_by_a_hint() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, MAX_UNIT_PRICE + 1);
        assert_noop!(match_with(id, offers_of(PROVIDER)[0]), refused(Error::NoEligibleOffer));
        assert_noop!(match_with(id, OfferId::new(77)), refused(Error::NoEligibleOffer));
    });
}

#[test]
fn a_cpu_does_not_do_for_a_job_that_needs_a_gpu_nor_the_other_way_round() {
    ExtBuilder.build_and_execute(|| {
        let cuda = machine(DeviceClass::Cuda, 2);
        let gpu_job = post_for(JOB_OWNER, JobRequest { requirements: cuda, ..request() });
        let cpu_job = open_job();
        offer(PROVIDER, UNIT_PRICE);
        assert_noop!(match_job(gpu_job), refused(Error::NoEligibleOffer));
        register(SECOND_PROVIDER, bond_for_one());
        add(SECOND_PROVIDER, machine(DeviceClass::Cuda, 3), UNIT_PRICE - 1, 1);
        assert_ok!(match_job(cpu_job));
        assert_eq!(holder(cpu_job), Some(PROVIDER));
        assert_ok!(match_job(gpu_job));
        assert_eq!(holder(gpu_job), Some(SECOND_PROVIDER));
    });
}

#[test]
fn a_larger_machine_serves_a_smaller_job_and_never_the_other_way_round() {
    for (job_tier, offer_tier) in (0..machine::TIERS).flat_map(|job| (0..machine::TIERS).map(move |offer| (job, offer))) {
        for device in [DeviceClass::Cpu, DeviceClass::Cuda] {
            ExtBuilder.build_and_execute(|| {
                register(PROVIDER, bond_for_one());
                add(PROVIDER, machine(device, offer_tier), UNIT_PRICE, 1);
                let requirements = machine(device, job_tier);
                let id = post_for(JOB_OWNER, JobRequest { requirements, ..request() });
                assert_eq!(holder(id).is_some(), offer_tier >= job_tier, "{job_tier} {offer_tier}");
            });
        }
    }
}

#[test]
fn a_hint_makes_good_what_the_ladder_rounds_away() {
    ExtBuilder.build_and_execute(|| {
        // Three cores round down to tier 1 as an offer, and up to tier 2 as a requirement.
        register(PROVIDER, bond_for_one());
        let offer = add(PROVIDER, cpu(3, 8_192), UNIT_PRICE, 1);
        let id = post_for(JOB_OWNER, JobRequest { requirements: cpu(3, 8_192), ..request() });
        assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
        assert_ok!(match_with(id, offer));
        assert_eq!(assignment(id).offer, offer);
    });
}

#[test]
fn a_hint_never_beats_what_the_search_finds() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        offer(SECOND_PROVIDER, MAX_UNIT_PRICE);
        assert_ok!(match_with(id, offers_of(SECOND_PROVIDER)[0]));
        assert_eq!(holder(id), Some(PROVIDER));
    });
}

#[test]
fn a_provider_without_a_free_slot_waits() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * bond_for_one());
        let offer = add(PROVIDER, capability(), UNIT_PRICE, 1);
        assert_eq!(holder(post()), Some(PROVIDER));
        let second = open_job();
        assert_noop!(match_job(second), refused(Error::NoEligibleOffer));
        assert_noop!(match_with(second, offer), refused(Error::NoEligibleOffer));
        assert_ok!(ComputeMarket::update_offer(signed(PROVIDER), offer, capability(), UNIT_PRICE, 2));
        assert_ok!(match_job(second));
    });
}

#[test]
fn a_provider_that_failed_gets_no_second_try_with_any_of_its_offers() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * bond_for_one());
        add(PROVIDER, capability(), UNIT_PRICE, 1);
        let other = add(PROVIDER, capability(), UNIT_PRICE + 1, 1);
        let id = post();
        accept(PROVIDER, id);
        deliver_key(id);
        assert_ok!(release(PROVIDER, id));
        assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
        assert_noop!(match_with(id, other), refused(Error::NoEligibleOffer));
        offer(SECOND_PROVIDER, MAX_UNIT_PRICE);
        assert_ok!(match_job(id));
        assert_eq!(holder(id), Some(SECOND_PROVIDER));
    });
}

/// Cheap offers of as many sybils, whose bonds cover a least penalty and not a usual job.
fn offers_that_cannot(count: u32) {
    assert!(MIN_BOND < penalty_at(PRICE) + TRAINING_PRICE, "a least bond does not cover a usual job");
    for sybil in 1_000..1_000 + u64::from(count) {
        assert_ok!(Balances::transfer_allow_death(signed(STRANGER), sybil, MIN_BOND + EXISTENTIAL_DEPOSIT));
        register(sybil, MIN_BOND);
        add(sybil, capability(), UNIT_PRICE, 1);
    }
}

#[test]
fn bonds_that_cover_the_least_job_and_not_this_one_are_looked_at_and_the_search_ends() {
    ExtBuilder.build_and_execute(|| {
        // As many cheap offers with a bond too small for this job as a search looks at, then an honest one.
        let id = open_job();
        offers_that_cannot(MAX_LOOKS);
        offer(PROVIDER, UNIT_PRICE + 1);
        let refusal = ComputeMarket::match_job(signed(STRANGER), id, None).unwrap_err();
        assert_eq!(refusal.error, refused(Error::NoEligibleOffer));
        idle();
        assert!(is_open(id));
        // A hint helps.
        assert_ok!(match_with(id, offers_of(PROVIDER)[0]));
        assert_eq!(holder(id), Some(PROVIDER));
    });
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offers_that_cannot(MAX_LOOKS - 1);
        offer(PROVIDER, UNIT_PRICE + 1);
        assert_ok!(match_job(id));
        assert_eq!(holder(id), Some(PROVIDER));
    });
}

#[test]
fn many_offers_of_few_providers_that_cannot_hide_nobody() {
    ExtBuilder.build_and_execute(|| {
        // As many offers as a search looks at, of a few providers whose bonds do not cover this job.
        let id = open_job();
        let each: u32 = <Test as Config>::MaxOffersPerProvider::get();
        let few = MAX_LOOKS / each;
        offers_that_cannot(few);
        for sybil in 1_000..1_000 + u64::from(few) {
            (1..each).for_each(|_| { add(sybil, capability(), UNIT_PRICE, 1); });
        }
        offer(PROVIDER, UNIT_PRICE + 1);
        let info = ComputeMarket::match_job(signed(STRANGER), id, None).expect("the job is matched");
        assert_eq!(holder(id), Some(PROVIDER));
        // One look at each of them and at what fits.
        assert_eq!(info.actual_weight, Some(<() as WeightInfo>::match_job(1, few + 1, few * (each - 1))));
    });
}

#[test]
fn many_offers_of_providers_that_failed_the_job_hide_nobody() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        let each: u32 = <Test as Config>::MaxOffersPerProvider::get();
        let failed: Vec<_> = (0..MAX_LOOKS / each).map(|index| 1_000 + u64::from(index)).collect();
        for sybil in &failed {
            assert_ok!(Balances::transfer_allow_death(signed(STRANGER), *sybil, bond_for_one() + EXISTENTIAL_DEPOSIT));
            register(*sybil, bond_for_one());
            (0..each).for_each(|_| { add(*sybil, capability(), UNIT_PRICE, 1); });
        }
        Jobs::<Test>::mutate_extant(id, |job| job.failed_providers = failed.try_into().expect("they fit"));
        offer(PROVIDER, UNIT_PRICE + 1);
        assert_ok!(match_job(id));
        assert_eq!(holder(id), Some(PROVIDER));
    });
}

#[test]
fn a_cheaper_offer_of_a_bond_that_did_not_cover_a_dearer_one_is_still_found() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        let price = |unit_price| Balance::from(WORK_UNITS) * unit_price;
        register(PROVIDER, penalty_at(price(10)) + TRAINING_PRICE);
        assert!(penalty_at(price(10)) < penalty_at(price(11)));
        set_reputation(PROVIDER, 5);
        let cheap = add(PROVIDER, capability(), 10, 1);
        set_reputation(PROVIDER, 100);
        // Only this one stands in today's band, before the cheap one that still stands in the lowest.
        add(PROVIDER, capability(), 11, 1);
        assert_ok!(match_job(id));
        assert_eq!(assignment(id).offer, cheap);
    });
}

#[test]
fn an_offer_in_a_band_of_the_past_is_moved_when_it_is_looked_at() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, 10);
        offer(SECOND_PROVIDER, 11);
        set_reputation(PROVIDER, 5);
        // ceil(10 * 200 / 110) = 19 against ceil(11 * 200 / 150) = 15.
        assert_ok!(match_job(id));
        assert_eq!(holder(id), Some(SECOND_PROVIDER));
        assert_eq!(offer_of(PROVIDER).band, 0);
        // A rise is seen likewise.
        set_reputation(PROVIDER, 100);
        assert_eq!(holder(post()), Some(PROVIDER));
        assert_eq!(offer_of(PROVIDER).band, 4);
    });
}

#[test]
fn a_retired_providers_offer_is_no_hint() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        let offer = offers_of(PROVIDER)[0];
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        assert_noop!(match_job(id), refused(Error::NoEligibleOffer));
        assert_noop!(match_with(id, offer), refused(Error::NoEligibleOffer));
    });
}

#[test]
fn weight_follows_what_was_looked_at() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        let info = ComputeMarket::match_job(signed(STRANGER), id, None).expect("the job is matched");
        let actual = info.actual_weight.expect("the call refunds");
        let least = <() as WeightInfo>::match_job(1, 1, 0);
        let most = <() as WeightInfo>::match_job(MAX_HEADS, MAX_LOOKS + 1, MAX_SKIPS);
        assert!(least.all_lte(actual) && actual.all_lt(most), "{actual:?}");
    });
}
