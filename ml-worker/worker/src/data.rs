//! The data of a job: who may open a key, and how a package becomes a training table.

use codec::Encode;
use neurodata_chain::{AccountId, DatasetRecord};
use neurodata_dataset::{
    package::MAX_PACKAGE_BYTES, ColumnKind as SchemaKind, ContentKey, Dataset, Package, PackageError, Schema, Unlocked,
};
use neurodata_primitives::{JobId, TrainingSpec, TrainingUseId};
use neurodata_storage::{manifest, uri, BlobStore, ManifestError, StoreError};
use neurodata_training::{ensure_fits, Column, ColumnKind, TableError, TrainingTable};

/// Domain of keys that are delivered for a training use.
const TRAINING_USE_DOMAIN: &[u8; 24] = b"neurodata/training-use/1";
/// Domain of keys that are delivered to a committee.
const EVALUATION_DOMAIN: &[u8; 24] = b"neurodata/evaluation/1  ";

/// What the key of a training use is wrapped with, so that it opens for nothing else.
///
/// ```text
/// context = SCALE(TRAINING_USE_DOMAIN, genesis hash, training use)
/// ```
pub fn training_use_context(genesis: &[u8; 32], training_use: TrainingUseId) -> Vec<u8> {
    (TRAINING_USE_DOMAIN, genesis, training_use).encode()
}

/// What the key of a committee member is wrapped with, so that it opens for nothing else.
///
/// ```text
/// context = SCALE(EVALUATION_DOMAIN, genesis hash, job, account of the member)
/// ```
pub fn evaluation_context(genesis: &[u8; 32], job: JobId, member: &AccountId) -> Vec<u8> {
    (EVALUATION_DOMAIN, genesis, job, member.0).encode()
}

/// Why the data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Nothing that the dataset's locations name is in the store; it may come later.
    #[error("the package cannot be had: {0}")]
    Missing(String),
    /// The package or the key is not what the chain says. It will not get better.
    #[error("the data are not those on chain: {0}")]
    Invalid(String),
    /// The store failed; it may work later.
    #[error("the store failed: {0}")]
    Store(String),
}

impl DataError {
    /// Whether the same may work later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Missing(_) | Self::Store(_))
    }

    /// Sort a failure of reading files from the store.
    pub fn of_manifest(error: &ManifestError) -> Self {
        match error {
            ManifestError::Store(StoreError::Missing { .. } | StoreError::Corrupt { .. }) => {
                Self::Missing(chained(error))
            }
            ManifestError::Malformed { .. } | ManifestError::OverLimit { .. } => Self::Invalid(chained(error)),
            _ => Self::Store(chained(error)),
        }
    }

    fn of_package(error: &PackageError) -> Self {
        let PackageError::Io { source, .. } = error else { return Self::Invalid(chained(error)) };
        let cause = source.get_ref().and_then(|cause| cause.downcast_ref::<ManifestError>());
        cause.map_or_else(|| Self::Store(chained(error)), Self::of_manifest)
    }
}

/// An error with its causes in one line.
pub fn chained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

/// Fetch the package of `dataset` from the first of its locations that works, and check it against the chain's record.
pub fn fetch(store: &dyn BlobStore, dataset: &DatasetRecord, key: &ContentKey) -> Result<Unlocked, DataError> {
    let mut failures = Vec::new();
    for location in &dataset.uris {
        match fetch_from(store, &String::from_utf8_lossy(location), dataset, key) {
            Ok(unlocked) => return Ok(unlocked),
            Err(error) => failures.push(error),
        }
    }
    // As long as one location may work later, so may the whole.
    let retryable = failures.iter().position(DataError::is_retryable).unwrap_or(0);
    let none = || DataError::Invalid("the dataset names no location".into());
    Err(if failures.is_empty() { none() } else { failures.swap_remove(retryable) })
}

fn fetch_from(
    store: &dyn BlobStore,
    location: &str,
    dataset: &DatasetRecord,
    key: &ContentKey,
) -> Result<Unlocked, DataError> {
    let package = open(store, location)?;
    package.verify(&dataset.commitment, key).map_err(|error| DataError::of_package(&error))
}

fn open(store: &dyn BlobStore, location: &str) -> Result<Package, DataError> {
    let cid = uri::parse(location).map_err(|error| DataError::Invalid(chained(&error)))?;
    let reader = manifest::read(store, &cid, MAX_PACKAGE_BYTES).map_err(|error| DataError::of_manifest(&error))?;
    Package::read(reader, location).map_err(|error| DataError::of_package(&error))
}

/// The training table of a dataset.
pub fn table(dataset: &Dataset) -> Result<TrainingTable, TableError> {
    TrainingTable::new(columns(dataset.schema()), dataset.codes().to_vec())
}

/// The columns of a training table under this schema.
fn columns(schema: &Schema) -> Vec<Column> {
    let column = |column: &neurodata_dataset::Column| Column {
        bound: column.bound().bound,
        nullable: column.nullable,
        kind: match column.kind {
            SchemaKind::Numeric { .. } => ColumnKind::Numeric,
            SchemaKind::Category { .. } => ColumnKind::Category,
        },
    };
    schema.columns().iter().map(column).collect()
}

/// What can be told without the content key: why `spec` cannot be trained on `dataset`, if that is so.
///
/// A package that cannot be had now says nothing; it may come later.
pub fn misfit(store: &dyn BlobStore, dataset: &DatasetRecord, spec: &TrainingSpec) -> Option<String> {
    let mut reason = None;
    for location in &dataset.uris {
        let package = match open(store, &String::from_utf8_lossy(location)) {
            Ok(package) => package,
            Err(error) => {
                reason = (!error.is_retryable()).then(|| error.to_string());
                continue;
            }
        };
        if let Err(error) = package.matches(&dataset.commitment) {
            reason = Some(DataError::of_package(&error).to_string());
            continue;
        }
        return ensure_fits(&columns(package.schema()), spec).err().map(|error| error.to_string());
    }
    reason
}
