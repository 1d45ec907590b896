//! The package: a dataset in the form in which it is published, sealed for holders of the content key.
//!
//! ## Format
//!
//! All numbers are little-endian.
//!
//! ```text
//! offset  bytes  content
//! 0       8      magic: "NDATAPK" and the version, 2
//! 8       4      S: bytes of the schema
//! 12      212    the dataset's commitment as on chain, SCALE encoded: data root, cipher root, key commitment, schema
//!                digest, layout of full chunks, layout of the last chunk (32 bytes each), rows, columns, chunks (u32),
//!                missing cells (u64)
//! 224     S      the schema's canonical bytes
//! 224+S   32*n   content leaves: for each of the n chunks, its leaf in the tree of the data root
//! ...     32*n   cipher leaves: for each of the n chunks, its leaf in the tree of the cipher root
//! ...     2048*n the encrypted chunks
//! ```
//!
//! Chunk `i` is ChaCha20 (RFC 8439; counter 0; nonce: `i` as u32 and eight zero bytes) under the content key over 1,024
//! cells of two bytes. The nonce never repeats under one key, because a content key serves one dataset.
//!
//! ```text
//! content leaf = Poseidon_9(LEAF, salt, cells)                              neurodata_zk_statements::leaf_digest
//! cipher leaf  = BLAKE2b-256(0x00 || encrypted chunk || content leaf)       neurodata_primitives::sale::cipher_leaf
//! ```
//!
//! The two lists cost 3.1 percent. The content leaves let everybody check before paying that the package is the one of
//! the data root, and make a bad chunk provable: the cipher root ties each encrypted chunk to the leaf that it has to
//! decrypt to. They are salted, so that they tell nothing about the cells. With the cipher leaves, whoever has the
//! cipher root can check any chunk alone, and damage is found at the chunk where it is. See
//! `docs/decisions/0010-package-lists-content-leaves.md`.
//!
//! Version 1 listed no content leaves; it is refused.
//!
//! ## What each step checks
//!
//! - [`Package::open`], without the key: magic, lengths, the schema against its digest, layouts and counts against the
//!   schema, content leaves against the data root, cipher leaves against the cipher root, every encrypted chunk and its
//!   content leaf against its cipher leaf.
//! - [`Package::matches`]: the commitment against the one on chain.
//! - [`Package::unlock`], with the key: the key against its commitment, every cell against its bound, every chunk
//!   against its content leaf, the number of missing cells.
//!
//! [`Package::examine`] finds what is wrong with a package that does not unlock, and [`Package::evidence`] is what
//! proves it on chain.

pub use crate::chunks::{silent, Progress};
use crate::{
    cells::{Chunking, EncodeError, InvalidCodes, CHUNK_CELLS, MAX_CHUNKS},
    chunks::{Counter, SealedChunks, Source, BYTES_PER_CHUNK},
    prove::Unlocked,
    schema::{SchemaError, MAX_SCHEMA_BYTES},
    ContentKey, Dataset, Quantisation, Schema, Table,
};
use codec::{DecodeAll, Encode};
use neurodata_primitives::{layout, Claim, DatasetCommitment, Fault, FieldBytes};
use neurodata_sealing::content::cells;
use neurodata_zk_statements::{leaf_digest, salt, tree};
use rayon::prelude::*;
use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
    sync::Arc,
};

/// What a package begins with: a name and the version of the format.
pub const MAGIC: [u8; 8] = *b"NDATAPK\x02";
/// Bytes of an encoded commitment.
const COMMITMENT_BYTES: usize = 6 * 32 + 3 * 4 + 8;
/// What errors call a package.
const PACKAGE: &str = "dataset package";
/// Most bytes of a package.
pub const MAX_PACKAGE_BYTES: u64 =
    (8 + 4 + COMMITMENT_BYTES + MAX_SCHEMA_BYTES) as u64 + MAX_CHUNKS as u64 * BYTES_PER_CHUNK;

/// A dataset as it is published. What it holds has passed the checks of [`Package::open`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Package {
    commitment: DatasetCommitment,
    schema: Schema,
    chunks: SealedChunks,
    /// Over the content leaves.
    tree: Arc<tree::Tree>,
}

/// What [`Package::create`] makes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackageBuild {
    /// What is registered on chain.
    pub commitment: DatasetCommitment,
    /// What is published.
    pub package: Package,
    /// How far the codes of each column are from the table.
    pub quantisation: Vec<Quantisation>,
}

