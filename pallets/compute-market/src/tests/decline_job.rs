//! `decline_job`.

use super::*;

#[test]
fn a_matched_job_is_declined_for_nothing_and_gets_the_time_back() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let bond = bond_of(PROVIDER);
        pass(2);
        assert_ok!(decline(PROVIDER, id));
        let match_by = 1 + 2 + MATCH_PERIOD;
        assert_eq!(state(id), JobState::Open { match_by });
        assert_eq!((job(id).failed_providers.into_inner(), job(id).attempts), (vec![PROVIDER], 0));
        let ends = [Event::JobDeclined { job: id, provider: PROVIDER }, Event::JobQueuedAgain { job: id, match_by }];
        assert!(events().ends_with(&ends));
        assert_eq!((bond_of(PROVIDER), Burned::get()), (bond, 0));
        assert!(penalties().is_empty());
        assert_eq!(escrow(), ESCROW);
        assert_eq!((duties(PROVIDER), slots_taken(PROVIDER)), ((0, 0), vec![0]));
    });
}

#[test]
fn a_provider_that_declined_is_not_matched_with_the_job_again() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(decline(PROVIDER, id));
        idle();
        assert!(is_open(id));
        assert_noop!(match_with(id, offers_of(PROVIDER)[0]), refused(Error::NoEligibleOffer));
        offer(SECOND_PROVIDER, MAX_UNIT_PRICE);
        idle();
        assert_eq!(holder(id), Some(SECOND_PROVIDER));
        // Another job it may have.
        assert_eq!(holder(post()), Some(PROVIDER));
    });
}

#[test]
fn declining_uses_up_neither_an_attempt_nor_time_to_be_matched() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let mut match_by = 1 + MATCH_PERIOD;
        assert_ok!(decline(PROVIDER, id));
        for next in [SECOND_PROVIDER, THIRD_PROVIDER] {
            offer(next, UNIT_PRICE);
            // Waiting open uses time up, waiting for the provider does not.
            pass(3);
            assert_ok!(match_job(id));
            pass(ACCEPT_PERIOD);
            assert_ok!(decline(next, id));
            match_by += ACCEPT_PERIOD;
            assert_eq!(state(id), JobState::Open { match_by });
        }
        offer(FOURTH_PROVIDER, UNIT_PRICE);
        assert_ok!(match_job(id));
        assert_eq!((holder(id), job(id).attempts), (Some(FOURTH_PROVIDER), 0));
    });
}

#[test]
fn no_number_of_declines_kills_a_job() {
    ExtBuilder.build_and_execute(|| {
        // Sybils with one offer each decline whatever they get.
        let id = open_job();
        let remembered = job::MAX_FAILED_PROVIDERS as usize;
        let mut declined = Vec::new();
        for sybil in 1_000..1_000 + 2 * u64::from(job::MAX_FAILED_PROVIDERS) {
            assert_ok!(Balances::transfer_allow_death(signed(STRANGER), sybil, bond_for_one() + EXISTENTIAL_DEPOSIT));
            register(sybil, bond_for_one());
            add(sybil, capability(), UNIT_PRICE, 1);
            assert_ok!(match_job(id));
            let given = holder(id).expect("it was matched");
            // Who was forgotten may have it again, the others not.
            let latest = declined.len().saturating_sub(remembered);
            assert!(!declined[latest..].contains(&given));
            assert_ok!(decline(given, id));
            declined.push(given);
            assert!(is_open(id));
        }
        assert_eq!(job(id).failed_providers.into_inner(), declined[declined.len() - remembered..]);
        assert!(declined[remembered..].contains(&1_000), "the first that declined had it again");
        assert_eq!((job(id).attempts, escrow()), (0, ESCROW));
    });
}

#[test]
fn who_failed_is_remembered_whoever_declines() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(release(PROVIDER, id));
        let others = (1..job::MAX_FAILED_PROVIDERS).map(|index| 1_000 + u64::from(index));
        let all: Vec<_> = [PROVIDER].into_iter().chain(others).collect();
        Jobs::<Test>::mutate_extant(id, |job| job.failed_providers = all.try_into().expect("they fit"));
        offer(SECOND_PROVIDER, UNIT_PRICE + 1);
        assert_ok!(match_job(id));
        assert_ok!(decline(SECOND_PROVIDER, id));
        let remembered = job(id).failed_providers.into_inner();
        assert_eq!(remembered.len(), job::MAX_FAILED_PROVIDERS as usize);
        assert_eq!(remembered.last(), Some(&SECOND_PROVIDER));
    });
}

#[test]
fn whoever_lets_the_time_to_accept_run_out_takes_no_time_from_the_job() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        pass(MATCH_PERIOD - 1);
        assert_ok!(match_job(id));
        pass(ACCEPT_PERIOD);
        assert_ok!(decline(PROVIDER, id));
        assert_eq!(state(id), JobState::Open { match_by: System::block_number() + 1 });
        offer(SECOND_PROVIDER, UNIT_PRICE);
        pass(1);
        assert_ok!(match_job(id));
        assert_eq!(holder(id), Some(SECOND_PROVIDER));
    });
}

#[test]
fn a_job_matched_in_its_last_block_and_declined_is_open_for_the_rest_of_that_block() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, UNIT_PRICE);
        pass(MATCH_PERIOD);
        assert_ok!(match_job(id));
        pass(2);
        assert_ok!(decline(PROVIDER, id));
        assert_eq!(state(id), JobState::Open { match_by: System::block_number() });
        offer(SECOND_PROVIDER, UNIT_PRICE);
        pass(1);
        idle();
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
    });
}

#[test]
fn declining_comes_too_late_when_the_time_to_accept_is_over() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        pass(ACCEPT_PERIOD + 1);
        assert_noop!(decline(PROVIDER, id), Error::<Test>::Expired);
        run_to_block(1 + ACCEPT_PERIOD);
        assert_ok!(decline(PROVIDER, id));
    });
}

#[test]
fn only_the_matched_provider_declines_and_only_before_accepting() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(decline(PROVIDER, JobId::new(7)), Error::<Test>::JobNotFound);
        let open = open_job();
        assert_noop!(decline(PROVIDER, open), Error::<Test>::InvalidState);
        let id = matched_job();
        assert_noop!(decline(SECOND_PROVIDER, id), Error::<Test>::NotAuthorized);
        assert_noop!(decline(JOB_OWNER, id), Error::<Test>::NotAuthorized);
        accept(PROVIDER, id);
        assert_noop!(decline(PROVIDER, id), Error::<Test>::InvalidState);
    });
}
