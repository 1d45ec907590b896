//! Models in words.

use super::{job, licence_name, spec::spec_lines, Description};
use crate::output::lines;
use neurodata_chain::{
    amount::{format_millionths, format_nrc},
    LicenceOffer, ListedModel, ModelIncome, ModelListing, ModelRecord,
};
use neurodata_primitives::{ListingState, ModelId, RoyaltySplit};
use serde_json::{json, Value};

/// Whether a model is for sale, in a word.
pub fn listing_name(listing: Option<&ModelListing>) -> &'static str {
    match listing {
        None => "not listed",
        Some(listing) if listing.condemned => "condemned",
        Some(ModelListing { state: ListingState::Listed, .. }) => "for sale",
        Some(ModelListing { state: ListingState::Delisted { .. }, .. }) => "delisted",
    }
}

/// A licence that is offered.
fn offer(offer: &LicenceOffer) -> String {
    let duration = offer.duration.map_or_else(String::new, |blocks| format!(" for {blocks} blocks"));
    format!("{}{duration}: {}", licence_name(offer.kind), format_nrc(offer.price))
}

/// A model version with its sale and its income.
pub fn model(model: &ListedModel) -> Description {
    let ListedModel { id, record, listing, income } = model;
    let ModelRecord { owner, job, dataset, spec, seed, result, score, recorded_at, royalty, .. } = record;
    let metrics = job::metrics(&result.metrics);
    let manifest = neurodata_storage::Cid::from(result.manifest);
    let parents: Vec<String> = record.parents.iter().map(ModelId::to_string).collect();
    let mut pairs = vec![
        ("model", id.to_string()),
        ("owner", owner.to_string()),
        ("job", job.to_string()),
        ("dataset", format!("{dataset} of {}", record.data_provider)),
        ("computed by", record.compute_provider.to_string()),
        ("parents", if parents.is_empty() { "none".into() } else { parents.join(", ") }),
        ("lineage", format!("{} ancestors, depth {}", record.ancestors, record.depth)),
        ("quality", metrics.text),
        ("score", format!("{score} of 100")),
    ];
    pairs.extend(spec_lines(spec));
    pairs.extend([
        ("seed", seed.to_string()),
        ("data permits", super::uses(&record.uses).join(", ")),
        ("model file", format!("{} bytes, digest {}", result.model_bytes, result.model)),
        ("files", neurodata_storage::uri::format(&manifest)),
        ("recorded at", format!("block {recorded_at}")),
        ("royalties", royalties(royalty)),
        ("earned", format!("{} by {} licences and children", format_nrc(income.total), income.sales)),
        ("to be shared", format_nrc(income.pending)),
        ("sale", listing_name(listing.as_ref()).into()),
    ]);
    if let Some(listing) = listing {
        pairs.extend(listing_lines(listing));
    }
    let value = json!({
        "model": id,
        "owner": owner.to_string(),
        "job": job,
        "dataset": dataset,
        "parents": record.parents,
        "depth": record.depth,
        "ancestors": record.ancestors,
        "data_provider": record.data_provider.to_string(),
        "compute_provider": record.compute_provider.to_string(),
        "uses": super::uses(&record.uses),
        "royalty": royalty,
        "spec": spec,
        "seed": seed,
        "result": result,
        "metrics": metrics.value,
        "files": manifest.to_string(),
        "score": score,
        "recorded_at": recorded_at,
        "income": income_value(income),
        "sale": listing.as_ref().map(listing_value),
    });
    Description { text: lines(&pairs), value }
}

fn royalties(royalty: &RoyaltySplit) -> String {
    let RoyaltySplit { parents, data, compute } = royalty;
    let [parents, data, compute] = [parents, data, compute].map(|share| format_millionths(share.deconstruct()));
    format!("{parents} to parents, {data} to data, {compute} to compute, the rest to the owner")
}

fn listing_lines(listing: &ModelListing) -> Vec<(&'static str, String)> {
    let ModelListing { terms, stake, state, open_sales, exposure, .. } = listing;
    let offers: Vec<String> = terms.licences.iter().map(offer).collect();
    let mut pairs = vec![
        ("licences", offers.join("; ")),
        ("buyers", super::buyers(terms.allowed.as_deref().map(Vec::as_slice)).0),
        ("sold until", super::until(terms.expires_at)),
        ("stake", format_nrc(*stake)),
        ("open sales", format!("{open_sales}, {}", format_nrc(*exposure))),
        ("sealed file", super::uris(&listing.uris).join(" ")),
    ];
    if let ListingState::Delisted { unlocks_at } = state {
        pairs.push(("stake unlocks at", format!("block {unlocks_at}")));
    }
    pairs
}

fn listing_value(listing: &ModelListing) -> Value {
    let ModelListing { terms, stake, state, .. } = listing;
    let offers = terms.licences.iter().map(|offer| {
        json!({
            "kind": licence_name(offer.kind),
            "price": offer.price.to_string(),
            "duration": offer.duration,
        })
    });
    let unlocks_at = match state {
        ListingState::Listed => None,
        ListingState::Delisted { unlocks_at } => Some(unlocks_at),
    };
    json!({
        "state": listing_name(Some(listing)),
        "unlocks_at": unlocks_at,
        "seller": listing.seller.to_string(),
        "package": listing.package,
        "uris": super::uris(&listing.uris),
        "licences": offers.collect::<Vec<_>>(),
        "allowed": super::buyers(terms.allowed.as_deref().map(Vec::as_slice)).1,
        "licence_text": terms.licence_text,
        "expires_at": terms.expires_at,
        "stake": stake.to_string(),
        "condemned": listing.condemned,
        "open_sales": listing.open_sales,
        "exposure": listing.exposure.to_string(),
    })
}

fn income_value(income: &ModelIncome) -> Value {
    json!({ "pending": income.pending.to_string(), "sales": income.sales, "total": income.total.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{LicenceKind, NRC};

    #[test]
    fn offers_and_royalties_are_read_as_sentences() {
        let mut offered = LicenceOffer { kind: LicenceKind::Commercial, price: 20 * NRC, duration: Some(100) };
        assert_eq!(offer(&offered), "commercial for 100 blocks: 20 NRC");
        offered.duration = None;
        assert_eq!(offer(&offered), "commercial: 20 NRC");
        let none = royalties(&RoyaltySplit::default());
        assert_eq!(none, "0 to parents, 0 to data, 0 to compute, the rest to the owner");
        assert_eq!(listing_name(None), "not listed");
    }
}
