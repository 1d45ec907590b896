//! An evaluator who accepts whatever it is shown.

use super::support::{ensure_explained, lines, world, STRANGER};
use anyhow::{bail, Result};
use neurodata_chain::{calls, Chain, JobState, Keypair};
use neurodata_dataset::RecipientSecret;
use neurodata_e2e::{Actors, Ledger, WorkerRole, World};
use neurodata_primitives::{
    validation::seal_verdict, HistoryEvent, JobId, JobOutcome, PayoutReason, PenaltyCause, RoundState, SeatState, Verdict,
    NRC,
};
use std::time::Duration;

/// Jobs after which a planted result must have come: each carries one with a probability of one half.
const JOBS: usize = 12;
/// Bond of the sleeper: enough for a seat after it was caught once, since the true result needs a third evaluator.
const BOND: u128 = 400 * NRC;
/// What the sleeper seals all its verdicts with.
const SALT: [u8; 32] = [7; 32];
const SCORE: u8 = 80;

/// Seal and open an acceptance of everything that `sleeper` is asked to check, until the task is aborted.
async fn sleep_through(chain: Chain, sleeper: Keypair) -> Result<()> {
    let account = neurodata_chain::account_of(&sleeper);
    loop {
        for (job, round) in chain.committee_duties(&account).await? {
            let Some(seat) = round.seats.iter().find(|seat| seat.evaluator == account) else { continue };
            let call = match (&round.state, &seat.state) {
                (RoundState::Sealing { .. }, SeatState::Evaluating { .. }) => {
                    let seal = seal_verdict(job, Verdict::Accept, SCORE, &SALT, &account.0);
                    calls::seal_verdict(job, seal)
                },
                (RoundState::Revealing { .. }, SeatState::Sealed { .. }) => {
                    calls::reveal_verdict(job, Verdict::Accept, SCORE, SALT)
                },
                _ => continue,
            };
            // Another's transaction may have moved the round on meanwhile.
            if let Err(error) = chain.submit(&sleeper, call).await {
                eprintln!("the sleeper was refused: {error}");
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Whether the sleeper was caught by the result of `job`.
async fn is_caught(world: &World, job: JobId) -> Result<bool> {
    let own = lines(&world.chain, job, &Actors::account(STRANGER)?).await?;
    Ok(own.iter().any(|entry| {
        matches!(entry.event, HistoryEvent::Penalised { cause: PenaltyCause::PlantAccepted { .. }, .. })
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evaluator_that_accepts_everything_is_caught_and_pays_for_it() -> Result<()> {
    let (mut world, dataset) = world().await?;
    world.set_probe_rate(500_000).await?;
    world.cli(Actors::DATA_BUYER)?.run(&["rewards", "donate", "100"])?;
    world.hire("compute", &WorkerRole::Compute { unit_price: "0.0005".into() }, Actors::COMPUTE_PROVIDER)?;
    for (index, suri) in Actors::EVALUATORS.iter().take(2).enumerate() {
        world.hire(&format!("evaluator-{index}"), &WorkerRole::Evaluate, suri)?;
    }
    let sleeper = Actors::signer(STRANGER)?;
    let key = RecipientSecret::generate().public();
    world.chain.submit(&sleeper, calls::register_evaluator(BOND, key)).await?;
    let asleep = tokio::spawn(sleep_through(world.chain.clone(), sleeper));
    let before = Ledger::open(&world.chain, Actors::account(STRANGER)?).await?;

    let mut caught = None;
    for _ in 0..JOBS {
        let job = world.post_job(dataset, &["--epochs", "20"])?;
        let closed = world.wait_for_job(job, "closed", |state| matches!(state, JobState::Closed { .. })).await?;
        let settled = matches!(closed.state, JobState::Closed { outcome: JobOutcome::Settled { .. }, .. });
        assert!(settled, "a planted trace must not cost the job: {:?}", closed.state);
        ensure_explained(&world, job).await?;
        if is_caught(&world, job).await? {
            caught = Some(job);
            break;
        }
    }
    asleep.abort();
    let Some(job) = caught else { bail!("{JOBS} results and none was planted") };

    let rules = world.chain.market_rules().await?;
    assert_eq!(before.change().await?.held, -(rules.seat_penalty as i128), "the penalty comes out of the bond");
    for suri in Actors::EVALUATORS.iter().take(2) {
        let own = lines(&world.chain, job, &Actors::account(suri)?).await?;
        let fee = own.iter().find(|entry| {
            matches!(entry.event, HistoryEvent::Credited { reason: PayoutReason::KnownAnswer { .. } })
        });
        assert!(fee.is_some_and(|entry| entry.amount > 0), "{suri} found out and was not paid: {own:?}");
    }
    world.ensure_workers()
}
