//! What the suites of assets have in common.

use anyhow::{Context, Result};
use neurodata_chain::{account_of, calls, AccountId, Balance, Chain, Credit, Keypair, PurchaseRecord, PurchaseState};
use neurodata_dataset::{unwrap_key, wrap_key, ContentKey, RecipientSecret};
use neurodata_e2e::{events_since, text, wait_for, Actors, Ledger, World};
use neurodata_primitives::{Asset, DatasetId, LicenceKind, PayoutReason, PurchaseId, WrappedKey, NRC};
use neurodata_sealing::sale_context;
use serde_json::Value;
use std::path::PathBuf;

/// Price of a copy of the heart disease data, as [`World::register_heart_for_sale`] asks.
pub const COPY_PRICE: Balance = 100 * NRC;
/// Its stake.
pub const STAKE: Balance = 1_000 * NRC;
/// On hold for a purchase and for the licence that comes of it.
pub const DEPOSIT: Balance = NRC;
/// Anybody.
pub const STRANGER: &str = "//Ferdie";

/// `percent` per cent of `amount`, which they divide.
pub fn percent(amount: Balance, percent: Balance) -> Balance {
    assert_eq!(amount * percent % 100, 0);
    amount * percent / 100
}

/// Begin to watch the account of `suri`.
pub async fn ledger(world: &World, suri: &str) -> Result<Ledger> {
    Ledger::open(&world.chain, Actors::account(suri)?).await
}

/// Buy a copy of `dataset` with the command line client: in the background, since it waits for the key.
pub fn buy(
    world: &World,
    suri: &str,
    dataset: DatasetId,
    further: &[&str],
) -> Result<(PathBuf, tokio::task::JoinHandle<Result<Value>>)> {
    let out = world.path(&format!("copy-{}.csv", suri.trim_start_matches('/')));
    let mut arguments: Vec<String> =
        ["dataset", "buy", &dataset.to_string(), "--max-price", "100", "--out", text(&out)?].map(Into::into).to_vec();
    arguments.extend(further.iter().map(|argument| (*argument).to_owned()));
    let cli = world.cli(suri)?;
    let run = move || cli.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    Ok((out, tokio::task::spawn_blocking(run)))
}

/// Buy a copy of `dataset` by the call alone, as another program would; returns the secret of the one-time key.
pub async fn purchase(world: &World, suri: &str, dataset: DatasetId) -> Result<(PurchaseId, RecipientSecret)> {
    let secret = RecipientSecret::generate();
    let call = calls::purchase(Asset::Dataset(dataset), LicenceKind::Personal, secret.public(), COPY_PRICE);
    let bought = world.chain.submit(&Actors::signer(suri)?, call).await?;
    Ok((bought.decode("Sales", "PurchaseOpened")?, secret))
}

/// Wait until `buyer` has an open purchase.
pub async fn wait_for_purchase(chain: &Chain, buyer: &AccountId) -> Result<(PurchaseId, PurchaseRecord)> {
    wait_for(&format!("a purchase of {buyer}"), || async {
        Ok(chain.purchases().await?.into_iter().find(|(_, record)| record.buyer == *buyer))
    })
    .await
}

/// Wait until the key of `purchase` is delivered; also returns the last block for a complaint.
pub async fn wait_for_key(chain: &Chain, purchase: PurchaseId) -> Result<(WrappedKey, u32)> {
    wait_for(&format!("the key of purchase {purchase}"), || async {
        Ok(match chain.purchase(purchase).await?.context("the purchase is gone")?.state {
            PurchaseState::Delivered { key, complain_by } => Some((key, complain_by)),
            PurchaseState::AwaitingKey { .. } => None,
        })
    })
    .await
}

/// Deliver `key` for `purchase`, as the key server of the data provider would: wrapped for its recipient.
pub async fn deliver(chain: &Chain, purchase: PurchaseId, key: &ContentKey) -> Result<()> {
    let record = chain.purchase(purchase).await?.context("the purchase is not there")?;
    let wrapped = wrap_key(key, &record.recipient_key, &sale_context(&chain.genesis(), purchase))?;
    let seller = Actors::signer(Actors::DATA_PROVIDER)?;
    chain.submit(&seller, calls::deliver_purchase_key(purchase, wrapped)).await?;
    Ok(())
}

/// Open a delivered key.
pub fn open(chain: &Chain, purchase: PurchaseId, key: &WrappedKey, secret: &RecipientSecret) -> Result<ContentKey> {
    Ok(unwrap_key(key, secret, &sale_context(&chain.genesis(), purchase))?)
}

/// What `account` was credited for `reason`, in plancks.
pub async fn credited(chain: &Chain, account: &AccountId, reason: PayoutReason) -> Result<Balance> {
    let credits: Vec<Credit> = chain.credits(account).await?;
    Ok(credits.into_iter().filter(|credit| credit.reason == reason).map(|credit| credit.amount).sum())
}

/// The amounts slashed from the stake of `dataset` and burned of them so far.
pub async fn slashes(chain: &Chain, dataset: DatasetId) -> Result<Vec<(Balance, Balance)>> {
    let all: Vec<(DatasetId, AccountId, Balance, Balance)> =
        events_since(chain, 1, "DatasetRegistry", "StakeSlashed").await?;
    Ok(all.into_iter().filter(|(id, ..)| *id == dataset).map(|(.., amount, burned)| (amount, burned)).collect())
}

/// Fail unless the score of `dataset` is what its events say.
pub fn ensure_score_recomputes(world: &World, dataset: DatasetId) -> Result<()> {
    let shown = world.cli(STRANGER)?.run(&["dataset", "score", &dataset.to_string(), "--recompute"])?;
    anyhow::ensure!(shown["agrees"] == true, "the score of dataset {dataset} does not follow from its events: {shown}");
    Ok(())
}

/// Submit `call`, which must be refused with this error of this pallet.
pub async fn ensure_refused(
    world: &World,
    signer: &Keypair,
    call: neurodata_chain::Call,
    pallet: &str,
    error: &str,
) -> Result<()> {
    match world.chain.submit(signer, call).await {
        Err(refused) if refused.is_refusal(pallet, error) => Ok(()),
        other => anyhow::bail!("{} should have been refused with {pallet}.{error}: {other:?}", account_of(signer)),
    }
}
