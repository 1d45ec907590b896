//! Rounds from their opening to the decision. Owns [`Rounds`].

use crate::*;
use alloc::vec::Vec;
use frame_support::{pallet_prelude::*, storage::with_storage_layer};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    draw,
    seams::{Entropy, OnDecision},
    validation::MAX_COMMITTEE,
    RoundState, Seat, SeatState, Seed,
};
use sp_runtime::{traits::Saturating, SaturatedConversion};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_open_round(job: JobId, parties: seams::JobParties<T::AccountId>) -> DispatchResult {
        ensure!(!Rounds::<T>::contains_key(job), Error::<T>::AlreadyExists);
        let opened_at = frame_system::Pallet::<T>::block_number();
        let draw_at = opened_at.saturating_add(T::DrawDelay::get());
        let draw_by = draw_at.saturating_add(T::DrawPeriod::get());
        let round = RoundRecord {
            job_owner: parties.job_owner,
            data_provider: parties.data_provider,
            provider: parties.provider,
            work_units: parties.work_units,
            seats: BoundedVec::new(),
            state: RoundState::Drawing { opened_at, draw_at, draw_by },
        };
        Rounds::<T>::insert(job, round);
        Self::deposit_event(Event::RoundOpened { job, draw_at, draw_by });
        Ok(())
    }

    /// Returns the number of candidates that were ranked.
    pub(crate) fn do_draw_committee(job: JobId) -> Result<u32, DispatchError> {
        let mut round = Self::round(job)?;
        let RoundState::Drawing { opened_at, draw_at, draw_by } = round.state else {
            return Err(Error::<T>::WrongState.into());
        };
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(now <= draw_by, Error::<T>::Expired);
        let seed = T::Entropy::seed_at(draw_at).ok_or(Error::<T>::SeedUnavailable)?;
        let ranked = Self::ranked(job, &round, &seed);
        let candidates = ranked.len().saturated_into();
        let size: usize = T::CommitteeSize::get().clamp(1, MAX_COMMITTEE).saturated_into();
        let committee: Vec<T::AccountId> =
            ranked.into_iter().filter(|evaluator| Self::is_eligible(evaluator, opened_at)).take(size).collect();
        ensure!(committee.len() == size, Error::<T>::NotEnoughEvaluators);

        committee.iter().for_each(Self::take_seat);
        let seats = committee.iter().cloned().map(|evaluator| Seat { evaluator, state: SeatState::AwaitingKey });
        // Nothing is cut off: `size` was clamped to the bound.
        round.seats = BoundedVec::truncate_from(seats.collect());
        let keys_by = now.saturating_add(T::SealPeriod::get() / 2u32.into());
        let repeating = neurodata_primitives::job::blocks_for(round.work_units).into();
        let seal_by = now.saturating_add(T::SealPeriod::get()).saturating_add(repeating);
        round.state = RoundState::Sealing { keys_by, seal_by };
        Rounds::<T>::insert(job, round);
        Self::deposit_event(Event::CommitteeDrawn { job, committee, keys_by, seal_by });
        Ok(candidates)
    }

    /// The active evaluators that are no party of `round`, lowest rank first.
    pub(crate) fn ranked(job: JobId, round: &RoundRecordOf<T>, seed: &Seed) -> Vec<T::AccountId> {
        let parties = [round.job_owner.clone(), round.data_provider.clone(), round.provider.clone()];
        Self::ranked_outside(&parties, |evaluator| draw::derive(seed, draw::COMMITTEE_DOMAIN, &(job, evaluator)))
    }

    /// The active evaluators that are not `excluded`, lowest rank first.
    pub(crate) fn ranked_outside(excluded: &[T::AccountId], rank: impl Fn(&T::AccountId) -> Seed) -> Vec<T::AccountId> {
        let mut ranked: Vec<(Seed, T::AccountId)> = EvaluatorIndex::<T>::get()
            .into_iter()
            .filter(|evaluator| !excluded.contains(evaluator))
            .map(|evaluator| (rank(&evaluator), evaluator))
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, evaluator)| evaluator).collect()
    }

    /// Whether a ranked evaluator may take a seat that was asked for at `before`.
    pub(crate) fn is_eligible(evaluator: &T::AccountId, before: BlockNumberFor<T>) -> bool {
        Evaluators::<T>::get(evaluator)
            .is_some_and(|record| record.registered_at < before && Self::covers_another_seat(&record))
    }

    pub(crate) fn do_deliver_evaluation_keys(
        provider: T::AccountId,
        job: JobId,
        keys: BoundedVec<(T::AccountId, WrappedKey), ConstU32<MAX_COMMITTEE>>,
    ) -> DispatchResult {
        let mut round = Self::round(job)?;
        ensure!(round.provider == provider, Error::<T>::NotAuthorized);
        let RoundState::Sealing { keys_by, .. } = round.state else {
            return Err(Error::<T>::WrongState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() <= keys_by, Error::<T>::Expired);
        let mut members = Vec::new();
        for (member, key) in keys {
            let seat = Self::seat(&mut round, &member)?;
            ensure!(seat.state == SeatState::AwaitingKey, Error::<T>::AlreadyExists);
            seat.state = SeatState::Evaluating { key };
            members.push(member);
        }

        Rounds::<T>::insert(job, round);
        Self::deposit_event(Event::EvaluationKeysDelivered { job, members });
        Ok(())
    }

    pub(crate) fn do_seal_verdict(evaluator: T::AccountId, job: JobId, seal: VerdictSeal) -> DispatchResult {
        let mut round = Self::round(job)?;
        let RoundState::Sealing { seal_by, .. } = round.state else {
            return Err(Error::<T>::WrongState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() <= seal_by, Error::<T>::Expired);
        let seat = Self::seat(&mut round, &evaluator)?;
        match seat.state {
            SeatState::AwaitingKey => return Err(Error::<T>::KeyMissing.into()),
            SeatState::Sealed { .. } | SeatState::Revealed { .. } => return Err(Error::<T>::AlreadyExists.into()),
            SeatState::Evaluating { .. } => seat.state = SeatState::Sealed { seal },
        }

        Self::deposit_event(Event::VerdictSealed { job, evaluator });
        if round.seats.iter().all(decision::is_sealed) {
            Self::start_revealing(job, round);
        } else {
            Rounds::<T>::insert(job, round);
        }
        Ok(())
    }

    pub(crate) fn do_reveal_verdict(
        evaluator: T::AccountId,
        job: JobId,
        verdict: Verdict,
        score: u8,
        salt: &[u8; 32],
    ) -> DispatchResult {
        let mut round = Self::round(job)?;
        let RoundState::Revealing { reveal_by } = round.state else {
            return Err(Error::<T>::WrongState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() <= reveal_by, Error::<T>::Expired);
        ensure!((1..=100).contains(&score), Error::<T>::InvalidScore);
        let seat = Self::seat(&mut round, &evaluator)?;
        let seal = match &seat.state {
            SeatState::Sealed { seal } => *seal,
            SeatState::Revealed { .. } => return Err(Error::<T>::AlreadyExists.into()),
            SeatState::AwaitingKey | SeatState::Evaluating { .. } => return Err(Error::<T>::NotSealed.into()),
        };
        let opened = validation::seal_verdict(job, verdict, score, salt, &evaluator);
        ensure!(opened == seal, Error::<T>::SealMismatch);

        seat.state = SeatState::Revealed { verdict, score };
        Rounds::<T>::insert(job, &round);
        Self::deposit_event(Event::VerdictRevealed { job, evaluator, verdict, score });
        if !round.seats.iter().any(decision::is_sealed) {
            // Whoever refuses the decision must not take the opening away, for which its member would be slashed.
            if let Err(error) = with_storage_layer(|| Self::conclude(job, round)) {
                Self::deposit_event(Event::DecisionDeferred { job, error });
            }
        }
        Ok(())
    }

    pub(crate) fn do_close_sealing(reporter: T::AccountId, job: JobId) -> DispatchResult {
        let round = Self::round(job)?;
        let RoundState::Sealing { seal_by, .. } = round.state else {
            return Err(Error::<T>::WrongState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() > seal_by, Error::<T>::TooEarly);
        if decision::keyed(&round.seats) < decision::quorum(round.seats.len()) {
            return Self::conclude(job, round);
        }
        Self::penalise_seats(job, &round, &reporter, |state| matches!(state, SeatState::Evaluating { .. }));
        if round.seats.iter().any(decision::is_sealed) {
            Self::start_revealing(job, round);
            Ok(())
        } else {
            Self::conclude(job, round)
        }
    }

    pub(crate) fn do_close_round(reporter: T::AccountId, job: JobId) -> DispatchResult {
        let round = Self::round(job)?;
        let now = frame_system::Pallet::<T>::block_number();
        match round.state {
            RoundState::Drawing { draw_by, .. } => ensure!(now > draw_by, Error::<T>::TooEarly),
            RoundState::Sealing { .. } => return Err(Error::<T>::WrongState.into()),
            RoundState::Revealing { reveal_by } => {
                let all_open = !round.seats.iter().any(decision::is_sealed);
                ensure!(all_open || now > reveal_by, Error::<T>::TooEarly);
            },
        }
        Self::penalise_seats(job, &round, &reporter, |state| matches!(state, SeatState::Sealed { .. }));
        Self::conclude(job, round)
    }

    /// The round of `job`.
    fn round(job: JobId) -> Result<RoundRecordOf<T>, Error<T>> {
        Rounds::<T>::get(job).ok_or(Error::NotFound)
    }

    /// The seat of `evaluator` in `round`.
    fn seat<'a>(
        round: &'a mut RoundRecordOf<T>,
        evaluator: &T::AccountId,
    ) -> Result<&'a mut Seat<T::AccountId>, Error<T>> {
        round.seats.iter_mut().find(|seat| seat.evaluator == *evaluator).ok_or(Error::NotOnCommittee)
    }

    /// Let members open their seals from now on.
    fn start_revealing(job: JobId, mut round: RoundRecordOf<T>) {
        let reveal_by = frame_system::Pallet::<T>::block_number().saturating_add(T::RevealPeriod::get());
        round.state = RoundState::Revealing { reveal_by };
        Rounds::<T>::insert(job, round);
        Self::deposit_event(Event::RevealingStarted { job, reveal_by });
    }

    /// Penalise every seat whose state is `at_fault`.
    fn penalise_seats(
        job: JobId,
        round: &RoundRecordOf<T>,
        reporter: &T::AccountId,
        at_fault: fn(&SeatState) -> bool,
    ) {
        for seat in round.seats.iter().filter(|seat| at_fault(&seat.state)) {
            Self::penalise_evaluator(Some(job), &seat.evaluator, &round.job_owner, reporter);
        }
    }

    /// Decide a round as its seats stand, free the seats, remove it, and pass the decision on.
    fn conclude(job: JobId, round: RoundRecordOf<T>) -> DispatchResult {
        let decision = decision::decide(&round.seats);
        let majority = decision::majority(&round.seats, decision);
        round.seats.iter().for_each(|seat| Self::leave_seat(&seat.evaluator));
        Rounds::<T>::remove(job);
        Self::deposit_event(Event::RoundClosed { job, decision });
        T::OnDecision::decided(job, decision, majority)
    }
}
