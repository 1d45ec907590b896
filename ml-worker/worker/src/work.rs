//! The work itself: train, prove and publish; or repeat a run and compare. It blocks for minutes, so it runs on
//! threads of its own and speaks to the role through the journal and a [`Pulse`].

use crate::{
    data::{self, chained, DataError, Parent},
    journal::{
        what_is_wrong, ComputeEntry, EvaluateEntry, Finding, InspectionEntry, InspectionReport, Journal,
        JournaledVerdict, PreparedResult,
    },
};
use codec::Encode;
use neurodata_chain::{AccountId, DatasetRecord};
use neurodata_dataset::{ProofContext, RecipientSecret, Schema, Unlocked};
use neurodata_primitives::{
    seams::ProofSubject, BlobDigest, Claim, DatasetId, InspectionId, JobId, PackageCommitment, PurchaseId,
    ResultCommitment, Seed, TrainingSpec, TrainingUseId, Verdict, WrappedKey,
};
use neurodata_sealing::{evaluation_context, sale_context, training_use_context};
use neurodata_storage::{manifest, BlobStore, DirectoryStore, ManifestError};
use neurodata_training::{
    card, run_from, CardText, Checkpoint, Device, ModelIndex, RunOutput, RunReport, TrainingTable,
};
use neurodata_zk_circuits::Prover;
use rand::{rngs::OsRng, RngCore};
use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        atomic::{AtomicBool, AtomicU32, Ordering},
        Arc, Mutex,
    },
};
use tokio::{sync::Notify, task::JoinHandle};

/// Attempts to get data that are missing, before they are taken as withheld.
const FETCH_ATTEMPTS: u32 = 5;
/// Score that goes with a rejection; it counts for nothing.
const REJECTION_SCORE: u8 = 1;

/// Why work ended without what it was for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WorkError {
    /// It will never succeed.
    #[error("{0}")]
    Hopeless(String),
    /// This delivered key, or the package that it opens, is bad, and the claim stands before the chain.
    #[error("{}", what_is_wrong(claim))]
    Faulty {
        /// The delivered key.
        key: WrappedKey,
        /// What is claimed.
        claim: Box<Claim>,
    },
    /// It may succeed later.
    #[error("{0}")]
    Later(String),
    /// It was told to stop.
    #[error("stopped")]
    Stopped,
}

/// What all work of a worker shares.
pub struct Workshop {
    /// The store of blobs.
    pub store: DirectoryStore,
    /// The journal.
    pub journal: Arc<Journal>,
    /// Device that trains.
    pub device: Device,
    /// Hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// Account of the worker.
    pub account: AccountId,
    /// Makes proofs; loaded when the first is needed.
    prover: Mutex<Option<Arc<Prover>>>,
    proving_keys: PathBuf,
}

/// How work in progress and its role see each other.
#[derive(Clone, Default)]
pub struct Pulse {
    position: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
}

/// Which work it is: after a fork the same job or inspection may ask for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Errand {
    /// The run with this seed.
    Run(Seed),
    /// The package of this purchase.
    Inspection(PurchaseId),
}

/// Work in progress.
pub struct Task {
    errand: Errand,
    pulse: Pulse,
    handle: JoinHandle<Result<(), WorkError>>,
}

/// The run that a job or a round is about.
#[derive(Clone)]
pub struct Assignment {
    /// The job.
    pub job: JobId,
    /// The dataset version.
    pub dataset_id: DatasetId,
    /// The dataset version.
    pub dataset: DatasetRecord,
    /// The spec.
    pub spec: TrainingSpec,
    /// The seed.
    pub seed: Seed,
    /// The model that training starts from.
    pub parent: Option<Parent>,
    /// The content key, wrapped for this worker.
    pub key: WrappedKey,
}

/// The package that an inspector was handed the key of.
#[derive(Clone)]
pub struct Inspected {
    /// The inspection.
    pub inspection: InspectionId,
    /// The purchase that the key was delivered for.
    pub purchase: PurchaseId,
    /// The dataset version.
    pub dataset: DatasetRecord,
    /// The content key, wrapped for this worker.
    pub key: WrappedKey,
}

