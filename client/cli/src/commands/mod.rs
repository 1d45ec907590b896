//! The commands, by what they are about.

mod account;
mod audit;
mod buy;
mod dataset;
mod deal;
mod evaluator;
mod goods;
mod job;
mod leaderboard;
mod locker;
mod model;
mod provider;
mod purchase;
mod rewards;
mod status;

use crate::{
    args::{Arguments, Command, DeviceName},
    context::{parse_account, Context},
    describe,
    output::{spinner, table},
};
use anyhow::{ensure, Context as _, Result};
use neurodata_chain::{amount::format_nrc, AccountId, Call, Chain, Keypair, Receipt};
use neurodata_primitives::{dataset::MAX_ALLOWED_ACCOUNTS, Asset, Capability, DeviceClass, LicenceDigest, Uri};
use serde_json::json;
use std::{
    fs,
    io::{Read, Write},
    path::Path,
    time::Duration,
};

/// Time between two looks at the chain while a command waits: a third of the block time.
const POLL: Duration = Duration::from_secs(1);

/// Longest licence text that is read, in bytes: 1 MiB.
const MAX_LICENCE_BYTES: u64 = 1 << 20;

/// Run a command.
pub async fn run(arguments: Arguments) -> Result<()> {
    let context = Context::new(arguments.shared);
    match arguments.command {
        Command::Dataset(command) => dataset::run(&context, command).await,
        Command::Job(command) => job::run(&context, command).await,
        Command::Model(command) => model::run(&context, command).await,
        Command::Purchase(command) => purchase::run(&context, command).await,
        Command::Provider(command) => provider::run(&context, command).await,
        Command::Evaluator(command) => evaluator::run(&context, command).await,
        Command::Rewards(command) => rewards::run(&context, command).await,
        Command::Leaderboard(arguments) => leaderboard::show(&context, arguments).await,
        Command::Account(command) => account::run_account(&context, command).await,
        Command::Key(command) => account::run_key(&context, command),
        Command::Chain(command) => status::run(&context, command).await,
    }
}

/// Submit a call of the signing account and say what it did.
async fn submit(context: &Context, call: Call, done: &str) -> Result<()> {
    let signer = context.signer()?;
    let receipt = submit_for_receipt(&context.chain().await?, &signer, call, "submitting").await?;
    let text = format!("{done} (block {}, fee {})", receipt.block_number, format_nrc(receipt.fee));
    context.output.show(text, json!({ "block": receipt.block_number, "fee": receipt.fee.to_string() }));
    Ok(())
}

/// Submit a call and show that it is waited for; `doing` says what for.
async fn submit_for_receipt(chain: &Chain, signer: &Keypair, call: Call, doing: &'static str) -> Result<Receipt> {
    let waiting = spinner(doing);
    let submitted = chain.submit(signer, call).await;
    waiting.finish_and_clear();
    Ok(submitted?)
}

/// A machine from the options of the command line.
fn capability(device: DeviceName, cores: u16, memory_mib: u32, device_memory_mib: u32) -> Result<Capability> {
    let device = DeviceClass::from(device);
    let is_cpu = matches!(device, DeviceClass::Cpu);
    ensure!(!is_cpu || device_memory_mib == 0, "--device-memory belongs to --device cuda; a CPU computes in --memory");
    Ok(Capability { cores, memory_mib, device, device_memory_mib })
}

/// List the licences for a dataset or model.
async fn show_licences(context: &Context, asset: Asset) -> Result<()> {
    let chain = context.chain().await?;
    let now = chain.best_block().await?.number;
    let licences = chain.licences(asset).await?;
    let (rows, values): (Vec<_>, Vec<_>) =
        licences.iter().map(|(licensee, record)| describe::licence(licensee, record, now)).unzip();
    context.output.show(table(&["licensee", "licence", "since", "good until"], &rows), json!(values));
    Ok(())
}

/// The accounts of an allow-list.
fn allowed<Bounded: TryFrom<Vec<AccountId>>>(accounts: &[String]) -> Result<Bounded> {
    let accounts = accounts.iter().map(|account| parse_account(account)).collect::<Result<Vec<_>>>()?;
    accounts.try_into().ok().with_context(|| format!("--allow takes at most {MAX_ALLOWED_ACCOUNTS} accounts"))
}

/// Digest of a licence text; without a file that of the empty text.
fn licence_digest(path: Option<&Path>) -> Result<LicenceDigest> {
    let mut text = Vec::new();
    if let Some(path) = path {
        let read = fs::File::open(path).and_then(|file| file.take(MAX_LICENCE_BYTES + 1).read_to_end(&mut text));
        read.with_context(|| format!("cannot read the licence {}", path.display()))?;
        ensure!(text.len() as u64 <= MAX_LICENCE_BYTES, "the licence {} has more than 1 MiB", path.display());
    }
    Ok(LicenceDigest::new(sp_crypto_hashing::blake2_256(&text)))
}

/// A location that this program can read.
fn location(text: &str) -> Result<Uri> {
    neurodata_storage::uri::parse(text)?;
    Uri::try_from(text.as_bytes().to_vec()).ok().with_context(|| format!("the location {text:?} is too long"))
}

/// Write a file that appears complete or not at all; one that is there is replaced.
fn write_file(path: &Path, write: impl FnOnce(&mut fs::File) -> std::io::Result<()>) -> Result<()> {
    let name = path.file_name().with_context(|| format!("{} is not the name of a file", path.display()))?;
    let unfinished = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let result = fs::File::create(&unfinished)
        .and_then(|mut file| {
            write(&mut file)?;
            file.flush()?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&unfinished, path));
    if result.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    result.with_context(|| format!("cannot write {}", path.display()))
}

/// Run work that keeps a core busy, without holding up the connection.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.context("a thread of this program died")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_finished_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_file(&path, |file| file.write_all(b"old")).unwrap();
        let fail = |file: &mut fs::File| file.write_all(b"half").and(Err(std::io::Error::other("broken")));
        assert!(write_file(&path, fail).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write_file(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
