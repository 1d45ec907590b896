//! Honest and dishonest parties, before one store.

mod kinds;
mod publication;
mod sampling;

use super::*;
use crate::{
    data::Fitness,
    journal::Finding,
    work::world::{diverging_spec, nowhere, World, EVALUATOR, GENESIS, JOB, PROVIDER, SECRET, SEED, USE},
};
use neurodata_dataset::ContentKey;
use neurodata_primitives::{
    job::Progress,
    training::{Objective, Quality},
    CheckpointDigest, Complaint, Fault, Submission, TraceRoot, Verdict,
};
use neurodata_sealing::judge;
use neurodata_storage::{manifest, uri, Cid};
use neurodata_training::ModelIndex;

/// The root of the planted trace that stands for the first `checkpoints`.
fn planted(world: &World, checkpoints: u32) -> TraceRoot {
    world.trace(checkpoints).planted(&SECRET).root()
}

#[test]
fn an_honest_result_is_accepted_with_its_accuracy_as_score() {
    let world = World::new();
    let claimed = world.honest_result();
    let verdict = world.verdict_on(&claimed, 0).unwrap();
    assert_eq!((verdict.verdict, verdict.score), (Verdict::Accept, claimed.metrics.score()));
    assert!(verdict.score >= 80);
    let again = world.verdict_on(&claimed, 0).unwrap();
    assert_ne!(verdict.salt, again.salt);
}

#[test]
fn every_false_claim_is_rejected_and_named() {
    let world = World::new();
    let honest = world.honest_result();
    let mut metrics = honest.metrics;
    let Quality::Classification { correct, .. } = &mut metrics.quality else { panic!() };
    *correct -= 1;
    for (claimed, what) in [
        (ResultCommitment { model: [1; 32].into(), ..honest.clone() }, "the model"),
        (ResultCommitment { trace: [1; 32].into(), ..honest.clone() }, "trace"),
        (ResultCommitment { checkpoints: 1, ..honest.clone() }, "checkpoints"),
        (ResultCommitment { metrics, ..honest.clone() }, "metrics"),
        (ResultCommitment { model_bytes: honest.model_bytes + 1, ..honest.clone() }, "size of the model"),
    ] {
        let verdict = world.verdict_on(&claimed, 0).unwrap();
        assert_eq!(verdict.verdict, Verdict::Reject);
        assert!(verdict.reason.contains(what), "{what}: {}", verdict.reason);
    }
}

#[test]
fn a_model_that_was_not_published_is_asked_for_and_then_rejected() {
    let world = World::new();
    let claimed = ResultCommitment { manifest: [1; 32].into(), ..world.honest_result() };
    assert!(matches!(world.verdict_on(&claimed, 0), Err(WorkError::Later(_))));
    assert_eq!(world.verdict_on(&claimed, FETCH_ATTEMPTS).unwrap().verdict, Verdict::Reject);
}

#[test]
fn a_wrong_content_key_is_named_by_the_provider_and_rejected_by_the_evaluator() {
    let mut world = World::new();
    let claimed = world.honest_result();
    world.key = ContentKey::new([10; 32]);
    let verdict = world.verdict_on(&claimed, 0).unwrap();
    assert_eq!(verdict.verdict, Verdict::Reject);
    assert!(verdict.reason.contains("wrong key"), "{}", verdict.reason);
    let workshop = world.workshop("provider", PROVIDER);
    let secret = RecipientSecret::new([7; 32]);
    workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret, SECRET)).unwrap();
    let assignment = world.assignment(&secret, &training_use_context(&GENESIS, USE));
    // A key that was wrapped for another use doesn't even open.
    for training_use in [USE, TrainingUseId::new(3)] {
        let failed = workshop.compute(&assignment, training_use, 0, 0, &Pulse::default());
        let claim = Box::new(Claim::WrongKey);
        assert_eq!(failed, Err(WorkError::Faulty { key: assignment.key.clone(), claim }));
    }
}

/// What a compute provider makes of `dataset`, whose key opens.
fn computed(world: &World, dataset: DatasetRecord) -> Result<(), WorkError> {
    let workshop = world.workshop("provider", PROVIDER);
    let secret = RecipientSecret::new([7; 32]);
    workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret, SECRET)).unwrap();
    let assignment = Assignment { dataset, ..world.assignment(&secret, &training_use_context(&GENESIS, USE)) };
    workshop.compute(&assignment, USE, 0, 0, &Pulse::default())
}

