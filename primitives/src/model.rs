//! Model versions: where they come from, on which terms they are sold, and how their income is shared.

use crate::*;
use sp_arithmetic::Permill;
use sp_runtime::{traits::ConstU32, BoundedVec};

/// Most direct parents of a model.
pub const MAX_PARENTS: u32 = 8;
/// Longest line of ancestors.
pub const MAX_LINEAGE_DEPTH: u32 = 64;
/// Most ancestors of a model, each counted once for every way that leads to it.
pub const MAX_ANCESTORS: u32 = 1_000;
/// Most licence offers of a model: one of each kind.
pub const MAX_LICENCE_OFFERS: u32 = 3;

scale! {
    /// How a model's income is shared, fixed when the model is recorded. The model's owner gets the rest.
    #[derive(Copy, Default)]
    pub struct RoyaltySplit {
        /// Share of the parents, in equal parts; without parents it stays with the owner.
        pub parents: Permill,
        /// Share of the provider of the data that it was trained on.
        pub data: Permill,
        /// Share of the compute provider.
        pub compute: Permill,
    }

    /// A model version that came out of an accepted job.
    pub struct ModelRecord<AccountId, BlockNumber> {
        /// Who owns it: at first the job's owner.
        pub owner: AccountId,
        /// The job that made it.
        pub job: JobId,
        /// The dataset version it was trained on.
        pub dataset: DatasetId,
        /// Models that the training started from. Each has a lower id than its child, so that there is no cycle.
        pub parents: BoundedVec<ModelId, ConstU32<MAX_PARENTS>>,
        /// Longest way to a model without parents, 0 to [`MAX_LINEAGE_DEPTH`] inclusive.
        pub depth: u32,
        /// Ancestors, each counted once for every way that leads to it, 0 to [`MAX_ANCESTORS`] inclusive.
        pub ancestors: u32,
        /// Who provided the data.
        pub data_provider: AccountId,
        /// Who computed.
        pub compute_provider: AccountId,
        /// What the terms of the data, and of every parent's data, permitted when the jobs were posted.
        pub uses: UseSet,
        /// How income is shared.
        pub royalty: RoyaltySplit,
        /// The run that made it.
        pub spec: TrainingSpec,
        /// Seed of that run.
        pub seed: Seed,
        /// What was committed and accepted.
        pub result: ResultCommitment,
        /// The committee's score, 1 to 100 inclusive.
        pub score: u8,
        /// Block at which it was recorded.
        pub recorded_at: BlockNumber,
    }

    /// One licence that is for sale.
    #[derive(Copy)]
    pub struct LicenceOffer<Balance, BlockNumber> {
        /// What it permits.
        pub kind: LicenceKind,
        /// Price in plancks.
        pub price: Balance,
        /// Blocks for which it is good after the purchase, at least 1; `None` means no end.
        pub duration: Option<BlockNumber>,
    }

    /// The conditions under which a model is sold.
    pub struct ModelTerms<AccountId, Balance, BlockNumber> {
        /// The licences, one of each kind at most, in ascending order of kind; at least one.
        pub licences: BoundedVec<LicenceOffer<Balance, BlockNumber>, ConstU32<MAX_LICENCE_OFFERS>>,
        /// Accounts that may buy; `None` means anybody.
        pub allowed: Option<BoundedVec<AccountId, ConstU32<{ dataset::MAX_ALLOWED_ACCOUNTS }>>>,
        /// Digest of the licence text.
        pub licence_text: LicenceDigest,
        /// Last block, inclusive, at which a licence may be bought; `None` means no end.
        pub expires_at: Option<BlockNumber>,
    }

    /// The sealed form of a model file.
    #[derive(Copy)]
    pub struct ModelPackage {
        /// Root over the encrypted chunks and the leaves of the file.
        pub cipher_root: CipherRoot,
        /// Binds the content key to the model's digest.
        pub key_commitment: KeyCommitment,
    }

    /// Whether a model can be bought.
    #[derive(Copy)]
    pub enum ListingState<BlockNumber> {
        /// For sale. Left by `delist_model`.
        #[codec(index = 0)]
        Listed,
        /// No longer for sale; the stake stays until `unlocks_at`. Left by `withdraw_model_stake`.
        #[codec(index = 1)]
        Delisted {
            /// First block at which the stake can be withdrawn.
            unlocks_at: BlockNumber,
        },
    }

    /// A model that is, or was, for sale. Removed by `withdraw_model_stake`.
    pub struct ModelListing<AccountId, Balance, BlockNumber> {
        /// Who put the stake on hold: the owner.
        pub seller: AccountId,
        /// The sealed file.
        pub package: ModelPackage,
        /// Where the sealed file can be had.
        pub uris: BoundedVec<Uri, ConstU32<{ dataset::MAX_URIS }>>,
        /// The terms of sale.
        pub terms: ModelTerms<AccountId, Balance, BlockNumber>,
        /// Stake on hold, in plancks.
        pub stake: Balance,
        /// Whether it can be bought.
        pub state: ListingState<BlockNumber>,
        /// Whether the sealed file was proved bad: open sales are refunded.
        pub condemned: bool,
        /// Sales that are not settled yet.
        pub open_sales: u32,
        /// Sum of their prices, in plancks.
        pub exposure: Balance,
    }

    /// What a model has earned.
    #[derive(Copy, Default)]
    pub struct ModelIncome<Balance> {
        /// Not yet shared, in plancks. Shared by `collect_royalties`.
        pub pending: Balance,
        /// Licences sold.
        pub sales: u32,
        /// Everything that came in so far, own sales and royalties of children, in plancks.
        pub total: Balance,
    }
}

