//! Commands about models.

use super::{BuyArguments, TableArguments};
use clap::{Args, Subcommand};
use neurodata_chain::{amount::parse_nrc, Balance, BlockNumber};
use neurodata_primitives::ModelId;
use std::path::PathBuf;

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
        /// Only those for sale.
        #[arg(long)]
        for_sale: bool,
    },
    /// List the ancestors of a model, nearest first.
    Lineage {
        /// Id of the model.
        model: ModelId,
    },
    /// List who is licensed to use a model.
    Licences {
        /// Id of the model.
        model: ModelId,
    },
    /// Encrypt an own model's file under a new content key, and store the sealed file. Needed before selling it.
    Seal {
        /// Id of the model.
        model: ModelId,
        /// The model file (safetensors) [default: fetched from the store].
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// New file for the content key. A key serves one model only.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The sealed file, or a folder for it.
        #[arg(long, value_name = "FILE|DIR")]
        out: PathBuf,
    },
    /// Offer licences for an own model, with a stake.
    Sell(Box<SellArguments>),
    /// Change the licences that are offered for an own model. Open sales keep their terms.
    UpdateTerms {
        /// Id of the model.
        model: ModelId,
        /// The new terms; they replace the old ones as a whole.
        #[command(flatten)]
        terms: Box<ModelTermsArguments>,
    },
    /// Add to the stake of an own model that is for sale.
    AddStake {
        /// Id of the model.
        model: ModelId,
        /// Amount in NRC.
        #[arg(value_parser = parse_nrc)]
        amount: Balance,
    },
    /// Take an own model off sale; the stake unlocks later.
    Delist {
        /// Id of the model.
        model: ModelId,
    },
    /// Get the stake of a delisted model back, once it is unlocked.
    Withdraw {
        /// Id of the model.
        model: ModelId,
    },
    /// Hand an own model to another account, with everything that it will earn.
    Transfer {
        /// Id of the model.
        model: ModelId,
        /// An address, or a path such as //Alice.
        to: String,
    },
    /// Buy a licence: check the sealed file, pay, wait for the key, check the model, write it. Repeating the command goes on
    /// with an open purchase.
    ///
    /// A bad key or file is complained about at once, with evidence: the price comes back.
    Buy {
        /// Id of the model.
        model: ModelId,
        /// How it is bought.
        #[command(flatten)]
        buying: BuyArguments,
    },
    /// Share what a model has earned among its owner, its contributors and its parents. Anybody may ask for it.
    Collect {
        /// Id of the model.
        model: ModelId,
        /// First share what the models that descend from it have earned, so that its part of that is included.
        #[arg(long)]
        with_children: bool,
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

/// How a model is offered for sale.
#[derive(Args, Debug)]
pub struct SellArguments {
    /// Id of the model.
    pub model: ModelId,
    /// The sealed file, made by `neurodata model seal`.
    #[arg(long, value_name = "FILE")]
    pub sealed: PathBuf,
    /// Stake in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub stake: Balance,
    /// The licences.
    #[command(flatten)]
    pub terms: ModelTermsArguments,
}

/// On which terms a model is sold.
#[derive(Args, Debug)]
pub struct ModelTermsArguments {
    /// Price in NRC of a licence for own use, and the blocks for which it is good if it ends.
    #[arg(long, value_name = "NRC[:BLOCKS]", value_parser = parse_offer, required_unless_present_any = ["commercial", "derive"])]
    pub personal: Option<OfferArgument>,
    /// Price in NRC of a licence for commercial use.
    #[arg(long, value_name = "NRC[:BLOCKS]", value_parser = parse_offer)]
    pub commercial: Option<OfferArgument>,
    /// Price in NRC of a licence to train models from it and sell them.
    #[arg(long, value_name = "NRC[:BLOCKS]", value_parser = parse_offer)]
    pub derive: Option<OfferArgument>,
    /// Accounts that may buy [default: anybody].
    #[arg(long = "allow", value_name = "ACCOUNT")]
    pub allowed: Vec<String>,
    /// File of the licence text, whose digest goes on chain [default: no text].
    #[arg(long, value_name = "FILE")]
    pub licence: Option<PathBuf>,
    /// Last block at which a licence may be bought [default: no end].
    #[arg(long, value_name = "BLOCK")]
    pub expires_at: Option<BlockNumber>,
}

/// A licence that is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OfferArgument {
    /// Price in plancks.
    pub price: Balance,
    /// Blocks for which it is good; `None` means no end.
    pub duration: Option<BlockNumber>,
}

fn parse_offer(text: &str) -> Result<OfferArgument, String> {
    let (price, duration) = match text.split_once(':') {
        None => (text, None),
        Some((price, blocks)) => {
            let blocks = blocks.parse().ok().filter(|blocks| *blocks > 0);
            (price, Some(blocks.ok_or("expected a number of blocks from 1 on after the colon")?))
        }
    };
    Ok(OfferArgument { price: parse_nrc(price).map_err(|error| error.to_string())?, duration })
}
