//! The data of a job: who may open a key, how a package becomes a training table, where a parent's parameters are, and
//! what is kept of them.

use crate::journal::Finding;
use neurodata_chain::{DatasetRecord, ModelListing, ModelRecord};
use neurodata_dataset::{
    package::{silent, MAX_PACKAGE_BYTES},
    sealed_model::MAX_SEALED_MODEL_BYTES,
    ColumnKind as SchemaKind, ContentKey, Dataset, Package, PackageError, RecipientSecret, Schema, SealedModel,
    Unlocked,
};
use neurodata_primitives::{
    model::file_digest, Claim, Complaint, ModelId, PackageCommitment, ResultCommitment, TrainingSpec, Uri, WrappedKey,
};
use neurodata_sealing::{judge, key_commitment, open_key};
use neurodata_storage::{
    manifest, uri, BlobReader, BlobStore, Cid, DirectoryStore, InvalidCid, ManifestError, StoreError,
};
use neurodata_training::{
    ensure_continues, ensure_fits, memory_bytes, Column, ColumnKind, ModelIndex, TableError, TrainingTable,
};

/// Longest model file that is fetched, in bytes: 1 GiB.
const MAX_MODEL_BYTES: u64 = 1 << 30;

/// Why the data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// What is needed is not in the store; it may come later.
    #[error("what is needed cannot be had: {0}")]
    Missing(String),
    /// The key is not the one that the dataset is bound to, or does not even open.
    #[error("wrong key: it does not open, or is not the one that the dataset's key commitment binds")]
    WrongKey,
    /// The package is not what the chain says. It will not get better.
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
}

impl From<PackageError> for DataError {
    fn from(error: PackageError) -> Self {
        let PackageError::Io { source, .. } = &error else { return Self::Invalid(chained(&error)) };
        let cause = source.get_ref().and_then(|cause| cause.downcast_ref::<ManifestError>());
        cause.map_or_else(|| Self::Store(chained(&error)), Self::of_manifest)
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

/// The content key in `wrapped`, if it is the one that `package` is bound to.
pub fn content_key(
    package: &PackageCommitment,
    wrapped: &WrappedKey,
    secret: &RecipientSecret,
    context: &[u8],
) -> Result<ContentKey, DataError> {
    let key = open_key(wrapped, secret.as_bytes(), context).ok_or(DataError::WrongKey)?;
    if key_commitment(&key, &package.content) == package.key_commitment {
        Ok(ContentKey::new(*key))
    } else {
        Err(DataError::WrongKey)
    }
}

/// A store that keeps what is read from another one, so that whoever removes it there later does no harm.
pub struct Keeping<'a> {
    kept: DirectoryStore,
    origin: &'a dyn BlobStore,
}

impl<'a> Keeping<'a> {
    /// Keep in `kept` what is read from `origin`.
    pub fn new(kept: DirectoryStore, origin: &'a dyn BlobStore) -> Self {
        Self { kept, origin }
    }
}

impl BlobStore for Keeping<'_> {
    fn put(&self, bytes: &[u8]) -> Result<Cid, StoreError> {
        self.kept.put(bytes)
    }

    fn get(&self, cid: &Cid) -> Result<Vec<u8>, StoreError> {
        match self.kept.get(cid) {
            Err(StoreError::Missing { .. } | StoreError::Corrupt { .. }) => {
                let bytes = self.origin.get(cid)?;
                self.kept.put(&bytes)?;
                Ok(bytes)
            }
            kept => kept,
        }
    }

    fn has(&self, cid: &Cid) -> Result<bool, StoreError> {
        Ok(self.kept.has(cid)? || self.origin.has(cid)?)
    }

    /// From what is kept; the origin is others' too.
    fn remove(&self, cid: &Cid) -> Result<bool, StoreError> {
        self.kept.remove(cid)
    }
}

/// The columns of `dataset`, from the beginning of its package: nothing else is read.
pub fn package_columns(store: &dyn BlobStore, dataset: &DatasetRecord) -> Result<Vec<Column>, DataError> {
    first_of(&dataset.uris, |location| {
        let source = read(store, location, MAX_PACKAGE_BYTES)?;
        let (commitment, schema) = Package::read_header(source, location)?;
        if commitment.schema_digest == dataset.commitment.schema_digest {
            Ok(columns(&schema))
        } else {
            Err(DataError::Invalid("the schema of the package is not the registered one".into()))
        }
    })
}

