use crate::{mock::*, *};
use frame_support::{
    assert_ok,
    traits::{fungible::MutateHold, tokens::Precision, Hooks},
};
use neurodata_primitives::DatasetRecord;

/// Break something in a world with an active dataset, one under audit, and an open use.
fn breaks(change: impl FnOnce(DatasetId, DatasetId, TrainingUseId)) {
    ExtBuilder.build().execute_with(|| {
        let active = activate();
        let training_use = open_use(active);
        let package = Package::large();
        let audited = register(&package);
        let (challenge_at, _) = audit_blocks(audited);
        run_to_block(challenge_at + 1);
        let first = package.challenge(audited, challenge_at)[0];
        let proofs = package.audit_proofs(audited, &[first]);
        assert_ok!(DatasetRegistry::submit_audit(signed(OWNER), audited, proofs));
        assert_ok!(DatasetRegistry::do_try_state());
        change(active, audited, training_use);
        assert!(DatasetRegistry::do_try_state().is_err());
    });
}

fn change_record(dataset: DatasetId, change: impl FnOnce(&mut DatasetRecordOf<Test>)) {
    Datasets::<Test>::mutate(dataset, |record| change(record.as_mut().unwrap()));
}

#[test]
fn a_hold_that_differs_from_the_stakes_is_found() {
    breaks(|_, _, _| Balances::hold(&HoldReason::QualityStake.into(), &OWNER, 1).unwrap());
    breaks(|active, _, _| change_record(active, |record| record.stake -= 1));
}

#[test]
fn roots_without_datasets_and_datasets_without_roots_are_found() {
    breaks(|active, _, _| DatasetsByRoot::<Test>::remove(record(active).commitment.data_root));
    breaks(|active, _, _| DatasetsByRoot::<Test>::insert(DataRoot::new([7; 32]), active));
    breaks(|active, audited, _| DatasetsByRoot::<Test>::insert(record(active).commitment.data_root, audited));
}

#[test]
fn a_challenge_without_an_audit_is_found() {
    breaks(|active, audited, _| Audits::<Test>::insert(active, Audits::<Test>::get(audited).unwrap()));
    breaks(|_, audited, _| Audits::<Test>::insert(DatasetId::new(9), Audits::<Test>::get(audited).unwrap()));
    breaks(|_, audited, _| change_record(audited, |record| record.state = DatasetState::Active));
    breaks(|_, audited, _| Audits::<Test>::mutate(audited, |audit| audit.as_mut().unwrap().open_chunks.clear()));
}

#[test]
fn miscounted_uses_are_found() {
    breaks(|active, _, _| change_record(active, |record| record.open_uses += 1));
    breaks(|_, _, training_use| TrainingUses::<Test>::remove(training_use));
    breaks(|_, _, training_use| {
        TrainingUses::<Test>::mutate(training_use, |record| record.as_mut().unwrap().dataset = DatasetId::new(9));
    });
}

#[test]
fn ids_that_were_not_handed_out_and_impossible_scores_are_found() {
    breaks(|_, audited, _| NextDatasetId::<Test>::put(audited));
    breaks(|_, _, training_use| NextTrainingUseId::<Test>::put(training_use));
    for millis in [0u32, 999, 100_001] {
        let score = QualityScore::decode(&mut millis.encode().as_slice()).unwrap();
        breaks(|active, _, _| change_record(active, |record| record.score = score));
    }
}

#[test]
fn an_exposure_without_sales_and_uses_is_found() {
    breaks(|active, _, _| change_record(active, |record| record.exposure -= 1));
    breaks(|active, _, _| change_record(active, |record| record.exposure += 1));
    breaks(|active, _, _| {
        change_record(active, |record| (record.open_sales, record.exposure) = (1, record.exposure - 1));
    });
}

#[test]
fn a_condemned_dataset_that_is_listed_staked_or_attested_is_found() {
    breaks(|active, _, _| change_record(active, |record| record.condemned = true));
    breaks(|active, _, _| {
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), active));
        change_record(active, |record| record.condemned = true);
    });
    breaks(|active, _, _| {
        Sale::open(active, BUYER).unwrap().complain(Fault::BadChunk { chunk: 0 });
        assert_ok!(DatasetRegistry::do_try_state());
        change_record(active, |record| record.attestations.try_push(INSPECTORS[0]).unwrap());
    });
}

#[test]
fn a_broken_line_of_versions_is_found() {
    let links = |parent: DatasetId, child: DatasetId| {
        Successors::<Test>::insert(parent, child);
        change_record(child, |record| (record.parent, record.version) = (Some(parent), 2));
    };
    breaks(|active, audited, _| Successors::<Test>::insert(active, audited));
    breaks(|active, _, _| Successors::<Test>::insert(active, DatasetId::new(9)));
    breaks(|_, audited, _| Successors::<Test>::insert(DatasetId::new(9), audited));
    breaks(|active, audited, _| {
        links(active, audited);
        assert_ok!(DatasetRegistry::do_try_state());
        Successors::<Test>::remove(active);
    });
    breaks(|active, audited, _| {
        links(active, audited);
        change_record(audited, |record| record.version = 3);
    });
    breaks(|active, audited, _| {
        links(active, audited);
        let stranger: DatasetRecord<_, _, _> = DatasetRecord { owner: STRANGER, ..record(audited) };
        Datasets::<Test>::insert(audited, stranger);
        assert_ok!(Balances::hold(&HoldReason::QualityStake.into(), &STRANGER, STAKE));
        assert_ok!(Balances::release(&HoldReason::QualityStake.into(), &OWNER, STAKE, Precision::Exact));
    });
}

#[test]
#[should_panic = "EntropyWindow must be at least 2"]
fn a_window_that_forgets_every_challenge_is_refused() {
    ExtBuilder.build().execute_with(|| {
        EntropyWindow::set(1);
        DatasetRegistry::integrity_test();
    });
}

#[test]
fn the_hold_reason_has_its_place_in_the_encoding() {
    assert_eq!(HoldReason::QualityStake.encode(), [0]);
}
