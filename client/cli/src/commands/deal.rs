//! A purchase whose key was delivered: looking at every chunk, and proving what is wrong.

use super::{
    blocking,
    goods::{Goods, Offer},
    locker::Drawer,
};
use crate::{describe, output::spinner};
use anyhow::{ensure, Context as _, Result};
use neurodata_chain::{
    amount::format_nrc, calls, AccountId, Balance, Chain, ChainEvent, Keypair, PurchaseRecord, Receipt,
};
use neurodata_dataset::{unwrap_key, ContentKey, RecipientSecret};
use neurodata_primitives::{Asset, Complaint, Fault, PackageCommitment, PurchaseId, RecipientKey, WrappedKey};
use neurodata_sealing::{judge, sale_context};
use serde_json::json;
use std::sync::Arc;

/// The price of an event that says that a purchase was refunded.
pub fn refunded_price(event: &ChainEvent) -> Result<Balance> {
    let (_, _, _, price): (PurchaseId, Asset, AccountId, Balance) = event.decode()?;
    Ok(price)
}

/// The price that a call gave back to the buyer, if it did.
pub fn refund(receipt: &Receipt) -> Result<Option<Balance>> {
    receipt.event("Sales", "PurchaseRefunded").map(refunded_price).transpose()
}

/// A purchase whose key was delivered.
pub struct Deal<'a> {
    /// The chain.
    pub chain: &'a Chain,
    /// The buyer.
    pub signer: &'a Keypair,
    /// What was bought.
    pub offer: &'a Offer,
    /// The purchase.
    pub purchase: PurchaseId,
    /// Its record.
    pub record: PurchaseRecord,
}

/// What a look at everything that was delivered found.
pub enum Examined {
    /// All is well.
    Fine(ContentKey),
    /// It is not, and this proves it.
    Faulty {
        /// What is wrong.
        fault: Fault,
        /// The evidence, which the chain will uphold.
        complaint: Box<Complaint>,
    },
}

impl Deal<'_> {
    /// Open the key and look at every chunk. A complaint is judged here as the chain will judge it, as one that is dismissed
    /// costs the deposit.
    pub async fn examine(&self, drawer: &Drawer, goods: &Arc<Goods>, wrapped: &WrappedKey) -> Result<Examined> {
        let context = sale_context(&self.chain.genesis(), self.purchase);
        let package = self.offer.package_commitment()?;
        let (recipient, secret) = (self.record.recipient_key, drawer.secret.clone());
        let (goods, wrapped) = (goods.clone(), wrapped.clone());
        let waiting = spinner("looking at every chunk");
        let examined = blocking(move || examine(&goods, &package, &recipient, &wrapped, &context, &secret)).await?;
        waiting.finish_and_clear();
        examined
    }

    /// Prove the fault on chain, and say what came back.
    pub async fn complain(&self, fault: Fault, complaint: Box<Complaint>) -> Result<describe::Description> {
        let what = describe::fault(fault);
        eprintln!("{}; complaining", what.text);
        let waiting = spinner("complaining");
        let receipt = self.chain.submit(self.signer, calls::complain(self.purchase, *complaint)).await;
        waiting.finish_and_clear();
        let receipt = receipt.with_context(|| format!("{}, but the complaint was not accepted", what.text))?;
        ensure!(
            receipt.event("Sales", "ComplaintUpheld").is_some(),
            "the complaint was dismissed; the deposit is lost"
        );
        let price = refund(&receipt)?.unwrap_or_default();
        let deposit = self.record.deposit;
        let text = format!(
            "the complaint about purchase {} was upheld in block {}: {}\n{} and the deposit of {} came back; the seller's \
             stake was slashed",
            self.purchase,
            receipt.block_number,
            what.text,
            format_nrc(price),
            format_nrc(deposit)
        );
        let value = json!({
            "purchase": self.purchase,
            "asset": describe::asset_value(self.offer.asset),
            "fault": what.value,
            "upheld": true,
            "refunded": price.to_string(),
            "deposit": deposit.to_string(),
            "block": receipt.block_number,
            "fee": receipt.fee.to_string(),
        });
        Ok(describe::Description { text, value })
    }
}

