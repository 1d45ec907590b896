//! Sharing what models have earned.

use super::record_of;
use crate::{
    context::Context,
    output::{bar, lines},
};
use anyhow::{Context as _, Result};
use neurodata_chain::{amount::format_nrc, calls, Balance, ListedModel};
use neurodata_primitives::ModelId;
use serde_json::json;
use std::collections::BTreeSet;

/// Share the pending income of a model, and before it that of the models that descend from it if asked.
pub async fn collect(context: &Context, model: ModelId, with_children: bool) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.chain().await?;
    record_of(&chain, model).await?;
    let mut models = Vec::new();
    if with_children {
        models = descendants(model, &chain.all_models(None, false).await?);
    }
    models.push(model);
    let progress = bar(models.len() as u64, "sharing income");
    let mut shared: Vec<(ModelId, Balance)> = Vec::new();
    let mut fees: Balance = 0;
    for one in models {
        // A child that was shared just now made this one grow.
        let pending = chain.model_income(one).await?.pending;
        if pending > 0 {
            let receipt = chain.submit(&signer, calls::collect_royalties(one)).await;
            fees =
                fees.saturating_add(receipt.with_context(|| format!("the income of model {one} was not shared"))?.fee);
            shared.push((one, pending));
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    let names: Vec<String> = shared.iter().map(|(one, _)| format!("model {one}")).collect();
    let mut pairs: Vec<(&str, String)> =
        names.iter().zip(&shared).map(|(name, (_, amount))| (name.as_str(), format_nrc(*amount))).collect();
    pairs.push(("fees", format_nrc(fees)));
    let mut text = lines(&pairs);
    if shared.is_empty() {
        text = format!("model {model} has no income to share\n");
    } else {
        text += "`neurodata rewards show` shows what an account can claim of it\n";
    }
    let value = json!({
        "shared": shared
            .iter()
            .map(|(one, amount)| json!({ "model": one, "amount": amount.to_string() }))
            .collect::<Vec<_>>(),
        "fee": fees.to_string(),
    });
    context.output.show(text, value);
    Ok(())
}

/// The models that descend from `model`, each before its parents: a child has a higher id than any parent.
fn descendants(model: ModelId, all: &[ListedModel]) -> Vec<ModelId> {
    let parents = |entry: &ListedModel| entry.record.parents.to_vec();
    descendants_of(model, all.iter().map(|entry| (entry.id, parents(entry))))
}

/// As [`descendants`], of models in ascending order of id with their parents.
fn descendants_of(model: ModelId, all: impl IntoIterator<Item = (ModelId, Vec<ModelId>)>) -> Vec<ModelId> {
    let mut line = BTreeSet::from([model]);
    for (id, parents) in all {
        if parents.iter().any(|parent| line.contains(parent)) {
            line.insert(id);
        }
    }
    line.remove(&model);
    line.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_come_before_their_parents_and_strangers_not_at_all() {
        let id = ModelId::new;
        let family = [
            (id(0), vec![]),
            (id(1), vec![]),
            (id(2), vec![id(1)]),
            (id(3), vec![id(0)]),
            (id(4), vec![id(2), id(3)]),
            (id(5), vec![id(4)]),
        ];
        assert_eq!(descendants_of(id(1), family.clone()), [id(5), id(4), id(2)]);
        assert_eq!(descendants_of(id(3), family.clone()), [id(5), id(4)]);
        assert!(descendants_of(id(5), family).is_empty());
    }
}
