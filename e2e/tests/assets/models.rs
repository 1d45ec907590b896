//! A model is sold, trained further by its buyer, and sold again: everybody behind it earns.

use crate::support::*;
use anyhow::{ensure, Context, Result};
use neurodata_chain::{calls, AccountId, Balance, Chain, LicenceOffer, ModelTerms};
use neurodata_dataset::{dishonest, ContentKey};
use neurodata_e2e::{events_since, text, Actors, WorkerRole, World};
use neurodata_primitives::{
    model::{file_digest, ListingState},
    Asset, Fault, LicenceDigest, LicenceKind, ModelId, PayoutReason, PurchaseId, Uri, NRC,
};
use neurodata_storage::{manifest, uri, DirectoryStore};
use std::{fs, path::PathBuf};

/// Price of a licence to derive from the first model, and of one to use the second commercially.
const DERIVE_PRICE: Balance = 30 * NRC;
const COMMERCIAL_PRICE: Balance = 50 * NRC;
/// Stake of a model.
const MODEL_STAKE: Balance = 1_000 * NRC;

/// Where the content keys of models of `suri` are.
fn key_folder(world: &World, suri: &str) -> PathBuf {
    world.path(&format!("keys{}", suri.replace('/', "-")))
}

/// Have the owner of `model` seal it and offer it with `licence`, e.g. `--derive`, at `price` NRC.
fn sell(world: &World, suri: &str, model: ModelId, licence: &str, price: &str) -> Result<()> {
    let key = key_folder(world, suri).join(format!("model-{model}.key"));
    let sealed = world.path(&format!("model-{model}.ndms"));
    let (id, sealed) = (model.to_string(), text(&sealed)?);
    let cli = world.cli(suri)?;
    cli.run(&["model", "seal", &id, "--key", text(&key)?, "--out", sealed])?;
    cli.run(&["model", "sell", &id, "--sealed", sealed, "--stake", "1000", licence, price])?;
    Ok(())
}

/// Have `suri` buy `model` and check that the file is the one that the chain knows.
async fn buy_model(world: &World, suri: &str, model: ModelId, licence: &str, max_price: &str) -> Result<()> {
    let out = world.path(&format!("bought-{model}.safetensors"));
    let (id, file) = (model.to_string(), text(&out)?.to_owned());
    let cli = world.cli(suri)?;
    let arguments = ["model", "buy", &id, "--licence", licence, "--max-price", max_price, "--out", &file].map(String::from);
    tokio::task::spawn_blocking(move || cli.run(&arguments.each_ref().map(String::as_str))).await??;
    let record = world.chain.model(model).await?.context("the model is gone")?;
    assert_eq!(file_digest(&fs::read(&out)?), record.result.model, "another file than the one that was recorded");
    Ok(())
}

