//! Benchmarks: every call in its most expensive case, and the steps of the idle hook.
//!
//! What belongs to other pallets (a dataset, a seed, a proof) comes from [`BenchmarkHelper`].

use crate::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Balanced, Get},
    weights::Weight,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use neurodata_primitives::{
    job::{MAX_ATTEMPTS, MAX_FAILED_PROVIDERS},
    seams::OnTrainingKey,
    *,
};
use sp_runtime::traits::{Bounded, One, Saturating};

/// Sets up what the benchmarks need of other pallets.
pub trait BenchmarkHelper<AccountId, BlockNumber> {
    /// An active dataset of `owner`, of at least 100 rows and two columns, that everybody may train linear models on.
    fn create_dataset(owner: &AccountId) -> DatasetId;

    /// Make the randomness of `block` known.
    fn set_seed(block: BlockNumber);

    /// A proof of `chunk` that is valid for `job` and `provider`, with the longest path possible.
    fn possession_proof(dataset: DatasetId, job: JobId, provider: &AccountId, chunk: u32) -> AuditProof;
}

const UNIT_PRICE: u32 = 3;
const MAX_UNIT_PRICE: u32 = 5;

fn capability() -> Capability {
    Capability { cores: 4, memory_mib: 8_192, device: DeviceClass::Cpu }
}

/// An account with money for bonds and escrows.
fn funded<T: Config>(name: &'static str, index: u32) -> T::AccountId {
    let who: T::AccountId = account(name, index, 0);
    let amount = BalanceOf::<T>::try_from(u64::MAX).unwrap_or_else(|_| Bounded::max_value());
    assert!(T::Currency::resolve(&who, T::Currency::issue(amount)).is_ok());
    who
}

/// A provider with an offer of one slot. All have the same price and reputation, so that a search looks at every one.
fn offering<T: Config>(index: u32) -> T::AccountId {
    let provider = funded::<T>("provider", index);
    assert!(Pallet::<T>::do_register_provider(provider.clone(), T::ProviderBond::get()).is_ok());
    assert!(Pallet::<T>::do_set_offer(provider.clone(), capability(), UNIT_PRICE.into(), 1).is_ok());
    provider
}

fn offers<T: Config>(count: u32) -> Vec<T::AccountId> {
    (0..count).map(|index| offering::<T>(index)).collect()
}

