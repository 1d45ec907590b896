//! The package of a model: its file in the form in which it is published, sealed for holders of the content key.
//!
//! ## Format
//!
//! All numbers are little-endian.
//!
//! ```text
//! offset  bytes  content
//! 0       8      magic: "NDMODEL" and the version, 1
//! 8       32     the model's digest: neurodata_primitives::model::file_digest
//! 40      8      B: bytes of the model's file, 1 to 2^31; it makes n = ceil(B / 2048) chunks
//! 48      32     cipher root
//! 80      32     key commitment: neurodata_sealing::key_commitment
//! 112     32*n   content leaves: for each chunk, its leaf in the tree of the model's digest
//! ...     32*n   cipher leaves: for each chunk, its leaf in the tree of the cipher root
//! ...     2048*n the encrypted chunks
//! ```
//!
//! Chunks are encrypted and bound to their leaves as those of a dataset are; see [`package`](crate::package). The last
//! one is filled up with zeros.
//!
//! ```text
//! content leaf = BLAKE2b-256(0x00 || chunk)                            neurodata_primitives::model::file_leaf
//! cipher leaf  = BLAKE2b-256(0x00 || encrypted chunk || content leaf)  neurodata_primitives::sale::cipher_leaf
//! ```
//!
//! The content leaves are not salted, because the model's digest was committed to before there was a key: whoever can
//! guess a whole chunk can confirm the guess. Chunks of parameters can't be guessed, unless the last one holds only a
//! few bytes.
//!
//! ## What each step checks
//!
//! - [`SealedModel::open`], without the key: magic, lengths, content leaves against the model's digest, cipher leaves
//!   against the cipher root, every encrypted chunk and its content leaf against its cipher leaf.
//! - [`SealedModel::matches`]: all of that against what is on chain.
//! - [`SealedModel::unlock`], with the key: the key against its commitment, every chunk against its content leaf, zeros
//!   behind the end.
//!
//! [`SealedModel::examine`] finds what is wrong with a package that does not unlock, and [`SealedModel::evidence`] is
//! what proves it on chain.

use crate::{
    cells::MAX_CHUNKS,
    chunks::{silent, SealedChunks, Source, BYTES_PER_CHUNK, CHUNK_LENGTH},
    ContentKey, PackageError,
};
use neurodata_primitives::{
    merkle,
    model::{file_chunks, file_leaf},
    CipherRoot, Claim, ContentCommitment, Fault, FieldBytes, KeyCommitment, ModelDigest, ModelPackage,
    PackageCommitment,
};
use neurodata_sealing::{content_leaf, key_commitment};
use rayon::prelude::*;
use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};

/// What a sealed model begins with: a name and the version of the format.
pub const MODEL_MAGIC: [u8; 8] = *b"NDMODEL\x01";
/// What errors call a sealed model.
const SEALED_MODEL: &str = "sealed model";
/// Bytes before the list of leaves.
const HEADER_BYTES: u64 = 8 + 32 + 8 + 32 + 32;
/// Most bytes of a sealed model.
pub const MAX_SEALED_MODEL_BYTES: u64 = HEADER_BYTES + MAX_CHUNKS as u64 * BYTES_PER_CHUNK;
/// Most bytes of a model's file that can be sealed.
pub const MAX_MODEL_BYTES: u64 = MAX_CHUNKS as u64 * CHUNK_LENGTH as u64;

/// A model's file as it is published. What it holds has passed the checks of [`SealedModel::open`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedModel {
    model: ModelDigest,
    bytes: u64,
    key_commitment: KeyCommitment,
    chunks: SealedChunks,
}

/// The file has no length that can be sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a model file of {bytes} bytes cannot be sealed: 1 to {MAX_MODEL_BYTES} bytes are possible")]
pub struct InvalidModelSize {
    /// Bytes of the file.
    pub bytes: u64,
}

impl SealedModel {
    /// Seal the model's file `bytes` with `key`, which must serve nothing else.
    pub fn seal(bytes: &[u8], key: &ContentKey) -> Result<Self, InvalidModelSize> {
        Self::seal_chunks(bytes, key, |_, chunk| chunk.to_vec())
    }

