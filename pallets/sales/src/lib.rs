//! # Sales pallet
//!
//! Sells copies of datasets and models with key delivery, complaints and settlement, and has packages inspected.
//!
//! ## Overview
//!
//! What is sold lies in public, encrypted. A buyer pays into escrow and names a one-time key; the seller wraps the
//! content key for it before a deadline; the buyer decrypts, checks, and either confirms, or complains with evidence,
//! or keeps silent until anybody settles. No arbiter is asked: a complaint is judged in the call that brings it, by
//! [`neurodata_sealing::judge()`].
//!
//! ```text
//! purchase --------------> AwaitingKey --deliver_key-------------------------------------> Delivered
//! accept_inspection -----> AwaitingKey --expire_delivery (anyone, after deliver_by)------> refunded, seller slashed
//!                          AwaitingKey, Delivered --settle (anyone), package condemned---> refunded
//!                          Delivered --confirm_purchase (buyer)--------------------------> seller paid, buyer licensed
//!                          Delivered --settle (anyone, after complain_by)----------------> seller paid, buyer licensed
//!                          Delivered --complain (buyer, until complain_by), upheld-------> refunded, seller slashed
//!                          Delivered --complain, dismissed-------> deposit burned, seller paid, buyer licensed
//! ```
//!
//! The owner of a dataset can have its package inspected: evaluators are drawn, get the key by a purchase for nothing,
//! and report by `confirm_purchase` or `complain`, or give up by `abandon_inspection`. How an inspection goes is told in `inspections.rs`.
//!
//! What an asset is and costs, and what becomes of the seller's stake, is asked of [`Config::Assets`]. Others ask this
//! pallet through [`neurodata_primitives::seams::Licences`].
//!
//! ## Terminology
//!
//! - **Asset**: a dataset version or a model version. **Package**: its encrypted form.
//! - **Purchase**: an order that is not settled: of a copy, or of an inspector who gets the key for nothing.
//! - **Escrow**: the account that holds prices, inspectors' fees and one existential deposit.
//! - **Deposit**: the buyer's money on hold, for the purchase and then for the licence.
//! - **Condemned**: of a package that a complaint proved bad. Nobody is paid for a copy of it any more.
//!
//! ## Properties
//!
//! - **Silence doesn't pay.** Each state of a purchase or inspection has a deadline after which anybody can end it.
//! - **Prices are moved, not held**, so that what is locked by vesting or votes cannot be spent.
//! - **Nobody buys from themselves**, whatever the asset; and what the seller's stake does not cover is not sold, which the
//!   registry decides when the sale is opened.
//! - **Seller and price are those of the purchase**: who sold owes the key, whatever is transferred or raised
//!   meanwhile.
//! - **A payee blocks nobody**: what an account cannot receive is credited through [`Config::Payouts`].
//! - **A forged complaint costs the deposit**, and one purchase can be complained about once.
//! - **A seat is freed once**: when its inspector has reported, failed to, or was never needed.
//! - What lies in escrow is the sum of prices and fees, and what an account has on hold that of its deposits.
//!
//! ## Example
//!
//! ```text
//! buyer:   purchase(asset, Personal, recipient key, max_price)     price -> escrow, deposit held
//! seller:  deliver_key(purchase, wrapped key)                      before deliver_by
//! buyer:   confirm_purchase(purchase)                              price -> seller's registry, licence from now on
//! ```
//!
//! ## Implementation notes
//!
//! Calls end by telling the asset's registry, which may refuse after the first write: they rely on being transactional.
//! Genesis gives the escrow account its existential deposit, so it must run after that of [`Config::Currency`]'s
//! pallet.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod complaints;
mod escrow;
mod events;
mod inspections;
#[cfg(any(feature = "try-runtime", test))]
mod invariants;
mod licences;
#[cfg(test)]
mod mock;
mod purchases;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

