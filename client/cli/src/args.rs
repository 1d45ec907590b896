//! The command line.

use crate::amount::{parse_millionths, parse_nrc, parse_thousandths};
use clap::{Args, Parser, Subcommand, ValueEnum};
use neurodata_chain::{Balance, BlockNumber};
use neurodata_primitives::{DatasetId, JobId, ModelId};
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
    /// Datasets: pack, register, prove, look at.
    #[command(subcommand)]
    Dataset(DatasetCommand),
    /// Training jobs: post, watch, cancel.
    #[command(subcommand)]
    Job(JobCommand),
    /// Trained models: fetch, predict.
    #[command(subcommand)]
    Model(ModelCommand),
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

/// Commands about datasets.
#[derive(Subcommand, Debug)]
pub enum DatasetCommand {
    /// Write a first schema for a table; read and correct it before packing.
    InferSchema {
        /// The table: CSV, or JSON if the name ends in .json, .jsonl or .ndjson.
        table: PathBuf,
        /// Name of the dataset [default: the file's name].
        #[arg(long)]
        name: Option<String>,
        /// What the dataset is.
        #[arg(long, default_value = "")]
        description: String,
        /// The column that models are to predict.
        #[arg(long)]
        target: Option<String>,
        /// A column that is a category although its values look like numbers; may be given several times.
        #[arg(long = "category", value_name = "COLUMN")]
        categories: Vec<String>,
        /// Write the schema here instead of to standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// How the table is read.
        #[command(flatten)]
        reading: TableArguments,
    },
    /// Encode and encrypt a table into a package under a new content key, and store the package.
    Pack {
        /// The table: CSV, or JSON if the name ends in .json, .jsonl or .ndjson.
        table: PathBuf,
        /// The schema file.
        #[arg(long, value_name = "FILE")]
        schema: PathBuf,
        /// New file for the content key. A key serves one dataset only.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The package file, or a folder for it.
        #[arg(long, value_name = "FILE|DIR")]
        out: PathBuf,
        /// How the table is read.
        #[command(flatten)]
        reading: TableArguments,
    },
    /// Check a package with its key, and against the chain if --dataset is given.
    Verify {
        /// The package and its key.
        #[command(flatten)]
        package: PackageArguments,
        /// Id of the registered dataset.
        #[arg(long, value_name = "ID")]
        dataset: Option<DatasetId>,
    },
    /// Decrypt a package into a CSV table.
    Export {
        /// The package and its key.
        #[command(flatten)]
        package: PackageArguments,
        /// The CSV file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Register a package on chain with a quality stake. Safe to repeat: a registered package is not registered again.
    Register(Box<RegisterArguments>),
    /// Prove what the audit of an own dataset still asks for; goes on where an earlier attempt stopped.
    Prove {
        /// The package and its key.
        #[command(flatten)]
        package: PackageArguments,
    },
    /// Show one dataset.
    Show {
        /// Id of the dataset.
        dataset: DatasetId,
    },
    /// List datasets.
    List {
        /// Only those of this account: an address, or a path such as //Alice.
        #[arg(long, value_name = "ACCOUNT")]
        owner: Option<String>,
        /// Only those for sale.
        #[arg(long)]
        active: bool,
    },
    /// Take an own dataset off sale; the stake unlocks later.
    Delist {
        /// Id of the dataset.
        dataset: DatasetId,
    },
    /// Get the stake of a delisted dataset back, once it is unlocked.
    Withdraw {
        /// Id of the dataset.
        dataset: DatasetId,
    },
}

/// How a dataset is registered.
#[derive(Args, Debug)]
pub struct RegisterArguments {
    /// The package and its key.
    #[command(flatten)]
    pub package: PackageArguments,
    /// Quality stake in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub stake: Balance,
    /// Price of one training use in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub training_price: Balance,
    /// Price of a copy in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc, default_value = "0")]
    pub copy_price: Balance,
    /// What buyers may do.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "train,publish-model")]
    pub uses: Vec<Use>,
    /// Families of algorithms that may be trained [default: all].
    #[arg(long, value_enum, value_delimiter = ',')]
    pub algorithms: Vec<Family>,
    /// Accounts that may buy [default: anybody].
    #[arg(long = "allow", value_name = "ACCOUNT")]
    pub allowed: Vec<String>,
    /// File of the licence text, whose digest goes on chain [default: no text].
    #[arg(long, value_name = "FILE")]
    pub licence: Option<PathBuf>,
    /// Last block at which a use may be bought [default: no end].
    #[arg(long, value_name = "BLOCK")]
    pub expires_at: Option<BlockNumber>,
    /// Also prove the audit, and wait until the dataset is for sale.
    #[arg(long)]
    pub wait_audit: bool,
}

/// What a licence may permit.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// Buy a copy.
    Download,
    /// Train a model on it.
    Train,
    /// Publish a model trained on it.
    PublishModel,
    /// Commercial use.
    Commercial,
    /// Sell datasets derived from it.
    Derive,
}

/// A family of algorithms.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// Linear models.
    Linear,
    /// Neural networks.
    NeuralNetwork,
}

/// Commands about jobs.
#[derive(Subcommand, Debug)]
pub enum JobCommand {
    /// Post a training job; its highest price goes on hold.
    Post(Box<PostArguments>),
    /// Show one job.
    Show {
        /// Id of the job.
        job: JobId,
    },
    /// Follow a job until it is over. Fails unless it is settled.
    Watch {
        /// Id of the job.
        job: JobId,
    },
    /// List jobs.
    List {
        /// Only those of this account: an address, or a path such as //Alice.
        #[arg(long, value_name = "ACCOUNT")]
        owner: Option<String>,
    },
    /// Cancel an own job that nobody was matched to.
    Cancel {
        /// Id of the job.
        job: JobId,
    },
}

