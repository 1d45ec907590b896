//! What sellers have on disk: packages of datasets and models, good and bad ones.

use super::System;
use hpke::{
    aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256, Deserializable, Kem, OpModeS, Serializable,
};
use neurodata_primitives::{
    layout::{CellBound, CELLS_PER_CHUNK, CHUNK_BYTES},
    merkle,
    sale::cipher_leaf,
    CipherRoot, ContentCommitment, FieldBytes, OpenedChunk, PackageCommitment, PurchaseId, RecipientKey, WrappedKey,
};
use neurodata_sealing::{apply_cipher, content_leaf, key_commitment, sale_context, wrap::WRAP_INFO};
use neurodata_zk_statements::{data_root, layout_digest};

/// What a seller has on disk.
#[derive(Clone)]
pub struct Package {
    pub key: [u8; 32],
    pub commitment: PackageCommitment,
    pub bounds: Vec<CellBound>,
    ciphers: Vec<Vec<u8>>,
    leaves: Vec<FieldBytes>,
}

/// Chunks of the packages.
pub const CHUNKS: u32 = 3;

impl Package {
    /// A model file.
    pub fn file() -> Self {
        Self::seal(|chunks, _| {
            let file = chunks.concat();
            ContentCommitment::File { model: neurodata_primitives::model::file_digest(&file) }
        })
    }

    /// A table whose cells are within their bounds, but for the first cell of chunk 2 if `is_odd`.
    fn cells(is_odd: bool) -> Self {
        let bounds = Self::table_bounds(is_odd);
        let layout = layout_digest(&bounds).expect("bounds of a chunk");
        let mut package = Self::seal(|chunks, key| {
            let mut content = ContentCommitment::Table { data_root: [0; 32].into(), layout, last_layout: layout };
            let leaves: Vec<_> = (0..).zip(chunks).map(|(at, chunk)| leaf(key, &content, at, chunk)).collect();
            let root = data_root(&leaves).expect("leaves");
            content = ContentCommitment::Table { data_root: root, layout, last_layout: layout };
            content
        });
        package.bounds = bounds;
        package
    }

    /// Bounds under which every cell of [`Self::plain`] is valid; but for cell 9 of chunk 1, if `is_odd`.
    fn table_bounds(is_odd: bool) -> Vec<CellBound> {
        (0..CELLS_PER_CHUNK)
            .map(|cell| CellBound { bound: if is_odd && cell == 9 { 10 } else { 11 }, nullable: false })
            .collect()
    }

    pub fn table() -> Self {
        Self::cells(false)
    }

    /// A table of which one cell is out of schema: chunk 1, cell 9.
    pub fn table_out_of_schema() -> Self {
        Self::cells(true)
    }

    /// Chunk `at` in the clear: cells of 10, but for cell 9 of chunk 1, which is 11.
    fn plain(at: u32) -> Vec<u8> {
        let mut bytes: Vec<u8> = [10u16; CELLS_PER_CHUNK as usize].iter().flat_map(|cell| cell.to_le_bytes()).collect();
        if at == 1 {
            bytes[18] = 11;
        }
        assert_eq!(bytes.len(), CHUNK_BYTES as usize);
        bytes
    }

    fn seal(content: impl FnOnce(&[Vec<u8>], &[u8; 32]) -> ContentCommitment) -> Self {
        let key = [9; 32];
        let chunks: Vec<_> = (0..CHUNKS).map(Self::plain).collect();
        let content = content(&chunks, &key);
        let leaves = (0..).zip(&chunks).map(|(at, chunk)| leaf(&key, &content, at, chunk)).collect();
        let ciphers = (0..)
            .zip(chunks)
            .map(|(at, mut chunk)| {
                apply_cipher(&key, &mut chunk, at);
                chunk
            })
            .collect();
        let commitment = PackageCommitment {
            content,
            cipher_root: CipherRoot::default(),
            key_commitment: key_commitment(&key, &content),
            chunks: CHUNKS,
        };
        Self { key, commitment, bounds: Vec::new(), ciphers, leaves }.rooted()
    }

    fn cipher_leaves(&self) -> Vec<merkle::Node> {
        self.ciphers.iter().zip(&self.leaves).map(|(cipher, leaf)| cipher_leaf(cipher, leaf)).collect()
    }

    fn rooted(mut self) -> Self {
        self.commitment.cipher_root = CipherRoot::new(merkle::root(&self.cipher_leaves()));
        self
    }

    /// The package of a seller who put something else into chunk 1 than its leaf commits to.
    pub fn with_bad_chunk(mut self) -> Self {
        self.ciphers[1][100] ^= 1;
        self.rooted()
    }

    /// Chunk `index` with its way to the cipher root.
    pub fn open(&self, index: u32) -> OpenedChunk {
        let at = index as usize;
        let path = merkle::path(&self.cipher_leaves(), at).expect("a chunk of the package");
        OpenedChunk {
            index,
            cipher: self.ciphers[at].clone().try_into().expect("a chunk"),
            leaf: self.leaves[at],
            path: path.into_iter().map(FieldBytes::new).collect::<Vec<_>>().try_into().expect("a short path"),
        }
    }

    /// The content key as it is delivered for `purchase` to `recipient`.
    pub fn wrap(&self, purchase: PurchaseId, recipient: &RecipientKey) -> WrappedKey {
        wrap(&self.key, purchase, recipient)
    }
}

fn leaf(key: &[u8; 32], content: &ContentCommitment, at: u32, plain: &[u8]) -> FieldBytes {
    content_leaf(key, content, at, plain).expect("a chunk")
}

/// `key` wrapped for `recipient` to be delivered for `purchase`.
pub fn wrap(key: &[u8; 32], purchase: PurchaseId, recipient: &RecipientKey) -> WrappedKey {
    wrap_with(key, &sale_context(&System::block_hash(0).0, purchase), recipient)
}

/// `key` wrapped for `recipient` with `context`.
pub fn wrap_with(key: &[u8; 32], context: &[u8], recipient: &RecipientKey) -> WrappedKey {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(recipient.as_bytes()).expect("32 bytes");
    let (ephemeral, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        WRAP_INFO,
        key,
        context,
    )
    .expect("a usable key");
    WrappedKey { ephemeral_key: RecipientKey::new(ephemeral.to_bytes().into()), sealed_key: sealed.try_into().unwrap() }
}
