//! What the pallet tells the world.

/// The events, which `lib.rs` imports into the pallet.
#[frame_support::pallet_macros::pallet_section]
mod events {
    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A copy was bought, or an inspector asked for the key: the seller owes it.
        PurchaseOpened {
            /// The purchase.
            purchase: PurchaseId,
            /// What was bought.
            asset: Asset,
            /// Who owes the key.
            seller: T::AccountId,
            /// Who bought or inspects.
            buyer: T::AccountId,
            /// Last block, inclusive, at which the key may be delivered.
            deliver_by: BlockNumberFor<T>,
            /// Price in escrow, in plancks.
            price: BalanceOf<T>,
        },
        /// A key was delivered; [`Purchases`] holds it.
        KeyDelivered {
            /// The purchase.
            purchase: PurchaseId,
            /// What was bought.
            asset: Asset,
            /// Last block, inclusive, for a complaint.
            complain_by: BlockNumberFor<T>,
        },
        /// The seller was paid.
        PurchaseSettled {
            /// The purchase, which is over.
            purchase: PurchaseId,
            /// What was bought.
            asset: Asset,
            /// Who bought.
            buyer: T::AccountId,
            /// Whether the buyer confirmed.
            confirmed: bool,
            /// Price, in plancks.
            price: BalanceOf<T>,
        },
        /// The buyer got the money back.
        PurchaseRefunded {
            /// The purchase, which is over.
            purchase: PurchaseId,
            /// What was bought.
            asset: Asset,
            /// Who bought.
            buyer: T::AccountId,
            /// Price, in plancks.
            price: BalanceOf<T>,
        },
        /// A key was not delivered in time.
        DeliveryExpired {
            /// The purchase.
            purchase: PurchaseId,
            /// What was bought.
            asset: Asset,
        },
        /// A complaint proved a fault.
        ComplaintUpheld {
            /// The purchase.
            purchase: PurchaseId,
            /// What was bought.
            asset: Asset,
            /// What was proved.
            fault: Fault,
        },
        /// A complaint proved nothing.
        ComplaintDismissed {
            /// The purchase.
            purchase: PurchaseId,
            /// Why.
            reason: Dismissal,
            /// What was burned of the deposit, in plancks.
            burned: BalanceOf<T>,
        },
        /// An account has a licence from now on. The one that it had before is replaced.
        LicenceGranted {
            /// The asset.
            asset: Asset,
            /// Who may use it.
            account: T::AccountId,
            /// For what.
            kind: LicenceKind,
            /// Last block, inclusive, at which it is good.
            expires_at: Option<BlockNumberFor<T>>,
        },
        /// A licence was given up, or cleared after its end.
        LicenceSurrendered {
            /// The asset.
            asset: Asset,
            /// Who had it.
            account: T::AccountId,
            /// What was freed, in plancks.
            deposit: BalanceOf<T>,
        },
        /// An inspection was asked for.
        InspectionRequested {
            /// The inspection.
            inspection: InspectionId,
            /// The dataset.
            dataset: DatasetId,
            /// Who pays: its owner.
            requester: T::AccountId,
            /// Evaluators asked for.
            seats: u32,
            /// Block whose randomness draws them.
            draw_at: BlockNumberFor<T>,
            /// Last block, inclusive, at which they may be drawn.
            draw_by: BlockNumberFor<T>,
            /// Fee of each, in plancks.
            fee: BalanceOf<T>,
        },
        /// The inspectors were drawn, and each has to ask for the key.
        InspectorsDrawn {
            /// The inspection.
            inspection: InspectionId,
            /// Who.
            inspectors: BoundedVec<T::AccountId, ConstU32<MAX_INSPECTORS>>,
            /// Last block, inclusive, at which they may ask.
            accept_by: BlockNumberFor<T>,
        },
        /// An inspector asked for the key.
        InspectionAccepted {
            /// The inspection.
            inspection: InspectionId,
            /// The purchase by which the key is delivered.
            purchase: PurchaseId,
            /// Who.
            inspector: T::AccountId,
        },
        /// The part of an inspector is over.
        InspectionReported {
            /// The inspection.
            inspection: InspectionId,
            /// The purchase, which is over.
            purchase: PurchaseId,
            /// Who.
            inspector: T::AccountId,
            /// How it ended.
            report: InspectionReport,
            /// What the inspector earned, in plancks.
            fee: BalanceOf<T>,
        },
        /// An inspector did not ask for the key before the inspection was closed.
        InvitationLapsed {
            /// The inspection.
            inspection: InspectionId,
            /// Who.
            inspector: T::AccountId,
            /// Whether it could have asked and is penalised.
            penalised: bool,
        },
        /// An inspection is over.
        InspectionClosed {
            /// The inspection.
            inspection: InspectionId,
            /// The dataset.
            dataset: DatasetId,
            /// What went back to the requester, in plancks.
            refund: BalanceOf<T>,
        },
    }
}
