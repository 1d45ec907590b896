//! The package: a dataset in the form in which it is published, sealed for holders of the content key.
//!
//! ## Format
//!
//! All numbers are little-endian.
//!
//! ```text
//! offset  bytes  content
//! 0       8      magic: "NDATAPK" and the version, 1
//! 8       4      S: bytes of the schema
//! 12      212    the dataset's commitment as on chain, SCALE encoded: data root, cipher root, key commitment, schema
//!                digest, layout of full chunks, layout of the last chunk (32 bytes each), rows, columns, chunks (u32),
//!                missing cells (u64)
//! 224     S      the schema's canonical bytes
//! 224+S   32*n   for each of the n chunks, its leaf in the tree of the cipher root
//! ...     2048*n the encrypted chunks
//! ```
//!
//! Chunk `i` is ChaCha20 (RFC 8439; counter 0; nonce: `i` as u32 and eight zero bytes) under the content key over 1,024
//! cells of two bytes. The nonce never repeats under one key, because a content key serves one dataset.
//!
//! The list of leaves costs 1.6 percent. With it, whoever has the cipher root can check any chunk alone, and damage is
//! found at the chunk where it is.
//!
//! ## What each step checks
//!
//! - [`Package::open`], without the key: magic, lengths, the schema against its digest, layouts and counts against the
//!   schema, leaves against the cipher root, every encrypted chunk against its leaf.
//! - [`Package::matches`]: the commitment against the one on chain.
//! - [`Package::unlock`], with the key: the key against its commitment, every cell against its bound, leaves against
//!   the data root, the number of missing cells.

use crate::{
    cells::{Chunking, EncodeError, InvalidCodes, CHUNK_CELLS, MAX_CHUNKS},
    prove::Unlocked,
    schema::{SchemaError, MAX_SCHEMA_BYTES},
    ContentKey, Dataset, Quantisation, Schema, Table,
};
use chacha20::{
    cipher::{KeyIvInit, StreamCipher},
    ChaCha20,
};
use codec::{DecodeAll, Encode};
use neurodata_primitives::{
    layout::{self, CHUNK_BYTES},
    merkle, CipherRoot, DatasetCommitment,
};
use neurodata_zk_statements::{leaf_digest, salt, tree};
use rayon::prelude::*;
use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};

/// What a package begins with: a name and the version of the format.
pub const MAGIC: [u8; 8] = *b"NDATAPK\x01";
/// Bytes of an encoded commitment.
const COMMITMENT_BYTES: usize = 6 * 32 + 3 * 4 + 8;
/// Bytes of an encrypted chunk.
pub(crate) const CHUNK_LENGTH: usize = CHUNK_BYTES as usize;
/// Most bytes of a package.
pub const MAX_PACKAGE_BYTES: u64 =
    (8 + 4 + COMMITMENT_BYTES + MAX_SCHEMA_BYTES) as u64 + MAX_CHUNKS as u64 * (32 + CHUNK_LENGTH as u64);

/// Told how many chunks of how many are done. Called from several threads.
pub type Progress<'a> = &'a (dyn Fn(u32, u32) + Sync);

/// For callers that show no progress.
pub fn silent(_: u32, _: u32) {}

/// A dataset as it is published. What it holds has passed the checks of [`Package::open`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Package {
    commitment: DatasetCommitment,
    schema: Schema,
    leaves: Vec<merkle::Node>,
    chunks: Vec<u8>,
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