    /// Seal a file of which other chunks are encrypted than the leaves are over: those that `sealed` makes of them.
    pub(crate) fn seal_chunks(
        bytes: &[u8],
        key: &ContentKey,
        sealed: impl Fn(u32, &[u8]) -> Vec<u8> + Sync,
    ) -> Result<Self, InvalidModelSize> {
        let length = bytes.len() as u64;
        let count = file_chunks(length).ok_or(InvalidModelSize { bytes: length })?;
        let chunks = SealedChunks::seal(key, count, &silent, |chunk| {
            let start = chunk as usize * CHUNK_LENGTH;
            let plain = &bytes[start..bytes.len().min(start + CHUNK_LENGTH)];
            (FieldBytes::new(file_leaf(plain)), sealed(chunk, plain))
        });
        let model = digest_of(chunks.leaves());
        let key_commitment = key_commitment(key.as_bytes(), &ContentCommitment::File { model });
        Ok(Self { model, bytes: length, key_commitment, chunks })
    }

    /// Open the sealed model in `bytes` and check everything that can be checked without the key.
    pub fn open(bytes: &[u8]) -> Result<Self, PackageError> {
        Self::read(bytes, "memory")
    }

    /// Open the sealed model in the file at `path`; see [`SealedModel::open`].
    pub fn open_file(path: &Path) -> Result<Self, PackageError> {
        let location = path.display().to_string();
        let file = File::open(path).map_err(|source| PackageError::Io { location: location.clone(), source })?;
        Self::read(BufReader::new(file), &location)
    }

