//! Benchmarks: every call in its most expensive case, and the steps of the hook.
//!
//! What belongs to other pallets (a dataset, a seed, a proof) comes from [`BenchmarkHelper`].

use crate::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Balanced, Get},
    weights::{Weight, WeightMeter},
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use neurodata_primitives::{
    job::{MAX_ATTEMPTS, MAX_FAILED_PROVIDERS},
    machine::{BANDS, TIERS},
    seams::OnTrainingKey,
    *,
};
use sp_runtime::traits::{Bounded, CheckedDiv, One, Saturating};

/// Sets up what the benchmarks need of other pallets.
pub trait BenchmarkHelper<AccountId, BlockNumber> {
    /// An active dataset of `owner`, of at least 100 rows and two columns, that everybody may train linear models on.
    fn create_dataset(owner: &AccountId) -> DatasetId;

    /// Make the randomness of `block` known.
    fn set_seed(block: BlockNumber);

    /// A proof of `chunk` that is valid for `job` and `provider`, with the longest path possible.
    fn possession_proof(dataset: DatasetId, job: JobId, provider: &AccountId, chunk: u32) -> AuditProof;
}

/// The machine of a tier, and of the jobs that need it.
fn machine(tier: u8) -> Capability {
    MachineClass { device: DeviceClass::Cpu, tier }.capability().expect("the ladder has this tier")
}

/// What offers cost.
fn price<T: Config>() -> BalanceOf<T> {
    T::MinUnitPrice::get().saturating_add(One::one())
}

/// What jobs pay at most.
fn highest_price<T: Config>() -> BalanceOf<T> {
    price::<T>().saturating_mul(2u32.into())
}

/// More than a bond needs for as many jobs as a provider may hold.
fn large_bond<T: Config>() -> BalanceOf<T> {
    endowment::<T>().checked_div(&2u32.into()).unwrap_or_default()
}

fn endowment<T: Config>() -> BalanceOf<T> {
    BalanceOf::<T>::try_from(u64::MAX).unwrap_or_else(|_| Bounded::max_value())
}

/// An account with money for bonds and escrows.
fn funded<T: Config>(name: &'static str, index: u32) -> T::AccountId {
    let who: T::AccountId = account(name, index, 0);
    assert!(T::Currency::resolve(&who, T::Currency::issue(endowment::<T>())).is_ok());
    who
}

/// A provider with `bond` and no offer.
fn registered<T: Config>(index: u32, bond: BalanceOf<T>) -> T::AccountId {
    let provider = funded::<T>("provider", index);
    assert!(Pallet::<T>::do_register_provider(provider.clone(), bond).is_ok());
    provider
}

/// An offer of `provider`, of the machine of `tier`.
fn add<T: Config>(provider: &T::AccountId, tier: u8) -> OfferId {
    let id = NextOfferId::<T>::get();
    assert!(Pallet::<T>::do_add_offer(provider.clone(), machine(tier), price::<T>(), 64).is_ok());
    id
}

/// A provider with a large bond and `count` offers.
fn with_offers<T: Config>(index: u32, count: u32) -> T::AccountId {
    let provider = registered::<T>(index, large_bond::<T>());
    for _ in 0..count {
        add::<T>(&provider, 2);
    }
    provider
}

/// A provider with a large bond and as many offers as it may have.
fn offering<T: Config>(index: u32) -> T::AccountId {
    with_offers::<T>(index, T::MaxOffersPerProvider::get())
}

/// Providers whose bonds cover a least penalty and not the job of [`request`], with one offer each; the search looks at all.
fn poor_providers<T: Config>(count: u32) {
    for index in 0..count {
        let provider = registered::<T>(1_000u32.saturating_add(index), T::ProviderBond::get());
        add::<T>(&provider, 2);
        // The job's training price is worth more than what is left.
        Providers::<T>::mutate_extant(&provider, |record| {
            record.exposure = record.bond.saturating_sub(Pallet::<T>::least_penalty());
        });
    }
}

