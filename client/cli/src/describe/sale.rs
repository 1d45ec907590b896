//! Purchases, licences, inspections and faults in words.

use super::Description;
use crate::output::lines;
use neurodata_chain::{
    amount::format_nrc, AccountId, BlockNumber, Grant, InspectionRecord, InspectionState, LicenceRecord,
    PurchaseRecord, PurchaseState,
};
use neurodata_primitives::{Asset, Fault, InspectionId, LicenceKind, PurchaseId};
use serde_json::{json, Value};

/// What is sold.
pub fn asset(asset: Asset) -> String {
    match asset {
        Asset::Dataset(id) => format!("dataset {id}"),
        Asset::Model(id) => format!("model {id}"),
    }
}

/// What is sold, for programs.
pub fn asset_value(asset: Asset) -> Value {
    match asset {
        Asset::Dataset(id) => json!({ "dataset": id }),
        Asset::Model(id) => json!({ "model": id }),
    }
}

/// The name of a kind of licence.
pub const fn licence_name(kind: LicenceKind) -> &'static str {
    match kind {
        LicenceKind::Personal => "personal",
        LicenceKind::Commercial => "commercial",
        LicenceKind::Derive => "derive",
    }
}

/// What a complaint proves, in both forms.
pub fn fault(fault: Fault) -> Description {
    match fault {
        Fault::WrongKey => Description {
            text: "the delivered key is not the one that was committed to".into(),
            value: json!({ "name": "wrong-key" }),
        },
        Fault::BadChunk { chunk } => Description {
            text: format!("chunk {chunk} is not what the seller committed to"),
            value: json!({ "name": "bad-chunk", "chunk": chunk }),
        },
        Fault::OutOfSchema { chunk, cell } => Description {
            text: format!("cell {cell} of chunk {chunk} is out of its bound"),
            value: json!({ "name": "out-of-schema", "chunk": chunk, "cell": cell }),
        },
    }
}

/// Short name of a purchase's state.
pub const fn purchase_state_name(state: &PurchaseState) -> &'static str {
    match state {
        PurchaseState::AwaitingKey { .. } => "awaiting-key",
        PurchaseState::Delivered { .. } => "delivered",
    }
}

/// How far a purchase has come, at block `now`.
pub fn purchase_state(state: &PurchaseState, now: BlockNumber) -> Description {
    let name = purchase_state_name(state);
    match state {
        PurchaseState::AwaitingKey { deliver_by } => {
            let late = now > *deliver_by;
            let what = if late { "late; `neurodata purchase settle` gets the price back" } else { "due" };
            Description {
                text: format!("{name}: the key is {what}, to be delivered by block {deliver_by}"),
                value: json!({ "name": name, "deliver_by": deliver_by, "overdue": late }),
            }
        }
        PurchaseState::Delivered { complain_by, .. } => {
            let over = now > *complain_by;
            let what = if over { "ended at" } else { "are possible until" };
            Description {
                text: format!("{name}: complaints {what} block {complain_by}"),
                value: json!({ "name": name, "complain_by": complain_by, "overdue": over }),
            }
        }
    }
}

/// A purchase, at block `now`.
pub fn purchase(id: PurchaseId, record: &PurchaseRecord, now: BlockNumber) -> Description {
    let PurchaseRecord { seller, buyer, grant, price, deposit, purchased_at, .. } = record;
    let state = purchase_state(&record.state, now);
    let (what, grant) = match grant {
        Grant::Copy { licence, expires_at } => (
            format!("{} licence, {}", licence_name(*licence), super::until(*expires_at)),
            json!({ "licence": licence_name(*licence), "expires_at": expires_at }),
        ),
        Grant::Inspection { inspection, fee } => (
            format!("inspection {inspection} for {}", format_nrc(*fee)),
            json!({ "inspection": inspection, "fee": fee.to_string() }),
        ),
    };
    let text = lines(&[
        ("purchase", id.to_string()),
        ("of", asset(record.asset)),
        ("grants", what),
        ("seller", seller.to_string()),
        ("buyer", buyer.to_string()),
        ("price in escrow", format_nrc(*price)),
        ("buyer's deposit", format_nrc(*deposit)),
        ("purchased at", format!("block {purchased_at}")),
        ("state", state.text),
    ]);
    let value = json!({
        "purchase": id,
        "asset": asset_value(record.asset),
        "grant": grant,
        "seller": seller.to_string(),
        "buyer": buyer.to_string(),
        "price": price.to_string(),
        "deposit": deposit.to_string(),
        "purchased_at": purchased_at,
        "state": state.value,
    });
    Description { text, value }
}

