//! A seller with a package and a buyer with a delivered key, as honest or dishonest as a test wants them.

// Tests and the example each use a part.
#![allow(dead_code)]

use hpke::{
    aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256, Deserializable, Kem, OpModeS, Serializable,
};
use neurodata_primitives::{
    dataset::MAX_TREE_DEPTH, layout::CellBound, merkle, sale, CipherRoot, Claim, Complaint, ContentCommitment,
    DataRoot, Dismissal, Fault, FieldBytes, ModelDigest, OpenedChunk, PackageCommitment, PurchaseId, RecipientKey,
    WrappedKey,
};
use neurodata_sealing::{apply_cipher, content_leaf, judge, key_commitment, public_key, sale_context, wrap::WRAP_INFO};
use neurodata_zk_statements::{layout_digest, tree};

pub const GENESIS: [u8; 32] = [0xaa; 32];
pub const PURCHASE: PurchaseId = PurchaseId::new(7);
pub const SECRET: [u8; 32] = [5; 32];
pub const KEY: [u8; 32] = [3; 32];
/// Largest code of the cells of a table; every fourth cell is padding.
pub const BOUND: u16 = 500;
/// Cells of the last chunk that are not padding.
pub const LAST_CELLS: usize = 100;

/// A package, the evidence about each of its chunks, and the key that was delivered.
#[derive(Clone)]
pub struct World {
    pub package: PackageCommitment,
    pub opened: Vec<OpenedChunk>,
    pub wrapped: WrappedKey,
    pub recipient: RecipientKey,
}

pub fn context() -> Vec<u8> {
    sale_context(&GENESIS, PURCHASE)
}

/// Wrap `key` for `recipient`, with `context`.
pub fn wrap(key: &[u8; 32], recipient: &RecipientKey, context: &[u8]) -> WrappedKey {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(recipient.as_bytes()).unwrap();
    let (ephemeral, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        WRAP_INFO,
        key,
        context,
    )
    .unwrap();
    WrappedKey { ephemeral_key: RecipientKey::new(ephemeral.to_bytes().into()), sealed_key: sealed.try_into().unwrap() }
}

/// The bounds of a chunk's cells.
pub fn bounds(is_last: bool) -> Vec<CellBound> {
    let cell = |at| if at % 4 == 3 || (is_last && at >= LAST_CELLS) { 0 } else { BOUND };
    (0..1_024).map(|at| CellBound { bound: cell(at), nullable: at % 4 == 1 }).collect()
}

/// Valid cells of one chunk as bytes.
pub fn table_chunk(chunk: u32, is_last: bool) -> Vec<u8> {
    let code = |at: usize, bound: u16| (at as u32 * 31 + chunk * 7) as u16 % (bound + 1);
    bounds(is_last).iter().enumerate().flat_map(|(at, cell)| code(at, cell.bound).to_le_bytes()).collect()
}

/// Bytes of one chunk of a file.
pub fn file_chunk(chunk: u32) -> Vec<u8> {
    (0..2_048u32).map(|at| (at * 5 + chunk) as u8).collect()
}

fn table_commitment(data_root: DataRoot) -> ContentCommitment {
    let digest = |is_last| layout_digest(&bounds(is_last)).unwrap();
    ContentCommitment::Table { data_root, layout: digest(false), last_layout: digest(true) }
}

impl World {
    /// An honest sale of a table.
    pub fn table(chunks: u32) -> Self {
        let plain = (0..chunks).map(|chunk| table_chunk(chunk, chunk + 1 == chunks)).collect::<Vec<_>>();
        Self::of_table(&plain, &plain)
    }

    /// An honest sale of a file.
    pub fn file(chunks: u32) -> Self {
        let plain = (0..chunks).map(file_chunk).collect::<Vec<_>>();
        Self::of_file(&plain, &plain)
    }

    /// A table of which the package holds `sealed` and lists the leaves of `claimed`.
    pub fn of_table(claimed: &[Vec<u8>], sealed: &[Vec<u8>]) -> Self {
        let no_root = table_commitment(DataRoot::default());
        let leaves = leaves(&no_root, claimed);
        Self::new(table_commitment(tree::data_root(&leaves).unwrap()), &leaves, sealed)
    }