/// Why a package or sealed model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The file cannot be read.
    #[error("cannot read the package {location}")]
    Io {
        /// The file.
        location: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The file is something else.
    #[error("the file is not a {expected}")]
    NotAPackage {
        /// What it should be.
        expected: &'static str,
    },
    /// The format is newer or older than this program.
    #[error(
        "the package has format version {found}, this program reads version {expected}; {}",
        version_advice(.found, .expected)
    )]
    Version {
        /// The version.
        found: u8,
        /// The version that this program reads.
        expected: u8,
    },
    /// The file ends too early.
    #[error("the package ends within {part}; fetch it again")]
    Truncated {
        /// What is cut off.
        part: String,
    },
    /// Something follows the last chunk.
    #[error("the package has bytes behind its last chunk; fetch it again")]
    TooLong,
    /// A number in the header is impossible.
    #[error("the package was altered: {problem}; fetch it again")]
    Header {
        /// What is wrong.
        problem: String,
    },
    /// The schema is refused.
    #[error("the package's schema is refused")]
    Schema(#[from] SchemaError),
    /// A chunk is not the one that the cipher root commits to.
    #[error("the package was altered: chunk {chunk} of {chunks} does not belong to its cipher root; fetch it again")]
    AlteredChunk {
        /// The first such chunk, from 0.
        chunk: u32,
        /// Chunks of the package.
        chunks: u32,
    },
    /// The package belongs to another dataset or model.
    #[error(
        "the package is not the registered one: its {field} differs; fetch the package that the URIs on chain name"
    )]
    Differs {
        /// The first field that differs.
        field: &'static str,
    },
    /// The key belongs to another package.
    #[error("wrong key: it is not the one that the package's key commitment binds")]
    WrongKey,
    /// The data break their schema: whoever made the package made it wrong.
    #[error(
        "chunk {chunk}, {place} holds code {code}, above the bound {bound}: the package was not made by its rules"
    )]
    OutOfSchema {
        /// The first such chunk, from 0.
        chunk: u32,
        /// Row and column, or padding.
        place: String,
        /// The code.
        code: u16,
        /// Largest code there.
        bound: u16,
    },
    /// A chunk is not what its leaf commits to: whoever made the package made it wrong.
    #[error("the content of chunk {chunk} is not what its leaf commits to: the package was not made by its rules")]
    BadChunk {
        /// The first such chunk, from 0.
        chunk: u32,
    },
    /// What fills up the last chunk of a model is not zero: whoever made the package made it wrong.
    #[error("the bytes behind the end of the model are not zero: the package was not made by its rules")]
    Padding,
    /// The number of missing cells is another one.
    #[error("{found} cells are missing, {claimed} were committed to: the package was not made by its rules")]
    MissingCells {
        /// What was committed to.
        claimed: u64,
        /// What the cells show.
        found: u64,
    },
    /// The codes are no dataset.
    #[error("the cells are no dataset")]
    Codes(#[from] InvalidCodes),
}

fn version_advice(found: &u8, expected: &u8) -> &'static str {
    if found > expected {
        "use a newer program"
    } else {
        "its publisher has to make it again with a newer program, which changes its cipher root, and register that"
    }
}

impl Package {
    /// Encode `table` under `schema` and seal it with `key`, which must serve no other dataset.
    pub fn create(
        table: &Table,
        schema: &Schema,
        key: &ContentKey,
        progress: Progress,
    ) -> Result<PackageBuild, EncodeError> {
        let (dataset, quantisation) = Dataset::encode(table, schema)?;
        let package = Self::seal(&dataset, key, progress);
        Ok(PackageBuild { commitment: package.commitment.clone(), package, quantisation })
    }

    /// Seal `dataset` with `key`, which must serve no other dataset.
    pub fn seal(dataset: &Dataset, key: &ContentKey, progress: Progress) -> Self {
        Self::seal_cells(dataset, key, progress, |chunk| {
            let cells = dataset.chunk(chunk);
            (cells.clone(), cells)
        })
    }