#[test]
fn a_provider_proves_what_is_wrong_with_a_package_that_the_right_key_opens() {
    let world = World::new();
    let secret = RecipientSecret::new([7; 32]);
    let context = training_use_context(&GENESIS, USE);
    for (dataset, fault) in [
        (world.with_bad_chunk(), Fault::BadChunk { chunk: 0 }),
        (world.with_cell_out_of_schema(), Fault::OutOfSchema { chunk: 0, cell: 0 }),
    ] {
        let package = PackageCommitment::from(&dataset.commitment);
        let Err(WorkError::Faulty { key, claim }) = computed(&world, dataset) else { panic!("{fault:?}") };
        let complaint = Complaint { secret: *secret.as_bytes(), claim: *claim };
        let found = judge(&package, &secret.public(), &key, &context, &complaint).unwrap();
        assert_eq!(std::mem::discriminant(&found), std::mem::discriminant(&fault), "{found:?}");
    }
}

#[test]
fn a_provider_accuses_nobody_of_what_no_complaint_covers() {
    let world = World::new();
    let mut altered = world.dataset.clone();
    altered.commitment.missing_cells += 1;
    assert!(matches!(computed(&world, altered), Err(WorkError::Hopeless(_))));
    let absent = DatasetRecord { uris: nowhere(), ..world.dataset.clone() };
    assert!(matches!(computed(&world, absent), Err(WorkError::Later(_))));
}

#[test]
fn missing_data_may_come_later() {
    let mut world = World::new();
    world.dataset.uris = nowhere();
    let workshop = world.workshop("provider", PROVIDER);
    let secret = RecipientSecret::new([7; 32]);
    workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret, SECRET)).unwrap();
    let assignment = world.assignment(&secret, &training_use_context(&GENESIS, USE));
    let compute = |attempt| workshop.compute(&assignment, USE, 0, attempt, &Pulse::default());
    assert!(matches!(compute(0), Err(WorkError::Later(_))));
    assert!(matches!(compute(FETCH_ATTEMPTS), Err(WorkError::Hopeless(_))));
}

#[test]
fn a_job_that_cannot_be_done_is_told_from_the_package_alone() {
    let world = World::new();
    let (store, spec) = (world.store(), world.spec());
    let never =
        |dataset: &DatasetRecord, spec: &TrainingSpec| match data::fitness(&store, dataset, spec, None, u64::MAX) {
            Fitness::Never(reason) => reason,
            other => panic!("{other:?}"),
        };
    assert_eq!(data::fitness(&store, &world.dataset, &spec, None, u64::MAX), Fitness::Fits);
    assert!(never(&world.dataset, &TrainingSpec { target: Some(0), ..spec.clone() }).contains("numeric"));
    let objective = Objective::Classification { classes: 3 };
    assert!(never(&world.dataset, &TrainingSpec { objective, ..spec.clone() }).contains("3 classes"));
    let mut altered = world.dataset.clone();
    altered.commitment.rows += 1;
    assert!(never(&altered, &spec).contains("rows"));
    // A package whose leaves, chunks or format are not what the chain says does not even open.
    let cid = uri::parse(std::str::from_utf8(&world.dataset.uris[0]).unwrap()).unwrap();
    let package = manifest::read_to_vec(&store, &cid, 1 << 20).unwrap();
    for at in [7, 20, package.len() - 1, package.len() - 2_100, package.len() - 2_048 - 40] {
        let mut bytes = package.clone();
        bytes[at] ^= 1;
        let altered = DatasetRecord { uris: world::published(&store, &bytes), ..world.dataset.clone() };
        never(&altered, &spec);
    }
    let absent = DatasetRecord { uris: nowhere(), ..world.dataset.clone() };
    assert!(matches!(data::fitness(&store, &absent, &spec, None, u64::MAX), Fitness::Later(_)));
}

