//! What the market does when a training key is delivered, or is not.

use super::*;

#[test]
fn training_begins_with_a_seed_and_a_challenge_that_nobody_chose() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        pass(3);
        let training_use = training_use(id);
        assert_ok!(ComputeMarket::key_delivered(id, training_use));
        // Accepted at block 1, so block 2 decides.
        let seed = draw::derive(&seed_of_block(1 + SEED_DELAY), draw::TRAINING_DOMAIN, &id);
        let possession = draw::derive(&seed_of_block(1 + SEED_DELAY), draw::POSSESSION_DOMAIN, &id);
        let challenged_chunk = draw::below(&possession, CHUNKS);
        let deliver_by = 4 + DELIVER_WITHIN;
        assert_eq!(
            state(id),
            JobState::Running {
                provider: PROVIDER,
                price: PRICE,
                training_use,
                seed,
                challenged_chunk,
                position: 0,
                heartbeat_by: 4 + HEARTBEAT_PERIOD,
                deliver_by,
            }
        );
        let event = Event::JobStarted {
            job: id,
            provider: PROVIDER,
            seed,
            challenged_chunk,
            deliver_by,
            training_paid: TRAINING_PRICE,
        };
        assert_eq!(last_event(), event);
    });
}

#[test]
fn the_data_provider_is_paid_at_delivery() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_eq!(credited_to(DATA_PROVIDER), 475);
        assert_eq!(credited_to(TREASURY), 25);
        assert_eq!(escrow_of(JOB_OWNER), ESCROW - TRAINING_PRICE);
        assert_eq!(job(id).escrow, ESCROW - TRAINING_PRICE);
        assert!(job(id).training_paid);
    });
}

#[test]
fn the_training_price_is_paid_once_per_job() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(ComputeMarket::release_job(signed(PROVIDER), id));
        offer(SECOND_PROVIDER, UNIT_PRICE);
        assert_ok!(ComputeMarket::match_job(signed(STRANGER), id));
        accept(SECOND_PROVIDER, id);
        assert_eq!(Uses::get().into_iter().map(|(.., price)| price).collect::<Vec<_>>(), [TRAINING_PRICE]);
        deliver_key(id);
        assert_eq!(credited_to(DATA_PROVIDER), 475);
        assert_eq!(escrow_of(JOB_OWNER), ESCROW - TRAINING_PRICE);
        let Event::JobStarted { training_paid, .. } = last_event() else { panic!("the job started") };
        assert_eq!(training_paid, 0);
    });
}

#[test]
fn free_data_needs_no_payment() {
    ExtBuilder.build_and_execute(|| {
        QuotedPrice::set(&0);
        let id = running_job();
        assert!(Credited::get().is_empty());
        assert!(job(id).training_paid);
    });
}

#[test]
fn a_short_job_has_its_heartbeat_due_with_its_result() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        assert_ok!(ComputeMarket::post_job(signed(JOB_OWNER), request()));
        let id = JobId::new(0);
        Jobs::<Test>::mutate(id, |job| job.as_mut().unwrap().request.deliver_within = 3);
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
        pass(100);
        assert_ok!(ComputeMarket::key_overdue(id, training_use(id)));
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS);
        assert_eq!(bond_of(PROVIDER), MIN_BOND);
        assert!(Failures::get().is_empty());
        assert_eq!(Offers::<Test>::get(PROVIDER).map(|offer| offer.slots_taken), Some(0));
    });
}

#[test]
fn only_the_awaited_key_is_overdue() {
    ExtBuilder.build_and_execute(|| {
        let any = TrainingUseId::new(0);
        assert_noop!(ComputeMarket::key_overdue(JobId::new(7), any), Error::<Test>::JobNotFound);
        let id = accepted_job();
        assert_noop!(ComputeMarket::key_overdue(id, TrainingUseId::new(7)), Error::<Test>::InvalidState);
        deliver_key(id);
        assert_noop!(ComputeMarket::key_overdue(id, training_use(id)), Error::<Test>::InvalidState);
    });
}
