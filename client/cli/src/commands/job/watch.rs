//! Following a job.

use super::record_of;
use crate::{
    commands::POLL,
    context::Context,
    describe::{self, Description, Look},
    output::{print_line, spinner},
};
use anyhow::{bail, Result};
use neurodata_chain::{Chain, JobOutcome, JobRecord, JobState};
use neurodata_primitives::JobId;

/// Follow a job until it is over and show each change. Fails unless it is settled.
pub async fn watch(context: &Context, chain: &Chain, job: JobId) -> Result<()> {
    let json = context.output.json;
    let shown = |change: &Description| if json { change.value.to_string() } else { change.text.clone() };
    ensure_settled(job, &follow(chain, job, |change| print_line(&shown(change))).await?)
}

/// Follow a job until it is over and pass each change on. Returns the job as it ended.
pub async fn follow(chain: &Chain, job: JobId, mut change: impl FnMut(&Description)) -> Result<JobRecord> {
    let waiting = spinner("watching");
    let mut last = None;
    loop {
        let now = chain.best_block().await?.number;
        let record = record_of(chain, job).await?;
        let round = match record.state {
            JobState::Evaluating { .. } => chain.round(job).await?,
            _ => None,
        };
        let training_use = match record.state {
            JobState::AwaitingKey { training_use, .. } => chain.training_use(training_use).await?,
            _ => None,
        };
        let look = Look::at(&record, training_use.as_ref(), round.as_ref());
        let description = look.describe(job, now);
        waiting.set_message(description.text.clone());
        if last.as_ref() != Some(&look) {
            waiting.suspend(|| change(&description));
            last = Some(look);
        }
        if matches!(record.state, JobState::Closed { .. }) {
            waiting.finish_and_clear();
            return Ok(record);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Fail unless a job that is over made a model.
pub fn ensure_settled(job: JobId, record: &JobRecord) -> Result<()> {
    match &record.state {
        JobState::Closed { outcome: JobOutcome::Settled { .. }, .. } => Ok(()),
        state => bail!(
            "job {job} is over without a model: {}; `neurodata job explain {job}` shows where its money went",
            describe::job_state(state).text
        ),
    }
}
