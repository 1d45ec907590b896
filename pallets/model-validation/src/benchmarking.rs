//! Benchmarks of the calls, each in its worst case: a full committee, a full index, and a decision that is passed on.

use crate::{Pallet as ModelValidation, *};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, Get},
    BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use neurodata_primitives::{
    probe,
    seams::{Entropy, Evaluation},
    validation::{MAX_COMMITTEE, MAX_FIRST_COMMITTEE, MAX_SEATS},
    trace,
    training::MAX_CHECKPOINTS,
    CheckpointDigest, CourseDigest, EarlierVerdict, RoundState, Seat, SeatState, TraceLink,
};
use sp_runtime::{traits::One, Permill, Saturating};

const SALT: [u8; 32] = [7; 32];
const SCORE: u8 = 80;

fn now<T: Config>() -> BlockNumberFor<T> {
    frame_system::Pallet::<T>::block_number()
}

fn recipient_key() -> RecipientKey {
    RecipientKey::new([1; 32])
}

fn wrapped_key() -> WrappedKey {
    WrappedKey { ephemeral_key: recipient_key(), sealed_key: [2; 48] }
}

/// Twice the minimum: one penalty retires nobody.
fn bond<T: Config>() -> BalanceOf<T> {
    T::EvaluatorBond::get().saturating_mul(2u32.into())
}

/// An account with funds for its bond.
fn funded<T: Config>(number: u32) -> T::AccountId
where
    T::Currency: Mutate<T::AccountId>,
{
    let account = account("evaluator", number, 0);
    T::Currency::set_balance(&account, bond::<T>().saturating_mul(2u32.into()));
    account
}

fn registered<T: Config>(number: u32) -> T::AccountId
where
    T::Currency: Mutate<T::AccountId>,
{
    let evaluator = funded::<T>(number);
    ModelValidation::<T>::do_register_evaluator(evaluator.clone(), bond::<T>(), recipient_key())
        .expect("the account has its bond");
    evaluator
}

/// Fill the index so that `left` places are free.
fn fill_index<T: Config>(left: u32)
where
    T::Currency: Mutate<T::AccountId>,
{
    let there = EvaluatorIndex::<T>::decode_len().unwrap_or_default() as u32;
    for number in there..T::MaxEvaluators::get().saturating_sub(left) {
        registered::<T>(number);
    }
}

fn seal_of<T: Config>(job: JobId, member: &T::AccountId) -> VerdictSeal {
    validation::seal_verdict(job, Verdict::Accept, SCORE, &SALT, member)
}

/// Evaluators that [`round_with`] registers.
const MEMBERS: u32 = MAX_COMMITTEE + MAX_FIRST_COMMITTEE;

/// A round with a full second committee whose seats are as `seat` says, in `state`. The first one rejected.
fn round_with<T: Config>(
    state: RoundState<BlockNumberFor<T>>,
    seat: impl Fn(JobId, u32, &T::AccountId) -> SeatState,
) -> (JobId, Vec<T::AccountId>)
where
    T::Currency: Mutate<T::AccountId>,
{
    let (job, request) = T::BenchmarkHelper::job_under_evaluation();
    let members: Vec<_> = (0..MAX_COMMITTEE).map(|number| registered::<T>(1_000_000 + number)).collect();
    members.iter().for_each(|member| ModelValidation::<T>::take_duty(member, job));
    let earlier = (0..MAX_FIRST_COMMITTEE)
        .map(|number| EarlierVerdict { evaluator: registered::<T>(1_100_000 + number), verdict: Some(Verdict::Reject) })
        .collect();
    let seats = members
        .iter()
        .zip(0..)
        .map(|(member, place)| Seat { evaluator: member.clone(), state: seat(job, place, member) })
        .collect();
    let round = RoundRecord {
        job_owner: request.job_owner,
        data_provider: request.data_provider,
        provider: request.provider,
        work_units: request.work_units,
        seed: request.seed,
        trace: request.trace,
        probe: None,
        planted: None,
        sampled: false,
        instance: Instance::Second,
        earlier: BoundedVec::truncate_from(earlier),
        seats: BoundedVec::truncate_from(seats),
        state,
    };
    Probes::<T>::remove(job);
    OpenRounds::<T>::insert(job.get().to_be_bytes(), ());
    Rounds::<T>::insert(job, round);
    (job, members)
}

/// Let the provider of `job` owe its secret.
fn owe_secret<T: Config>(job: JobId) {
    Probes::<T>::insert(job, probes::Probe::Closed { rate: Permill::one() });
    Rounds::<T>::mutate_extant(job, |round| round.probe = Some(Default::default()));
}