    /// Seal a dataset whose chunks are what `cells` tells: those that the leaf is over, and those that are encrypted.
    pub(crate) fn seal_cells(
        dataset: &Dataset,
        key: &ContentKey,
        progress: Progress,
        cells: impl Fn(u32) -> (Vec<u16>, Vec<u16>) + Sync,
    ) -> Self {
        let chunking = dataset.chunking();
        let chunks = SealedChunks::seal(key, chunking.chunks, progress, |chunk| {
            let (claimed, sealed) = cells(chunk);
            let leaf = leaf_digest(salt(key.as_bytes(), chunk), &claimed);
            let bytes = sealed.iter().flat_map(|cell| cell.to_le_bytes()).collect();
            (leaf.expect("1,024 cells and a canonical salt; qed"), bytes)
        });
        let tree = tree::Tree::new(chunks.leaves()).expect("digests are field elements; qed");
        let data_root = tree.root();
        let (layout, last_layout) = chunking.layouts(dataset.schema());
        let commitment = DatasetCommitment {
            data_root,
            cipher_root: chunks.cipher_root(),
            key_commitment: key.commitment(data_root),
            schema_digest: dataset.schema().digest(),
            layout,
            last_layout,
            rows: chunking.rows,
            columns: chunking.columns,
            chunks: chunking.chunks,
            missing_cells: dataset.missing_cells(),
        };
        Self { commitment, schema: dataset.schema().clone(), chunks, tree: Arc::new(tree) }
    }

    /// Open the package in `bytes` and check everything that can be checked without the key.
    pub fn open(bytes: &[u8]) -> Result<Self, PackageError> {
        Self::read(bytes, "memory")
    }

    /// Open the package in the file at `path`; see [`Package::open`].
    pub fn open_file(path: &Path) -> Result<Self, PackageError> {
        let location = path.display().to_string();
        let file = File::open(path).map_err(|source| PackageError::Io { location: location.clone(), source })?;
        Self::read(BufReader::new(file), &location)
    }

    /// Open the package that `source` yields; see [`Package::open`]. `location` names it in errors.
    ///
    /// Memory grows with what is read, not with what the header says.
    pub fn read(source: impl Read, location: &str) -> Result<Self, PackageError> {
        let mut source = Source { source, location };
        let (commitment, schema) = header(&mut source)?;
        let leaves = source.leaves(commitment.chunks)?;
        let tree = tree::Tree::new(&leaves).ok().filter(|tree| tree.root() == commitment.data_root);
        let foreign = || PackageError::Header { problem: "its list of leaves does not belong to its data root".into() };
        let tree = Arc::new(tree.ok_or_else(foreign)?);
        let chunks = SealedChunks::read(&mut source, leaves, &commitment.cipher_root)?;
        Ok(Self { commitment, schema, chunks, tree })
    }

    /// The commitment and schema at the beginning of the package that `source` yields, checked against each other.
    pub fn read_header(source: impl Read, location: &str) -> Result<(DatasetCommitment, Schema), PackageError> {
        header(&mut Source { source, location })
    }

    /// Write the package.
    pub fn write(&self, mut into: impl Write) -> io::Result<()> {
        let schema = self.schema.canonical();
        into.write_all(&MAGIC)?;
        // A schema has at most 4 MiB.
        into.write_all(&(schema.len() as u32).to_le_bytes())?;
        into.write_all(&self.commitment.encode())?;
        into.write_all(&schema)?;
        self.chunks.write(&mut into)
    }

