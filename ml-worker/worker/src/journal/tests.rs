//! What is written comes back, and belongs to its owner alone.

use super::*;
use crate::decide::fixtures::*;
use crate::publication::Publication;
use neurodata_dataset::RecipientSecret;
use neurodata_primitives::{probe, AuditProof, Claim, FieldBytes, OpenedChunk, PurchaseId};
use neurodata_training::ModelIndex;
use std::os::unix::fs::PermissionsExt;

fn identity() -> Identity {
    Identity { genesis: "00".into(), role: "compute".into(), account: "5Alice".into() }
}

#[test]
fn two_workers_cannot_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = Journal::open(folder.path()).unwrap();
    assert!(matches!(Journal::open(folder.path()), Err(JournalError::Locked { .. })));
    drop(first);
    Journal::open(folder.path()).unwrap();
}

#[test]
fn a_folder_of_another_chain_role_or_account_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    journal.claim(&identity()).unwrap();
    journal.claim(&identity()).unwrap();
    for other in [
        Identity { genesis: "01".into(), ..identity() },
        Identity { role: "evaluate".into(), ..identity() },
        Identity { account: "5Bob".into(), ..identity() },
    ] {
        let error = journal.claim(&other).unwrap_err();
        assert!(matches!(error, JournalError::OtherWorker { .. }), "{error}");
    }
}

#[test]
fn entries_come_back_until_they_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.entry::<ComputeEntry>(JOB).unwrap(), None);
    let mut entry = ComputeEntry::generate(JOB);
    journal.store_entry(JOB, &entry).unwrap();
    let proof = AuditProof {
        chunk: 2,
        leaf: FieldBytes::new([1; 32]),
        missing_cells: 3,
        path: vec![FieldBytes::new([2; 32])].try_into().unwrap(),
        zk_proof: vec![9; 384].try_into().unwrap(),
    };
    let publication =
        Publication { files: ModelIndex::new("a".into(), "b".into(), "c".into(), None), states: vec!["d".into()] };
    let links = |checkpoints| links(checkpoints).try_into().unwrap();
    entry.progress = Some(PreparedProgress { seed: SEED, links: links(2), proof: proof.clone() });
    let (commitment, heartbeat) = (result(), told(1));
    entry.result = Some(PreparedResult { seed: SEED, commitment, links: links(3), publication, heartbeat, proof });
    journal.store_entry(JOB, &entry).unwrap();
    journal.store_checkpoint(JOB, b"resume").unwrap();
    journal.store_state(JOB, 1, b"state").unwrap();
    drop(journal);

    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.jobs().unwrap(), [JOB]);
    assert_eq!(journal.entry(JOB).unwrap(), Some(entry));
    assert_eq!(journal.checkpoint(JOB).unwrap().unwrap(), b"resume");
    let states = [0, 1].map(|position| journal.state(JOB, position).unwrap());
    assert_eq!(states, [None, Some(b"state".to_vec())]);
    assert_eq!([0, 1].map(|position| journal.state_bytes(JOB, position).unwrap()), [None, Some(5)]);
    assert!(journal.forget(JOB).unwrap());
    assert!(!journal.forget(JOB).unwrap());
    assert!(journal.jobs().unwrap().is_empty());
    assert_eq!(journal.checkpoint(JOB).unwrap(), None);
    assert_eq!(journal.state(JOB, 1).unwrap(), None);
}

#[test]
fn the_chain_knows_only_what_binds_the_secrets_and_each_job_has_its_own() {
    let (first, second) = (ComputeEntry::generate(JOB), ComputeEntry::generate(JOB));
    assert_ne!(first.probe_secret(), second.probe_secret());
    assert_ne!(first.recipient_key(), second.recipient_key());
    // The runtime's account id encodes as its 32 bytes; a reference would encode the same.
    let bound = first.probe_commitment(&PROVIDER);
    assert_eq!(bound, probe::commitment(JOB, &PROVIDER, first.probe_secret()));
    assert_ne!(bound, first.probe_commitment(&OTHER));
    assert_ne!(bound, second.probe_commitment(&PROVIDER));
}

#[test]
fn entries_belong_to_their_owner() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let entry = EvaluateEntry::new(JOB);
    journal.store_entry(JOB, &entry).unwrap();
    let path = journal.entry_path(JOB.into());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(&path, b"{").unwrap();
    assert!(matches!(journal.entry::<EvaluateEntry>(JOB), Err(JournalError::Malformed { .. })));
}

#[test]
fn inspections_have_their_own_entries() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let inspection = InspectionId::new(JOB.get());
    let secret = RecipientSecret::new([7; 32]);
    journal.store_entry(JOB, &ComputeEntry::generate(JOB)).unwrap();
    let chunk = OpenedChunk {
        index: 3,
        cipher: vec![7; 2_048].try_into().unwrap(),
        leaf: FieldBytes::new([1; 32]),
        path: vec![FieldBytes::new([2; 32])].try_into().unwrap(),
    };
    let mut entry = InspectionEntry::new(inspection, &secret);
    let unprovable = Finding::Unprovable("a cell too many is missing".into());
    let bad_chunk = Finding::Faulty(Claim::BadChunk(chunk));
    for finding in [Finding::Clean, Finding::Faulty(Claim::WrongKey), bad_chunk, unprovable] {
        entry.report = Some(InspectionReport { purchase: PurchaseId::new(1), key: wrapped(), finding });
        journal.store_entry(inspection, &entry).unwrap();
        assert_eq!(journal.entry(inspection).unwrap(), Some(entry.clone()));
    }
    assert_eq!((journal.jobs().unwrap(), journal.inspections().unwrap()), (vec![JOB], vec![inspection]));
    assert!(journal.forget(inspection).unwrap());
    assert!(journal.inspections().unwrap().is_empty());
    assert_eq!(journal.jobs().unwrap(), [JOB]);
}

#[test]
fn what_a_killed_worker_left_unfinished_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    drop(Journal::open(folder.path()).unwrap());
    let left = folder.path().join("jobs").join(".7.json.1-2.unfinished");
    fs::write(&left, b"{\"job\":").unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    assert!(!left.exists());
    assert!(journal.jobs().unwrap().is_empty());
}
