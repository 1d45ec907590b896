//! A store with a small dataset in it, and what honest and dishonest parties make of it.

use super::*;
use crate::journal::{EvaluateEntry, JournaledVerdict, Judged};
use neurodata_chain::{ModelListing, ModelRecord};
use neurodata_dataset::{
    dishonest, infer, wrap_key, ContentKey, Dataset, InferOptions, Package, ReadOptions, SealedModel, Table,
};
use neurodata_primitives::{
    dataset::UseSet,
    job::Progress,
    model::file_digest,
    training::{Activation, Algorithm, Descent, Objective, Optimiser, SAMPLED_UNITS},
    validation::Instance,
    AlgorithmSet, DatasetState, DatasetTerms, LicenceDigest, ListingState, ModelId, ModelTerms, QualityScore,
    RoyaltySplit, Submission, Uri,
};
use neurodata_sealing::evaluation_context;
use neurodata_storage::{manifest, uri, Cid};

pub const GENESIS: [u8; 32] = [1; 32];
pub const JOB: JobId = JobId::new(4);
pub const SEED: Seed = Seed::new([6; 32]);
pub const USE: TrainingUseId = TrainingUseId::new(2);
pub const PROVIDER: AccountId = AccountId([3; 32]);
pub const EVALUATOR: AccountId = AccountId([4; 32]);
/// Secret of the known-answer task.
pub const SECRET: [u8; 32] = [9; 32];

pub struct World {
    pub folder: tempfile::TempDir,
    pub key: ContentKey,
    pub dataset: DatasetRecord,
    /// The model that runs start from.
    pub parent: Option<Parent>,
    /// What runs are of.
    pub spec: TrainingSpec,
    /// Work units that the chain has of them.
    pub work_units: u64,
    /// The table in the clear.
    plain: Dataset,
}

impl World {
    /// A store with the package of a small dataset.
    pub fn new() -> Self {
        Self::with_rows("x,size", 60, |row| format!("{row},{}", if row < 30 { "low" } else { "high" }))
    }

    /// The same, of a run whose segments are sampled: 64 of two steps each.
    pub fn long() -> Self {
        Self { work_units: SAMPLED_UNITS, ..Self::new() }
    }

    /// The same with runs as `spec` says.
    pub fn training(self, spec: TrainingSpec) -> Self {
        Self { spec, ..self }
    }