fn request<T: Config>(dataset: DatasetId) -> JobRequest<BalanceOf<T>, BlockNumberFor<T>> {
    JobRequest {
        dataset,
        parent: None,
        spec: TrainingSpec {
            algorithm: Algorithm::LogisticRegression,
            target: 0,
            classes: 2,
            epochs: 10,
            batch_rows: 32,
            learning_rate: 100_000,
            momentum: 0,
            weight_decay: 0,
            holdout: 200,
            checkpoint_epochs: 1,
        },
        requirements: capability(),
        max_unit_price: MAX_UNIT_PRICE.into(),
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
    assert!(Pallet::<T>::do_post_job(funded::<T>("job owner", index), request::<T>(dataset)).is_ok());
    id
}

/// Fill the queue but for `room` places; there must be no offer.
fn fill_queue<T: Config>(dataset: DatasetId, room: u32) {
    for index in 0..T::MaxOpenJobs::get().saturating_sub(room) {
        post::<T>(dataset, index.saturating_add(1));
    }
}

fn owner_of<T: Config>(id: JobId) -> T::AccountId {
    Jobs::<T>::get(id).expect("the job exists").owner
}

/// A job matched with the only offer, while the queue is full but for one place.
fn matched<T: Config>() -> (JobId, T::AccountId) {
    let dataset = dataset::<T>();
    fill_queue::<T>(dataset, 1);
    let provider = offering::<T>(0);
    let id = post::<T>(dataset, 0);
    (id, provider)
}

fn accepted<T: Config>() -> (JobId, T::AccountId) {
    let (id, provider) = matched::<T>();
    assert!(Pallet::<T>::do_accept_job(provider.clone(), id, RecipientKey::new([9; 32])).is_ok());
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
    fn set_offer() {
        let provider = offers::<T>(T::MaxOffers::get()).remove(0);

        #[extrinsic_call]
        _(RawOrigin::Signed(provider.clone()), capability(), MAX_UNIT_PRICE.into(), 1);

        assert_eq!(Offers::<T>::get(provider).map(|offer| offer.unit_price), Some(MAX_UNIT_PRICE.into()));
    }

    #[benchmark]
    fn withdraw_offer() {
        let provider = offers::<T>(T::MaxOffers::get()).remove(0);

        #[extrinsic_call]
        _(RawOrigin::Signed(provider.clone()));

        assert!(!Offers::<T>::contains_key(provider));
    }

    #[benchmark]
    fn retire_provider() {
        let provider = offers::<T>(T::MaxOffers::get()).remove(0);

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
    fn post_job(n: Linear<0, { T::MaxOffers::get() }>) {
        let dataset = dataset::<T>();
        fill_queue::<T>(dataset, 1);
        offers::<T>(n);
        let owner = funded::<T>("job owner", 0);
        let id = NextJobId::<T>::get();

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), request::<T>(dataset));

        assert_state::<T>(id, |state| state.provider().is_some() == (n > 0));
    }

    #[benchmark]
    fn cancel_job() {
        let dataset = dataset::<T>();
        fill_queue::<T>(dataset, 1);
        let id = post::<T>(dataset, 0);
        let owner = owner_of::<T>(id);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), id);

        assert_state::<T>(id, |state| matches!(state, JobState::Closed { .. }));
    }

    #[benchmark]
    fn match_job(n: Linear<1, { T::MaxOffers::get() }>) {
        let dataset = dataset::<T>();
        fill_queue::<T>(dataset, 1);
        let id = post::<T>(dataset, 0);
        offers::<T>(n);
        let caller = funded::<T>("caller", 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id);

        assert_state::<T>(id, |state| matches!(state, JobState::Matched { .. }));
    }

    #[benchmark]
    fn accept_job() {
        let (id, provider) = matched::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id, RecipientKey::new([9; 32]));

        assert_state::<T>(id, |state| matches!(state, JobState::AwaitingKey { .. }));
    }

    #[benchmark]
    fn release_job() {
        // On the last attempt: slashed, divided, refunded, closed.
        let (id, provider) = running::<T>();
        Jobs::<T>::mutate_extant(id, |job| job.attempts = MAX_ATTEMPTS.saturating_sub(1));

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id);

        assert_state::<T>(id, |state| matches!(state, JobState::Closed { .. }));
    }

    #[benchmark]
    fn decline_job() {
        // The last provider that can be noted: the job is refunded and closed.
        let (id, provider) = matched::<T>();
        Jobs::<T>::mutate_extant(id, |job| {
            for index in 1..MAX_FAILED_PROVIDERS {
                assert!(job.failed_providers.try_push(account("failed", index, 0)).is_ok());
            }
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id);

        assert_state::<T>(id, |state| matches!(state, JobState::Closed { .. }));
    }

    #[benchmark]
    fn add_bond() {
        let provider = offering::<T>(0);

        #[extrinsic_call]
        _(RawOrigin::Signed(provider.clone()), T::ProviderBond::get());

        assert!(Providers::<T>::get(provider).is_some_and(|record| record.bond > T::ProviderBond::get()));
    }

    #[benchmark]
    fn heartbeat() {
        let (id, provider) = running::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id, 1);

        assert_state::<T>(id, |state| matches!(state, JobState::Running { position: 1, .. }));
    }

    #[benchmark]
    fn submit_result() {
        let (id, provider) = running::<T>();
        let job = Jobs::<T>::get(id).expect("the job exists");
        let JobState::Running { challenged_chunk, .. } = job.state else { panic!("the job runs") };
        let spec = &job.request.spec;
        let holdout_rows = spec.holdout_rows(job.rows);
        let result = ResultCommitment {
            model: ModelDigest::new([1; 32]),
            model_bytes: 200,
            manifest: BlobDigest::new([2; 32]),
            trace: TraceRoot::new([3; 32]),
            checkpoints: spec.checkpoints(),
            metrics: TrainingMetrics {
                training_rows: job.rows.saturating_sub(holdout_rows),
                holdout_rows,
                ..Default::default()
            },
        };
        let proof = T::BenchmarkHelper::possession_proof(job.request.dataset, id, &provider, challenged_chunk);

        #[extrinsic_call]
        _(RawOrigin::Signed(provider), id, result, proof);

        assert_state::<T>(id, |state| matches!(state, JobState::Evaluating { .. }));
    }

    #[benchmark]
    fn expire_job() {
        // A running job on its last attempt: slashed, divided among three, refunded, closed.
        let (id, _) = running::<T>();
        Jobs::<T>::mutate_extant(id, |job| {
            job.attempts = MAX_ATTEMPTS.saturating_sub(1);
        });
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
        pass::<T>(T::MatchPeriod::get().saturating_add(One::one()));
        let now = frame_system::Pallet::<T>::block_number();

        #[block]
        {
            Pallet::<T>::match_open_jobs(now, Weight::MAX);
        }

        assert_state::<T>(id, |state| matches!(state, JobState::Closed { .. }));
    }

    #[benchmark]
    fn on_idle_base() {
        fill_queue::<T>(dataset::<T>(), 0);
        let now = frame_system::Pallet::<T>::block_number();

        #[block]
        {
            Pallet::<T>::match_open_jobs(now, T::WeightInfo::on_idle_base());
        }

        assert_eq!(OpenJobs::<T>::get().len() as u32, T::MaxOpenJobs::get());
    }

    #[benchmark]
    fn match_attempt(n: Linear<1, { T::MaxOffers::get() }>) {
        let id = post::<T>(dataset::<T>(), 0);
        offers::<T>(n);
        let now = frame_system::Pallet::<T>::block_number();

        #[block]
        {
            Pallet::<T>::match_open_jobs(now, Weight::MAX);
        }

        assert_state::<T>(id, |state| matches!(state, JobState::Matched { .. }));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
