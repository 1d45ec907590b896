use crate::{mock::*, Error, Event, RoundRecord, Rounds};
use frame_support::assert_noop;
use neurodata_primitives::{seams::Evaluation, RoundState};

#[test]
fn a_round_waits_for_its_seed() {
    ExtBuilder::default().build_and_execute(|| {
        open_round();
        let round = RoundRecord {
            work_units: WORK_UNITS,
            job_owner: JOB_OWNER,
            data_provider: DATA_PROVIDER,
            provider: PROVIDER,
            seats: Default::default(),
            state: RoundState::Drawing { opened_at: 1, draw_at: 3, draw_by: 8 },
        };
        assert_eq!(Rounds::<Test>::get(JOB), Some(round));
        assert_eq!(last_event(), Event::RoundOpened { job: JOB, draw_at: 3, draw_by: 8 });
    });
}

#[test]
fn a_job_has_one_round_at_a_time() {
    ExtBuilder::default().build_and_execute(|| {
        open_round();
        let again = <ModelValidation as Evaluation<AccountId>>::open_round(JOB, parties());
        assert_noop!(again, Error::<Test>::AlreadyExists);
    });
}
