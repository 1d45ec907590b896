//! A seller cheats: the buyer's client finds out, proves it by itself, and the chain decides from the evidence.

use crate::{dishonest::*, support::*};
use anyhow::{ensure, Context, Result};
use neurodata_chain::{calls, Balance};
use neurodata_dataset::{wrap_key, ContentKey, RecipientSecret};
use neurodata_e2e::{events_since, Actors, WorkerRole, World};
use neurodata_primitives::{
    Asset, Claim, Complaint, DatasetId, DatasetState, Dismissal, Fault, OpenedChunk, PurchaseId,
};
use neurodata_sealing::sale_context;

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_chunk_is_refunded_and_condemns() -> Result<()> {
    let world = World::start().await?;
    let (dataset, key) = register_bad_chunk(&world, "dishonest").await?;

    // Somebody else's sale is open meanwhile, its key delivered.
    let other = ledger(&world, Actors::JOB_OWNER).await?;
    let (open, _) = purchase(&world, Actors::JOB_OWNER, dataset).await?;
    deliver(&world.chain, open, &key).await?;

    let spent = ledger(&world, Actors::DATA_BUYER).await?;
    let (out, bought) = buy(&world, Actors::DATA_BUYER, dataset, &[])?;
    let (bad, _) = wait_for_purchase(&world.chain, &Actors::account(Actors::DATA_BUYER)?).await?;
    deliver(&world.chain, bad, &key).await?;
    let said = format!("{:#}", bought.await?.err().context("a bad package was bought")?);
    ensure!(said.contains("bad-chunk") && said.contains("no copy was bought"), "{said}");
    ensure!(!out.exists(), "{} was written", out.display());

    let proved: Vec<(PurchaseId, Asset, Fault)> = events_since(&world.chain, 1, "Sales", "ComplaintUpheld").await?;
    let asset = Asset::Dataset(dataset);
    assert_eq!(proved, [(bad, asset, Fault::BadChunk { chunk: BAD_CHUNK })]);
    // The whole stake: 70 % burned, 20 % to the wronged buyer, 10 % to the reporter, who is the same.
    assert_eq!(slashes(&world.chain, dataset).await?, [(STAKE, percent(STAKE, 70))]);
    let change = spent.change().await?;
    assert_eq!((change.total, change.held), (percent(STAKE, 30) as i128, 0));
    let record = world.chain.dataset(dataset).await?.context("the dataset is gone")?;
    assert!(record.condemned && matches!(record.state, DatasetState::Delisted { .. }), "{:?}", record.state);
    assert_eq!((record.stake, record.open_sales, record.exposure), (0, 1, COPY_PRICE));
    assert_eq!(record.score.millis(), 25_500, "a complaint was upheld");

    // Nothing more is sold, and anybody ends the sale that is open: long before its window is over, with the price back.
    let key = RecipientSecret::generate().public();
    let call = calls::purchase(asset, neurodata_primitives::LicenceKind::Personal, key, COPY_PRICE);
    ensure_refused(&world, &Actors::signer(Actors::DATA_BUYER)?, call, "DatasetRegistry", "NotForSale").await?;
    world.cli(STRANGER)?.run(&["purchase", "settle", &open.to_string()])?;
    let change = other.change().await?;
    assert_eq!((change.total, change.held), (0, 0));
    let record = world.chain.dataset(dataset).await?.context("the dataset is gone")?;
    assert_eq!((record.open_sales, record.exposure, record.copies_sold), (0, 0, 0));
    ensure_score_recomputes(&world, dataset)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_refunded_and_slashed() -> Result<()> {
    let world = World::start().await?;
    let dataset = world.register_heart_for_sale()?;
    let seller = Actors::signer(Actors::DATA_PROVIDER)?;
    let buyer = Actors::account(Actors::DATA_BUYER)?;
    let spent = ledger(&world, Actors::DATA_BUYER).await?;
    let (out, bought) = buy(&world, Actors::DATA_BUYER, dataset, &[])?;
    let (purchase, record) = wait_for_purchase(&world.chain, &buyer).await?;
    let context = sale_context(&world.chain.genesis(), purchase);
    let key = wrap_key(&ContentKey::generate(), &record.recipient_key, &context)?;
    ensure_refused(
        &world,
        &Actors::signer(STRANGER)?,
        calls::deliver_purchase_key(purchase, key.clone()),
        "Sales",
        "NotAuthorized",
    )
    .await?;
    world.chain.submit(&seller, calls::deliver_purchase_key(purchase, key)).await?;
    let said = format!("{:#}", bought.await?.err().context("a wrong key was taken for right")?);
    ensure!(said.contains("wrong-key") && said.contains("no copy was bought"), "{said}");
    ensure!(!out.exists(), "{} was written", out.display());

    let proved: Vec<(PurchaseId, Asset, Fault)> = events_since(&world.chain, 1, "Sales", "ComplaintUpheld").await?;
    assert_eq!(proved, [(purchase, Asset::Dataset(dataset), Fault::WrongKey)]);
    // Twice the price.
    let slash = 2 * COPY_PRICE;
    assert_eq!(slashes(&world.chain, dataset).await?, [(slash, percent(slash, 70))]);
    let change = spent.change().await?;
    assert_eq!((change.total, change.held), (percent(slash, 30) as i128, 0));
    let record = world.chain.dataset(dataset).await?.context("the dataset is gone")?;
    assert_eq!((record.stake, record.condemned, record.open_sales), (STAKE - slash, false, 0));
    assert!(matches!(record.state, DatasetState::Delisted { .. }), "below the minimum stake: {:?}", record.state);
    ensure_score_recomputes(&world, dataset)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_with_forged_evidence_costs_the_deposit_and_pays_the_seller() -> Result<()> {
    let mut world = World::start().await?;
    world.hire("key-server", &WorkerRole::ServeKeys { keys: world.path("keys") }, Actors::DATA_PROVIDER)?;
    let dataset: DatasetId = world.register_heart_for_sale()?;
    let forged = |index: u32| {
        let cipher = vec![7; 2_048].try_into().expect("a chunk has 2,048 bytes");
        Claim::BadChunk(OpenedChunk { index, cipher, leaf: Default::default(), path: Default::default() })
    };
    let liars: [(&str, Option<[u8; 32]>, Claim, Dismissal); 3] = [
        (Actors::DATA_BUYER, None, Claim::WrongKey, Dismissal::KeyIsRight),
        (Actors::JOB_OWNER, None, forged(0), Dismissal::ForeignChunk),
        (STRANGER, Some([9; 32]), Claim::WrongKey, Dismissal::ForeignSecret),
    ];
    for (suri, another_secret, claim, reason) in liars {
        let spent = ledger(&world, suri).await?;
        let (purchase, secret) = purchase(&world, suri, dataset).await?;
        wait_for_key(&world.chain, purchase).await?;
        let complaint = Complaint { secret: another_secret.unwrap_or(*secret.as_bytes()), claim };
        let receipt = world.chain.submit(&Actors::signer(suri)?, calls::complain(purchase, complaint)).await?;
        let dismissed: (PurchaseId, Dismissal, Balance) = receipt.decode("Sales", "ComplaintDismissed")?;
        assert_eq!(dismissed, (purchase, reason, DEPOSIT));
        // Price and deposit are gone; what was bought stays bought.
        let change = spent.change().await?;
        assert_eq!((change.total, change.held), (-((COPY_PRICE + DEPOSIT) as i128), 0));
        let licence = world.chain.licence(Asset::Dataset(dataset), &Actors::account(suri)?).await?;
        assert_eq!(licence.context("there is no licence")?.deposit, 0);
        let seller = Actors::account(Actors::DATA_PROVIDER)?;
        let reason = neurodata_primitives::PayoutReason::Sale { purchase };
        assert_eq!(credited(&world.chain, &seller, reason).await?, percent(COPY_PRICE, 95));
    }
    let record = world.chain.dataset(dataset).await?.context("the dataset is gone")?;
    assert_eq!((record.stake, record.state, record.copies_sold), (STAKE, DatasetState::Active, 3));
    assert_eq!(slashes(&world.chain, dataset).await?, []);
    ensure_score_recomputes(&world, dataset)?;
    world.ensure_workers()
}
