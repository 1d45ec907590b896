//! `retire_provider`, also in the middle of jobs.

use super::*;

fn retire(who: AccountId) -> Result<(), DispatchError> {
    plain(ComputeMarket::retire_provider(signed(who)))
}

#[test]
fn a_retired_provider_has_no_offers_and_a_date() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * bond_for_one());
        (0..3).for_each(|_| { add(PROVIDER, capability(), UNIT_PRICE, 1); });
        assert_ok!(retire(PROVIDER));
        let retires_at = 1 + RETIRE_PERIOD;
        assert!(events().contains(&Event::ProviderRetired { provider: PROVIDER, retires_at }));
        let bond = 10 * bond_for_one();
        let retired = ProviderRecord { bond, exposure: 0, open_jobs: 0, offers: 0, retires_at: Some(retires_at) };
        assert_eq!((record(PROVIDER), offers_of(PROVIDER)), (retired, vec![]));
        open_job();
    });
}

#[test]
fn only_a_provider_retires_and_only_once() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(retire(PROVIDER), Error::<Test>::ProviderNotFound);
        offer(PROVIDER, UNIT_PRICE);
        assert_ok!(retire(PROVIDER));
        assert_noop!(retire(PROVIDER), Error::<Test>::Retired);
    });
}

#[test]
fn who_retires_in_the_middle_of_a_job_finishes_it_and_is_paid() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(retire(PROVIDER));
        assert_ok!(beat(PROVIDER, id, 5));
        submit(PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 85 }, vec![EVALUATOR]));
        assert!(credited_to(PROVIDER) > 0);
        assert_eq!(duties(PROVIDER), (0, 0));
    });
}

#[test]
fn a_slash_and_damages_reach_the_bond_of_a_retired_provider() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        assert_ok!(retire(PROVIDER));
        pass(RETIRE_PERIOD);
        assert_noop!(ComputeMarket::withdraw_bond(signed(PROVIDER)), Error::<Test>::JobsOpen);
        assert_ok!(expire(id));
        assert_eq!(bond_of(PROVIDER), bond - penalty - TRAINING_PRICE);
        assert_ok!(ComputeMarket::withdraw_bond(signed(PROVIDER)));
        assert_eq!(balance(PROVIDER), FUNDS - penalty - TRAINING_PRICE);
    });
}

#[test]
fn a_job_that_a_retired_provider_declines_does_not_bring_its_offer_back() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(retire(PROVIDER));
        assert_ok!(decline(PROVIDER, id));
        open_job();
        assert!(offers_of(PROVIDER).is_empty());
    });
}
