//! Workers and nodes are killed without warning; every job settles all the same, and nothing is paid twice.

use anyhow::Result;
use neurodata_chain::JobState;
use neurodata_e2e::{wait_for, World};
use neurodata_primitives::JobOutcome;

/// Positions of the workers that [`World::hire_all`] starts.
const KEY_SERVER: usize = 0;
const COMPUTE: usize = 1;
const EVALUATORS: [usize; 3] = [2, 3, 4];

#[tokio::test(flavor = "multi_thread")]
async fn a_job_settles_although_everybody_is_killed_at_every_stage() -> Result<()> {
    let mut world = World::start().await?;
    world.hire_all()?;
    let dataset = world.register_heart()?;

    // The compute provider is down while the job is matched and while it waits for the key, the key server meanwhile too.
    world.workers[KEY_SERVER].kill();
    let job = world.post_job(dataset, &["--epochs", "400"])?;
    world.wait_for_job(job, "waiting for its key", |state| matches!(state, JobState::AwaitingKey { .. })).await?;
    world.workers[COMPUTE].kill();
    world.workers[KEY_SERVER].revive()?;
    world.wait_for_job(job, "running", |state| matches!(state, JobState::Running { .. })).await?;

    // Killed while it trains, and the node before it is back.
    world.workers[COMPUTE].revive()?;
    let trains = || async { Ok(world.workers[COMPUTE].has_said("INFO checkpoint").then_some(())) };
    wait_for("the compute provider to reach a checkpoint", trains).await?;
    world.workers[COMPUTE].kill();
    world.node.restart()?;
    world.chain = neurodata_chain::Chain::connect(world.node.url()).await?;
    world.workers[COMPUTE].revive()?;
    world.wait_for_job(job, "under evaluation", |state| matches!(state, JobState::Evaluating { .. })).await?;

    // Everybody is killed while the committee is at work.
    world.workers[COMPUTE].kill();
    for evaluator in EVALUATORS {
        world.workers[evaluator].kill();
    }
    world.workers[COMPUTE].revive()?;
    for evaluator in EVALUATORS {
        world.workers[evaluator].revive()?;
    }
    let closed = world.wait_for_job(job, "closed", |state| matches!(state, JobState::Closed { .. })).await?;
    assert!(
        matches!(closed.state, JobState::Closed { outcome: JobOutcome::Settled { .. }, .. }),
        "the job ended as {:?}",
        closed.state
    );
    assert_eq!(closed.escrow, 0, "nothing is left in escrow");
    world.ensure_workers()
}
