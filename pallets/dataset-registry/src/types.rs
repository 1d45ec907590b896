//! The pallet's types: short names, and why something is refused.

use crate::*;
use frame_support::traits::fungible::{Credit, Inspect};
use neurodata_primitives::{DatasetRecord, DatasetTerms, Dismissal, TrainingUse};

/// The account of somebody on the chain.
pub type AccountIdOf<T> = <T as frame_system::Config>::AccountId;
/// An amount of money, in plancks.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<AccountIdOf<T>>>::Balance;
/// Money taken from an account and not yet given to another.
pub type CreditOf<T> = Credit<AccountIdOf<T>, <T as Config>::Currency>;
/// The terms of a dataset on this chain.
pub type DatasetTermsOf<T> = DatasetTerms<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;
/// A dataset on this chain.
pub type DatasetRecordOf<T> = DatasetRecord<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;
/// A training use on this chain.
pub type TrainingUseOf<T> = TrainingUse<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;

/// Fewest blocks between a registration and the block whose randomness draws the challenge, whatever
/// [`Config::ChallengeDelay`] says: the author of the registration's block knows the randomness of the next one.
pub const MINIMUM_CHALLENGE_DELAY: u32 = 2;

/// Part of the minimum stake that the slash for a missing or wrong key of a training use is reckoned from at least: the
/// compute provider's machine waited in vain, however cheap the use was.
pub const LEAST_USE_DIVISOR: u32 = 100;

/// Records that [`Pallet::list`] looks at for each one that it may return.
pub const LOOKED_AT_PER_LISTED: u32 = 4;

/// Why a commitment is refused.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, frame_support::PalletError,
)]
#[scale_info(capture_docs = "always")]
pub enum CommitmentError {
    /// There are no rows, or the columns are not within 1 to 1,024.
    #[codec(index = 0)]
    Dimensions,
    /// The chunks are not those of a table with these rows and columns.
    #[codec(index = 1)]
    Chunks,
    /// There are more than 2^20 chunks.
    #[codec(index = 2)]
    TooManyChunks,
    /// There are more missing cells than cells.
    #[codec(index = 3)]
    MissingCells,
    /// The data root or a layout digest is not a canonical element of the scalar field.
    #[codec(index = 4)]
    FieldElement,
}

/// Why terms are refused.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, frame_support::PalletError,
)]
#[scale_info(capture_docs = "always")]
pub enum TermsError {
    /// They have run out already.
    #[codec(index = 0)]
    Expired,
    /// The list of those who may buy is empty.
    #[codec(index = 1)]
    NobodyAllowed,
}

/// Why nothing is sold.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, frame_support::PalletError,
)]
#[scale_info(capture_docs = "always")]
pub enum SaleRefusal {
    /// The audit is not over.
    #[codec(index = 0)]
    NotAudited,
    /// The dataset was delisted.
    #[codec(index = 1)]
    Delisted,
    /// The terms don't allow training.
    #[codec(index = 2)]
    Training,
    /// The terms don't allow the algorithm's family.
    #[codec(index = 3)]
    Algorithm,
    /// The terms name who may buy, and the buyer is not among them.
    #[codec(index = 4)]
    Buyer,
    /// The terms have run out.
    #[codec(index = 5)]
    TermsExpired,
    /// The terms don't allow copies.
    #[codec(index = 6)]
    Download,
    /// The terms don't allow commercial use.
    #[codec(index = 7)]
    Commercial,
    /// The terms don't allow derived datasets.
    #[codec(index = 8)]
    Derive,
    /// The stake doesn't cover what would be open then; the owner may add to it.
    #[codec(index = 9)]
    Stake,
}

/// Why the evidence of a complaint proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct EvidenceIssue(pub Dismissal);

impl frame_support::traits::PalletError for EvidenceIssue {
    // The index of a variant without fields.
    const MAX_ENCODED_SIZE: usize = 1;
}

/// What benchmarks need from the world around the pallet.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
    /// A zk proof that the verifier accepts for `inputs` of `statement`, under a key that this registers if need be.
    fn zk_proof(
        statement: neurodata_primitives::seams::StatementId,
        inputs: &[neurodata_primitives::FieldBytes],
    ) -> BoundedVec<u8, ConstU32<{ neurodata_primitives::dataset::MAX_ZK_PROOF_BYTES }>>;

    /// Open a training use of `dataset`, which is active, for a job that now awaits the key.
    fn open_use(dataset: DatasetId) -> TrainingUseId;
}
