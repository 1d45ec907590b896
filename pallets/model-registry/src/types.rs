//! Aliases of the pallet's types, and the causes nested in its errors.

use crate::Config;
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{traits::fungible, PalletError};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    dataset::MAX_URIS, model::MAX_PARENTS, ModelId, ModelIncome, ModelListing, ModelRecord, ModelTerms, Uri,
};
use scale_info::TypeInfo;
use sp_runtime::{traits::ConstU32, BoundedVec};

/// Account of a runtime.
pub type AccountIdOf<T> = <T as frame_system::Config>::AccountId;

/// Balance of the currency that models are sold for, in plancks.
pub type BalanceOf<T> = <<T as Config>::Currency as fungible::Inspect<AccountIdOf<T>>>::Balance;

/// Money that was taken from a stake and not yet given to anybody.
pub type CreditOf<T> = fungible::Credit<AccountIdOf<T>, <T as Config>::Currency>;

/// A model version as it is stored.
pub type ModelRecordOf<T> = ModelRecord<AccountIdOf<T>, BlockNumberFor<T>>;

/// The terms under which a model is sold.
pub type ModelTermsOf<T> = ModelTerms<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;

/// A listing as it is stored.
pub type ModelListingOf<T> = ModelListing<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;

/// What a model has earned, as it is stored.
pub type ModelIncomeOf<T> = ModelIncome<BalanceOf<T>>;

/// A model version with its listing, if it has one, and its income.
pub type ModelEntryOf<T> = (ModelId, ModelRecordOf<T>, Option<ModelListingOf<T>>, ModelIncomeOf<T>);

/// The account that holds income which is not shared yet.
pub(crate) type Pot<T> = neurodata_pallet_support::Escrow<T, <T as Config>::Currency, <T as Config>::PalletId>;

/// Records that [`Pallet::list`](crate::Pallet::list) looks at for each one that it may return.
pub const LOOKED_AT_PER_LISTED: u32 = 4;

/// Direct parents of a model.
pub(crate) type Parents = BoundedVec<ModelId, ConstU32<MAX_PARENTS>>;

/// Where the sealed file of a model can be had.
pub type Uris = BoundedVec<Uri, ConstU32<MAX_URIS>>;

/// Why training may not start from a model.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, PalletError)]
#[scale_info(capture_docs = "always")]
pub enum ParentIssue {
    /// The job's owner neither owns the parent nor has a licence to derive from it.
    #[codec(index = 0)]
    NotLicensed,
    /// The parent has another algorithm, target or number of classes, so that its parameters do not fit.
    #[codec(index = 1)]
    OtherTask,
    /// The line of ancestors would be longer than
    /// [`MAX_LINEAGE_DEPTH`](neurodata_primitives::model::MAX_LINEAGE_DEPTH).
    #[codec(index = 2)]
    Depth,
    /// There would be more ancestors than [`MAX_ANCESTORS`](neurodata_primitives::model::MAX_ANCESTORS).
    #[codec(index = 3)]
    Ancestors,
}

/// What is wrong with terms of sale.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, PalletError)]
#[scale_info(capture_docs = "always")]
pub enum TermsIssue {
    /// No licence is offered.
    #[codec(index = 0)]
    NoLicence,
    /// The licences are not in ascending order of kind, or one kind is there twice.
    #[codec(index = 1)]
    Order,
    /// A licence is good for no block at all.
    #[codec(index = 2)]
    Duration,
    /// The terms have run out already.
    #[codec(index = 3)]
    Expired,
    /// The list of those who may buy is empty; delist the model instead.
    #[codec(index = 4)]
    NoBuyers,
    /// A licence goes beyond own use, which the data that the model was trained on does not permit.
    #[codec(index = 5)]
    NotCommercial,
}

/// Why no copy is sold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, PalletError)]
#[scale_info(capture_docs = "always")]
pub enum SaleRefusal {
    /// The model is not listed.
    #[codec(index = 0)]
    NotListed,
    /// The model was delisted.
    #[codec(index = 1)]
    Delisted,
    /// The terms don't offer a licence of this kind.
    #[codec(index = 2)]
    Licence,
    /// The terms name who may buy, and the buyer is not among them.
    #[codec(index = 3)]
    Buyer,
    /// The terms have run out.
    #[codec(index = 4)]
    TermsExpired,
    /// The stake doesn't cover what would be open then; the owner may add to it.
    #[codec(index = 5)]
    Stake,
}
