//! # Model registry
//!
//! Every accepted result of a training job becomes a model version with an owner.
//!
//! ## Overview
//!
//! The compute market calls [`seams::Models::record`] when a committee accepted a result. The record keeps what is
//! needed to find the model, to repeat the run that made it and to judge it: dataset, spec, seed, the provider's
//! commitment (digests and metrics) and the committee's score. The first owner is the job's; an owner can hand its
//! model on.
//!
//! ## Terminology
//!
//! - **Model version**: one accepted result. It never changes, only its owner does.
//!
//! ## Properties
//!
//! - A job makes one model version at most, and a model version comes from one job: [`Models`] and [`ModelsByJob`]
//!   agree.
//! - Ids are counted from zero and never used twice; records are not removed. The job's price pays for the record.
//!
//! ## Example
//!
//! See `src/tests/transfer_model.rs`.
//!
//! ## Implementation notes
//!
//! The model itself is never on chain: [`ResultCommitment::manifest`] says where its blobs are and
//! [`ResultCommitment::model`] what they must hash to.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

#[cfg(feature = "runtime-benchmarks")]
extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use neurodata_primitives::{seams, DatasetId, JobId, ModelId, ModelRecord, ResultCommitment, Seed, TrainingSpec};

/// A model version as it is stored.
pub type ModelRecordOf<T> =
    ModelRecord<<T as frame_system::Config>::AccountId, frame_system::pallet_prelude::BlockNumberFor<T>>;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The id that the next model version gets.
    #[pallet::storage]
    pub type NextModelId<T: Config> = StorageValue<_, ModelId, ValueQuery>;

    /// Model versions by id. A key is present from the acceptance of a result on; the job's price pays for it.
    // Ids are handed out by the chain.
    #[pallet::storage]
    pub type Models<T: Config> = StorageMap<_, Twox64Concat, ModelId, ModelRecordOf<T>>;

    /// The model version that a job made. A key is present as long as the model's.
    // Ids are handed out by the chain.
    #[pallet::storage]
    pub type ModelsByJob<T: Config> = StorageMap<_, Twox64Concat, JobId, ModelId>;

    #[pallet::event]
    #[pallet::generate_deposit(fn deposit_event)]
    pub enum Event<T: Config> {
        /// An accepted result became a model version.
        ModelRecorded {
            /// The model version.
            model: ModelId,
            /// The job that made it.
            job: JobId,
            /// Who owns it.
            owner: T::AccountId,
            /// The committee's score, 1 to 100 inclusive.
            score: u8,
        },
        /// A model version got another owner.
        ModelTransferred {
            /// The model version.
            model: ModelId,
            /// Who owned it.
            from: T::AccountId,
            /// Who owns it now.
            to: T::AccountId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no such model version.
        NotFound,
        /// The job has made its model version already.
        AlreadyExists,
        /// Only the model's owner may do this.
        NotAuthorized,
        /// The recipient owns the model version already.
        InvalidRecipient,
        /// All ids are used up.
        MaxModelsExceeded,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Hand `model` on to another owner, who need not agree.
        ///
        /// ## Dispatch Origin
        /// Signed by the model's owner.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no such model version.
        /// - [`Error::NotAuthorized`]: the signer does not own it.
        /// - [`Error::InvalidRecipient`]: `to` is the owner.
        ///
        /// ## Events
        /// [`Event::ModelTransferred`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::transfer_model())]
        pub fn transfer_model(origin: OriginFor<T>, model: ModelId, to: T::AccountId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_transfer_model(owner, model, to)
        }
    }

    impl<T: Config> Pallet<T> {
        fn do_transfer_model(owner: T::AccountId, model: ModelId, to: T::AccountId) -> DispatchResult {
            let mut record = Models::<T>::get(model).ok_or(Error::<T>::NotFound)?;
            ensure!(record.owner == owner, Error::<T>::NotAuthorized);
            ensure!(to != owner, Error::<T>::InvalidRecipient);
            record.owner = to.clone();
            Models::<T>::insert(model, record);
            Self::deposit_event(Event::ModelTransferred { model, from: owner, to });
            Ok(())
        }

        pub(crate) fn do_record(record: ModelRecordOf<T>) -> Result<ModelId, DispatchError> {
            ensure!(!ModelsByJob::<T>::contains_key(record.job), Error::<T>::AlreadyExists);
            let model = NextModelId::<T>::get();
            let next = model.next().ok_or(Error::<T>::MaxModelsExceeded)?;
            let (job, owner, score) = (record.job, record.owner.clone(), record.score);
            NextModelId::<T>::put(next);
            ModelsByJob::<T>::insert(job, model);
            Models::<T>::insert(model, record);
            Self::deposit_event(Event::ModelRecorded { model, job, owner, score });
            Ok(model)
        }

        /// Check every invariant: ids below the next one, scores in range, both maps of one mind.
        #[cfg(any(feature = "try-runtime", test))]
        pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
            let next = NextModelId::<T>::get();
            for (model, record) in Models::<T>::iter() {
                ensure!(model < next, "a model has an id that was not handed out");
                ensure!((1..=100).contains(&record.score), "a score is not within 1 to 100");
                ensure!(ModelsByJob::<T>::get(record.job) == Some(model), "a job does not know its model");
            }
            for (job, model) in ModelsByJob::<T>::iter() {
                let record = Models::<T>::get(model);
                ensure!(record.is_some_and(|record| record.job == job), "a job knows a model that it did not make");
            }
            Ok(())
        }
    }
}

impl<T: Config> seams::Models<T::AccountId> for Pallet<T> {
    fn record(
        owner: &T::AccountId,
        job: JobId,
        dataset: DatasetId,
        spec: TrainingSpec,
        seed: Seed,
        result: ResultCommitment,
        score: u8,
    ) -> Result<ModelId, sp_runtime::DispatchError> {
        let recorded_at = frame_system::Pallet::<T>::block_number();
        Self::do_record(ModelRecord { owner: owner.clone(), job, dataset, spec, seed, result, score, recorded_at })
    }
}