impl Default for LicenceKind {
    fn default() -> Self {
        Self::Personal
    }
}

impl ModelPackage {
    /// What binds the sealed form of the file of `bytes` bytes with digest `model`; `None` for a file that cannot be sold, see
    /// [`file_chunks`].
    pub fn commitment(&self, model: ModelDigest, bytes: u64) -> Option<PackageCommitment> {
        let Self { cipher_root, key_commitment } = *self;
        let content = ContentCommitment::File { model };
        Some(PackageCommitment { content, cipher_root, key_commitment, chunks: file_chunks(bytes)? })
    }
}

impl RoyaltySplit {
    /// Whether the shares leave the owner nothing less than zero.
    pub fn is_valid(&self) -> bool {
        let parts = [self.parents, self.data, self.compute];
        parts.iter().map(|part| u64::from(part.deconstruct())).sum::<u64>() <= u64::from(Permill::one().deconstruct())
    }
}

/// The leaves of a model file: one for each chunk of 2,048 bytes, the last one filled with zeros.
///
/// ```text
/// leaf = BLAKE2b-256(0x00 || chunk)
/// ```
pub fn file_leaves(bytes: &[u8]) -> alloc::vec::Vec<merkle::Node> {
    let length = usize::try_from(layout::CHUNK_BYTES).unwrap_or(usize::MAX);
    bytes.chunks(length).map(|chunk| file_leaf(chunk)).collect()
}

/// The leaf of one chunk of a model file, filled with zeros to 2,048 bytes.
pub fn file_leaf(chunk: &[u8]) -> merkle::Node {
    let length = usize::try_from(layout::CHUNK_BYTES).unwrap_or(usize::MAX);
    let mut padded = chunk.to_vec();
    padded.resize(length.max(chunk.len()), 0);
    merkle::leaf(&padded)
}

/// The digest of a model file: root of the BLAKE2b-256 tree over [`file_leaves`]. The file's length is committed to beside
/// it ([`ResultCommitment::model_bytes`]).
pub fn file_digest(bytes: &[u8]) -> ModelDigest {
    ModelDigest::new(merkle::root(&file_leaves(bytes)))
}

/// Chunks of a model file of `bytes` bytes; `None` for none, or more than 2^20.
pub fn file_chunks(bytes: u64) -> Option<u32> {
    let chunks = u32::try_from(bytes.div_ceil(u64::from(layout::CHUNK_BYTES))).ok()?;
    (chunks > 0 && layout::tree_depth(chunks) <= dataset::MAX_TREE_DEPTH).then_some(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_digest_depends_on_every_byte() {
        let file: alloc::vec::Vec<u8> = (0..5_000u32).map(|at| at as u8).collect();
        assert_eq!(file_leaves(&file).len(), 3);
        for at in [0, 2_047, 2_048, 4_999] {
            let mut other = file.clone();
            other[at] ^= 1;
            assert_ne!(file_digest(&other), file_digest(&file));
        }
        assert_eq!((file_chunks(0), file_chunks(1), file_chunks(2_048), file_chunks(2_049)), (None, Some(1), Some(1), Some(2)));
        assert_eq!(file_chunks(u64::MAX), None);
    }

    #[test]
    fn a_royalty_split_never_exceeds_the_whole() {
        let half = Permill::from_percent(50);
        assert!(RoyaltySplit { parents: half, data: half, compute: Permill::zero() }.is_valid());
        assert!(!RoyaltySplit { parents: half, data: half, compute: Permill::from_parts(1) }.is_valid());
    }
}
