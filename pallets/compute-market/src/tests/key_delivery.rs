//! What the market does when a training key is delivered, or is not.

use super::*;

#[test]
fn training_begins_with_a_seed_and_a_challenge_that_nobody_chose() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        pass(3);
        let (assignment, training_use) = (assignment(id), training_use(id));
        assert_ok!(ComputeMarket::key_delivered(id, training_use));
        // Accepted at block 1, so block 3 decides.
        let seed = draw::derive(&seed_of_block(1 + SEED_DELAY), draw::TRAINING_DOMAIN, &id);
        let possession = draw::derive(&seed_of_block(1 + SEED_DELAY), draw::POSSESSION_DOMAIN, &id);
        let challenged_chunk = draw::below(&possession, CHUNKS);
        let deliver_by = 4 + DELIVER_WITHIN;
        assert_eq!(
            state(id),
            JobState::Running {
                assignment,
                training_use,
                seed,
                challenged_chunk,
                progress: None,
                heartbeat_by: 4 + HEARTBEAT_PERIOD,
                deliver_by,
            }
        );
        let event = Event::JobStarted { job: id, provider: PROVIDER, seed, challenged_chunk, deliver_by };
        assert_eq!(last_event(), event);
    });
}

#[test]
fn a_key_alone_is_not_paid() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert!(Credited::get().is_empty());
        assert_eq!((escrow(), job(id).escrow), (ESCROW, ESCROW));
        assert!(!job(id).training_paid);
    });
}

#[test]
fn a_short_job_has_its_heartbeat_due_with_its_result() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        Jobs::<Test>::mutate_extant(id, |job| job.request.deliver_within = 3);
        accept(PROVIDER, id);
        deliver_key(id);
        let JobState::Running { heartbeat_by, deliver_by, .. } = state(id) else { panic!("the job runs") };
        assert_eq!((heartbeat_by, deliver_by), (6, 6));
    });
}

#[test]
fn a_key_before_the_block_that_fixes_the_seed_is_too_early() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        assert_noop!(ComputeMarket::key_delivered(id, training_use(id)), Error::<Test>::TooEarly);
        pass(SEED_DELAY - 1);
        assert_noop!(ComputeMarket::key_delivered(id, training_use(id)), Error::<Test>::TooEarly);
    });
}

#[test]
fn a_key_after_the_seed_was_forgotten_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        pass(SEED_MEMORY + SEED_DELAY + 1);
        assert_noop!(ComputeMarket::key_delivered(id, training_use(id)), Error::<Test>::SeedForgotten);
    });
}

#[test]
fn only_the_awaited_key_starts_a_job() {
    ExtBuilder.build_and_execute(|| {
        let any = TrainingUseId::new(0);
        let delivered = ComputeMarket::key_delivered;
        assert_noop!(delivered(JobId::new(7), any), Error::<Test>::JobNotFound);
        let open = open_job();
        assert_noop!(delivered(open, any), Error::<Test>::InvalidState);
        let id = accepted_job();
        pass(SEED_DELAY);
        assert_noop!(delivered(id, TrainingUseId::new(7)), Error::<Test>::InvalidState);
        let training_use = training_use(id);
        assert_ok!(delivered(id, training_use));
        assert_noop!(delivered(id, training_use), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_key_that_does_not_come_ends_the_job_without_penalty_for_the_provider() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        let bond = bond_of(PROVIDER);
        pass(100);
        assert_ok!(ComputeMarket::key_failed(id, training_use(id)));
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
        assert_eq!(bond_of(PROVIDER), bond);
        assert!(penalties().is_empty());
        assert_eq!((duties(PROVIDER), slots_taken(PROVIDER)), ((0, 0), vec![0]));
    });
}

#[test]
fn a_wrong_key_ends_the_job_and_is_never_paid() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let (bond, training_use) = (bond_of(PROVIDER), training_use(id));
        assert_ok!(ComputeMarket::key_failed(id, training_use));
        assert_eq!(outcome(id), JobOutcome::Expired);
        let closed = Event::JobClosed { job: id, owner: JOB_OWNER, outcome: JobOutcome::Expired, refunded: ESCROW };
        assert_eq!(last_event(), closed);
        assert_eq!((balance(JOB_OWNER), escrow()), (FUNDS - DEPOSIT, 0));
        assert!(Credited::get().is_empty());
        assert!(!job(id).training_paid);
        assert_eq!(bond_of(PROVIDER), bond);
        assert!(penalties().is_empty());
        assert_eq!((duties(PROVIDER), slots_taken(PROVIDER)), ((0, 0), vec![0]));
        assert_noop!(ComputeMarket::key_failed(id, training_use), Error::<Test>::InvalidState);
    });
}

#[test]
fn only_the_key_of_a_job_without_a_result_fails() {
    ExtBuilder.build_and_execute(|| {
        let any = TrainingUseId::new(0);
        assert_noop!(ComputeMarket::key_failed(JobId::new(7), any), Error::<Test>::JobNotFound);
        let id = accepted_job();
        assert_noop!(ComputeMarket::key_failed(id, TrainingUseId::new(7)), Error::<Test>::InvalidState);
        deliver_key(id);
        assert_noop!(ComputeMarket::key_failed(id, TrainingUseId::new(7)), Error::<Test>::InvalidState);
        submit(PROVIDER, id);
        assert_noop!(ComputeMarket::key_failed(id, training_use(id)), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_wrong_key_that_is_proved_after_the_owner_cancelled_ends_the_job_for_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let (bond, training_use) = (bond_of(PROVIDER), training_use(id));
        assert_ok!(cancel(id));
        assert_noop!(ComputeMarket::key_failed(id, TrainingUseId::new(7)), Error::<Test>::InvalidState);
        assert_ok!(ComputeMarket::key_failed(id, training_use));
        assert_eq!(outcome(id), JobOutcome::Cancelled);
        // The owner paid for the data when it cancelled; the registry's slash is what the data provider pays for the key.
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE);
        assert_eq!((bond_of(PROVIDER), duties(PROVIDER)), (bond, (0, 0)));
        assert!(penalties().is_empty());
    });
}