#[test]
fn a_parent_that_is_missing_altered_or_of_another_shape_is_told_before_the_job_is_accepted() {
    let world = World::new().with_parent();
    let (store, spec) = (world.store(), world.spec());
    let parent = world.parent.clone().unwrap();
    let fitness =
        |parent: &Parent, spec: &TrainingSpec| data::fitness(&store, &world.dataset, spec, Some(parent), u64::MAX);
    assert_eq!(fitness(&parent, &spec), Fitness::Fits);
    let with = |result| Parent { result, ..parent.clone() };
    let absent = with(ResultCommitment { manifest: [1; 32].into(), ..parent.result.clone() });
    assert!(matches!(fitness(&absent, &spec), Fitness::Later(_)));
    for other in [
        ResultCommitment { model: [1; 32].into(), ..parent.result.clone() },
        ResultCommitment { model_bytes: parent.result.model_bytes + 1, ..parent.result.clone() },
        ResultCommitment { model_bytes: parent.result.model_bytes - 1, ..parent.result.clone() },
    ] {
        assert!(matches!(fitness(&with(other), &spec), Fitness::Never(_)));
    }
    let Fitness::Never(reason) = fitness(&parent, &diverging_spec()) else { panic!() };
    let expected = "a multilayer perceptron does not start from a model of multinomial logistic regression";
    assert!(reason.contains(expected), "{reason}");
}

#[test]
fn a_run_from_a_parent_is_repeated_from_the_same_parent() {
    let fresh = World::new().honest_result();
    let mut world = World::new().with_parent();
    let claimed = world.honest_result();
    assert_ne!((claimed.model, claimed.trace), (fresh.model, fresh.trace));
    assert_eq!(world.verdict_on(&claimed, 0).unwrap().verdict, Verdict::Accept);
    // Whoever did not start from the parent, or starts from another, gets other bits.
    world.parent = None;
    assert_eq!(world.verdict_on(&claimed, 0).unwrap().verdict, Verdict::Reject);
    let world = World::new().with_parent();
    assert_eq!(world.verdict_on(&fresh, 0).unwrap().verdict, Verdict::Reject);
}

#[test]
fn a_parent_that_was_taken_away_is_asked_for_and_then_given_up() {
    let mut world = World::new().with_parent();
    let claimed = world.honest_result();
    if let Some(parent) = &mut world.parent {
        parent.result.manifest = [1; 32].into();
    }
    assert!(matches!(world.verdict_on(&claimed, 0), Err(WorkError::Later(_))));
    let workshop = world.workshop("provider", PROVIDER);
    let secret = RecipientSecret::new([7; 32]);
    workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret, SECRET)).unwrap();
    let assignment = world.assignment(&secret, &training_use_context(&GENESIS, USE));
    let compute = |attempt| workshop.compute(&assignment, USE, 0, attempt, &Pulse::default());
    assert!(matches!(compute(0), Err(WorkError::Later(_))));
    assert!(matches!(compute(FETCH_ATTEMPTS), Err(WorkError::Hopeless(_))));
}

const INSPECTION: InspectionId = InspectionId::new(5);
const PURCHASE: PurchaseId = PurchaseId::new(6);

/// What an inspector writes into the journal who was handed `key` for `dataset`.
fn inspected(
    world: &World,
    dataset: &DatasetRecord,
    key: &ContentKey,
    purchase: PurchaseId,
) -> Result<Finding, WorkError> {
    let workshop = world.workshop("inspector", EVALUATOR);
    let secret = RecipientSecret::new([8; 32]);
    workshop.journal.store_entry(INSPECTION, &InspectionEntry::new(INSPECTION, &secret)).unwrap();
    let key = neurodata_dataset::wrap_key(key, &secret.public(), &sale_context(&GENESIS, purchase)).unwrap();
    let dataset = dataset.clone();
    workshop.inspect(&Inspected { inspection: INSPECTION, purchase: PURCHASE, dataset, key: key.clone() })?;
    let report = workshop.journal.entry::<InspectionEntry>(INSPECTION).unwrap().unwrap().report.unwrap();
    assert_eq!((report.purchase, report.key), (PURCHASE, key));
    Ok(report.finding)
}

#[test]
fn an_inspector_finds_an_honest_package_clean() {
    let world = World::new();
    assert_eq!(inspected(&world, &world.dataset, &world.key, PURCHASE), Ok(Finding::Clean));
}