/// What is trained.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AlgorithmName {
    /// Multinomial logistic regression.
    Logistic,
    /// Multilayer perceptron.
    Mlp,
}

/// Kind of machine.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeviceName {
    /// A CPU.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
}

/// What a job asks for.
#[derive(Args, Debug)]
pub struct PostArguments {
    /// Id of the dataset to train on.
    #[arg(long, value_name = "ID")]
    pub dataset: DatasetId,
    /// What is trained.
    #[arg(long, value_enum)]
    pub algorithm: AlgorithmName,
    /// Units of each hidden layer of an mlp.
    #[arg(long, value_delimiter = ',', value_name = "UNITS,..")]
    pub hidden: Vec<u16>,
    /// Schema file of the dataset [default: from the package in the store].
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
    /// Column to predict [default: the schema's target].
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// Passes over the training rows.
    #[arg(long, default_value_t = 100)]
    pub epochs: u16,
    /// Rows of a batch.
    #[arg(long, default_value_t = 32, value_name = "ROWS")]
    pub batch_rows: u16,
    /// Step size.
    #[arg(long, default_value = "0.1", value_parser = parse_millionths)]
    pub learning_rate: u32,
    /// Momentum.
    #[arg(long, default_value = "0.9", value_parser = parse_millionths)]
    pub momentum: u32,
    /// L2 penalty.
    #[arg(long, default_value = "0.0001", value_parser = parse_millionths)]
    pub weight_decay: u32,
    /// Share of rows kept for the holdout.
    #[arg(long, default_value = "0.2", value_parser = parse_thousandths)]
    pub holdout: u16,
    /// Epochs between two checkpoints [default: a tenth of the epochs].
    #[arg(long, value_name = "EPOCHS")]
    pub checkpoint_epochs: Option<u16>,
    /// Highest price of a work unit in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub max_unit_price: Balance,
    /// Highest price of the training use in NRC [default: what the dataset's terms say now].
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub max_training_price: Option<Balance>,
    /// Blocks within which the result must come, once training has begun [default: 200, more for a large run].
    #[arg(long, value_name = "BLOCKS")]
    pub deliver_within: Option<BlockNumber>,
    /// Accuracy on the holdout that you expect to beat.
    #[arg(long, default_value = "0", value_parser = parse_millionths)]
    pub baseline: u32,
    /// CPU cores that the machine must have.
    #[arg(long, default_value_t = 1)]
    pub cores: u16,
    /// Memory in MiB that the machine must have.
    #[arg(long, default_value_t = 512, value_name = "MIB")]
    pub memory: u32,
    /// Device that the machine must have.
    #[arg(long, value_enum, default_value = "cpu")]
    pub device: DeviceName,
    /// Wait until the job is over; fail unless it is settled.
    #[arg(long)]
    pub wait: bool,
}

/// Commands about models.
#[derive(Subcommand, Debug)]
pub enum ModelCommand {
    /// Show one model version.
    Show {
        /// Id of the model.
        model: ModelId,
    },
    /// List model versions.
    List {
        /// Only those of this account: an address, or a path such as //Alice.
        #[arg(long, value_name = "ACCOUNT")]
        owner: Option<String>,
    },
    /// Fetch a model's files from the store and check them against the chain.
    Download {
        /// Id of the model.
        model: ModelId,
        /// Folder for the files; made if it isn't there.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Predict the target of each row of a table.
    Predict {
        /// The model file (safetensors), or the folder it was downloaded into.
        model: PathBuf,
        /// The table, with or without the target column.
        table: PathBuf,
        /// Schema file of the dataset [default: schema.json beside the model].
        #[arg(long, value_name = "FILE")]
        schema: Option<PathBuf>,
        /// How the table is read.
        #[command(flatten)]
        reading: TableArguments,
    },
}

/// Commands about compute providers.
#[derive(Subcommand, Debug)]
pub enum ProviderCommand {
    /// Show a compute provider: bond, offer, open jobs, reputation.
    Status {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// List what compute providers offer.
    List,
}

/// Commands about evaluators.
#[derive(Subcommand, Debug)]
pub enum EvaluatorCommand {
    /// Show an evaluator: bond, open seats, reputation.
    Status {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// List evaluators.
    List,
}

/// Commands about rewards.
#[derive(Subcommand, Debug)]
pub enum RewardsCommand {
    /// Show what an account can claim now and later.
    Show {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// Claim everything that has matured.
    Claim,
}

/// Commands about accounts.
#[derive(Subcommand, Debug)]
pub enum AccountCommand {
    /// Show what an account owns.
    Balance {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// Send NRC to an account.
    Transfer {
        /// An address, or a path such as //Alice.
        to: String,
        /// Amount in NRC.
        #[arg(value_parser = parse_nrc)]
        amount: Balance,
    },
}

/// What a key is for.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    /// Signing as an account: a mnemonic for --suri-file.
    Account,
    /// Receiving content keys: an X25519 secret.
    Recipient,
}

/// Commands about keys.
#[derive(Subcommand, Debug)]
pub enum KeyCommand {
    /// Make a new secret in a new file that only its owner can read.
    Generate {
        /// The file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// What it is for.
        #[arg(long, value_enum, default_value = "account")]
        kind: KeyKind,
    },
}

/// Commands about the chain.
#[derive(Subcommand, Debug)]
pub enum ChainCommand {
    /// Check the node, the store, the proving key and the signing account, and say what is wrong.
    Info,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

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
}
