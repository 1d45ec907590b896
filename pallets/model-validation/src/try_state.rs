//! Invariants of the whole storage.

use crate::{probes::Probe, *};
use alloc::{
    collections::{btree_map::BTreeMap, btree_set::BTreeSet},
    vec::Vec,
};
use frame_support::{ensure, traits::fungible::InspectHold};
use neurodata_primitives::{
    leaderboard::beats,
    validation::{MAX_FIRST_COMMITTEE, MAX_SEATS, MAX_TICKETS},
    RoundState, SeatState,
};
use sp_runtime::{Saturating, TryRuntimeError};

/// Jobs by the evaluator that has a seat in their rounds.
type DutiesOf<T> = BTreeMap<AccountIdOf<T>, BTreeSet<JobId>>;

impl<T: Config> Pallet<T> {
    /// Check every invariant: parameters, bonds against holds, the index against the records, seats against rounds and
    /// inspections, known-answer tasks against rounds, leaderboards against the ladder rule.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::ensure_parameters().map_err(TryRuntimeError::Other)?;
        let duties = Self::try_state_rounds()?;
        let stored: DutiesOf<T> = Duties::<T>::iter().map(|(who, jobs)| (who, jobs.into_iter().collect())).collect();
        ensure!(stored == duties, "the duties are not the seats in rounds");
        let count = |jobs: BTreeSet<JobId>| u32::try_from(jobs.len()).unwrap_or(u32::MAX);
        let mut seats: BTreeMap<_, _> = duties.into_iter().map(|(who, jobs)| (who, count(jobs))).collect();
        for (inspector, count) in InspectionSeats::<T>::iter() {
            ensure!(count > 0, "a count of no seats is stored");
            let sum = seats.entry(inspector).or_default();
            *sum = sum.saturating_add(count);
        }
        Self::try_state_evaluators(&seats)?;
        Self::try_state_leaderboards()
    }

    /// Check each round by itself; returns the seats.
    fn try_state_rounds() -> Result<DutiesOf<T>, TryRuntimeError> {
        let mut duties = DutiesOf::<T>::new();
        let mut probes = 0;
        for (job, round) in Rounds::<T>::iter() {
            ensure!(OpenRounds::<T>::contains_key(job.get().to_be_bytes()), "a round is not listed");
            Self::try_state_committee(&round)?;
            match (Probes::<T>::get(job), round.probe.is_some(), round.planted.is_some()) {
                (None, false, false) => {},
                (Some(Probe::Closed { .. }), true, false) => probes.saturating_inc(),
                (Some(Probe::Planted { .. }), false, true) => {
                    probes.saturating_inc();
                    let reveals = matches!(round.state, RoundState::Revealing { .. });
                    ensure!(reveals, "a plant was opened while others seal");
                },
                _ => return Err("a known-answer task is not that of its round".into()),
            }
            for seat in &round.seats {
                duties.entry(seat.evaluator.clone()).or_default().insert(job);
            }
        }
        ensure!(OpenRounds::<T>::iter_keys().count() == Rounds::<T>::iter_keys().count(), "a listed round is gone");
        ensure!(Probes::<T>::iter_keys().count() == probes, "a known-answer task has no round");
        Ok(duties)
    }

    /// Check who sits in `round`, and how far the seats are.
    fn try_state_committee(round: &RoundRecordOf<T>) -> Result<(), TryRuntimeError> {
        let members: BTreeSet<_> = round.seats.iter().map(|seat| &seat.evaluator).collect();
        let earlier: BTreeSet<_> = round.earlier.iter().map(|earlier| &earlier.evaluator).collect();
        ensure!(members.len() == round.seats.len(), "an evaluator has two seats in a round");
        ensure!(members.is_disjoint(&earlier), "a member of the first committee sits on the second");
        for party in [&round.job_owner, &round.data_provider, &round.provider] {
            ensure!(!members.contains(party) && !earlier.contains(party), "a party sits on the committee");
        }
        match round.instance {
            Instance::First => {
                ensure!(earlier.is_empty(), "a first committee has one before it");
                let most = usize::try_from(MAX_FIRST_COMMITTEE).unwrap_or(usize::MAX);
                ensure!(members.len() <= most, "a first committee is too large");
            },
            Instance::Second => ensure!(!earlier.is_empty(), "a second committee has none before it"),
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
        Ok(())
    }

    /// Check each evaluator against its hold, the index and `seats`.
    fn try_state_evaluators(seats: &BTreeMap<T::AccountId, u32>) -> Result<(), TryRuntimeError> {
        let index = EvaluatorIndex::<T>::get();
        let active: BTreeSet<_> = index.iter().map(|candidate| candidate.evaluator.clone()).collect();
        ensure!(active.len() == index.len(), "an evaluator is twice in the index");
        let within = |candidate: &CandidateOf<T>| candidate.tickets.max(candidate.earlier_tickets) <= MAX_TICKETS;
        ensure!(index.iter().all(within), "an evaluator has too many tickets");
        let reason = HoldReason::EvaluatorBond.into();
        let evaluators: Vec<_> = Evaluators::<T>::iter().collect();
        for (evaluator, record) in &evaluators {
            let held = T::Currency::balance_on_hold(&reason, evaluator);
            ensure!(held == record.bond, "the hold is not the bond");
            let works = record.retires_at.is_none();
            ensure!(active.contains(evaluator) == works, "the index is not the active evaluators");
            let open_seats = seats.get(evaluator).copied().unwrap_or_default();
            ensure!(record.open_seats == open_seats, "open seats do not match the rounds");
            ensure!(open_seats <= MAX_SEATS, "an evaluator has too many seats");
        }
        let registered: BTreeSet<_> = evaluators.iter().map(|(evaluator, _)| evaluator).collect();
        ensure!(active.iter().all(|evaluator| registered.contains(evaluator)), "a stranger is in the index");
        ensure!(seats.keys().all(|evaluator| registered.contains(evaluator)), "a stranger has a seat");
        Ok(())
    }

    /// Check that every leaderboard is listed once, and is a ladder.
    fn try_state_leaderboards() -> Result<(), TryRuntimeError> {
        let boards: BTreeSet<Task> = Leaderboards::<T>::iter_keys().collect();
        let listed: Vec<Task> = Tasks::<T>::iter_values().flatten().collect();
        ensure!(listed.len() == boards.len(), "a task is listed twice, or has no leaderboard");
        ensure!(listed.iter().all(|task| boards.contains(task)), "a listed task has no leaderboard");
        for board in Leaderboards::<T>::iter_values() {
            let mut pairs = board.rungs.iter().zip(board.rungs.iter().skip(1));
            let is_ladder = pairs.all(|(upper, lower)| beats((upper.correct, upper.rows), (lower.correct, lower.rows)));
            ensure!(is_ladder, "a rung does not beat the one below");
        }
        Ok(())
    }
}