#[test]
fn an_inspector_finds_each_fault_and_its_evidence() {
    let world = World::new();
    let wrong = inspected(&world, &world.dataset, &ContentKey::new([10; 32]), PURCHASE);
    assert_eq!(wrong, Ok(Finding::Faulty(Claim::WrongKey)));
    let elsewhere = inspected(&world, &world.dataset, &world.key, PurchaseId::new(7));
    assert_eq!(elsewhere, Ok(Finding::Faulty(Claim::WrongKey)));
    let bad = inspected(&world, &world.with_bad_chunk(), &world.key, PURCHASE);
    assert!(matches!(bad, Ok(Finding::Faulty(Claim::BadChunk(_)))), "{bad:?}");
    let outside = inspected(&world, &world.with_cell_out_of_schema(), &world.key, PURCHASE);
    assert!(matches!(outside, Ok(Finding::Faulty(Claim::OutOfSchema { .. }))), "{outside:?}");
}

#[test]
fn an_inspector_proves_nothing_about_what_cannot_be_had_or_is_bad_otherwise() {
    let world = World::new();
    let absent = DatasetRecord { uris: nowhere(), ..world.dataset.clone() };
    assert!(matches!(inspected(&world, &absent, &world.key, PURCHASE), Err(WorkError::Later(_))));
    let mut altered = world.dataset.clone();
    altered.commitment.missing_cells += 1;
    let finding = inspected(&world, &altered, &world.key, PURCHASE);
    assert!(matches!(&finding, Ok(Finding::Unprovable(reason)) if reason.contains("missing cells")), "{finding:?}");
}

#[test]
fn a_stopped_run_resumes_to_the_same_result() {
    let world = World::new();
    let whole = world.honest_result();
    let workshop = world.workshop("other", PROVIDER);
    let assignment = world.assignment(&RecipientSecret::new([7; 32]), &training_use_context(&GENESIS, USE));
    let (table, pulse) = (world.table(), Pulse::default());
    pulse.stop();
    assert!(matches!(workshop.train(&assignment, None, &table, Keep::Nothing, &pulse), Err(WorkError::Stopped)));
    assert!(workshop.journal.checkpoint(JOB).unwrap().is_some());
    // A damaged checkpoint costs time, nothing else.
    for damage in [false, true] {
        if damage {
            workshop.journal.store_checkpoint(JOB, b"damaged").unwrap();
        }
        let output = workshop.train(&assignment, None, &table, Keep::Nothing, &Pulse::default()).unwrap().unwrap();
        assert_eq!((output.model_digest, output.trace_root), (whole.model, whole.trace));
    }
}

#[test]
fn a_run_is_on_the_device_that_it_asks_for_or_the_one_that_there_is() {
    let devices = Devices::open([DeviceClass::Cpu, DeviceClass::Cpu]).unwrap();
    assert_eq!(devices.classes(), [DeviceClass::Cpu]);
    assert!(devices.get(DeviceClass::Cpu).is_cpu() && devices.get(DeviceClass::Cuda).is_cpu());
    assert_eq!(Devices::open([]).unwrap().classes(), [DeviceClass::Cpu]);
}

/// Heartbeats as an honest provider sends them, and the forms in which they are forged.
#[test]
fn a_heartbeat_that_tells_of_another_state_is_a_rejected_result() {
    let world = World::new();
    let (claimed, trace) = (world.honest_result(), world.trace(5));
    let verdict = |told| world.verdict_after(&Submission::Complete(claimed.clone()), Some(&told), 0).unwrap();
    let honest = |position| Progress { position, checkpoint: trace.digest(position).unwrap() };
    for position in 0..5 {
        assert_eq!(verdict(honest(position)).verdict, Verdict::Accept);
    }
    for forged in [
        Progress { checkpoint: CheckpointDigest::new([1; 32]), ..honest(2) },
        Progress { checkpoint: honest(3).checkpoint, ..honest(2) },
        Progress { position: 5, ..honest(4) },
    ] {
        let verdict = verdict(forged);
        assert_eq!((verdict.verdict, verdict.about.told), (Verdict::Reject, Some(forged)));
        assert!(verdict.reason.contains("heartbeat"), "{}", verdict.reason);
    }
}

