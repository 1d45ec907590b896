//! How a round ends: with a decision, with a second committee, or as a known-answer task.

use crate::{probes::Probe, *};
use alloc::vec::Vec;
use frame_support::{defensive, pallet_prelude::*, storage::with_storage_layer};
use neurodata_primitives::{
    seams::{OnDecision, Payouts, Reputation},
    EarlierVerdict, RoundState,
};
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
    /// End the round of `job` if there is nothing left to open. Returns whether there was nothing.
    ///
    /// Whoever refuses the decision must not take the opening away, for which its member would be slashed: the round
    /// stays, with the opening.
    pub(crate) fn try_conclude(job: JobId, round: RoundRecordOf<T>) -> bool {
        if !decision::is_open(&round) {
            return false;
        }
        if let Err(error) = with_storage_layer(|| Self::conclude(job, round)) {
            Self::deposit_event(Event::DecisionDeferred { job, error });
        }
        true
    }

    /// End a round as it stands, and free its seats.
    pub(crate) fn conclude(job: JobId, mut round: RoundRecordOf<T>) -> DispatchResult {
        if let Some(trace) = round.planted {
            return Self::conclude_probe(job, round, trace);
        }
        // Silence counts as a lot that was drawn. Without a seal there was no time for the provider to open its secret.
        if matches!(round.state, RoundState::Revealing { .. }) && round.probe.take().is_some() {
            Probes::<T>::remove(job);
            T::OnDecision::probe_skipped(job)?;
        }
        let decision = decision::decide_round(&round);
        let is_disputed = decision == Decision::Undecided && !round.seats.is_empty();
        if is_disputed && round.instance == Instance::First {
            Self::open_second_instance(job, round);
            Ok(())
        } else {
            Self::conclude_decided(job, round, decision)
        }
    }

    /// Put a round before a larger committee, drawn from a seed that does not exist yet.
    fn open_second_instance(job: JobId, round: RoundRecordOf<T>) {
        Self::free_seats(job, &round);
        let earlier = round.seats.iter().map(|seat| EarlierVerdict {
            evaluator: seat.evaluator.clone(),
            verdict: decision::verdict(seat),
        });
        // Nothing is cut off: a first committee was clamped to this bound.
        let earlier = BoundedVec::truncate_from(earlier.collect());
        let (instance, seats) = (Instance::Second, BoundedVec::new());
        Self::start_drawing(job, |state| RoundRecord { instance, earlier, seats, state, ..round });
    }

    /// Pass `decision` on, with those of both committees who found the same.
    fn conclude_decided(job: JobId, round: RoundRecordOf<T>, decision: Decision) -> DispatchResult {
        let majority = decision::majority(&round.earlier, &round.seats, decision);
        let outvoted = decision::outvoted(&decision::opinions_to_account_for(&round), &round.seats, decision);
        Self::free_seats(job, &round);
        Self::remove_round(job);
        Probes::<T>::remove(job);
        for member in &outvoted {
            T::Reputation::note_penalty(member, Zero::zero(), PenaltyCause::Outvoted { job });
        }
        Self::deposit_event(Event::RoundClosed { job, decision });
        T::OnDecision::decided(job, decision, majority)
    }

    /// Penalise who accepted the planted trace, pay who found it out, and send the true `trace` to a new round.
    ///
    /// The provider, who brought the evidence, is the reporter.
    fn conclude_probe(job: JobId, round: RoundRecordOf<T>, trace: TraceRoot) -> DispatchResult {
        let Some(Probe::Planted { secret }) = Probes::<T>::take(job) else {
            defensive!("`planted` is set together with the secret; qed");
            return Err(Error::<T>::NoProbe.into());
        };
        let with = |verdict| -> Vec<T::AccountId> { decision::members_with(&round.seats, verdict).cloned().collect() };
        let (fooled, found_by) = (with(Verdict::Accept), with(Verdict::Reject));
        let cause = PenaltyCause::PlantAccepted { job, planted: round.trace, trace, secret };
        Self::free_seats(job, &round);
        Self::remove_round(job);
        for member in &fooled {
            Self::penalise_evaluator(member, &round.job_owner, &round.provider, cause);
        }
        Self::deposit_event(Event::RoundProbed { job, trace, found_by: found_by.clone() });
        T::Payouts::settle_known_answer(job, found_by);
        T::OnDecision::probed(job, trace)
    }

    /// Free every seat of `round`.
    fn free_seats(job: JobId, round: &RoundRecordOf<T>) {
        round.seats.iter().for_each(|seat| Self::end_duty(&seat.evaluator, job));
    }
}
