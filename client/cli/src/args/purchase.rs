//! Commands about purchases of copies, and what buying has in common.

use clap::{Args, Subcommand, ValueEnum};
use neurodata_chain::{amount::parse_nrc, Balance};
use neurodata_primitives::{Asset, DatasetId, LicenceKind, ModelId, PurchaseId};
use std::path::PathBuf;

/// How a copy is bought.
#[derive(Args, Debug, Clone)]
pub struct BuyArguments {
    /// What you want to do with it; each kind permits what the kinds before it permit.
    #[arg(long, value_enum, default_value = "personal")]
    pub licence: LicenceName,
    /// Highest price in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub max_price: Balance,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Do not confirm that all is well: the seller is paid when the time for complaints is over.
    #[arg(long)]
    pub no_confirm: bool,
}

/// What a buyer may do with a copy.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LicenceName {
    /// Own use.
    Personal,
    /// Commercial use.
    Commercial,
    /// Making and selling what is derived from it.
    Derive,
}

impl From<LicenceName> for LicenceKind {
    fn from(name: LicenceName) -> Self {
        match name {
            LicenceName::Personal => Self::Personal,
            LicenceName::Commercial => Self::Commercial,
            LicenceName::Derive => Self::Derive,
        }
    }
}

/// Commands about purchases.
#[derive(Subcommand, Debug)]
pub enum PurchaseCommand {
    /// List open purchases.
    List {
        /// Only those in which this account buys or sells: an address, or a path such as //Alice.
        #[arg(long, value_name = "ACCOUNT")]
        party: Option<String>,
        /// Only those in which the signing account buys or sells.
        #[arg(long, conflicts_with = "party")]
        mine: bool,
    },
    /// Show one open purchase.
    Show {
        /// Id of the purchase.
        purchase: PurchaseId,
    },
    /// End a purchase that is due: pay the seller if the time for complaints is over, or get the price back if the key is
    /// late. Anybody may ask for it.
    Settle {
        /// Id of the purchase.
        purchase: PurchaseId,
    },
    /// Check what was delivered for an own purchase again, and complain if something is wrong.
    Complain {
        /// Id of the purchase.
        purchase: PurchaseId,
    },
    /// Give up an inspection taken by the signing account: no fee and no penalty, and its deposit comes back.
    Abandon {
        /// Id of the inspector's purchase.
        purchase: PurchaseId,
    },
    /// Give up a licence, or clear an expired one; its deposit is freed.
    Surrender {
        /// What is licensed.
        #[command(flatten)]
        asset: AssetArguments,
        /// Whose licence: an address, or a path such as //Alice [default: the signing account].
        #[arg(long, value_name = "ACCOUNT")]
        licensee: Option<String>,
    },
}

/// A dataset or a model.
#[derive(Args, Debug, Clone)]
#[group(required = true, multiple = false)]
pub struct AssetArguments {
    /// Id of a dataset.
    #[arg(long, value_name = "ID")]
    pub dataset: Option<DatasetId>,
    /// Id of a model.
    #[arg(long, value_name = "ID")]
    pub model: Option<ModelId>,
}

impl AssetArguments {
    /// What is named.
    pub fn asset(&self) -> Asset {
        match (self.dataset, self.model) {
            (Some(dataset), _) => Asset::Dataset(dataset),
            (None, model) => Asset::Model(model.unwrap_or_default()),
        }
    }
}
