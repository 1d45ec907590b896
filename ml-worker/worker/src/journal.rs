//! What must survive a SIGKILL: identity, one-time secrets, results, verdicts, checkpoints.
//!
//! ```text
//! lock                  held while a worker runs
//! worker.json           which chain, role and account the folder belongs to
//! jobs/<job>.json       one entry for each job in progress, written before the call that depends on it
//! checkpoints/<job>     state of the training run
//! evaluator.key         an evaluator's recipient secret
//! ```
//!
//! Files are replaced as a whole: written beside, synced, renamed. Entries hold secrets and belong to their owner
//! alone.

use neurodata_dataset::RecipientSecret;
use neurodata_primitives::{AuditProof, JobId, RecipientKey, ResultCommitment, Seed, Verdict};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
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

/// A job of a compute provider, from just before it is accepted until it is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputeEntry {
    /// The job.
    pub job: JobId,
    /// Secret of the one-time key that the content key is wrapped for.
    #[serde(with = "hex_bytes")]
    recipient_secret: [u8; 32],
    /// Why the job cannot be done, once that is known.
    pub failure: Option<String>,
    /// The result, once there is one.
    pub result: Option<PreparedResult>,
}

/// What is submitted as the result of a job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparedResult {
    /// Seed of the run. A fork may draw another one; the result is then worth nothing.
    pub seed: Seed,
    /// The result.
    pub commitment: ResultCommitment,
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

/// A verdict with what opens its seal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournaledVerdict {
    /// Seed of the run that was repeated. A fork may draw another one.
    pub seed: Seed,
    /// What the verdict is about.
    pub claimed: ResultCommitment,
    /// The verdict.
    pub verdict: Verdict,
    /// The score, 1 to 100 inclusive.
    pub score: u8,
    /// 32 random bytes.
    #[serde(with = "hex_bytes")]
    pub salt: [u8; 32],
    /// What the verdict is based on, for people.
    pub reason: String,
}

impl ComputeEntry {
    /// A job that is about to be accepted with the public key of `secret`.
    pub fn new(job: JobId, secret: &RecipientSecret) -> Self {
        Self { job, recipient_secret: *secret.as_bytes(), failure: None, result: None }
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
        for folder in [base_path.to_owned(), base_path.join("jobs"), base_path.join("checkpoints")] {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
            made.map_err(|source| JournalError::Io { action: "make", path: folder, source })?;
        }
        let path = base_path.join("lock");
        let io = |source| JournalError::Io { action: "open", path: path.clone(), source };
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { base_path: base_path.to_owned(), _lock: lock }),
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

    /// The entry of a job.
    pub fn entry<Entry: DeserializeOwned>(&self, job: JobId) -> Result<Option<Entry>, JournalError> {
        read_json(&self.entry_path(job))
    }

    /// Write the entry of a job; it is on disk when this returns.
    pub fn store_entry(&self, job: JobId, entry: &impl Serialize) -> Result<(), JournalError> {
        write_json(&self.entry_path(job), entry)
    }

    /// Forget a job: its entry and checkpoint. Says whether there was an entry.
    pub fn forget(&self, job: JobId) -> Result<bool, JournalError> {
        remove(&self.checkpoint_path(job))?;
        remove(&self.entry_path(job))
    }

    /// Jobs with an entry, ascending.
    pub fn jobs(&self) -> Result<Vec<JobId>, JournalError> {
        let folder = self.base_path.join("jobs");
        let io = |source| JournalError::Io { action: "read", path: folder.clone(), source };
        let mut jobs = Vec::new();
        for file in fs::read_dir(&folder).map_err(io)? {
            let name = file.map_err(io)?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".json")?.parse().ok());
            jobs.extend(number.map(JobId::new));
        }
        jobs.sort_unstable();
        Ok(jobs)
    }

    /// The stored checkpoint of a job, if there is one.
    pub fn checkpoint(&self, job: JobId) -> Result<Option<Vec<u8>>, JournalError> {
        read(&self.checkpoint_path(job))
    }

    /// Store a checkpoint in place of the one before.
    pub fn store_checkpoint(&self, job: JobId, bytes: &[u8]) -> Result<(), JournalError> {
        write(&self.checkpoint_path(job), bytes)
    }

    fn entry_path(&self, job: JobId) -> PathBuf {
        self.base_path.join("jobs").join(format!("{job}.json"))
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
    let io = |source| JournalError::Io { action: "write", path: path.to_owned(), source };
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&beside).map_err(io)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io)?;
    fs::rename(&beside, path).map_err(io)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
}

fn remove(path: &Path) -> Result<bool, JournalError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(JournalError::Io { action: "remove", path: path.to_owned(), source }),
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
    use neurodata_primitives::FieldBytes;
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
        let mut entry = ComputeEntry::new(JOB, &RecipientSecret::new([7; 32]));
        journal.store_entry(JOB, &entry).unwrap();
        let proof = AuditProof {
            chunk: 2,
            leaf: FieldBytes::new([1; 32]),
            missing_cells: 3,
            path: vec![FieldBytes::new([2; 32])].try_into().unwrap(),
            zk_proof: vec![9; 384].try_into().unwrap(),
        };
        entry.result = Some(PreparedResult { seed: SEED, commitment: result(), proof });
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
    fn entries_belong_to_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let entry = EvaluateEntry { job: JOB, verdict: None };
        journal.store_entry(JOB, &entry).unwrap();
        let path = journal.entry_path(JOB);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, b"{").unwrap();
        assert!(matches!(journal.entry::<EvaluateEntry>(JOB), Err(JournalError::Malformed { .. })));
    }
}
