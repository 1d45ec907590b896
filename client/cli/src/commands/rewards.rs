//! What accounts earn and lose, their stake, and the reward pool.

use super::{submit, submit_for_receipt};
use crate::{args::RewardsCommand, context::Context, describe, output::table};
use anyhow::{ensure, Result};
use neurodata_chain::{account_of, amount::format_nrc, calls, AccountId, Balance, Chain, HistoryEntry, MAX_PAGE};
use neurodata_primitives::JobId;
use serde_json::json;

pub async fn run(context: &Context, command: RewardsCommand) -> Result<()> {
    match command {
        RewardsCommand::Show { account } => show(context, account.as_deref()).await,
        RewardsCommand::Claim => claim(context).await,
        RewardsCommand::History { account, from, limit } => history(context, account.as_deref(), from, limit).await,
        RewardsCommand::Explain { job, account } => explain(context, job, account.as_deref()).await,
        RewardsCommand::Pool => {
            let shown = describe::pool(&context.chain().await?.pool_status().await?);
            context.output.show(shown.text, shown.value);
            Ok(())
        }
        RewardsCommand::Donate { amount } => {
            submit(context, calls::donate(amount), &format!("the reward pool got {}", format_nrc(amount))).await
        }
        RewardsCommand::Stake { amount } => {
            submit(context, calls::stake(amount), &format!("the stake grew by {}", format_nrc(amount))).await
        }
        RewardsCommand::Unstake { amount } => {
            let done = format!(
                "{} of the stake come back; `neurodata rewards show` says from which block on \
                 `neurodata rewards withdraw` gets them",
                format_nrc(amount)
            );
            submit(context, calls::unstake(amount), &done).await
        }
        RewardsCommand::Withdraw => {
            submit(context, calls::withdraw_unstaked(), "the stake that was asked for is back").await
        }
    }
}

async fn show(context: &Context, account: Option<&str>) -> Result<()> {
    let account = context.account(account)?;
    let chain = context.chain().await?;
    let view = chain.contributor_view(&account).await?;
    let shown = describe::rewards(&account, &view, &chain.credits(&account).await?);
    context.output.show(shown.text, shown.value);
    Ok(())
}

async fn history(context: &Context, account: Option<&str>, from: Option<u32>, limit: u32) -> Result<()> {
    let account = context.account(account)?;
    let chain = context.chain().await?;
    let entries = match from {
        Some(from) => entries_from(&chain, &account, from, limit).await?,
        None => latest(chain.all_history(&account).await?, limit),
    };
    let (rows, values): (Vec<_>, Vec<_>) = entries
        .iter()
        .map(|(number, entry)| {
            let (mut row, mut value) = describe::line(entry);
            row.insert(0, number.to_string());
            value["line"] = (*number).into();
            (row, value)
        })
        .unzip();
    let header: Vec<&str> = [&["line"][..], &describe::LINE_HEADER].concat();
    let text = if rows.is_empty() { format!("nothing happened to {account} here") } else { table(&header, &rows) };
    context.output.show(text, json!(values));
    Ok(())
}

/// At most `limit` lines from the one with number `from` on.
async fn entries_from(chain: &Chain, account: &AccountId, from: u32, limit: u32) -> Result<Vec<(u32, HistoryEntry)>> {
    let (mut found, mut from) = (Vec::new(), from);
    let limit = usize::try_from(limit)?;
    while found.len() < limit {
        let page = u32::try_from(limit - found.len())?.min(MAX_PAGE);
        let (entries, next) = chain.history(account, from, page).await?;
        found.extend(entries);
        match next {
            Some(next) if next > from => from = next,
            _ => break,
        }
    }
    Ok(found)
}

/// The last `limit` entries.
fn latest<T>(mut entries: Vec<T>, limit: u32) -> Vec<T> {
    let surplus = entries.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
    entries.drain(..surplus);
    entries
}

async fn explain(context: &Context, job: JobId, account: Option<&str>) -> Result<()> {
    let account = context.account(account)?;
    let entries = lines_of(&context.chain().await?, job, &account).await?;
    ensure!(
        !entries.is_empty(),
        "job {job} is not in the history of {account}; `neurodata job explain {job}` shows all parties of a job until \
         it is removed"
    );
    let explained = describe::own_lines(job, &account, &entries);
    context.output.show(explained.text, explained.value);
    Ok(())
}

/// The lines of `account` about `job`: those kept by job, or, once the job is removed, those of the account's history.
async fn lines_of(chain: &Chain, job: JobId, account: &AccountId) -> Result<Vec<HistoryEntry>> {
    let by_job = chain.explain_job(job).await?;
    let own: Vec<HistoryEntry> =
        by_job.into_iter().filter(|(other, _)| other == account).map(|(_, entry)| entry).collect();
    if !own.is_empty() {
        return Ok(own);
    }
    let all = chain.all_history(account).await?;
    Ok(all.into_iter().map(|(_, entry)| entry).filter(|entry| entry.event.job() == Some(job)).collect())
}

async fn claim(context: &Context) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.chain().await?;
    let account = account_of(&signer);
    let receipt = submit_for_receipt(&chain, &signer, calls::claim(), "claiming").await?;
    let (_, claimed): (AccountId, Balance) = receipt.decode("Rewards", "Claimed")?;
    let text =
        format!("claimed {} in block {}, fee {}", format_nrc(claimed), receipt.block_number, format_nrc(receipt.fee));
    let value = json!({
        "account": account.to_string(),
        "claimed": claimed.to_string(),
        "block": receipt.block_number,
        "fee": receipt.fee.to_string(),
    });
    context.output.show(text, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_lines_are_the_last_ones() {
        assert_eq!(latest(vec![1, 2, 3], 2), [2, 3]);
        assert_eq!(latest(vec![1, 2, 3], 9), [1, 2, 3]);
        assert!(latest(Vec::<u8>::new(), 9).is_empty());
    }
}
