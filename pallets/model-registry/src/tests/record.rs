use crate::{mock::*, *};
use frame_support::assert_noop;
use neurodata_primitives::{
    seams::{ModelOrigin, Models as _},
    DatasetId, ModelRecord, Seed, UseSet,
};
use sp_runtime::Permill;

#[test]
fn an_accepted_result_becomes_a_model_version() {
    ExtBuilder::build_and_execute(|| {
        assert_eq!(record(JOB), Ok(ModelId::new(0)));
        let expected = ModelRecord {
            owner: OWNER,
            job: JOB,
            dataset: DatasetId::new(3),
            parents: Default::default(),
            depth: 0,
            ancestors: 0,
            data_provider: DATA_PROVIDER,
            compute_provider: PROVIDER,
            uses: every_use(),
            royalty: SPLIT,
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

#[test]
fn the_parent_comes_from_the_job_whoever_owns_it_by_now() {
    ExtBuilder::build_and_execute(|| {
        let parent = model();
        transfer(OWNER, parent, BUYER).unwrap();
        let child = child_of(parent);
        let record = Models::<Test>::get(child).unwrap();
        assert_eq!((record.parents.to_vec(), record.depth, record.ancestors), (vec![parent], 1, 1));
        assert_eq!(record.owner, OWNER);
    });
}

#[test]
fn depth_is_the_longest_way_and_ancestors_count_every_way() {
    ExtBuilder::build_and_execute(|| {
        let root = model();
        let (left, right) = (child_of(root), child_of(child_of(root)));
        let joined = Models::<Test>::get(child_of_all(&[left, right])).unwrap();
        // The root is counted once for each of both ways.
        assert_eq!((joined.depth, joined.ancestors), (3, 5));
    });
}

#[test]
fn the_split_of_the_day_is_frozen() {
    ExtBuilder::build_and_execute(|| {
        let before = model();
        let other = RoyaltySplit { parents: Permill::from_percent(50), ..Default::default() };
        Royalties::set(other);
        let after = child_of(before);
        assert_eq!(Models::<Test>::get(before).unwrap().royalty, SPLIT);
        assert_eq!(Models::<Test>::get(after).unwrap().royalty, other);
    });
}

#[test]
fn a_split_beyond_the_whole_counts_as_none() {
    ExtBuilder::build_and_execute(|| {
        let (parents, data) = (Permill::one(), Permill::from_parts(1));
        Royalties::set(RoyaltySplit { parents, data, compute: Permill::zero() });
        assert_eq!(Models::<Test>::get(model()).unwrap().royalty, RoyaltySplit::default());
    });
}

#[test]
fn a_model_permits_what_its_data_and_its_parent_permit() {
    ExtBuilder::build_and_execute(|| {
        let uses = UseSet { publish_model: true, train: true, ..Default::default() };
        let parent = ModelRegistry::record(ModelOrigin { uses, ..origin(JOB) }).unwrap();
        // Better data does not launder what the parent learned.
        assert_eq!(Models::<Test>::get(child_of(parent)).unwrap().uses, uses);
        let narrower = UseSet { publish_model: true, commercial: true, ..Default::default() };
        let child = ModelOrigin { uses: narrower, parent: Some(parent), ..next_origin() };
        let child = ModelRegistry::record(child).unwrap();
        let common = UseSet { publish_model: true, ..Default::default() };
        assert_eq!(Models::<Test>::get(child).unwrap().uses, common);
    });
}

#[test]
fn a_child_is_younger_than_its_parents_so_that_no_cycle_can_be() {
    ExtBuilder::build_and_execute(|| {
        let mut models = vec![model()];
        for at in 0..20usize {
            let parents = [models[at / 2], models[at]];
            let child = child_of_all(&parents);
            assert!(parents.iter().all(|parent| *parent < child));
            models.push(child);
        }
        // Nothing changes the parents of a record afterwards: not a transfer, not a listing.
        let before: Vec<_> = models.iter().map(|model| Models::<Test>::get(model).unwrap().parents).collect();
        list(models[3]).unwrap();
        transfer(OWNER, models[5], BUYER).unwrap();
        let after: Vec<_> = models.iter().map(|model| Models::<Test>::get(model).unwrap().parents).collect();
        assert_eq!(before, after);
    });
}
