//! What the market answers to clients through the runtime's API. Nothing here changes the state.

use crate::{
    index::{OpenJobKey, Queue},
    pallet::*,
    types::*,
};
use alloc::vec::Vec;
use frame_support::storage::{with_transaction_unchecked, TransactionOutcome};
use neurodata_primitives::{
    view::{JobEstimate, OpenJobCursor, Page},
    *,
};
use sp_runtime::{traits::SaturatedConversion, DispatchError};

impl<T: Config> Pallet<T> {
    /// The open jobs that a machine with `capability` will do for, behind `from`: the highest class first, within a class the
    /// best paying first, then the earliest. At most `limit`; a limit of 0 counts as 1.
    ///
    /// A job whose time to be matched is over stands here until it is closed.
    pub fn open_jobs_for(
        capability: Capability,
        from: Option<OpenJobCursor<BalanceOf<T>>>,
        limit: u32,
    ) -> Page<(JobId, JobOf<T>), OpenJobCursor<BalanceOf<T>>> {
        let limit = limit.max(1).saturated_into::<usize>();
        let start = from.map(|cursor| OpenJobKey::new(cursor.class, cursor.unit_price, cursor.job));
        let classes = capability.offered_class().into_iter().flat_map(MachineClass::served);
        let begun = classes.skip_while(|class| start.is_some_and(|start| start.class() != *class));
        // One more than the page, to see whether there is another.
        let mut keys: Vec<_> = begun
            .flat_map(|class| {
                let first = match start.filter(|start| start.class() == class) {
                    Some(start) => Queue::<T>::after_in_class(&start),
                    None => Queue::<T>::first_of(class),
                };
                core::iter::successors(first, Queue::<T>::after_in_class)
            })
            .take(limit.saturating_add(1))
            .collect();
        let is_last = keys.len() <= limit;
        keys.truncate(limit);
        let next = keys.last().filter(|_| !is_last).map(OpenJobKey::cursor::<T>);
        let page = keys.into_iter().filter_map(|key| Some((key.job(), Jobs::<T>::get(key.job())?))).collect();
        (page, next)
    }

    /// The jobs from `start` on in order of id, and where the next page starts: those of `owner` if one is given. Looks at
    /// `limit` ids at most, so a page may hold fewer jobs and yet not be the last; a limit of 0 counts as 1.
    pub fn list_jobs(start: JobId, limit: u32, owner: Option<T::AccountId>) -> Page<(JobId, JobOf<T>), JobId> {
        let end = NextJobId::<T>::get();
        let ids = |from: JobId| core::iter::successors(Some(from), |id| id.next()).take_while(|id| *id < end);
        let limit = limit.max(1).saturated_into::<usize>();
        let page = ids(start)
            .take(limit)
            .filter_map(|id| Some((id, Jobs::<T>::get(id)?)))
            .filter(|(_, job)| owner.as_ref().is_none_or(|owner| job.owner == *owner))
            .collect();
        (page, ids(start).nth(limit))
    }

    /// The jobs that `provider` holds now, in the order in which it got them.
    pub fn jobs_of_provider(provider: &T::AccountId) -> Vec<(JobId, JobOf<T>)> {
        ProviderJobs::<T>::get(provider).into_iter().filter_map(|id| Some((id, Jobs::<T>::get(id)?))).collect()
    }

    /// The offers from `start` on in order of id, and where the next page starts: those of `provider` if one is given. Without
    /// one it looks at `limit` ids at most, so a page may hold fewer offers and yet not be the last; a limit of 0 counts as 1.
    pub fn list_offers(
        start: OfferId,
        limit: u32,
        provider: Option<T::AccountId>,
    ) -> Page<(OfferId, OfferOf<T>), OfferId> {
        let limit = limit.max(1).saturated_into::<usize>();
        let end = NextOfferId::<T>::get();
        let mut ids: Vec<_> = match provider {
            Some(provider) => OffersOf::<T>::get(provider).into_iter().filter(|id| *id >= start).collect(),
            None => core::iter::successors(Some(start), |id| id.next())
                .take_while(|id| *id < end)
                .take(limit.saturating_add(1))
                .collect(),
        };
        let next = ids.get(limit).copied();
        ids.truncate(limit);
        (ids.into_iter().filter_map(|id| Some((id, Offers::<T>::get(id)?))).collect(), next)
    }

    /// What `request` would cost `owner` and need now, and the offer that would take it. Whether it gives the run enough time
    /// is not asked: the estimate says how much is needed.
    ///
    /// ## Errors
    /// Those of `post_job` for the request itself; not that the queue is full or money is missing.
    pub fn estimate(
        owner: &T::AccountId,
        request: JobRequest<BalanceOf<T>, frame_system::pallet_prelude::BlockNumberFor<T>>,
    ) -> Result<JobEstimate<BalanceOf<T>>, DispatchError> {
        let (job, class) = Self::draft(owner, request)?;
        // A search puts offers where they belong; asking changes nothing.
        let best = with_transaction_unchecked(|| TransactionOutcome::Rollback(Self::search(&job).best));
        let best = best.and_then(|assignment| {
            let unit_price = Offers::<T>::get(assignment.offer)?.unit_price;
            Some((assignment.offer, unit_price, assignment.price))
        });
        Ok(JobEstimate {
            work_units: job.work_units,
            class,
            training_price: job.training_price,
            escrow: job.escrow,
            deposit: job.deposit,
            min_deliver_within: Self::least_deliver_within(job.work_units),
            best,
        })
    }
}
