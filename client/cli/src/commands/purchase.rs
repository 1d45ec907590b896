//! Open purchases: looking at them, ending what is due, complaining again, giving up an inspection.

use super::{
    deal::{refund, Deal, Examined},
    goods::Offer,
    locker::Locker,
    submit,
};
use crate::{
    args::PurchaseCommand,
    context::{parse_account, Context},
    describe,
    output::{spinner, table},
};
use anyhow::{bail, ensure, Context as _, Result};
use neurodata_chain::{
    account_of, amount::format_nrc, calls, AccountId, BlockNumber, Call, Chain, Grant, PurchaseRecord, PurchaseState,
};
use neurodata_primitives::{LicenceKind, PurchaseId};
use serde_json::json;
use std::sync::Arc;

pub async fn run(context: &Context, command: PurchaseCommand) -> Result<()> {
    match command {
        PurchaseCommand::List { party, mine } => list(context, party, mine).await,
        PurchaseCommand::Show { purchase } => {
            let chain = context.chain().await?;
            let record = record_of(&chain, purchase).await?;
            let shown = describe::purchase(purchase, &record, chain.best_block().await?.number);
            context.output.show(shown.text, shown.value);
            Ok(())
        }
        PurchaseCommand::Settle { purchase } => settle(context, purchase).await,
        PurchaseCommand::Complain { purchase } => complain(context, purchase).await,
        PurchaseCommand::Abandon { purchase } => abandon(context, purchase).await,
        PurchaseCommand::Surrender { asset, licensee } => {
            let asset = asset.asset();
            let licensee = licensee.as_deref().map(parse_account).transpose()?;
            let whose = licensee.map_or_else(|| "the signing account".into(), |account| account.to_string());
            let done = format!("the licence of {whose} for {} is gone, its deposit free", describe::asset(asset));
            submit(context, calls::surrender_licence(asset, licensee), &done).await
        }
    }
}

async fn record_of(chain: &Chain, purchase: PurchaseId) -> Result<PurchaseRecord> {
    let record = chain.purchase(purchase).await?;
    record.with_context(|| format!("there is no open purchase {purchase} on this chain; it may be over"))
}

async fn list(context: &Context, party: Option<String>, mine: bool) -> Result<()> {
    let party: Option<AccountId> = match (party, mine) {
        (Some(party), _) => Some(parse_account(&party)?),
        (None, true) => Some(account_of(&context.signer()?)),
        (None, false) => None,
    };
    let chain = context.chain().await?;
    let purchases = chain.all_purchases(party.as_ref()).await?;
    let now = chain.best_block().await?.number;
    let rows = purchases.iter().map(|(id, record)| {
        vec![
            id.to_string(),
            describe::asset(record.asset),
            describe::purchase_state_name(&record.state).into(),
            format_nrc(record.price),
            record.seller.to_string(),
            record.buyer.to_string(),
        ]
    });
    let text = table(&["id", "asset", "state", "price", "seller", "buyer"], &rows.collect::<Vec<_>>());
    let values = purchases.iter().map(|(id, record)| describe::purchase(*id, record, now).value);
    context.output.show(text, values.collect());
    Ok(())
}

async fn settle(context: &Context, purchase: PurchaseId) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.chain().await?;
    let record = record_of(&chain, purchase).await?;
    let condemned = match Offer::of(&chain, record.asset, LicenceKind::Personal).await {
        Ok(offer) => offer.condemned,
        // Without a record of the asset nothing says so.
        Err(_) => false,
    };
    let call = due(purchase, &record.state, chain.best_block().await?.number, condemned)?;
    let waiting = spinner("settling");
    let receipt = chain.submit(&signer, call).await?;
    waiting.finish_and_clear();
    let refunded = refund(&receipt)?;
    let how = match refunded {
        Some(price) => format!("{} went back to {}", format_nrc(price), record.buyer),
        None if matches!(record.grant, Grant::Copy { .. }) => format!("{} was paid", record.seller),
        None => "the inspector's part is over".into(),
    };
    let text =
        format!("purchase {purchase} is over: {how} (block {}, fee {})", receipt.block_number, format_nrc(receipt.fee));
    let value = json!({
        "purchase": purchase,
        "refunded": refunded.map(|price| price.to_string()),
        "block": receipt.block_number,
        "fee": receipt.fee.to_string(),
    });
    context.output.show(text, value);
    Ok(())
}

/// The call that ends a purchase in this state at best block `now`. The next block is the first that can take it.
fn due(purchase: PurchaseId, state: &PurchaseState, now: BlockNumber, condemned: bool) -> Result<Call> {
    let (last, what, call) = match state {
        _ if condemned => return Ok(calls::settle(purchase)),
        PurchaseState::AwaitingKey { deliver_by } => {
            (*deliver_by, "the seller has time", calls::expire_purchase(purchase))
        }
        PurchaseState::Delivered { complain_by, .. } => {
            (*complain_by, "the buyer may complain", calls::settle(purchase))
        }
    };
    ensure!(now >= last, "purchase {purchase} is not due: {what} until block {last}, and this is block {now}");
    Ok(call)
}

