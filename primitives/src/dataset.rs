//! Datasets: what is committed, on which terms, and who was licensed to train.

use crate::*;
use sp_runtime::{traits::ConstU32, BoundedVec};

/// Longest URI in bytes.
pub const MAX_URI_BYTES: u32 = 256;
/// Most locations of a dataset or model.
pub const MAX_URIS: u32 = 4;
/// Most accounts of an allow-list.
pub const MAX_ALLOWED_ACCOUNTS: u32 = 16;
/// Longest path from a leaf to a data root: 2^20 chunks of 1,024 cells.
pub const MAX_TREE_DEPTH: u32 = 20;
/// Longest zk proof in bytes: a Groth16 proof over BLS12-381, uncompressed.
pub const MAX_ZK_PROOF_BYTES: u32 = 384;
/// Most attestations that a dataset keeps.
pub const MAX_ATTESTATIONS: u32 = 8;
/// Most audit proofs of one call.
pub const MAX_PROOFS_PER_CALL: u32 = 8;

/// Where a blob can be had, e.g. `ipfs://<CIDv1>` of a package's manifest. Integrity never depends on it.
pub type Uri = BoundedVec<u8, ConstU32<MAX_URI_BYTES>>;

scale! {
    /// What a data provider commits to when registering a dataset version. Nothing in it can change later.
    pub struct DatasetCommitment {
        /// Root of the Poseidon tree over the leaves of all chunks.
        pub data_root: DataRoot,
        /// Root of the BLAKE2b-256 tree over all encrypted chunks.
        pub cipher_root: CipherRoot,
        /// Binds the content key to the data root.
        pub key_commitment: KeyCommitment,
        /// Digest of the schema file.
        pub schema_digest: SchemaDigest,
        /// Layout of every chunk but the last.
        pub layout: LayoutDigest,
        /// Layout of the last chunk, whose rows may be fewer.
        pub last_layout: LayoutDigest,
        /// Rows, at least 1.
        pub rows: u32,
        /// Columns before padding, 1 to 1,024 inclusive.
        pub columns: u32,
        /// Chunks; must equal [`layout::chunk_count`].
        pub chunks: u32,
        /// Cells without a value, over the whole table. Proved if the audit challenges every chunk; of a dataset with more
        /// than [`layout::MAX_AUDITED_CHUNKS`] it is the owner's claim, of which only the sample's count is proved. No money
        /// depends on it.
        pub missing_cells: u64,
    }

    /// What a licence permits.
    #[derive(Copy, Default)]
    pub struct UseSet {
        /// Buy a copy.
        pub download: bool,
        /// Train a model on it; implies that evaluators may see it to check the run.
        pub train: bool,
        /// Publish a model trained on it.
        pub publish_model: bool,
        /// Commercial use.
        pub commercial: bool,
        /// Sell datasets derived from it.
        pub derive: bool,
    }

    /// A set of algorithm families; bit `n` stands for the family with codec index `n`.
    #[derive(Copy, Default)]
    pub struct AlgorithmSet(pub u32);

    /// The conditions under which a data provider sells.
    pub struct DatasetTerms<AccountId, Balance, BlockNumber> {
        /// Price of a copy, in plancks.
        pub copy_price: Balance,
        /// Price of one training use, in plancks.
        pub training_price: Balance,
        /// What may be done with it.
        pub uses: UseSet,
        /// Algorithm families that may be trained on it.
        pub algorithms: AlgorithmSet,
        /// Accounts that may buy; `None` means anybody.
        pub allowed: Option<BoundedVec<AccountId, ConstU32<MAX_ALLOWED_ACCOUNTS>>>,
        /// Digest of the licence text.
        pub licence: LicenceDigest,
        /// Last block, inclusive, at which a use may be bought; `None` means no end.
        pub expires_at: Option<BlockNumber>,
    }

    /// How far a dataset has come. Each state says which call leaves it.
    pub enum DatasetState<BlockNumber> {
        /// Registered; the challenge is drawn from the randomness of `challenge_at`. Left by `submit_audit` with the
        /// last proof, by `expire_audit` after `prove_by`, by `delist_dataset`.
        #[codec(index = 0)]
        Auditing {
            /// Block whose randomness draws the chunks; no proof is accepted before the block after it.
            challenge_at: BlockNumber,
            /// Last block, inclusive, at which proofs are accepted.
            prove_by: BlockNumber,
        },
        /// Audited and for sale. Left by `delist_dataset`.
        #[codec(index = 1)]
        Active,
        /// No longer for sale; the stake stays until `unlocks_at`, inclusive. Left by `withdraw_stake`.
        #[codec(index = 2)]
        Delisted {
            /// First block at which the stake can be withdrawn.
            unlocks_at: BlockNumber,
        },
    }

    /// A dataset version. Removed by `withdraw_stake`.
    pub struct DatasetRecord<AccountId, Balance, BlockNumber> {
        /// Who registered it, holds the stake and is paid.
        pub owner: AccountId,
        /// What it commits to.
        pub commitment: DatasetCommitment,
        /// Where the package can be had.
        pub uris: BoundedVec<Uri, ConstU32<MAX_URIS>>,
        /// The terms of sale.
        pub terms: DatasetTerms<AccountId, Balance, BlockNumber>,
        /// Quality stake on hold, in plancks.
        pub stake: Balance,
        /// How far it has come.
        pub state: DatasetState<BlockNumber>,
        /// Version number within its line, from 1.
        pub version: u32,
        /// The version it replaces.
        pub parent: Option<DatasetId>,
        /// Training uses whose key was delivered.
        pub training_uses: u32,
        /// Training uses that are open now; the stake cannot be withdrawn while there are any.
        pub open_uses: u32,
        /// Copies sold and settled.
        pub copies_sold: u32,
        /// Sales of copies and inspections that are open now; the stake cannot be withdrawn while there are any.
        pub open_sales: u32,
        /// Value of the open sales and training uses, in plancks; the stake must cover it.
        pub exposure: Balance,
        /// Evaluators who attested that the package is what it claims, the latest last.
        pub attestations: BoundedVec<AccountId, ConstU32<MAX_ATTESTATIONS>>,
        /// Whether the package was proved bad: open sales are refunded.
        pub condemned: bool,
        /// Quality score.
        pub score: QualityScore,
        /// Block of registration.
        pub registered_at: BlockNumber,
    }

    /// The challenge of a dataset under audit. Removed when the audit ends.
    pub struct AuditRecord {
        /// Challenged chunks that are not proved yet.
        pub open_chunks: BoundedVec<u32, ConstU32<{ layout::MAX_AUDITED_CHUNKS }>>,
        /// Chunks drawn.
        pub challenged: u32,
        /// Missing cells in the chunks proved so far.
        pub missing_cells: u64,
    }

    /// Evidence that one chunk of a dataset is valid, bound to an account and a dataset or job.
    pub struct AuditProof {
        /// Index of the chunk, from 0.
        pub chunk: u32,
        /// The leaf that commits to the chunk's cells.
        pub leaf: FieldBytes,
        /// Missing cells in the chunk.
        pub missing_cells: u32,
        /// Siblings from the leaf up to the data root (storage proof).
        pub path: BoundedVec<FieldBytes, ConstU32<MAX_TREE_DEPTH>>,
        /// Groth16 proof of `data-validity/1` (zk proof).
        pub zk_proof: BoundedVec<u8, ConstU32<MAX_ZK_PROOF_BYTES>>,
    }

    /// A content key wrapped for one recipient: HPKE base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305 (RFC 9180).
    pub struct WrappedKey {
        /// The encapsulated (ephemeral) X25519 public key.
        pub ephemeral_key: RecipientKey,
        /// The 32-byte content key, sealed: 32 bytes and a 16-byte tag.
        #[serde(with = "sealed_key_bytes")]
        pub sealed_key: SealedKey,
    }

    /// How far a training use has come.
    pub enum TrainingUseState<BlockNumber> {
        /// The data provider owes the key. Left by `deliver_key`, by `expire_delivery` after `deliver_by`, by the job's end.
        #[codec(index = 0)]
        AwaitingKey {
            /// Last block, inclusive, at which the key may be delivered.
            deliver_by: BlockNumber,
        },
        /// The key was delivered. Left when the job ends.
        #[codec(index = 1)]
        Delivered {
            /// The wrapped content key.
            key: WrappedKey,
        },
    }

    /// A licence for one job's compute provider to train on a dataset. Removed when the job ends.
    pub struct TrainingUse<AccountId, Balance, BlockNumber> {
        /// The dataset.
        pub dataset: DatasetId,
        /// The job that paid.
        pub job: JobId,
        /// Who trains.
        pub provider: AccountId,
        /// One-time key of the compute provider, made for this use.
        pub recipient_key: RecipientKey,
        /// Price that was agreed, in plancks.
        pub price: Balance,
        /// How far it has come.
        pub state: TrainingUseState<BlockNumber>,
    }
}

