//! Who answers what a pallet asks for without naming the pallet that answers.
//!
//! The seam traits of `neurodata_primitives` are implemented by the pallets themselves, so most answers are just the
//! pallet's name in the configuration of the one that asks. What is here are the accounts and origins that several
//! configurations share.

use frame_support::{parameter_types, traits::EnsureOrigin};
use pallet_collective::EnsureProportionAtLeast;

use crate::{
    configs::CommitteeInstance, origins::Origin, AccountId, Authorship, OriginCaller, RuntimeOrigin, Treasury,
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
