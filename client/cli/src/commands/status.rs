//! The chain and this machine's way to it.

use crate::{args::ChainCommand, context::Context, output::lines};
use anyhow::Result;
use neurodata_chain::{account_of, amount::format_nrc, Chain};
use neurodata_storage::BlobStore;
use neurodata_zk_circuits::Prover;
use serde_json::{json, Value};

pub async fn run(context: &Context, command: ChainCommand) -> Result<()> {
    let ChainCommand::Info = command;
    let (text, value, problems) = info(context).await;
    context.output.show(text, value);
    anyhow::ensure!(problems == 0, "{problems} of the checks failed; they say what to do");
    Ok(())
}

/// Every check in both forms, and how many failed.
async fn info(context: &Context) -> (String, Value, usize) {
    let mut problems = 0;
    let mut pairs = vec![("node", context.url().to_owned())];
    let mut value = json!({ "url": context.url() });
    let mut note = |name: &'static str, key: &str, checked: Result<(String, Value)>| match checked {
        Ok((text, found)) => {
            pairs.push((name, text));
            value[key] = found;
        }
        Err(error) => {
            problems += 1;
            pairs.push((name, format!("PROBLEM: {error:#}")));
            value[key] = json!({ "problem": format!("{error:#}") });
        }
    };
    match context.chain().await {
        Ok(chain) => {
            let genesis = format!("0x{}", hex::encode(chain.genesis()));
            note("genesis", "genesis", Ok((genesis.clone(), genesis.into())));
            note("best block", "best", best(&chain).await);
            note("finalised block", "finalised", finalised(&chain).await);
            if context.has_signer() {
                note("signing account", "account", account(context, &chain).await);
            }
        }
        Err(error) => note("connection", "connection", Err(error)),
    }
    note("store", "store", store(context));
    note("proving key", "proving_key", proving_key(context));
    (lines(&pairs), value, problems)
}

async fn best(chain: &Chain) -> Result<(String, Value)> {
    let block = chain.best_block().await?;
    Ok((block.number.to_string(), json!(block.number)))
}

async fn finalised(chain: &Chain) -> Result<(String, Value)> {
    let block = chain.finalised_block().await?;
    Ok((block.number.to_string(), json!(block.number)))
}

async fn account(context: &Context, chain: &Chain) -> Result<(String, Value)> {
    let account = account_of(&context.signer()?);
    let balance = chain.balance(&account).await?;
    let value = json!({
        "account": account.to_string(),
        "free": balance.free.to_string(),
        "held": balance.held.to_string(),
    });
    Ok((format!("{account}, {} free, {} on hold", format_nrc(balance.free), format_nrc(balance.held)), value))
}

/// Write a blob, read it, remove it.
fn store(context: &Context) -> Result<(String, Value)> {
    let store = context.store()?;
    let bytes = format!("check of process {}", std::process::id());
    let cid = store.put(bytes.as_bytes())?;
    store.get(&cid)?;
    store.remove(&cid)?;
    let folder = context.store_folder()?;
    Ok((format!("{}, can be written", folder.display()), json!({ "folder": folder })))
}

fn proving_key(context: &Context) -> Result<(String, Value)> {
    let path = context.proving_keys()?.join(Prover::CACHE_FILE);
    let there = path.try_exists()?;
    let hint = if there { "" } else { " (not there yet; the first proof makes it, which takes a minute)" };
    Ok((format!("{}{hint}", path.display()), json!({ "file": path, "cached": there })))
}
