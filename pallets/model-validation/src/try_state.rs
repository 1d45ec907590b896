//! Invariants of the whole storage.

use crate::*;
use alloc::{collections::{btree_map::BTreeMap, btree_set::BTreeSet}, vec::Vec};
use frame_support::{ensure, traits::fungible::InspectHold};
use neurodata_primitives::{RoundState, SeatState};
use sp_runtime::{Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
    /// Check every invariant: parameters, bonds against holds, the index against the records, seats against rounds and
    /// inspections.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::ensure_parameters().map_err(TryRuntimeError::Other)?;
        let mut seats = Self::try_state_rounds()?;
        for (inspector, count) in InspectionSeats::<T>::iter() {
            ensure!(count > 0, "a count of no seats is stored");
            let sum = seats.entry(inspector).or_default();
            *sum = sum.saturating_add(count);
        }
        Self::try_state_evaluators(&seats)
    }

    /// Check each round by itself; returns the seats by evaluator.
    fn try_state_rounds() -> Result<BTreeMap<T::AccountId, u32>, TryRuntimeError> {
        let mut seats = BTreeMap::<T::AccountId, u32>::new();
        for (_, round) in Rounds::<T>::iter() {
            let members: BTreeSet<_> = round.seats.iter().map(|seat| &seat.evaluator).collect();
            ensure!(members.len() == round.seats.len(), "an evaluator has two seats in a round");
            for party in [&round.job_owner, &round.data_provider, &round.provider] {
                ensure!(!members.contains(party), "a party sits on the committee");
            }
            let revealed = round.seats.iter().any(|seat| matches!(seat.state, SeatState::Revealed { .. }));
            match round.state {
                RoundState::Drawing { .. } => ensure!(members.is_empty(), "a committee before its draw"),
                RoundState::Sealing { .. } => {
                    ensure!(!members.is_empty(), "no committee after the draw");
                    ensure!(!revealed, "a verdict was opened while others seal");
                },
                RoundState::Revealing { .. } => {
                    let sealed = round.seats.iter().any(decision::is_sealed);
                    ensure!(sealed || revealed, "nobody sealed in a round that reveals");
                },
            }
            for seat in &round.seats {
                seats.entry(seat.evaluator.clone()).or_default().saturating_inc();
            }
        }
        Ok(seats)
    }

    /// Check each evaluator against its hold, the index and `seats`.
    fn try_state_evaluators(seats: &BTreeMap<T::AccountId, u32>) -> Result<(), TryRuntimeError> {
        let index = EvaluatorIndex::<T>::get();
        let active: BTreeSet<_> = index.iter().cloned().collect();
        ensure!(active.len() == index.len(), "an evaluator is twice in the index");
        let reason = HoldReason::EvaluatorBond.into();
        let evaluators: Vec<_> = Evaluators::<T>::iter().collect();
        for (evaluator, record) in &evaluators {
            let held = T::Currency::balance_on_hold(&reason, evaluator);
            ensure!(held == record.bond, "the hold is not the bond");
            let works = record.retires_at.is_none();
            ensure!(active.contains(evaluator) == works, "the index is not the active evaluators");
            let open_seats = seats.get(evaluator).copied().unwrap_or_default();
            ensure!(record.open_seats == open_seats, "open seats do not match the rounds");
        }
        let registered: BTreeSet<_> = evaluators.iter().map(|(evaluator, _)| evaluator).collect();
        ensure!(active.iter().all(|evaluator| registered.contains(evaluator)), "a stranger is in the index");
        ensure!(seats.keys().all(|evaluator| registered.contains(evaluator)), "a stranger has a seat");
        Ok(())
    }
}
