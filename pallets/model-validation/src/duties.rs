//! Which rounds an evaluator has a seat in. Owns [`Duties`].

use crate::*;
use frame_support::defensive_assert;

impl<T: Config> Pallet<T> {
    /// Seat `evaluator` in the round of `job`.
    pub(crate) fn take_duty(evaluator: &T::AccountId, job: JobId) {
        let is_noted = Duties::<T>::mutate(evaluator, |jobs| jobs.try_push(job).is_ok());
        defensive_assert!(is_noted, "nobody takes a seat beyond MAX_SEATS, and no round is a duty twice; qed");
        Self::take_seat(evaluator);
    }

    /// Free the seat of `evaluator` in the round of `job`.
    pub(crate) fn end_duty(evaluator: &T::AccountId, job: JobId) {
        Duties::<T>::mutate_exists(evaluator, |stored| {
            *stored = stored.take().and_then(|mut jobs| {
                jobs.retain(|duty| *duty != job);
                Some(jobs).filter(|left| !left.is_empty())
            });
        });
        Self::leave_seat(evaluator);
    }
}