#[test]
fn the_beginning_of_a_run_is_repeated_as_far_as_it_was_submitted() {
    let world = World::new();
    for checkpoints in 2..=5 {
        let trace = world.trace(checkpoints);
        let honest = Submission::Partial { checkpoints, trace: trace.root() };
        let told = trace.heartbeat();
        let accepted = world.verdict_after(&honest, told.as_ref(), 0).unwrap();
        assert_eq!((accepted.verdict, accepted.about.claimed), (Verdict::Accept, honest.clone()));
        let rejected = |submission: Submission, told: Option<Progress>| {
            let verdict = world.verdict_after(&submission, told.as_ref(), 0).unwrap();
            assert_eq!(verdict.verdict, Verdict::Reject, "{submission:?}");
            verdict.reason
        };
        // One checkpoint more than were trained, with the trace of those that were.
        let exaggerated = Submission::Partial { checkpoints: checkpoints + 1, trace: trace.root() };
        rejected(exaggerated, None);
        rejected(honest.clone().with_trace(TraceRoot::new([1; 32])), None);
        rejected(honest.clone().with_trace(trace.planted(&SECRET).root()), None);
        let beyond = Progress { position: checkpoints, checkpoint: CheckpointDigest::new([1; 32]) };
        assert!(rejected(honest, Some(beyond)).contains("heartbeat"));
    }
    // Nothing is trained beyond what was submitted.
    let world = World::new();
    let honest = Submission::Partial { checkpoints: 3, trace: world.trace(3).root() };
    world.verdict_after(&honest, None, 0).unwrap();
    assert_eq!(world.workshop("evaluator", EVALUATOR).checkpoints(JOB).unwrap(), 3);
}

#[test]
fn a_planted_trace_is_rejected_and_the_true_one_accepted_by_the_same_evaluator() {
    let world = World::new();
    let honest = Submission::Complete(world.honest_result());
    let planted = honest.clone().with_trace(planted(&world, honest.checkpoints()));
    let first = world.verdict_after(&planted, None, 0).unwrap();
    assert_eq!((first.verdict, &first.about.claimed), (Verdict::Reject, &planted));
    let second = world.verdict_after(&honest, None, 0).unwrap();
    assert_eq!((second.verdict, &second.about.claimed), (Verdict::Accept, &honest));
}

#[test]
fn every_verdict_has_a_salt_of_its_own_though_the_job_is_the_same() {
    let world = World::new();
    let whole = Submission::Complete(world.honest_result());
    let planted = whole.clone().with_trace(planted(&world, whole.checkpoints()));
    let beginning = Submission::Partial { checkpoints: 3, trace: world.trace(3).root() };
    let salts: std::collections::BTreeSet<_> = [&planted, &whole, &beginning, &whole]
        .map(|submission| world.verdict_after(submission, None, 0).unwrap().salt)
        .into();
    assert_eq!(salts.len(), 4);
    assert!(!salts.contains(&[0; 32]));
}

#[test]
fn the_result_of_another_job_is_rejected() {
    let world = World::new();
    let other = World::new().with_parent();
    let claimed = other.honest_result();
    // The other job's model is published, but this run has other bits.
    let index = other.store().get(&Cid::from(claimed.manifest)).unwrap();
    world.store().put(&index).unwrap();
    let index = ModelIndex::from_bytes(&index).unwrap();
    for file in [&index.model, &index.report] {
        let file = manifest::read_to_vec(&other.store(), &file.parse().unwrap(), 1 << 20).unwrap();
        manifest::put_bytes(&world.store(), &file).unwrap();
    }
    let verdict = world.verdict_on(&claimed, 0).unwrap();
    assert_eq!(verdict.verdict, Verdict::Reject);
    assert!(verdict.reason.contains("trace"), "{}", verdict.reason);
}

#[test]
fn what_is_published_does_not_tell_the_trace() {
    let world = World::new();
    let (claimed, trace) = (world.honest_result(), world.trace(5));
    let store = world.store();
    let index = ModelIndex::from_bytes(&store.get(&Cid::from(claimed.manifest)).unwrap()).unwrap();
    assert_eq!(index.trace, None);
    for file in [&index.model, &index.card, &index.report] {
        let text = manifest::read_to_vec(&store, &file.parse().unwrap(), 1 << 20).unwrap();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(!text.contains(&hex::encode(claimed.trace.as_bytes())));
        for link in trace.links().iter().skip(1) {
            let digests = [link.state.as_bytes(), link.course.as_bytes()];
            assert!(digests.iter().all(|digest| !text.contains(&hex::encode(digest))));
        }
    }
    let report = manifest::read_to_vec(&store, &index.report.parse().unwrap(), 1 << 20).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let fields: Vec<_> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["dataset", "evaluation", "job", "metrics", "seed", "spec"], "no losses in training");
}

