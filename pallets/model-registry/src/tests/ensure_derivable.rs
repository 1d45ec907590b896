use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{seams::Models as _, Algorithm, Descent, Objective, TreeLimits, Asset, LicenceKind, TrainingSpec};
use sp_runtime::DispatchResult;

fn derive(parent: ModelId, owner: AccountId, spec: TrainingSpec) -> DispatchResult {
    ModelRegistry::ensure_derivable(parent, &owner, &spec)
}

#[test]
fn an_owner_derives_from_the_own_model() {
    ExtBuilder::build_and_execute(|| {
        let parent = model();
        assert_ok!(derive(parent, OWNER, spec()));
        // The run may differ in everything that leaves the parameters' shape alone.
        let Some(descent) = spec().algorithm.descent().copied() else { panic!("the parent is a network") };
        let descent = Descent { epochs: 7, batch_rows: 1, learning_rate: 9, ..descent };
        let algorithm = Algorithm::LogisticRegression { descent };
        let other_run = TrainingSpec { algorithm, holdout: 100, ..spec() };
        assert_ok!(derive(parent, OWNER, other_run));
    });
}

#[test]
fn a_licence_to_derive_permits_it_and_lesser_ones_do_not() {
    ExtBuilder::build_and_execute(|| {
        let parent = model();
        let refused = Error::<Test>::InvalidParent(ParentIssue::NotLicensed);
        assert_noop!(derive(parent, BUYER, spec()), refused);
        for kind in [LicenceKind::Personal, LicenceKind::Commercial] {
            Permitted::set(vec![(Asset::Model(parent), BUYER, kind)]);
            assert_noop!(derive(parent, BUYER, spec()), Error::<Test>::InvalidParent(ParentIssue::NotLicensed));
        }
        Permitted::set(vec![(Asset::Model(parent), BUYER, LicenceKind::Derive)]);
        assert_ok!(derive(parent, BUYER, spec()));
        assert_noop!(derive(parent, STRANGER, spec()), Error::<Test>::InvalidParent(ParentIssue::NotLicensed));
    });
}

#[test]
fn a_former_owner_has_no_say() {
    ExtBuilder::build_and_execute(|| {
        let parent = model();
        assert_ok!(transfer(OWNER, parent, BUYER));
        assert_noop!(derive(parent, OWNER, spec()), Error::<Test>::InvalidParent(ParentIssue::NotLicensed));
        assert_ok!(derive(parent, BUYER, spec()));
    });
}

#[test]
fn parameters_of_another_task_do_not_fit() {
    ExtBuilder::build_and_execute(|| {
        let parent = model();
        let limits = TreeLimits { depth: 4, leaf_rows: 1 };
        for other in [
            TrainingSpec { algorithm: Algorithm::DecisionTree { limits }, ..spec() },
            TrainingSpec { target: Some(12), ..spec() },
            TrainingSpec { objective: Objective::Classification { classes: 3 }, ..spec() },
        ] {
            assert_noop!(derive(parent, OWNER, other), Error::<Test>::InvalidParent(ParentIssue::OtherTask));
        }
    });
}

#[test]
fn a_parent_must_exist() {
    ExtBuilder::build_and_execute(|| {
        assert_noop!(derive(ModelId::new(0), OWNER, spec()), Error::<Test>::NotFound);
    });
}

#[test]
fn a_line_of_64_generations_is_the_longest() {
    ExtBuilder::build_and_execute(|| {
        let last_but_one = with_depth(63);
        assert_ok!(derive(last_but_one, OWNER, spec()));
        let last = child_of(last_but_one);
        assert_eq!(Models::<Test>::get(last).unwrap().depth, 64);
        assert_noop!(derive(last, OWNER, spec()), Error::<Test>::InvalidParent(ParentIssue::Depth));
    });
}

#[test]
fn a_thousand_ancestors_are_the_most() {
    ExtBuilder::build_and_execute(|| {
        let parent = with_ancestors(999);
        assert_ok!(derive(parent, OWNER, spec()));
        let child = child_of(parent);
        assert_eq!(Models::<Test>::get(child).unwrap().ancestors, 1_000);
        assert_noop!(derive(child, OWNER, spec()), Error::<Test>::InvalidParent(ParentIssue::Ancestors));
    });
}
