//! `heartbeat`.

use super::*;

fn heartbeat(id: JobId, position: u32) -> Result<(), DispatchError> {
    ComputeMarket::heartbeat(signed(PROVIDER), id, position)
}

fn progress(id: JobId) -> (u32, u64) {
    match state(id) {
        JobState::Running { position, heartbeat_by, .. } => (position, heartbeat_by),
        other => panic!("the job does not run but is {other:?}"),
    }
}

#[test]
fn a_heartbeat_moves_position_and_deadline() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_eq!(progress(id), (0, 1 + SEED_DELAY + HEARTBEAT_PERIOD));
        pass(4);
        assert_ok!(heartbeat(id, 3));
        let heartbeat_by = 1 + SEED_DELAY + 4 + HEARTBEAT_PERIOD;
        assert_eq!(progress(id), (3, heartbeat_by));
        assert_eq!(last_event(), Event::HeartbeatReceived { job: id, position: 3, heartbeat_by });
        assert_ok!(heartbeat(id, 3));
        assert_ok!(heartbeat(id, 11));
    });
}

#[test]
fn the_next_heartbeat_is_never_due_after_the_result() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        pass(HEARTBEAT_PERIOD);
        assert_ok!(heartbeat(id, 1));
        pass(HEARTBEAT_PERIOD);
        assert_ok!(heartbeat(id, 2));
        assert_eq!(progress(id).1, 1 + SEED_DELAY + DELIVER_WITHIN);
    });
}

#[test]
fn positions_go_forwards_and_not_beyond_the_end() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(heartbeat(id, 3));
        assert_noop!(heartbeat(id, 2), Error::<Test>::InvalidPosition);
        assert_noop!(heartbeat(id, 12), Error::<Test>::InvalidPosition);
    });
}

#[test]
fn a_late_heartbeat_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        pass(HEARTBEAT_PERIOD + 1);
        assert_noop!(heartbeat(id, 1), Error::<Test>::Expired);
    });
}

#[test]
fn only_the_provider_of_a_running_job_reports() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(heartbeat(JobId::new(7), 0), Error::<Test>::JobNotFound);
        let id = accepted_job();
        assert_noop!(heartbeat(id, 0), Error::<Test>::InvalidState);
        deliver_key(id);
        assert_noop!(ComputeMarket::heartbeat(signed(STRANGER), id, 0), Error::<Test>::NotAuthorized);
        submit(PROVIDER, id);
        assert_noop!(heartbeat(id, 0), Error::<Test>::InvalidState);
    });
}
