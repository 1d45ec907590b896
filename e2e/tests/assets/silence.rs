//! One side says nothing: after a deadline anybody ends the sale, and nobody gains by silence.

use crate::support::*;
use anyhow::{Context, Result};
use neurodata_chain::{calls, PurchaseState};
use neurodata_e2e::{wait_for_block, Actors, Period, WorkerRole, World};
use neurodata_primitives::{Asset, Claim, Complaint, DatasetState, LicenceKind, PayoutReason, NRC};

/// The shortest period that the runtime allows.
const SHORT: u32 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_seller_is_slashed_and_the_buyer_refunded() -> Result<()> {
    let world = World::start().await?;
    world.shorten(Period::KeyDelivery, SHORT).await?;
    let dataset = world.register_heart_for_sale()?;
    let spent = ledger(&world, Actors::DATA_BUYER).await?;
    let reported = ledger(&world, STRANGER).await?;
    let (purchase, _) = purchase(&world, Actors::DATA_BUYER, dataset).await?;
    let record = world.chain.purchase(purchase).await?.context("the purchase is not there")?;
    let PurchaseState::AwaitingKey { deliver_by } = record.state else { panic!("{:?}", record.state) };
    assert_eq!(deliver_by, record.purchased_at + SHORT);
    let change = spent.change().await?;
    assert_eq!((change.total, change.held), (-(COPY_PRICE as i128), DEPOSIT as i128));

    let reporter = Actors::signer(STRANGER)?;
    ensure_refused(&world, &reporter, calls::expire_purchase(purchase), "Sales", "TooEarly").await?;
    wait_for_block(&world.chain, deliver_by).await?;
    world.cli(STRANGER)?.run(&["purchase", "settle", &purchase.to_string()])?;

    // Half of the price: 70 % burned, 20 % to the buyer, 10 % to the reporter.
    let slash = COPY_PRICE / 2;
    assert_eq!(slashes(&world.chain, dataset).await?, [(slash, percent(slash, 70))]);
    let change = spent.change().await?;
    assert_eq!((change.total, change.held), (percent(slash, 20) as i128, 0));
    assert_eq!(reported.change().await?.total, percent(slash, 10) as i128);
    let record = world.chain.dataset(dataset).await?.context("the dataset is gone")?;
    assert_eq!((record.stake, record.open_sales, record.exposure, record.copies_sold), (STAKE - slash, 0, 0, 0));
    assert!(matches!(record.state, DatasetState::Delisted { .. }), "below the minimum stake: {:?}", record.state);
    assert_eq!(record.score.millis(), 37_750, "a key was not delivered");
    ensure_score_recomputes(&world, dataset)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_buyer_is_settled_by_anybody() -> Result<()> {
    let mut world = World::start().await?;
    let server = world.hire("key-server", &WorkerRole::ServeKeys { keys: world.path("keys") }, Actors::DATA_PROVIDER)?;
    world.shorten(Period::Complaint, SHORT).await?;
    let dataset = world.register_heart_for_sale()?;
    let (buyer, asset) = (Actors::account(Actors::DATA_BUYER)?, Asset::Dataset(dataset));
    let spent = ledger(&world, Actors::DATA_BUYER).await?;
    let (_, bought) = buy(&world, Actors::DATA_BUYER, dataset, &["--no-confirm"])?;
    bought.await??;
    let (purchase, _) = wait_for_purchase(&world.chain, &buyer).await?;
    let (_, complain_by) = wait_for_key(&world.chain, purchase).await?;
    // The key server would settle for the seller; it takes nobody in particular.
    world.workers[server].kill();
    assert_eq!(world.chain.licence(asset, &buyer).await?, None, "not before it is settled");

    let stranger = Actors::signer(STRANGER)?;
    ensure_refused(&world, &stranger, calls::settle(purchase), "Sales", "TooEarly").await?;
    ensure_refused(&world, &stranger, calls::confirm_purchase(purchase), "Sales", "NotAuthorized").await?;
    wait_for_block(&world.chain, complain_by).await?;
    // The window is over, also for somebody who is right.
    let complaint = Complaint { secret: [7; 32], claim: Claim::WrongKey };
    let late = calls::complain(purchase, complaint);
    ensure_refused(&world, &Actors::signer(Actors::DATA_BUYER)?, late, "Sales", "Expired").await?;
    world.cli(STRANGER)?.run(&["purchase", "settle", &purchase.to_string()])?;

    let licence = world.chain.licence(asset, &buyer).await?.context("there is no licence")?;
    assert_eq!((licence.kind, licence.deposit), (LicenceKind::Personal, NRC));
    let seller = Actors::account(Actors::DATA_PROVIDER)?;
    assert_eq!(credited(&world.chain, &seller, PayoutReason::Sale { purchase }).await?, percent(COPY_PRICE, 95));
    let change = spent.change().await?;
    assert_eq!((change.total, change.held), (-(COPY_PRICE as i128), DEPOSIT as i128));
    let record = world.chain.dataset(dataset).await?.context("the dataset is gone")?;
    assert_eq!((record.score.millis(), record.copies_sold), (50_500, 1), "a copy that nobody complained about");
    ensure_score_recomputes(&world, dataset)
}
