//! Parameters that change while a job is on its way: what was agreed at the match stays.

use super::*;

/// Everything dearer by a factor.
fn raise() {
    SlashShare::set(&Permill::from_percent(90));
    LiabilityShare::set(&Permill::from_percent(90));
    LeastBond::set(&(5 * MIN_BOND));
    PriceFloor::set(&(UNIT_PRICE + 1));
    QuotedPrice::set(&600);
}

#[test]
fn penalty_and_exposure_are_fixed_at_the_match() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let (bond, penalty, held) = (bond_of(PROVIDER), assignment(id).penalty, duties(PROVIDER));
        raise();
        assert!(penalty_at(PRICE) > penalty);
        assert_eq!((assignment(id).penalty, duties(PROVIDER)), (penalty, held));
        pass(1_000);
        assert_ok!(expire(id));
        assert_eq!(bond_of(PROVIDER), bond - penalty - TRAINING_PRICE);
        assert_eq!(duties(PROVIDER), (0, 0));
    });
}

#[test]
fn prices_are_fixed_at_posting_and_match() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        raise();
        submit(PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 85 }, vec![EVALUATOR]));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - PRICE - TRAINING_PRICE);
    });
}

#[test]
fn offers_that_the_bond_no_longer_covers_are_passed_over_and_come_back() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE + 1);
        raise();
        let before = bond_of(PROVIDER);
        assert!(before < least_penalty());
        open_job();
        assert_ok!(ComputeMarket::refresh_offers(signed(STRANGER), PROVIDER));
        assert_ok!(ComputeMarket::add_bond(signed(PROVIDER), 10 * penalty_at(2 * PRICE)));
        assert_eq!(holder(post()), Some(PROVIDER));
    });
}

#[test]
fn jobs_and_offers_below_a_floor_that_rose_stay_what_they_are() {
    ExtBuilder.build_and_execute(|| {
        let id = post_for(JOB_OWNER, JobRequest { max_unit_price: UNIT_PRICE, ..request() });
        offer(PROVIDER, UNIT_PRICE);
        let bond = bond_of(PROVIDER);
        PriceFloor::set(&(UNIT_PRICE + 1));
        assert_ok!(match_job(id));
        assert_ok!(cancel(id));
        assert_eq!(bond_of(PROVIDER), bond);
    });
}

#[test]
fn a_lower_penalty_is_that_of_jobs_matched_from_then_on() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * bond_for_one());
        add(PROVIDER, capability(), UNIT_PRICE, 8);
        let before = assignment(post()).penalty;
        SlashShare::set(&Permill::zero());
        LiabilityShare::set(&Permill::zero());
        let after = assignment(post()).penalty;
        assert!(after < before);
        assert_eq!(after, 0);
        assert_eq!(duties(PROVIDER), (2, before + 2 * TRAINING_PRICE));
        pass(1_000);
        [0, 1].into_iter().for_each(|id| { assert_ok!(expire(JobId::new(id))); });
        assert_eq!(duties(PROVIDER), (0, 0));
    });
}
