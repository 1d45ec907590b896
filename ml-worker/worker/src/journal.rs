//! What must survive a SIGKILL: identity, one-time secrets, results, progress, verdicts, findings, checkpoints.
//!
//! ```text
//! lock                           held while a worker runs
//! worker.json                    which chain, role and account the folder belongs to
//! jobs/<job>.json                one entry for each job in progress, written before the call that depends on it
//! inspections/<inspection>.json  the same for each inspection of a package
//! checkpoints/<job>              state of the training run
//! kept/<job>                     store of blobs: the package and the model that a job starts from, until it is over
//! evaluator.key                  an evaluator's recipient secret
//! ```
//!
//! Files are replaced as a whole: written beside, synced, renamed. Entries hold secrets and belong to their owner
//! alone.

use codec::{DecodeAll, Encode};
use neurodata_chain::AccountId;
use neurodata_dataset::RecipientSecret;
use neurodata_primitives::{
    job::Progress, probe, validation::Instance, AuditProof, Claim, InspectionId, JobId, ProbeCommitment, PurchaseId,
    RecipientKey, ResultCommitment, Seed, Submission, TraceRoot, Verdict, WrappedKey,
};
use neurodata_storage::write_atomically_private;
use rand::{rngs::OsRng, RngCore};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file can't be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another worker runs in the same folder.
    #[error("another worker uses {path}; give each worker a --base-path of its own")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// A file holds something else than it should.
    #[error("{path} cannot be understood: {reason}; move it away if the work in it is lost anyway")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The folder belongs to another chain, role or account.
    #[error("{path} belongs to {found}, not to {expected}; give this worker a --base-path of its own")]
    OtherWorker {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        found: Identity,
        /// Who asked.
        expected: Identity,
    },
}

/// Whose journal it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Genesis hash of the chain, hexadecimal.
    pub genesis: String,
    /// Role of the worker.
    pub role: String,
    /// Address of the account.
    pub account: String,
}

impl std::fmt::Display for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} as {} on the chain with genesis 0x{}", self.account, self.role, self.genesis)
    }
}

/// What an entry is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// A job.
    Job(JobId),
    /// An inspection of a package.
    Inspection(InspectionId),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Job(job) => write!(formatter, "job {job}"),
            Self::Inspection(inspection) => write!(formatter, "inspection {inspection}"),
        }
    }
}

impl From<JobId> for Subject {
    fn from(job: JobId) -> Self {
        Self::Job(job)
    }
}

impl From<InspectionId> for Subject {
    fn from(inspection: InspectionId) -> Self {
        Self::Inspection(inspection)
    }
}

/// A job of a compute provider, from just before it is accepted until it is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputeEntry {
    /// The job.
    pub job: JobId,
    /// Secret of the one-time key that the content key is wrapped for.
    #[serde(with = "hex_bytes")]
    recipient_secret: [u8; 32],
    /// Secret that decides whether a known-answer task is planted; the chain knows what binds it.
    #[serde(with = "hex_bytes")]
    probe_secret: [u8; 32],
    /// Why the job cannot be done, once that is known.
    pub failure: Option<Failure>,
    /// The result, once there is one.
    pub result: Option<PreparedResult>,
    /// The beginning of the run, if the job's owner cancelled it, once it can be proved.
    pub progress: Option<PreparedProgress>,
}

/// Why a job cannot be done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Failure {
    /// This delivered key, or the package that it opens, is bad, and this proves it.
    Faulty {
        /// The delivered key. A fork may bring another one.
        key: WrappedKey,
        /// What is claimed.
        #[serde(with = "hex_scale")]
        claim: Claim,
    },
    /// Anything else, for people.
    Other(String),
}

/// What is submitted as the result of a job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparedResult {
    /// Seed of the run. A fork may draw another one; the result is then worth nothing.
    pub seed: Seed,
    /// The result, with the true trace.
    pub commitment: ResultCommitment,
    /// The last checkpoint but one: the chain is told of it before the result.
    pub heartbeat: Progress,
    /// Proof of the challenged chunk.
    pub proof: AuditProof,
}