/// One provider of that kind with `skips` further offers, which the search skips.
fn skipped_offers<T: Config>(skips: u32) {
    let provider = registered::<T>(998, large_bond::<T>());
    for _ in 0..=skips {
        add::<T>(&provider, 2);
        // One provider may not have as many.
        OffersOf::<T>::remove(&provider);
        Providers::<T>::mutate_extant(&provider, |record| record.offers = 0);
    }
    Providers::<T>::mutate_extant(&provider, |record| {
        record.exposure = record.bond.saturating_sub(Pallet::<T>::least_penalty());
    });
}

/// Offers in `heads` pairs of class and band that are sought for a job of the lowest class and that it cannot pay.
fn heads<T: Config>(heads: u32) {
    let provider = registered::<T>(999, large_bond::<T>());
    let pairs = (0..TIERS).flat_map(|tier| (0..BANDS).map(move |band| (tier, band)));
    for (_, (tier, band)) in (0..heads).zip(pairs) {
        let id = NextOfferId::<T>::get();
        let capability = machine(tier);
        let offer = OfferRecord {
            provider: provider.clone(),
            capability,
            unit_price: highest_price::<T>().saturating_add(One::one()),
            slots: 1,
            slots_taken: 0,
            band,
        };
        let record = Providers::<T>::get(&provider).expect("the provider was registered");
        // One provider may not have as many.
        OffersOf::<T>::remove(&provider);
        assert!(offers::OfferBook::<T>::add(&provider, offer, record).is_ok());
        assert_eq!(NextOfferId::<T>::get(), id.next().expect("ids are many"));
    }
}

fn request<T: Config>(dataset: DatasetId, tier: u8) -> JobRequest<BalanceOf<T>, BlockNumberFor<T>> {
    JobRequest {
        dataset,
        parent: None,
        spec: TrainingSpec {
            algorithm: Algorithm::LogisticRegression {
                descent: Descent {
                    optimiser: Optimiser::Sgd { momentum: 0 },
                    epochs: 10,
                    batch_rows: 32,
                    learning_rate: 100_000,
                    weight_decay: 0,
                    early_stopping: None,
                },
            },
            objective: Objective::Classification { classes: 2 },
            target: Some(0),
            holdout: 200,
        },
        requirements: machine(tier),
        max_unit_price: highest_price::<T>(),
        max_training_price: Bounded::max_value(),
        deliver_within: T::MaxDeliverPeriod::get(),
        baseline: 500_000,
        visibility: Visibility::Public,
    }
}

fn dataset<T: Config>() -> DatasetId {
    T::BenchmarkHelper::create_dataset(&funded::<T>("data provider", 0))
}

/// Post a job of its own owner.
fn post<T: Config>(dataset: DatasetId, index: u32) -> JobId {
    let id = NextJobId::<T>::get();
    assert!(Pallet::<T>::do_post_job(funded::<T>("job owner", index), request::<T>(dataset, 2)).is_ok());
    id
}

fn owner_of<T: Config>(id: JobId) -> T::AccountId {
    Jobs::<T>::get(id).expect("the job exists").owner
}

/// A job matched with the only provider, which has as many offers as it may have.
fn matched<T: Config>() -> (JobId, T::AccountId) {
    let provider = offering::<T>(0);
    let id = post::<T>(dataset::<T>(), 0);
    assert_state::<T>(id, |state| matches!(state, JobState::Matched { .. }));
    (id, provider)
}

fn accepted<T: Config>() -> (JobId, T::AccountId) {
    let (id, provider) = matched::<T>();
    let probe = ProbeCommitment::new([8; 32]);
    assert!(Pallet::<T>::do_accept_job(provider.clone(), id, RecipientKey::new([9; 32]), probe).is_ok());
    (id, provider)
}

