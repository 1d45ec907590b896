//! Who answers what a pallet asks for without naming the pallet that answers.
//!
//! The seam traits of `neurodata_primitives` are implemented by the pallets themselves, so most answers are just the
//! pallet's name in the configuration of the one that asks. What is here are the accounts and origins that several
//! configurations share.

use frame_support::{parameter_types, traits::EnsureOrigin};
use neurodata_primitives::{
    seams::{SaleEnd, SaleQuote, Saleable},
    Asset, DatasetId, LicenceKind, ModelId, PackageCommitment, PurchaseId,
};
use pallet_collective::EnsureProportionAtLeast;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
    configs::CommitteeInstance, origins::Origin, AccountId, Authorship, Balance, BlockNumber, DatasetRegistry,
    ModelRegistry, OriginCaller, RuntimeOrigin, Treasury,
};

parameter_types! {
    /// The treasury's account.
    pub TreasuryAccount: AccountId = Treasury::account_id();
    /// The account behind the current block, if its author is known.
    pub BlockAuthor: Option<AccountId> = Authorship::author();
}

/// Two thirds of the technical committee agree.
pub type TwoThirdsOfCommittee = EnsureProportionAtLeast<AccountId, CommitteeInstance, 2, 3>;

/// A referendum of the general track acts.
pub struct EnsureGeneral;

impl EnsureOrigin<RuntimeOrigin> for EnsureGeneral {
    type Success = ();

    fn try_origin(origin: RuntimeOrigin) -> Result<Self::Success, RuntimeOrigin> {
        match &origin.caller {
            OriginCaller::Origins(Origin::General) => Ok(()),
            _ => Err(origin),
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
        Ok(Origin::General.into())
    }
}

/// What is sold by copy: datasets by their registry, models by theirs.
pub struct Assets;

/// Ask the registry that `$asset` belongs to.
macro_rules! ask {
    ($asset:expr, $call:ident $(, $argument:expr)*) => {
        match $asset {
            Asset::Dataset(id) => {
                <DatasetRegistry as Saleable<DatasetId, AccountId, Balance, BlockNumber>>::$call(id $(, $argument)*)
            },
            Asset::Model(id) => {
                <ModelRegistry as Saleable<ModelId, AccountId, Balance, BlockNumber>>::$call(id $(, $argument)*)
            },
        }
    };
}

impl Saleable<Asset, AccountId, Balance, BlockNumber> for Assets {
    fn quote(
        asset: Asset,
        buyer: &AccountId,
        licence: LicenceKind,
    ) -> Result<SaleQuote<AccountId, Balance, BlockNumber>, DispatchError> {
        ask!(asset, quote, buyer, licence)
    }

    fn inspected_seller(asset: Asset) -> Result<AccountId, DispatchError> {
        ask!(asset, inspected_seller)
    }

    fn package(asset: Asset) -> Option<PackageCommitment> {
        ask!(asset, package)
    }

    fn is_condemned(asset: Asset) -> bool {
        ask!(asset, is_condemned)
    }

    fn open_sale(asset: Asset, price: Balance) -> DispatchResult {
        ask!(asset, open_sale, price)
    }

    fn income_account(asset: Asset) -> AccountId {
        ask!(asset, income_account)
    }

    fn close_sale(
        asset: Asset,
        purchase: PurchaseId,
        price: Balance,
        basis: Balance,
        end: SaleEnd<AccountId>,
    ) -> DispatchResult {
        ask!(asset, close_sale, purchase, price, basis, end)
    }
}
