//! The work itself: train, prove and publish (`publish.rs`); prove how far a cancelled run came; repeat a run or
//! segments of it and compare (`evaluate.rs`, `sample.rs`). It blocks for minutes, so it runs on threads of its own and
//! speaks to the role through the journal and a [`Pulse`].

mod evaluate;
mod publish;
mod sample;
mod task;

pub use task::{Errand, Pulse, Task};

use crate::{
    data::{self, chained, DataError, Keeping, Parent},
    journal::{
        what_is_wrong, ComputeEntry, Finding, InspectionEntry, InspectionReport, Journal, JournalError,
        PreparedProgress, PreparedResult,
    },
};
use codec::Encode;
use neurodata_chain::{AccountId, DatasetRecord};
use neurodata_dataset::{ProofContext, RecipientSecret, Unlocked};
use neurodata_primitives::{
    seams::ProofSubject, AuditProof, BlobDigest, Claim, DatasetId, DeviceClass, InspectionId, JobId, PackageCommitment,
    PurchaseId, ResultCommitment, Seed, TraceLinks, TrainingSpec, TrainingUseId, WrappedKey,
};
use neurodata_sealing::{sale_context, training_use_context};
use neurodata_storage::{BlobStore, DirectoryStore, StoreError};
use neurodata_training::{
    first_checkpoint, is_published, run_from, run_prefix, Device, Resume, RunOutput, Trace, TrainingTable,
};
use neurodata_zk_circuits::Prover;
use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// Attempts to get data that are missing, before they are taken as withheld.
const FETCH_ATTEMPTS: u32 = 5;

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
    pub store: Box<dyn BlobStore>,
    /// The journal.
    pub journal: Arc<Journal>,
    /// Devices that train.
    pub devices: Devices,
    /// Hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// Account of the worker.
    pub account: AccountId,
    /// Makes proofs; loaded when the first is needed.
    prover: Mutex<Option<Arc<Prover>>>,
    proving_keys: PathBuf,
}

/// Devices of this machine that training can use, at least one.
pub struct Devices(Vec<(DeviceClass, Device)>);

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
    /// Device that it asks for.
    pub device: DeviceClass,
    /// Work units of the whole run.
    pub work_units: u64,
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

impl Assignment {
    /// Whether the run is so long that its states are published, unless they are too large.
    fn is_long(&self) -> bool {
        self.spec.is_sampled(self.dataset.commitment.rows, self.work_units)
    }

    /// Checkpoints of the whole run.
    fn checkpoints(&self) -> u32 {
        self.spec.checkpoints(self.dataset.commitment.rows)
    }
}

impl Devices {
    /// The devices of these classes, each once; the CPU if none is named. Fails on one that is not there.
    pub fn open(classes: impl IntoIterator<Item = DeviceClass>) -> Result<Self, neurodata_training::Error> {
        let mut classes: Vec<_> = classes.into_iter().collect();
        classes.sort_unstable();
        classes.dedup();
        if classes.is_empty() {
            classes.push(DeviceClass::Cpu);
        }
        let open = |class| Ok((class, neurodata_training::device(class)?));
        classes.into_iter().map(open).collect::<Result<_, _>>().map(Self)
    }

    /// Their classes.
    pub fn classes(&self) -> Vec<DeviceClass> {
        self.0.iter().map(|(class, _)| *class).collect()
    }

    /// The device of this class, or the one that there is.
    fn get(&self, class: DeviceClass) -> &Device {
        let of_class = self.0.iter().find(|(own, _)| *own == class);
        of_class.or(self.0.first()).map_or(&Device::Cpu, |(_, device)| device)
    }
}

/// What is kept of a run beside what it resumes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Keep {
    Nothing,
    /// The states of its checkpoints, to be published.
    States,
}