#[test]
fn a_report_that_embellishes_is_a_rejected_result() {
    let world = World::new();
    let mut prepared = world.prepared();
    let report = prepared.publication.files.report.parse().unwrap();
    let report = manifest::read_to_vec(&world.store(), &report, 1 << 20).unwrap();
    let better = String::from_utf8(report).unwrap().replacen("0", "1", 1);
    prepared.publication.files.report = manifest::put_bytes(&world.store(), better.as_bytes()).unwrap().to_string();
    let verdict = world.verdict_on(&world.submitted(&prepared, false), 0).unwrap();
    assert_eq!(verdict.verdict, Verdict::Reject);
    assert!(verdict.reason.contains("published report"), "{}", verdict.reason);
}

/// A provider whose run was stopped after its first epochs, with what it needs to prove that.
fn stopped(world: &World, epochs: u32) -> (Workshop, Assignment, Option<Progress>) {
    let workshop = world.workshop("stopped", PROVIDER);
    let secret = RecipientSecret::new([7; 32]);
    workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret, SECRET)).unwrap();
    let context = training_use_context(&GENESIS, USE);
    let assignment = world.assignment(&secret, &context);
    let (table, pulse) = (world.table(), Pulse::default());
    let Assignment { spec, seed, .. } = &assignment;
    let ended: Result<_, WorkError> = workshop.advance(&assignment, Keep::Nothing, &pulse, |resume, on_progress| {
        run_from(None, &table, spec, seed, &Device::Cpu, resume, &mut |progress| {
            if progress.epoch == Some(epochs) {
                pulse.stop();
            }
            on_progress(progress)
        })
    });
    assert!(matches!(ended, Err(WorkError::Stopped)));
    (workshop, assignment, pulse.reached())
}

#[test]
fn a_stopped_run_tells_of_no_more_than_its_journal_holds() {
    let world = World::new();
    for (epochs, checkpoints) in [(0, 1), (1, 1), (2, 2), (5, 3)] {
        let (workshop, _, reached) = stopped(&world, epochs);
        assert_eq!(workshop.checkpoints(JOB).unwrap(), checkpoints);
        assert_eq!(reached, world.trace(checkpoints).heartbeat());
        workshop.journal.forget(JOB).unwrap();
    }
    let workshop = world.workshop("empty", PROVIDER);
    assert_eq!(workshop.checkpoints(JOB).unwrap(), 0);
    workshop.journal.store_checkpoint(JOB, b"damaged").unwrap();
    assert_eq!(workshop.checkpoints(JOB).unwrap(), 0);
}

#[test]
fn progress_that_is_not_that_of_the_run_is_not_proved() {
    let world = World::new();
    let (workshop, assignment, _) = stopped(&world, 5);
    let prove = |assignment: &Assignment| workshop.prove_progress(assignment, USE, 0, 3, 0, &Pulse::default());
    // A fork drew another seed.
    let other = Assignment { seed: Seed::new([5; 32]), ..assignment.clone() };
    assert!(matches!(prove(&other), Err(WorkError::Hopeless(reason)) if reason.contains("another run")));
    workshop.journal.store_checkpoint(JOB, b"damaged").unwrap();
    assert!(matches!(prove(&assignment), Err(WorkError::Hopeless(reason)) if reason.contains("no checkpoint")));
    assert_eq!(workshop.journal.entry::<ComputeEntry>(JOB).unwrap().unwrap().progress, None);
}

