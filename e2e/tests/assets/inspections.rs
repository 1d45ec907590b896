//! Evaluators are paid to look at a package: they attest it, or prove what is wrong with it.

use crate::{dishonest::*, support::*};
use anyhow::{Context, Result};
use neurodata_e2e::{events_since, plancks, wait_for, wait_for_maturity, Actors, WorkerRole, World};
use neurodata_primitives::{Asset, DatasetId, DatasetState, Fault, InspectionId, PayoutReason, PurchaseId, NRC};

/// Evaluators that run.
const INSPECTORS: [&str; 2] = [Actors::EVALUATORS[0], Actors::EVALUATORS[1]];

/// Request an inspection by both, and wait until it is over.
async fn inspect(world: &World, dataset: DatasetId) -> Result<()> {
    world.cli(Actors::DATA_PROVIDER)?.run(&["dataset", "inspect", &dataset.to_string(), "--seats", "2", "--fee", "1"])?;
    wait_for(&format!("the inspection of dataset {dataset}"), || async {
        Ok(world.chain.inspections().await?.is_empty().then_some(()))
    })
    .await
    .with_context(|| world.workers.iter().map(|worker| worker.log_tail()).collect::<Vec<_>>().join("\n---\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn inspectors_attest_a_package_or_prove_it_bad() -> Result<()> {
    let mut world = World::start().await?;
    world.hire("key-server", &WorkerRole::ServeKeys { keys: world.path("keys") }, Actors::DATA_PROVIDER)?;
    for suri in INSPECTORS {
        world.hire(suri.trim_start_matches('/'), &WorkerRole::Evaluate, suri)?;
    }
    let accounts = INSPECTORS.map(Actors::account).into_iter().collect::<Result<Vec<_>>>()?;
    let honest = world.register_heart_for_sale()?;
    wait_for("two evaluators", || async { Ok((world.chain.all_evaluators().await?.len() == 2).then_some(())) }).await?;

    let spent = ledger(&world, Actors::DATA_PROVIDER).await?;
    inspect(&world, honest).await?;
    // A settlement is in a block before the key server is through with it; its fees are counted by then.
    assert_eq!(spent.change().await?.total, -(2 * NRC as i128));
    let record = world.chain.dataset(honest).await?.context("the dataset is gone")?;
    assert!(accounts.iter().all(|account| record.attestations.contains(account)), "{:?}", record.attestations);
    assert_eq!((record.attestations.len(), record.open_sales, record.stake), (2, 0, STAKE));
    assert_eq!(record.score.millis(), 55_700, "two attestations");
    ensure_score_recomputes(&world, honest)?;
    for (suri, account) in INSPECTORS.iter().zip(&accounts) {
        let reason = PayoutReason::Inspection { inspection: InspectionId::new(0) };
        assert_eq!(credited(&world.chain, account, reason).await?, NRC);
        wait_for_maturity(&world.chain, account).await?;
        assert_eq!(plancks(&world.cli(suri)?.run(&["rewards", "claim"])?, "claimed")?, NRC);
    }

    // The same two look at a package in which one chunk is bad. Whoever is first proves it; nobody votes.
    let (dataset, _) = register_bad_chunk(&world, "dishonest").await?;
    inspect(&world, dataset).await?;
    let proved: Vec<(PurchaseId, Asset, Fault)> = events_since(&world.chain, 1, "Sales", "ComplaintUpheld").await?;
    let fault = Fault::BadChunk { chunk: BAD_CHUNK };
    assert!(!proved.is_empty(), "nobody complained");
    assert!(proved.iter().all(|(_, asset, proved)| (*asset, *proved) == (Asset::Dataset(dataset), fault)), "{proved:?}");
    let record = world.chain.dataset(dataset).await?.context("the dataset is gone")?;
    assert!(record.condemned && matches!(record.state, DatasetState::Delisted { .. }), "{:?}", record.state);
    assert_eq!((record.stake, record.open_sales, record.attestations.len()), (0, 0, 0));
    assert_eq!(slashes(&world.chain, dataset).await?, [(STAKE, percent(STAKE, 70))]);
    ensure_score_recomputes(&world, dataset)?;
    world.ensure_workers()
}