use alloc::vec::Vec;
use escrow::Escrow;
use frame_support::{
    pallet_prelude::*,
    traits::{
        fungible::{BalancedHold, Inspect, Mutate, MutateHold},
        OnUnbalanced,
    },
    PalletId,
};
use frame_system::pallet_prelude::*;
use neurodata_primitives::{
    sale::MAX_INSPECTORS,
    seams::{Entropy, Inspectors, Payouts, Saleable},
    Asset, Claim, Complaint, DatasetId, Dismissal, Fault, Grant, InspectionId, InspectionRecord, InspectionState,
    LicenceKind, LicenceRecord, PurchaseId, PurchaseRecord, PurchaseState, RecipientKey, WrappedKey,
};

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Sells copies of assets and has packages inspected. Its events are in `events.rs`.
#[frame_support::pallet_macros::import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;

    /// Version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The sales.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet asks of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The money that is paid.
        type Currency: Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
            + BalancedHold<Self::AccountId>;

        /// The hold reasons of the runtime.
        type RuntimeHoldReason: From<HoldReason>;

        /// What is sold.
        type Assets: Saleable<Asset, Self::AccountId, BalanceOf<Self>, BlockNumberFor<Self>>;

        /// Pays fees, and refunds that an account cannot receive.
        type Payouts: Payouts<Self::AccountId, BalanceOf<Self>>;

        /// The evaluators who inspect.
        type Inspectors: Inspectors<Self::AccountId, BlockNumberFor<Self>>;

        /// Randomness of the chain by block. It remembers the last [`Config::EntropyWindow`] blocks.
        type Entropy: Entropy<BlockNumberFor<Self>>;

        /// Gets the deposits that are burned.
        type OnBurn: OnUnbalanced<CreditOf<Self>>;

        /// Seed of the escrow account.
        #[pallet::constant]
        type PalletId: Get<PalletId>;

        /// On hold for a purchase and the licence that comes of it; lost by a complaint that is dismissed. Unit:
        /// plancks.
        type PurchaseDeposit: Get<BalanceOf<Self>>;

        /// Blocks in which a seller has to deliver the key, the last one included.
        type KeyDeliveryPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks after the delivery in which a complaint is heard, the last one included.
        type ComplaintPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks from the request of an inspection to the block whose randomness draws the inspectors. At least
        /// [`MINIMUM_DRAW_DELAY`] blocks apply whatever it says.
        type DrawDelay: Get<BlockNumberFor<Self>>;

        /// Blocks after that block in which the inspectors can be drawn, the last one included. Cut at
        /// [`Config::EntropyWindow`] less one block.
        type DrawPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks after the draw in which an inspector has to ask for the key, the last one included.
        type AcceptPeriod: Get<BlockNumberFor<Self>>;

        /// Least fee of an inspector. Unit: plancks.
        type MinimumInspectionFee: Get<BalanceOf<Self>>;

        /// Blocks that [`Config::Entropy`] remembers, the current one included; at least 2.
        #[pallet::constant]
        type EntropyWindow: Get<BlockNumberFor<Self>>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// The world that benchmarks need.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: BenchmarkHelper<Self::AccountId, BlockNumberFor<Self>>;
    }

    /// The id that the next purchase gets.
    #[pallet::storage]
    pub type NextPurchaseId<T> = StorageValue<_, PurchaseId, ValueQuery>;

    /// The purchases that are not settled.
    ///
    /// Written by `purchase` and `accept_inspection`, removed by whatever settles or refunds. The buyer's deposit pays
    /// for it.
    // Twox64Concat: the ids are handed out by the chain.
    #[pallet::storage]
    pub type Purchases<T: Config> = StorageMap<_, Twox64Concat, PurchaseId, PurchaseRecordOf<T>>;

    /// The purchase of a copy that each buyer of an asset has open: one at a time. Inspectors are not counted here.
    ///
    /// Written and removed with the entry of [`Purchases`], whose deposit pays for it.
    // Twox64Concat: the ids are handed out by the chain. Blake2: accounts are chosen by users.
    #[pallet::storage]
    pub type OpenPurchases<T: Config> =
        StorageDoubleMap<_, Twox64Concat, Asset, Blake2_128Concat, T::AccountId, PurchaseId>;

    /// The licence that each account has for an asset, in force or expired.
    ///
    /// Written when a sale is settled, removed by `surrender_licence`. The deposit of the purchase pays for it; one
    /// whose deposit was burned is paid for by that.
    // As for OpenPurchases.
    #[pallet::storage]
    pub type Licences<T: Config> =
        StorageDoubleMap<_, Twox64Concat, Asset, Blake2_128Concat, T::AccountId, LicenceRecordOf<T>>;

    /// The id that the next inspection gets.
    #[pallet::storage]
    pub type NextInspectionId<T> = StorageValue<_, InspectionId, ValueQuery>;

    /// The inspections that are not closed.
    ///
    /// Written by `request_inspection`, removed by `close_inspection`. One for each dataset at most, whose stake pays
    /// for it.
    // Twox64Concat: the ids are handed out by the chain.
    #[pallet::storage]
    pub type Inspections<T: Config> = StorageMap<_, Twox64Concat, InspectionId, InspectionRecordOf<T>>;

    /// The inspection that is open for each dataset: one at a time. Written and removed with [`Inspections`].
    // Twox64Concat: the ids are handed out by the chain.
    #[pallet::storage]
    pub type OpenInspections<T> = StorageMap<_, Twox64Concat, DatasetId, InspectionId>;

    /// What lies in escrow: the prices of [`Purchases`] and the fees of [`Inspections`], in plancks.
    #[pallet::storage]
    pub type TotalEscrow<T: Config> = StorageValue<_, BalanceOf<T>, ValueQuery>;

    /// Gives the escrow account its existential deposit.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        #[serde(skip)]
        _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Escrow::<T>::endow();
        }
    }

    /// Why a call is refused.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no such purchase, licence or inspection.
        NotFound,
        /// The signer has no part in it that this call belongs to.
        NotAuthorized,
        /// The buyer has an open purchase of this asset, or the dataset an open inspection.
        AlreadyExists,
        /// The purchase or inspection is not in the state that this call leaves.
        InvalidState,
        /// The block from which the call is allowed has not come.
        TooEarly,
        /// The last block for this call is over.
        Expired,
        /// Nobody can wrap a key for this one.
        InvalidRecipientKey,
        /// The buyer is the seller.
        OwnAsset,
        /// The price is above the buyer's maximum.
        PriceTooHigh,
        /// The buyer has a licence that permits as much, or lasts longer.
        LicenceNotBetter,
        /// The number of inspectors is not within 1 to 5.
        InvalidSeats,
        /// The fee is below the minimum.
        FeeTooLow,
        /// The randomness of the draw is not remembered.
        SeedUnavailable,
        /// There are fewer evaluators who can be drawn than were asked for.
        TooFewInspectors,
        /// The package was proved bad.
        Condemned,
        /// Inspectors have not reported yet.
        ReportsOpen,
    }

    /// What the pallet puts money on hold for.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// A purchase, and the licence that comes of it.
        #[codec(index = 0)]
        PurchaseDeposit,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "std")]
        fn integrity_test() {
            // Only constants: the other values may be dynamic parameters, which are not readable here.
            assert!(
                T::EntropyWindow::get() > sp_runtime::traits::One::one(),
                "EntropyWindow must be at least 2, or the seed of a draw is forgotten before it may be used",
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Buy a copy of `asset`: the price goes into escrow, and the seller owes the key.
        ///
        /// `recipient_key` is an X25519 key made for this purchase and nothing else: a complaint reveals its secret.
        ///
        /// ## Dispatch Origin
        /// Signed by the buyer.
        ///
        /// ## Errors
        /// - [`Error::InvalidRecipientKey`]: make another key; this one is a point of small order.
        /// - [`Error::AlreadyExists`]: settle or await the open purchase first.
        /// - the registry's error: it is not for sale to the signer on these terms, or its stake does not cover more.
        /// - [`Error::OwnAsset`]: the signer sells it.
        /// - [`Error::PriceTooHigh`]: it costs more than `max_price` now.
        /// - [`Error::LicenceNotBetter`]: surrender the licence in force first, if that is what is wanted.
        /// - `Token::FundsUnavailable`, `Token::Frozen`, `Token::NotExpendable`: the account lacks price or deposit.
        ///
        /// ## Events
        /// [`Event::PurchaseOpened`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::purchase())]
        pub fn purchase(
            origin: OriginFor<T>,
            asset: Asset,
            licence: LicenceKind,
            recipient_key: RecipientKey,
            max_price: BalanceOf<T>,
        ) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_purchase(buyer, asset, licence, recipient_key, max_price)
        }

        /// Deliver the content key of a purchase, wrapped for its recipient key with
        /// [`neurodata_sealing::context::sale_context`].
        ///
        /// ## Dispatch Origin
        /// Signed by the seller of the purchase, whoever owns the asset now.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such purchase from the signer; it may be over.
        /// - [`Error::InvalidState`]: the key was delivered already.
        /// - [`Error::Expired`]: `deliver_by` is over.
        ///
        /// ## Events
        /// [`Event::KeyDelivered`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::deliver_key())]
        pub fn deliver_key(origin: OriginFor<T>, purchase: PurchaseId, key: WrappedKey) -> DispatchResult {
            let seller = ensure_signed(origin)?;
            Self::do_deliver_key(seller, purchase, key)
        }

        /// Confirm that all is well: the seller is paid at once. An inspector attests the package and earns the fee.
        ///
        /// If the package was condemned meanwhile, a buyer is refunded, and an inspector is paid but attests nothing.
        ///
        /// ## Dispatch Origin
        /// Signed by the buyer or inspector.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such purchase of the signer.
        /// - [`Error::InvalidState`]: the key was not delivered yet.
        /// - [`Error::Expired`]: an inspector has to report until `complain_by`.
        ///
        /// ## Events
        /// [`Event::PurchaseSettled`] and [`Event::LicenceGranted`], [`Event::PurchaseRefunded`], or
        /// [`Event::InspectionReported`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::confirm_purchase())]
        pub fn confirm_purchase(origin: OriginFor<T>, purchase: PurchaseId) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_confirm_purchase(buyer, purchase)
        }

        /// Settle a purchase that nobody complained about in time; an inspector who kept silent is penalised.
        ///
        /// A purchase of a condemned package is refunded, at any time and whether or not the key was delivered; an
        /// inspector who still had time earns the fee.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such purchase.
        /// - [`Error::InvalidState`], [`Error::TooEarly`]: the key was not delivered, or `complain_by` is not over.
        ///
        /// ## Events
        /// As [`Pallet::confirm_purchase`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::settle())]
        pub fn settle(origin: OriginFor<T>, purchase: PurchaseId) -> DispatchResult {
            let reporter = ensure_signed(origin)?;
            Self::do_settle(reporter, purchase)
        }

        /// End a purchase whose key was not delivered in time: the buyer is refunded, or the inspector paid, and the
        /// seller's stake slashed.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone, who gets the reporter's share of the slash.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such purchase.
        /// - [`Error::InvalidState`], [`Error::TooEarly`]: the key was delivered, or `deliver_by` is not over.
        ///
        /// ## Events
        /// [`Event::DeliveryExpired`], and [`Event::PurchaseRefunded`] or [`Event::InspectionReported`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::expire_delivery())]
        pub fn expire_delivery(origin: OriginFor<T>, purchase: PurchaseId) -> DispatchResult {
            let reporter = ensure_signed(origin)?;
            Self::do_expire_delivery(reporter, purchase)
        }

        /// Prove that the key or the package is not what was committed to; judged at once, and once for each purchase.
        ///
        /// Upheld: the buyer gets price and deposit back, and the seller is slashed. Dismissed: the call succeeds, the
        /// deposit is burned, and the purchase is settled at once; an inspector is penalised. In both cases everybody
        /// who watches learns the one-time secret, and with it what was delivered.
        ///
        /// ## Dispatch Origin
        /// Signed by the buyer or inspector.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such purchase of the signer; it may be settled.
        /// - [`Error::InvalidState`]: the key was not delivered yet; wait for it or for `expire_delivery`.
        /// - [`Error::Expired`]: `complain_by` is over.
        ///
        /// ## Events
        /// [`Event::ComplaintUpheld`] or [`Event::ComplaintDismissed`], and as [`Pallet::confirm_purchase`].
        #[pallet::call_index(5)]
        #[pallet::weight(match &complaint.claim {
            Claim::WrongKey => T::WeightInfo::complain_wrong_key(),
            Claim::BadChunk(_) => T::WeightInfo::complain_bad_chunk(),
            Claim::OutOfSchema { .. } => T::WeightInfo::complain_out_of_schema(),
        })]
        pub fn complain(origin: OriginFor<T>, purchase: PurchaseId, complaint: Complaint) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_complain(buyer, purchase, complaint)
        }

        /// Give up a licence, or clear one that has run out, and free its deposit.
        ///
        /// ## Dispatch Origin
        /// Signed by the licensee, who need not be named; by anyone if the licence of `account` has run out.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such licence, or somebody else's and in force.
        ///
        /// ## Events
        /// [`Event::LicenceSurrendered`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::surrender_licence())]
        pub fn surrender_licence(origin: OriginFor<T>, asset: Asset, account: Option<T::AccountId>) -> DispatchResult {
            let signer = ensure_signed(origin)?;
            Self::do_surrender_licence(signer, asset, account)
        }

        /// Have the package of `dataset` inspected by `seats` evaluators, each for `fee`; all of it goes into escrow.
        ///
        /// ## Dispatch Origin
        /// Signed by the dataset's owner.
        ///
        /// ## Errors
        /// - [`Error::InvalidSeats`]: ask for 1 to 5 evaluators.
        /// - [`Error::FeeTooLow`]: offer at least [`Config::MinimumInspectionFee`].
        /// - the registry's error, [`Error::NotAuthorized`]: it is not an active dataset of the signer.
        /// - [`Error::AlreadyExists`]: an inspection of it is open.
        /// - `Token::FundsUnavailable`, `Token::Frozen`, `Token::NotExpendable`: the account lacks the fees.
        ///
        /// ## Events
        /// [`Event::InspectionRequested`].
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::request_inspection())]
        pub fn request_inspection(
            origin: OriginFor<T>,
            dataset: DatasetId,
            seats: u32,
            fee: BalanceOf<T>,
        ) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_request_inspection(requester, dataset, seats, fee)
        }

        /// Draw the inspectors, always from the same randomness, whoever calls and when. The owner is never drawn, nor
        /// is an evaluator that registered in the block of the request or later.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::InvalidState`]: no such inspection, or they are drawn already.
        /// - [`Error::TooEarly`], [`Error::Expired`]: the blocks for it are those after `draw_at` until `draw_by`.
        /// - the registry's error, [`Error::SeedUnavailable`]: the dataset is not active any more, or the randomness
        ///   was not recorded; close the inspection after `draw_by`.
        /// - [`Error::TooFewInspectors`]: try again when evaluators are free.
        ///
        /// ## Events
        /// [`Event::InspectorsDrawn`].
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::draw_inspectors())]
        pub fn draw_inspectors(origin: OriginFor<T>, inspection: InspectionId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_draw_inspectors(inspection)
        }

        /// Ask for the key as an inspector who was drawn: opens a purchase for nothing, with a deposit as any other.
        ///
        /// ## Dispatch Origin
        /// Signed by an evaluator who was drawn.
        ///
        /// ## Errors
        /// - [`Error::InvalidRecipientKey`]: make another key.
        /// - [`Error::NotFound`], [`Error::InvalidState`]: no such inspection, or nobody was drawn yet.
        /// - [`Error::NotAuthorized`]: the signer was not drawn, or has asked already.
        /// - [`Error::Expired`]: `accept_by` is over.
        /// - [`Error::Condemned`]: there is nothing to inspect any more; close the inspection.
        /// - `Token::FundsUnavailable`: the account lacks the deposit.
        ///
        /// ## Events
        /// [`Event::PurchaseOpened`], [`Event::InspectionAccepted`].
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::accept_inspection())]
        pub fn accept_inspection(
            origin: OriginFor<T>,
            inspection: InspectionId,
            recipient_key: RecipientKey,
        ) -> DispatchResult {
            let inspector = ensure_signed(origin)?;
            Self::do_accept_inspection(inspector, inspection, recipient_key)
        }

        /// Close an inspection: who never asked for the key is penalised, and the rest of the fees goes back.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such inspection.
        /// - [`Error::ReportsOpen`]: an inspector has not reported; settle its purchase, or expire its delivery, first.
        /// - [`Error::TooEarly`]: evaluators may still be drawn, or may still ask for the key.
        ///
        /// ## Events
        /// [`Event::InvitationLapsed`] for each evaluator who never asked, [`Event::InspectionClosed`].
        #[pallet::call_index(10)]
        #[pallet::weight(T::WeightInfo::close_inspection())]
        pub fn close_inspection(origin: OriginFor<T>, inspection: InspectionId) -> DispatchResult {
            let reporter = ensure_signed(origin)?;
            Self::do_close_inspection(reporter, inspection)
        }

        /// Decline an invitation to inspect, at no cost.
        ///
        /// ## Dispatch Origin
        /// Signed by an invited evaluator who has not asked for the key.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such inspection.
        /// - [`Error::InvalidState`]: nobody is invited yet.
        /// - [`Error::NotAuthorized`]: the signer is not invited, or has asked for the key already.
        /// - [`Error::Expired`]: the time to answer is over.
        ///
        /// ## Events
        /// [`Event::InvitationLapsed`].
        #[pallet::call_index(12)]
        #[pallet::weight(T::WeightInfo::accept_inspection())]
        pub fn decline_inspection(origin: OriginFor<T>, inspection: InspectionId) -> DispatchResult {
            let inspector = ensure_signed(origin)?;
            Self::do_decline_inspection(inspector, inspection)
        }

        /// Give up an inspection: the package cannot be had, or is bad in a way that no complaint covers.
        ///
        /// The inspector earns nothing and loses nothing; silence would be penalised.
        ///
        /// ## Dispatch Origin
        /// Signed by the inspector.
        ///
        /// ## Errors
        /// - [`Error::NotFound`], [`Error::NotAuthorized`]: no such purchase of the signer.
        /// - [`Error::InvalidState`]: the purchase is no inspection.
        /// - [`Error::Expired`]: the key is overdue, or the time for reports is over.
        ///
        /// ## Events
        /// [`Event::InspectionReported`].
        #[pallet::call_index(11)]
        #[pallet::weight(T::WeightInfo::confirm_purchase())]
        pub fn abandon_inspection(origin: OriginFor<T>, purchase: PurchaseId) -> DispatchResult {
            let inspector = ensure_signed(origin)?;
            Self::do_abandon_inspection(inspector, purchase)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// Whether `account` has a licence for `asset` that permits `kind` now.
        pub fn is_licensed(asset: Asset, account: T::AccountId, kind: LicenceKind) -> bool {
            <Self as neurodata_primitives::seams::Licences<T::AccountId>>::permits(asset, &account, kind)
        }
    }
}
