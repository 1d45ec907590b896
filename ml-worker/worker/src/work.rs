//! The work itself: train, prove and publish; prove how far a cancelled run came; repeat a run and compare
//! (`evaluate.rs`). It blocks for minutes, so it runs on threads of its own and speaks to the role through the journal
//! and a [`Pulse`].

mod evaluate;
mod task;

pub use task::{Errand, Pulse, Task};

use crate::{
    data::{self, chained, DataError, Keeping, Parent},
    journal::{
        what_is_wrong, ComputeEntry, Finding, InspectionEntry, InspectionReport, Journal, PreparedProgress,
        PreparedResult,
    },
};
use codec::Encode;
use neurodata_chain::{AccountId, DatasetRecord};
use neurodata_dataset::{ProofContext, RecipientSecret, Schema, Unlocked};
use neurodata_primitives::{
    job::Progress, seams::ProofSubject, AuditProof, BlobDigest, Claim, DatasetId, DeviceClass, InspectionId, JobId,
    PackageCommitment, PurchaseId, ResultCommitment, Seed, TrainingSpec, TrainingUseId, WrappedKey,
};
use neurodata_sealing::{sale_context, training_use_context};
use neurodata_storage::{manifest, BlobStore, DirectoryStore, ManifestError, StoreError};
use neurodata_training::{
    card, first_checkpoint, run_from, run_prefix, CardText, Checkpoint, Device, ModelIndex, RunOutput, RunReport,
    Trace, TrainingTable,
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
    pub store: DirectoryStore,
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

impl Workshop {
    /// A workshop without a prover yet.
    pub fn new(
        store: DirectoryStore,
        journal: Arc<Journal>,
        devices: Devices,
        genesis: [u8; 32],
        account: AccountId,
        proving_keys: PathBuf,
    ) -> Self {
        Self { store, journal, devices, genesis, account, prover: Mutex::default(), proving_keys }
    }

    /// Train, prove, publish, and write the result into the journal.
    ///
    /// Nothing is published before the chain was told of the last checkpoint but one: a cancellation that comes between
    /// lets the whole run be proved then.
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
        let output = self.train(assignment, initial.as_deref(), &table, pulse)?.map_err(hopeless)?;
        pulse.ensure_wanted()?;
        if let Some(step) = output.diverged_at {
            tracing::warn!(%job, step, "the run diverged; its result is the state before that step");
        }
        tracing::info!(%job, accuracy = output.metrics.accuracy(), "trained; proving the challenged chunk");
        let proof = self.prove(job, &unlocked, challenged_chunk)?;
        let heartbeat =
            output.trace.heartbeat().ok_or_else(|| WorkError::Hopeless("the run has no checkpoint".into()))?;
        pulse.await_told(heartbeat.position)?;
        let manifest = self.publish(assignment, unlocked.dataset().schema(), &output).map_err(later)?;
        let commitment = ResultCommitment {
            model: output.model_digest,
            model_bytes: output.model.len() as u64,
            manifest,
            trace: output.trace_root,
            checkpoints: output.trace.checkpoints(),
            metrics: output.metrics,
        };
        entry.result = Some(PreparedResult { seed: assignment.seed, commitment, heartbeat, proof });
        self.journal.store_entry(job, &entry).map_err(later)
    }

    /// Prove possession of the data of a run that its owner cancelled, and write its first `checkpoints` into the journal,
    /// or as many as it reached. Nothing is trained any more.
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
        let checkpoint = self.checkpoint(job)?.ok_or_else(missing)?;
        let (checkpoints, device) = (checkpoints.min(checkpoint.position()), self.devices.get(assignment.device));
        let Assignment { spec, seed, .. } = assignment;
        let go_on = &mut |_: neurodata_training::Progress<'_>| ControlFlow::Continue(());
        let trace = run_prefix(initial.as_deref(), &table, spec, seed, device, Some(checkpoint), checkpoints, go_on);
        let trace = trace.map_err(hopeless)?;
        pulse.ensure_wanted()?;
        tracing::info!(%job, checkpoints, "cancelled by its owner; proving the challenged chunk");
        let proof = self.prove(job, &unlocked, challenged_chunk)?;
        entry.progress = Some(PreparedProgress { seed: *seed, checkpoints, trace: trace.root(), proof });
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
        Ok(Keeping::new(DirectoryStore::open(self.journal.kept_path(job))?, &self.store))
    }

    /// Let a heartbeat tell the first checkpoint, which follows from the columns: opening a large package takes long.
    /// What prevents that comes up again when it is opened.
    fn reach_first(&self, assignment: &Assignment, pulse: &Pulse) {
        let first = || -> Result<Trace, WorkError> {
            let store = self.keeping(assignment.job).map_err(later)?;
            let columns = data::package_columns(&store, &assignment.dataset).map_err(later)?;
            let initial = self.initial_model(&store, assignment).map_err(later)?;
            let (Assignment { spec, seed, .. }, device) = (assignment, self.devices.get(assignment.device));
            first_checkpoint(initial.as_deref(), &columns, spec, seed, device).map_err(later)
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

    /// The state of a run in the journal; `None` if there is none that can be read.
    fn checkpoint(&self, job: JobId) -> Result<Option<Checkpoint>, WorkError> {
        let stored = self.journal.checkpoint(job).map_err(later)?;
        Ok(stored.and_then(|bytes| Checkpoint::from_bytes(&bytes).ok()))
    }

    /// Checkpoints of a run that the journal holds, the initial one included; 0 if there are none.
    pub fn checkpoints(&self, job: JobId) -> Result<u32, WorkError> {
        Ok(self.checkpoint(job)?.map_or(0, |checkpoint| checkpoint.position()))
    }

    /// Train from the last checkpoint in the journal on. The inner error is the run's own: it comes again each time.
    fn train(
        &self,
        assignment: &Assignment,
        initial: Option<&[u8]>,
        table: &TrainingTable,
        pulse: &Pulse,
    ) -> Result<Result<RunOutput, neurodata_training::Error>, WorkError> {
        let (Assignment { spec, seed, .. }, device) = (assignment, self.devices.get(assignment.device));
        self.advance(assignment.job, pulse, |checkpoint, on_progress| {
            run_from(initial, table, spec, seed, device, checkpoint, on_progress)
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
        self.advance(assignment.job, pulse, |checkpoint, on_progress| {
            run_prefix(initial, table, spec, seed, device, checkpoint, checkpoints, on_progress)
        })
    }

    /// Let `run` go on from the last checkpoint in the journal, and keep those that it reaches.
    fn advance<Output>(
        &self,
        job: JobId,
        pulse: &Pulse,
        run: impl Fn(Option<Checkpoint>, OnProgress<'_>) -> Result<Output, neurodata_training::Error>,
    ) -> Result<Result<Output, neurodata_training::Error>, WorkError> {
        use neurodata_training::Error;
        let mut failure = None;
        let mut train = |checkpoint: Option<Checkpoint>| {
            if let Some(checkpoint) = &checkpoint {
                tracing::info!(%job, epoch = checkpoint.epoch(), "resuming from a checkpoint");
            }
            run(checkpoint, &mut |progress| {
                if let Some(checkpoint) = progress.checkpoint {
                    let (epoch, of, loss) = (progress.epoch, progress.epochs, progress.loss);
                    tracing::info!(%job, epoch, of, loss, "checkpoint");
                    if let Err(error) = self.journal.store_checkpoint(job, &checkpoint.to_bytes()) {
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
        let output = match train(self.checkpoint(job)?) {
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
        let mut prover = self.prover.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prover) = &*prover {
            return Ok(prover.clone());
        }
        let loaded = Prover::load_or_generate(&self.proving_keys, |step| tracing::info!("{step}")).map_err(later)?;
        Ok(prover.insert(Arc::new(loaded)).clone())
    }

    /// Publish model, card and report, none of which tells the trace or a loss in training: a committee that is shown a
    /// planted trace must find out by itself. Returns the digest in the CID of their index.
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
            ("compute provider".into(), self.account.to_string()),
        ];
        provenance.extend(parent.map(|parent| ("parent model".into(), parent.to_string())));
        provenance.extend(output.diverged_at.map(|step| ("diverged at step".into(), step.to_string())));
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
            diverged_at: output.diverged_at,
        };
        let put = |bytes: &[u8]| manifest::put_bytes(&self.store, bytes).map(|cid| cid.to_string());
        let card = card(&text, spec, &output.metrics);
        let index = ModelIndex::new(put(&output.model)?, put(card.as_bytes())?, put(&report.to_bytes())?);
        Ok(self.store.put(&index.to_bytes())?.digest())
    }
}

#[cfg(test)]
pub(crate) mod world;

#[cfg(test)]
mod tests;
