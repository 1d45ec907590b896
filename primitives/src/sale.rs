//! Sales of copies and the inspection of packages: what is bought, which keys are owed, and how a complaint is proved.

use crate::*;
use sp_runtime::{traits::ConstU32, BoundedVec};

/// Most evaluators of one inspection.
pub const MAX_INSPECTORS: u32 = 5;
/// Longest encrypted chunk in bytes.
pub const MAX_CHUNK_BYTES: u32 = layout::CHUNK_BYTES;

scale! {
    /// Something that is sold by copy.
    #[derive(Copy, PartialOrd, Ord, Hash)]
    pub enum Asset {
        /// A dataset version.
        #[codec(index = 0)]
        Dataset(DatasetId),
        /// A model version.
        #[codec(index = 1)]
        Model(ModelId),
    }

    /// What a buyer may do with a copy. Each kind permits what the kinds before it permit.
    #[derive(Copy, PartialOrd, Ord)]
    pub enum LicenceKind {
        /// Own use.
        #[codec(index = 0)]
        Personal,
        /// Commercial use.
        #[codec(index = 1)]
        Commercial,
        /// Making and selling what is derived from it: datasets from data, models from a model.
        #[codec(index = 2)]
        Derive,
    }

    /// The right to use a copy. Removed by `surrender_licence`.
    #[derive(Copy)]
    pub struct LicenceRecord<Balance, BlockNumber> {
        /// What is permitted.
        pub kind: LicenceKind,
        /// Block in which the sale was settled.
        pub since: BlockNumber,
        /// Last block, inclusive, at which it is good; `None` means no end.
        pub expires_at: Option<BlockNumber>,
        /// The buyer's deposit for this record, in plancks.
        pub deposit: Balance,
    }

    /// How the content of a package is committed to.
    #[derive(Copy)]
    pub enum ContentCommitment {
        /// A dataset: Poseidon root over salted leaves of 1,024 cells each.
        #[codec(index = 0)]
        Table {
            /// Root over the leaves of all chunks.
            data_root: DataRoot,
            /// Layout of every chunk but the last.
            layout: LayoutDigest,
            /// Layout of the last chunk.
            last_layout: LayoutDigest,
        },
        /// A model file: root of the BLAKE2b-256 tree over its chunks of 2,048 bytes; see [`model::file_digest`].
        #[codec(index = 1)]
        File {
            /// The model's digest.
            model: ModelDigest,
        },
    }

    /// What binds a package: everything that a complaint is judged by.
    #[derive(Copy)]
    pub struct PackageCommitment {
        /// The content in the clear.
        pub content: ContentCommitment,
        /// Root of the BLAKE2b-256 tree whose leaves are each over an encrypted chunk and the leaf of its content.
        pub cipher_root: CipherRoot,
        /// Binds the content key to the root of the content.
        pub key_commitment: KeyCommitment,
        /// Chunks, at least 1.
        pub chunks: u32,
    }

    /// Why the key is owed.
    #[derive(Copy)]
    pub enum Grant<Balance, BlockNumber> {
        /// A copy was bought.
        #[codec(index = 0)]
        Copy {
            /// What the licence permits.
            licence: LicenceKind,
            /// Last block, inclusive, at which the licence would be good had the sale been settled at once; it moves by the
            /// blocks until then. `None` means no end.
            expires_at: Option<BlockNumber>,
        },
        /// An evaluator inspects the package; it pays nothing and earns a fee.
        #[codec(index = 1)]
        Inspection {
            /// The inspection.
            inspection: InspectionId,
            /// The evaluator's fee, in plancks.
            fee: Balance,
        },
    }

    /// How far a purchase has come.
    pub enum PurchaseState<BlockNumber> {
        /// The seller owes the key. Left by `deliver_key`, by `expire_delivery` after `deliver_by`.
        #[codec(index = 0)]
        AwaitingKey {
            /// Last block, inclusive, at which the key may be delivered.
            deliver_by: BlockNumber,
        },
        /// The key was delivered. Left by `confirm_purchase`, by `complain`, by `settle` after `complain_by`.
        #[codec(index = 1)]
        Delivered {
            /// The wrapped content key.
            key: WrappedKey,
            /// Last block, inclusive, for a complaint.
            complain_by: BlockNumber,
        },
    }

    /// A purchase that is not settled yet. Removed when it is.
    pub struct PurchaseRecord<AccountId, Balance, BlockNumber> {
        /// What was bought.
        pub asset: Asset,
        /// Who owned the asset at the time, owes the key and is paid.
        pub seller: AccountId,
        /// Who pays, or the evaluator who inspects.
        pub buyer: AccountId,
        /// Why the key is owed.
        pub grant: Grant<Balance, BlockNumber>,
        /// One-time key of the buyer, made for this purchase.
        pub recipient_key: RecipientKey,
        /// Price in escrow, in plancks; 0 for an inspection.
        pub price: Balance,
        /// The buyer's deposit, in plancks: lost by a complaint that is dismissed.
        pub deposit: Balance,
        /// Block of purchase.
        pub purchased_at: BlockNumber,
        /// How far it has come.
        pub state: PurchaseState<BlockNumber>,
    }

    /// How far an inspection has come.
    pub enum InspectionState<AccountId, BlockNumber> {
        /// Inspectors are drawn from the randomness of `draw_at`. Left by `draw_inspectors`, by `close_inspection`
        /// after `draw_by`.
        #[codec(index = 0)]
        Drawing {
            /// Block of the request; only evaluators registered before it are drawn.
            requested_at: BlockNumber,
            /// Block whose randomness draws.
            draw_at: BlockNumber,
            /// Last block, inclusive, at which they may be drawn.
            draw_by: BlockNumber,
        },
        /// Drawn; each inspector asks for the key. Left by `close_inspection` when every inspector has reported, or after
        /// `inspect_by`.
        #[codec(index = 1)]
        Inspecting {
            /// Inspectors that have not asked for the key yet.
            invited: BoundedVec<AccountId, ConstU32<MAX_INSPECTORS>>,
            /// Inspectors whose report is open: each has a purchase.
            inspecting: u32,
            /// Last block, inclusive, at which an inspector may ask for the key.
            accept_by: BlockNumber,
        },
    }

    /// A paid check of a dataset's package by drawn evaluators. Removed by `close_inspection`.
    pub struct InspectionRecord<AccountId, Balance, BlockNumber> {
        /// The dataset.
        pub dataset: DatasetId,
        /// Who pays.
        pub requester: AccountId,
        /// Evaluators asked for, 1 to [`MAX_INSPECTORS`] inclusive.
        pub seats: u32,
        /// Fee of each, in plancks.
        pub fee: Balance,
        /// What is left in escrow, in plancks.
        pub escrow: Balance,
        /// How far it has come.
        pub state: InspectionState<AccountId, BlockNumber>,
    }

    /// One chunk of a package with its way to the cipher root (storage proof).
    pub struct OpenedChunk {
        /// Index of the chunk, from 0.
        pub index: u32,
        /// The encrypted chunk.
        pub cipher: BoundedVec<u8, ConstU32<MAX_CHUNK_BYTES>>,
        /// The leaf of its content, as the package lists it.
        pub leaf: FieldBytes,
        /// Siblings from the chunk's cipher leaf up to the cipher root.
        pub path: BoundedVec<FieldBytes, ConstU32<{ dataset::MAX_TREE_DEPTH }>>,
    }

    /// What a complaint claims. Each is decided from the evidence alone.
    pub enum Claim {
        /// The delivered key does not open, or is not the one that was committed to.
        #[codec(index = 0)]
        WrongKey,
        /// The decrypted chunk is not the one that its leaf commits to.
        #[codec(index = 1)]
        BadChunk(OpenedChunk),
        /// A cell of the decrypted chunk is above its bound. Datasets only.
        #[codec(index = 2)]
        OutOfSchema {
            /// The chunk.
            chunk: OpenedChunk,
            /// The bounds of its 1,024 cells, which the layout digest commits to.
            bounds: BoundedVec<layout::CellBound, ConstU32<{ layout::CELLS_PER_CHUNK }>>,
        },
    }

    /// A complaint about a delivered key or package.
    pub struct Complaint {
        /// The secret of the one-time recipient key.
        pub secret: OneTimeSecret,
        /// What is claimed.
        pub claim: Claim,
    }

    /// What a complaint proves.
    #[derive(Copy)]
    pub enum Fault {
        /// The delivered key is wrong.
        #[codec(index = 0)]
        WrongKey,
        /// A chunk is not what its leaf commits to.
        #[codec(index = 1)]
        BadChunk {
            /// The chunk.
            chunk: u32,
        },
        /// A cell is out of its bound.
        #[codec(index = 2)]
        OutOfSchema {
            /// The chunk.
            chunk: u32,
            /// The cell within the chunk, from 0.
            cell: u32,
        },
    }

    /// Why a complaint proves nothing. The complainer loses the deposit.
    #[derive(Copy)]
    pub enum Dismissal {
        /// The secret is not that of the recipient key.
        #[codec(index = 0)]
        ForeignSecret,
        /// The key opens and is the one that was committed to.
        #[codec(index = 1)]
        KeyIsRight,
        /// The chunk is not in the package at this index.
        #[codec(index = 2)]
        ForeignChunk,
        /// The chunk is the one that its leaf commits to.
        #[codec(index = 3)]
        ChunkIsRight,
        /// The bounds are not those that the layout digest commits to.
        #[codec(index = 4)]
        ForeignBounds,
        /// Every cell is within its bound.
        #[codec(index = 5)]
        WithinSchema,
        /// The claim does not exist for this kind of asset.
        #[codec(index = 6)]
        NotApplicable,
    }
}

