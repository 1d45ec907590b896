//! What holds between two calls, whatever they were.

use crate::*;
use alloc::collections::BTreeMap;
use frame_support::traits::fungible::InspectHold;
use sp_runtime::{
    traits::{Saturating, Zero},
    TryRuntimeError,
};

impl<T: Config> Pallet<T> {
    /// Check every invariant of the pallet's storage and holds.
    ///
    /// - For each owner the money on hold equals the stakes of the owner's datasets.
    /// - `DatasetsByRoot` has one entry for each dataset, which leads back to it.
    /// - Only datasets under audit have a challenge, with no more open chunks than were drawn.
    /// - Each dataset counts its open uses, and each use has a dataset.
    /// - Ids in use are below the next one, and scores are within 1 to 100.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut uses = BTreeMap::<DatasetId, u32>::new();
        for (id, training_use) in TrainingUses::<T>::iter() {
            ensure!(id < NextTrainingUseId::<T>::get(), "a training use has an id that was not handed out");
            ensure!(Datasets::<T>::contains_key(training_use.dataset), "a training use has no dataset");
            let count = uses.entry(training_use.dataset).or_default();
            *count = count.saturating_add(1);
        }

        let mut stakes = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
        for (id, record) in Datasets::<T>::iter() {
            ensure!(id < NextDatasetId::<T>::get(), "a dataset has an id that was not handed out");
            let by_root = DatasetsByRoot::<T>::get(record.commitment.data_root);
            ensure!(by_root == Some(id), "a dataset is not found by its root");
            ensure!((1..=100).contains(&record.score), "a score is not within 1 to 100");
            let open_uses = uses.get(&id).copied().unwrap_or_default();
            ensure!(record.open_uses == open_uses, "a dataset miscounts its open uses");
            let stake = stakes.entry(record.owner).or_insert_with(Zero::zero);
            *stake = stake.saturating_add(record.stake);
        }
        ensure!(DatasetsByRoot::<T>::iter().count() == Datasets::<T>::iter().count(), "a root has no dataset");
        for (owner, stake) in stakes {
            let held = T::Currency::balance_on_hold(&HoldReason::QualityStake.into(), &owner);
            ensure!(held == stake, "an owner's hold differs from the stakes");
        }

        for (id, audit) in Audits::<T>::iter() {
            let record = Datasets::<T>::get(id).ok_or("a challenge has no dataset")?;
            ensure!(matches!(record.state, DatasetState::Auditing { .. }), "a challenge has outlived its audit");
            let open = u32::try_from(audit.open_chunks.len()).map_err(|_| "a challenge has too many open chunks")?;
            ensure!((1..=audit.challenged).contains(&open), "a challenge has a wrong number of open chunks");
        }
        Ok(())
    }
}
