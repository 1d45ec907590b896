//! What a provider stakes: bonds grow with concurrent work, however many offers it makes.

use super::*;
use frame_support::traits::fungible::MutateFreeze;

fn exposure() -> Balance {
    // A tenth of the least bond, and of the price.
    assert_eq!((least_penalty(), penalty_at(PRICE)), (LEAST_PENALTY, PRICE / 10));
    penalty_at(PRICE) + TRAINING_PRICE
}

#[test]
fn the_bond_covers_what_all_jobs_together_could_cost() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 3 * exposure() + least_penalty());
        add(PROVIDER, capability(), UNIT_PRICE, 64);
        for held in 1..=3 {
            assert_eq!(holder(post()), Some(PROVIDER));
            assert_eq!(duties(PROVIDER), (held, Balance::from(held) * exposure()));
        }
        // The rest covers a least penalty, not this job.
        let id = open_job();
        assert_noop!(match_with(id, offers_of(PROVIDER)[0]), refused(Error::NoEligibleOffer));
        // All of them fail at once, and the bond pays for each.
        let jobs: Vec<_> = (0..3).map(JobId::new).collect();
        jobs.iter().for_each(|id| accept(PROVIDER, *id));
        jobs.iter().for_each(|id| deliver_key(*id));
        pass(1_000);
        jobs.iter().for_each(|id| { assert_ok!(expire(*id)); });
        assert_eq!(bond_of(PROVIDER), least_penalty());
        assert_eq!(credited_to(DATA_PROVIDER), 3 * income(TRAINING_PRICE));
    });
}

#[test]
fn many_offers_hold_no_more_jobs_than_the_bond_covers() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 2 * exposure() + 8 * least_penalty());
        let most: u32 = <Test as Config>::MaxOffersPerProvider::get();
        (0..most).for_each(|_| { add(PROVIDER, capability(), UNIT_PRICE, 64); });
        let covered = u32::try_from(bond_of(PROVIDER) / exposure()).expect("few");
        for _ in 0..covered {
            assert_eq!(holder(post()), Some(PROVIDER));
        }
        let waiting = open_job();
        for offer in offers_of(PROVIDER) {
            assert_noop!(match_with(waiting, offer), refused(Error::NoEligibleOffer));
        }
        assert!(duties(PROVIDER).1 <= bond_of(PROVIDER));
    });
}

#[test]
fn a_provider_holds_so_many_jobs_and_no_more() {
    ExtBuilder.build_and_execute(|| {
        let most: u32 = <Test as Config>::MaxJobsPerProvider::get();
        QuotedPrice::set(&0);
        let spec = with_epochs(1);
        register(PROVIDER, Balance::from(most + 2) * least_penalty().max(MIN_BOND));
        add(PROVIDER, capability(), UNIT_PRICE, u32::MAX);
        let jobs: Vec<_> =
            (0..most).map(|_| post_for(JOB_OWNER, JobRequest { spec: spec.clone(), ..request() })).collect();
        assert!(jobs.iter().all(|id| holder(*id) == Some(PROVIDER)));
        let waiting = post_for(JOB_OWNER, JobRequest { spec, ..request() });
        assert!(is_open(waiting));
        assert_noop!(match_with(waiting, offers_of(PROVIDER)[0]), refused(Error::NoEligibleOffer));
        assert_ok!(decline(PROVIDER, jobs[0]));
        assert_ok!(match_job(waiting));
    });
}

#[test]
fn a_dear_job_costs_more_to_abandon_than_a_cheap_one() {
    ExtBuilder.build_and_execute(|| {
        QuotedPrice::set(&0);
        register(PROVIDER, 100 * MIN_BOND);
        add(PROVIDER, capability(), UNIT_PRICE, 64);
        let penalty_of = |epochs: u16| {
            let spec = with_epochs(epochs);
            assignment(post_for(JOB_OWNER, JobRequest { spec, ..request() })).penalty
        };
        let cheap = penalty_of(1);
        assert_eq!(cheap, least_penalty());
        let dear = penalty_of(1_000);
        assert_eq!(dear, penalty_at(6_318 * UNIT_PRICE));
        assert!(dear > cheap);
    });
}

#[test]
fn money_that_is_locked_after_it_became_a_bond_evades_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        // Everything is frozen, as by a vote, the bond with it.
        assert_ok!(Balances::set_freeze(&0, &PROVIDER, FUNDS));
        pass(1_000);
        assert_ok!(expire(id));
        let left = bond - penalty - TRAINING_PRICE;
        assert_eq!((bond_of(PROVIDER), record(PROVIDER).bond), (left, left));
        // What the lock keeps from the data provider is burned.
        let missing = TRAINING_PRICE - (credited_to(DATA_PROVIDER) + credited_to(TREASURY));
        assert_eq!(Burned::get(), penalty - owner_part(penalty) - reporter_part(penalty) + missing);
    });
}

#[test]
fn a_job_is_no_way_to_get_keys_for_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        let penalty = assignment(id).penalty;
        for next in [SECOND_PROVIDER, THIRD_PROVIDER] {
            deliver_key(id);
            assert_ok!(release(holder(id).expect("it runs"), id));
            offer(next, UNIT_PRICE);
            assert_ok!(match_job(id));
            accept(next, id);
        }
        deliver_key(id);
        assert_ok!(release(THIRD_PROVIDER, id));
        assert_eq!(outcome(id), JobOutcome::Expired);
        for provider in [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER] {
            assert_eq!(balance(provider) + bond_of(provider), FUNDS - penalty - TRAINING_PRICE);
        }
        // The owner has everything back, and a fifth of each penalty; the data provider was paid for each key.
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT + 3 * owner_part(penalty));
        assert_eq!(credited_to(DATA_PROVIDER), 3 * income(TRAINING_PRICE));
    });
}
