//! The command line.

mod dataset;
mod job;
mod model;
mod parties;
mod purchase;

pub use dataset::{DatasetCommand, Family, RegisterArguments, TermsArguments, Use};
pub use job::{AlgorithmName, DeviceName, JobCommand, PostArguments};
pub use model::{ModelCommand, ModelTermsArguments, OfferArgument, SellArguments};
pub use parties::{
    AccountCommand, ChainCommand, EvaluatorCommand, KeyCommand, KeyKind, ProviderCommand, RewardsCommand,
};
pub use purchase::{BuyArguments, PurchaseCommand};

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
    /// Print one JSON value instead of text; amounts are in plancks, as strings.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Datasets: pack, register, prove, look at, sell, buy.
    #[command(subcommand)]
    Dataset(DatasetCommand),
    /// Training jobs: post, watch, cancel.
    #[command(subcommand)]
    Job(JobCommand),
    /// Trained models: fetch, predict, sell, buy, collect royalties.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Open purchases of copies and inspections: look at, settle, complain, abandon.
    #[command(subcommand)]
    Purchase(PurchaseCommand),
    /// Compute providers.
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// Evaluators.
    #[command(subcommand)]
    Evaluator(EvaluatorCommand),
    /// What the protocol owes an account.
    #[command(subcommand)]
    Rewards(RewardsCommand),
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

#[cfg(test)]
mod tests {
    use super::{purchase::LicenceName, *};
    use clap::CommandFactory;
    use neurodata_primitives::{DatasetId, ModelId};

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_registration_is_read_with_its_defaults() {
        let line = "neurodata --suri //Alice dataset register p.ndpk --key k --stake 1000 --training-price 0.5 --json";
        let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
        assert!(arguments.shared.json);
        let Command::Dataset(DatasetCommand::Register(register)) = arguments.command else { panic!("another command") };
        assert_eq!((register.stake, register.training_price), (1_000_000_000_000_000, 500_000_000_000));
        assert_eq!(register.uses, [Use::Train, Use::PublishModel]);
        assert!(register.algorithms.is_empty());
    }

    #[test]
    fn delimiters_are_one_character() {
        assert_eq!(parse_delimiter(";"), Ok(b';'));
        assert_eq!(parse_delimiter("\\t"), Ok(b'\t'));
        assert!(parse_delimiter("ab").is_err());
        assert!(parse_delimiter("ä").is_err());
    }

    fn read(line: &str) -> Result<Command, clap::Error> {
        Arguments::try_parse_from(line.split(' ')).map(|arguments| arguments.command)
    }

    #[test]
    fn a_purchase_names_its_highest_price_and_its_file() {
        let line = "neurodata dataset buy 7 --licence commercial --max-price 12.5 --out heart.csv";
        let Ok(Command::Dataset(DatasetCommand::Buy { dataset, buying })) = read(line) else {
            panic!("another command")
        };
        assert_eq!((dataset, buying.licence), (DatasetId::new(7), LicenceName::Commercial));
        assert_eq!((buying.max_price, buying.no_confirm), (12_500_000_000_000, false));
        assert!(read("neurodata dataset buy 7 --out heart.csv").is_err(), "no price");
        assert!(read("neurodata dataset buy 7 --max-price 1").is_err(), "no file");
        let Ok(Command::Model(ModelCommand::Buy { buying, .. })) =
            read("neurodata model buy 1 --max-price 1 --out m.safetensors --no-confirm")
        else {
            panic!("another command")
        };
        assert_eq!((buying.licence, buying.no_confirm), (LicenceName::Personal, true));
    }

    #[test]
    fn a_sale_offers_at_least_one_licence() {
        let line = "neurodata model sell 1 --sealed m.ndms --stake 1000 --personal 5:1000 --derive 50";
        let Ok(Command::Model(ModelCommand::Sell(selling))) = read(line) else { panic!("another command") };
        let terms = &selling.terms;
        assert_eq!(terms.personal.map(|offer| (offer.price, offer.duration)), Some((5_000_000_000_000, Some(1_000))));
        assert_eq!(terms.derive.map(|offer| (offer.price, offer.duration)), Some((50_000_000_000_000, None)));
        assert!(terms.commercial.is_none());
        assert!(read("neurodata model sell 1 --sealed m.ndms --stake 1000").is_err());
        assert!(read("neurodata model sell 1 --sealed m.ndms --stake 1000 --personal 5:0").is_err());
        assert!(read("neurodata model sell 1 --sealed m.ndms --stake 1000 --personal 5:x").is_err());
    }

    #[test]
    fn exactly_one_asset_is_named() {
        let surrender = |more: &str| match read(&format!("neurodata purchase surrender{more}")) {
            Ok(Command::Purchase(PurchaseCommand::Surrender { asset, .. })) => Some(asset.asset()),
            _ => None,
        };
        assert_eq!(surrender(" --dataset 3"), Some(neurodata_primitives::Asset::Dataset(DatasetId::new(3))));
        assert_eq!(surrender(" --model 4"), Some(neurodata_primitives::Asset::Model(ModelId::new(4))));
        assert_eq!(surrender(""), None);
        assert_eq!(surrender(" --dataset 3 --model 4"), None);
    }

    #[test]
    fn a_search_needs_a_text_and_inspections_have_seats() {
        assert!(read("neurodata dataset search").is_err());
        assert!(read("neurodata dataset inspect 1 --seats 0 --fee 1").is_err());
        assert!(read("neurodata dataset inspect 1 --seats 5 --fee 1").is_ok());
        assert!(read("neurodata dataset inspect 1 --seats 6 --fee 1").is_err());
    }
}
