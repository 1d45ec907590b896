//! Aliases of the pallet's types, and the causes nested in its errors.

use crate::Config;
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{traits::fungible, PalletError};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::*;
use scale_info::TypeInfo;

/// Account of a runtime.
pub(crate) type AccountIdOf<T> = <T as frame_system::Config>::AccountId;

/// Balance of the market's currency, in plancks.
pub type BalanceOf<T> = <<T as Config>::Currency as fungible::Inspect<AccountIdOf<T>>>::Balance;

/// Money that was taken from somewhere and goes elsewhere.
pub type CreditOf<T> = fungible::Credit<AccountIdOf<T>, <T as Config>::Currency>;

/// The account that holds the escrow of all jobs.
pub(crate) type EscrowAccount<T> = neurodata_pallet_support::Escrow<T, <T as Config>::Currency, <T as Config>::PalletId>;

/// A job as the market stores it.
pub type JobOf<T> = JobRecord<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;

/// A job in the hands of a compute provider.
pub(crate) type AssignmentOf<T> = Assignment<AccountIdOf<T>, BalanceOf<T>>;

/// What a job owner asks for.
pub(crate) type RequestOf<T> = JobRequest<BalanceOf<T>, BlockNumberFor<T>>;

/// How a job ended.
pub(crate) type OutcomeOf<T> = JobOutcome<AccountIdOf<T>, BalanceOf<T>>;

/// A compute provider as the market stores it.
pub type ProviderOf<T> = ProviderRecord<BalanceOf<T>, BlockNumberFor<T>>;

/// An offer as the market stores it.
pub type OfferOf<T> = OfferRecord<AccountIdOf<T>, BalanceOf<T>>;

/// How many times its price a rejected run costs that was checked by samples.
///
/// A forged segment is found by one of three members with a probability of `q = 1 - (59/64)^3 = 0.217`, so forging one does not
/// pay if it costs `(1 - q) / q = 3.6` prices; of seven members 1.3. What is not paid for the work, and the training price that is
/// paid back, count too. Source: docs/decisions/0020-traces-are-chains-of-links.md.
pub const SAMPLED_LIABILITY: u32 = 3;

/// What is wrong with a training spec. Mirrors [`SpecError`], which names the limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, PalletError)]
#[scale_info(capture_docs = "always")]
pub enum SpecIssue {
    /// Classes are not within 2 to 256.
    Classes,
    /// The algorithm cannot do what the objective says.
    Objective,
    /// Epochs are not within 1 to 1,000.
    Epochs,
    /// Rows of a batch are not within 1 to 4,096.
    BatchRows,
    /// The learning rate is not within 1 to 1,000,000 millionths.
    LearningRate,
    /// The momentum, or a decay of Adam, is not within 0 to 999,999 millionths.
    Momentum,
    /// Adam's epsilon is not within 1 to 10^9 units of 10^-12.
    Epsilon,
    /// The weight decay is not within 0 to 1,000,000 millionths.
    WeightDecay,
    /// Early stopping: patience not within 1 to 1,000, validation share not within 50 to 500 thousandths, improvement above
    /// 1,000,000 millionths, or no row on one side.
    EarlyStopping,
    /// The holdout is not within 50 to 500 thousandths, or leaves no row on one side.
    Holdout,
    /// A hidden layer is missing or not within 1 to 1,024 units.
    Hidden,
    /// The image has other numbers than the dataset has columns beside the target, or a side of 0.
    Image,
    /// A convolution is missing, has not 1 to 256 filters, or the image cannot be halved so often.
    Filters,
    /// Numbers of an embedding are not within 1 to 512.
    Embedding,
    /// The penalty is not within 1 to 1,000,000,000 millionths.
    Penalty,
    /// A tree's depth is not within 1 to 24, or a leaf needs no row.
    Tree,
    /// Trees are not within 1 to 1,000, or a split chooses from no column or more than there are.
    Forest,
    /// Clusters are not within 2 to 256, or more than training rows.
    Clusters,
    /// Iterations are not within 1 to 1,000.
    Iterations,
    /// The target is not a column of the dataset, there is no other column, or a clustering has a target.
    Target,
    /// The work does not fit 64 bits.
    Overflow,
}

impl From<SpecError> for SpecIssue {
    fn from(error: SpecError) -> Self {
        match error {
            SpecError::Classes => Self::Classes,
            SpecError::Epochs => Self::Epochs,
            SpecError::BatchRows => Self::BatchRows,
            SpecError::LearningRate => Self::LearningRate,
            SpecError::Momentum => Self::Momentum,
            SpecError::WeightDecay => Self::WeightDecay,
            SpecError::Holdout => Self::Holdout,
            SpecError::Objective => Self::Objective,
            SpecError::Epsilon => Self::Epsilon,
            SpecError::EarlyStopping => Self::EarlyStopping,
            SpecError::Hidden => Self::Hidden,
            SpecError::Image => Self::Image,
            SpecError::Filters => Self::Filters,
            SpecError::Embedding => Self::Embedding,
            SpecError::Penalty => Self::Penalty,
            SpecError::Tree => Self::Tree,
            SpecError::Forest => Self::Forest,
            SpecError::Clusters => Self::Clusters,
            SpecError::Iterations => Self::Iterations,
            SpecError::Target => Self::Target,
            SpecError::Overflow => Self::Overflow,
        }
    }
}

/// What is wrong with a job request beside its spec.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, PalletError)]
#[scale_info(capture_docs = "always")]
pub enum RequestIssue {
    /// The machine needs at least one core and one MiB of memory, and no more than the highest class of its device has.
    Requirements,
    /// The time for delivery is below [`MIN_DELIVER_BLOCKS`](neurodata_primitives::job::MIN_DELIVER_BLOCKS) and what
    /// [`blocks_for`](neurodata_primitives::job::blocks_for) reckons the work with, or above
    /// [`Config::MaxDeliverPeriod`] blocks.
    DeliverWithin,
    /// The baseline is not within 0 to 1,000,000 millionths.
    Baseline,
    /// The highest unit price is below [`Config::MinUnitPrice`]; no offer is that cheap.
    MaxUnitPrice,
}

/// What is wrong with a result.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, PalletError)]
#[scale_info(capture_docs = "always")]
pub enum ResultIssue {
    /// The trace has another number of checkpoints than the spec; for a run that was cancelled, fewer than two or than the
    /// last heartbeat said, more than one beyond that, or more than the spec has.
    Checkpoints,
    /// Training rows or holdout rows are not those that the spec gives for the dataset.
    Rows,
    /// The metrics are not those of the spec's objective, or a count is above the rows or a share above the whole.
    Metrics,
    /// The model file is empty.
    ModelBytes,
}

/// The call that leaves a state which this pallet does not end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, PalletError)]
#[scale_info(capture_docs = "always")]
pub enum ExitCall {
    /// `expire_delivery` of the dataset registry, for a job that awaits its key.
    ExpireDelivery,
    /// `close_round` of model validation, for a job under evaluation.
    CloseRound,
}
