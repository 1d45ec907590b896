//! Buying a copy of a dataset or a model: from the sealed package to the checked file.
//!
//! 1. Fetch the sealed package and check it against the chain; nothing is paid for what cannot be had.
//! 2. Make a one-time key and keep it, then pay into escrow.
//! 3. Wait for the key; get the money back if it is late.
//! 4. Open the key and look at every chunk. A fault is proved on chain at once, and the money comes back.
//! 5. Write the file, and confirm, so that the seller is paid.
//!
//! Whatever happens in between, the same command goes on from what the chain and the [`Locker`] know.

use super::{
    blocking,
    deal::{refund, refunded_price, Deal, Examined},
    goods::{Goods, Offer},
    locker::{Drawer, LeftBehind, Locker},
    POLL,
};
use crate::{args::BuyArguments, context::Context, describe, output::spinner};
use anyhow::{bail, ensure, Context as _, Result};
use neurodata_chain::{
    account_of, amount::format_nrc, calls, AccountId, Balance, BlockNumber, Chain, Keypair, LicenceRecord,
    PurchaseRecord, PurchaseState,
};
use neurodata_dataset::{unwrap_key, ContentKey};
use neurodata_primitives::{Asset, LicenceKind, PurchaseId, WrappedKey};
use neurodata_sealing::sale_context;
use serde_json::{json, Value};
use std::{path::Path, sync::Arc};

/// Blocks within which a transaction is included or never, with room. Source: its mortality of 64 blocks.
const INCLUSION_BLOCKS: BlockNumber = 70;

/// Events that tell how a purchase went on.
const PURCHASE_EVENTS: [&str; 5] =
    ["KeyDelivered", "PurchaseSettled", "PurchaseRefunded", "DeliveryExpired", "ComplaintUpheld"];

/// Buy a copy, or go on buying it.
pub async fn buy(context: &Context, asset: Asset, arguments: BuyArguments) -> Result<()> {
    let signer = context.signer()?;
    ensure_writable(&arguments.out)?;
    let chain = context.chain().await?;
    let licence = LicenceKind::from(arguments.licence);
    let locker = Locker::open(&context.purchases()?, &chain.genesis())?;
    let offer = Offer::of(&chain, asset, licence).await?;
    let buyer = Buyer { context, chain, signer, asset, offer, arguments };
    let me = account_of(&buyer.signer);

    let open = buyer.chain.open_purchase(asset, &me).await?;
    let begun = match buyer.resume(&locker, open).await? {
        Resumed::Open(purchase, drawer) => {
            eprintln!("going on with purchase {purchase} of {}", describe::asset(asset));
            return buyer.go_on(purchase, drawer).await;
        }
        Resumed::Over(purchase, drawer) => return buyer.finish_over(purchase, drawer).await,
        Resumed::Unused(begun) => begun,
    };
    if buyer.write_again(&locker, licence).await? {
        return Ok(());
    }
    let price = buyer.offer.price_within(buyer.arguments.max_price)?;
    let goods = buyer.offer.fetch(context).await?;
    let free = buyer.chain.balance(&me).await?.free;
    ensure!(
        free >= price,
        "the signing account {me} has {}, less than the price {}",
        format_nrc(free),
        format_nrc(price)
    );

    let best = buyer.chain.best_block().await?.number;
    let mut drawer = match begun {
        Some(drawer) => drawer,
        None => locker.begin(&me, asset, best)?,
    };
    drawer.renew(best)?;
    let waiting = spinner("purchasing");
    let call = calls::purchase(asset, licence, drawer.secret.public(), buyer.arguments.max_price);
    let submitted = buyer.chain.submit(&buyer.signer, call).await;
    waiting.finish_and_clear();
    let purchase = match submitted {
        Ok(receipt) => receipt.decode::<PurchaseId>("Sales", "PurchaseOpened")?,
        // An earlier attempt that was thought to be lost was included after all.
        Err(error) if error.is_refusal("Sales", "AlreadyExists") => {
            let open = buyer.chain.open_purchase(asset, &me).await?;
            open.context("the purchase that the chain speaks of is gone; run the same command again")?
        }
        Err(error) if error.is_refusal("Sales", "LicenceNotBetter") => {
            let hint = "a licence as good as this is in force, but its content key is not here; `neurodata purchase \
                        surrender` gives it up, so that another can be bought";
            return Err(error).context(hint);
        }
        Err(error) => return Err(error).context("nothing was bought"),
    };
    drawer.note_purchase(purchase)?;
    if !context.output.json {
        let (price, seller) = (format_nrc(price), buyer.offer.seller);
        eprintln!("purchase {purchase} from {seller}: {price} are in escrow until the key is here and checked");
    }
    buyer.receive(purchase, drawer, Arc::new(goods)).await
}

