//! A job owner changes its mind while the job runs.

use super::support::{ensure_explained, world};
use anyhow::Result;
use neurodata_chain::JobState;
use neurodata_e2e::{wait_for, Actors, WorkerRole};
use neurodata_primitives::JobOutcome;

/// Checkpoints of the whole run, the initial one included: its 8,000 steps are cut into 64 segments of 125.
const CHECKPOINTS: u128 = 65;

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_is_paid_as_far_as_its_progress_is_proved() -> Result<()> {
    let (mut world, dataset) = world().await?;
    let compute =
        world.hire("compute", &WorkerRole::Compute { unit_price: "0.000001".into() }, Actors::COMPUTE_PROVIDER)?;
    for (index, suri) in Actors::EVALUATORS.iter().enumerate() {
        world.hire(&format!("evaluator-{index}"), &WorkerRole::Evaluate, suri)?;
    }
    let dataset_id = dataset.to_string();
    let cli = world.cli(Actors::JOB_OWNER)?;
    let posted = cli.run(&[
        "job", "post", "--dataset", &dataset_id, "--algorithm", "mlp", "--hidden", "1024,1024", "--epochs", "1000",
        "--max-unit-price", "0.000002", "--learning-rate", "0.01",
    ])?;
    let job = neurodata_primitives::JobId::new(posted["job"].as_u64().expect("the job has an id"));
    let trains = || async { Ok(world.workers[compute].has_said("INFO checkpoint").then_some(())) };
    wait_for("the compute provider to reach a checkpoint", trains).await?;
    let running = world.chain.job(job).await?.expect("the job runs");
    let JobState::Running { assignment, .. } = running.state else { panic!("{:?}", running.state) };

    cli.run(&["job", "cancel", &job.to_string()])?;
    let stopping = world.chain.job(job).await?.expect("the job is there");
    assert!(!matches!(stopping.state, JobState::Running { .. }), "{:?}", stopping.state);
    assert!(stopping.training_paid, "the data provider is paid for the key that it delivered");
    let closed = world.wait_for_job(job, "closed", |state| matches!(state, JobState::Closed { .. })).await?;

    let JobState::Closed { outcome: JobOutcome::Stopped { paid, checkpoints, provider }, .. } = closed.state else {
        panic!("the job ended as {:?}", closed.state);
    };
    assert_eq!(provider, Actors::account(Actors::COMPUTE_PROVIDER)?);
    assert!((2..CHECKPOINTS).contains(&u128::from(checkpoints)), "{checkpoints} checkpoints");
    assert_eq!(paid, assignment.price * (u128::from(checkpoints) - 1) / (CHECKPOINTS - 1));
    assert_eq!(closed.escrow, 0);
    ensure_explained(&world, job).await?;
    world.ensure_workers()
}
