use crate::{mock::*, probes::Probe, Error, Event, Instance, Probes, RoundRecord, Rounds};
use frame_support::assert_noop;
use neurodata_primitives::{seams::Evaluation, RoundState};
use sp_runtime::Permill;

#[test]
fn a_round_waits_for_its_seed() {
    ExtBuilder::default().build_and_execute(|| {
        open_round();
        let round = RoundRecord {
            work_units: WORK_UNITS,
            job_owner: JOB_OWNER,
            data_provider: DATA_PROVIDER,
            provider: PROVIDER,
            seed: RUN,
            trace: TRACE,
            probe: None,
            planted: None,
            sampled: false,
            instance: Instance::First,
            earlier: Default::default(),
            seats: Default::default(),
            state: RoundState::Drawing { opened_at: 1, draw_at: 3, draw_by: 8 },
        };
        assert_eq!(Rounds::<Test>::get(JOB), Some(round));
        assert_eq!(last_event(), Event::RoundOpened { job: JOB, instance: Instance::First, draw_at: 3, draw_by: 8 });
    });
}

#[test]
fn a_job_has_one_round_at_a_time() {
    ExtBuilder::default().build_and_execute(|| {
        open_round();
        let again = <ModelValidation as Evaluation<AccountId>>::open_round(JOB, request());
        assert_noop!(again, Error::<Test>::AlreadyExists);
    });
}

#[test]
fn the_rate_of_known_answer_tasks_is_fixed_for_the_round() {
    ExtBuilder::default().build_and_execute(|| {
        open_round_for(JOB, probed_request(TRACE));
        let rate = ProbeRate::get();
        ProbeRate::set(Permill::zero());
        assert_eq!(Probes::<Test>::get(JOB), Some(Probe::Closed { rate }));
        assert_eq!(Rounds::<Test>::get(JOB).unwrap().probe, Some(commitment()));
    });
}