/// The royalties that `account` was credited for `model`, in plancks.
async fn royalty(chain: &Chain, account: &AccountId, model: ModelId) -> Result<Balance> {
    credited(chain, account, PayoutReason::Royalty { model }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_sold_and_its_parent_earns() -> Result<()> {
    let mut world = World::start().await?;
    world.hire_all()?;
    for suri in [Actors::JOB_OWNER, Actors::DATA_BUYER] {
        let keys = key_folder(&world, suri);
        fs::create_dir_all(&keys)?;
        world.hire(&format!("model-keys{}", suri.replace('/', "-")), &WorkerRole::ServeKeys { keys }, suri)?;
    }
    let dataset = world.register_heart_for_sale()?;
    let task = ["--epochs", "20"];
    let parent = world.train(Actors::JOB_OWNER, dataset, &task).await?;
    let id = parent.to_string();

    // Nobody trains somebody else's model further without a licence to derive from it.
    let from_parent = ["--epochs", "10", "--parent", &id];
    let said = world.post_job_for(Actors::DATA_BUYER, dataset, &from_parent).err().context("derived without a licence")?;
    ensure!(format!("{said:#}").contains("NotLicensed"), "{said:#}");
    sell(&world, Actors::JOB_OWNER, parent, "--derive", "30")?;
    buy_model(&world, Actors::DATA_BUYER, parent, "derive", "30").await?;
    let licence = world.chain.licence(Asset::Model(parent), &Actors::account(Actors::DATA_BUYER)?).await?;
    assert_eq!(licence.context("there is no licence")?.kind, LicenceKind::Derive);
    let child = world.train(Actors::DATA_BUYER, dataset, &from_parent).await?;
    let record = world.chain.model(child).await?.context("the model is gone")?;
    assert_eq!((record.parents.as_slice(), record.depth, record.ancestors), (&[parent][..], 1, 1));
    assert_eq!(world.chain.lineage(child, 10).await?, [parent]);

    // The child is sold: one accumulator takes the price, and everybody's part follows from it exactly.
    sell(&world, Actors::DATA_BUYER, child, "--commercial", "50")?;
    let spent = ledger(&world, STRANGER).await?;
    buy_model(&world, STRANGER, child, "commercial", "50").await?;
    let change = spent.change().await?;
    assert_eq!((change.total, change.held), (-(COMMERCIAL_PRICE as i128), DEPOSIT as i128));
    let income = world.chain.model_income(child).await?;
    assert_eq!((income.pending, income.sales), (percent(COMMERCIAL_PRICE, 95), 1));
    // A model with a sale that is its owner's to keep cannot change hands while it is listed.
    let said = world.cli(Actors::DATA_BUYER)?.refused(&["model", "transfer", &child.to_string(), STRANGER])?;
    ensure!(said.contains("ModelRegistry.Listed"), "{said}");

    let [data, compute, owner, parent_owner] =
        [Actors::DATA_PROVIDER, Actors::COMPUTE_PROVIDER, Actors::DATA_BUYER, Actors::JOB_OWNER].map(Actors::account);
    let (data, compute, owner, parent_owner) = (data?, compute?, owner?, parent_owner?);
    world.cli(STRANGER)?.run(&["model", "collect", &child.to_string()])?;
    let sold = percent(COMMERCIAL_PRICE, 95);
    let to_parent = percent(sold, 10);
    assert_eq!(royalty(&world.chain, &data, child).await?, percent(sold, 5));
    assert_eq!(royalty(&world.chain, &compute, child).await?, percent(sold, 2));
    assert_eq!(royalty(&world.chain, &owner, child).await?, percent(sold, 83));
    let income = world.chain.model_income(parent).await?;
    let earned = percent(DERIVE_PRICE, 95) + to_parent;
    assert_eq!((income.pending, income.sales, income.total), (earned, 1, earned));

    world.cli(STRANGER)?.run(&["model", "collect", &id])?;
    assert_eq!(royalty(&world.chain, &data, parent).await?, percent(earned, 5));
    assert_eq!(royalty(&world.chain, &compute, parent).await?, percent(earned, 2));
    // It has no parents: their part stays with the owner.
    assert_eq!(royalty(&world.chain, &parent_owner, parent).await?, percent(earned, 93));
    let stranger = Actors::signer(STRANGER)?;
    ensure_refused(&world, &stranger, calls::collect_royalties(parent), "ModelRegistry", "NothingToCollect").await?;
    ensure_score_recomputes(&world, dataset)?;

    // A file that is sealed badly condemns its sale as a package does.
    let model = world.train(Actors::JOB_OWNER, dataset, &["--epochs", "5"]).await?;
    sell_badly(&world, Actors::JOB_OWNER, model).await?;
    let spent = ledger(&world, STRANGER).await?;
    let said = buy_model(&world, STRANGER, model, "personal", "1").await.err().context("a bad file was bought")?;
    ensure!(format!("{said:#}").contains("bad-chunk"), "{said:#}");
    let proved: Vec<(PurchaseId, Asset, Fault)> = events_since(&world.chain, 1, "Sales", "ComplaintUpheld").await?;
    let faults: Vec<_> = proved.into_iter().map(|(_, asset, fault)| (asset, fault)).collect();
    assert_eq!(faults, [(Asset::Model(model), Fault::BadChunk { chunk: 0 })]);
    let change = spent.change().await?;
    assert_eq!((change.total, change.held), (percent(MODEL_STAKE, 30) as i128, 0));
    let listing = world.chain.model_listing(model).await?.context("the listing is gone")?;
    assert!(listing.condemned && matches!(listing.state, ListingState::Delisted { .. }), "{listing:?}");
    assert_eq!((listing.stake, listing.open_sales, listing.exposure), (0, 0, 0));
    world.ensure_workers()
}

/// Offer `model` for own use at 1 NRC, with a sealed file whose first chunk is not what its leaf commits to.
async fn sell_badly(world: &World, suri: &str, model: ModelId) -> Result<()> {
    let downloaded = world.path("downloaded");
    world.cli(suri)?.run(&["model", "download", &model.to_string(), "--out", text(&downloaded)?])?;
    let key = ContentKey::generate();
    key.save(&key_folder(world, suri).join(format!("model-{model}.key")))?;
    let sealed = dishonest::bad_model_chunk(&fs::read(downloaded.join("model.safetensors"))?, &key, 0)?;
    let store = DirectoryStore::open(world.path("store"))?;
    let location = uri::format(&manifest::put_bytes(&store, &sealed.to_bytes())?);
    let location = Uri::try_from(location.into_bytes()).ok().context("the location is too long")?;
    let offer = LicenceOffer { kind: LicenceKind::Personal, price: NRC, duration: None };
    let licences = vec![offer].try_into().ok().context("too many licences")?;
    let terms = ModelTerms { licences, allowed: None, licence_text: LicenceDigest::default(), expires_at: None };
    let call = calls::list_model(model, sealed.package(), vec![location], terms, MODEL_STAKE);
    world.chain.submit(&Actors::signer(suri)?, call).await?;
    Ok(())
}