async fn complain(context: &Context, purchase: PurchaseId) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.chain().await?;
    let record = record_of(&chain, purchase).await?;
    let me = account_of(&signer);
    ensure!(record.buyer == me, "purchase {purchase} was made by {}, who alone can complain", record.buyer);
    let PurchaseState::Delivered { key: wrapped, complain_by } = record.state.clone() else {
        bail!(
            "the key of purchase {purchase} is not delivered yet; if it is late, `neurodata purchase settle` ends it"
        );
    };
    let now = chain.best_block().await?.number;
    ensure!(now < complain_by, "the time for complaints about purchase {purchase} ended at block {complain_by}");
    let locker = Locker::open(&context.purchases()?, &chain.genesis())?;
    let mut drawer = locker.find(&record.recipient_key)?.with_context(|| {
        format!("the one-time key of purchase {purchase} is not here; name its folder with --purchases")
    })?;
    let offer = Offer::of(&chain, record.asset, LicenceKind::Personal).await?;
    let goods = Arc::new(offer.fetch(context).await?);
    let deal = Deal { chain: &chain, signer: &signer, offer: &offer, purchase, record };
    match deal.examine(&drawer, &goods, &wrapped).await? {
        Examined::Fine(_) => {
            let text = format!(
                "nothing is wrong with purchase {purchase}: the key is the right one, and every chunk is what was \
                 committed to. No complaint was made, as it would be dismissed and cost the deposit"
            );
            context.output.show(text, json!({ "purchase": purchase, "fault": null, "upheld": false }));
        }
        Examined::Faulty { fault, complaint } => {
            let ended = deal.complain(fault, complaint).await?;
            drawer.put_away(purchase)?;
            context.output.show(ended.text, ended.value);
        }
    }
    Ok(())
}

async fn abandon(context: &Context, purchase: PurchaseId) -> Result<()> {
    let chain = context.chain().await?;
    let record = record_of(&chain, purchase).await?;
    let now = chain.best_block().await?.number;
    ensure_may_abandon(purchase, &record, &account_of(&context.signer()?), now)?;
    let done = format!("the inspection of {} was given up, its deposit is free", describe::asset(record.asset));
    submit(context, calls::abandon_inspection(purchase), &done).await
}

/// Refuse what the chain would refuse. The block after `now` is the first that can take the call.
fn ensure_may_abandon(purchase: PurchaseId, record: &PurchaseRecord, me: &AccountId, now: BlockNumber) -> Result<()> {
    ensure!(
        matches!(record.grant, Grant::Inspection { .. }),
        "purchase {purchase} is that of a copy; only an inspection can be given up"
    );
    ensure!(record.buyer == *me, "purchase {purchase} is an inspection by {}, who alone can give it up", record.buyer);
    let last = match record.state {
        PurchaseState::AwaitingKey { deliver_by } => deliver_by,
        PurchaseState::Delivered { complain_by, .. } => complain_by,
    };
    ensure!(now < last, "the inspection of purchase {purchase} could be given up until block {last} only");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{Asset, DatasetId, InspectionId, RecipientKey, WrappedKey};

    #[test]
    fn each_state_is_left_by_its_own_call_once_it_is_due() {
        let id = PurchaseId::new(3);
        let waiting = PurchaseState::AwaitingKey { deliver_by: 10 };
        assert!(due(id, &waiting, 9, false).unwrap_err().to_string().contains("until block 10"));
        assert_eq!(due(id, &waiting, 10, false).unwrap().name, "expire_delivery");
        assert_eq!(due(id, &waiting, 1, true).unwrap().name, "settle");
        let key = WrappedKey { ephemeral_key: RecipientKey::new([1; 32]), sealed_key: [0; 48] };
        let delivered = PurchaseState::Delivered { key, complain_by: 20 };
        assert!(due(id, &delivered, 19, false).is_err());
        assert_eq!(due(id, &delivered, 20, false).unwrap().name, "settle");
    }

    #[test]
    fn an_inspector_can_give_up_its_own_inspection_in_time() {
        let (id, me) = (PurchaseId::new(3), AccountId([4; 32]));
        let key = WrappedKey { ephemeral_key: RecipientKey::new([1; 32]), sealed_key: [0; 48] };
        let waiting = PurchaseRecord {
            asset: Asset::Dataset(DatasetId::new(1)),
            seller: AccountId([1; 32]),
            buyer: me,
            grant: Grant::Inspection { inspection: InspectionId::new(2), fee: 5 },
            recipient_key: RecipientKey::new([1; 32]),
            price: 0,
            deposit: 1,
            purchased_at: 1,
            state: PurchaseState::AwaitingKey { deliver_by: 10 },
        };
        let refusal = |record: &PurchaseRecord, me: &AccountId, now| {
            ensure_may_abandon(id, record, me, now).map_err(|error| error.to_string())
        };
        assert_eq!(refusal(&waiting, &me, 9), Ok(()));
        assert!(refusal(&waiting, &me, 10).unwrap_err().contains("block 10"));
        assert!(refusal(&waiting, &AccountId([5; 32]), 1).unwrap_err().contains("who alone"));
        let delivered = PurchaseRecord { state: PurchaseState::Delivered { key, complain_by: 20 }, ..waiting.clone() };
        assert_eq!(refusal(&delivered, &me, 19), Ok(()));
        assert!(refusal(&delivered, &me, 20).unwrap_err().contains("block 20"));
        let copy = Grant::Copy { licence: LicenceKind::Personal, expires_at: None };
        let copy = PurchaseRecord { grant: copy, ..waiting };
        assert!(refusal(&copy, &me, 1).unwrap_err().contains("only an inspection"));
    }
}