impl Task {
    /// Start `work` on a thread of its own; `ended` is notified at its end.
    pub fn start(
        errand: Errand,
        ended: Arc<Notify>,
        work: impl FnOnce(&Pulse) -> Result<(), WorkError> + Send + 'static,
    ) -> Self {
        let pulse = Pulse::default();
        let theirs = pulse.clone();
        let thread = tokio::task::spawn_blocking(move || work(&theirs));
        let handle = tokio::spawn(async move {
            let outcome = thread.await;
            ended.notify_one();
            outcome.unwrap_or_else(|error| Err(WorkError::Hopeless(format!("the work panicked: {error}"))))
        });
        Self { errand, pulse, handle }
    }

    /// Which work it is.
    pub fn errand(&self) -> Errand {
        self.errand
    }

    /// Checkpoints reached.
    pub fn position(&self) -> u32 {
        self.pulse.position.load(Ordering::Relaxed)
    }

    /// Ask it to stop at the end of the training epoch.
    pub fn stop(&self) {
        self.pulse.stop.store(true, Ordering::Relaxed);
    }

    /// Whether [`Self::outcome`] returns at once.
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }

    /// Wait for the end.
    pub async fn outcome(self) -> Result<(), WorkError> {
        // The task around the thread neither panics nor is cancelled; if it were, the work can be done again.
        self.handle.await.unwrap_or_else(|error| Err(WorkError::Later(error.to_string())))
    }
}

impl Pulse {
    fn ensure_wanted(&self) -> Result<(), WorkError> {
        if self.stop.load(Ordering::Relaxed) {
            Err(WorkError::Stopped)
        } else {
            Ok(())
        }
    }
}

fn later(error: impl std::error::Error) -> WorkError {
    WorkError::Later(chained(&error))
}

fn hopeless(error: impl std::error::Error) -> WorkError {
    WorkError::Hopeless(chained(&error))
}

impl Workshop {
    /// A workshop without a prover yet.
    pub fn new(
        store: DirectoryStore,
        journal: Arc<Journal>,
        device: Device,
        genesis: [u8; 32],
        account: AccountId,
        proving_keys: PathBuf,
    ) -> Self {
        Self { store, journal, device, genesis, account, prover: Mutex::default(), proving_keys }
    }

    /// Train, prove, publish, and write the result into the journal.
    pub fn compute(
        &self,
        assignment: &Assignment,
        training_use: TrainingUseId,
        challenged_chunk: u32,
        attempt: u32,
        pulse: &Pulse,
    ) -> Result<(), WorkError> {
        let job = assignment.job;
        let entry = self.journal.entry::<ComputeEntry>(job).map_err(later)?;
        let mut entry = entry.ok_or_else(|| WorkError::Hopeless("the journal does not know the job".into()))?;
        let context = training_use_context(&self.genesis, training_use);
        let failed = |error| match error {
            DataError::Missing(_) if attempt >= FETCH_ATTEMPTS => hopeless(error),
            error if error.is_retryable() => later(error),
            error => hopeless(error),
        };
        let secret = entry.recipient_secret();
        let unlocked = self.unlock(assignment, &secret, &context).map_err(|error| {
            if error.is_retryable() {
                failed(error)
            } else {
                self.fault(assignment, &secret, &context, error)
            }
        })?;
        let initial = self.initial_model(assignment).map_err(failed)?;
        let table = data::table(unlocked.dataset()).map_err(hopeless)?;
        let output = self.train(assignment, initial.as_deref(), &table, pulse)?.map_err(hopeless)?;
        pulse.ensure_wanted()?;
        tracing::info!(%job, accuracy = output.metrics.accuracy(), "trained; proving the challenged chunk");
        let account = self.account.0.encode();
        let context = ProofContext { genesis: self.genesis, subject: ProofSubject::Job(job), account: &account };
        let proof = unlocked.prove_chunk(&*self.prover()?, &context, challenged_chunk).map_err(later)?;
        let manifest = self.publish(assignment, unlocked.dataset().schema(), &output).map_err(later)?;
        let commitment = ResultCommitment {
            model: output.model_digest,
            model_bytes: output.model.len() as u64,
            manifest,
            trace: output.trace_root,
            checkpoints: output.trace.len() as u32,
            metrics: output.metrics,
        };
        entry.result = Some(PreparedResult { seed: assignment.seed, commitment, proof });
        self.journal.store_entry(job, &entry).map_err(later)
    }

