//! `heartbeat`, late, forged and honest.

use super::*;

fn progress(id: JobId) -> (Option<Progress>, u64) {
    match state(id) {
        JobState::Running { progress, heartbeat_by, .. } => (progress, heartbeat_by),
        other => panic!("the job does not run but is {other:?}"),
    }
}

#[test]
fn a_heartbeat_moves_position_digest_and_deadline() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_eq!(progress(id), (None, 1 + SEED_DELAY + HEARTBEAT_PERIOD));
        pass(4);
        assert_ok!(beat(PROVIDER, id, 3));
        let heartbeat_by = 1 + SEED_DELAY + 4 + HEARTBEAT_PERIOD;
        assert_eq!(progress(id), (Some(Progress { position: 3, checkpoint: checkpoint(3) }), heartbeat_by));
        assert!(matches!(last_event(), Event::HeartbeatReceived { job, position: 3, .. } if job == id));
        assert_ok!(beat(PROVIDER, id, 4));
        assert_ok!(beat(PROVIDER, id, 10));
    });
}

#[test]
fn the_initial_parameters_are_a_checkpoint() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(beat(PROVIDER, id, 0));
        assert_eq!(progress(id).0.map(|progress| progress.position), Some(0));
    });
}

#[test]
fn a_provider_within_a_long_checkpoint_repeats_the_last_one() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(beat(PROVIDER, id, 3));
        pass(5);
        assert_ok!(beat(PROVIDER, id, 3));
        assert_eq!(progress(id).1, 1 + SEED_DELAY + 5 + HEARTBEAT_PERIOD);
    });
}

#[test]
fn the_next_heartbeat_is_never_due_after_the_result() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        pass(HEARTBEAT_PERIOD);
        assert_ok!(beat(PROVIDER, id, 1));
        pass(HEARTBEAT_PERIOD);
        assert_ok!(beat(PROVIDER, id, 2));
        assert_eq!(progress(id).1, 1 + SEED_DELAY + DELIVER_WITHIN);
    });
}

#[test]
fn positions_go_forwards_and_not_beyond_the_end() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        // 65 checkpoints: positions 0 to 64.
        assert_noop!(beat(PROVIDER, id, 65), Error::<Test>::InvalidPosition);
        assert_noop!(beat(PROVIDER, id, u32::MAX), Error::<Test>::InvalidPosition);
        assert_ok!(beat(PROVIDER, id, 3));
        assert_noop!(beat(PROVIDER, id, 2), Error::<Test>::InvalidPosition);
    });
}

#[test]
fn a_checkpoint_has_one_digest() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(beat(PROVIDER, id, 3));
        let forged = plain(ComputeMarket::heartbeat(signed(PROVIDER), id, 3, checkpoint(4)));
        assert_noop!(forged, Error::<Test>::InvalidPosition);
    });
}

#[test]
fn a_late_heartbeat_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        pass(HEARTBEAT_PERIOD + 1);
        assert_noop!(beat(PROVIDER, id, 1), Error::<Test>::Expired);
    });
}

#[test]
fn a_heartbeat_moves_the_deadline_that_the_hook_keeps() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let grace = DEADLINE_GRACE;
        pass(HEARTBEAT_PERIOD);
        assert_ok!(beat(PROVIDER, id, 1));
        // The old deadline passes without effect.
        for _ in 0..HEARTBEAT_PERIOD.min(grace + 2) {
            pass(1);
            idle();
        }
        assert!(matches!(state(id), JobState::Running { .. }));
    });
}

#[test]
fn only_the_provider_of_a_running_job_reports() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(beat(PROVIDER, JobId::new(7), 0), Error::<Test>::JobNotFound);
        let id = accepted_job();
        assert_noop!(beat(PROVIDER, id, 0), Error::<Test>::InvalidState);
        deliver_key(id);
        for who in [STRANGER, JOB_OWNER, SECOND_PROVIDER] {
            assert_noop!(beat(who, id, 0), Error::<Test>::NotAuthorized);
        }
        submit(PROVIDER, id);
        assert_noop!(beat(PROVIDER, id, 0), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_provider_that_lost_the_job_reports_no_more() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(release(PROVIDER, id));
        assert_noop!(beat(PROVIDER, id, 1), Error::<Test>::InvalidState);
        offer(SECOND_PROVIDER, UNIT_PRICE);
        assert_ok!(match_job(id));
        accept(SECOND_PROVIDER, id);
        deliver_key(id);
        assert_noop!(beat(PROVIDER, id, 1), Error::<Test>::NotAuthorized);
        // The new run counts from the beginning.
        assert_ok!(beat(SECOND_PROVIDER, id, 0));
    });
}