/// Open the key and look at every chunk; what is wrong comes with a complaint that [`judge`] upholds.
fn examine(
    goods: &Goods,
    package: &PackageCommitment,
    recipient: &RecipientKey,
    wrapped: &WrappedKey,
    context: &[u8],
    secret: &RecipientSecret,
) -> Result<Examined> {
    let fault = match unwrap_key(wrapped, secret, context) {
        Err(_) => Fault::WrongKey,
        Ok(key) => match goods.examine(&key) {
            None => return Ok(Examined::Fine(key)),
            Some(fault) => fault,
        },
    };
    let complaint = Complaint { secret: *secret.as_bytes(), claim: goods.evidence(fault) };
    let fault = judge(package, recipient, wrapped, context, &complaint).map_err(|dismissal| {
        anyhow::anyhow!(
            "{}; but a complaint would be dismissed ({dismissal:?}): this program and the chain disagree, update it",
            describe::fault(fault).text
        )
    })?;
    Ok(Examined::Faulty { fault, complaint: Box::new(complaint) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;
    use neurodata_dataset::{dishonest, package::silent, wrap_key, Dataset, Package, Schema, SealedModel};
    use neurodata_primitives::ModelId;

    const CONTEXT: &[u8] = b"purchase 7";

    fn dataset() -> Dataset {
        let text = r#"{"format":"neurodata/schema/1","name":"t","columns":[
            {"name":"x","kind":{"numeric":{"min":0,"max":99,"step":1}}}]}"#;
        Dataset::from_codes(Schema::parse(text.as_bytes()).unwrap(), (0..3_000u16).map(|row| row % 90).collect())
            .unwrap()
    }

    /// What a buyer finds in `goods` when the seller delivers `delivered`.
    fn find(goods: Goods, delivered: &ContentKey, context: &[u8]) -> Result<Fault, ContentKey> {
        let package = match &goods {
            Goods::Table(package) => PackageCommitment::from(package.commitment()),
            Goods::File { sealed, .. } => sealed.commitment(),
        };
        let secret = RecipientSecret::generate();
        let wrapped = wrap_key(delivered, &secret.public(), context).unwrap();
        match examine(&goods, &package, &secret.public(), &wrapped, CONTEXT, &secret).unwrap() {
            Examined::Fine(key) => Err(key),
            Examined::Faulty { fault, complaint } => {
                assert_eq!(judge(&package, &secret.public(), &wrapped, CONTEXT, &complaint), Ok(fault));
                assert!(complaint.encoded_size() <= 10_000, "{}", complaint.encoded_size());
                Ok(fault)
            }
        }
    }

    #[test]
    fn an_honest_sale_has_no_fault() {
        let key = ContentKey::generate();
        let table = Goods::Table(Package::seal(&dataset(), &key, &silent));
        assert_eq!(find(table, &key, CONTEXT), Err(key.clone()));
        let sealed = SealedModel::seal(&[7; 5_000], &key).unwrap();
        let file = Goods::File { model: sealed.model(), sealed };
        assert_eq!(find(file, &key, CONTEXT), Err(key));
    }

    #[test]
    fn every_fault_comes_with_a_complaint_that_is_upheld() {
        let (key, other) = (ContentKey::generate(), ContentKey::generate());
        let honest = || Goods::Table(Package::seal(&dataset(), &key, &silent));
        assert_eq!(find(honest(), &other, CONTEXT), Ok(Fault::WrongKey));
        assert_eq!(find(honest(), &key, b"purchase 8"), Ok(Fault::WrongKey), "wrapped for another purchase");
        let bad = Goods::Table(dishonest::bad_chunk(&dataset(), &key, 2));
        assert_eq!(find(bad, &key, CONTEXT), Ok(Fault::BadChunk { chunk: 2 }));
        let out = Goods::Table(dishonest::out_of_schema(&dataset(), &key, 1));
        assert!(matches!(find(out, &key, CONTEXT), Ok(Fault::OutOfSchema { chunk: 1, .. })));
        let sealed = dishonest::bad_model_chunk(&[7; 5_000], &key, 1).unwrap();
        let bad = Goods::File { model: sealed.model(), sealed };
        assert_eq!(find(bad, &key, CONTEXT), Ok(Fault::BadChunk { chunk: 1 }));
    }

    #[test]
    fn a_refund_is_read_from_the_receipt() {
        let refunded = (PurchaseId::new(1), Asset::Model(ModelId::new(2)), AccountId([3; 32]), 77u128).encode();
        let event = |name: &str, fields| ChainEvent { pallet: "Sales".into(), name: name.into(), fields };
        let receipt =
            |events| Receipt { block_hash: [0; 32], block_number: 1, extrinsic_hash: [0; 32], fee: 0, events };
        let with = receipt(vec![event("ComplaintUpheld", vec![]), event("PurchaseRefunded", refunded)]);
        assert_eq!(refund(&with).unwrap(), Some(77));
        assert_eq!(refund(&receipt(vec![event("PurchaseSettled", vec![])])).unwrap(), None);
    }
}