    /// Repeat the run, compare it with `claimed`, and write the verdict into the journal.
    pub fn evaluate(
        &self,
        assignment: &Assignment,
        secret: &RecipientSecret,
        claimed: &ResultCommitment,
        attempt: u32,
        pulse: &Pulse,
    ) -> Result<(), WorkError> {
        let job = assignment.job;
        let difference = match self.difference(assignment, secret, claimed, pulse) {
            Ok(difference) => difference,
            // Data that nobody can have are as good as none.
            Err(Trouble::Data(error)) if !error.is_retryable() => Some(error.to_string()),
            Err(Trouble::Data(error @ DataError::Missing(_))) if attempt >= FETCH_ATTEMPTS => Some(error.to_string()),
            Err(Trouble::Data(error)) => return Err(later(error)),
            Err(Trouble::Work(WorkError::Hopeless(reason))) => Some(reason),
            Err(Trouble::Work(error)) => return Err(error),
        };
        let mut salt = [0; 32];
        OsRng.fill_bytes(&mut salt);
        let (verdict, score, reason) = match difference {
            None => (Verdict::Accept, claimed.metrics.score(), "the run repeats to the same bits".into()),
            Some(reason) => (Verdict::Reject, REJECTION_SCORE, reason),
        };
        let (seed, claimed) = (assignment.seed, claimed.clone());
        let verdict = JournaledVerdict { seed, claimed, verdict, score, salt, reason };
        tracing::info!(%job, verdict = ?verdict.verdict, score = verdict.score, reason = %verdict.reason, "verdict");
        self.journal.store_entry(job, &EvaluateEntry { job, verdict: Some(verdict) }).map_err(later)
    }

    /// How the run differs from what was claimed; `None` if it doesn't.
    fn difference(
        &self,
        assignment: &Assignment,
        secret: &RecipientSecret,
        claimed: &ResultCommitment,
        pulse: &Pulse,
    ) -> Result<Option<String>, Trouble> {
        let context = evaluation_context(&self.genesis, assignment.job, &self.account.0);
        let unlocked = self.unlock(assignment, secret, &context)?;
        let initial = self.initial_model(assignment)?;
        let published = data::published_model(&self.store, claimed)?;
        let table = data::table(unlocked.dataset()).map_err(hopeless)?;
        let output = self.train(assignment, initial.as_deref(), &table, pulse)?.map_err(hopeless)?;
        Ok(compare(&output, claimed, &published))
    }

    /// The content key, and the data that it opens.
    fn unlock(&self, assignment: &Assignment, secret: &RecipientSecret, context: &[u8]) -> Result<Unlocked, DataError> {
        let package = PackageCommitment::from(&assignment.dataset.commitment);
        let key = data::content_key(&package, &assignment.key, secret, context)?;
        data::fetch(&self.store, &assignment.dataset, &key)
    }

    /// What to say of a key or package that `error` makes useless: the proof, if there is one.
    fn fault(&self, assignment: &Assignment, secret: &RecipientSecret, context: &[u8], error: DataError) -> WorkError {
        let Assignment { dataset, key, .. } = assignment;
        match data::inspect(&self.store, dataset, key, secret, context) {
            Ok(Finding::Faulty(claim)) => WorkError::Faulty { key: key.clone(), claim: Box::new(claim) },
            Ok(Finding::Unprovable(_)) => hopeless(error),
            // The store holds another file by now, or none for the moment.
            Ok(Finding::Clean) => later(error),
            Err(error) => later(error),
        }
    }

