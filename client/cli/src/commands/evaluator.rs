//! Evaluators: bond, duties.

use super::submit;
use crate::{args::EvaluatorCommand, context::Context, describe, output::table};
use anyhow::{Context as _, Result};
use neurodata_chain::{amount::format_nrc, calls, Balance};
use neurodata_dataset::RecipientSecret;
use serde_json::json;
use std::path::Path;

pub async fn run(context: &Context, command: EvaluatorCommand) -> Result<()> {
    match command {
        EvaluatorCommand::Status { account } => status(context, account.as_deref()).await,
        EvaluatorCommand::List => list(context).await,
        EvaluatorCommand::Register { bond, key } => register(context, bond, &key).await,
        EvaluatorCommand::Bond { amount } => {
            submit(context, calls::add_evaluator_bond(amount), &format!("the bond grew by {}", format_nrc(amount)))
                .await
        }
        EvaluatorCommand::Retire => {
            let done = "retired: no new seats come; `neurodata evaluator status` says when the bond unlocks";
            submit(context, calls::retire_evaluator(), done).await
        }
        EvaluatorCommand::Withdraw => submit(context, calls::withdraw_evaluator_bond(), "the bond is back").await,
        EvaluatorCommand::Duties { account } => duties(context, account.as_deref()).await,
    }
}

/// Register with the public key of the secret in `key`, which the worker keeps and uses.
async fn register(context: &Context, bond: Balance, key: &Path) -> Result<()> {
    let secret = RecipientSecret::load(key).with_context(|| {
        format!(
            "without the recipient secret nothing can be evaluated; `neurodata key generate --kind recipient --out {}` \
             makes one",
            key.display()
        )
    })?;
    let done = format!(
        "registered with a bond of {} and the recipient key {}; start `neurodata-worker evaluate` with this key as \
         evaluator.key in its --base-path: missed duties cost a part of the bond",
        format_nrc(bond),
        secret.public()
    );
    submit(context, calls::register_evaluator(bond, secret.public()), &done).await
}

async fn status(context: &Context, account: Option<&str>) -> Result<()> {
    let account = context.account(account)?;
    let chain = context.chain().await?;
    let record = chain.evaluator(&account).await?.with_context(|| {
        format!(
            "{account} is not an evaluator; `neurodata-worker evaluate` or `neurodata evaluator register` makes it one"
        )
    })?;
    let rules = chain.market_rules().await?;
    let (duties, view) = (chain.committee_duties(&account).await?, chain.contributor_view(&account).await?);
    let now = chain.best_block().await?.number;
    let shown = describe::evaluator(&account, &record, &rules, &duties, &view, now);
    context.output.show(shown.text, shown.value);
    Ok(())
}

async fn list(context: &Context) -> Result<()> {
    let chain = context.chain().await?;
    let rules = chain.market_rules().await?;
    let evaluators = chain.all_evaluators().await?;
    let (rows, values): (Vec<_>, Vec<_>) =
        evaluators.iter().map(|(account, record)| describe::evaluator_row(account, record, &rules)).unzip();
    context.output.show(table(&describe::EVALUATOR_HEADER, &rows), json!(values));
    Ok(())
}

async fn duties(context: &Context, account: Option<&str>) -> Result<()> {
    let account = context.account(account)?;
    let chain = context.chain().await?;
    let duties = chain.committee_duties(&account).await?;
    let now = chain.best_block().await?.number;
    let (rows, values): (Vec<_>, Vec<_>) =
        duties.iter().map(|(job, round)| describe::duty(*job, round, &account, now)).unzip();
    context.output.show(table(&describe::DUTY_HEADER, &rows), json!(values));
    Ok(())
}
