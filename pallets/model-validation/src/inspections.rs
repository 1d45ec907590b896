//! Evaluators as inspectors of packages. Owns [`InspectionSeats`].

use crate::*;
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{draw, seams::Inspectors, InspectionId, Seed};
use sp_runtime::{traits::Zero, SaturatedConversion, Saturating};

impl<T: Config> Inspectors<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
    /// Fewer than `seats` are drawn if no more can take one. Lots count as for a committee ([`crate::candidates`]), with
    /// `INSPECTION_DOMAIN` and the inspection.
    fn draw(
        seed: &Seed,
        inspection: InspectionId,
        seats: u32,
        before: BlockNumberFor<T>,
        excluded: &[T::AccountId],
    ) -> Vec<T::AccountId> {
        let lot = |evaluator: &T::AccountId, ticket: u8| {
            draw::derive(seed, draw::INSPECTION_DOMAIN, &(inspection, evaluator, ticket))
        };
        let ranked = Self::ranked_outside(excluded, before, lot);
        let (drawn, _) = Self::seatable(ranked, seats.saturated_into());
        for evaluator in &drawn {
            Self::take_seat(evaluator);
            InspectionSeats::<T>::mutate(evaluator, |seats| seats.saturating_inc());
        }
        drawn
    }

    /// Does nothing for an account without a seat in an inspection: the seats of committees are not freed from here.
    fn leave(inspector: &T::AccountId) {
        let was_seated = InspectionSeats::<T>::mutate_exists(inspector, |stored| {
            let Some(seats) = stored.filter(|seats| !seats.is_zero()) else { return false };
            *stored = Some(seats.saturating_sub(1)).filter(|left| !left.is_zero());
            true
        });
        if was_seated {
            Self::leave_seat(inspector);
        }
    }

    fn penalise(inspector: &T::AccountId, wronged: &T::AccountId, reporter: &T::AccountId, cause: PenaltyCause) {
        if Evaluators::<T>::get(inspector).is_some_and(|record| !record.bond.is_zero()) {
            Self::penalise_evaluator(inspector, wronged, reporter, cause);
        }
    }
}