/// Seats of which all but the last are opened with acceptance, the last one being sealed.
fn all_but_one_opened<T: Config>(job: JobId, place: u32, member: &T::AccountId) -> SeatState {
    if place + 1 == MAX_COMMITTEE {
        SeatState::Sealed { seal: seal_of::<T>(job, member) }
    } else {
        SeatState::Revealed { verdict: Verdict::Accept, score: SCORE }
    }
}

fn later<T: Config>() -> BlockNumberFor<T> {
    now::<T>().saturating_add(10u32.into())
}

fn go_past<T: Config>(block: BlockNumberFor<T>) {
    frame_system::Pallet::<T>::set_block_number(block.saturating_add(One::one()));
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register_evaluator() {
        fill_index::<T>(1);
        let caller = funded::<T>(2_000_000);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), bond::<T>(), recipient_key());

        assert!(Evaluators::<T>::contains_key(caller));
    }

    #[benchmark]
    fn set_recipient_key() {
        let caller = registered::<T>(0);
        let key = RecipientKey::new([9; 32]);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), key);

        assert_eq!(Evaluators::<T>::get(caller).map(|record| record.recipient_key), Some(key));
    }

    #[benchmark]
    fn retire_evaluator() {
        fill_index::<T>(1);
        let caller = registered::<T>(2_000_000);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert!(Evaluators::<T>::get(caller).is_some_and(|record| record.retires_at.is_some()));
    }

    #[benchmark]
    fn withdraw_bond() {
        let caller = registered::<T>(0);
        ModelValidation::<T>::do_retire_evaluator(caller.clone()).expect("it is active");
        go_past::<T>(now::<T>().saturating_add(T::RetirePeriod::get()));

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert!(!Evaluators::<T>::contains_key(caller));
    }

    /// The first ranks have as many seats as they may.
    #[benchmark]
    fn draw_committee(c: Linear<100, 1_000>, l: Linear<15, 100>) -> Result<(), BenchmarkError> {
        let (job, request) = T::BenchmarkHelper::job_under_evaluation();
        for number in 0..c {
            registered::<T>(number);
        }
        go_past::<T>(now::<T>());
        ModelValidation::<T>::remove_round(job);
        ModelValidation::<T>::open_round(job, request)?;
        let opened_at = now::<T>();
        let draw_at = opened_at.saturating_add(T::DrawDelay::get());
        go_past::<T>(draw_at);
        T::BenchmarkHelper::set_seed(draw_at);
        let seed = T::Entropy::seed_at(draw_at).ok_or(BenchmarkError::Stop("no seed"))?;
        let round = Rounds::<T>::get(job).ok_or(BenchmarkError::Stop("no round"))?;
        let ranked = ModelValidation::<T>::ranked(job, &round, opened_at, &seed);
        let full = l.saturating_sub(T::CommitteeSize::get()) as usize;
        for evaluator in ranked.iter().take(full) {
            Evaluators::<T>::mutate_extant(evaluator, |record| record.open_seats = MAX_SEATS);
        }
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), job);

        let seats = Rounds::<T>::get(job).map(|round| round.seats).unwrap_or_default();
        assert_eq!(seats.first().map(|seat| &seat.evaluator), ranked.get(full));
        Ok(())
    }

    #[benchmark]
    fn deliver_evaluation_keys(k: Linear<1, 15>) {
        let state = RoundState::Sealing { keys_by: later::<T>(), seal_by: later::<T>() };
        let (job, members) = round_with::<T>(state, |_, _, _| SeatState::AwaitingKey);
        let keys = members.into_iter().rev().take(k as usize).map(|member| (member, wrapped_key())).collect();
        let provider = Rounds::<T>::get(job).map(|round| round.provider).expect("the round was inserted");

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), job, BoundedVec::truncate_from(keys));

        let keyed = Rounds::<T>::get(job).map(|round| decision::keyed(&round.seats));
        assert_eq!(keyed, Some(k as usize));
    }

    /// The last seal.
    #[benchmark]
    fn seal_verdict() {
        let state = RoundState::Sealing { keys_by: later::<T>(), seal_by: later::<T>() };
        let (job, members) = round_with::<T>(state, |job, place, member| {
            if place + 1 == MAX_COMMITTEE {
                SeatState::Evaluating { key: wrapped_key() }
            } else {
                SeatState::Sealed { seal: seal_of::<T>(job, member) }
            }
        });
        let caller = members.last().cloned().expect("the committee is full");
        let seal = seal_of::<T>(job, &caller);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), job, seal);

        let state = Rounds::<T>::get(job).map(|round| round.state);
        assert!(matches!(state, Some(RoundState::Revealing { .. })));
    }

    /// Not the last opening: the secret is missing. What the last one costs beside it is `end_round`.
    #[benchmark]
    fn reveal_verdict() {
        let state = RoundState::Revealing { reveal_by: later::<T>() };
        let (job, members) = round_with::<T>(state, all_but_one_opened::<T>);
        Rounds::<T>::mutate_extant(job, |round| round.probe = Some(Default::default()));
        let caller = members.last().cloned().expect("the committee is full");

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), job, Verdict::Accept, SCORE, SALT);

        let round = Rounds::<T>::get(job).expect("the round goes on");
        assert!(!round.seats.iter().any(decision::is_sealed));
    }

    /// A provider that was drawn and planted a trace of the most links, before the last seal is opened.
    #[benchmark]
    fn open_probe() {
        let state = RoundState::Revealing { reveal_by: later::<T>() };
        let (job, _) = round_with::<T>(state, all_but_one_opened::<T>);
        Probes::<T>::insert(job, probes::Probe::Closed { rate: Permill::one() });
        let round = Rounds::<T>::get(job).expect("the round was inserted");
        let commitment = probe::commitment(job, &round.provider, &SALT);
        let link = TraceLink { state: CheckpointDigest::new([1; 32]), course: CourseDigest::new([2; 32]) };
        let links: TraceLinks = vec![link; MAX_CHECKPOINTS as usize].try_into().expect("that is the bound");
        let planted = trace::root(&probe::plant(&links, &SALT));
        Rounds::<T>::mutate_extant(job, |round| {
            round.probe = Some(commitment);
            round.trace = planted;
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(round.provider), job, SALT, Some(links));

        assert!(Rounds::<T>::get(job).is_some_and(|round| round.planted.is_some()));
    }

    /// The costliest decision, with a first committee that was outvoted and a provider that kept its secret.
    #[benchmark]
    fn end_round() {
        fill_index::<T>(MEMBERS);
        let state = RoundState::Revealing { reveal_by: later::<T>() };
        let (job, _) =
            round_with::<T>(state, |_, _, _| SeatState::Revealed { verdict: Verdict::Accept, score: SCORE });
        owe_secret::<T>(job);
        let round = Rounds::<T>::get(job).expect("the round was inserted");

        #[block]
        {
            ModelValidation::<T>::conclude(job, round).expect("the decision can be passed on");
        }

        assert!(!Rounds::<T>::contains_key(job));
    }

    /// Nobody sealed: all are penalised and the round is decided.
    #[benchmark]
    fn close_sealing() {
        fill_index::<T>(MEMBERS);
        let state = RoundState::Sealing { keys_by: now::<T>(), seal_by: now::<T>() };
        let (job, members) = round_with::<T>(state, |_, _, _| SeatState::Evaluating { key: wrapped_key() });
        go_past::<T>(now::<T>());
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), job);

        assert!(!Rounds::<T>::contains_key(job));
        let mut left = members.iter().filter_map(Evaluators::<T>::get).map(|record| record.bond);
        assert!(left.all(|left| left < bond::<T>()));
    }

    /// A quorum accepted, the others sealed and did not open, nor did the provider: they are penalised, and the costliest decision
    /// is taken.
    #[benchmark]
    fn close_round() {
        fill_index::<T>(MEMBERS);
        let quorum = decision::quorum(MAX_COMMITTEE as usize) as u32;
        let state = RoundState::Revealing { reveal_by: now::<T>() };
        let (job, members) = round_with::<T>(state, |job, place, member| {
            if place < quorum {
                SeatState::Revealed { verdict: Verdict::Accept, score: SCORE }
            } else {
                SeatState::Sealed { seal: seal_of::<T>(job, member) }
            }
        });
        owe_secret::<T>(job);
        go_past::<T>(now::<T>());
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), job);

        assert!(!Rounds::<T>::contains_key(job));
        let last = members.last().and_then(Evaluators::<T>::get);
        assert!(last.is_some_and(|record| record.bond < bond::<T>()));
    }

    #[benchmark]
    fn add_bond() {
        let caller = registered::<T>(0);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), T::EvaluatorBond::get());

        assert!(Evaluators::<T>::get(caller).is_some_and(|record| record.bond > bond::<T>()));
    }

    impl_benchmark_test_suite!(ModelValidation, crate::mock::ExtBuilder::default().build(), crate::mock::Test);
}