/// Needs the proving key, as the test below.
#[test]
fn the_progress_of_a_cancelled_job_is_proved_from_the_journal_and_accepted() {
    let world = World::new();
    let (mut workshop, assignment, reached) = stopped(&world, 5);
    workshop.proving_keys = std::env::temp_dir().join("neurodata-proving-keys");
    for (asked, proved) in [(2, 2), (5, 3), (3, 3)] {
        workshop.prove_progress(&assignment, USE, 0, asked, 0, &Pulse::default()).unwrap();
        let progress = workshop.journal.entry::<ComputeEntry>(JOB).unwrap().unwrap().progress.unwrap();
        assert_eq!((progress.seed, progress.checkpoints(), progress.proof.chunk), (assignment.seed, proved, 0));
        assert_eq!(workshop.checkpoints(JOB).unwrap(), 3, "nothing is trained any more");
        assert_eq!(progress.links.to_vec(), world.trace(proved).links());
    }
    let progress = workshop.journal.entry::<ComputeEntry>(JOB).unwrap().unwrap().progress.unwrap();
    let (checkpoints, trace) = (progress.checkpoints(), Trace::new(progress.links.to_vec()).root());
    let submission = Submission::Partial { checkpoints, trace };
    assert_eq!(world.verdict_after(&submission, reached.as_ref(), 0).unwrap().verdict, Verdict::Accept);
}

/// Needs the proving key, which takes tens of seconds to generate once; the folder is shared with the prover's
/// tests.
#[test]
fn a_computed_job_has_a_result_and_a_proof_in_the_journal() {
    let world = World::new();
    let mut workshop = world.workshop("provider", PROVIDER);
    workshop.proving_keys = std::env::temp_dir().join("neurodata-proving-keys");
    let secret = RecipientSecret::new([7; 32]);
    workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret, SECRET)).unwrap();
    let assignment = world.assignment(&secret, &training_use_context(&GENESIS, USE));
    let (pulse, looker) = (Pulse::default(), world.store());
    pulse.tell(assignment.checkpoints() - 2);
    assert_eq!(
        data::fitness(&workshop.keeping(JOB).unwrap(), &world.dataset, &assignment.spec, None, u64::MAX),
        Fitness::Fits
    );
    // The data provider removes the package once the job was looked at.
    let cid = uri::parse(std::str::from_utf8(&world.dataset.uris[0]).unwrap()).unwrap();
    let bytes = manifest::read_to_vec(&looker, &cid, 1 << 20).unwrap();
    manifest::Manifest::get(&looker, &cid).unwrap().blocks().iter().for_each(|block| {
        looker.remove(&block.cid).unwrap();
    });
    assert!(looker.remove(&cid).unwrap());
    workshop.compute(&assignment, USE, 0, 0, &pulse).unwrap();
    manifest::put_bytes(&looker, &bytes).unwrap();
    // The last checkpoint is held back, so that the heartbeats do not tell the root.
    let last = assignment.checkpoints() - 1;
    assert_eq!(pulse.reached().map(|reached| reached.position), Some(last - 1));
    let prepared = workshop.journal.entry::<ComputeEntry>(JOB).unwrap().unwrap().result.unwrap();
    assert_eq!(Some(prepared.heartbeat), pulse.reached());
    assert_eq!((prepared.proof.chunk, prepared.proof.zk_proof.is_empty()), (0, false));
    let claimed = workshop.show(&prepared, &SECRET, false).unwrap();
    let index = ModelIndex::from_bytes(&looker.get(&Cid::from(claimed.manifest)).unwrap()).unwrap();
    let card = manifest::read_to_vec(&looker, &index.card.parse().unwrap(), 1 << 20).unwrap();
    assert!(String::from_utf8(card).unwrap().contains("# sizes: size"));
    drop(workshop);
    assert_eq!(world.verdict_on(&claimed, 0).unwrap().verdict, Verdict::Accept);
}

#[test]
fn what_was_looked_at_is_kept_until_the_job_is_forgotten() {
    let world = World::new().with_parent();
    let workshop = world.workshop("provider", PROVIDER);
    let spec = world.spec();
    let look = |memory| {
        let store = workshop.keeping(JOB).unwrap();
        data::fitness(&store, &world.dataset, &spec, world.parent.as_ref(), memory)
    };
    assert_eq!(look(u64::MAX), Fitness::Fits);
    std::fs::rename(world.folder.path().join("store/blobs"), world.folder.path().join("removed")).unwrap();
    assert_eq!(look(u64::MAX), Fitness::Fits);
    assert_eq!(workshop.journal.kept().unwrap(), [JOB]);
    workshop.journal.forget(JOB).unwrap();
    assert_eq!(workshop.journal.kept().unwrap(), []);
    assert!(matches!(look(u64::MAX), Fitness::Later(_)));
}

