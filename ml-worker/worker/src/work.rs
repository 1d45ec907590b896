//! The work itself: train, prove and publish; or repeat a run and compare. It blocks for minutes, so it runs on
//! threads of its own and speaks to the role through the journal and a [`Pulse`].

use crate::{
    data::{self, chained, DataError},
    journal::{ComputeEntry, EvaluateEntry, Journal, JournaledVerdict, PreparedResult},
};
use codec::Encode;
use neurodata_chain::{AccountId, DatasetRecord};
use neurodata_dataset::{unwrap_key, ProofContext, RecipientSecret, Schema, Unlocked};
use neurodata_primitives::{
    seams::ProofSubject, BlobDigest, DatasetId, JobId, ResultCommitment, Seed, TrainingSpec, TrainingUseId, Verdict,
    WrappedKey,
};
use neurodata_storage::{manifest, BlobStore, Cid, DirectoryStore, ManifestError};
use neurodata_training::{card, run, CardText, Checkpoint, Device, ModelIndex, RunOutput, RunReport, TrainingTable};
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

/// Work in progress.
pub struct Task {
    seed: Seed,
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
    /// The content key, wrapped for this worker.
    pub key: WrappedKey,
}

impl Task {
    /// Start `work` on the run with this seed on a thread of its own; `ended` is notified at its end.
    pub fn start(
        seed: Seed,
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
        Self { seed, pulse, handle }
    }

    /// Seed of the run.
    pub fn seed(&self) -> Seed {
        self.seed
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
        let context = data::training_use_context(&self.genesis, training_use);
        let unlocked = self.unlock(assignment, &entry.recipient_secret(), &context).map_err(|error| match error {
            DataError::Missing(_) if attempt >= FETCH_ATTEMPTS => hopeless(error),
            error if error.is_retryable() => later(error),
            error => hopeless(error),
        })?;
        let table = data::table(unlocked.dataset()).map_err(hopeless)?;
        let output = self.train(assignment, &table, pulse)?.map_err(hopeless)?;
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
        let context = data::evaluation_context(&self.genesis, assignment.job, &self.account);
        let unlocked = self.unlock(assignment, secret, &context)?;
        let published = self.published_model(claimed)?;
        let table = data::table(unlocked.dataset()).map_err(hopeless)?;
        let output = self.train(assignment, &table, pulse)?.map_err(hopeless)?;
        Ok(compare(&output, claimed, &published))
    }

    /// The content key, and the data that it opens.
    fn unlock(&self, assignment: &Assignment, secret: &RecipientSecret, context: &[u8]) -> Result<Unlocked, DataError> {
        let key = unwrap_key(&assignment.key, secret, context).map_err(|error| DataError::Invalid(chained(&error)))?;
        data::fetch(&self.store, &assignment.dataset, &key)
    }

