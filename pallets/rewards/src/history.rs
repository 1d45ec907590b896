//! What happened, line by line: for each account in a ring, and for each job until it is pruned.

use super::*;
use core::marker::PhantomData;

/// Most lines in one answer of [`Pallet::history_of`].
pub const MAX_PAGE: u32 = 256;

/// Highest number of a line.
const LAST_LINE: u32 = u32::MAX - 1;

/// Owns [`HistoryCounts`], [`HistoryLines`] and [`JobLines`].
///
/// Lines of an account are numbered from 0 and the numbers never begin anew: line `n` lies in slot `n` modulo
/// [`Config::MaxHistory`], where it overwrites the oldest. From 2^32 - 1 lines on, which is one in each block of three
/// seconds for four centuries, the last is written over and over.
pub(crate) struct HistoryBook<T>(PhantomData<T>);

impl<T: Config> HistoryBook<T> {
    /// Add a line to the history of `account`, and to that of the job which the event names.
    ///
    /// A job with [`MAX_JOB_LINES`] lines takes no more; the account's history has the line all the same.
    pub fn append(account: &T::AccountId, amount: BalanceOf<T>, event: HistoryEvent) {
        let entry = HistoryEntry { at: frame_system::Pallet::<T>::block_number(), amount, event };
        let number = HistoryCounts::<T>::get(account).min(LAST_LINE);
        HistoryLines::<T>::insert(account, Self::slot(number), entry);
        HistoryCounts::<T>::insert(account, number.saturating_add(1));
        if let Some(job) = event.job() {
            if JobLines::<T>::try_append(job, (account, entry)).is_err() {
                log::debug!(target: LOG_TARGET, "job {job:?} has all the lines that it can have");
            }
        }
    }

    /// The lines of `account` from number `from` on, oldest first, at most `limit` of them and [`MAX_PAGE`], each with its
    /// number; and the number at which to go on, `None` at the end. What was overwritten is left out.
    pub fn page(account: &T::AccountId, from: u32, limit: u32) -> Page<(u32, HistoryEntryOf<T>), u32> {
        let end = HistoryCounts::<T>::get(account);
        let start = from.max(end.saturating_sub(T::MaxHistory::get()));
        let stop = start.saturating_add(limit.min(MAX_PAGE)).min(end);
        let line = |number| HistoryLines::<T>::get(account, Self::slot(number)).map(|entry| (number, entry));
        ((start..stop).filter_map(line).collect(), Some(stop).filter(|stop| *stop < end))
    }

    /// How many lines of `account` are stored.
    pub fn stored(account: &T::AccountId) -> u32 {
        HistoryCounts::<T>::get(account).min(T::MaxHistory::get())
    }

    /// The lines of `job`, in order of time, each with its account.
    pub fn of_job(job: JobId) -> Vec<(T::AccountId, HistoryEntryOf<T>)> {
        JobLines::<T>::get(job).into_inner()
    }

    /// Remove what is kept by job.
    pub fn forget(job: JobId) {
        JobLines::<T>::remove(job);
    }

    /// Where line `number` lies. A ring of no slots, which `integrity_test` refuses, has slot 0.
    fn slot(number: u32) -> u32 {
        number.checked_rem(T::MaxHistory::get()).unwrap_or_default()
    }
}

impl<T: Config> Pallet<T> {
    /// The history of `account` from line `from` on, oldest first: at most `limit` lines and [`MAX_PAGE`], each with its
    /// number; and the number at which to go on, `None` at the end.
    pub fn history_of(account: &T::AccountId, from: u32, limit: u32) -> Page<(u32, HistoryEntryOf<T>), u32> {
        HistoryBook::<T>::page(account, from, limit)
    }

    /// Every line that belongs to `job`, in order of time, each with its account; none when the job was pruned.
    pub fn explain_job(job: JobId) -> Vec<(T::AccountId, HistoryEntryOf<T>)> {
        HistoryBook::<T>::of_job(job)
    }
}