    /// A store with the package of these rows.
    pub fn with_rows(header: &str, rows: u32, row: impl Fn(u32) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rows: String = (0..rows).map(|index| row(index) + "\n").collect();
        let table = Table::read_csv(format!("{header}\n{rows}").as_bytes(), &ReadOptions::default()).unwrap();
        let options = InferOptions { name: "sizes".into(), ..Default::default() };
        let schema = infer(&table, &options).unwrap();
        let key = ContentKey::new([9; 32]);
        let build = Package::create(&table, &schema, &key, &neurodata_dataset::package::silent).unwrap();
        let (plain, _) = Dataset::encode(&table, &schema).unwrap();
        let store = DirectoryStore::open(folder.path().join("store")).unwrap();
        let uris = published(&store, &build.package.to_bytes());
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
            copies_sold: 0,
            open_sales: 0,
            exposure: 0,
            attestations: Default::default(),
            condemned: false,
            score: QualityScore::INITIAL,
            registered_at: 1,
        };
        Self { folder, key, dataset, parent: None, spec: calm_spec(), work_units: 1, plain }
    }

    pub fn store(&self) -> DirectoryStore {
        DirectoryStore::open(self.folder.path().join("store")).unwrap()
    }

    fn with_package(&self, package: &Package) -> DatasetRecord {
        let uris = published(&self.store(), &package.to_bytes());
        DatasetRecord { commitment: package.commitment().clone(), uris, ..self.dataset.clone() }
    }

    /// A store with the package of a dataset whose target has a gap.
    pub fn with_gaps(&self) -> (DirectoryStore, DatasetRecord) {
        let rows: String = (0..60).map(|row| format!("{row},{}\n", ["", "low", "high"][row.min(30) / 15])).collect();
        let table = Table::read_csv(format!("x,size\n{rows}").as_bytes(), &ReadOptions::default()).unwrap();
        let schema = infer(&table, &InferOptions { name: "gaps".into(), ..Default::default() }).unwrap();
        let build = Package::create(&table, &schema, &self.key, &neurodata_dataset::package::silent).unwrap();
        let uris = published(&self.store(), &build.package.to_bytes());
        (self.store(), DatasetRecord { commitment: build.commitment, uris, ..self.dataset.clone() })
    }

    /// The dataset as a seller publishes it whose package holds other cells than it commits to.
    pub fn with_bad_chunk(&self) -> DatasetRecord {
        self.with_package(&dishonest::bad_chunk(&self.plain, &self.key, 0))
    }

    /// The dataset as a seller publishes it of whom a cell is above its bound.
    pub fn with_cell_out_of_schema(&self) -> DatasetRecord {
        self.with_package(&dishonest::out_of_schema(&self.plain, &self.key, 0))
    }

    /// A model for sale, sealed by an honest seller or by one who sealed another file.
    pub fn sealed_model(&self, bad: bool) -> (ModelRecord, ModelListing) {
        let file: Vec<u8> = (0..5_000u32).map(|at| (at * 7 % 251) as u8).collect();
        let sealed = SealedModel::seal(&file, &self.key).unwrap();
        let sealed = if bad { dishonest::bad_model_chunk(&file, &self.key, 1).unwrap() } else { sealed };
        let result = ResultCommitment {
            model: file_digest(&file),
            model_bytes: file.len() as u64,
            ..crate::decide::fixtures::result()
        };
        let record = ModelRecord {
            owner: PROVIDER,
            job: JOB,
            dataset: DatasetId::new(1),
            parents: Default::default(),
            depth: 0,
            ancestors: 0,
            data_provider: PROVIDER,
            compute_provider: PROVIDER,
            uses: UseSet::default(),
            royalty: RoyaltySplit::default(),
            spec: self.spec(),
            seed: SEED,
            result,
            score: 80,
            recorded_at: 1,
        };
        let listing = ModelListing {
            seller: PROVIDER,
            package: sealed.package(),
            uris: published(&self.store(), &sealed.to_bytes()),
            terms: ModelTerms {
                licences: Default::default(),
                allowed: None,
                licence_text: LicenceDigest::default(),
                expires_at: None,
            },
            stake: 1,
            state: ListingState::Listed,
            condemned: false,
            open_sales: 0,
            exposure: 0,
        };
        (record, listing)
    }

    pub fn workshop(&self, name: &str, account: AccountId) -> Workshop {
        let journal = Arc::new(Journal::open(&self.folder.path().join(name)).unwrap());
        let devices = Devices::open([]).unwrap();
        Workshop::new(self.store(), journal, devices, GENESIS, account, self.folder.path().join("keys"))
    }

    pub fn spec(&self) -> TrainingSpec {
        self.spec.clone()
    }

    pub fn assignment(&self, secret: &RecipientSecret, context: &[u8]) -> Assignment {
        Assignment {
            job: JOB,
            dataset_id: DatasetId::new(1),
            dataset: self.dataset.clone(),
            spec: self.spec(),
            device: DeviceClass::Cpu,
            work_units: self.work_units,
            seed: SEED,
            parent: self.parent.clone(),
            key: wrap_key(&self.key, &secret.public(), context).unwrap(),
        }
    }

    /// Train a model; later runs start from it.
    pub fn with_parent(mut self) -> Self {
        self.parent = Some(Parent { id: ModelId::new(8), result: self.honest_result() });
        self
    }

    /// The table in the clear.
    pub fn table(&self) -> TrainingTable {
        data::table(&self.plain).unwrap()
    }

    /// Train and publish as an honest provider does, in `workshop`, without the proof.
    pub fn prepare(&self, workshop: &Workshop) -> Result<PreparedResult, WorkError> {
        let context = training_use_context(&GENESIS, USE);
        let assignment = self.assignment(&RecipientSecret::new([7; 32]), &context);
        let initial = workshop.initial_model(&*workshop.store, &assignment).map_err(hopeless)?;
        let keep = if assignment.is_long() { Keep::States } else { Keep::Nothing };
        let trained = workshop.train(&assignment, initial.as_deref(), &self.table(), keep, &Pulse::default())?;
        let output = trained.map_err(hopeless)?;
        Ok(PreparedResult {
            seed: assignment.seed,
            commitment: ResultCommitment {
                model: output.model_digest,
                model_bytes: output.model.len() as u64,
                manifest: BlobDigest::default(),
                trace: output.trace_root,
                checkpoints: output.trace.checkpoints(),
                metrics: output.metrics,
            },
            links: bounded(&output.trace)?,
            publication: workshop.publish(&assignment, self.plain.schema(), &output)?,
            heartbeat: output.trace.heartbeat().unwrap(),
            proof: AuditProof {
                chunk: 0,
                leaf: Default::default(),
                missing_cells: 0,
                path: Default::default(),
                zk_proof: Default::default(),
            },
        })
    }

    /// What an honest provider prepares, without the proof.
    pub fn prepared(&self) -> PreparedResult {
        let workshop = self.workshop("provider", PROVIDER);
        let prepared = self.prepare(&workshop).unwrap();
        workshop.journal.forget(JOB).unwrap();
        prepared
    }

    /// What the chain is told of `prepared`, published.
    pub fn submitted(&self, prepared: &PreparedResult, planted: bool) -> ResultCommitment {
        self.workshop("provider", PROVIDER).show(prepared, &SECRET, planted).unwrap()
    }

    /// What an honest provider commits to.
    pub fn honest_result(&self) -> ResultCommitment {
        self.submitted(&self.prepared(), false)
    }

    /// The trace of the run, as far as `checkpoints`.
    pub fn trace(&self, checkpoints: u32) -> Trace {
        let workshop = self.workshop("provider", PROVIDER);
        let secret = RecipientSecret::new([7; 32]);
        let context = training_use_context(&GENESIS, USE);
        let assignment = self.assignment(&secret, &context);
        let unlocked = workshop.unlock(&*workshop.store, &assignment, &secret, &context).unwrap();
        let table = data::table(unlocked.dataset()).unwrap();
        let trace = workshop.train_beginning(&assignment, None, &table, checkpoints, &Pulse::default());
        let trace = trace.unwrap().unwrap();
        workshop.journal.forget(JOB).unwrap();
        trace
    }

    pub fn verdict_on(&self, claimed: &ResultCommitment, attempt: u32) -> Result<JournaledVerdict, WorkError> {
        self.verdict_after(&Submission::Complete(claimed.clone()), None, attempt)
    }

    /// The verdict on `submission` after the last heartbeat `told` this.
    pub fn verdict_after(
        &self,
        submission: &Submission,
        told: Option<&Progress>,
        attempt: u32,
    ) -> Result<JournaledVerdict, WorkError> {
        let workshop = self.workshop("evaluator", EVALUATOR);
        self.verdict_of(&workshop, self.judged(submission, told), attempt)
    }

    /// What a committee that repeats the whole judges.
    pub fn judged(&self, submission: &Submission, told: Option<&Progress>) -> Judged {
        let (claimed, told) = (submission.clone(), told.copied());
        Judged { instance: Instance::First, sampled: false, seed: SEED, claimed, told }
    }

    /// The verdict of an evaluator on what is `judged`.
    pub fn verdict_of(&self, workshop: &Workshop, judged: Judged, attempt: u32) -> Result<JournaledVerdict, WorkError> {
        let secret = RecipientSecret::new([8; 32]);
        let context = evaluation_context(&GENESIS, JOB, &workshop.account.0);
        let assignment = self.assignment(&secret, &context);
        workshop.evaluate(&assignment, &secret, &judged, attempt, &Pulse::default())?;
        Ok(workshop.journal.entry::<EvaluateEntry>(JOB).unwrap().unwrap().verdict.unwrap())
    }
}