    /// Open the sealed model that `source` yields; see [`SealedModel::open`]. `location` names it in errors.
    ///
    /// Memory grows with what is read, not with what the header says.
    pub fn read(source: impl Read, location: &str) -> Result<Self, PackageError> {
        let mut source = Source { source, location };
        source.magic(&MODEL_MAGIC, SEALED_MODEL)?;
        let model = ModelDigest::new(source.digest()?);
        let bytes = source.take(8, "its header")?.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte));
        let cipher_root = CipherRoot::new(source.digest()?);
        let key_commitment = KeyCommitment::new(source.digest()?);
        let altered = |problem: &str| PackageError::Header { problem: problem.into() };
        let count = file_chunks(bytes).ok_or_else(|| altered("a length in its header is impossible"))?;
        let leaves = source.leaves(count)?;
        if digest_of(&leaves) != model {
            return Err(altered("its list of leaves does not belong to the model's digest"));
        }
        let chunks = SealedChunks::read(&mut source, leaves, &cipher_root)?;
        Ok(Self { model, bytes, key_commitment, chunks })
    }

    /// Write the sealed model.
    pub fn write(&self, mut into: impl Write) -> io::Result<()> {
        into.write_all(&MODEL_MAGIC)?;
        into.write_all(self.model.as_bytes())?;
        into.write_all(&self.bytes.to_le_bytes())?;
        into.write_all(self.chunks.cipher_root().as_bytes())?;
        into.write_all(self.key_commitment.as_bytes())?;
        self.chunks.write(&mut into)
    }

    /// The sealed model as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes).expect("memory takes every byte; qed");
        bytes
    }

    /// What is listed on chain.
    pub fn package(&self) -> ModelPackage {
        ModelPackage { cipher_root: self.chunks.cipher_root(), key_commitment: self.key_commitment }
    }

    /// What binds the sealed model: what a complaint is judged by.
    pub fn commitment(&self) -> PackageCommitment {
        let ModelPackage { cipher_root, key_commitment } = self.package();
        PackageCommitment { content: self.content(), cipher_root, key_commitment, chunks: self.count() }
    }

    /// The model's digest.
    pub fn model(&self) -> ModelDigest {
        self.model
    }

    /// Bytes of the model's file, at least 1.
    pub fn model_bytes(&self) -> u64 {
        self.bytes
    }

    /// One encrypted chunk. Panics if there is no such chunk.
    pub fn encrypted_chunk(&self, chunk: u32) -> &[u8] {
        self.chunks.encrypted(chunk)
    }

    /// Refuse a sealed model that is not the one on chain: its package as listed, and the digest and length of its file
    /// as accepted with the job's result.
    pub fn matches(&self, listed: &ModelPackage, model: ModelDigest, bytes: u64) -> Result<(), PackageError> {
        let ours = self.package();
        let fields = [
            ("model digest", self.model == model),
            ("length", self.bytes == bytes),
            ("cipher root", ours.cipher_root == listed.cipher_root),
            ("key commitment", ours.key_commitment == listed.key_commitment),
        ];
        match fields.iter().find(|(_, equal)| !equal) {
            Some((field, _)) => Err(PackageError::Differs { field }),
            None => Ok(()),
        }
    }

    /// The model's file: decrypted, and with all checked that the key makes checkable.
    pub fn unlock(&self, key: &ContentKey) -> Result<Vec<u8>, PackageError> {
        match self.examine(key) {
            None => {}
            Some(Fault::WrongKey) => return Err(PackageError::WrongKey),
            Some(Fault::BadChunk { chunk } | Fault::OutOfSchema { chunk, .. }) => {
                return Err(PackageError::BadChunk { chunk })
            }
        }
        let mut file: Vec<u8> = (0..self.count()).flat_map(|chunk| self.chunks.decrypted(key, chunk)).collect();
        // As long as its chunks, which are at least as long as the file.
        let padding = file.split_off(self.bytes as usize);
        if padding.iter().any(|byte| *byte != 0) {
            return Err(PackageError::Padding);
        }
        Ok(file)
    }

    /// Check the sealed model against what is on chain, with the key: [`SealedModel::matches`] and
    /// [`SealedModel::unlock`].
    pub fn verify(
        &self,
        listed: &ModelPackage,
        model: ModelDigest,
        bytes: u64,
        key: &ContentKey,
    ) -> Result<Vec<u8>, PackageError> {
        self.matches(listed, model, bytes)?;
        self.unlock(key)
    }

    /// What is wrong with the sealed model: a wrong key, or else the first chunk that is not what its leaf commits to.
    /// `None` if a complaint about it would be dismissed.
    ///
    /// Looks at every chunk, on all cores. [`SealedModel::evidence`] proves what is found, if the package is the one on
    /// chain ([`SealedModel::matches`]).
    pub fn examine(&self, key: &ContentKey) -> Option<Fault> {
        let content = self.content();
        if key_commitment(key.as_bytes(), &content) != self.key_commitment {
            return Some(Fault::WrongKey);
        }
        let is_bad = |chunk: &u32| {
            let leaf = content_leaf(key.as_bytes(), &content, *chunk, &self.chunks.decrypted(key, *chunk));
            leaf != Some(self.chunks.leaves()[*chunk as usize])
        };
        (0..self.count()).into_par_iter().find_first(is_bad).map(|chunk| Fault::BadChunk { chunk })
    }

    /// The claim that proves `fault` on chain. A model has no schema: any fault of a chunk is claimed as a bad chunk.
    /// Panics if there is no such chunk.
    pub fn evidence(&self, fault: Fault) -> Claim {
        match fault {
            Fault::WrongKey => Claim::WrongKey,
            Fault::BadChunk { chunk } | Fault::OutOfSchema { chunk, .. } => Claim::BadChunk(self.chunks.opened(chunk)),
        }
    }

    fn content(&self) -> ContentCommitment {
        ContentCommitment::File { model: self.model }
    }

    fn count(&self) -> u32 {
        // At most 2^20, by construction.
        self.chunks.leaves().len() as u32
    }
}

fn digest_of(leaves: &[FieldBytes]) -> ModelDigest {
    let nodes: Vec<_> = leaves.iter().map(|leaf| *leaf.as_bytes()).collect();
    ModelDigest::new(merkle::root(&nodes))
}