fn running<T: Config>() -> (JobId, T::AccountId) {
    let (id, provider) = accepted::<T>();
    let JobState::AwaitingKey { training_use, accepted_at, .. } = Jobs::<T>::get(id).expect("the job exists").state
    else {
        panic!("the job awaits its key");
    };
    let next = accepted_at.saturating_add(neurodata_primitives::job::SEED_DELAY.into());
    frame_system::Pallet::<T>::set_block_number(next);
    T::BenchmarkHelper::set_seed(next);
    assert!(Pallet::<T>::key_delivered(id, training_use).is_ok());
    (id, provider)
}

/// Make the next breach of a job its last.
fn on_last_attempt<T: Config>(id: JobId) {
    Jobs::<T>::mutate_extant(id, |job| job.attempts = MAX_ATTEMPTS.saturating_sub(1));
}

fn pass<T: Config>(blocks: BlockNumberFor<T>) {
    let now = frame_system::Pallet::<T>::block_number();
    frame_system::Pallet::<T>::set_block_number(now.saturating_add(blocks));
}

fn assert_state<T: Config>(
    id: JobId,
    expected: impl FnOnce(&JobState<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>) -> bool,
) {
    assert!(Jobs::<T>::get(id).is_some_and(|job| expected(&job.state)));
}