/// What a run calls with its progress.
type OnProgress<'a> = &'a mut dyn FnMut(neurodata_training::Progress<'_>) -> ControlFlow<()>;

/// What a compute provider has opened of a job.
struct Opened {
    entry: ComputeEntry,
    unlocked: Unlocked,
    initial: Option<Vec<u8>>,
    table: TrainingTable,
}

fn later(error: impl std::error::Error) -> WorkError {
    WorkError::Later(chained(&error))
}

fn hopeless(error: impl std::error::Error) -> WorkError {
    WorkError::Hopeless(chained(&error))
}

/// The links of a trace within their bound.
fn bounded(trace: &Trace) -> Result<TraceLinks, WorkError> {
    let too_many = |_| WorkError::Hopeless("the run has more checkpoints than a run can have".into());
    trace.links().to_vec().try_into().map_err(too_many)
}

impl Workshop {
    /// A workshop without a prover yet.
    pub fn new(
        store: impl BlobStore + 'static,
        journal: Arc<Journal>,
        devices: Devices,
        genesis: [u8; 32],
        account: AccountId,
        proving_keys: PathBuf,
    ) -> Self {
        let (store, prover) = (Box::new(store), Mutex::default());
        Self { store, journal, devices, genesis, account, prover, proving_keys }
    }

    /// Train, prove, publish, and write the result into the journal.
    ///
    /// Nothing is published before the chain was told of the last checkpoint but one: a cancellation that comes between
    /// lets the whole run be proved then. What shows the trace is published with the submission: [`Self::show`].
    pub fn compute(
        &self,
        assignment: &Assignment,
        training_use: TrainingUseId,
        challenged_chunk: u32,
        attempt: u32,
        pulse: &Pulse,
    ) -> Result<(), WorkError> {
        let job = assignment.job;
        self.reach_first(assignment, pulse);
        let Opened { mut entry, unlocked, initial, table } = self.open(assignment, training_use, attempt)?;
        let keep = if assignment.is_long() { Keep::States } else { Keep::Nothing };
        let output = self.train(assignment, initial.as_deref(), &table, keep, pulse)?.map_err(hopeless)?;
        pulse.ensure_wanted()?;
        if let Some((step, tensor)) = output.ending.as_ref().and_then(|ending| Some((ending.step(), ending.tensor()?)))
        {
            tracing::warn!(%job, step, tensor, "the run diverged; its result is the state before that step");
        }
        let (metric, value) = (output.metrics.metric(), output.metrics.value());
        tracing::info!(%job, ?metric, value, "trained; proving the challenged chunk");
        let proof = self.prove(job, &unlocked, challenged_chunk)?;
        let heartbeat =
            output.trace.heartbeat().ok_or_else(|| WorkError::Hopeless("the run has no checkpoint".into()))?;
        pulse.await_told(heartbeat.position)?;
        let publication = self.publish(assignment, unlocked.dataset().schema(), &output)?;
        let commitment = ResultCommitment {
            model: output.model_digest,
            model_bytes: output.model.len() as u64,
            manifest: BlobDigest::default(),
            trace: output.trace_root,
            checkpoints: output.trace.checkpoints(),
            metrics: output.metrics,
        };
        let (seed, links) = (assignment.seed, bounded(&output.trace)?);
        entry.result = Some(PreparedResult { seed, commitment, links, publication, heartbeat, proof });
        self.journal.store_entry(job, &entry).map_err(later)
    }

    /// Prove possession of the data of a run that its owner cancelled, and write its first `checkpoints` into the
    /// journal, or as many as it reached. Nothing is trained any more.
    pub fn prove_progress(
        &self,
        assignment: &Assignment,
        training_use: TrainingUseId,
        challenged_chunk: u32,
        checkpoints: u32,
        attempt: u32,
        pulse: &Pulse,
    ) -> Result<(), WorkError> {
        let job = assignment.job;
        let Opened { mut entry, unlocked, initial, table } = self.open(assignment, training_use, attempt)?;
        let missing = || WorkError::Hopeless("the journal holds no checkpoint of the run".into());
        let resume = self.resume(job)?.ok_or_else(missing)?;
        let checkpoints = checkpoints.min(resume.trace().checkpoints());
        let device = self.devices.get(assignment.device);
        let Assignment { spec, seed, .. } = assignment;
        let go_on = &mut |_: neurodata_training::Progress<'_>| ControlFlow::Continue(());
        let trace = run_prefix(initial.as_deref(), &table, spec, seed, device, Some(resume), checkpoints, go_on);
        let trace = trace.map_err(hopeless)?;
        pulse.ensure_wanted()?;
        tracing::info!(%job, checkpoints, "cancelled by its owner; proving the challenged chunk");
        let proof = self.prove(job, &unlocked, challenged_chunk)?;
        entry.progress = Some(PreparedProgress { seed: *seed, links: bounded(&trace)?, proof });
        self.journal.store_entry(job, &entry).map_err(later)
    }

    /// Open what a compute provider needs for a job: its journal, the data, the model that training starts from.
    fn open(&self, assignment: &Assignment, training_use: TrainingUseId, attempt: u32) -> Result<Opened, WorkError> {
        let entry = self.journal.entry::<ComputeEntry>(assignment.job).map_err(later)?;
        let entry = entry.ok_or_else(|| WorkError::Hopeless("the journal does not know the job".into()))?;
        let context = training_use_context(&self.genesis, training_use);
        let failed = |error| match error {
            DataError::Missing(_) if attempt >= FETCH_ATTEMPTS => hopeless(error),
            error if error.is_retryable() => later(error),
            error => hopeless(error),
        };
        let secret = entry.recipient_secret();
        let store = self.keeping(assignment.job).map_err(later)?;
        let unlocked = self.unlock(&store, assignment, &secret, &context).map_err(|error| {
            if error.is_retryable() {
                failed(error)
            } else {
                self.fault(&store, assignment, &secret, &context, error)
            }
        })?;
        let initial = self.initial_model(&store, assignment).map_err(failed)?;
        let table = data::table(unlocked.dataset()).map_err(hopeless)?;
        Ok(Opened { entry, unlocked, initial, table })
    }

    /// The store, of which everything that is read for `job` is kept in the journal's folder until the job is over.
    pub fn keeping(&self, job: JobId) -> Result<Keeping<'_>, StoreError> {
        Ok(Keeping::new(DirectoryStore::open(self.journal.kept_path(job))?, &*self.store))
    }

    /// Let a heartbeat tell the first checkpoint where it follows from the columns: opening a large package takes long.
    /// What prevents that comes up again when it is opened.
    fn reach_first(&self, assignment: &Assignment, pulse: &Pulse) {
        let first = || -> Result<Trace, WorkError> {
            let store = self.keeping(assignment.job).map_err(later)?;
            let columns = data::package_columns(&store, &assignment.dataset).map_err(later)?;
            let initial = self.initial_model(&store, assignment).map_err(later)?;
            let (Assignment { spec, seed, .. }, device) = (assignment, self.devices.get(assignment.device));
            let first = first_checkpoint(initial.as_deref(), &columns, spec, seed, device).map_err(later)?;
            Ok(Trace::new(vec![first.link()]))
        };
        match first() {
            Ok(trace) => pulse.reach(trace.heartbeat()),
            Err(error) => tracing::debug!(job = %assignment.job, "the first checkpoint is not known yet: {error}"),
        }
    }

    /// Prove possession of the challenged chunk.
    fn prove(&self, job: JobId, unlocked: &Unlocked, challenged_chunk: u32) -> Result<AuditProof, WorkError> {
        let account = self.account.0.encode();
        let context = ProofContext { genesis: self.genesis, subject: ProofSubject::Job(job), account: &account };
        unlocked.prove_chunk(&*self.prover()?, &context, challenged_chunk).map_err(later)
    }

    /// The content key, and the data that it opens.
    fn unlock(
        &self,
        store: &dyn BlobStore,
        assignment: &Assignment,
        secret: &RecipientSecret,
        context: &[u8],
    ) -> Result<Unlocked, DataError> {
        let package = PackageCommitment::from(&assignment.dataset.commitment);
        let key = data::content_key(&package, &assignment.key, secret, context)?;
        data::fetch(store, &assignment.dataset, &key)
    }

    /// What to say of a key or package that `error` makes useless: the proof, if there is one.
    fn fault(
        &self,
        store: &dyn BlobStore,
        assignment: &Assignment,
        secret: &RecipientSecret,
        context: &[u8],
        error: DataError,
    ) -> WorkError {
        let Assignment { dataset, key, .. } = assignment;
        match data::inspect(store, dataset, key, secret, context) {
            Ok(Finding::Faulty(claim)) => WorkError::Faulty { key: key.clone(), claim: Box::new(claim) },
            Ok(Finding::Unprovable(_)) => hopeless(error),
            // The store holds another file by now, or none for the moment.
            Ok(Finding::Clean) => later(error),
            Err(error) => later(error),
        }
    }

    /// The model file that training starts from, if it starts from one.
    fn initial_model(&self, store: &dyn BlobStore, assignment: &Assignment) -> Result<Option<Vec<u8>>, DataError> {
        assignment.parent.as_ref().map(|parent| data::parent_model(store, parent)).transpose()
    }

    /// Examine a package that is inspected, and write the finding into the journal.
    pub fn inspect(&self, inspected: &Inspected) -> Result<(), WorkError> {
        let Inspected { inspection, purchase, dataset, key } = inspected;
        let entry = self.journal.entry::<InspectionEntry>(*inspection).map_err(later)?;
        let mut entry = entry.ok_or_else(|| WorkError::Hopeless("the journal does not know the inspection".into()))?;
        let context = sale_context(&self.genesis, *purchase);
        let finding = data::inspect(&*self.store, dataset, key, &entry.recipient_secret(), &context);
        let finding = finding.map_err(later)?;
        match &finding {
            Finding::Clean => tracing::info!(%inspection, "the package is what it claims"),
            Finding::Faulty(claim) => tracing::warn!(%inspection, "{}", what_is_wrong(claim)),
            Finding::Unprovable(reason) => tracing::warn!(%inspection, "bad, but no complaint covers it: {reason}"),
        }
        entry.report = Some(InspectionReport { purchase: *purchase, key: key.clone(), finding });
        self.journal.store_entry(*inspection, &entry).map_err(later)
    }

    /// What a run resumes from, of the journal; `None` if there is nothing that can be read.
    fn resume(&self, job: JobId) -> Result<Option<Resume>, WorkError> {
        let stored = self.journal.checkpoint(job).map_err(later)?;
        Ok(stored.and_then(|bytes| Resume::from_bytes(&bytes).ok()))
    }

    /// Checkpoints of a run that the journal holds, the initial one included; 0 if there are none.
    pub fn checkpoints(&self, job: JobId) -> Result<u32, WorkError> {
        Ok(self.resume(job)?.map_or(0, |resume| resume.trace().checkpoints()))
    }

    /// Train from the last checkpoint in the journal on. The inner error is the run's own: it comes again each time.
    fn train(
        &self,
        assignment: &Assignment,
        initial: Option<&[u8]>,
        table: &TrainingTable,
        keep: Keep,
        pulse: &Pulse,
    ) -> Result<Result<RunOutput, neurodata_training::Error>, WorkError> {
        let (Assignment { spec, seed, .. }, device) = (assignment, self.devices.get(assignment.device));
        self.advance(assignment, keep, pulse, |resume, on_progress| {
            run_from(initial, table, spec, seed, device, resume, on_progress)
        })
    }

    /// As [`Self::train`], until `checkpoints` are reached.
    fn train_beginning(
        &self,
        assignment: &Assignment,
        initial: Option<&[u8]>,
        table: &TrainingTable,
        checkpoints: u32,
        pulse: &Pulse,
    ) -> Result<Result<Trace, neurodata_training::Error>, WorkError> {
        let (Assignment { spec, seed, .. }, device) = (assignment, self.devices.get(assignment.device));
        self.advance(assignment, Keep::Nothing, pulse, |resume, on_progress| {
            run_prefix(initial, table, spec, seed, device, resume, checkpoints, on_progress)
        })
    }

    /// Let `run` go on from the last checkpoint in the journal, and store those that it reaches.
    fn advance<Output>(
        &self,
        assignment: &Assignment,
        keep: Keep,
        pulse: &Pulse,
        run: impl Fn(Option<Resume>, OnProgress<'_>) -> Result<Output, neurodata_training::Error>,
    ) -> Result<Result<Output, neurodata_training::Error>, WorkError> {
        use neurodata_training::Error;
        let (job, all) = (assignment.job, assignment.checkpoints());
        let mut failure = None;
        let mut train = |resume: Option<Resume>| {
            if let Some(resume) = &resume {
                tracing::info!(%job, steps = resume.checkpoint().steps(), "resuming from a checkpoint");
            }
            run(resume, &mut |progress| {
                if let Some(resume) = progress.resume {
                    let (steps, of, epoch, loss) = (progress.steps, progress.all_steps, progress.epoch, progress.loss);
                    tracing::info!(%job, steps, of, epoch, loss, "checkpoint");
                    if let Err(error) = self.store(job, resume, keep, all) {
                        failure = Some(error);
                        return ControlFlow::Break(());
                    }
                }
                pulse.reach(progress.trace.heartbeat());
                if pulse.is_stopped() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
        };
        let resume = self.resume(job)?.filter(|resume| keep == Keep::Nothing || self.has_states(job, resume.trace()));
        let output = match train(resume) {
            Err(Error::Checkpoint(error)) => {
                tracing::warn!(%job, %error, "training from the start");
                train(None)
            }
            output => output,
        };
        match (output, failure) {
            (_, Some(error)) => Err(later(error)),
            (Err(Error::Stopped { .. }), None) => Err(WorkError::Stopped),
            (Err(error), None) if error.is_of_device() => Err(later(error)),
            (output, None) => Ok(output),
        }
    }

    /// Store a checkpoint of a run with so many of them. Its state comes first, so that a run that is resumed lacks
    /// none.
    fn store(&self, job: JobId, resume: &Resume, keep: Keep, all: u32) -> Result<(), JournalError> {
        if keep == Keep::States {
            let (position, state) = (resume.checkpoint().position(), resume.checkpoint().published());
            // An empty file stands for a state that is too large to be published.
            let state = if is_published(&state, all) { state.as_slice() } else { &[] };
            self.journal.store_state(job, position, state)?;
        }
        self.journal.store_checkpoint(job, &resume.to_bytes())
    }

    /// Whether the journal holds the states of all checkpoints of `trace`.
    fn has_states(&self, job: JobId, trace: &Trace) -> bool {
        (0..trace.checkpoints()).all(|position| matches!(self.journal.state_bytes(job, position), Ok(Some(_))))
    }

    fn prover(&self) -> Result<Arc<Prover>, WorkError> {
        let mut prover = self.prover.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prover) = &*prover {
            return Ok(prover.clone());
        }
        let loaded = Prover::load_or_generate(&self.proving_keys, |step| tracing::info!("{step}")).map_err(later)?;
        Ok(prover.insert(Arc::new(loaded)).clone())
    }
}

#[cfg(test)]
pub(crate) mod world;

#[cfg(test)]
mod tests;