/// What is submitted of a run that its owner cancelled.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparedProgress {
    /// Seed of the run, as in [`PreparedResult`].
    pub seed: Seed,
    /// Checkpoints reached, the initial one included.
    pub checkpoints: u32,
    /// Root over their digests.
    pub trace: TraceRoot,
    /// Proof of the challenged chunk.
    pub proof: AuditProof,
}

/// A round of an evaluator, from its verdict until it is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluateEntry {
    /// The job.
    pub job: JobId,
    /// The verdict, once there is one.
    pub verdict: Option<JournaledVerdict>,
}

/// What a committee judges. A job can come before several; no two of them that an evaluator sits on judge the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// Which committee it is.
    pub instance: Instance,
    /// Seed of the run. A fork may draw another one.
    pub seed: Seed,
    /// What was submitted. After a known-answer task the true trace stands in place of the planted one.
    pub claimed: Submission,
    /// The last heartbeat, which has to agree with it.
    pub told: Option<Progress>,
}

/// A verdict with what opens its seal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournaledVerdict {
    /// What it is about.
    pub about: Judged,
    /// The verdict.
    pub verdict: Verdict,
    /// The score, 1 to 100 inclusive.
    pub score: u8,
    /// 32 random bytes, new for each verdict: opening a seal makes its salt public.
    #[serde(with = "hex_bytes")]
    pub salt: [u8; 32],
    /// What the verdict is based on, for people.
    pub reason: String,
}

/// An inspection of a package by an evaluator, from just before the invitation is accepted until it is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionEntry {
    /// The inspection.
    pub inspection: InspectionId,
    /// Secret of the one-time key that the content key is wrapped for.
    #[serde(with = "hex_bytes")]
    recipient_secret: [u8; 32],
    /// What was found, once that is known.
    pub report: Option<InspectionReport>,
}

/// What an inspector found in a package.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionReport {
    /// The purchase that the key was delivered for. A fork may give the inspection another one.
    pub purchase: PurchaseId,
    /// The delivered key. A fork may bring another one.
    pub key: WrappedKey,
    /// What was found.
    pub finding: Finding,
}

/// What was found in a package.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It is what the chain says.
    Clean,
    /// It is not, and this proves it.
    Faulty(#[serde(with = "hex_scale")] Claim),
    /// It is not, in a way that no complaint covers: what is wrong, for people.
    Unprovable(String),
}

impl InspectionEntry {
    /// An inspection that is about to be accepted with the public key of `secret`.
    pub fn new(inspection: InspectionId, secret: &RecipientSecret) -> Self {
        Self { inspection, recipient_secret: *secret.as_bytes(), report: None }
    }

    /// The one-time secret.
    pub fn recipient_secret(&self) -> RecipientSecret {
        RecipientSecret::new(self.recipient_secret)
    }

    /// The one-time public key.
    pub fn recipient_key(&self) -> RecipientKey {
        self.recipient_secret().public()
    }
}

/// What `claim` says, for people.
pub fn what_is_wrong(claim: &Claim) -> &'static str {
    match claim {
        Claim::WrongKey => "the delivered key is not the one that was committed to",
        Claim::BadChunk(_) => "a chunk of the package is not the one that was committed to",
        Claim::OutOfSchema { .. } => "a cell of the package is above its bound",
    }
}

impl ComputeEntry {
    /// A job that is about to be accepted with the public key of `secret`, and with what binds `probe_secret`.
    pub fn new(job: JobId, secret: &RecipientSecret, probe_secret: [u8; 32]) -> Self {
        let recipient_secret = *secret.as_bytes();
        Self { job, recipient_secret, probe_secret, failure: None, result: None, progress: None }
    }

    /// The same with new secrets.
    pub fn generate(job: JobId) -> Self {
        let mut probe_secret = [0; 32];
        OsRng.fill_bytes(&mut probe_secret);
        Self::new(job, &RecipientSecret::generate(), probe_secret)
    }

    /// The one-time secret.
    pub fn recipient_secret(&self) -> RecipientSecret {
        RecipientSecret::new(self.recipient_secret)
    }

    /// The one-time public key.
    pub fn recipient_key(&self) -> RecipientKey {
        self.recipient_secret().public()
    }

