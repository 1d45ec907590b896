//! Rounds from their opening to the last verdict. Owns [`Rounds`] and [`OpenRounds`].

use crate::*;
use alloc::vec::Vec;
use frame_support::pallet_prelude::*;
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    draw,
    seams::{Entropy, EvaluationRequest},
    validation::{MAX_COMMITTEE, MAX_FIRST_COMMITTEE},
    RoundState, Seat, SeatState, Seed,
};
use sp_runtime::{traits::Saturating, SaturatedConversion};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_open_round(job: JobId, request: EvaluationRequest<T::AccountId>) -> DispatchResult {
        ensure!(!Rounds::<T>::contains_key(job), Error::<T>::AlreadyExists);
        Self::begin_probe(job, &request);
        OpenRounds::<T>::insert(job.get().to_be_bytes(), ());
        Self::start_drawing(job, |state| RoundRecord {
            job_owner: request.job_owner,
            data_provider: request.data_provider,
            provider: request.provider,
            work_units: request.work_units,
            seed: request.seed,
            trace: request.trace,
            probe: request.probe,
            planted: None,
            sampled: request.sampled,
            instance: Instance::First,
            earlier: BoundedVec::new(),
            seats: BoundedVec::new(),
            state,
        });
        Ok(())
    }

    /// Ask now for the committee of the round that `with_state` makes.
    pub(crate) fn start_drawing(job: JobId, with_state: impl FnOnce(RoundState<BlockNumberFor<T>>) -> RoundRecordOf<T>) {
        let opened_at = frame_system::Pallet::<T>::block_number();
        let draw_at = opened_at.saturating_add(T::DrawDelay::get());
        let draw_by = draw_at.saturating_add(T::DrawPeriod::get());
        let round = with_state(RoundState::Drawing { opened_at, draw_at, draw_by });
        let instance = round.instance;
        Rounds::<T>::insert(job, round);
        Self::deposit_event(Event::RoundOpened { job, instance, draw_at, draw_by });
    }

    /// Returns the number of candidates that were ranked, and of those that were looked at.
    pub(crate) fn do_draw_committee(job: JobId) -> Result<(u32, u32), DispatchError> {
        let mut round = Self::round(job)?;
        let RoundState::Drawing { opened_at, draw_at, draw_by } = round.state else {
            return Err(Error::<T>::WrongState.into());
        };
        let now = frame_system::Pallet::<T>::block_number();
        ensure!(now <= draw_by, Error::<T>::Expired);
        let seed = T::Entropy::seed_at(draw_at).ok_or(Error::<T>::SeedUnavailable)?;
        let (most, least) = Self::committee_sizes(round.instance);
        let ranked = Self::ranked(job, &round, opened_at, &seed);
        let candidates = ranked.len().saturated_into();
        let (committee, looks) = Self::seatable(ranked, most);
        ensure!(committee.len() >= least, Error::<T>::NotEnoughEvaluators);

        committee.iter().for_each(|member| Self::take_duty(member, job));
        let seats = committee.iter().cloned().map(|evaluator| Seat { evaluator, state: SeatState::AwaitingKey });
        // Nothing is cut off: the size was clamped to the bound.
        round.seats = BoundedVec::truncate_from(seats.collect());
        let keys_by = now.saturating_add(T::SealPeriod::get() / 2u32.into());
        let repeating = neurodata_primitives::job::blocks_for(round.work_units).into();
        let seal_by = now.saturating_add(T::SealPeriod::get()).saturating_add(repeating);
        round.state = RoundState::Sealing { keys_by, seal_by };
        Rounds::<T>::insert(job, round);
        Self::deposit_event(Event::CommitteeDrawn { job, committee, keys_by, seal_by });
        Ok((candidates, looks))
    }

    /// Most and least seats of a committee.
    fn committee_sizes(instance: Instance) -> (usize, usize) {
        let size = T::CommitteeSize::get().clamp(1, MAX_FIRST_COMMITTEE);
        let most = match instance {
            Instance::First => size,
            Instance::Second => size.saturating_mul(2).saturating_add(1).min(MAX_COMMITTEE),
        };
        (most.saturated_into(), size.saturated_into())
    }

    /// The active evaluators that are no party of `round`, nor were members of its first committee, lowest rank first.
    pub(crate) fn ranked(
        job: JobId,
        round: &RoundRecordOf<T>,
        before: BlockNumberFor<T>,
        seed: &Seed,
    ) -> Vec<T::AccountId> {
        let parties = [&round.job_owner, &round.data_provider, &round.provider];
        let members = round.earlier.iter().map(|earlier| &earlier.evaluator);
        let excluded: Vec<T::AccountId> = parties.into_iter().chain(members).cloned().collect();
        let lot = |evaluator: &T::AccountId, ticket: u8| {
            draw::derive(seed, draw::COMMITTEE_DOMAIN, &(job, evaluator, ticket))
        };
        Self::ranked_outside(&excluded, before, lot)
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

    /// Returns whether the round is over.
    pub(crate) fn do_reveal_verdict(
        evaluator: T::AccountId,
        job: JobId,
        verdict: Verdict,
        score: u8,
        salt: &[u8; 32],
    ) -> Result<bool, DispatchError> {
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
        Ok(Self::try_conclude(job, round))
    }

    pub(crate) fn do_close_sealing(reporter: T::AccountId, job: JobId) -> DispatchResult {
        let round = Self::round(job)?;
        let RoundState::Sealing { keys_by, seal_by } = round.state else {
            return Err(Error::<T>::WrongState.into());
        };
        let now = frame_system::Pallet::<T>::block_number();
        if now > keys_by && decision::keyed(&round.seats) < decision::quorum(round.seats.len()) {
            return Self::conclude(job, round);
        }
        ensure!(now > seal_by, Error::<T>::TooEarly);
        let is_silent = |state: &SeatState| matches!(state, SeatState::Evaluating { .. });
        Self::penalise_seats(&round, &reporter, is_silent, PenaltyCause::NotSealed { job });
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
                ensure!(decision::is_open(&round) || now > reveal_by, Error::<T>::TooEarly);
            },
        }
        let is_silent = |state: &SeatState| matches!(state, SeatState::Sealed { .. });
        Self::penalise_seats(&round, &reporter, is_silent, PenaltyCause::NotOpened { job });
        Self::conclude(job, round)
    }

    /// The round of `job`.
    pub(crate) fn round(job: JobId) -> Result<RoundRecordOf<T>, Error<T>> {
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
        round: &RoundRecordOf<T>,
        reporter: &T::AccountId,
        at_fault: fn(&SeatState) -> bool,
        cause: PenaltyCause,
    ) {
        for seat in round.seats.iter().filter(|seat| at_fault(&seat.state)) {
            Self::penalise_evaluator(&seat.evaluator, &round.job_owner, reporter, cause);
        }
    }

    /// Remove the round of `job`.
    pub(crate) fn remove_round(job: JobId) {
        Rounds::<T>::remove(job);
        OpenRounds::<T>::remove(job.get().to_be_bytes());
    }
}