fn chunk_of<T: Config>(id: JobId) -> u32 {
    match Jobs::<T>::get(id).expect("the job exists").state {
        JobState::Running { challenged_chunk, .. } | JobState::Stopping { challenged_chunk, .. } => challenged_chunk,
        _ => panic!("the job runs"),
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register_provider() {
        let provider = funded::<T>("provider", 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(provider.clone()), T::ProviderBond::get());

        assert!(Providers::<T>::contains_key(provider));
    }

    #[benchmark]
    fn add_offer() {
        let provider = offering::<T>(0);
        let last = OffersOf::<T>::get(&provider).pop().expect("the provider has offers");
        assert!(Pallet::<T>::do_withdraw_offer(provider.clone(), last).is_ok());

        #[extrinsic_call]
        _(RawOrigin::Signed(provider.clone()), machine(2), price::<T>(), 1);

        assert_eq!(OffersOf::<T>::get(provider).len() as u32, T::MaxOffersPerProvider::get());
    }

    #[benchmark]
    fn update_offer() {
        let provider = offering::<T>(0);
        let id = OffersOf::<T>::get(&provider).pop().expect("the provider has offers");

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id, machine(1), highest_price::<T>(), 1);

        assert_eq!(Offers::<T>::get(id).map(|offer| offer.capability), Some(machine(1)));
    }

    #[benchmark]
    fn withdraw_offer() {
        let provider = offering::<T>(0);
        let id = OffersOf::<T>::get(&provider).pop().expect("the provider has offers");

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id);

        assert!(!Offers::<T>::contains_key(id));
    }

    #[benchmark]
    fn retire_provider(n: Linear<0, { T::MaxOffersPerProvider::get() }>) {
        let provider = with_offers::<T>(0, n);

        #[extrinsic_call]
        _(RawOrigin::Signed(provider.clone()));

        assert!(Providers::<T>::get(provider).is_some_and(|record| record.retires_at.is_some()));
    }

    #[benchmark]
    fn withdraw_bond() {
        let provider = offering::<T>(0);
        assert!(Pallet::<T>::do_retire_provider(provider.clone()).is_ok());
        pass::<T>(T::RetirePeriod::get());

        #[extrinsic_call]
        _(RawOrigin::Signed(provider.clone()));

        assert!(!Providers::<T>::contains_key(provider));
    }

    #[benchmark]
    fn add_bond(n: Linear<0, { T::MaxOffersPerProvider::get() }>) {
        let provider = with_offers::<T>(0, n);
        let before = Providers::<T>::get(&provider).map(|record| record.bond);

        #[extrinsic_call]
        _(RawOrigin::Signed(provider.clone()), T::ProviderBond::get());

        assert!(Providers::<T>::get(provider).map(|record| record.bond) > before);
    }

    #[benchmark]
    fn refresh_offers(n: Linear<0, { T::MaxOffersPerProvider::get() }>) {
        let provider = registered::<T>(0, large_bond::<T>());
        let offers: Vec<_> = (0..n).map(|_| add::<T>(&provider, 2)).collect();
        // All stand in a band of the past.
        for id in &offers {
            let record = Providers::<T>::get(&provider).expect("the provider was registered");
            let mut offer = Offers::<T>::get(id).expect("the offer was made");
            let other = if offer.band == 0 { 1 } else { 0 };
            offers::OfferBook::<T>::place(*id, &mut offer, &record, other);
        }
        let caller = funded::<T>("caller", 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), provider);

        assert!(offers.first().is_none_or(|id| Offers::<T>::get(id).is_some_and(|offer| offer.band > 0)));
    }

    #[benchmark]
    fn post_job(h: Linear<0, 39>, n: Linear<0, { MAX_LOOKS }>, s: Linear<0, { MAX_SKIPS }>) {
        let dataset = dataset::<T>();
        heads::<T>(h);
        skipped_offers::<T>(s);
        poor_providers::<T>(n);
        let owner = funded::<T>("job owner", 0);
        let id = NextJobId::<T>::get();

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), request::<T>(dataset, 0));

        assert_state::<T>(id, |state| matches!(state, JobState::Open { .. }));
    }

    #[benchmark]
    fn cancel_job() {
        // One that runs: its data is paid, and it stops.
        let (id, _) = running::<T>();
        let owner = owner_of::<T>(id);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), id);

        assert_state::<T>(id, |state| matches!(state, JobState::Stopping { .. }));
    }

    #[benchmark]
    fn match_job(h: Linear<0, 39>, n: Linear<0, { MAX_LOOKS }>, s: Linear<0, { MAX_SKIPS }>) {
        // The search finds nothing; the hint does.
        let id = post::<T>(dataset::<T>(), 0);
        heads::<T>(h);
        skipped_offers::<T>(s);
        poor_providers::<T>(n.min(MAX_LOOKS.saturating_sub(1)));
        let provider = offering::<T>(0);
        let hint = OffersOf::<T>::get(&provider).first().copied();
        let caller = funded::<T>("caller", 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id, hint);

        assert_state::<T>(id, |state| matches!(state, JobState::Matched { .. }));
    }

    #[benchmark]
    fn accept_job() {
        let (id, provider) = matched::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id, RecipientKey::new([9; 32]), ProbeCommitment::new([8; 32]));

        assert_state::<T>(id, |state| matches!(state, JobState::AwaitingKey { .. }));
    }

    #[benchmark]
    fn release_job() {
        // On the last attempt: damages, slashed, divided, refunded, closed.
        let (id, provider) = running::<T>();
        on_last_attempt::<T>(id);

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id);

        assert_state::<T>(id, |state| matches!(state, JobState::Closed { .. }));
    }

    #[benchmark]
    fn decline_job() {
        // One provider more than can be remembered.
        let (id, provider) = matched::<T>();
        Jobs::<T>::mutate_extant(id, |job| {
            for index in 0..MAX_FAILED_PROVIDERS {
                assert!(job.failed_providers.try_push(account("failed", index, 0)).is_ok());
            }
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id);

        assert_state::<T>(id, |state| matches!(state, JobState::Open { .. }));
    }

    #[benchmark]
    fn heartbeat() {
        let (id, provider) = running::<T>();
        pass::<T>(One::one());

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id, 1, CheckpointDigest::new([7; 32]));

        assert_state::<T>(id, |state| matches!(state, JobState::Running { progress: Some(_), .. }));
    }

    #[benchmark]
    fn submit_result() {
        let (id, provider) = running::<T>();
        let job = Jobs::<T>::get(id).expect("the job exists");
        let spec = &job.request.spec;
        let holdout_rows = spec.holdout_rows(job.rows);
        let result = ResultCommitment {
            model: ModelDigest::new([1; 32]),
            model_bytes: 200,
            manifest: BlobDigest::new([2; 32]),
            trace: TraceRoot::new([3; 32]),
            checkpoints: spec.checkpoints(job.rows),
            metrics: TrainingMetrics {
                training_rows: job.rows.saturating_sub(holdout_rows),
                holdout_rows,
                ..Default::default()
            },
        };
        let proof = T::BenchmarkHelper::possession_proof(job.request.dataset, id, &provider, chunk_of::<T>(id));

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id, result, proof);

        assert_state::<T>(id, |state| matches!(state, JobState::Evaluating { .. }));
    }

    #[benchmark]
    fn submit_progress() {
        let (id, provider) = running::<T>();
        assert!(Pallet::<T>::do_cancel_job(owner_of::<T>(id), id).is_ok());
        let dataset = Jobs::<T>::get(id).expect("the job exists").request.dataset;
        let proof = T::BenchmarkHelper::possession_proof(dataset, id, &provider, chunk_of::<T>(id));

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id, 2, TraceRoot::new([3; 32]), proof);

        assert_state::<T>(id, |state| matches!(state, JobState::Evaluating { .. }));
    }

    #[benchmark]
    fn expire_job() {
        // A running job on its last attempt: damages, slashed, divided among three, refunded, closed.
        let (id, _) = running::<T>();
        on_last_attempt::<T>(id);
        pass::<T>(T::MaxDeliverPeriod::get().saturating_add(One::one()));
        let reporter = funded::<T>("reporter", 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(reporter), id);

        assert_state::<T>(id, |state| matches!(state, JobState::Closed { .. }));
    }

    #[benchmark]
    fn prune_job() {
        let id = post::<T>(dataset::<T>(), 0);
        assert!(Pallet::<T>::do_cancel_job(owner_of::<T>(id), id).is_ok());
        pass::<T>(T::PrunePeriod::get());
        let caller = funded::<T>("caller", 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id);

        assert!(!Jobs::<T>::contains_key(id));
    }

    #[benchmark]
    fn close_open_job() {
        let id = post::<T>(dataset::<T>(), 0);
        let job = Jobs::<T>::get(id).expect("the job exists");

        #[block]
        {
            assert!(Pallet::<T>::close(id, job, JobOutcome::Expired).is_ok());
        }

        assert_state::<T>(id, |state| matches!(state, JobState::Closed { .. }));
    }

    #[benchmark]
    fn on_idle_base() {
        post::<T>(dataset::<T>(), 0);
        let now = frame_system::Pallet::<T>::block_number();

        #[block]
        {
            let mut meter = WeightMeter::with_limit(Weight::zero());
            Pallet::<T>::end_deadlines(now, &mut meter);
            Pallet::<T>::match_open_jobs(now, &mut meter);
        }
    }

    #[benchmark]
    fn match_attempt(h: Linear<0, 39>, n: Linear<0, { MAX_LOOKS }>, s: Linear<0, { MAX_SKIPS }>) {
        let id = post::<T>(dataset::<T>(), 0);
        heads::<T>(h);
        // One look and one skip are left for the offer that fits.
        skipped_offers::<T>(s.min(MAX_SKIPS.saturating_sub(1)));
        poor_providers::<T>(n.min(MAX_LOOKS.saturating_sub(2)));
        offering::<T>(0);
        let now = frame_system::Pallet::<T>::block_number();

        #[block]
        {
            Pallet::<T>::match_open_jobs(now, &mut WeightMeter::new());
        }

        assert_state::<T>(id, |state| matches!(state, JobState::Matched { .. }));
    }

    #[benchmark]
    fn end_deadline() {
        let (id, _) = running::<T>();
        on_last_attempt::<T>(id);
        pass::<T>(T::MaxDeliverPeriod::get().saturating_add(T::DeadlineGrace::get()).saturating_add(One::one()));
        let now = frame_system::Pallet::<T>::block_number();

        #[block]
        {
            Pallet::<T>::end_deadlines(now, &mut WeightMeter::new());
        }

        assert_state::<T>(id, |state| matches!(state, JobState::Closed { .. }));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