/// Fetch the package of `dataset` from the first of its locations that works, and check everything against the chain's
/// record that can be checked without the key.
pub fn fetch_package(store: &dyn BlobStore, dataset: &DatasetRecord) -> Result<Package, DataError> {
    first_of(&dataset.uris, |location| {
        let package = Package::read(read(store, location, MAX_PACKAGE_BYTES)?, location)?;
        package.matches(&dataset.commitment)?;
        Ok(package)
    })
}

/// Fetch the sealed file of a model for sale from the first of its locations that works, and check everything against
/// the chain's records that can be checked without the key.
pub fn fetch_sealed_model(
    store: &dyn BlobStore,
    model: &ModelRecord,
    listing: &ModelListing,
) -> Result<SealedModel, DataError> {
    first_of(&listing.uris, |location| {
        let sealed = SealedModel::read(read(store, location, MAX_SEALED_MODEL_BYTES)?, location)?;
        sealed.matches(&listing.package, model.result.model, model.result.model_bytes)?;
        Ok(sealed)
    })
}

/// What `fetch` finds at the first location that works.
fn first_of<T>(locations: &[Uri], fetch: impl Fn(&str) -> Result<T, DataError>) -> Result<T, DataError> {
    let mut failures = Vec::new();
    for location in locations {
        match fetch(&String::from_utf8_lossy(location)) {
            Ok(found) => return Ok(found),
            Err(error) => failures.push(error),
        }
    }
    // As long as one location may work later, so may the whole.
    let retryable = failures.iter().position(DataError::is_retryable).unwrap_or(0);
    let none = || DataError::Invalid("the chain names no location".into());
    Err(if failures.is_empty() { none() } else { failures.swap_remove(retryable) })
}

fn read<'a>(store: &'a dyn BlobStore, location: &str, limit: u64) -> Result<BlobReader<'a>, DataError> {
    let cid = uri::parse(location).map_err(|error| DataError::Invalid(chained(&error)))?;
    manifest::read(store, &cid, limit).map_err(|error| DataError::of_manifest(&error))
}

/// Fetch the package of `dataset`, open it with `key`, and check all of it against the chain's record.
pub fn fetch(store: &dyn BlobStore, dataset: &DatasetRecord, key: &ContentKey) -> Result<Unlocked, DataError> {
    Ok(fetch_package(store, dataset)?.unlock(key, &silent)?)
}

/// What somebody who was handed `wrapped` finds in the package of `dataset`.
///
/// Fails only if it may succeed later, because the package cannot be had. [`Finding::Faulty`] would stand before the
/// chain: what it would dismiss is [`Finding::Unprovable`].
pub fn inspect(
    store: &dyn BlobStore,
    dataset: &DatasetRecord,
    wrapped: &WrappedKey,
    secret: &RecipientSecret,
    context: &[u8],
) -> Result<Finding, DataError> {
    let commitment = PackageCommitment::from(&dataset.commitment);
    let claim = match content_key(&commitment, wrapped, secret, context) {
        Err(_) => Claim::WrongKey,
        Ok(key) => {
            let package = match fetch_package(store, dataset) {
                Ok(package) => package,
                Err(error) if error.is_retryable() => return Err(error),
                Err(error) => return Ok(Finding::Unprovable(error.to_string())),
            };
            let Some(fault) = package.examine(&key) else {
                let unlocked = package.unlock(&key, &silent);
                return Ok(unlocked.map_or_else(|error| Finding::Unprovable(chained(&error)), |_| Finding::Clean));
            };
            package.evidence(fault)
        }
    };
    let complaint = Complaint { secret: *secret.as_bytes(), claim };
    Ok(match judge(&commitment, &secret.public(), wrapped, context, &complaint) {
        Ok(_) => Finding::Faulty(complaint.claim),
        Err(reason) => Finding::Unprovable(format!("a complaint would be dismissed: {reason:?}")),
    })
}

/// The model that training starts from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parent {
    /// The model version.
    pub id: ModelId,
    /// What was committed and accepted.
    pub result: ResultCommitment,
}

