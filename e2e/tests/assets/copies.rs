//! A copy is bought from a seller who is what he claims.

use crate::support::*;
use anyhow::{ensure, Context, Result};
use neurodata_chain::calls;
use neurodata_e2e::{events_since, plancks, text, wait_for_block, Actors, WorkerRole, World};
use neurodata_primitives::{Asset, LicenceKind, PayoutReason, PurchaseId};
use std::{fs, time::Duration};

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_bought_and_equals_the_sellers_table() -> Result<()> {
    let mut world = World::start().await?;
    world.hire("key-server", &WorkerRole::ServeKeys { keys: world.path("keys") }, Actors::DATA_PROVIDER)?;
    let dataset = world.register_heart_for_sale()?;
    let (buyer, asset) = (Actors::account(Actors::DATA_BUYER)?, Asset::Dataset(dataset));
    let spent = ledger(&world, Actors::DATA_BUYER).await?;
    let (out, bought) = buy(&world, Actors::DATA_BUYER, dataset, &["--licence", "commercial"])?;
    bought.await??;

    // What was bought is the file that the seller packed, byte for byte.
    ensure!(fs::read(&out)? == fs::read(World::heart_csv()?)?, "{} is not the seller's table", out.display());
    let change = spent.change().await?;
    assert_eq!((change.total, change.held), (-(COPY_PRICE as i128), DEPOSIT as i128));
    let licence = world.chain.licence(asset, &buyer).await?.context("there is no licence")?;
    assert_eq!((licence.kind, licence.expires_at, licence.deposit), (LicenceKind::Commercial, None, DEPOSIT));
    let reason = PayoutReason::Sale { purchase: PurchaseId::new(0) };
    let seller = Actors::account(Actors::DATA_PROVIDER)?;
    assert_eq!(credited(&world.chain, &seller, reason).await?, percent(COPY_PRICE, 95));
    let record = world.chain.dataset(dataset).await?.context("the dataset is gone")?;
    assert_eq!((record.copies_sold, record.open_sales, record.exposure, record.stake), (1, 0, 0, STAKE));
    assert_eq!(record.score.millis(), 51_250, "a confirmed copy");
    ensure_score_recomputes(&world, dataset)?;

    // The same command again writes the same file, and nothing is paid; another program is told that it has the licence.
    let cli = world.cli(Actors::DATA_BUYER)?;
    let (id, again) = (dataset.to_string(), world.path("again.csv"));
    let written = cli.run(&["dataset", "buy", &id, "--max-price", "100", "--out", text(&again)?])?;
    assert_eq!(plancks(&written, "price")?, 0);
    ensure!(fs::read(&again)? == fs::read(&out)?, "another file than the first time");
    let signer = Actors::signer(Actors::DATA_BUYER)?;
    let key = neurodata_dataset::RecipientSecret::generate().public();
    let call = || calls::purchase(asset, LicenceKind::Personal, key, COPY_PRICE);
    ensure_refused(&world, &signer, call(), "Sales", "LicenceNotBetter").await?;

    // The deposit comes back with the licence.
    cli.run(&["purchase", "surrender", "--dataset", &id])?;
    assert_eq!(world.chain.licence(asset, &buyer).await?, None);
    let change = spent.change().await?;
    assert_eq!((change.total, change.held), (-(COPY_PRICE as i128), 0));

    // A price that was raised in between, and a buyer whom the terms don't name any more.
    let owner = world.cli(Actors::DATA_PROVIDER)?;
    owner.run(&["dataset", "update-terms", &id, "--copy-price", "100.000000000001"])?;
    ensure_refused(&world, &signer, call(), "Sales", "PriceTooHigh").await?;
    owner.run(&["dataset", "update-terms", &id, "--copy-price", "100", "--allow", STRANGER])?;
    ensure_refused(&world, &signer, call(), "DatasetRegistry", "NotForSale").await?;
    world.ensure_workers()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_server_survives_kills_and_delivers_exactly_once() -> Result<()> {
    /// Lives of the key server in milliseconds, over and over.
    const LIVES: [u64; 7] = [150, 400, 900, 1_600, 2_500, 3_700, 5_200];
    let mut world = World::start().await?;
    let server = world.hire("key-server", &WorkerRole::ServeKeys { keys: world.path("keys") }, Actors::DATA_PROVIDER)?;
    let datasets = [world.register_heart_for_sale()?, world.register_for_sale("another")?];
    world.workers[server].kill();

    let mut purchases = Vec::new();
    for suri in [Actors::DATA_BUYER, Actors::JOB_OWNER, STRANGER] {
        for dataset in datasets {
            purchases.push(purchase(&world, suri, dataset).await?);
        }
    }
    // Killed between any two of its steps, until everything is delivered.
    let mut lives = LIVES.iter().cycle();
    let deadline = std::time::Instant::now() + neurodata_e2e::DEADLINE;
    while world.chain.purchases().await?.iter().any(|(_, record)| is_awaited(record)) {
        ensure!(std::time::Instant::now() < deadline, "not delivered:\n{}", world.workers[server].log_tail());
        world.workers[server].revive()?;
        tokio::time::sleep(Duration::from_millis(*lives.next().context("cycles never end")?)).await;
        world.workers[server].kill();
    }
    // A last life, to see whether it delivers anything again.
    world.workers[server].revive()?;
    let best = world.chain.best_block().await?.number;
    wait_for_block(&world.chain, best + 4).await?;
    world.ensure_workers()?;

    let delivered: Vec<PurchaseId> = events_since(&world.chain, 1, "Sales", "KeyDelivered").await?;
    assert_eq!(delivered.len(), purchases.len(), "delivered: {delivered:?}");
    for (purchase, secret) in &purchases {
        assert_eq!(delivered.iter().filter(|id| *id == purchase).count(), 1);
        let (key, _) = wait_for_key(&world.chain, *purchase).await?;
        let record = world.chain.purchase(*purchase).await?.context("the purchase is gone")?;
        let dataset = record.asset.dataset().context("not a dataset")?;
        let commitment = world.chain.dataset(dataset).await?.context("the dataset is gone")?.commitment;
        let key = open(&world.chain, *purchase, &key, secret)?;
        assert_eq!(key.commitment(commitment.data_root), commitment.key_commitment);
    }
    Ok(())
}

fn is_awaited(record: &neurodata_chain::PurchaseRecord) -> bool {
    matches!(record.state, neurodata_chain::PurchaseState::AwaitingKey { .. })
}