/// Why a package cannot be used.
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
    #[error("the file is not a dataset package")]
    NotAPackage,
    /// The format is newer than this program.
    #[error("the package has format version {found}, this program reads version {}; use a newer program", MAGIC[7])]
    Version {
        /// The version.
        found: u8,
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
    /// The package belongs to another dataset.
    #[error(
        "the package is not the registered dataset: its {field} differs; fetch the package that the dataset's URIs name"
    )]
    Differs {
        /// The first field that differs.
        field: &'static str,
    },
    /// The key belongs to another dataset.
    #[error("wrong key: it is not the one that the dataset's key commitment binds")]
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
    /// The data are not those that the root commits to: whoever made the package made it wrong.
    #[error("the cells do not belong to the data root: the package was not made by its rules")]
    DataRoot,
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
        let chunking = dataset.chunking();
        let done = Counter::new(chunking.chunks, progress);
        let sealed: Vec<_> = (0..chunking.chunks)
            .into_par_iter()
            .map(|chunk| {
                let cells = dataset.chunk(chunk);
                let mut bytes: Vec<u8> = cells.iter().flat_map(|cell| cell.to_le_bytes()).collect();
                apply_cipher(key, chunk, &mut bytes);
                let leaf =
                    leaf_digest(salt(key.as_bytes(), chunk), &cells).expect("1,024 cells and a canonical salt; qed");
                done.one();
                (leaf, merkle::leaf(&bytes), bytes)
            })
            .collect();
        let data_leaves: Vec<_> = sealed.iter().map(|(leaf, ..)| *leaf).collect();
        let leaves: Vec<_> = sealed.iter().map(|(_, leaf, _)| *leaf).collect();
        let chunks = sealed.into_iter().flat_map(|(.., bytes)| bytes).collect();
        let data_root = tree::data_root(&data_leaves).expect("digests are field elements; qed");
        let (layout, last_layout) = chunking.layouts(dataset.schema());
        let commitment = DatasetCommitment {
            data_root,
            cipher_root: CipherRoot::new(merkle::root(&leaves)),
            key_commitment: key.commitment(data_root),
            schema_digest: dataset.schema().digest(),
            layout,
            last_layout,
            rows: chunking.rows,
            columns: chunking.columns,
            chunks: chunking.chunks,
            missing_cells: dataset.missing_cells(),
        };
        Self { commitment, schema: dataset.schema().clone(), leaves, chunks }
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
        let (commitment, schema) = source.header()?;
        let leaves = source.take(32 * u64::from(commitment.chunks), "its list of leaves")?;
        let leaves: Vec<merkle::Node> = leaves.chunks_exact(32).map(|leaf| leaf.try_into().expect("32; qed")).collect();
        if merkle::root(&leaves) != *commitment.cipher_root.as_bytes() {
            return Err(PackageError::Header {
                problem: "its list of leaves does not belong to its cipher root".into(),
            });
        }
        let mut chunks = Vec::new();
        for (index, leaf) in leaves.iter().enumerate() {
            let chunk = source.take(CHUNK_LENGTH as u64, &format!("chunk {index} of {}", leaves.len()))?;
            if merkle::leaf(&chunk) != *leaf {
                return Err(PackageError::AlteredChunk { chunk: index as u32, chunks: commitment.chunks });
            }
            chunks.extend_from_slice(&chunk);
        }
        if source.take(1, "nothing").is_ok() {
            return Err(PackageError::TooLong);
        }
        Ok(Self { commitment, schema, leaves, chunks })
    }

    /// The commitment and schema at the beginning of the package that `source` yields, checked against each other.
    pub fn read_header(source: impl Read, location: &str) -> Result<(DatasetCommitment, Schema), PackageError> {
        Source { source, location }.header()
    }

    /// Write the package.
    pub fn write(&self, mut into: impl Write) -> io::Result<()> {
        let schema = self.schema.canonical();
        into.write_all(&MAGIC)?;
        // A schema has at most 4 MiB.
        into.write_all(&(schema.len() as u32).to_le_bytes())?;
        into.write_all(&self.commitment.encode())?;
        into.write_all(&schema)?;
        for leaf in &self.leaves {
            into.write_all(leaf)?;
        }
        into.write_all(&self.chunks)?;
        into.flush()
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

    /// One encrypted chunk. Panics if there is no such chunk.
    pub fn encrypted_chunk(&self, chunk: u32) -> &[u8] {
        &self.chunks[chunk as usize * CHUNK_LENGTH..][..CHUNK_LENGTH]
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
    pub fn unlock(&self, key: &ContentKey, progress: Progress) -> Result<Unlocked, PackageError> {
        let dataset = self.decrypt(key)?;
        let found = dataset.missing_cells();
        if found != self.commitment.missing_cells {
            return Err(PackageError::MissingCells { claimed: self.commitment.missing_cells, found });
        }
        let done = Counter::new(self.commitment.chunks, progress);
        let leaves = (0..self.commitment.chunks).into_par_iter().map(|chunk| {
            let leaf = leaf_digest(salt(key.as_bytes(), chunk), &dataset.chunk(chunk));
            done.one();
            leaf.expect("1,024 cells and a canonical salt; qed")
        });
        let leaves: Vec<_> = leaves.collect();
        if tree::data_root(&leaves) != Ok(self.commitment.data_root) {
            return Err(PackageError::DataRoot);
        }
        Ok(Unlocked::new(dataset, leaves, key.clone()))
    }

    /// The cells in clear: each within its bound. Whether they are those of the data root is what [`Package::unlock`]
    /// checks beyond this.
    pub fn decrypt(&self, key: &ContentKey) -> Result<Dataset, PackageError> {
        if key.commitment(self.commitment.data_root) != self.commitment.key_commitment {
            return Err(PackageError::WrongKey);
        }
        let chunking = Chunking::of(&self.schema, self.commitment.rows);
        let mut codes = Vec::with_capacity(self.commitment.rows as usize * self.schema.columns().len());
        for (chunk, encrypted) in (0u32..).zip(self.chunks.chunks_exact(CHUNK_LENGTH)) {
            let mut bytes = encrypted.to_vec();
            apply_cipher(key, chunk, &mut bytes);
            let cells: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
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

    /// Check the package against what is `registered` on chain, with the key: [`Package::matches`] and
    /// [`Package::unlock`].
    pub fn verify(&self, registered: &DatasetCommitment, key: &ContentKey) -> Result<Unlocked, PackageError> {
        self.matches(registered)?;
        self.unlock(key, &silent)
    }
}

/// A package being read.
struct Source<'a, R> {
    source: R,
    location: &'a str,
}

impl<R: Read> Source<'_, R> {
    /// Exactly this many bytes, which belong to `part`.
    fn take(&mut self, bytes: u64, part: &str) -> Result<Vec<u8>, PackageError> {
        let mut into = Vec::new();
        let read = self.source.by_ref().take(bytes).read_to_end(&mut into);
        read.map_err(|source| PackageError::Io { location: self.location.into(), source })?;
        if into.len() as u64 != bytes {
            return Err(PackageError::Truncated { part: part.into() });
        }
        Ok(into)
    }

    /// Everything before the list of leaves.
    fn header(&mut self) -> Result<(DatasetCommitment, Schema), PackageError> {
        let magic = self.take(8, "its first line").map_err(|error| match error {
            PackageError::Truncated { .. } => PackageError::NotAPackage,
            error => error,
        })?;
        match magic.as_slice() {
            magic if magic == MAGIC => {}
            [name @ .., version] if *name == MAGIC[..7] => return Err(PackageError::Version { found: *version }),
            _ => return Err(PackageError::NotAPackage),
        }
        let schema_bytes = self.take(4, "its header")?;
        let schema_bytes = schema_bytes.iter().rev().fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
        let commitment = self.take(COMMITMENT_BYTES as u64, "its header")?;
        let commitment = DatasetCommitment::decode_all(&mut commitment.as_slice())
            .map_err(|error| PackageError::Header { problem: error.to_string() })?;
        if schema_bytes > MAX_SCHEMA_BYTES as u64 || commitment.chunks > MAX_CHUNKS {
            return Err(PackageError::Header { problem: "a length in its header is impossible".into() });
        }
        let schema = self.take(schema_bytes, "its schema")?;
        let schema = checked_schema(&schema, &commitment)?;
        Ok((commitment, schema))
    }
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

/// Encrypt or decrypt one chunk in place.
fn apply_cipher(key: &ContentKey, chunk: u32, bytes: &mut [u8]) {
    let mut nonce = [0u8; 12];
    nonce[..4].copy_from_slice(&chunk.to_le_bytes());
    ChaCha20::new(key.as_bytes().into(), &nonce.into()).apply_keystream(bytes);
}

/// Counts finished chunks over several threads.
struct Counter<'a> {
    done: std::sync::atomic::AtomicU32,
    total: u32,
    progress: Progress<'a>,
}

impl<'a> Counter<'a> {
    fn new(total: u32, progress: Progress<'a>) -> Self {
        Self { done: Default::default(), total, progress }
    }

    fn one(&self) {
        let done = self.done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        (self.progress)(done, self.total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::tests::{any_dataset, category, numeric, schema, table};
    use neurodata_primitives::{DataRoot, KeyCommitment};
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
        12 + COMMITMENT_BYTES + package.schema().canonical().len() + 32 * package.commitment().chunks as usize
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
        assert_eq!(bytes.len(), 12 + 212 + package.schema().canonical().len() + 32 + 2_048);
        assert_eq!(hex::encode(&bytes[..12]), "4e44415441504b01f5000000");
        assert_eq!(
            hex::encode(sp_crypto_hashing::blake2_256(&bytes)),
            "61f77eefe3f0f51872b5e10561c1c281f0c0a5ad89046c68fd7b92a3b3a3ee62"
        );
    }

    #[test]
    fn chunks_are_chacha20_with_the_chunk_as_nonce() {
        // RFC 8439, A.1, vector 1: key, nonce and counter zero. Other chunks differ in the nonce alone.
        let mut stream = vec![0; CHUNK_LENGTH];
        apply_cipher(&ContentKey::new([0; 32]), 0, &mut stream);
        assert_eq!(hex::encode(&stream[..16]), "76b8e0ada0f13d90405d6ae55386bd28");
        let mut other = vec![0; CHUNK_LENGTH];
        apply_cipher(&ContentKey::new([0; 32]), 0x0403_0201, &mut other);
        let mut expected = vec![0; CHUNK_LENGTH];
        let nonce = [1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0];
        ChaCha20::new(&[0; 32].into(), &nonce.into()).apply_keystream(&mut expected);
        assert_eq!(other, expected);
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
            assert!(matches!(Package::open(&bytes[..length]), Err(PackageError::NotAPackage)));
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
    fn other_files_and_newer_formats_are_told_apart() {
        assert!(matches!(Package::open(b"PK\x03\x04 a zip file"), Err(PackageError::NotAPackage)));
        let mut bytes = build().package.to_bytes();
        bytes[7] = 2;
        assert!(matches!(Package::open(&bytes), Err(PackageError::Version { found: 2 })));
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

    /// Seal other cells than the commitment says, as a cheating data provider would, with everything public consistent.
    fn forged(change: impl Fn(&mut Package, &mut Vec<u8>)) -> Package {
        let mut package = build().package;
        let mut plain: Vec<u8> = Vec::new();
        for chunk in 0..3 {
            let mut bytes = package.encrypted_chunk(chunk).to_vec();
            apply_cipher(&key(), chunk, &mut bytes);
            plain.extend(bytes);
        }
        change(&mut package, &mut plain);
        package.leaves.clear();
        package.chunks.clear();
        for (chunk, bytes) in (0u32..).zip(plain.chunks_exact_mut(CHUNK_LENGTH)) {
            apply_cipher(&key(), chunk, bytes);
            package.leaves.push(merkle::leaf(bytes));
            package.chunks.extend_from_slice(bytes);
        }
        package.commitment.cipher_root = CipherRoot::new(merkle::root(&package.leaves));
        Package::open(&package.to_bytes()).unwrap()
    }

    #[test]
    fn packages_that_were_made_wrong_are_found_out() {
        let error = forged(|_, plain| plain[CHUNK_LENGTH + 2 * 4 * 3] = 0xff).unlock(&key(), &silent).unwrap_err();
        let expected =
            "chunk 1, row 260, column \"x\" holds code 255, above the bound 21: the package was not made by its rules";
        assert_eq!(error.to_string(), expected);
        let error = forged(|_, plain| plain[4] = 1).decrypt(&key()).unwrap_err();
        assert!(error.to_string().starts_with("chunk 0, padding cell 2 holds code 1"), "{error}");
        // Row 2 says 2.5 instead of 1.5.
        let error = forged(|_, plain| plain[8] += 2).unlock(&key(), &silent).unwrap_err();
        assert!(matches!(error, PackageError::DataRoot), "{error}");
        let error = forged(|package, _| package.commitment.missing_cells += 1).unlock(&key(), &silent).unwrap_err();
        assert!(matches!(error, PackageError::MissingCells { claimed: 87, found: 86 }), "{error}");
        let forged_root = forged(|package, _| {
            package.commitment.data_root = DataRoot::new([0; 32]);
            package.commitment.key_commitment = key().commitment(DataRoot::new([0; 32]));
        });
        assert!(matches!(forged_root.unlock(&key(), &silent), Err(PackageError::DataRoot)));
        let forged_key = forged(|package, _| package.commitment.key_commitment = KeyCommitment::new([0; 32]));
        assert!(matches!(forged_key.unlock(&key(), &silent), Err(PackageError::WrongKey)));
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