/// The secret of a one-time recipient key. A complaint reveals it, for good.
pub type OneTimeSecret = [u8; 32];

impl Asset {
    /// The dataset, if it is one.
    pub const fn dataset(self) -> Option<DatasetId> {
        match self {
            Self::Dataset(id) => Some(id),
            Self::Model(_) => None,
        }
    }
}

impl Fault {
    /// Whether the fault lies in the package itself, so that every copy of it is worthless.
    pub const fn condemns(self) -> bool {
        matches!(self, Self::BadChunk { .. } | Self::OutOfSchema { .. })
    }
}

impl From<&DatasetCommitment> for PackageCommitment {
    fn from(commitment: &DatasetCommitment) -> Self {
        let DatasetCommitment { data_root, layout, last_layout, cipher_root, key_commitment, chunks, .. } = *commitment;
        let content = ContentCommitment::Table { data_root, layout, last_layout };
        Self { content, cipher_root, key_commitment, chunks }
    }
}

/// The leaf of an encrypted chunk in the tree of the cipher root: it ties the chunk to the leaf of its content.
pub fn cipher_leaf(cipher: &[u8], content_leaf: &FieldBytes) -> merkle::Node {
    let mut bytes = alloc::vec::Vec::with_capacity(cipher.len().saturating_add(32));
    bytes.extend_from_slice(cipher);
    bytes.extend_from_slice(content_leaf.as_bytes());
    merkle::leaf(&bytes)
}
