//! Commands about datasets.

use super::{BuyArguments, PackageArguments, TableArguments};
use clap::{Args, Subcommand, ValueEnum};
use neurodata_chain::{amount::parse_nrc, Balance, BlockNumber};
use neurodata_primitives::{sale::MAX_INSPECTORS, DatasetId};
use std::path::PathBuf;

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
    /// Check a package: with its key every cell, without it all that a buyer can check before paying; against the chain if
    /// --dataset is given.
    Verify {
        /// The package file [default: where the dataset's owner says it is].
        #[arg(required_unless_present = "dataset")]
        package: Option<PathBuf>,
        /// File of the content key.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
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
    /// List datasets, as the chain knows them.
    List {
        /// Only those of this account: an address, or a path such as //Alice.
        #[arg(long, value_name = "ACCOUNT")]
        owner: Option<String>,
        /// Only those for sale.
        #[arg(long)]
        active: bool,
    },
    /// Find datasets by name, column, owner or id. Names and columns are known if the package is in the store.
    Search {
        /// Text to look for; case does not matter.
        text: String,
        /// Only those for sale.
        #[arg(long)]
        active: bool,
    },
    /// Buy a copy: check the package, pay, wait for the key, check the data, write it as CSV. Repeating the command goes on
    /// with an open purchase.
    ///
    /// A bad key or package is complained about at once, with evidence: the price comes back.
    Buy {
        /// Id of the dataset.
        dataset: DatasetId,
        /// How it is bought.
        #[command(flatten)]
        buying: BuyArguments,
    },
    /// List who is licensed to use copies of a dataset.
    Licences {
        /// Id of the dataset.
        dataset: DatasetId,
    },
    /// Change the terms of an own dataset; what is not named stays as it is. Open sales and jobs keep theirs.
    UpdateTerms(Box<TermsArguments>),
    /// Change where the package of an own dataset can be had.
    UpdateUris {
        /// Id of the dataset.
        dataset: DatasetId,
        /// Locations, such as ipfs://<CID>.
        #[arg(required_unless_present = "package")]
        uris: Vec<String>,
        /// Put this package file into the store and name its location first.
        #[arg(long, value_name = "FILE")]
        package: Option<PathBuf>,
    },
    /// Add to the quality stake of an own dataset.
    AddStake {
        /// Id of the dataset.
        dataset: DatasetId,
        /// Amount in NRC.
        #[arg(value_parser = parse_nrc)]
        amount: Balance,
    },
    /// Show the quality score of a dataset.
    Score {
        /// Id of the dataset.
        dataset: DatasetId,
        /// Compute it again from the events since the registration, and compare. Needs a node that keeps old states.
        #[arg(long)]
        recompute: bool,
    },
    /// Pay evaluators to inspect the package of an own dataset.
    Inspect {
        /// Id of the dataset.
        dataset: DatasetId,
        /// Evaluators, 1 to 5.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_INSPECTORS)))]
        seats: u32,
        /// Fee of each in NRC.
        #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
        fee: Balance,
    },
    /// List open inspections.
    Inspections,
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
    /// Id of the dataset version that this one replaces.
    #[arg(long, value_name = "ID")]
    pub parent: Option<DatasetId>,
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

/// How the terms of a dataset change.
#[derive(Args, Debug)]
pub struct TermsArguments {
    /// Id of the dataset.
    pub dataset: DatasetId,
    /// Price of one training use in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub training_price: Option<Balance>,
    /// Price of a copy in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub copy_price: Option<Balance>,
    /// What buyers may do.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub uses: Option<Vec<Use>>,
    /// Families of algorithms that may be trained.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub algorithms: Option<Vec<Family>>,
    /// Accounts that may buy.
    #[arg(long = "allow", value_name = "ACCOUNT")]
    pub allowed: Option<Vec<String>>,
    /// Let anybody buy.
    #[arg(long, conflicts_with = "allowed")]
    pub allow_anybody: bool,
    /// File of the licence text, whose digest goes on chain.
    #[arg(long, value_name = "FILE")]
    pub licence: Option<PathBuf>,
    /// Last block at which a use may be bought.
    #[arg(long, value_name = "BLOCK")]
    pub expires_at: Option<BlockNumber>,
    /// Sell without an end.
    #[arg(long, conflicts_with = "expires_at")]
    pub no_expiry: bool,
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
    /// Make and sell what is derived from it.
    Derive,
}

/// A family of algorithms.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// Every family, present and future.
    All,
    /// Linear models.
    Linear,
    /// Neural networks.
    NeuralNetwork,
    /// Decision trees and forests.
    Tree,
    /// Clusterings.
    Clustering,
}
