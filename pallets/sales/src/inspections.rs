//! Inspections: evaluators are drawn, ask for the key, and report on the package.
//!
//! The owner of a dataset can have its package inspected. Evaluators are drawn from randomness that did not exist at
//! the request, get the key by the purchase that `accept_inspection` opens, and report by `confirm_purchase` or
//! `complain`:
//!
//! ```text
//! request_inspection ----> Drawing --draw_inspectors (anyone, after draw_at)-------------> Inspecting
//!                          Drawing --close_inspection (anyone, after draw_by)------------> removed, requester refunded
//!                          Inspecting --close_inspection (anyone), nobody invited or inspecting any more,
//!                                       or nobody inspecting after accept_by-------------> removed, rest refunded
//!
//! invited --accept_inspection--> inspecting --confirm_purchase---------------------------> fee, attested
//!                                inspecting --complain, upheld---------------------------> fee, seller slashed
//!                                inspecting --expire_delivery----------------------------> fee, seller slashed
//!                                inspecting --settle, package condemned before the end---> fee
//!                                inspecting --settle, after complain_by------------------> inspector penalised
//!                                inspecting --complain, dismissed----> inspector penalised, deposit burned
//! invited --close_inspection, after accept_by--------------------------------------------> inspector penalised
//! ```

use crate::*;
use frame_support::{defensive, traits::DefensiveSaturating};
use neurodata_primitives::{sale::MAX_INSPECTORS, seams::SaleEnd, PayoutReason, PenaltyCause};
use sp_runtime::{
    traits::{CheckedMul, One, Saturating, Zero},
    ArithmeticError,
};

impl InspectionReport {
    /// Whether the inspector failed its duty: it is penalised and earns nothing.
    const fn is_failure(self) -> bool {
        matches!(self, Self::Silent | Self::Unfounded)
    }

    /// Whether the inspector did what it is paid for, or could not because of somebody else.
    const fn is_earned(self) -> bool {
        !self.is_failure() && !matches!(self, Self::Abandoned)
    }

