//! The roles: they read the chain, let [`crate::decide`] decide, and act.

pub mod compute;
pub mod evaluate;
pub mod keys;

use crate::{
    service::Worker,
    work::{Task, WorkError},
};
use neurodata_chain::BlockNumber;
use neurodata_primitives::{JobId, Seed};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// Longest wait for work in progress at the end of the worker.
const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// Blocks for which the journal of a job that is over is kept: a fork may take its end back.
const KEEP_BLOCKS: BlockNumber = 20;

/// Work in progress, by job.
#[derive(Default)]
struct Tasks {
    running: BTreeMap<JobId, Task>,
    attempts: HashMap<JobId, u32>,
}

impl Tasks {
    fn get(&self, job: JobId) -> Option<&Task> {
        self.running.get(&job)
    }

    fn attempts(&self, job: JobId) -> u32 {
        self.attempts.get(&job).copied().unwrap_or(0)
    }

    fn start(&mut self, job: JobId, task: Task) {
        *self.attempts.entry(job).or_default() += 1;
        self.running.insert(job, task);
    }

    /// Work that ended without what it was for. What may succeed later is noted for another try.
    async fn take_hopeless(&mut self, worker: &mut Worker, now: BlockNumber) -> Vec<(JobId, String)> {
        let finished: Vec<JobId> =
            self.running.iter().filter(|(_, task)| task.is_finished()).map(|(job, _)| *job).collect();
        let mut hopeless = Vec::new();
        for job in finished {
            let Some(task) = self.running.remove(&job) else { continue };
            match task.outcome().await {
                Ok(()) | Err(WorkError::Stopped) => {}
                Err(WorkError::Hopeless(reason)) => hopeless.push((job, reason)),
                Err(WorkError::Later(reason)) => {
                    tracing::warn!(%job, "{reason}; trying again");
                    worker.note_failure(now, &work_on(job));
                }
            }
        }
        hopeless
    }

    /// Stop the work on every job but those in `wanted`, and on runs with another seed.
    fn stop_all_but(&mut self, wanted: &BTreeMap<JobId, Seed>) {
        let is_wanted = |job: &JobId, task: &Task| wanted.get(job) == Some(&task.seed());
        self.running.iter().filter(|(job, task)| !is_wanted(job, task)).for_each(|(_, task)| task.stop());
        self.attempts.retain(|job, _| wanted.contains_key(job));
    }

    /// Stop everything and wait a little for it.
    async fn stop(self) {
        self.running.values().for_each(Task::stop);
        for (job, task) in self.running {
            if tokio::time::timeout(STOP_PATIENCE, task.outcome()).await.is_err() {
                tracing::warn!(%job, "the work did not stop in time; it resumes from its last checkpoint");
            }
        }
    }
}

/// Name of the work on a job among what failed and is tried again.
fn work_on(job: JobId) -> String {
    format!("work on job {job}")
}

/// Jobs that are over, until their journal is forgotten.
#[derive(Default)]
struct Finished(BTreeMap<JobId, BlockNumber>);

impl Finished {
    /// Note that `job` is over, and forget its journal after a while.
    fn note(&mut self, worker: &mut Worker, job: JobId, now: BlockNumber) -> Result<(), crate::Error> {
        let seen_at = *self.0.entry(job).or_insert_with(|| {
            tracing::info!(%job, "the job is over for this worker");
            worker.finish_job();
            now
        });
        if now >= seen_at.saturating_add(KEEP_BLOCKS) {
            worker.journal.forget(job)?;
            self.0.remove(&job);
        }
        Ok(())
    }
}