    /// Train from the last checkpoint in the journal on. The inner error is the run's own: it comes again each time.
    fn train(
        &self,
        assignment: &Assignment,
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
            run(table, &assignment.spec, &assignment.seed, &self.device, checkpoint, &mut |progress| {
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
        let Assignment { job, dataset_id, spec, seed, .. } = assignment;
        let target = schema.columns().get(usize::from(spec.target)).map(|column| column.name.clone());
        let text = CardText {
            title: format!("{}: {}", schema.name(), target.as_deref().unwrap_or("model")),
            dataset: schema.name().into(),
            target: target.unwrap_or_default(),
            licence: "other".into(),
            provenance: vec![
                ("chain".into(), format!("0x{}", hex::encode(self.genesis))),
                ("job".into(), job.to_string()),
                ("dataset".into(), dataset_id.to_string()),
                ("data root".into(), assignment.dataset.commitment.data_root.to_string()),
                ("seed".into(), seed.to_string()),
                ("model digest".into(), output.model_digest.to_string()),
                ("trace root".into(), output.trace_root.to_string()),
                ("compute provider".into(), self.account.to_string()),
            ],
        };
        let report = RunReport {
            job: *job,
            dataset: *dataset_id,
            spec: spec.clone(),
            seed: *seed,
            metrics: output.metrics,
            losses: output.losses.clone(),
            trace: RunReport::trace_of(&output.trace),
        };
        let put = |bytes: &[u8]| manifest::put_bytes(&self.store, bytes).map(|cid| cid.to_string());
        let card = card(&text, spec, &output.metrics);
        let index = ModelIndex::new(put(&output.model)?, put(card.as_bytes())?, put(&report.to_bytes())?);
        Ok(self.store.put(&index.to_bytes())?.digest())
    }

    /// The model file that a provider published.
    fn published_model(&self, claimed: &ResultCommitment) -> Result<Vec<u8>, DataError> {
        let invalid = |error: &dyn std::error::Error| DataError::Invalid(chained(error));
        let of_store = |error| DataError::of_manifest(&ManifestError::Store(error));
        let index = self.store.get(&Cid::from(claimed.manifest)).map_err(of_store)?;
        let index = ModelIndex::from_bytes(&index).map_err(|error| invalid(&error))?;
        let cid: Cid = index.model.parse().map_err(|error: neurodata_storage::InvalidCid| invalid(&error))?;
        manifest::read_to_vec(&self.store, &cid, claimed.model_bytes).map_err(|error| DataError::of_manifest(&error))
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
mod tests {
    use super::*;
    use neurodata_dataset::{infer, wrap_key, ContentKey, InferOptions, Package, ReadOptions, Table};
    use neurodata_primitives::{dataset::UseSet, Algorithm, AlgorithmSet, DatasetState, DatasetTerms, LicenceDigest};
    use neurodata_storage::uri;

    const GENESIS: [u8; 32] = [1; 32];
    const JOB: JobId = JobId::new(4);
    const USE: TrainingUseId = TrainingUseId::new(2);
    const PROVIDER: AccountId = AccountId([3; 32]);
    const EVALUATOR: AccountId = AccountId([4; 32]);

    struct World {
        folder: tempfile::TempDir,
        key: ContentKey,
        dataset: DatasetRecord,
    }

    impl World {
        /// A store with the package of a small dataset.
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let rows: String =
                (0..60).map(|row| format!("{row},{}\n", if row < 30 { "low" } else { "high" })).collect();
            let table = Table::read_csv(format!("x,size\n{rows}").as_bytes(), &ReadOptions::default()).unwrap();
            let options = InferOptions { name: "sizes".into(), ..Default::default() };
            let schema = infer(&table, &options).unwrap();
            let key = ContentKey::new([9; 32]);
            let build = Package::create(&table, &schema, &key, &neurodata_dataset::package::silent).unwrap();
            let store = DirectoryStore::open(folder.path().join("store")).unwrap();
            let cid = manifest::put_bytes(&store, &build.package.to_bytes()).unwrap();
            let uris = vec![uri::format(&cid).into_bytes().try_into().unwrap()].try_into().unwrap();
            let terms = DatasetTerms {
                copy_price: 0,
                training_price: 1,
                uses: UseSet::default(),
                algorithms: AlgorithmSet::ALL,
                allowed: None,
                licence: LicenceDigest::default(),
                expires_at: None,
            };
            let dataset = DatasetRecord {
                owner: PROVIDER,
                commitment: build.commitment,
                uris,
                terms,
                stake: 1,
                state: DatasetState::Active,
                version: 1,
                parent: None,
                training_uses: 0,
                open_uses: 0,
                score: 50,
                registered_at: 1,
            };
            Self { folder, key, dataset }
        }

        fn workshop(&self, name: &str, account: AccountId) -> Workshop {
            let store = DirectoryStore::open(self.folder.path().join("store")).unwrap();
            let journal = Arc::new(Journal::open(&self.folder.path().join(name)).unwrap());
            Workshop::new(store, journal, Device::Cpu, GENESIS, account, self.folder.path().join("keys"))
        }

        fn assignment(&self, secret: &RecipientSecret, context: &[u8]) -> Assignment {
            Assignment {
                job: JOB,
                dataset_id: DatasetId::new(1),
                dataset: self.dataset.clone(),
                spec: TrainingSpec {
                    algorithm: Algorithm::LogisticRegression,
                    target: 1,
                    classes: 2,
                    epochs: 8,
                    batch_rows: 16,
                    learning_rate: 100_000,
                    momentum: 500_000,
                    weight_decay: 0,
                    holdout: 200,
                    checkpoint_epochs: 2,
                },
                seed: Seed::new([6; 32]),
                key: wrap_key(&self.key, &secret.public(), context).unwrap(),
            }
        }

        /// What an honest provider commits to, without the proof.
        fn honest_result(&self) -> ResultCommitment {
            let workshop = self.workshop("provider", PROVIDER);
            let secret = RecipientSecret::new([7; 32]);
            let context = data::training_use_context(&GENESIS, USE);
            let assignment = self.assignment(&secret, &context);
            let unlocked = workshop.unlock(&assignment, &secret, &context).unwrap();
            let table = data::table(unlocked.dataset()).unwrap();
            let output = workshop.train(&assignment, &table, &Pulse::default()).unwrap().unwrap();
            ResultCommitment {
                model: output.model_digest,
                model_bytes: output.model.len() as u64,
                manifest: workshop.publish(&assignment, unlocked.dataset().schema(), &output).unwrap(),
                trace: output.trace_root,
                checkpoints: output.trace.len() as u32,
                metrics: output.metrics,
            }
        }

        fn verdict_on(&self, claimed: &ResultCommitment, attempt: u32) -> Result<JournaledVerdict, WorkError> {
            let workshop = self.workshop("evaluator", EVALUATOR);
            let secret = RecipientSecret::new([8; 32]);
            let context = data::evaluation_context(&GENESIS, JOB, &EVALUATOR);
            let assignment = self.assignment(&secret, &context);
            workshop.evaluate(&assignment, &secret, claimed, attempt, &Pulse::default())?;
            Ok(workshop.journal.entry::<EvaluateEntry>(JOB).unwrap().unwrap().verdict.unwrap())
        }
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
    fn a_wrong_content_key_is_hopeless_for_the_provider_and_rejected_by_the_evaluator() {
        let mut world = World::new();
        let claimed = world.honest_result();
        world.key = ContentKey::new([10; 32]);
        let verdict = world.verdict_on(&claimed, 0).unwrap();
        assert_eq!(verdict.verdict, Verdict::Reject);
        assert!(verdict.reason.contains("wrong key"), "{}", verdict.reason);
        let workshop = world.workshop("provider", PROVIDER);
        let secret = RecipientSecret::new([7; 32]);
        workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret)).unwrap();
        let assignment = world.assignment(&secret, &data::training_use_context(&GENESIS, USE));
        let failed = workshop.compute(&assignment, USE, 0, 0, &Pulse::default());
        assert!(matches!(failed, Err(WorkError::Hopeless(_))), "{failed:?}");
        // A key that was wrapped for another use doesn't even open.
        let failed = workshop.compute(&assignment, TrainingUseId::new(3), 0, 0, &Pulse::default());
        assert!(matches!(failed, Err(WorkError::Hopeless(_))), "{failed:?}");
    }

    #[test]
    fn missing_data_may_come_later() {
        let mut world = World::new();
        let nowhere = uri::format(&Cid::of(b"nowhere")).into_bytes().try_into().unwrap();
        world.dataset.uris = vec![nowhere].try_into().unwrap();
        let workshop = world.workshop("provider", PROVIDER);
        let secret = RecipientSecret::new([7; 32]);
        workshop.journal.store_entry(JOB, &ComputeEntry::new(JOB, &secret)).unwrap();
        let assignment = world.assignment(&secret, &data::training_use_context(&GENESIS, USE));
        let compute = |attempt| workshop.compute(&assignment, USE, 0, attempt, &Pulse::default());
        assert!(matches!(compute(0), Err(WorkError::Later(_))));
        assert!(matches!(compute(FETCH_ATTEMPTS), Err(WorkError::Hopeless(_))));
    }

    #[test]
    fn a_job_that_cannot_be_done_is_told_from_the_package_alone() {
        let mut world = World::new();
        let store = DirectoryStore::open(world.folder.path().join("store")).unwrap();
        let secret = RecipientSecret::new([7; 32]);
        let Assignment { spec, .. } = world.assignment(&secret, b"");
        assert_eq!(data::misfit(&store, &world.dataset, &spec), None);
        let numeric = TrainingSpec { target: 0, ..spec.clone() };
        assert!(data::misfit(&store, &world.dataset, &numeric).unwrap().contains("numeric"));
        let classes = TrainingSpec { classes: 3, ..spec.clone() };
        assert!(data::misfit(&store, &world.dataset, &classes).unwrap().contains("3 classes"));
        let honest = world.dataset.clone();
        world.dataset.commitment.rows += 1;
        assert!(data::misfit(&store, &world.dataset, &spec).unwrap().contains("rows"));
        let nowhere = uri::format(&Cid::of(b"nowhere")).into_bytes().try_into().unwrap();
        let absent = DatasetRecord { uris: vec![nowhere].try_into().unwrap(), ..honest };
        assert_eq!(data::misfit(&store, &absent, &spec), None);
    }

    #[test]
    fn a_stopped_run_resumes_to_the_same_result() {
        let world = World::new();
        let whole = world.honest_result();
        let workshop = world.workshop("other", PROVIDER);
        let secret = RecipientSecret::new([7; 32]);
        let context = data::training_use_context(&GENESIS, USE);
        let assignment = world.assignment(&secret, &context);
        let unlocked = workshop.unlock(&assignment, &secret, &context).unwrap();
        let table = data::table(unlocked.dataset()).unwrap();
        let pulse = Pulse::default();
        pulse.stop.store(true, Ordering::Relaxed);
        assert!(matches!(workshop.train(&assignment, &table, &pulse), Err(WorkError::Stopped)));
        assert!(workshop.journal.checkpoint(JOB).unwrap().is_some());
        // A damaged checkpoint costs time, nothing else.
        for damage in [false, true] {
            if damage {
                workshop.journal.store_checkpoint(JOB, b"damaged").unwrap();
            }
            let output = workshop.train(&assignment, &table, &Pulse::default()).unwrap().unwrap();
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
        let assignment = world.assignment(&secret, &data::training_use_context(&GENESIS, USE));
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