    /// The package as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes).expect("memory takes every byte; qed");
        bytes
    }

    /// What the package commits to.
    pub fn commitment(&self) -> &DatasetCommitment {
        &self.commitment
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The leaf of each chunk in the tree of the data root.
    pub fn leaves(&self) -> &[FieldBytes] {
        self.chunks.leaves()
    }

    /// One encrypted chunk. Panics if there is no such chunk.
    pub fn encrypted_chunk(&self, chunk: u32) -> &[u8] {
        self.chunks.encrypted(chunk)
    }

    /// Refuse a package that is not the one `registered` on chain.
    pub fn matches(&self, registered: &DatasetCommitment) -> Result<(), PackageError> {
        let ours = &self.commitment;
        let fields = [
            ("data root", ours.data_root == registered.data_root),
            ("cipher root", ours.cipher_root == registered.cipher_root),
            ("key commitment", ours.key_commitment == registered.key_commitment),
            ("schema digest", ours.schema_digest == registered.schema_digest),
            ("layout", ours.layout == registered.layout && ours.last_layout == registered.last_layout),
            ("number of rows", ours.rows == registered.rows),
            ("number of columns", ours.columns == registered.columns),
            ("number of chunks", ours.chunks == registered.chunks),
            ("number of missing cells", ours.missing_cells == registered.missing_cells),
        ];
        match fields.iter().find(|(_, equal)| !equal) {
            Some((field, _)) => Err(PackageError::Differs { field }),
            None => Ok(()),
        }
    }

    /// Decrypt the package and check all that the key makes checkable.
    ///
    /// The number of missing cells is checked where the audit proves it, which is up to
    /// [`layout::MAX_AUDITED_CHUNKS`] chunks; beyond that nothing depends on it.
    pub fn unlock(&self, key: &ContentKey, progress: Progress) -> Result<Unlocked, PackageError> {
        let dataset = self.decrypt(key)?;
        let found = dataset.missing_cells();
        // Of a larger dataset the audit saw a part: the number is its owner's word, and no complaint could prove it wrong.
        let is_proved = self.commitment.chunks <= layout::MAX_AUDITED_CHUNKS;
        if is_proved && found != self.commitment.missing_cells {
            return Err(PackageError::MissingCells { claimed: self.commitment.missing_cells, found });
        }
        let done = Counter::new(self.commitment.chunks, progress);
        let bad = (0..self.commitment.chunks).into_par_iter().find_first(|chunk| {
            let leaf = leaf_digest(salt(key.as_bytes(), *chunk), &dataset.chunk(*chunk));
            done.one();
            leaf.as_ref() != Ok(&self.leaves()[*chunk as usize])
        });
        match bad {
            Some(chunk) => Err(PackageError::BadChunk { chunk }),
            None => Ok(Unlocked::new(dataset, self.leaves().to_vec(), self.tree.clone(), key.clone())),
        }
    }

    /// The cells in clear: each within its bound. Whether they are those of the data root is what [`Package::unlock`]
    /// checks beyond this.
    pub fn decrypt(&self, key: &ContentKey) -> Result<Dataset, PackageError> {
        if !self.opens_with(key) {
            return Err(PackageError::WrongKey);
        }
        let chunking = Chunking::of(&self.schema, self.commitment.rows);
        let mut codes = Vec::with_capacity(self.commitment.rows as usize * self.schema.columns().len());
        for chunk in 0..self.commitment.chunks {
            let cells = self.cells(key, chunk);
            let bounds = chunking.bounds(&self.schema, chunk);
            if let Some(cell) = (0..CHUNK_CELLS).find(|cell| cells[*cell] > bounds[*cell].bound) {
                let place = describe_place(&self.schema, &chunking, chunk, cell);
                return Err(PackageError::OutOfSchema { chunk, place, code: cells[cell], bound: bounds[cell].bound });
            }
            let (_, rows) = chunking.rows_of(chunk);
            for row in cells.chunks_exact(chunking.padded_columns as usize).take(rows as usize) {
                codes.extend_from_slice(&row[..chunking.columns as usize]);
            }
        }
        Ok(Dataset::from_codes(self.schema.clone(), codes)?)
    }

    /// What is wrong with the package: a wrong key, or else the first chunk that is not what its leaf commits to or
    /// holds a cell above its bound. `None` if a complaint about it would be dismissed.
    ///
    /// Looks at every chunk, on all cores. [`Package::evidence`] proves what is found, if the package is the one on
    /// chain ([`Package::matches`]).
    pub fn examine(&self, key: &ContentKey) -> Option<Fault> {
        if !self.opens_with(key) {
            return Some(Fault::WrongKey);
        }
        let chunking = Chunking::of(&self.schema, self.commitment.rows);
        (0..self.commitment.chunks).into_par_iter().find_map_first(|chunk| {
            let cells = self.cells(key, chunk);
            if leaf_digest(salt(key.as_bytes(), chunk), &cells).as_ref() != Ok(&self.leaves()[chunk as usize]) {
                return Some(Fault::BadChunk { chunk });
            }
            let bounds = chunking.bounds(&self.schema, chunk);
            let cell = cells.iter().zip(&bounds).position(|(code, cell)| *code > cell.bound)?;
            Some(Fault::OutOfSchema { chunk, cell: cell as u32 })
        })
    }

    /// The claim that proves `fault` on chain. Panics if the package has no such chunk.
    pub fn evidence(&self, fault: Fault) -> Claim {
        match fault {
            Fault::WrongKey => Claim::WrongKey,
            Fault::BadChunk { chunk } => Claim::BadChunk(self.chunks.opened(chunk)),
            Fault::OutOfSchema { chunk, .. } => {
                let bounds = Chunking::of(&self.schema, self.commitment.rows).bounds(&self.schema, chunk);
                let bounds = bounds.try_into().expect("a chunk has 1,024 bounds; qed");
                Claim::OutOfSchema { chunk: self.chunks.opened(chunk), bounds }
            }
        }
    }

    fn opens_with(&self, key: &ContentKey) -> bool {
        key.commitment(self.commitment.data_root) == self.commitment.key_commitment
    }

    /// The 1,024 cells of one chunk, whatever they are.
    fn cells(&self, key: &ContentKey, chunk: u32) -> Vec<u16> {
        cells(&self.chunks.decrypted(key, chunk)).expect("a chunk has 2,048 bytes; qed")
    }

    pub(crate) fn tree(&self) -> &Arc<tree::Tree> {
        &self.tree
    }

    /// Check the package against what is `registered` on chain, with the key: [`Package::matches`] and
    /// [`Package::unlock`].
    pub fn verify(&self, registered: &DatasetCommitment, key: &ContentKey) -> Result<Unlocked, PackageError> {
        self.matches(registered)?;
        self.unlock(key, &silent)
    }
}

