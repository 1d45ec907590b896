//! `release_job`.

use super::*;

#[test]
fn a_job_that_awaits_its_key_is_not_released_so_that_no_key_is_overtaken_and_read_unpaid() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        assert_noop!(release(PROVIDER, id), Error::<Test>::InvalidState);
        // The key that was on its way comes, and who gives the job back then pays for it.
        deliver_key(id);
        assert_ok!(release(PROVIDER, id));
        assert_eq!(credited_to(DATA_PROVIDER), income(TRAINING_PRICE));
    });
}

#[test]
fn a_released_job_is_queued_again_and_costs_the_penalty() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let penalty = assignment(id).penalty;
        pass(2);
        assert_ok!(release(PROVIDER, id));
        let match_by = System::block_number() + MATCH_PERIOD;
        assert_eq!(state(id), JobState::Open { match_by });
        assert_eq!((job(id).failed_providers.into_inner(), job(id).attempts), (vec![PROVIDER], 1));
        let deposited = events();
        let slash = Event::BondSlashed { job: id, provider: PROVIDER, reporter: PROVIDER, slashed: penalty };
        let (released, queued) =
            (Event::JobReleased { job: id, provider: PROVIDER }, Event::JobQueuedAgain { job: id, match_by });
        assert!(deposited.contains(&released) && deposited.ends_with(&[slash, queued]));
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
        assert_eq!(penalties(), [(PROVIDER, penalty, PenaltyCause::Released { job: id })]);
        assert_eq!((duties(PROVIDER), slots_taken(PROVIDER)), ((0, 0), vec![0]));
    });
}

#[test]
fn releasing_a_running_job_costs_the_price_of_the_data_as_well() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let (bond, penalty, free) = (bond_of(PROVIDER), assignment(id).penalty, balance(PROVIDER));
        assert_ok!(release(PROVIDER, id));
        let left = bond - penalty - TRAINING_PRICE;
        assert_eq!((bond_of(PROVIDER), record(PROVIDER).bond), (left, left));
        assert_eq!(balance(PROVIDER), free);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - ESCROW + owner_part(penalty));
        assert_eq!(Burned::get(), penalty - owner_part(penalty));
        assert_eq!(credited_to(DATA_PROVIDER), income(TRAINING_PRICE));
        assert!(Uses::get().is_empty());
        assert_eq!(escrow(), ESCROW);
    });
}

#[test]
fn after_the_last_attempt_the_job_closes_and_is_refunded() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let penalty = assignment(id).penalty;
        assert_ok!(release(PROVIDER, id));
        for provider in [SECOND_PROVIDER, THIRD_PROVIDER] {
            offer(provider, UNIT_PRICE);
            assert_ok!(match_job(id));
            accept(provider, id);
            deliver_key(id);
            assert_ok!(release(provider, id));
        }
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT + 3 * owner_part(penalty));
    });
}

#[test]
fn a_job_that_its_owner_cancelled_is_given_back_for_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job();
        let bond = bond_of(PROVIDER);
        assert_ok!(release(PROVIDER, id));
        assert_eq!(outcome(id), JobOutcome::Cancelled);
        assert_eq!((bond_of(PROVIDER), credited_to(PROVIDER)), (bond, 0));
        assert!(penalties().is_empty() && slashes().is_empty());
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE);
        assert_eq!(duties(PROVIDER), (0, 0));
        assert!(Uses::get().is_empty());
    });
}

#[test]
fn a_full_queue_neither_keeps_a_provider_from_leaving_nor_kills_the_job() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        fill_the_queue();
        assert_ok!(release(PROVIDER, id));
        assert!(is_open(id));
    });
}

#[test]
fn only_the_provider_that_holds_the_job_releases_it() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_noop!(release(SECOND_PROVIDER, id), Error::<Test>::NotAuthorized);
        assert_noop!(release(JOB_OWNER, id), Error::<Test>::NotAuthorized);
        assert_ok!(cancel(id));
        assert_noop!(release(STRANGER, id), Error::<Test>::NotAuthorized);
    });
}

#[test]
fn other_states_are_not_released() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(release(PROVIDER, JobId::new(7)), Error::<Test>::JobNotFound);
        let (open, closed) = (open_job(), closed_job());
        assert_noop!(release(PROVIDER, open), Error::<Test>::InvalidState);
        assert_noop!(release(PROVIDER, closed), Error::<Test>::InvalidState);
        let id = matched_job();
        assert_noop!(release(PROVIDER, id), Error::<Test>::InvalidState);
        accept(PROVIDER, id);
        deliver_key(id);
        submit(PROVIDER, id);
        assert_noop!(release(PROVIDER, id), Error::<Test>::InvalidState);
    });
}
