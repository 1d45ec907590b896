//! Compute providers and evaluators as the chain knows them.

use crate::{
    args::{EvaluatorCommand, ProviderCommand},
    context::Context,
    output::{lines, table},
};
use anyhow::{bail, Result};
use neurodata_chain::{amount::format_nrc, AccountId, BlockNumber, Chain, OfferRecord};
use neurodata_primitives::{Capability, DeviceClass};
use serde_json::{json, Value};

pub async fn run_provider(context: &Context, command: ProviderCommand) -> Result<()> {
    match command {
        ProviderCommand::Status { account } => provider_status(context, account).await,
        ProviderCommand::List => {
            let offers = context.chain().await?.offers().await?;
            let rows = offers.iter().map(|(account, offer)| {
                let slots = format!("{} of {}", offer.slots_taken, offer.slots);
                vec![account.to_string(), machine(&offer.capability), format_nrc(offer.unit_price), slots]
            });
            let text =
                table(&["compute provider", "machine", "price of a unit", "slots taken"], &rows.collect::<Vec<_>>());
            let values = offers.iter().map(|(account, offer)| offer_value(account, offer));
            context.output.show(text, values.collect());
            Ok(())
        }
    }
}

async fn provider_status(context: &Context, account: Option<String>) -> Result<()> {
    let account = context.account(account.as_deref())?;
    let chain = context.chain().await?;
    let Some(provider) = chain.provider(&account).await? else {
        bail!("{account} is not a compute provider; `neurodata-worker compute` registers one");
    };
    let offer = chain.offer(&account).await?;
    let mut pairs = vec![
        ("compute provider", account.to_string()),
        ("bond", format_nrc(provider.bond)),
        ("state", working(provider.retires_at)),
        ("open jobs", provider.open_jobs.to_string()),
    ];
    match &offer {
        Some(offer) => pairs.extend([
            ("machine", machine(&offer.capability)),
            ("price of a unit", format_nrc(offer.unit_price)),
            ("slots", format!("{} of {} taken", offer.slots_taken, offer.slots)),
        ]),
        None => pairs.push(("offer", "none".into())),
    }
    let (record_pairs, record) = contributions(&chain, &account).await?;
    pairs.extend(record_pairs);
    let value = json!({
        "account": account.to_string(),
        "bond": provider.bond.to_string(),
        "open_jobs": provider.open_jobs,
        "retires_at": provider.retires_at,
        "offer": offer.as_ref().map(|offer| offer_value(&account, offer)),
        "contributions": record,
    });
    context.output.show(lines(&pairs), value);
    Ok(())
}

pub async fn run_evaluator(context: &Context, command: EvaluatorCommand) -> Result<()> {
    match command {
        EvaluatorCommand::Status { account } => evaluator_status(context, account).await,
        EvaluatorCommand::List => {
            let evaluators = context.chain().await?.evaluators().await?;
            let rows = evaluators.iter().map(|(account, record)| {
                let (bond, state) = (format_nrc(record.bond), working(record.retires_at));
                vec![account.to_string(), bond, record.open_seats.to_string(), state]
            });
            let text = table(&["evaluator", "bond", "open seats", "state"], &rows.collect::<Vec<_>>());
            let values = evaluators.iter().map(|(account, record)| {
                json!({
                    "account": account.to_string(),
                    "bond": record.bond.to_string(),
                    "open_seats": record.open_seats,
                    "retires_at": record.retires_at,
                })
            });
            context.output.show(text, values.collect());
            Ok(())
        }
    }
}

async fn evaluator_status(context: &Context, account: Option<String>) -> Result<()> {
    let account = context.account(account.as_deref())?;
    let chain = context.chain().await?;
    let Some(evaluator) = chain.evaluator(&account).await? else {
        bail!("{account} is not an evaluator; `neurodata-worker evaluate` registers one");
    };
    let mut pairs = vec![
        ("evaluator", account.to_string()),
        ("bond", format_nrc(evaluator.bond)),
        ("state", working(evaluator.retires_at)),
        ("open seats", evaluator.open_seats.to_string()),
        ("recipient key", evaluator.recipient_key.to_string()),
    ];
    let (record_pairs, record) = contributions(&chain, &account).await?;
    pairs.extend(record_pairs);
    let value = json!({
        "account": account.to_string(),
        "bond": evaluator.bond.to_string(),
        "open_seats": evaluator.open_seats,
        "retires_at": evaluator.retires_at,
        "recipient_key": evaluator.recipient_key,
        "contributions": record,
    });
    context.output.show(lines(&pairs), value);
    Ok(())
}

async fn contributions(chain: &Chain, account: &AccountId) -> Result<(Vec<(&'static str, String)>, Value)> {
    /// Reputation of an account that has done nothing yet.
    const NEW: u8 = 50;
    let record = chain.contributor(account).await?.unwrap_or_default();
    let reputation = if record.reputation == 0 { NEW } else { record.reputation };
    let done = format!(
        "{} datasets used, {} jobs computed, {} verdicts, {} failures",
        record.dataset_contributions, record.compute_contributions, record.validation_contributions, record.failures
    );
    let pairs = vec![
        ("reputation", format!("{reputation} of 100")),
        ("contributions", done),
        ("credited so far", format_nrc(record.credited)),
    ];
    let value = json!({
        "datasets": record.dataset_contributions,
        "jobs": record.compute_contributions,
        "verdicts": record.validation_contributions,
        "failures": record.failures,
        "reputation": reputation,
        "credited": record.credited.to_string(),
    });
    Ok((pairs, value))
}

fn working(retires_at: Option<BlockNumber>) -> String {
    retires_at.map_or_else(|| "working".into(), |block| format!("retired; the bond unlocks at block {block}"))
}

fn machine(capability: &Capability) -> String {
    let device = match capability.device {
        DeviceClass::Cpu => "CPU",
        DeviceClass::Cuda => "CUDA GPU",
    };
    format!("{device}, {} cores, {} MiB", capability.cores, capability.memory_mib)
}

fn offer_value(account: &AccountId, offer: &OfferRecord) -> Value {
    json!({
        "account": account.to_string(),
        "capability": offer.capability,
        "unit_price": offer.unit_price.to_string(),
        "slots": offer.slots,
        "slots_taken": offer.slots_taken,
    })
}