/// Everything before the list of leaves.
fn header(source: &mut Source<'_, impl Read>) -> Result<(DatasetCommitment, Schema), PackageError> {
    source.magic(&MAGIC, PACKAGE)?;
    let schema_bytes = source.take(4, "its header")?;
    let schema_bytes = schema_bytes.iter().rev().fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
    let commitment = source.take(COMMITMENT_BYTES as u64, "its header")?;
    let commitment = DatasetCommitment::decode_all(&mut commitment.as_slice())
        .map_err(|error| PackageError::Header { problem: error.to_string() })?;
    if schema_bytes > MAX_SCHEMA_BYTES as u64 || commitment.chunks > MAX_CHUNKS {
        return Err(PackageError::Header { problem: "a length in its header is impossible".into() });
    }
    let schema = source.take(schema_bytes, "its schema")?;
    let schema = checked_schema(&schema, &commitment)?;
    Ok((commitment, schema))
}

/// The schema in `bytes`, if it and the counts in `commitment` belong together.
fn checked_schema(bytes: &[u8], commitment: &DatasetCommitment) -> Result<Schema, PackageError> {
    let altered = |problem: &str| Err(PackageError::Header { problem: problem.into() });
    if sp_crypto_hashing::blake2_256(bytes) != *commitment.schema_digest.as_bytes() {
        return altered("its schema does not belong to its schema digest");
    }
    let schema = Schema::parse(bytes)?;
    if schema.canonical() != bytes {
        return altered("its schema is not in canonical form");
    }
    if schema.columns().len() as u64 != u64::from(commitment.columns) {
        return altered("its schema has another number of columns than its header");
    }
    if layout::chunk_count(commitment.rows, commitment.columns) != Some(commitment.chunks) {
        return altered("rows, columns and chunks in its header do not belong together");
    }
    if Chunking::of(&schema, commitment.rows).layouts(&schema) != (commitment.layout, commitment.last_layout) {
        return altered("its layouts do not belong to its schema");
    }
    Ok(schema)
}