    /// A file of which the package holds `sealed` and lists the leaves of `claimed`.
    pub fn of_file(claimed: &[Vec<u8>], sealed: &[Vec<u8>]) -> Self {
        let leaves = leaves(&ContentCommitment::File { model: ModelDigest::default() }, claimed);
        let nodes: Vec<_> = leaves.iter().map(|leaf| *leaf.as_bytes()).collect();
        let model = ModelDigest::new(merkle::root(&nodes));
        Self::new(ContentCommitment::File { model }, &leaves, sealed)
    }

    pub fn new(content: ContentCommitment, leaves: &[FieldBytes], sealed: &[Vec<u8>]) -> Self {
        let ciphers: Vec<Vec<u8>> = (0..).zip(sealed).map(|(chunk, plain)| encrypted(plain, chunk)).collect();
        let nodes: Vec<_> = ciphers.iter().zip(leaves).map(|(cipher, leaf)| sale::cipher_leaf(cipher, leaf)).collect();
        let opened = ciphers.iter().enumerate().map(|(index, cipher)| {
            let path = merkle::path(&nodes, index).unwrap().into_iter().map(FieldBytes::new).collect::<Vec<_>>();
            OpenedChunk {
                index: index as u32,
                cipher: cipher.clone().try_into().unwrap(),
                leaf: leaves[index],
                path: path.try_into().unwrap(),
            }
        });
        let opened = opened.collect::<Vec<_>>();
        Self::delivered(content, CipherRoot::new(merkle::root(&nodes)), ciphers.len() as u32, opened)
    }

    /// The largest package there can be, with the evidence about one of its chunks: `opened[0]`.
    ///
    /// The chunk is the last or another one, holds `sealed` and lists the leaf of `claimed`.
    pub fn deepest(is_table: bool, claimed: &[u8], sealed: &[u8], is_last: bool) -> Self {
        let content = match is_table {
            true => table_commitment(DataRoot::new([1; 32])),
            false => ContentCommitment::File { model: ModelDigest::new([1; 32]) },
        };
        let chunks = 1 << MAX_TREE_DEPTH;
        let index = if is_last { chunks - 1 } else { 777_777 };
        let leaf = content_leaf(&KEY, &content, index, claimed).unwrap();
        let path: Vec<merkle::Node> = (0..MAX_TREE_DEPTH).map(|level| [level as u8; 32]).collect();
        let cipher = encrypted(sealed, index);
        let root = merkle::root_from_path(sale::cipher_leaf(&cipher, &leaf), index, &path).unwrap();
        let path = path.into_iter().map(FieldBytes::new).collect::<Vec<_>>().try_into().unwrap();
        let opened = OpenedChunk { index, cipher: cipher.try_into().unwrap(), leaf, path };
        Self::delivered(content, CipherRoot::new(root), chunks, vec![opened])
    }

    fn delivered(content: ContentCommitment, cipher_root: CipherRoot, chunks: u32, opened: Vec<OpenedChunk>) -> Self {
        let key_commitment = key_commitment(&KEY, &content);
        let recipient = public_key(&SECRET);
        Self {
            package: PackageCommitment { content, cipher_root, key_commitment, chunks },
            opened,
            wrapped: wrap(&KEY, &recipient, &context()),
            recipient,
        }
    }

    /// What becomes of a claim by the buyer.
    pub fn judge(&self, claim: Claim) -> Result<Fault, Dismissal> {
        self.judge_complaint(&Complaint { secret: SECRET, claim })
    }

    pub fn judge_complaint(&self, complaint: &Complaint) -> Result<Fault, Dismissal> {
        judge(&self.package, &self.recipient, &self.wrapped, &context(), complaint)
    }

    pub fn bad_chunk(&self, chunk: usize) -> Claim {
        Claim::BadChunk(self.opened[chunk].clone())
    }

    pub fn out_of_schema(&self, chunk: usize) -> Claim {
        let is_last = self.opened[chunk].index + 1 == self.package.chunks;
        Claim::OutOfSchema { chunk: self.opened[chunk].clone(), bounds: bounds(is_last).try_into().unwrap() }
    }
}

fn leaves(content: &ContentCommitment, plain: &[Vec<u8>]) -> Vec<FieldBytes> {
    (0..).zip(plain).map(|(chunk, plain)| content_leaf(&KEY, content, chunk, plain).unwrap()).collect()
}

fn encrypted(plain: &[u8], chunk: u32) -> Vec<u8> {
    let mut bytes = plain.to_vec();
    apply_cipher(&KEY, &mut bytes, chunk);
    bytes
}
