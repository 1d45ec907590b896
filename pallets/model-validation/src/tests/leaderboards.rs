//! What model validation answers to the compute market: the best models of a task.

use crate::{leaderboards::MAX_TASKS, mock::*, DatasetId, Event, Leaderboards, Task, Tasks};
use frame_support::assert_storage_noop;
use neurodata_primitives::{
    leaderboard::MAX_RUNGS,
    seams::{Achievement, Leaderboards as _},
    JobId, Metric, ModelId, Rung,
};

const DATASET: DatasetId = DatasetId::new(5);
const TASK: Task = task(0);

const fn task(target: u16) -> Task {
    Task { dataset: DATASET, target: Some(target), holdout: 200, metric: Metric::Accuracy }
}

fn achievement(task: Task, model: u64, correct: u32, rows: u32) -> Achievement<AccountId> {
    Achievement { task, model: ModelId::new(model), job: JobId::new(model), owner: JOB_OWNER, correct, rows }
}

fn note(model: u64, correct: u32, rows: u32) -> bool {
    ModelValidation::note(achievement(TASK, model, correct, rows))
}

fn rungs() -> Vec<u64> {
    Leaderboards::<Test>::get(TASK).unwrap().rungs.iter().map(|rung| rung.model.get()).collect()
}

#[test]
fn the_first_model_of_a_task_is_its_best() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(ModelValidation::best(&TASK), None);
        assert!(note(1, 0, 100));
        assert_eq!(ModelValidation::best(&TASK), Some(0));
        let board = ModelValidation::leaderboard(&TASK).unwrap();
        let job = JobId::new(1);
        let rung = Rung { model: ModelId::new(1), job, owner: JOB_OWNER, correct: 0, rows: 100, at: 1 };
        assert_eq!((board.rungs.to_vec(), board.models), (vec![rung], 1));
        assert_eq!(last_event(), Event::LeaderChanged { task: TASK, model: ModelId::new(1), correct: 0, rows: 100 });
    });
}

#[test]
fn a_rung_is_added_only_by_the_ladder_rule() {
    ExtBuilder::default().build_and_execute(|| {
        assert!(note(1, 76, 100));
        // 80 of 100 have a standard error of four points.
        assert!(!note(2, 80, 100), "as good as luck");
        assert_eq!(ModelValidation::best(&TASK), Some(760_000));
        assert!(note(3, 81, 100));
        assert!(!note(4, 81, 100), "the same again");
        assert!(!note(5, 10, 100));
        assert_eq!(rungs(), [3, 1]);
        assert_eq!(ModelValidation::leaderboard(&TASK).unwrap().models, 5);
        assert_eq!(ModelValidation::best(&TASK), Some(810_000));
    });
}

#[test]
fn accuracy_rounds_down() {
    ExtBuilder::default().build_and_execute(|| {
        assert!(note(1, 2, 3));
        assert_eq!(ModelValidation::best(&TASK), Some(666_666));
        assert!(note(2, u32::MAX, u32::MAX));
        assert_eq!(ModelValidation::best(&TASK), Some(1_000_000));
    });
}

#[test]
fn a_full_ladder_loses_its_lowest_rung() {
    ExtBuilder::default().build_and_execute(|| {
        let rows = 1_000_000;
        let count = u64::from(MAX_RUNGS) + 2;
        for model in 0..count {
            assert!(note(model, 10_000 * (model as u32 + 1), rows));
        }
        assert_eq!(rungs(), (2..count).rev().collect::<Vec<_>>());
        assert_eq!(ModelValidation::leaderboard(&TASK).unwrap().models, MAX_RUNGS + 2);
    });
}

#[test]
fn what_says_nothing_is_not_noted() {
    ExtBuilder::default().build_and_execute(|| {
        assert_storage_noop!(assert!(!note(1, 0, 0)));
        assert_storage_noop!(assert!(!note(1, 5, 4)));
        assert_eq!(ModelValidation::best(&TASK), None);
    });
}

#[test]
fn tasks_do_not_mix() {
    ExtBuilder::default().build_and_execute(|| {
        let others = [
            Task { dataset: DatasetId::new(6), ..TASK },
            Task { target: Some(1), ..TASK },
            Task { holdout: 201, ..TASK },
        ];
        assert!(note(1, 99, 100));
        for (other, model) in others.into_iter().zip(2..) {
            assert_eq!(ModelValidation::best(&other), None);
            assert!(ModelValidation::note(achievement(other, model, 1, 100)));
        }
        assert_eq!(rungs(), [1]);
        let listed = ModelValidation::leaderboards_of(DATASET);
        assert_eq!(listed.iter().map(|(task, _)| *task).collect::<Vec<_>>(), [TASK, others[1], others[2]]);
        assert!(listed.iter().all(|(task, board)| ModelValidation::leaderboard(task).as_ref() == Some(board)));
        assert!(ModelValidation::leaderboards_of(DatasetId::new(7)).is_empty());
    });
}

#[test]
fn tasks_beyond_those_that_are_kept_are_ranked_nowhere() {
    ExtBuilder::default().build_and_execute(|| {
        for target in 0..MAX_TASKS as u16 {
            assert!(ModelValidation::note(achievement(task(target), u64::from(target), 50, 100)));
        }
        let further = task(MAX_TASKS as u16);
        assert_storage_noop!(assert!(!ModelValidation::note(achievement(further, 100, 99, 100))));
        assert_eq!(ModelValidation::best(&further), None);
        assert_eq!(ModelValidation::leaderboards_of(DATASET).len(), MAX_TASKS as usize);
        assert_eq!(Tasks::<Test>::get(DATASET).len(), MAX_TASKS as usize);
        // Those that are kept go on, and other datasets have their own.
        assert!(note(101, 99, 100));
        let elsewhere = Task { dataset: DatasetId::new(6), ..further };
        assert!(ModelValidation::note(achievement(elsewhere, 102, 1, 100)));
    });
}
