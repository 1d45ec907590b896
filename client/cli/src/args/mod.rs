//! The command line.

mod account;
mod dataset;
mod job;
mod model;
mod purchase;
mod spec;
#[cfg(test)]
mod tests;
mod work;

pub use account::{AccountCommand, ChainCommand, KeyCommand, KeyKind};
pub use dataset::{DatasetCommand, Family, RegisterArguments, TermsArguments, Use};
pub use job::{DeviceName, JobCommand, ListArguments, RequestArguments};
pub use model::{ModelCommand, ModelTermsArguments, OfferArgument, SellArguments};
pub use purchase::{BuyArguments, PurchaseCommand};
pub use spec::{ActivationName, AlgorithmName, OptimiserName, SpecArguments};
pub use work::{EvaluatorCommand, LeaderboardArguments, OfferChange, OfferCommand, ProviderCommand, RewardsCommand};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Sell data, train models and be paid on a NeuroData chain.
#[derive(Parser, Debug)]
#[command(
    name = "neurodata",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 refused by the chain, 4 may work later (node \
                  or connection)."
)]
pub struct Arguments {
    /// What all commands share.
    #[command(flatten)]
    pub shared: Shared,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What all commands share.
#[derive(Args, Debug, Clone)]
pub struct Shared {
    /// WebSocket address of a node.
    #[arg(long, global = true, env = "NEURODATA_URL", default_value = "ws://127.0.0.1:9944")]
    pub url: String,
    /// Folder of the blob store [default: ~/.local/share/neurodata/store].
    #[arg(long, global = true, env = "NEURODATA_STORE", value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Folder of one-time keys and bought content keys [default: ~/.local/share/neurodata/purchases].
    #[arg(long, global = true, env = "NEURODATA_PURCHASES", value_name = "DIR")]
    pub purchases: Option<PathBuf>,
    /// Folder of cached proving keys [default: ~/.cache/neurodata/proving-keys].
    #[arg(long, global = true, env = "NEURODATA_PROVING_KEYS", value_name = "DIR")]
    pub proving_keys: Option<PathBuf>,
    /// File that holds the secret URI of the signing account.
    #[arg(long, global = true, env = "NEURODATA_SURI_FILE", value_name = "FILE")]
    pub suri_file: Option<PathBuf>,
    /// Secret URI of the signing account, instead of a file; for development only: other programs can read command
    /// lines.
    #[arg(long, global = true, value_name = "SURI")]
    pub suri: Option<String>,
    /// Print JSON instead of text, one value a command (`job watch`: one a change); amounts are in plancks, as strings.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Datasets: pack, register, prove, look at, sell, buy.
    #[command(subcommand)]
    Dataset(DatasetCommand),
    /// Training jobs: estimate, post, watch, cancel, explain.
    #[command(subcommand)]
    Job(JobCommand),
    /// Trained models: fetch, predict, sell, buy, collect royalties.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Open purchases of copies and inspections: look at, settle, complain, abandon.
    #[command(subcommand)]
    Purchase(PurchaseCommand),
    /// Compute providers: bond, offers, jobs.
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// Evaluators: bond, duties.
    #[command(subcommand)]
    Evaluator(EvaluatorCommand),
    /// What accounts earn and lose, and the reward pool.
    #[command(subcommand)]
    Rewards(RewardsCommand),
    /// The best models of a dataset.
    Leaderboard(LeaderboardArguments),
    /// Accounts and balances.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Secrets in files.
    #[command(subcommand)]
    Key(KeyCommand),
    /// The chain and this machine's way to it.
    #[command(subcommand)]
    Chain(ChainCommand),
}

/// How a table is read.
#[derive(Args, Debug, Clone)]
pub struct TableArguments {
    /// Text that stands for a missing value, beside the empty cell; may be given several times.
    #[arg(long = "missing", value_name = "TEXT")]
    pub missing: Vec<String>,
    /// Character between the cells of a CSV line.
    #[arg(long, default_value = ",", value_parser = parse_delimiter)]
    pub delimiter: u8,
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() => Ok(*byte),
        b"\\t" => Ok(b'\t'),
        _ => Err("expected one ASCII character, or \\t for a tab".into()),
    }
}

/// A package and its key.
#[derive(Args, Debug, Clone)]
pub struct PackageArguments {
    /// The package file.
    pub package: PathBuf,
    /// File of the content key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}