/// The index of the files that were published with `result`.
pub fn model_index(store: &dyn BlobStore, result: &ResultCommitment) -> Result<ModelIndex, DataError> {
    let of_store = |error| DataError::of_manifest(&ManifestError::Store(error));
    let index = store.get(&Cid::from(result.manifest)).map_err(of_store)?;
    ModelIndex::from_bytes(&index).map_err(|error| DataError::Invalid(chained(&error)))
}

/// The published file at this address, of at most `limit` bytes.
pub fn published_file(store: &dyn BlobStore, cid: &str, limit: u64) -> Result<Vec<u8>, DataError> {
    let cid: Cid = cid.parse().map_err(|error: InvalidCid| DataError::Invalid(chained(&error)))?;
    manifest::read_to_vec(store, &cid, limit).map_err(|error| DataError::of_manifest(&error))
}

/// The model file that was published with `result`. Whether it is the one that was committed to is left to the caller.
pub fn published_model(store: &dyn BlobStore, result: &ResultCommitment) -> Result<Vec<u8>, DataError> {
    let index = model_index(store, result)?;
    published_file(store, &index.model, result.model_bytes.min(MAX_MODEL_BYTES))
}

/// The model file of `parent`, as the chain accepted it.
pub fn parent_model(store: &dyn BlobStore, parent: &Parent) -> Result<Vec<u8>, DataError> {
    let model = published_model(store, &parent.result)?;
    if file_digest(&model) == parent.result.model && model.len() as u64 == parent.result.model_bytes {
        Ok(model)
    } else {
        Err(DataError::Invalid(format!("the published file of model {} is not the accepted one", parent.id)))
    }
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

/// Whether a job can be done, as far as that can be told without the content key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fitness {
    /// Nothing speaks against it.
    Fits,
    /// Something is missing that may come later.
    Later(String),
    /// It cannot be done.
    Never(String),
}

/// Bytes of a chunk in memory: 1,024 encrypted cells of two bytes, and two leaves of 32 bytes.
const CHUNK_BYTES: u64 = 2_048 + 64;
/// Copies of the package that are in memory at a time: as it was fetched, opened, and as its chunks are proved.
const PACKAGE_COPIES: u64 = 3;

/// Memory that training on `dataset` takes, in bytes: three copies of the package, and what
/// [`neurodata_training::memory_bytes`] estimates. The program itself and the prover are not counted.
pub fn memory_of_job(dataset: &DatasetRecord, columns: &[Column], spec: &TrainingSpec) -> u64 {
    let package = u64::from(dataset.commitment.chunks) * CHUNK_BYTES * PACKAGE_COPIES;
    package.saturating_add(memory_bytes(columns, dataset.commitment.rows, spec))
}

/// Whether `spec` can be trained on `dataset` in so many bytes of `memory`, starting from `parent` if there is one: the
/// package can be had and is the registered one, its columns, its size and the parent's parameters fit, and no row can
/// lack a target.
pub fn fitness(
    store: &dyn BlobStore,
    dataset: &DatasetRecord,
    spec: &TrainingSpec,
    parent: Option<&Parent>,
    memory: u64,
) -> Fitness {
    let unfit = |error: neurodata_training::Error| DataError::Invalid(error.to_string());
    let look = || {
        // What its beginning tells need not wait for the rest.
        let columns = package_columns(store, dataset)?;
        let (rows, missing_cells) = (dataset.commitment.rows, dataset.commitment.missing_cells);
        ensure_fits(&columns, rows, missing_cells, spec).map_err(unfit)?;
        let needed = memory_of_job(dataset, &columns, spec);
        if needed > memory {
            let [needed, memory] = [needed, memory].map(|bytes| bytes >> 20);
            let reason = format!("it takes about {needed} MiB of memory, of which {memory} MiB are offered");
            return Err(DataError::Invalid(reason));
        }
        fetch_package(store, dataset)?;
        match parent {
            Some(parent) => ensure_continues(&columns, spec, &parent_model(store, parent)?).map_err(unfit),
            None => Ok(()),
        }
    };
    match look() {
        Ok(()) => Fitness::Fits,
        Err(error) if error.is_retryable() => Fitness::Later(error.to_string()),
        Err(error) => Fitness::Never(error.to_string()),
    }
}
