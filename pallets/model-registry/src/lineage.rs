//! Where model versions come from, and whose they are.

use crate::{pallet::*, types::*};
use alloc::{
    collections::{BTreeSet, VecDeque},
    vec::Vec,
};
use frame_support::{defensive, dispatch::DispatchResult, ensure, traits::Get};
use neurodata_primitives::{
    model::{MAX_ANCESTORS, MAX_LINEAGE_DEPTH},
    seams::{Licences, ModelOrigin, Models as Seam},
    Asset, LicenceKind, ModelId, ModelRecord, RoyaltySplit, TrainingSpec, UseSet,
};
use sp_runtime::DispatchError;

/// Where a model stands among its ancestors.
///
/// ```text
/// depth     = max over parents (depth of the parent + 1)            0 without parents
/// ancestors = sum over parents (1 + ancestors of the parent)
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Lineage {
    /// Longest way to a model without parents.
    pub(crate) depth: u32,
    /// Ancestors, each counted once for every way that leads to it.
    pub(crate) ancestors: u32,
}

impl Lineage {
    /// The lineage with one more parent. Saturating: the limits are far below the end of the range.
    pub(crate) fn with_parent<AccountId, BlockNumber>(self, parent: &ModelRecord<AccountId, BlockNumber>) -> Self {
        Self {
            depth: self.depth.max(parent.depth.saturating_add(1)),
            ancestors: self.ancestors.saturating_add(parent.ancestors).saturating_add(1),
        }
    }

    /// Refuse a lineage beyond the limits.
    pub(crate) fn ensure_within_limits(self) -> Result<(), ParentIssue> {
        ensure!(self.depth <= MAX_LINEAGE_DEPTH, ParentIssue::Depth);
        ensure!(self.ancestors <= MAX_ANCESTORS, ParentIssue::Ancestors);
        Ok(())
    }
}

/// What both sets permit.
fn common_uses(left: UseSet, right: UseSet) -> UseSet {
    UseSet {
        download: left.download && right.download,
        train: left.train && right.train,
        publish_model: left.publish_model && right.publish_model,
        commercial: left.commercial && right.commercial,
        derive: left.derive && right.derive,
    }
}

impl<T: Config> Pallet<T> {
    /// The record of `model`, if `owner` owns it.
    pub(crate) fn model_of(owner: &T::AccountId, model: ModelId) -> Result<ModelRecordOf<T>, Error<T>> {
        let record = Models::<T>::get(model).ok_or(Error::<T>::NotFound)?;
        ensure!(record.owner == *owner, Error::<T>::NotAuthorized);
        Ok(record)
    }

    /// Hand `model` on, its income shared first. Returns the number of its parents, for the weight.
    pub(crate) fn do_transfer_model(
        owner: T::AccountId,
        model: ModelId,
        to: T::AccountId,
    ) -> Result<u32, DispatchError> {
        let mut record = Self::model_of(&owner, model)?;
        ensure!(to != owner, Error::<T>::InvalidRecipient);
        if let Some(listing) = Listings::<T>::get(model) {
            ensure!(listing.open_sales == 0, Error::<T>::SalesOpen);
            return Err(Error::<T>::Listed.into());
        }

        Self::share_income(model, &record)?;
        let parents = u32::try_from(record.parents.len()).unwrap_or(u32::MAX);
        record.owner = to.clone();
        Models::<T>::insert(model, record);
        Self::deposit_event(Event::ModelTransferred { model, from: owner, to });
        Ok(parents)
    }

    /// Record what came out of a job whose training started from `parents`, whatever `origin` says about them.
    ///
    /// What the model permits is what its data and every parent permit: a chain of trainings launders nothing.
    pub(crate) fn do_record(origin: ModelOrigin<T::AccountId>, parents: Parents) -> Result<ModelId, DispatchError> {
        let ModelOrigin {
            owner,
            job,
            dataset,
            parent: _,
            data_provider,
            compute_provider,
            mut uses,
            spec,
            seed,
            result,
            score,
        } = origin;
        ensure!(!ModelsByJob::<T>::contains_key(job), Error::<T>::AlreadyExists);
        let model = NextModelId::<T>::get();
        let next = model.next().ok_or(Error::<T>::MaxModelsExceeded)?;
        let mut lineage = Lineage::default();
        for parent in &parents {
            let Some(record) = Models::<T>::get(parent) else {
                defensive!("a parent existed when the job was posted, and records are not removed; qed");
                continue;
            };
            lineage = lineage.with_parent(&record);
            uses = common_uses(uses, record.uses);
        }
        if lineage.ensure_within_limits().is_err() {
            defensive!("the limits held when the job was posted, and lineage never changes; qed");
        }
        let royalty = Some(T::RoyaltySplit::get()).filter(RoyaltySplit::is_valid).unwrap_or_default();
        let recorded_at = frame_system::Pallet::<T>::block_number();

        NextModelId::<T>::put(next);
        ModelsByJob::<T>::insert(job, model);
        let record = ModelRecord {
            owner: owner.clone(),
            job,
            dataset,
            parents,
            depth: lineage.depth,
            ancestors: lineage.ancestors,
            data_provider,
            compute_provider,
            uses,
            royalty,
            spec,
            seed,
            result,
            score,
            recorded_at,
        };
        Models::<T>::insert(model, record);
        Self::deposit_event(Event::ModelRecorded { model, job, owner, score });
        Ok(model)
    }

    /// The ancestors of `model`, nearest first and each once: at most `limit`, and at most [`MAX_ANCESTORS`].
    pub fn lineage(model: ModelId, limit: u32) -> Vec<ModelId> {
        let limit = usize::try_from(limit.min(MAX_ANCESTORS)).unwrap_or(usize::MAX);
        let parents = |model: ModelId| Models::<T>::get(model).map(|record| record.parents).unwrap_or_default();
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        let mut queue: VecDeque<ModelId> = parents(model).into_iter().collect();
        while let Some(ancestor) = queue.pop_front() {
            if found.len() >= limit {
                break;
            }
            if seen.insert(ancestor) {
                found.push(ancestor);
                queue.extend(parents(ancestor));
            }
        }
        found
    }
}

impl<T: Config> Seam<T::AccountId> for Pallet<T> {
    fn ensure_derivable(parent: ModelId, owner: &T::AccountId, spec: &TrainingSpec) -> DispatchResult {
        let record = Models::<T>::get(parent).ok_or(Error::<T>::NotFound)?;
        let refuse_unless = |ok, issue| if ok { Ok(()) } else { Err(Error::<T>::InvalidParent(issue)) };
        let is_permitted =
            record.owner == *owner || T::Licences::permits(Asset::Model(parent), owner, LicenceKind::Derive);
        refuse_unless(is_permitted, ParentIssue::NotLicensed)?;
        let TrainingSpec { algorithm, objective, target, .. } = &record.spec;
        let is_same_task =
            spec.algorithm.continues(algorithm) && spec.target == *target && spec.objective == *objective;
        refuse_unless(is_same_task, ParentIssue::OtherTask)?;
        let lineage = Lineage::default().with_parent(&record);
        lineage.ensure_within_limits().map_err(Error::<T>::InvalidParent)?;
        Ok(())
    }

    fn record(origin: ModelOrigin<T::AccountId>) -> Result<ModelId, DispatchError> {
        // One parent at most, and there is room for more.
        let parents = Parents::truncate_from(origin.parent.into_iter().collect());
        Self::do_record(origin, parents)
    }
}