#[test]
fn a_job_that_takes_more_memory_than_there_is_or_may_lack_targets_is_declined() {
    let world = World::new();
    let (store, spec) = (world.store(), world.spec());
    let columns = data::package_columns(&store, &world.dataset).unwrap();
    let needed = data::memory_of_job(&world.dataset, &columns, &spec);
    let fitness = |memory| data::fitness(&store, &world.dataset, &spec, None, memory);
    assert_eq!(fitness(needed), Fitness::Fits);
    assert!(matches!(fitness(needed - 1), Fitness::Never(reason) if reason.contains("memory")));
    let (gaps, commitment) = world.with_gaps();
    assert!(commitment.commitment.missing_cells > 0);
    let Fitness::Never(reason) = data::fitness(&gaps, &commitment, &spec, None, u64::MAX) else { panic!() };
    assert!(reason.contains("may lack values"), "{reason}");
}

#[test]
fn data_that_an_evaluator_cannot_have_say_nothing_about_the_provider() {
    let mut world = World::new();
    let claimed = world.honest_result();
    let dataset = world.dataset.clone();
    world.dataset.uris = nowhere();
    assert!(matches!(world.verdict_on(&claimed, 0), Err(WorkError::Later(_))));
    let verdict = world.verdict_on(&claimed, FETCH_ATTEMPTS).unwrap();
    assert_eq!((verdict.verdict, verdict.score), (Verdict::Unavailable, 1));
    // Another file stands where the package was.
    world.dataset.uris = world::published(&world.store(), b"no package");
    assert_eq!(world.verdict_on(&claimed, 0).unwrap().verdict, Verdict::Unavailable);
    // The model is the provider's own duty, whether it is missing or no model.
    world.dataset = dataset;
    let missing = ResultCommitment { manifest: [1; 32].into(), ..claimed.clone() };
    assert_eq!(world.verdict_on(&missing, FETCH_ATTEMPTS).unwrap().verdict, Verdict::Reject);
    let manifest = world.store().put(b"no index").unwrap().digest();
    let undecodable = ResultCommitment { manifest, ..claimed };
    assert_eq!(world.verdict_on(&undecodable, 0).unwrap().verdict, Verdict::Reject);
}

#[test]
fn the_first_checkpoint_can_be_told_before_the_package_is_opened() {
    for world in [World::new(), World::new().with_parent()] {
        let workshop = world.workshop("provider", PROVIDER);
        let secret = RecipientSecret::new([7; 32]);
        let assignment = world.assignment(&secret, &training_use_context(&GENESIS, USE));
        let pulse = Pulse::default();
        workshop.reach_first(&assignment, &pulse);
        let told = pulse.reached().unwrap();
        drop(workshop);
        let claimed = Submission::Complete(world.honest_result());
        assert_eq!(world.verdict_after(&claimed, Some(&told), 0).unwrap().verdict, Verdict::Accept);
        assert_eq!(told.position, 0);
    }
}

#[test]
fn a_run_that_diverges_is_a_result_that_committees_accept() {
    let world = World::new().training(diverging_spec());
    let claimed = world.honest_result();
    let verdict = world.verdict_on(&claimed, 0).unwrap();
    assert_eq!((verdict.verdict, verdict.score), (Verdict::Accept, claimed.metrics.score()));
    let index = world.store().get(&Cid::from(claimed.manifest)).unwrap();
    let index = ModelIndex::from_bytes(&index).unwrap();
    let report = manifest::read_to_vec(&world.store(), &index.report.parse().unwrap(), 1 << 20).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert!(report["ending"]["diverged"]["step"].is_u64(), "{report}");
    for checkpoints in [2, 5] {
        let trace = world.trace(checkpoints);
        let beginning = Submission::Partial { checkpoints, trace: trace.root() };
        let verdict = world.verdict_after(&beginning, trace.heartbeat().as_ref(), 0).unwrap();
        assert_eq!(verdict.verdict, Verdict::Accept);
    }
    // Who did not see where the run diverged is found out.
    let forged = ResultCommitment { trace: [1; 32].into(), ..claimed };
    assert_eq!(world.verdict_on(&forged, 0).unwrap().verdict, Verdict::Reject);
}
