use crate::{mock::*, Error, Event, Models, ModelsByJob, NextModelId};
use frame_support::assert_noop;
use neurodata_primitives::{DatasetId, JobId, ModelId, ModelRecord, Seed};

#[test]
fn an_accepted_result_becomes_a_model_version() {
    ExtBuilder::build_and_execute(|| {
        assert_eq!(record(JOB), Ok(ModelId::new(0)));
        let expected = ModelRecord {
            owner: OWNER,
            job: JOB,
            dataset: DatasetId::new(3),
            spec: spec(),
            seed: Seed::new([4; 32]),
            result: result(),
            score: 85,
            recorded_at: 1,
        };
        assert_eq!(Models::<Test>::get(ModelId::new(0)), Some(expected));
        assert_eq!(ModelsByJob::<Test>::get(JOB), Some(ModelId::new(0)));
        let recorded = Event::ModelRecorded { model: ModelId::new(0), job: JOB, owner: OWNER, score: 85 };
        assert_eq!(last_event(), recorded);
    });
}

#[test]
fn ids_are_counted_from_zero() {
    ExtBuilder::build_and_execute(|| {
        for number in 0..3 {
            assert_eq!(record(JobId::new(10 + number)), Ok(ModelId::new(number)));
        }
        assert_eq!(NextModelId::<Test>::get(), ModelId::new(3));
    });
}

#[test]
fn a_job_makes_one_model_at_most() {
    ExtBuilder::build_and_execute(|| {
        assert_eq!(record(JOB), Ok(ModelId::new(0)));
        assert_noop!(record(JOB), Error::<Test>::AlreadyExists);
    });
}

#[test]
fn the_last_id_is_not_handed_out() {
    ExtBuilder::build_and_execute(|| {
        NextModelId::<Test>::put(ModelId::new(u64::MAX));
        assert_noop!(record(JOB), Error::<Test>::MaxModelsExceeded);
    });
}