/// The licence of an account, at block `now`.
pub fn licence(licensee: &AccountId, record: &LicenceRecord, now: BlockNumber) -> (Vec<String>, Value) {
    let LicenceRecord { kind, since, expires_at, deposit } = record;
    let good = expires_at.is_none_or(|last| now <= last);
    let row = vec![
        licensee.to_string(),
        licence_name(*kind).into(),
        format!("block {since}"),
        format!("{}{}", super::until(*expires_at), if good { "" } else { " (expired)" }),
    ];
    let value = json!({
        "licensee": licensee.to_string(),
        "licence": licence_name(*kind),
        "since": since,
        "expires_at": expires_at,
        "good": good,
        "deposit": deposit.to_string(),
    });
    (row, value)
}

/// An inspection.
pub fn inspection(id: InspectionId, record: &InspectionRecord) -> (Vec<String>, Value) {
    let InspectionRecord { dataset, requester, seats, fee, escrow, state } = record;
    let (text, state) = match state {
        InspectionState::Drawing { draw_at, draw_by, .. } => (
            format!("evaluators are drawn from block {draw_at} to {draw_by}"),
            json!({ "name": "drawing", "draw_at": draw_at, "draw_by": draw_by }),
        ),
        InspectionState::Inspecting { invited, inspecting, accept_by } => (
            format!("{inspecting} inspect, {} are invited until block {accept_by}", invited.len()),
            json!({
                "name": "inspecting",
                "invited": invited.iter().map(AccountId::to_string).collect::<Vec<_>>(),
                "inspecting": inspecting,
                "accept_by": accept_by,
            }),
        ),
    };
    let row = vec![id.to_string(), dataset.to_string(), seats.to_string(), format_nrc(*fee), text];
    let value = json!({
        "inspection": id,
        "dataset": dataset,
        "requester": requester.to_string(),
        "seats": seats,
        "fee": fee.to_string(),
        "escrow": escrow.to_string(),
        "state": state,
    });
    (row, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{DatasetId, RecipientKey, WrappedKey};

    fn record(state: PurchaseState) -> PurchaseRecord {
        PurchaseRecord {
            asset: Asset::Dataset(DatasetId::new(3)),
            seller: AccountId([1; 32]),
            buyer: AccountId([2; 32]),
            grant: Grant::Copy { licence: LicenceKind::Commercial, expires_at: Some(9) },
            recipient_key: RecipientKey::new([4; 32]),
            price: u128::MAX,
            deposit: 5,
            purchased_at: 6,
            state,
        }
    }

    #[test]
    fn a_purchase_says_what_can_be_done_about_it() {
        let waiting = record(PurchaseState::AwaitingKey { deliver_by: 10 });
        let Description { text, value } = purchase(PurchaseId::new(7), &waiting, 10);
        assert_eq!((&value["state"]["overdue"], &value["asset"]["dataset"]), (&json!(false), &json!(3)));
        assert!(text.contains("commercial licence, block 9"), "{text}");
        assert!(purchase(PurchaseId::new(7), &waiting, 11).text.contains("purchase settle"));
        let key = WrappedKey { ephemeral_key: RecipientKey::new([1; 32]), sealed_key: [0; 48] };
        let delivered = record(PurchaseState::Delivered { key, complain_by: 20 });
        assert_eq!(purchase(PurchaseId::new(7), &delivered, 21).value["state"]["overdue"], json!(true));
        assert_eq!(purchase(PurchaseId::new(7), &delivered, 20).value["price"], u128::MAX.to_string());
    }

    #[test]
    fn licences_end_after_their_last_block() {
        let record = LicenceRecord { kind: LicenceKind::Derive, since: 1, expires_at: Some(9), deposit: 0 };
        assert_eq!(licence(&AccountId([1; 32]), &record, 9).1["good"], json!(true));
        let (row, value) = licence(&AccountId([1; 32]), &record, 10);
        assert_eq!(value["good"], json!(false));
        assert_eq!(row[3], "block 9 (expired)");
    }
}