    /// The secret of the known-answer task.
    pub fn probe_secret(&self) -> &[u8; 32] {
        &self.probe_secret
    }

    /// What binds the secret of the known-answer task, for `provider`.
    pub fn probe_commitment(&self, provider: &AccountId) -> ProbeCommitment {
        probe::commitment(self.job, &provider.0, &self.probe_secret)
    }
}

/// The folder in which a worker remembers.
#[derive(Debug)]
pub struct Journal {
    base_path: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
}

impl Journal {
    /// Open the journal in `base_path`, made if missing, and lock it.
    pub fn open(base_path: &Path) -> Result<Self, JournalError> {
        let folders = ["", "jobs", "inspections", "checkpoints", "kept"].map(|name| base_path.join(name));
        for folder in &folders {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|source| JournalError::Io { action: "make", path: folder.clone(), source })?;
        }
        let path = base_path.join("lock");
        let io = |source| JournalError::Io { action: "open", path: path.clone(), source };
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {
                folders.iter().for_each(|folder| remove_unfinished(folder));
                Ok(Self { base_path: base_path.to_owned(), _lock: lock })
            }
            Err(TryLockError::WouldBlock) => Err(JournalError::Locked { path: base_path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(JournalError::Io { action: "lock", path, source }),
        }
    }

    /// Note that the journal belongs to `identity`, or refuse if it belongs to somebody else.
    pub fn claim(&self, identity: &Identity) -> Result<(), JournalError> {
        let path = self.base_path.join("worker.json");
        match read_json::<Identity>(&path)? {
            Some(found) if found == *identity => Ok(()),
            Some(found) => {
                Err(JournalError::OtherWorker { path: self.base_path.clone(), found, expected: identity.clone() })
            }
            None => write_json(&path, identity),
        }
    }

    /// The folder.
    pub fn base_path(&self) -> &Path {
        &self.base_path
    }

    /// The entry of a job or an inspection.
    pub fn entry<Entry: DeserializeOwned>(&self, subject: impl Into<Subject>) -> Result<Option<Entry>, JournalError> {
        read_json(&self.entry_path(subject.into()))
    }

    /// Write the entry of a job or an inspection; it is on disk when this returns.
    pub fn store_entry(&self, subject: impl Into<Subject>, entry: &impl Serialize) -> Result<(), JournalError> {
        write_json(&self.entry_path(subject.into()), entry)
    }

    /// Forget a job or an inspection: its entry, and the checkpoint and the kept data of a job. Says whether there was an
    /// entry.
    pub fn forget(&self, subject: impl Into<Subject>) -> Result<bool, JournalError> {
        let subject = subject.into();
        if let Subject::Job(job) = subject {
            remove(&self.checkpoint_path(job))?;
            remove_folder(&self.kept_path(job))?;
        }
        remove(&self.entry_path(subject))
    }

    /// Jobs with an entry, ascending.
    pub fn jobs(&self) -> Result<Vec<JobId>, JournalError> {
        Ok(self.numbers("jobs")?.into_iter().map(JobId::new).collect())
    }

    /// Inspections with an entry, ascending.
    pub fn inspections(&self) -> Result<Vec<InspectionId>, JournalError> {
        Ok(self.numbers("inspections")?.into_iter().map(InspectionId::new).collect())
    }

