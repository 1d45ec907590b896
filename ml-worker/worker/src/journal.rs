//! What must survive a SIGKILL: identity, one-time secrets, results, progress, verdicts, findings, checkpoints.
//!
//! ```text
//! lock                           held while a worker runs
//! worker.json                    which chain, role and account the folder belongs to
//! jobs/<job>.json                one entry for each job in progress, written before the call that depends on it
//! inspections/<inspection>.json  the same for each inspection of a package
//! checkpoints/<job>              what the training run resumes from
//! states/<job>/<position>        a state of a long run, as it is published with its result; empty if it is too large
//! kept/<job>                     store of blobs: the package and the model that a job starts from, until it is over
//! evaluator.key                  an evaluator's recipient secret
//! ```
//!
//! Files are replaced as a whole: written beside, synced, renamed. Entries hold secrets and belong to their owner
//! alone.

mod entries;

pub use entries::{
    what_is_wrong, ComputeEntry, EvaluateEntry, Failure, Finding, InspectionEntry, InspectionReport, JournaledVerdict,
    Judged, PreparedProgress, PreparedResult, Sample,
};

use neurodata_primitives::{InspectionId, JobId};
use neurodata_storage::write_atomically_private;
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
        let folders = ["", "jobs", "inspections", "checkpoints", "states", "kept"].map(|name| base_path.join(name));
        for folder in &folders {
            make_folder(folder)?;
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

    /// Forget a job or an inspection: its entry, and of a job the run and the kept data too. Says whether there was an
    /// entry.
    pub fn forget(&self, subject: impl Into<Subject>) -> Result<bool, JournalError> {
        let subject = subject.into();
        if let Subject::Job(job) = subject {
            self.forget_run(job)?;
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

    /// What the run of a job resumes from, if there is anything.
    pub fn checkpoint(&self, job: JobId) -> Result<Option<Vec<u8>>, JournalError> {
        read(&self.checkpoint_path(job))
    }

    /// Store what a run resumes from in place of what was there before.
    pub fn store_checkpoint(&self, job: JobId, bytes: &[u8]) -> Result<(), JournalError> {
        write(&self.checkpoint_path(job), bytes)
    }

    /// The state of a long run at the checkpoint with this position, if it is kept.
    pub fn state(&self, job: JobId, position: u32) -> Result<Option<Vec<u8>>, JournalError> {
        read(&self.states_path(job).join(position.to_string()))
    }

    /// Bytes of [`Self::state`].
    pub fn state_bytes(&self, job: JobId, position: u32) -> Result<Option<u64>, JournalError> {
        let path = self.states_path(job).join(position.to_string());
        match fs::metadata(&path) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(JournalError::Io { action: "read", path, source }),
        }
    }

    /// Keep the state of a long run at the checkpoint with this position.
    pub fn store_state(&self, job: JobId, position: u32, bytes: &[u8]) -> Result<(), JournalError> {
        let folder = self.states_path(job);
        make_folder(&folder)?;
        write(&folder.join(position.to_string()), bytes)
    }

    /// Forget the run of a job: what it resumes from, and its states.
    pub fn forget_run(&self, job: JobId) -> Result<(), JournalError> {
        remove(&self.checkpoint_path(job))?;
        remove_folder(&self.states_path(job))
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

    fn states_path(&self, job: JobId) -> PathBuf {
        self.base_path.join("states").join(job.to_string())
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

fn make_folder(path: &Path) -> Result<(), JournalError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| JournalError::Io { action: "make", path: path.to_owned(), source })
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

#[cfg(test)]
mod tests;