/// A sealed content key: 32 bytes of ciphertext and a 16-byte tag.
pub type SealedKey = [u8; 48];

impl AlgorithmSet {
    /// Every family, present and future.
    pub const ALL: Self = Self(u32::MAX);

    /// Whether `family` is in the set.
    pub fn contains(self, family: AlgorithmFamily) -> bool {
        self.0 & family.bit() != 0
    }

    /// The set with `family` added.
    pub fn with(self, family: AlgorithmFamily) -> Self {
        Self(self.0 | family.bit())
    }
}

/// Encodings of X25519's points of small order (and their aliases above the field's modulus): with any of them a key
/// agreement yields zeros, which RFC 9180 has senders refuse. The top bit is ignored (RFC 7748, section 5).
/// Source: <https://cr.yp.to/ecdh.html>, section "How do I validate Curve25519 public keys?".
const SMALL_ORDER_POINTS: [[u8; 32]; 7] = [
    [0; 32],
    edge(0x01, 0x00, 0x00),
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d,
        0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c,
        0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
    ],
    edge(0xec, 0xff, 0x7f),
    edge(0xed, 0xff, 0x7f),
    edge(0xee, 0xff, 0x7f),
];

/// 32 bytes: the first, thirty times the middle one, the last.
const fn edge(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let m = middle;
    [
        first, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, last,
    ]
}

impl RecipientKey {
    /// Whether a key can be wrapped for this one. Nobody can deliver to a point of small order.
    pub fn is_usable(&self) -> bool {
        let mut bytes = *self.as_bytes();
        if let Some(last) = bytes.last_mut() {
            *last &= 0x7f;
        }
        !SMALL_ORDER_POINTS.contains(&bytes)
    }

    /// The encodings that [`RecipientKey::is_usable`] refuses, without the ignored top bit.
    pub fn unusable() -> impl Iterator<Item = Self> {
        SMALL_ORDER_POINTS.into_iter().map(Self::new)
    }
}

/// Serde of a sealed key as a sequence of bytes.
mod sealed_key_bytes {
    use super::SealedKey;
    use alloc::vec::Vec;
    use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(key: &SealedKey, serializer: S) -> Result<S::Ok, S::Error> {
        key.as_slice().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SealedKey, D::Error> {
        Vec::<u8>::deserialize(deserializer)?.try_into().map_err(|_| D::Error::custom("expected 48 bytes"))
    }
}