    /// The model file that training starts from, if it starts from one.
    fn initial_model(&self, assignment: &Assignment) -> Result<Option<Vec<u8>>, DataError> {
        assignment.parent.as_ref().map(|parent| data::parent_model(&self.store, parent)).transpose()
    }

    /// Examine a package that is inspected, and write the finding into the journal.
    pub fn inspect(&self, inspected: &Inspected) -> Result<(), WorkError> {
        let Inspected { inspection, purchase, dataset, key } = inspected;
        let entry = self.journal.entry::<InspectionEntry>(*inspection).map_err(later)?;
        let mut entry = entry.ok_or_else(|| WorkError::Hopeless("the journal does not know the inspection".into()))?;
        let context = sale_context(&self.genesis, *purchase);
        let finding = data::inspect(&self.store, dataset, key, &entry.recipient_secret(), &context);
        let finding = finding.map_err(later)?;
        match &finding {
            Finding::Clean => tracing::info!(%inspection, "the package is what it claims"),
            Finding::Faulty(claim) => tracing::warn!(%inspection, "{}", what_is_wrong(claim)),
            Finding::Unprovable(reason) => tracing::warn!(%inspection, "bad, but no complaint covers it: {reason}"),
        }
        entry.report = Some(InspectionReport { purchase: *purchase, key: key.clone(), finding });
        self.journal.store_entry(*inspection, &entry).map_err(later)
    }

