use crate::{mock::*, Models, ModelsByJob, NextModelId};
use neurodata_primitives::{JobId, ModelId};

#[test]
fn the_invariants_catch_maps_that_disagree() {
    let broken = |breaking: fn(ModelId), fault: &'static str| {
        ExtBuilder::build().execute_with(|| {
            let model = record(JOB).unwrap();
            assert_eq!(ModelRegistry::do_try_state(), Ok(()));
            breaking(model);
            assert_eq!(ModelRegistry::do_try_state(), Err(fault.into()));
        });
    };
    broken(|_| ModelsByJob::<Test>::remove(JOB), "a job does not know its model");
    broken(
        |model| ModelsByJob::<Test>::insert(JobId::new(8), model),
        "a job knows a model that it did not make",
    );
    broken(|model| NextModelId::<Test>::put(model), "a model has an id that was not handed out");
    broken(
        |model| Models::<Test>::mutate_extant(model, |record| record.score = 0),
        "a score is not within 1 to 100",
    );
}
