//! What the suites of work have in common.

use anyhow::{Context, Result};
use neurodata_chain::{AccountId, Balance, Chain, HistoryEntry};
use neurodata_e2e::{Actors, World};
use neurodata_primitives::{DatasetId, HistoryEvent, JobId, NRC};

/// Somebody with money and no part in anything yet.
pub const STRANGER: &str = "//Ferdie";
/// What a breach costs at least: a tenth of the least bond of a compute provider.
pub const LEAST_PENALTY: Balance = 50 * NRC;

/// The lines of `account` in the explanation of `job`.
pub async fn lines(chain: &Chain, job: JobId, account: &AccountId) -> Result<Vec<HistoryEntry>> {
    let all = chain.explain_job(job).await?;
    Ok(all.into_iter().filter(|(other, _)| other == account).map(|(_, entry)| entry).collect())
}

/// The amounts of the lines of `account` that `is` recognises, together.
pub async fn sum(chain: &Chain, job: JobId, account: &AccountId, is: fn(&HistoryEvent) -> bool) -> Result<Balance> {
    Ok(lines(chain, job, account).await?.iter().filter(|entry| is(&entry.event)).map(|entry| entry.amount).sum())
}

/// Fail unless the lines of `job` say where all of its escrow went, and the client says so too.
pub async fn ensure_explained(world: &World, job: JobId) -> Result<()> {
    let explained = world.cli(STRANGER)?.run(&["job", "explain", &job.to_string()])?;
    anyhow::ensure!(explained["balances"] == true, "the amounts of job {job} do not add up: {explained}");
    Ok(())
}

/// The dataset, the workers and the chain that every suite of this file begins with.
pub async fn world() -> Result<(World, DatasetId)> {
    let mut world = World::start().await?;
    world.hire("key-server", &neurodata_e2e::WorkerRole::ServeKeys { keys: world.path("keys") }, Actors::DATA_PROVIDER)?;
    let dataset = world.register_heart().context("the dataset is proved")?;
    Ok((world, dataset))
}