    /// Train from the last checkpoint in the journal on. The inner error is the run's own: it comes again each time.
    fn train(
        &self,
        assignment: &Assignment,
        initial: Option<&[u8]>,
        table: &TrainingTable,
        pulse: &Pulse,
    ) -> Result<Result<RunOutput, neurodata_training::Error>, WorkError> {
        use neurodata_training::Error;
        let job = assignment.job;
        let stored = self.journal.checkpoint(job).map_err(later)?;
        let checkpoint = stored.and_then(|bytes| Checkpoint::from_bytes(&bytes).ok());
        let mut failure = None;
        let mut train = |checkpoint: Option<Checkpoint>| {
            if let Some(checkpoint) = &checkpoint {
                tracing::info!(%job, epoch = checkpoint.epoch(), "resuming from a checkpoint");
            }
            let Assignment { spec, seed, .. } = assignment;
            run_from(initial, table, spec, seed, &self.device, checkpoint, &mut |progress| {
                pulse.position.store(progress.position, Ordering::Relaxed);
                if let Some(checkpoint) = progress.checkpoint {
                    let (epoch, of, loss) = (progress.epoch, progress.epochs, progress.loss);
                    tracing::info!(%job, epoch, of, loss, "checkpoint");
                    if let Err(error) = self.journal.store_checkpoint(job, &checkpoint.to_bytes()) {
                        failure = Some(error);
                        return ControlFlow::Break(());
                    }
                }
                if pulse.stop.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
        };
        let output = match train(checkpoint) {
            Err(Error::Checkpoint(error)) => {
                tracing::warn!(%job, %error, "training from the start");
                train(None)
            }
            output => output,
        };
        match (output, failure) {
            (_, Some(error)) => Err(later(error)),
            (Err(Error::Stopped { .. }), None) => Err(WorkError::Stopped),
            (Err(error @ Error::Device(_)), None) => Err(later(error)),
            (output, None) => Ok(output),
        }
    }

    fn prover(&self) -> Result<Arc<Prover>, WorkError> {
        let mut prover = self.prover.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(prover) = &*prover {
            return Ok(prover.clone());
        }
        let loaded = Prover::load_or_generate(&self.proving_keys, |step| tracing::info!("{step}")).map_err(later)?;
        Ok(prover.insert(Arc::new(loaded)).clone())
    }

    /// Publish model, card and report. Returns the digest in the CID of their index.
    fn publish(
        &self,
        assignment: &Assignment,
        schema: &Schema,
        output: &RunOutput,
    ) -> Result<BlobDigest, ManifestError> {
        let Assignment { job, dataset_id, spec, seed, parent, .. } = assignment;
        let parent = parent.as_ref().map(|parent| parent.id);
        let target = schema.columns().get(usize::from(spec.target)).map(|column| column.name.clone());
        let mut provenance = vec![
            ("chain".into(), format!("0x{}", hex::encode(self.genesis))),
            ("job".into(), job.to_string()),
            ("dataset".into(), dataset_id.to_string()),
            ("data root".into(), assignment.dataset.commitment.data_root.to_string()),
            ("seed".into(), seed.to_string()),
            ("model digest".into(), output.model_digest.to_string()),
            ("trace root".into(), output.trace_root.to_string()),
            ("compute provider".into(), self.account.to_string()),
        ];
        provenance.extend(parent.map(|parent| ("parent model".into(), parent.to_string())));
        let text = CardText {
            title: format!("{}: {}", schema.name(), target.as_deref().unwrap_or("model")),
            dataset: schema.name().into(),
            target: target.unwrap_or_default(),
            licence: "other".into(),
            provenance,
        };
        let report = RunReport {
            job: *job,
            dataset: *dataset_id,
            spec: spec.clone(),
            seed: *seed,
            parent,
            metrics: output.metrics,
            losses: output.losses.clone(),
            trace: RunReport::trace_of(&output.trace),
        };
        let put = |bytes: &[u8]| manifest::put_bytes(&self.store, bytes).map(|cid| cid.to_string());
        let card = card(&text, spec, &output.metrics);
        let index = ModelIndex::new(put(&output.model)?, put(card.as_bytes())?, put(&report.to_bytes())?);
        Ok(self.store.put(&index.to_bytes())?.digest())
    }
}

/// Why a run could not be compared.
enum Trouble {
    Data(DataError),
    Work(WorkError),
}

impl From<DataError> for Trouble {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}

impl From<WorkError> for Trouble {
    fn from(error: WorkError) -> Self {
        Self::Work(error)
    }
}

/// The first thing in which a repeated run differs from what was claimed and published.
fn compare(output: &RunOutput, claimed: &ResultCommitment, published: &[u8]) -> Option<String> {
    let checks = [
        ("trace", output.trace_root == claimed.trace),
        ("number of checkpoints", output.trace.len() as u64 == u64::from(claimed.checkpoints)),
        ("model", output.model_digest == claimed.model),
        ("size of the model", output.model.len() as u64 == claimed.model_bytes),
        ("metrics", output.metrics == claimed.metrics),
        ("published model", output.model == published),
    ];
    checks
        .into_iter()
        .find(|(_, same)| !same)
        .map(|(what, _)| format!("the {what} differs from that of the repeated run"))
}

#[cfg(test)]
pub(crate) mod world;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Fitness,
        journal::Finding,
        work::world::{nowhere, World, EVALUATOR, GENESIS, JOB, PROVIDER, USE},
    };
    use neurodata_dataset::ContentKey;
    use neurodata_primitives::{Complaint, Fault};
    use neurodata_sealing::judge;
    use neurodata_storage::{uri, Cid};

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
        metrics.holdout_correct -= 1;
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
        workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret)).unwrap();
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
        workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret)).unwrap();
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
        workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret)).unwrap();
        let assignment = world.assignment(&secret, &training_use_context(&GENESIS, USE));
        let compute = |attempt| workshop.compute(&assignment, USE, 0, attempt, &Pulse::default());
        assert!(matches!(compute(0), Err(WorkError::Later(_))));
        assert!(matches!(compute(FETCH_ATTEMPTS), Err(WorkError::Hopeless(_))));
    }

    #[test]
    fn a_job_that_cannot_be_done_is_told_from_the_package_alone() {
        let world = World::new();
        let (store, spec) = (world.store(), world.spec());
        let never = |dataset: &DatasetRecord, spec: &TrainingSpec| match data::fitness(&store, dataset, spec, None) {
            Fitness::Never(reason) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(data::fitness(&store, &world.dataset, &spec, None), Fitness::Fits);
        assert!(never(&world.dataset, &TrainingSpec { target: 0, ..spec.clone() }).contains("numeric"));
        assert!(never(&world.dataset, &TrainingSpec { classes: 3, ..spec.clone() }).contains("3 classes"));
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
        assert!(matches!(data::fitness(&store, &absent, &spec, None), Fitness::Later(_)));
    }

    #[test]
    fn a_parent_that_is_missing_altered_or_of_another_shape_is_told_before_the_job_is_accepted() {
        let world = World::new().with_parent();
        let (store, spec) = (world.store(), world.spec());
        let parent = world.parent.clone().unwrap();
        let fitness = |parent: &Parent, spec: &TrainingSpec| data::fitness(&store, &world.dataset, spec, Some(parent));
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
        let algorithm = neurodata_primitives::Algorithm::MultilayerPerceptron { hidden: vec![4].try_into().unwrap() };
        let Fitness::Never(reason) = fitness(&parent, &TrainingSpec { algorithm, ..spec.clone() }) else { panic!() };
        assert!(
            reason.contains("layers.0.weight of the model file: expected F32 [4, 1], found F32 [2, 1]"),
            "{reason}"
        );
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
        workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret)).unwrap();
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
        let secret = RecipientSecret::new([7; 32]);
        let context = training_use_context(&GENESIS, USE);
        let assignment = world.assignment(&secret, &context);
        let unlocked = workshop.unlock(&assignment, &secret, &context).unwrap();
        let table = data::table(unlocked.dataset()).unwrap();
        let pulse = Pulse::default();
        pulse.stop.store(true, Ordering::Relaxed);
        assert!(matches!(workshop.train(&assignment, None, &table, &pulse), Err(WorkError::Stopped)));
        assert!(workshop.journal.checkpoint(JOB).unwrap().is_some());
        // A damaged checkpoint costs time, nothing else.
        for damage in [false, true] {
            if damage {
                workshop.journal.store_checkpoint(JOB, b"damaged").unwrap();
            }
            let output = workshop.train(&assignment, None, &table, &Pulse::default()).unwrap().unwrap();
            assert_eq!((output.model_digest, output.trace_root), (whole.model, whole.trace));
        }
    }

    /// Needs the proving key, which takes tens of seconds to generate once; the folder is shared with the prover's
    /// tests.
    #[test]
    fn a_computed_job_has_a_result_and_a_proof_in_the_journal() {
        let world = World::new();
        let mut workshop = world.workshop("provider", PROVIDER);
        workshop.proving_keys = std::env::temp_dir().join("neurodata-proving-keys");
        let secret = RecipientSecret::new([7; 32]);
        workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret)).unwrap();
        let assignment = world.assignment(&secret, &training_use_context(&GENESIS, USE));
        let pulse = Pulse::default();
        workshop.compute(&assignment, USE, 0, 0, &pulse).unwrap();
        assert_eq!(pulse.position.load(Ordering::Relaxed), assignment.spec.checkpoints());
        let prepared = workshop.journal.entry::<ComputeEntry>(JOB).unwrap().unwrap().result.unwrap();
        assert_eq!((prepared.proof.chunk, prepared.proof.zk_proof.is_empty()), (0, false));
        let card = {
            let index = workshop.store.get(&Cid::from(prepared.commitment.manifest)).unwrap();
            let index = ModelIndex::from_bytes(&index).unwrap();
            manifest::read_to_vec(&workshop.store, &index.card.parse().unwrap(), 1 << 20).unwrap()
        };
        assert!(String::from_utf8(card).unwrap().contains("# sizes: size"));
        drop(workshop);
        assert_eq!(world.verdict_on(&prepared.commitment, 0).unwrap().verdict, Verdict::Accept);
    }
}