fn describe_place(schema: &Schema, chunking: &Chunking, chunk: u32, cell: usize) -> String {
    let (first, rows) = chunking.rows_of(chunk);
    let (row, column) = (cell as u32 / chunking.padded_columns, cell % chunking.padded_columns as usize);
    match schema.columns().get(column).filter(|_| row < rows) {
        Some(column) => format!("row {}, column {:?}", first + row + 1, column.name),
        None => format!("padding cell {cell}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::tests::{any_dataset, category, numeric, schema, table};
    use crate::chunks::CHUNK_LENGTH;
    use neurodata_primitives::{
        CipherRoot, Complaint, DataRoot, Dismissal, KeyCommitment, PackageCommitment, PurchaseId,
    };
    use proptest::prelude::*;

    fn key() -> ContentKey {
        ContentKey::new([7; 32])
    }

    fn tiny_schema() -> Schema {
        schema(&[("x", numeric("0", "10", "0.5"), true), ("y", category(&["no", "yes"]), false)], Some("y"))
    }

    /// 600 rows of two columns, padded to four: three chunks.
    fn build() -> PackageBuild {
        let rows = (0..600).map(|row| match row % 7 {
            0 => ",no\n".to_owned(),
            other => format!("{}.5,{}\n", other, if row % 2 == 0 { "no" } else { "yes" }),
        });
        let text = format!("x,y\n{}", rows.collect::<String>());
        Package::create(&table(&text), &tiny_schema(), &key(), &silent).unwrap()
    }

    /// Offset of the first chunk.
    fn body(package: &Package) -> usize {
        12 + COMMITMENT_BYTES + package.schema().canonical().len() + 64 * package.commitment().chunks as usize
    }

    #[test]
    fn a_package_comes_back_and_unlocks() {
        let PackageBuild { commitment, package, quantisation } = build();
        assert_eq!((commitment.rows, commitment.columns, commitment.chunks), (600, 2, 3));
        assert_eq!(commitment.missing_cells, 600u64.div_ceil(7));
        assert!(quantisation.iter().all(|column| column.inexact == 0));
        let opened = Package::open(&package.to_bytes()).unwrap();
        assert_eq!(opened, package);
        let unlocked = opened.verify(&commitment, &key()).unwrap();
        assert_eq!(unlocked.dataset().row(1), [4, 1]);
        assert_eq!(opened.decrypt(&key()).unwrap(), *unlocked.dataset());
        let header = Package::read_header(&package.to_bytes()[..], "memory").unwrap();
        assert_eq!(header, (commitment, package.schema().clone()));
    }

    #[test]
    fn progress_reaches_the_number_of_chunks() {
        let most = std::sync::atomic::AtomicU32::new(0);
        let count = |done, total| {
            assert_eq!(total, 3);
            most.fetch_max(done, std::sync::atomic::Ordering::Relaxed);
        };
        build().package.unlock(&key(), &count).unwrap();
        assert_eq!(most.into_inner(), 3);
    }

    /// The bytes of a package must never change within one version of the format.
    #[test]
    fn golden_bytes() {
        let table = table("x,y\n1.5,yes\n,no\n");
        let package = Package::create(&table, &tiny_schema(), &key(), &silent).unwrap().package;
        let bytes = package.to_bytes();
        assert_eq!(bytes.len(), 12 + 212 + package.schema().canonical().len() + 64 + 2_048);
        assert_eq!(hex::encode(&bytes[..12]), "4e44415441504b02f5000000");
        assert_eq!(
            hex::encode(sp_crypto_hashing::blake2_256(&bytes)),
            "9874e72bab8f43e358ab964b83ae1c1c8f6b0772b5e01dbdb94338a571193430"
        );
    }

    #[test]
    fn every_flipped_bit_is_noticed_and_a_chunk_is_named() {
        let package = build().package;
        let (bytes, body) = (package.to_bytes(), body(&package));
        // Every byte of header, schema and leaves; some of each chunk.
        let positions = (0..body).chain((body..bytes.len()).step_by(97));
        for position in positions {
            let mut altered = bytes.clone();
            altered[position] ^= 1 << (position % 8);
            let result = Package::open(&altered).and_then(|package| package.unlock(&key(), &silent).map(drop));
            let error = result.expect_err("an altered package was accepted");
            if position >= body {
                let expected = ((position - body) / CHUNK_LENGTH) as u32;
                assert!(
                    matches!(error, PackageError::AlteredChunk { chunk, chunks: 3 } if chunk == expected),
                    "byte {position}: {error}"
                );
            }
        }
    }

    #[test]
    fn a_truncated_or_lengthened_package_is_refused() {
        let package = build().package;
        let (bytes, body) = (package.to_bytes(), body(&package));
        for length in 0..8 {
            assert!(matches!(Package::open(&bytes[..length]), Err(PackageError::NotAPackage { .. })));
        }
        for length in (8..body).step_by(13) {
            assert!(matches!(Package::open(&bytes[..length]), Err(PackageError::Truncated { .. })));
        }
        let error = Package::open(&bytes[..bytes.len() - 1]).unwrap_err();
        assert_eq!(error.to_string(), "the package ends within chunk 2 of 3; fetch it again");
        let error = Package::open(&[&bytes[..], &[0]].concat()).unwrap_err();
        assert!(matches!(error, PackageError::TooLong));
    }

    #[test]
    fn other_files_and_other_versions_are_told_apart() {
        assert!(matches!(Package::open(b"PK\x03\x04 a zip file"), Err(PackageError::NotAPackage { .. })));
        let mut bytes = build().package.to_bytes();
        bytes[7] = 3;
        assert!(matches!(Package::open(&bytes), Err(PackageError::Version { found: 3, expected: 2 })));
        bytes[7] = 1;
        assert_eq!(
            Package::open(&bytes).unwrap_err().to_string(),
            "the package has format version 1, this program reads version 2; its publisher has to make it again with a \
             newer program, which changes its cipher root, and register that"
        );
    }

    #[test]
    fn a_header_with_impossible_lengths_costs_no_memory() {
        let mut bytes = build().package.to_bytes();
        bytes[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(Package::open(&bytes), Err(PackageError::Header { .. })));
    }

    #[test]
    fn the_wrong_key_is_refused() {
        let package = build().package;
        let other = ContentKey::new([8; 32]);
        assert!(matches!(package.decrypt(&other), Err(PackageError::WrongKey)));
        assert!(matches!(package.unlock(&other, &silent), Err(PackageError::WrongKey)));
    }

    #[test]
    fn another_dataset_is_told_by_the_field_that_differs() {
        let PackageBuild { commitment, package, .. } = build();
        let differs = |registered: DatasetCommitment| match package.verify(&registered, &key()) {
            Err(PackageError::Differs { field }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(differs(DatasetCommitment { rows: 599, ..commitment.clone() }), "number of rows");
        let cipher_root = CipherRoot::new([1; 32]);
        assert_eq!(differs(DatasetCommitment { cipher_root, ..commitment.clone() }), "cipher root");
        assert_eq!(differs(DatasetCommitment { missing_cells: 0, ..commitment }), "number of missing cells");
    }

    /// Seal other cells than the table's, as a cheating data provider would, with everything public consistent: those
    /// that the leaves are over, and those that are encrypted.
    fn forged(change: impl Fn(u32, &mut [u16], &mut [u16]) + Sync) -> Package {
        let dataset = build().package.decrypt(&key()).unwrap();
        let package = Package::seal_cells(&dataset, &key(), &silent, |chunk| {
            let (mut claimed, mut sealed) = (dataset.chunk(chunk), dataset.chunk(chunk));
            change(chunk, &mut claimed, &mut sealed);
            (claimed, sealed)
        });
        Package::open(&package.to_bytes()).unwrap()
    }

    /// A package that says something else about itself than is true.
    fn claiming(change: impl FnOnce(&mut DatasetCommitment)) -> Package {
        let mut package = build().package;
        change(&mut package.commitment);
        Package::open(&package.to_bytes()).unwrap()
    }

    /// What the chain says about a complaint of somebody who bought `package` and was delivered `key`.
    fn judged(package: &Package, key: &ContentKey, claim: Claim) -> Result<Fault, Dismissal> {
        let secret = crate::RecipientSecret::new([5; 32]);
        let context = neurodata_sealing::sale_context(&[1; 32], PurchaseId::new(2));
        let wrapped = crate::wrap_key(key, &secret.public(), &context).unwrap();
        let complaint = Complaint { secret: *secret.as_bytes(), claim };
        let package = PackageCommitment::from(package.commitment());
        neurodata_sealing::judge(&package, &secret.public(), &wrapped, &context, &complaint)
    }

    #[test]
    fn packages_that_were_made_wrong_are_found_out() {
        let both = |chunk: u32, cell: usize, code: u16| {
            forged(move |at, claimed, sealed| {
                if at == chunk {
                    (claimed[cell], sealed[cell]) = (code, code);
                }
            })
        };
        let package = both(1, 12, 255);
        let error = package.unlock(&key(), &silent).unwrap_err();
        let expected =
            "chunk 1, row 260, column \"x\" holds code 255, above the bound 21: the package was not made by its rules";
        assert_eq!(error.to_string(), expected);
        assert_eq!(package.examine(&key()), Some(Fault::OutOfSchema { chunk: 1, cell: 12 }));
        let package = both(0, 2, 1);
        let error = package.decrypt(&key()).unwrap_err();
        assert!(error.to_string().starts_with("chunk 0, padding cell 2 holds code 1"), "{error}");
        assert_eq!(package.examine(&key()), Some(Fault::OutOfSchema { chunk: 0, cell: 2 }));
        // Row 2 says 2.5 instead of 1.5.
        let package = forged(|chunk, _, sealed| sealed[4] += u16::from(chunk == 0) * 2);
        let error = package.unlock(&key(), &silent).unwrap_err();
        assert!(matches!(error, PackageError::BadChunk { chunk: 0 }), "{error}");
        assert_eq!(package.examine(&key()), Some(Fault::BadChunk { chunk: 0 }));
        let error = claiming(|commitment| commitment.missing_cells += 1).unlock(&key(), &silent).unwrap_err();
        assert!(matches!(error, PackageError::MissingCells { claimed: 87, found: 86 }), "{error}");
        let forged_key = claiming(|commitment| commitment.key_commitment = KeyCommitment::new([0; 32]));
        assert!(matches!(forged_key.unlock(&key(), &silent), Err(PackageError::WrongKey)));
        assert_eq!(forged_key.examine(&key()), Some(Fault::WrongKey));
    }

    #[test]
    fn leaves_of_another_root_are_noticed_before_anybody_pays() {
        let mut package = build().package;
        package.commitment.data_root = DataRoot::new([0; 32]);
        package.commitment.key_commitment = key().commitment(DataRoot::new([0; 32]));
        let error = Package::open(&package.to_bytes()).unwrap_err();
        assert!(error.to_string().contains("its list of leaves does not belong to its data root"), "{error}");
        let mut package = build().package;
        package.commitment.cipher_root = CipherRoot::new([0; 32]);
        let error = Package::open(&package.to_bytes()).unwrap_err();
        assert!(error.to_string().contains("its list of cipher leaves does not belong"), "{error}");
        // A chunk and its leaf that are bound to another package, with a list that says otherwise.
        let (honest, other) = (build().package.to_bytes(), forged(|_, claimed, _| claimed[0] ^= 1).to_bytes());
        let at = body(&build().package) - 64 * 3;
        let mixed = [&honest[..at + 32 * 3], &other[at + 32 * 3..]].concat();
        assert!(matches!(Package::open(&mixed), Err(PackageError::Header { .. })));
    }

    #[test]
    fn what_is_found_is_proved_and_nothing_else() {
        let honest = build().package;
        assert_eq!(honest.examine(&key()), None);
        let wrong = ContentKey::new([8; 32]);
        assert_eq!(honest.examine(&wrong), Some(Fault::WrongKey));
        assert_eq!(judged(&honest, &wrong, honest.evidence(Fault::WrongKey)), Ok(Fault::WrongKey));
        for chunk in 0..3u32 {
            let bad = forged(|at, _, sealed| sealed[1] ^= u16::from(at == chunk));
            let out = forged(|at, claimed, sealed| {
                if at == chunk {
                    (claimed[1], sealed[1]) = (2, 2);
                }
            });
            for (package, expected) in [(bad, Fault::BadChunk { chunk }), (out, Fault::OutOfSchema { chunk, cell: 1 })]
            {
                assert_eq!(package.examine(&key()), Some(expected));
                assert_eq!(judged(&package, &key(), package.evidence(expected)), Ok(expected));
                assert_eq!(judged(&honest, &key(), package.evidence(expected)), Err(Dismissal::ForeignChunk));
            }
            let (bad, out) = (Fault::BadChunk { chunk }, Fault::OutOfSchema { chunk, cell: 1 });
            assert_eq!(judged(&honest, &key(), honest.evidence(bad)), Err(Dismissal::ChunkIsRight));
            assert_eq!(judged(&honest, &key(), honest.evidence(out)), Err(Dismissal::WithinSchema));
        }
        assert_eq!(judged(&honest, &key(), honest.evidence(Fault::WrongKey)), Err(Dismissal::KeyIsRight));
    }

    #[test]
    fn the_first_bad_chunk_is_found() {
        let package = forged(|at, _, sealed| sealed[1] ^= u16::from(at > 0));
        assert_eq!(package.examine(&key()), Some(Fault::BadChunk { chunk: 1 }));
        assert!(matches!(package.unlock(&key(), &silent), Err(PackageError::BadChunk { chunk: 1 })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_dataset_survives_its_package(dataset in any_dataset(), key: [u8; 32]) {
            let key = ContentKey::new(key);
            let package = Package::seal(&dataset, &key, &silent);
            let opened = Package::open(&package.to_bytes()).unwrap();
            prop_assert_eq!(opened.verify(package.commitment(), &key).unwrap().into_dataset(), dataset);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), magic: bool) {
            if magic && bytes.len() >= 12 {
                bytes[..8].copy_from_slice(&MAGIC);
                bytes[10..12].fill(0);
            }
            prop_assert!(Package::open(&bytes).is_err());
        }
    }
}
