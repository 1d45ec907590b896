//! What holds between two calls, whatever they were.

use crate::{stakes::is_delisted, *};
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
    /// - The exposure of a dataset is the sum of the prices of its open uses, and of its open sales if there are any.
    /// - A condemned dataset is delisted, without stake and without attestations.
    /// - `Successors` leads from each dataset to the one that replaces it, of the same owner and one version higher,
    ///   and to nothing else.
    /// - Ids in use are below the next one, and scores are within 1 to 100.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut uses = BTreeMap::<DatasetId, (u32, BalanceOf<T>)>::new();
        for (id, training_use) in TrainingUses::<T>::iter() {
            ensure!(id < NextTrainingUseId::<T>::get(), "a training use has an id that was not handed out");
            ensure!(Datasets::<T>::contains_key(training_use.dataset), "a training use has no dataset");
            let (count, value) = uses.entry(training_use.dataset).or_insert_with(|| (0, Zero::zero()));
            *count = count.saturating_add(1);
            *value = value.saturating_add(training_use.price);
        }

        let mut stakes = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
        for (id, record) in Datasets::<T>::iter() {
            ensure!(id < NextDatasetId::<T>::get(), "a dataset has an id that was not handed out");
            let by_root = DatasetsByRoot::<T>::get(record.commitment.data_root);
            ensure!(by_root == Some(id), "a dataset is not found by its root");
            ensure!(record.score.is_valid(), "a score is not within 1 to 100");
            let (open_uses, value) = uses.get(&id).copied().unwrap_or_else(|| (0, Zero::zero()));
            ensure!(record.open_uses == open_uses, "a dataset miscounts its open uses");
            ensure!(record.exposure >= value, "the exposure of a dataset is less than the value of its uses");
            let has_sales = record.open_sales > 0;
            let is_exact = record.exposure == value;
            ensure!(has_sales || is_exact, "a dataset without sales is exposed by more than its uses");
            let is_void = is_delisted::<T>(&record) && record.stake.is_zero() && record.attestations.is_empty();
            ensure!(!record.condemned || is_void, "a condemned dataset is listed, staked or attested");
            if let Some(parent) = record.parent.filter(|parent| Datasets::<T>::contains_key(parent)) {
                let is_known = Successors::<T>::get(parent) == Some(id);
                ensure!(is_known, "a parent does not know the version that replaced it");
            }
            let stake = stakes.entry(record.owner).or_insert_with(Zero::zero);
            *stake = stake.saturating_add(record.stake);
        }
        ensure!(DatasetsByRoot::<T>::iter().count() == Datasets::<T>::iter().count(), "a root has no dataset");
        for (owner, stake) in stakes {
            let held = T::Currency::balance_on_hold(&HoldReason::QualityStake.into(), &owner);
            ensure!(held == stake, "an owner's hold differs from the stakes");
        }

        for (parent, child) in Successors::<T>::iter() {
            let parent_record = Datasets::<T>::get(parent).ok_or("a version that was replaced is gone")?;
            let child_record = Datasets::<T>::get(child).ok_or("a version that replaces another is gone")?;
            ensure!(child_record.parent == Some(parent), "a version replaces another than its parent");
            ensure!(child_record.owner == parent_record.owner, "a version replaces that of another owner");
            let next = parent_record.version.checked_add(1);
            ensure!(next == Some(child_record.version), "a version does not follow that of its parent");
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