/// What an earlier attempt left behind.
enum Resumed {
    /// Nothing was paid yet; a one-time key may be there.
    Unused(Option<Drawer>),
    /// The purchase is open.
    Open(PurchaseId, Drawer),
    /// The purchase ended while nobody looked.
    Over(PurchaseId, Drawer),
}

struct Buyer<'a> {
    context: &'a Context,
    chain: Chain,
    signer: Keypair,
    asset: Asset,
    offer: Offer,
    arguments: BuyArguments,
}

impl Buyer<'_> {
    async fn resume(&self, locker: &Locker, open: Option<PurchaseId>) -> Result<Resumed> {
        let me = account_of(&self.signer);
        let open = match open {
            Some(purchase) => {
                let record = self.chain.purchase(purchase).await?;
                let record = record.context("the purchase ended just now; run the same command again")?;
                Some((purchase, record.recipient_key))
            }
            None => None,
        };
        let best = self.chain.best_block().await?.number;
        match locker.left_behind(&me, self.asset, open)? {
            LeftBehind::Open(purchase, drawer) => Ok(Resumed::Open(purchase, drawer)),
            LeftBehind::Elsewhere(purchase) => bail!(
                "purchase {purchase} of {} is open, but its one-time key is not in {}; go on where it was begun, or name \
                 that folder with --purchases",
                describe::asset(self.asset),
                self.context.purchases()?.display()
            ),
            LeftBehind::Over(purchase, drawer) => Ok(Resumed::Over(purchase, drawer)),
            LeftBehind::Begun(drawer) => match self.find_opened(&me, drawer.since, best).await? {
                Some(purchase) => Ok(Resumed::Over(purchase, drawer)),
                None => Ok(Resumed::Unused(Some(drawer))),
            },
            LeftBehind::Nothing => Ok(Resumed::Unused(None)),
        }
    }

    /// Write what was bought before once more; `false` if there is no such licence and key.
    async fn write_again(&self, locker: &Locker, licence: LicenceKind) -> Result<bool> {
        let me = account_of(&self.signer);
        let best = self.chain.best_block().await?.number;
        let record = self.chain.licence(self.asset, &me).await?;
        if !record.is_some_and(|record| serves(&record, licence, best)) {
            return Ok(false);
        }
        let Some((drawer, key, purchase)) = locker.bought(&me, self.asset)? else { return Ok(false) };
        let goods = Arc::new(self.offer.fetch(self.context).await?);
        let contents = self.write(goods, key).await?;
        let mut value = self.value(purchase, &contents, &drawer);
        value["price"] = "0".into();
        value["confirmed"] = Value::Null;
        value["refunded"] = Value::Null;
        self.show(purchase, &contents, "licensed already; nothing was paid now", &drawer, value);
        Ok(true)
    }

    /// The purchase that was opened by an attempt that did not live to see it. None is found in blocks whose state the node
    /// no longer keeps.
    async fn find_opened(&self, me: &AccountId, since: BlockNumber, best: BlockNumber) -> Result<Option<PurchaseId>> {
        let blocks = since..=best.min(since.saturating_add(INCLUSION_BLOCKS));
        let events = match self.chain.events_between(blocks, "Sales", &["PurchaseOpened"], &|_| ()).await {
            Err(neurodata_chain::Error::Forgotten { .. }) => return Ok(None),
            events => events?,
        };
        for past in events {
            let (purchase, asset, _seller, buyer): (PurchaseId, Asset, AccountId, AccountId) = past.event.decode()?;
            if (asset, &buyer) == (self.asset, me) {
                return Ok(Some(purchase));
            }
        }
        Ok(None)
    }

    async fn go_on(&self, purchase: PurchaseId, mut drawer: Drawer) -> Result<()> {
        drawer.note_purchase(purchase)?;
        let goods = self.offer.fetch(self.context).await?;
        self.receive(purchase, drawer, Arc::new(goods)).await
    }

    /// From the open purchase to the file.
    async fn receive(&self, purchase: PurchaseId, drawer: Drawer, goods: Arc<Goods>) -> Result<()> {
        let Some((record, wrapped)) = self.wait_for_key(purchase).await? else {
            return self.finish_over(purchase, drawer).await;
        };
        let deal = Deal { chain: &self.chain, signer: &self.signer, offer: &self.offer, purchase, record };
        match deal.examine(&drawer, &goods, &wrapped).await? {
            Examined::Faulty { fault, complaint } => {
                let ended = deal.complain(fault, complaint).await?;
                let mut drawer = drawer;
                drawer.put_away(purchase)?;
                self.context.output.show(&ended.text, ended.value);
                bail!("no copy was bought: {}", describe::fault(fault).text)
            }
            Examined::Fine(key) => self.write_and_confirm(&deal, drawer, goods, key).await,
        }
    }

    /// The key, once it is delivered; `None` if the purchase ended otherwise. A key that is late is not waited for.
    async fn wait_for_key(&self, purchase: PurchaseId) -> Result<Option<(PurchaseRecord, WrappedKey)>> {
        let waiting = spinner("waiting for the key");
        loop {
            let Some(record) = self.chain.purchase(purchase).await? else { return Ok(None) };
            let deliver_by = match &record.state {
                PurchaseState::Delivered { key, .. } => {
                    let key = key.clone();
                    waiting.finish_and_clear();
                    return Ok(Some((record, key)));
                }
                PurchaseState::AwaitingKey { deliver_by } => *deliver_by,
            };
            let best = self.chain.best_block().await?.number;
            if best > deliver_by {
                waiting.set_message("the key is late; getting the price back");
                match self.chain.submit(&self.signer, calls::expire_purchase(purchase)).await {
                    // Somebody else was quicker, or the key came after all in a sibling block.
                    Err(neurodata_chain::Error::Refused { .. }) => {}
                    other => drop(other?),
                }
            } else {
                let left = deliver_by.saturating_sub(best).saturating_add(1);
                waiting.set_message(format!("purchase {purchase}: {} blocks left for the seller's key", left));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn write_and_confirm(
        &self,
        deal: &Deal<'_>,
        mut drawer: Drawer,
        goods: Arc<Goods>,
        key: ContentKey,
    ) -> Result<()> {
        let purchase = deal.purchase;
        drawer.keep(&key)?;
        let contents = self.write(goods, key).await?;
        let mut paid = None;
        if !self.arguments.no_confirm {
            let waiting = spinner("confirming");
            let receipt = self.chain.submit(&self.signer, calls::confirm_purchase(purchase)).await;
            waiting.finish_and_clear();
            paid = Some(receipt.with_context(|| {
                format!("{} is written, but the purchase was not confirmed", self.arguments.out.display())
            })?);
        }
        drawer.put_away(purchase)?;
        let refunded = paid.as_ref().and_then(|receipt| refund(receipt).transpose()).transpose()?;
        let ending = match (&paid, refunded) {
            (_, Some(price)) => format!(
                "others proved the package bad meanwhile: {} came back, and there is no licence",
                format_nrc(price)
            ),
            (Some(receipt), None) => format!("confirmed in block {}; the seller is paid", receipt.block_number),
            (None, _) => "not confirmed: complaints stay possible until the seller is paid by timeout".into(),
        };
        let mut value = self.value(purchase, &contents, &drawer);
        value["price"] = deal.record.price.to_string().into();
        value["confirmed"] = (paid.is_some() && refunded.is_none()).into();
        value["refunded"] = refunded.map(|price| price.to_string()).into();
        self.show(purchase, &contents, &ending, &drawer, value);
        Ok(())
    }

    async fn write(&self, goods: Arc<Goods>, key: ContentKey) -> Result<String> {
        let out = self.arguments.out.clone();
        blocking(move || goods.write(&key, &out)).await?
    }

    fn value(&self, purchase: PurchaseId, contents: &str, drawer: &Drawer) -> Value {
        json!({
            "purchase": purchase,
            "asset": describe::asset_value(self.asset),
            "file": self.arguments.out,
            "contents": contents,
            "key": drawer.key_file(),
        })
    }

    fn show(&self, purchase: PurchaseId, contents: &str, ending: &str, drawer: &Drawer, value: Value) {
        let text = format!(
            "{contents} are in {}, checked against the chain\npurchase {purchase} of {}: {ending}\ncontent key: {}",
            self.arguments.out.display(),
            describe::asset(self.asset),
            drawer.key_file().display()
        );
        self.context.output.show(text, value);
    }

    /// A purchase that ended without this program: write the file if it was paid for.
    async fn finish_over(&self, purchase: PurchaseId, mut drawer: Drawer) -> Result<()> {
        let what = describe::asset(self.asset);
        let past = self.history(purchase, drawer.since).await?;
        if let Some(price) = past.refunded {
            drawer.put_away(purchase)?;
            let text = format!("purchase {purchase} of {what} ended: {} came back", format_nrc(price));
            let value = json!({
                "purchase": purchase, "asset": describe::asset_value(self.asset), "refunded": price.to_string(), "late": past.late,
            });
            self.context.output.show(text, value);
            let why =
                if past.late { "the seller did not deliver the key in time" } else { "the purchase came to nothing" };
            bail!("no copy was bought: {why}; the same command buys anew");
        }
        ensure!(past.settled, "the chain no longer tells how purchase {purchase} of {what} ended");
        let key = match (drawer.content_key()?, past.wrapped) {
            (Some(key), _) => key,
            (None, Some(wrapped)) => {
                let context = sale_context(&self.chain.genesis(), purchase);
                let key = unwrap_key(&wrapped, &drawer.secret, &context);
                key.with_context(|| format!("purchase {purchase} is settled, and the time for complaints is over"))?
            }
            (None, None) => bail!(
                "purchase {purchase} of {what} was settled, but the node no longer knows its key; ask a node that runs \
                 with --state-pruning archive"
            ),
        };
        drawer.keep(&key)?;
        let goods = Arc::new(self.offer.fetch(self.context).await?);
        let contents = self.write(goods, key).await?;
        drawer.put_away(purchase)?;
        let mut value = self.value(purchase, &contents, &drawer);
        value["confirmed"] = false.into();
        value["refunded"] = Value::Null;
        self.show(purchase, &contents, "it was settled before", &drawer, value);
        Ok(())
    }

    /// How a purchase went on after block `since`.
    async fn history(&self, purchase: PurchaseId, since: BlockNumber) -> Result<Past> {
        let best = self.chain.best_block().await?.number;
        let progress = crate::output::bar(u64::from(best.saturating_sub(since)) + 1, "reading blocks");
        let shown = |done| progress.set_position(done);
        let events = self.chain.events_between(since..=best, "Sales", &PURCHASE_EVENTS, &shown).await;
        progress.finish_and_clear();
        let mut past = Past::default();
        for event in events.with_context(|| format!("cannot read how purchase {purchase} ended"))? {
            if event.event.decode::<PurchaseId>()? != purchase {
                continue;
            }
            match event.event.name.as_str() {
                "KeyDelivered" => {
                    let record = self.chain.purchase_at(purchase, event.block.hash).await?;
                    if let Some(PurchaseRecord { state: PurchaseState::Delivered { key, .. }, .. }) = record {
                        past.wrapped = Some(key);
                    }
                }
                "PurchaseSettled" => past.settled = true,
                "PurchaseRefunded" => past.refunded = Some(refunded_price(&event.event)?),
                "DeliveryExpired" => past.late = true,
                _ => {}
            }
        }
        Ok(past)
    }
}

/// How a purchase went on.
#[derive(Default)]
struct Past {
    wrapped: Option<WrappedKey>,
    settled: bool,
    refunded: Option<Balance>,
    late: bool,
}

/// Whether a licence permits what `wanted` permits, at block `now`.
fn serves(record: &LicenceRecord, wanted: LicenceKind, now: BlockNumber) -> bool {
    wanted <= record.kind && record.expires_at.is_none_or(|last| now <= last)
}

/// Refuse a file that could not be written after the price was paid.
fn ensure_writable(out: &Path) -> Result<()> {
    ensure!(out.file_name().is_some() && !out.is_dir(), "--out {} is not the name of a file", out.display());
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    ensure!(folder.is_dir(), "the folder {} of --out is not there", folder.display());
    let probe = folder.join(format!(".neurodata-{}", std::process::id()));
    std::fs::write(&probe, "").with_context(|| format!("nothing can be written into {}", folder.display()))?;
    let _ = std::fs::remove_file(probe);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_paid_for_a_file_that_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ensure_writable(&folder.path().join("a.csv")).is_ok());
        assert!(ensure_writable(folder.path()).unwrap_err().to_string().contains("not the name of a file"));
        let error = ensure_writable(&folder.path().join("none/a.csv")).unwrap_err();
        assert!(error.to_string().contains("is not there"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_licence_serves_what_it_permits_until_its_last_block() {
        let record = LicenceRecord { kind: LicenceKind::Commercial, since: 1, expires_at: Some(9), deposit: 0 };
        assert!(serves(&record, LicenceKind::Personal, 9) && serves(&record, LicenceKind::Commercial, 9));
        assert!(!serves(&record, LicenceKind::Derive, 9) && !serves(&record, LicenceKind::Personal, 10));
    }
}
