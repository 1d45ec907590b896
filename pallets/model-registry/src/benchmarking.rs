//! Benchmarks of the calls.

use crate::{Pallet as ModelRegistry, *};
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        Get,
    },
    BoundedVec,
};
use frame_system::RawOrigin;
use neurodata_primitives::{
    dataset::{MAX_ALLOWED_ACCOUNTS, MAX_URIS, MAX_URI_BYTES},
    training::{MAX_HIDDEN_LAYERS, MAX_LAYER_UNITS},
    model::MAX_PARENTS,
    seams::{ModelOrigin, Models as _},
    Algorithm, BlobDigest, CipherRoot, DatasetId, KeyCommitment, LicenceDigest, LicenceKind, LicenceOffer, ListingState,
    ModelDigest, ModelTerms, ResultCommitment, Seed, TraceRoot, Activation, Descent, Objective, Optimiser, TrainingMetrics, TrainingSpec, Uri, UseSet,
};
use sp_runtime::traits::{Saturating, Zero};

/// The longest spec.
fn spec() -> TrainingSpec {
    let hidden = BoundedVec::truncate_from(vec![MAX_LAYER_UNITS; MAX_HIDDEN_LAYERS as usize]);
    TrainingSpec {
        algorithm: Algorithm::MultilayerPerceptron {
            hidden,
            activation: Activation::Relu,
            layer_norm: false,
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
    }
}

fn result() -> ResultCommitment {
    ResultCommitment {
        model: ModelDigest::new([1; 32]),
        model_bytes: 1_000,
        manifest: BlobDigest::new([2; 32]),
        trace: TraceRoot::new([3; 32]),
        checkpoints: 11,
        metrics: TrainingMetrics::default(),
    }
}

/// What the job with this number made for `owner`.
fn origin<T: Config>(owner: &T::AccountId, job: u64) -> ModelOrigin<T::AccountId> {
    ModelOrigin {
        owner: owner.clone(),
        job: JobId::new(u64::MAX - job),
        dataset: DatasetId::new(0),
        parent: None,
        data_provider: account("data provider", 0, 0),
        compute_provider: account("compute provider", 0, 0),
        uses: UseSet { download: true, train: true, publish_model: true, commercial: true, derive: true },
        spec: spec(),
        seed: Seed::new([4; 32]),
        result: result(),
        score: 80,
    }
}

/// A model of `owner` with `parents` parents, and income to share among everybody.
fn earning<T: Config>(owner: &T::AccountId, parents: u32) -> Result<ModelId, BenchmarkError> {
    let mut ids = vec![];
    for number in 0..parents {
        ids.push(ModelRegistry::<T>::record(origin::<T>(owner, number.into()))?);
    }
    let origin = origin::<T>(owner, u64::from(MAX_PARENTS));
    let model = ModelRegistry::<T>::do_record(origin, BoundedVec::truncate_from(ids))?;
    let amount = T::Currency::minimum_balance().saturating_mul(10_000u32.into());
    let pot = ModelRegistry::<T>::pot();
    T::Currency::set_balance(&pot, amount.saturating_add(T::Currency::minimum_balance()));
    let payouts = <T::Payouts as seams::Payouts<T::AccountId, BalanceOf<T>>>::pot();
    let funds = T::Currency::balance(&payouts).max(T::Currency::minimum_balance());
    T::Currency::set_balance(&payouts, funds);
    Incomes::<T>::mutate(model, |income| (income.pending, income.total) = (amount, amount));
    TotalPending::<T>::put(amount);
    Ok(model)
}

/// The longest terms.
fn terms<T: Config>() -> ModelTermsOf<T> {
    let licences = [LicenceKind::Personal, LicenceKind::Commercial, LicenceKind::Derive]
        .map(|kind| LicenceOffer { kind, price: T::Currency::minimum_balance(), duration: Some(10u32.into()) });
    let allowed = (0..MAX_ALLOWED_ACCOUNTS).map(|index| account("buyer", index, 0)).collect();
    ModelTerms {
        licences: BoundedVec::truncate_from(licences.to_vec()),
        allowed: Some(BoundedVec::truncate_from(allowed)),
        licence_text: LicenceDigest::new([7; 32]),
        expires_at: None,
    }
}

/// The most and longest locations.
fn uris() -> Uris {
    BoundedVec::truncate_from(vec![Uri::truncate_from(vec![b'x'; MAX_URI_BYTES as usize]); MAX_URIS as usize])
}

fn package() -> ModelPackage {
    ModelPackage { cipher_root: CipherRoot::new([5; 32]), key_commitment: KeyCommitment::new([6; 32]) }
}

/// The least stake, for which `owner` gets the money many times over.
fn stake<T: Config>(owner: &T::AccountId) -> BalanceOf<T> {
    let stake = T::MinimumModelStake::get().max(T::Currency::minimum_balance());
    T::Currency::set_balance(owner, stake.saturating_mul(10u32.into()));
    stake
}

/// A model of `owner` that is for sale.
fn listed<T: Config>(owner: &T::AccountId) -> Result<ModelId, BenchmarkError> {
    let model = ModelRegistry::<T>::record(origin::<T>(owner, 0))?;
    let stake = stake::<T>(owner);
    let origin = RawOrigin::Signed(owner.clone()).into();
    ModelRegistry::<T>::list_model(origin, model, package(), uris(), terms::<T>(), stake)?;
    Ok(model)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn transfer_model(p: Linear<0, MAX_PARENTS>) -> Result<(), BenchmarkError> {
        let owner: T::AccountId = whitelisted_caller();
        let to: T::AccountId = account("recipient", 0, 0);
        let model = earning::<T>(&owner, p)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model, to.clone());

        assert_eq!(Models::<T>::get(model).map(|record| record.owner), Some(to));
        assert!(Incomes::<T>::get(model).pending.is_zero());
        Ok(())
    }

    #[benchmark]
    fn list_model() -> Result<(), BenchmarkError> {
        let owner: T::AccountId = whitelisted_caller();
        let model = ModelRegistry::<T>::record(origin::<T>(&owner, 0))?;
        let stake = stake::<T>(&owner);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model, package(), uris(), terms::<T>(), stake);

        assert!(Listings::<T>::contains_key(model));
        Ok(())
    }

    #[benchmark]
    fn update_model_terms() -> Result<(), BenchmarkError> {
        let owner: T::AccountId = whitelisted_caller();
        let model = listed::<T>(&owner)?;
        let terms = ModelTerms { licence_text: LicenceDigest::new([8; 32]), ..terms::<T>() };

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model, terms.clone());

        assert_eq!(Listings::<T>::get(model).map(|listing| listing.terms), Some(terms));
        Ok(())
    }

    #[benchmark]
    fn add_model_stake() -> Result<(), BenchmarkError> {
        let owner: T::AccountId = whitelisted_caller();
        let model = listed::<T>(&owner)?;
        let before = Listings::<T>::get(model).map(|listing| listing.stake);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model, T::Currency::minimum_balance());

        assert!(Listings::<T>::get(model).map(|listing| listing.stake) > before);
        Ok(())
    }

    #[benchmark]
    fn delist_model() -> Result<(), BenchmarkError> {
        let owner: T::AccountId = whitelisted_caller();
        let model = listed::<T>(&owner)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model);

        assert!(Listings::<T>::get(model).is_some_and(|listing| listing.state != ListingState::Listed));
        Ok(())
    }

    #[benchmark]
    fn withdraw_model_stake() -> Result<(), BenchmarkError> {
        let owner: T::AccountId = whitelisted_caller();
        let model = listed::<T>(&owner)?;
        ModelRegistry::<T>::delist_model(RawOrigin::Signed(owner.clone()).into(), model)?;
        let lock = T::ModelStakeLockPeriod::get();
        let unlocked = frame_system::Pallet::<T>::block_number().saturating_add(lock);
        frame_system::Pallet::<T>::set_block_number(unlocked);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model);

        assert!(!Listings::<T>::contains_key(model));
        Ok(())
    }

    #[benchmark]
    fn collect_royalties(p: Linear<0, MAX_PARENTS>) -> Result<(), BenchmarkError> {
        let owner: T::AccountId = whitelisted_caller();
        let model = earning::<T>(&owner, p)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model);

        assert!(Incomes::<T>::get(model).pending.is_zero());
        Ok(())
    }

    impl_benchmark_test_suite!(ModelRegistry, crate::mock::ExtBuilder::build(), crate::mock::Test);
}
