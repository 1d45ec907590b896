//! The roles: they read the chain, let [`crate::decide`] decide, and act.

pub mod compute;
pub mod evaluate;
mod inspect;
pub mod keys;

use crate::{
    data::Parent,
    journal::Subject,
    service::Worker,
    work::{Errand, Task, WorkError},
    Error,
};
use neurodata_chain::{BlockNumber, DatasetRecord};
use neurodata_primitives::{DatasetId, ModelId};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// Longest wait for work in progress at the end of the worker.
const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// Blocks for which the journal of a job that is over is kept: a fork may take its end back.
const KEEP_BLOCKS: BlockNumber = 20;

/// Work in progress.
#[derive(Default)]
struct Tasks {
    running: BTreeMap<Subject, Task>,
    attempts: HashMap<Subject, u32>,
    /// Why the last attempt failed.
    troubles: HashMap<Subject, String>,
}

impl Tasks {
    fn get(&self, subject: impl Into<Subject>) -> Option<&Task> {
        self.running.get(&subject.into())
    }

    fn attempts(&self, subject: impl Into<Subject>) -> u32 {
        self.attempts.get(&subject.into()).copied().unwrap_or(0)
    }

    /// Why the last attempt failed, if one did.
    fn trouble(&self, subject: impl Into<Subject>) -> Option<&str> {
        self.troubles.get(&subject.into()).map(String::as_str)
    }

    fn start(&mut self, subject: impl Into<Subject>, task: Task) {
        let subject = subject.into();
        *self.attempts.entry(subject).or_default() += 1;
        self.running.insert(subject, task);
    }

    /// Work that ended without what it was for. What may succeed later is noted for another try.
    async fn take_hopeless(&mut self, worker: &mut Worker, now: BlockNumber) -> Vec<(Subject, WorkError)> {
        let finished: Vec<Subject> =
            self.running.iter().filter(|(_, task)| task.is_finished()).map(|(subject, _)| *subject).collect();
        let mut hopeless = Vec::new();
        for subject in finished {
            let Some(task) = self.running.remove(&subject) else { continue };
            let outcome = task.outcome().await;
            if let Err(error) = &outcome {
                self.troubles.insert(subject, error.to_string());
            }
            match outcome {
                Ok(()) | Err(WorkError::Stopped) => {}
                Err(error @ (WorkError::Hopeless(_) | WorkError::Faulty { .. })) => hopeless.push((subject, error)),
                Err(WorkError::Later(reason)) => {
                    tracing::warn!(%subject, "{reason}; trying again");
                    worker.note_failure(now, &work_on(subject));
                }
            }
        }
        hopeless
    }

    /// Stop all work but that in `wanted`, and work on another errand than the wanted one.
    fn stop_all_but(&mut self, wanted: &BTreeMap<Subject, Errand>) {
        let is_wanted = |subject: &Subject, task: &Task| wanted.get(subject) == Some(&task.errand());
        self.running.iter().filter(|(subject, task)| !is_wanted(subject, task)).for_each(|(_, task)| task.stop());
        self.attempts.retain(|subject, _| wanted.contains_key(subject));
        self.troubles.retain(|subject, _| wanted.contains_key(subject));
    }

    /// Stop everything and wait a little for it.
    async fn stop(self) {
        self.running.values().for_each(Task::stop);
        for (subject, task) in self.running {
            if tokio::time::timeout(STOP_PATIENCE, task.outcome()).await.is_err() {
                tracing::warn!(%subject, "the work did not stop in time; it resumes from its last checkpoint");
            }
        }
    }
}

/// Name of the work on a job or an inspection among what failed and is tried again.
fn work_on(subject: impl Into<Subject>) -> String {
    format!("work on {}", subject.into())
}

/// Jobs and inspections that are over, until their journal is forgotten.
#[derive(Default)]
struct Finished(BTreeMap<Subject, BlockNumber>);

impl Finished {
    /// Note that `subject` is over, and forget its journal after a while.
    fn note(&mut self, worker: &mut Worker, subject: impl Into<Subject>, now: BlockNumber) -> Result<(), Error> {
        let subject = subject.into();
        let seen_at = *self.0.entry(subject).or_insert_with(|| {
            tracing::info!("{subject} is over for this worker");
            worker.finish_job();
            now
        });
        if now >= seen_at.saturating_add(KEEP_BLOCKS) {
            worker.journal.forget(subject)?;
            self.0.remove(&subject);
        }
        Ok(())
    }
}

async fn dataset(worker: &mut Worker, id: DatasetId) -> Result<Option<DatasetRecord>, Error> {
    let record = worker.chain.dataset(id).await?;
    if record.is_none() && worker.is_new(&format!("dataset {id}")) {
        tracing::error!(dataset = %id, "a dataset that is asked for is not on chain");
    }
    Ok(record)
}

/// The model that a job starts from: `Some(None)` if it starts from none, `None` if its model is not on chain.
async fn parent(worker: &mut Worker, id: Option<ModelId>) -> Result<Option<Option<Parent>>, Error> {
    let Some(id) = id else { return Ok(Some(None)) };
    let record = worker.chain.model(id).await?;
    if record.is_none() && worker.is_new(&format!("model {id}")) {
        tracing::error!(model = %id, "the model that a job starts from is not on chain");
    }
    Ok(record.map(|record| Some(Parent { id, result: record.result })))
}