    /// Jobs whose data are kept, in no order.
    pub fn kept(&self) -> Result<Vec<JobId>, JournalError> {
        let folder = self.base_path.join("kept");
        let io = |source| JournalError::Io { action: "read", path: folder.clone(), source };
        let mut jobs = Vec::new();
        for entry in fs::read_dir(&folder).map_err(io)? {
            let name = entry.map_err(io)?.file_name();
            jobs.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()).map(JobId::new));
        }
        Ok(jobs)
    }

    /// Folder of the store in which the data of a job are kept.
    pub fn kept_path(&self, job: JobId) -> PathBuf {
        self.base_path.join("kept").join(job.to_string())
    }

    fn numbers(&self, folder: &str) -> Result<Vec<u64>, JournalError> {
        let folder = self.base_path.join(folder);
        let io = |source| JournalError::Io { action: "read", path: folder.clone(), source };
        let mut numbers = Vec::new();
        for file in fs::read_dir(&folder).map_err(io)? {
            let name = file.map_err(io)?.file_name();
            numbers.extend(name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The stored checkpoint of a job, if there is one.
    pub fn checkpoint(&self, job: JobId) -> Result<Option<Vec<u8>>, JournalError> {
        read(&self.checkpoint_path(job))
    }

    /// Store a checkpoint in place of the one before.
    pub fn store_checkpoint(&self, job: JobId, bytes: &[u8]) -> Result<(), JournalError> {
        write(&self.checkpoint_path(job), bytes)
    }

    fn entry_path(&self, subject: Subject) -> PathBuf {
        match subject {
            Subject::Job(job) => self.base_path.join("jobs").join(format!("{job}.json")),
            Subject::Inspection(inspection) => self.base_path.join("inspections").join(format!("{inspection}.json")),
        }
    }

    fn checkpoint_path(&self, job: JobId) -> PathBuf {
        self.base_path.join("checkpoints").join(job.to_string())
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, JournalError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(JournalError::Io { action: "read", path: path.to_owned(), source }),
    }
}

fn read_json<Value: DeserializeOwned>(path: &Path) -> Result<Option<Value>, JournalError> {
    let malformed =
        |error: serde_json::Error| JournalError::Malformed { path: path.to_owned(), reason: error.to_string() };
    read(path)?.map(|bytes| serde_json::from_slice(&bytes).map_err(malformed)).transpose()
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), JournalError> {
    let malformed =
        |error: serde_json::Error| JournalError::Malformed { path: path.to_owned(), reason: error.to_string() };
    write(path, &serde_json::to_vec_pretty(value).map_err(malformed)?)
}

/// Replace the file at `path` by `bytes`; after a crash there is the old file or the new one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
    write_atomically_private(path, bytes).map_err(|source| JournalError::Io {
        action: "write",
        path: path.to_owned(),
        source,
    })
}

fn remove(path: &Path) -> Result<bool, JournalError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(JournalError::Io { action: "remove", path: path.to_owned(), source }),
    }
}

/// Remove what a killed worker was about to write. It may hold secrets; failing at it harms nobody.
fn remove_unfinished(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "unfinished") {
            let _ = fs::remove_file(path);
        }
    }
}

fn remove_folder(path: &Path) -> Result<(), JournalError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(JournalError::Io { action: "remove", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Serde of a value as the hexadecimal digits of its SCALE encoding.
mod hex_scale {
    use super::{DecodeAll, Encode};
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &impl Encode, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(value.encode()))
    }

    pub fn deserialize<'de, T: DecodeAll, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let bytes = hex::decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        T::decode_all(&mut bytes.as_slice()).map_err(D::Error::custom)
    }
}

/// Serde of 32 bytes as hexadecimal digits.
mod hex_bytes {
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(String::deserialize(deserializer)?, &mut bytes).map_err(D::Error::custom)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::fixtures::*;
    use neurodata_primitives::{FieldBytes, OpenedChunk};
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
        let (checkpoints, trace) = (2, TraceRoot::new([5; 32]));
        entry.progress = Some(PreparedProgress { seed: SEED, checkpoints, trace, proof: proof.clone() });
        entry.result = Some(PreparedResult { seed: SEED, commitment: result(), heartbeat: told(1), proof });
        journal.store_entry(JOB, &entry).unwrap();
        journal.store_checkpoint(JOB, b"state").unwrap();
        drop(journal);

        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.jobs().unwrap(), [JOB]);
        assert_eq!(journal.entry(JOB).unwrap(), Some(entry));
        assert_eq!(journal.checkpoint(JOB).unwrap().unwrap(), b"state");
        assert!(journal.forget(JOB).unwrap());
        assert!(!journal.forget(JOB).unwrap());
        assert!(journal.jobs().unwrap().is_empty());
        assert_eq!(journal.checkpoint(JOB).unwrap(), None);
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
        let entry = EvaluateEntry { job: JOB, verdict: None };
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
}
