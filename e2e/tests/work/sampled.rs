//! A long run, of which the first committee repeats random segments.

use super::support::{ensure_explained, world};
use anyhow::Result;
use neurodata_chain::JobState;
use neurodata_e2e::{Actors, WorkerRole};
use neurodata_primitives::{training::SAMPLED_UNITS, JobId, JobOutcome};

#[tokio::test(flavor = "multi_thread")]
async fn a_long_run_is_checked_by_segments_and_a_planted_one_is_found_out() -> Result<()> {
    let (mut world, dataset) = world().await?;
    world.hire("compute", &WorkerRole::Compute { unit_price: "0.000001".into() }, Actors::COMPUTE_PROVIDER)?;
    let mut evaluators = Vec::new();
    for (index, suri) in Actors::EVALUATORS.iter().enumerate() {
        evaluators.push(world.hire(&format!("evaluator-{index}"), &WorkerRole::Evaluate, suri)?);
    }
    let dataset = dataset.to_string();
    // Every result is planted, then none.
    for (rate, said) in [
        (1_000_000, "takes another course than was published"),
        (0, "random segments of the run, and what follows from its last state, repeat to the same bits"),
    ] {
        world.set_probe_rate(rate).await?;
        let posted = world.cli(Actors::JOB_OWNER)?.run(&[
            "job", "post", "--dataset", &dataset, "--algorithm", "mlp", "--hidden", "256,256", "--epochs", "620",
            "--optimiser", "adam", "--max-unit-price", "0.00001",
        ])?;
        assert!(posted["work_units"].as_u64() >= Some(SAMPLED_UNITS), "{posted}");
        let job = JobId::new(posted["job"].as_u64().expect("the job has an id"));
        let closed = world.wait_for_job(job, "closed", |state| matches!(state, JobState::Closed { .. })).await?;
        let settled = matches!(closed.state, JobState::Closed { outcome: JobOutcome::Settled { .. }, .. });
        assert!(settled, "the job ended as {:?}", closed.state);
        let found = evaluators.iter().any(|evaluator| world.workers[*evaluator].has_said(said));
        assert!(found, "no evaluator said {said:?}");
        ensure_explained(&world, job).await?;
    }
    world.ensure_workers()
}
