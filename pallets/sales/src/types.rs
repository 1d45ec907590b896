//! What the pallet stores and reports, on this chain.

use crate::*;
use frame_support::traits::fungible::Credit;

/// The account of somebody on the chain.
pub type AccountIdOf<T> = <T as frame_system::Config>::AccountId;
/// An amount of money, in plancks.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<AccountIdOf<T>>>::Balance;
/// Money taken from an account and not yet given to another.
pub type CreditOf<T> = Credit<AccountIdOf<T>, <T as Config>::Currency>;
/// A purchase on this chain.
pub type PurchaseRecordOf<T> = PurchaseRecord<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;
/// A licence on this chain.
pub type LicenceRecordOf<T> = LicenceRecord<BalanceOf<T>, BlockNumberFor<T>>;
/// An inspection on this chain.
pub type InspectionRecordOf<T> = InspectionRecord<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;

/// Fewest blocks between a request and the block whose randomness draws the inspectors, whatever [`Config::DrawDelay`]
/// says: the author of the request's block knows the randomness of the next one.
pub const MINIMUM_DRAW_DELAY: u32 = 2;

/// Most ids that [`Pallet::list`] looks at.
pub const MAX_LISTED_IDS: u32 = 1_024;

/// How an inspector's part ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen)]
pub enum InspectionReport {
    /// The inspector attested that the package is what it claims. It is paid.
    #[codec(index = 0)]
    Attested,
    /// The inspector proved a fault. It is paid.
    #[codec(index = 1)]
    Faulty(Fault),
    /// The key was not delivered in time. The inspector is paid.
    #[codec(index = 2)]
    NotDelivered,
    /// Somebody else proved a fault of the package. The inspector is paid.
    #[codec(index = 3)]
    Condemned,
    /// The inspector did not report in time. It is penalised.
    #[codec(index = 4)]
    Silent,
    /// The inspector's complaint was dismissed. It is penalised.
    #[codec(index = 5)]
    Unfounded,
    /// The inspector gave up, and said so: the package could not be had, or is bad in a way that nothing proves. It is
    /// neither paid nor penalised.
    #[codec(index = 6)]
    Abandoned,
}