impl<R: Read> Source<'_, R> {
    fn digest(&mut self) -> Result<[u8; 32], PackageError> {
        Ok(self.take(32, "its header")?.try_into().expect("32; qed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{model::file_digest, Complaint, Dismissal, PurchaseId};
    use proptest::prelude::*;

    fn key() -> ContentKey {
        ContentKey::new([7; 32])
    }

    /// Three chunks, the last of 904 bytes.
    fn file() -> Vec<u8> {
        (0..5_000u32).map(|at| (at * 7 % 251) as u8).collect()
    }

    fn sealed() -> SealedModel {
        SealedModel::seal(&file(), &key()).unwrap()
    }

    /// Offset of the first chunk.
    const BODY: usize = HEADER_BYTES as usize + 3 * 64;

    /// A sealed model in which the byte at `offset` of one chunk is encrypted altered.
    fn forged(chunk: u32, offset: usize) -> SealedModel {
        let forged = SealedModel::seal_chunks(&file(), &key(), |at, plain| {
            let mut plain = plain.to_vec();
            plain.resize(CHUNK_LENGTH, 0);
            plain[offset] ^= u8::from(at == chunk);
            plain
        });
        SealedModel::open(&forged.unwrap().to_bytes()).unwrap()
    }

    fn judged(sealed: &SealedModel, key: &ContentKey, claim: Claim) -> Result<Fault, Dismissal> {
        let secret = crate::RecipientSecret::new([5; 32]);
        let context = neurodata_sealing::sale_context(&[1; 32], PurchaseId::new(2));
        let wrapped = crate::wrap_key(key, &secret.public(), &context).unwrap();
        let complaint = Complaint { secret: *secret.as_bytes(), claim };
        neurodata_sealing::judge(&sealed.commitment(), &secret.public(), &wrapped, &context, &complaint)
    }

    #[test]
    fn a_sealed_model_comes_back_and_unlocks() {
        let (file, sealed) = (file(), sealed());
        let opened = SealedModel::open(&sealed.to_bytes()).unwrap();
        assert_eq!(opened, sealed);
        assert_eq!((opened.model(), opened.model_bytes()), (file_digest(&file), 5_000));
        assert_eq!(opened.verify(&sealed.package(), file_digest(&file), 5_000, &key()).unwrap(), file);
        assert_eq!(opened.commitment().chunks, 3);
        assert_eq!(opened.examine(&key()), None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.ndm");
        std::fs::write(&path, sealed.to_bytes()).unwrap();
        assert_eq!(SealedModel::open_file(&path).unwrap(), sealed);
        let error = SealedModel::open_file(&folder.path().join("none.ndm")).unwrap_err();
        assert!(error.to_string().contains("none.ndm"));
    }

    #[test]
    fn the_encrypted_chunks_show_nothing_of_the_file() {
        let sealed = sealed();
        assert_ne!(sealed.encrypted_chunk(0), &file()[..CHUNK_LENGTH]);
        assert_eq!(sealed.encrypted_chunk(2).len(), CHUNK_LENGTH);
    }

    /// The bytes of a sealed model must never change within one version of the format.
    #[test]
    fn golden_bytes() {
        let bytes = sealed().to_bytes();
        assert_eq!(bytes.len(), BODY + 3 * CHUNK_LENGTH);
        assert_eq!(hex::encode(&bytes[..8]), "4e444d4f44454c01");
        assert_eq!(bytes[8..40], *file_digest(&file()).as_bytes());
        assert_eq!(hex::encode(&bytes[40..48]), "8813000000000000");
        assert_eq!(
            hex::encode(sp_crypto_hashing::blake2_256(&bytes)),
            "646a75d6f148b7640e3ca4b957d937f74f269617c7d08165b9604e6087593a41"
        );
    }

    #[test]
    fn every_flipped_bit_is_noticed_and_a_chunk_is_named() {
        let bytes = sealed().to_bytes();
        for position in (0..BODY).chain((BODY..bytes.len()).step_by(97)) {
            let mut altered = bytes.clone();
            altered[position] ^= 1 << (position % 8);
            let result = SealedModel::open(&altered).and_then(|sealed| {
                sealed.matches(&self::sealed().package(), file_digest(&file()), 5_000)?;
                sealed.unlock(&key()).map(drop)
            });
            let error = result.expect_err("an altered sealed model was accepted");
            if position >= BODY {
                let expected = ((position - BODY) / CHUNK_LENGTH) as u32;
                assert!(
                    matches!(error, PackageError::AlteredChunk { chunk, chunks: 3 } if chunk == expected),
                    "byte {position}: {error}"
                );
            }
        }
    }

    #[test]
    fn a_truncated_or_lengthened_sealed_model_is_refused() {
        let bytes = sealed().to_bytes();
        for length in 0..8 {
            let error = SealedModel::open(&bytes[..length]).unwrap_err();
            assert_eq!(error.to_string(), "the file is not a sealed model");
        }
        for length in (8..BODY).step_by(13) {
            assert!(matches!(SealedModel::open(&bytes[..length]), Err(PackageError::Truncated { .. })));
        }
        let error = SealedModel::open(&bytes[..bytes.len() - 1]).unwrap_err();
        assert_eq!(error.to_string(), "the package ends within chunk 2 of 3; fetch it again");
        let error = SealedModel::open(&[&bytes[..], &[0]].concat()).unwrap_err();
        assert!(matches!(error, PackageError::TooLong));
    }

    #[test]
    fn other_files_and_newer_formats_are_told_apart() {
        let mut bytes = sealed().to_bytes();
        assert!(matches!(crate::Package::open(&bytes), Err(PackageError::NotAPackage { .. })));
        bytes[7] = 2;
        assert!(matches!(SealedModel::open(&bytes), Err(PackageError::Version { found: 2, expected: 1 })));
    }

    #[test]
    fn impossible_lengths_are_refused() {
        for length in [0, MAX_MODEL_BYTES + 1, u64::MAX] {
            let mut bytes = sealed().to_bytes();
            bytes[40..48].copy_from_slice(&length.to_le_bytes());
            assert!(matches!(SealedModel::open(&bytes), Err(PackageError::Header { .. })));
        }
        assert_eq!(SealedModel::seal(&[], &key()), Err(InvalidModelSize { bytes: 0 }));
    }

    #[test]
    fn another_model_is_told_by_the_field_that_differs() {
        let sealed = sealed();
        let (package, model) = (sealed.package(), sealed.model());
        let differs = |package: ModelPackage, model, bytes| match sealed.matches(&package, model, bytes) {
            Err(PackageError::Differs { field }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(differs(package, ModelDigest::new([1; 32]), 5_000), "model digest");
        assert_eq!(differs(package, model, 4_999), "length");
        let other = ModelPackage { cipher_root: CipherRoot::new([1; 32]), ..package };
        assert_eq!(differs(other, model, 5_000), "cipher root");
        let other = ModelPackage { key_commitment: KeyCommitment::new([1; 32]), ..package };
        assert_eq!(differs(other, model, 5_000), "key commitment");
    }

    #[test]
    fn the_wrong_key_is_refused_and_proved() {
        let (sealed, wrong) = (sealed(), ContentKey::new([8; 32]));
        assert!(matches!(sealed.unlock(&wrong), Err(PackageError::WrongKey)));
        assert_eq!(sealed.examine(&wrong), Some(Fault::WrongKey));
        assert_eq!(judged(&sealed, &wrong, sealed.evidence(Fault::WrongKey)), Ok(Fault::WrongKey));
        assert_eq!(judged(&sealed, &key(), sealed.evidence(Fault::WrongKey)), Err(Dismissal::KeyIsRight));
    }

    #[test]
    fn a_bad_chunk_is_found_and_proved() {
        let honest = sealed();
        for (chunk, offset) in [(0, 0), (1, 2_047), (2, 903), (2, 2_047)] {
            let (forged, fault) = (forged(chunk, offset), Fault::BadChunk { chunk });
            assert!(matches!(forged.unlock(&key()), Err(PackageError::BadChunk { chunk: at }) if at == chunk));
            assert_eq!(forged.examine(&key()), Some(fault));
            assert_eq!(judged(&forged, &key(), forged.evidence(fault)), Ok(fault));
            assert_eq!(judged(&honest, &key(), forged.evidence(fault)), Err(Dismissal::ForeignChunk));
            assert_eq!(judged(&honest, &key(), honest.evidence(fault)), Err(Dismissal::ChunkIsRight));
        }
    }

    #[test]
    fn a_file_that_claims_to_be_shorter_than_its_content_is_refused() {
        let mut bytes = sealed().to_bytes();
        bytes[40..48].copy_from_slice(&4_999u64.to_le_bytes());
        assert!(matches!(SealedModel::open(&bytes).unwrap().unlock(&key()), Err(PackageError::Padding)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_file_survives(file in proptest::collection::vec(any::<u8>(), 1..9_000), key: [u8; 32]) {
            let key = ContentKey::new(key);
            let sealed = SealedModel::seal(&file, &key).unwrap();
            prop_assert_eq!(sealed.model(), file_digest(&file));
            let opened = SealedModel::open(&sealed.to_bytes()).unwrap();
            prop_assert_eq!(opened.unlock(&key).unwrap(), file);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), magic: bool) {
            if magic && bytes.len() >= 48 {
                bytes[..8].copy_from_slice(&MODEL_MAGIC);
                bytes[41..48].fill(0);
            }
            prop_assert!(SealedModel::open(&bytes).is_err());
        }
    }
}