/// A run of 128 steps, one each epoch, and 65 checkpoints, one after every other step.
pub fn calm_spec() -> TrainingSpec {
    let descent = Descent {
        optimiser: Optimiser::Sgd { momentum: 500_000 },
        epochs: 128,
        batch_rows: 48,
        learning_rate: 100_000,
        weight_decay: 0,
        early_stopping: None,
    };
    TrainingSpec {
        algorithm: Algorithm::LogisticRegression { descent },
        objective: Objective::Classification { classes: 2 },
        target: Some(1),
        holdout: 200,
    }
}

/// A run that diverges.
pub fn diverging_spec() -> TrainingSpec {
    let descent = Descent {
        optimiser: Optimiser::Sgd { momentum: 999_999 },
        epochs: 80,
        batch_rows: 4,
        learning_rate: 1_000_000,
        weight_decay: 1_000_000,
        early_stopping: None,
    };
    let hidden = vec![32, 32, 32, 32].try_into().unwrap();
    let activation = Activation::Relu;
    let algorithm = Algorithm::MultilayerPerceptron { hidden, activation, layer_norm: false, descent };
    TrainingSpec { algorithm, ..calm_spec() }
}

/// A list of locations; its bound is that of the record that it goes into.
fn locations<Uris: TryFrom<Vec<Uri>>>(cid: &Cid) -> Uris
where
    Uris::Error: std::fmt::Debug,
{
    vec![uri::format(cid).into_bytes().try_into().unwrap()].try_into().unwrap()
}

/// Publish a file.
pub fn published<Uris: TryFrom<Vec<Uri>>>(store: &DirectoryStore, bytes: &[u8]) -> Uris
where
    Uris::Error: std::fmt::Debug,
{
    locations(&manifest::put_bytes(store, bytes).unwrap())
}

/// The location of something that was never published.
pub fn nowhere<Uris: TryFrom<Vec<Uri>>>() -> Uris
where
    Uris::Error: std::fmt::Debug,
{
    locations(&Cid::of(b"nowhere"))
}
