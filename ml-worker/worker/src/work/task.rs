//! Work on a thread of its own, and how it and its role see each other.

use super::WorkError;
use neurodata_primitives::{job::Progress, PurchaseId, Seed};
use std::sync::{
    atomic::{AtomicBool, Ordering},
    Arc, Condvar, Mutex, PoisonError,
};
use std::time::Duration;
use tokio::{sync::Notify, task::JoinHandle};

/// How often work that waits for a heartbeat sees whether it is still wanted.
const WAIT: Duration = Duration::from_millis(500);

/// How work in progress and its role see each other.
#[derive(Clone, Default)]
pub struct Pulse {
    /// What a heartbeat can tell.
    reached: Arc<Mutex<Option<Progress>>>,
    /// Position that the chain was told of, and the news of it.
    told: Arc<(Mutex<u32>, Condvar)>,
    stop: Arc<AtomicBool>,
}

/// Which work it is: after a fork the same job or inspection may ask for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Errand {
    /// The run with this seed.
    Run(Seed),
    /// The proof of how far the run with this seed came.
    Progress(Seed),
    /// The package of this purchase.
    Inspection(PurchaseId),
}

/// Work in progress.
pub struct Task {
    errand: Errand,
    pulse: Pulse,
    handle: JoinHandle<Result<(), WorkError>>,
}

impl Task {
    /// Start `work` on a thread of its own; `ended` is notified at its end.
    pub fn start(
        errand: Errand,
        ended: Arc<Notify>,
        work: impl FnOnce(&Pulse) -> Result<(), WorkError> + Send + 'static,
    ) -> Self {
        let pulse = Pulse::default();
        let theirs = pulse.clone();
        let thread = tokio::task::spawn_blocking(move || work(&theirs));
        let handle = tokio::spawn(async move {
            let outcome = thread.await;
            ended.notify_one();
            outcome.unwrap_or_else(|error| Err(WorkError::Hopeless(format!("the work panicked: {error}"))))
        });
        Self { errand, pulse, handle }
    }

    /// Which work it is.
    pub fn errand(&self) -> Errand {
        self.errand
    }

    /// What a heartbeat can tell ([`neurodata_training::Trace::heartbeat`]); `None` before the first checkpoint.
    pub fn reached(&self) -> Option<Progress> {
        self.pulse.reached()
    }

    /// Say that the chain was told of the checkpoint at `position`, or that it need not be told of it any more.
    pub fn tell(&self, position: u32) {
        self.pulse.tell(position);
    }

    /// Ask it to stop at the end of the training epoch.
    pub fn stop(&self) {
        self.pulse.stop();
    }

    /// Whether [`Self::outcome`] returns at once.
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }

    /// Wait for the end.
    pub async fn outcome(self) -> Result<(), WorkError> {
        // The task around the thread neither panics nor is cancelled; if it were, the work can be done again.
        self.handle.await.unwrap_or_else(|error| Err(WorkError::Later(error.to_string())))
    }
}

impl Pulse {
    /// Say what a heartbeat can tell once a checkpoint is in the journal: never more than what a killed worker can show.
    pub(super) fn reach(&self, reached: Option<Progress>) {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner) = reached;
    }

    pub(super) fn reached(&self) -> Option<Progress> {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, position: u32) {
        let (told, news) = &*self.told;
        *told.lock().unwrap_or_else(PoisonError::into_inner) = position;
        news.notify_all();
    }

    /// Wait until the chain was told of the checkpoint at `position` or a later one; fails if the work is to stop.
    pub(super) fn await_told(&self, position: u32) -> Result<(), WorkError> {
        let (told, news) = &*self.told;
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        while *told < position {
            self.ensure_wanted()?;
            (told, _) = news.wait_timeout(told, WAIT).unwrap_or_else(PoisonError::into_inner);
        }
        self.ensure_wanted()
    }

    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn ensure_wanted(&self) -> Result<(), WorkError> {
        if self.is_stopped() {
            Err(WorkError::Stopped)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_a_heartbeat_goes_on_when_it_is_told_or_unwanted() {
        let pulse = Pulse::default();
        assert_eq!(pulse.await_told(0), Ok(()));
        let theirs = pulse.clone();
        let waiting = std::thread::spawn(move || theirs.await_told(3));
        pulse.tell(2);
        assert!(!waiting.is_finished());
        pulse.tell(3);
        assert_eq!(waiting.join().unwrap(), Ok(()));
        let theirs = pulse.clone();
        let waiting = std::thread::spawn(move || theirs.await_told(4));
        pulse.stop();
        assert_eq!(waiting.join().unwrap(), Err(WorkError::Stopped));
    }
}
