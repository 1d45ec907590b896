//! Datasets in words.

use super::Description;
use crate::output::lines;
use neurodata_chain::{
    amount::{format_nrc, format_thousandths},
    AccountId, BlockNumber, DatasetRecord,
};
use neurodata_primitives::{AlgorithmFamily, DatasetId, DatasetState, QualityScore, UseSet};
use serde_json::json;

/// What a licence permits, in words.
pub fn uses(uses: &UseSet) -> Vec<&'static str> {
    let all = [
        (uses.download, "download"),
        (uses.train, "train"),
        (uses.publish_model, "publish-model"),
        (uses.commercial, "commercial"),
        (uses.derive, "derive"),
    ];
    all.iter().filter(|(permitted, _)| *permitted).map(|(_, name)| *name).collect()
}

/// Short name of a dataset's state.
pub fn dataset_state_name(state: &DatasetState<BlockNumber>) -> &'static str {
    match state {
        DatasetState::Auditing { .. } => "auditing",
        DatasetState::Active => "active",
        DatasetState::Delisted { .. } => "delisted",
    }
}

fn dataset_state(state: &DatasetState<BlockNumber>) -> Description {
    let name = dataset_state_name(state);
    match state {
        DatasetState::Auditing { challenge_at, prove_by } => Description {
            text: format!("auditing: chunks are drawn at block {challenge_at}, to be proved by block {prove_by}"),
            value: json!({ "name": name, "challenge_at": challenge_at, "prove_by": prove_by }),
        },
        DatasetState::Active => Description { text: "active: for sale".into(), value: json!({ "name": name }) },
        DatasetState::Delisted { unlocks_at } => Description {
            text: format!("delisted: the stake unlocks at block {unlocks_at}"),
            value: json!({ "name": name, "unlocks_at": unlocks_at }),
        },
    }
}

/// A quality score of 1 to 100 points.
pub fn score(score: QualityScore) -> String {
    format!("{} of 100", format_thousandths(score.millis()))
}

const fn family_name(family: AlgorithmFamily) -> &'static str {
    match family {
        AlgorithmFamily::Linear => "linear",
        AlgorithmFamily::NeuralNetwork => "neural-network",
        AlgorithmFamily::Tree => "tree",
        AlgorithmFamily::Clustering => "clustering",
    }
}

/// A dataset.
pub fn dataset(id: DatasetId, record: &DatasetRecord) -> Description {
    let DatasetRecord { owner, commitment, terms, stake, state, .. } = record;
    let state = dataset_state(state);
    let uris = super::uris(&record.uris);
    let uses = uses(&terms.uses);
    let families = AlgorithmFamily::ALL.into_iter().filter(|family| terms.algorithms.contains(*family));
    let algorithms: Vec<_> = families.map(family_name).collect();
    let (buyers, allowed) = super::buyers(terms.allowed.as_deref().map(Vec::as_slice));
    let attestations: Vec<String> = record.attestations.iter().map(AccountId::to_string).collect();
    let replaces = record.parent.map_or_else(String::new, |parent| format!(", replaces dataset {parent}"));
    let mut pairs = vec![
        ("dataset", id.to_string()),
        ("owner", owner.to_string()),
        ("state", state.text),
        ("version", format!("{}{replaces}", record.version)),
        ("rows x columns", format!("{} x {}", commitment.rows, commitment.columns)),
        ("chunks", commitment.chunks.to_string()),
        ("missing cells", commitment.missing_cells.to_string()),
        ("stake", format_nrc(*stake)),
        ("price of a training use", format_nrc(terms.training_price)),
        ("price of a copy", format_nrc(terms.copy_price)),
        ("permits", uses.join(", ")),
        ("algorithms", algorithms.join(", ")),
        ("buyers", buyers),
        ("sold until", super::until(terms.expires_at)),
        ("training uses", format!("{} delivered, {} open", record.training_uses, record.open_uses)),
        ("copies", format!("{} sold, {} open", record.copies_sold, record.open_sales)),
        ("open value", format_nrc(record.exposure)),
        ("attested by", if attestations.is_empty() { "nobody".into() } else { attestations.join(", ") }),
        ("score", score(record.score)),
        ("registered at", format!("block {}", record.registered_at)),
        ("data root", commitment.data_root.to_string()),
        ("schema digest", commitment.schema_digest.to_string()),
        ("package", uris.join(" ")),
    ];
    if record.condemned {
        pairs.insert(3, ("condemned", "the package was proved bad; open sales are refunded".into()));
    }
    let value = json!({
        "dataset": id,
        "owner": owner.to_string(),
        "state": state.value,
        "commitment": commitment,
        "uris": uris,
        "stake": stake.to_string(),
        "terms": {
            "training_price": terms.training_price.to_string(),
            "copy_price": terms.copy_price.to_string(),
            "uses": uses,
            "algorithms": algorithms,
            "allowed": allowed,
            "licence": terms.licence,
            "expires_at": terms.expires_at,
        },
        "version": record.version,
        "parent": record.parent,
        "training_uses": record.training_uses,
        "open_uses": record.open_uses,
        "copies_sold": record.copies_sold,
        "open_sales": record.open_sales,
        "exposure": record.exposure.to_string(),
        "attestations": attestations,
        "condemned": record.condemned,
        "score": record.score.points(),
        "score_millis": record.score.millis(),
        "registered_at": record.registered_at,
    });
    Description { text: lines(&pairs), value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_and_scores_are_named() {
        let set = UseSet { train: true, commercial: true, ..Default::default() };
        assert_eq!(uses(&set), ["train", "commercial"]);
        assert_eq!(score(QualityScore::INITIAL), "50 of 100");
    }
}
