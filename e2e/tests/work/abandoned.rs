//! A compute provider takes a job and never answers.

use super::support::{ensure_explained, lines, sum, world, LEAST_PENALTY, STRANGER};
use anyhow::Result;
use neurodata_chain::{calls, JobState};
use neurodata_e2e::{Actors, Ledger, Period, WorkerRole};
use neurodata_primitives::{Capability, DeviceClass, HistoryEvent, JobOutcome, PenaltyCause, NRC};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_nobody_accepts_goes_to_the_next_provider_who_is_paid() -> Result<()> {
    let (mut world, dataset) = world().await?;
    world.shorten(Period::Accept, 20).await?;
    let silent = Actors::account(STRANGER)?;
    let signer = Actors::signer(STRANGER)?;
    let capability = Capability { cores: 2, memory_mib: 4_096, device: DeviceClass::Cpu, device_memory_mib: 0 };
    world.chain.submit(&signer, calls::register_provider(500 * NRC)).await?;
    world.chain.submit(&signer, calls::add_offer(capability, NRC / 10_000, 1)).await?;
    world.hire("compute", &WorkerRole::Compute { unit_price: "0.0005".into() }, Actors::COMPUTE_PROVIDER)?;
    for (index, suri) in Actors::EVALUATORS.iter().enumerate() {
        world.hire(&format!("evaluator-{index}"), &WorkerRole::Evaluate, suri)?;
    }
    let before = Ledger::open(&world.chain, silent.clone()).await?;

    let job = world.post_job(dataset, &["--epochs", "40"])?;
    let matched = world.chain.job(job).await?.expect("the job was posted");
    assert_eq!(matched.state.provider(), Some(&silent), "the cheapest offer takes the job at once");
    let closed = world.wait_for_job(job, "closed", |state| matches!(state, JobState::Closed { .. })).await?;

    let JobState::Closed { outcome: JobOutcome::Settled { provider, .. }, .. } = closed.state else {
        panic!("the job ended as {:?}", closed.state);
    };
    assert_eq!(provider, Actors::account(Actors::COMPUTE_PROVIDER)?);
    assert_eq!(before.change().await?.total, -(LEAST_PENALTY as i128));
    let penalty = lines(&world.chain, job, &silent).await?;
    assert_eq!(penalty.len(), 1, "{penalty:?}");
    assert_eq!(penalty[0].amount, LEAST_PENALTY);
    assert!(
        matches!(penalty[0].event, HistoryEvent::Penalised { cause: PenaltyCause::NotAccepted { .. }, .. }),
        "{penalty:?}"
    );
    let owner = Actors::account(Actors::JOB_OWNER)?;
    let charged = sum(&world.chain, job, &owner, |event| matches!(event, HistoryEvent::Charged { .. })).await?;
    let refunded = sum(&world.chain, job, &owner, |event| matches!(event, HistoryEvent::Refunded { .. })).await?;
    assert!(refunded > 0 && refunded < charged, "charged {charged}, refunded {refunded}");
    ensure_explained(&world, job).await?;
    world.ensure_workers()
}