    /// What the dataset's registry is told.
    fn sale_end<AccountId>(self, inspector: AccountId, reporter: AccountId) -> SaleEnd<AccountId> {
        match self {
            Self::Attested => SaleEnd::Attested { inspector },
            Self::Faulty(fault) => SaleEnd::Faulty { fault, wronged: inspector },
            Self::NotDelivered => SaleEnd::NotDelivered { wronged: inspector, reporter },
            Self::Condemned | Self::Silent | Self::Unfounded | Self::Abandoned => SaleEnd::Void,
        }
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_request_inspection(
        requester: T::AccountId,
        dataset: DatasetId,
        seats: u32,
        fee: BalanceOf<T>,
    ) -> DispatchResult {
        ensure!((1..=MAX_INSPECTORS).contains(&seats), Error::<T>::InvalidSeats);
        ensure!(fee >= T::MinimumInspectionFee::get(), Error::<T>::FeeTooLow);
        let seller = T::Assets::inspected_seller(Asset::Dataset(dataset))?;
        ensure!(seller == requester, Error::<T>::NotAuthorized);
        ensure!(!OpenInspections::<T>::contains_key(dataset), Error::<T>::AlreadyExists);
        let inspection = NextInspectionId::<T>::get();
        let next = inspection.next().ok_or(ArithmeticError::Overflow)?;
        let escrow = fee.checked_mul(&seats.into()).ok_or(ArithmeticError::Overflow)?;
        let requested_at = frame_system::Pallet::<T>::block_number();
        let draw_at = requested_at.saturating_add(T::DrawDelay::get().max(MINIMUM_DRAW_DELAY.into()));
        // The seed is remembered for a window of blocks that includes its own.
        let window = T::EntropyWindow::get().saturating_sub(One::one());
        let draw_by = draw_at.saturating_add(T::DrawPeriod::get().min(window));

        Escrow::<T>::take(&requester, escrow)?;
        NextInspectionId::<T>::put(next);
        OpenInspections::<T>::insert(dataset, inspection);
        let state = InspectionState::Drawing { requested_at, draw_at, draw_by };
        let record = InspectionRecord { dataset, requester: requester.clone(), seats, fee, escrow, state };
        Inspections::<T>::insert(inspection, record);
        let event = Event::InspectionRequested { inspection, dataset, requester, seats, draw_at, draw_by, fee };
        Self::deposit_event(event);
        Ok(())
    }

    pub(crate) fn do_draw_inspectors(inspection: InspectionId) -> DispatchResult {
        let mut record = Inspections::<T>::get(inspection).ok_or(Error::<T>::NotFound)?;
        let InspectionState::Drawing { requested_at, draw_at, draw_by } = record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(now > draw_at, Error::<T>::TooEarly);
        ensure!(now <= draw_by, Error::<T>::Expired);
        let seller = T::Assets::inspected_seller(Asset::Dataset(record.dataset))?;
        let seed = T::Entropy::seed_at(draw_at).ok_or(Error::<T>::SeedUnavailable)?;
        let excluded = [record.requester.clone(), seller];

        let drawn = T::Inspectors::draw(&seed, inspection, record.seats, requested_at, &excluded);
        ensure!(u32::try_from(drawn.len()) == Ok(record.seats), Error::<T>::TooFewInspectors);
        let invited = BoundedVec::try_from(drawn).map_err(|_| Error::<T>::InvalidSeats)?;
        let accept_by = now.saturating_add(T::AcceptPeriod::get());
        let inspectors = invited.clone();
        record.state = InspectionState::Inspecting { invited, inspecting: 0, accept_by };
        Inspections::<T>::insert(inspection, record);
        Self::deposit_event(Event::InspectorsDrawn { inspection, inspectors, accept_by });
        Ok(())
    }

    pub(crate) fn do_accept_inspection(
        inspector: T::AccountId,
        inspection: InspectionId,
        recipient_key: RecipientKey,
    ) -> DispatchResult {
        ensure!(recipient_key.is_usable(), Error::<T>::InvalidRecipientKey);
        let mut record = Inspections::<T>::get(inspection).ok_or(Error::<T>::NotFound)?;
        let InspectionState::Inspecting { invited, inspecting, accept_by } = &mut record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        let at = invited.iter().position(|account| *account == inspector).ok_or(Error::<T>::NotAuthorized)?;
        ensure!(frame_system::Pallet::<T>::block_number() <= *accept_by, Error::<T>::Expired);
        let asset = Asset::Dataset(record.dataset);
        ensure!(!T::Assets::is_condemned(asset), Error::<T>::Condemned);
        // Only the owner could ask for the inspection, and owes the key even if the dataset was delisted meanwhile.
        let seller = record.requester.clone();
        invited.remove(at);
        *inspecting = inspecting.checked_add(1).ok_or(ArithmeticError::Overflow)?;

        let grant = Grant::Inspection { inspection, fee: record.fee };
        let purchase = Self::open_purchase(asset, seller, inspector.clone(), grant, recipient_key, Zero::zero())?;
        Inspections::<T>::insert(inspection, record);
        Self::deposit_event(Event::InspectionAccepted { inspection, purchase, inspector });
        Ok(())
    }

    pub(crate) fn do_decline_inspection(inspector: T::AccountId, inspection: InspectionId) -> DispatchResult {
        let mut record = Inspections::<T>::get(inspection).ok_or(Error::<T>::NotFound)?;
        let InspectionState::Inspecting { invited, accept_by, .. } = &mut record.state else {
            return Err(Error::<T>::InvalidState.into());
        };
        let at = invited.iter().position(|account| *account == inspector).ok_or(Error::<T>::NotAuthorized)?;
        ensure!(frame_system::Pallet::<T>::block_number() <= *accept_by, Error::<T>::Expired);
        invited.remove(at);

        T::Inspectors::leave(&inspector);
        Inspections::<T>::insert(inspection, record);
        Self::deposit_event(Event::InvitationLapsed { inspection, inspector, penalised: false });
        Ok(())
    }

    pub(crate) fn do_abandon_inspection(inspector: T::AccountId, purchase: PurchaseId) -> DispatchResult {
        let record = Self::purchase_by(&inspector, purchase)?;
        let Grant::Inspection { inspection, fee } = record.grant else {
            return Err(Error::<T>::InvalidState.into());
        };
        let last = match record.state {
            PurchaseState::AwaitingKey { deliver_by } => deliver_by,
            PurchaseState::Delivered { complain_by, .. } => complain_by,
        };
        ensure!(frame_system::Pallet::<T>::block_number() <= last, Error::<T>::Expired);
        Self::end_inspection_part(purchase, record, inspection, fee, InspectionReport::Abandoned, inspector)
    }

    pub(crate) fn do_close_inspection(reporter: T::AccountId, inspection: InspectionId) -> DispatchResult {
        let record = Inspections::<T>::get(inspection).ok_or(Error::<T>::NotFound)?;
        let now = frame_system::Pallet::<T>::block_number();
        let InspectionRecord { dataset, requester, escrow, state, .. } = record;
        match state {
            InspectionState::Drawing { draw_by, .. } => ensure!(now > draw_by, Error::<T>::TooEarly),
            InspectionState::Inspecting { invited, inspecting, accept_by } => {
                ensure!(inspecting == 0, Error::<T>::ReportsOpen);
                // Whoever cannot ask for the key any more is not to blame, and need not wait.
                let asset = Asset::Dataset(dataset);
                let is_acceptable = T::Assets::package(asset).is_some() && !T::Assets::is_condemned(asset);
                ensure!(invited.is_empty() || !is_acceptable || now > accept_by, Error::<T>::TooEarly);
                for inspector in invited {
                    if is_acceptable {
                        // Nobody may profit from drawing evaluators who stay away: the wronged party's share is burned.
                        let cause = PenaltyCause::InspectionMissed { inspection };
                        T::Inspectors::penalise(&inspector, &inspector, &reporter, cause);
                    }
                    T::Inspectors::leave(&inspector);
                    Self::deposit_event(Event::InvitationLapsed { inspection, inspector, penalised: is_acceptable });
                }
            },
        }
        Escrow::<T>::refund(&requester, escrow, PayoutReason::Inspection { inspection })?;
        Inspections::<T>::remove(inspection);
        OpenInspections::<T>::remove(dataset);
        Self::deposit_event(Event::InspectionClosed { inspection, dataset, refund: escrow });
        Ok(())
    }

    /// End the part of an inspector: pay the fee or penalise, free deposit and seat, tell the dataset's registry.
    /// `reporter` is whose call ends it: nobody gains by reporting themselves.
    pub(crate) fn end_inspection_part(
        purchase: PurchaseId,
        record: PurchaseRecordOf<T>,
        inspection: InspectionId,
        fee: BalanceOf<T>,
        report: InspectionReport,
        reporter: T::AccountId,
    ) -> DispatchResult {
        let PurchaseRecord { asset, buyer: inspector, price, deposit, .. } = record;
        let Some(mut inspected) = Inspections::<T>::get(inspection) else {
            defensive!("close_inspection waits for every report, so an open part has its inspection; qed");
            return Err(Error::<T>::NotFound.into());
        };
        let earned = if report.is_earned() { fee } else { Zero::zero() };
        Escrow::<T>::credit(&inspector, earned, PayoutReason::Inspection { inspection })?;
        Escrow::<T>::release_deposit(&inspector, deposit)?;

        inspected.escrow = inspected.escrow.defensive_saturating_sub(earned);
        if let InspectionState::Inspecting { inspecting, .. } = &mut inspected.state {
            *inspecting = inspecting.defensive_saturating_sub(1);
        }
        // The bond is penalised while the seat still keeps it on hold.
        if report.is_failure() {
            let cause = PenaltyCause::InspectionMissed { inspection };
            T::Inspectors::penalise(&inspector, &inspector, &reporter, cause);
        }
        T::Inspectors::leave(&inspector);
        Inspections::<T>::insert(inspection, inspected);
        Purchases::<T>::remove(purchase);
        let sale_end = report.sale_end(inspector.clone(), reporter);
        Self::deposit_event(Event::InspectionReported { inspection, purchase, inspector, report, fee: earned });
        T::Assets::close_sale(asset, purchase, price, fee, sale_end)
    }
}
