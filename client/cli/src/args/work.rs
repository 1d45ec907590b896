//! Commands about the parts that accounts play in jobs: compute providers, evaluators, rewards, leaderboards.

use super::DeviceName;
use clap::{Args, Subcommand};
use neurodata_chain::{
    amount::{parse_nrc, parse_thousandths},
    Balance,
};
use neurodata_primitives::{DatasetId, JobId, OfferId};
use std::path::PathBuf;

/// Commands about compute providers.
#[derive(Subcommand, Debug)]
pub enum ProviderCommand {
    /// Show a compute provider: bond, what of it is pledged, offers, jobs, reputation.
    Status {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// List what compute providers offer.
    List {
        /// Only the offers of this account: an address, or a path such as //Alice.
        #[arg(long, value_name = "ACCOUNT")]
        provider: Option<String>,
    },
    /// Become a compute provider. `neurodata-worker compute` does it by itself.
    Register {
        /// Bond in NRC; what a failed job costs is taken from it.
        #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
        bond: Balance,
    },
    /// Own offers: add, update, withdraw.
    #[command(subcommand)]
    Offer(OfferCommand),
    /// Add to the own bond, so that it covers more jobs side by side.
    Bond {
        /// Amount in NRC.
        #[arg(value_parser = parse_nrc)]
        amount: Balance,
    },
    /// Stop being a compute provider: offers go, jobs that are held are finished, the bond can be withdrawn later.
    Retire,
    /// Get the bond back after retiring.
    Withdraw,
    /// List the jobs that a compute provider holds now.
    Jobs {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// Move a compute provider's offers to where its bond and reputation put them now. Anybody may ask for it.
    Refresh {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
}

/// Commands about own offers.
#[derive(Subcommand, Debug)]
pub enum OfferCommand {
    /// Offer a machine.
    Add {
        /// Price of a work unit, a thousand multiply-accumulates of the forward pass, in NRC.
        #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
        unit_price: Balance,
        /// CPU cores of the machine.
        #[arg(long)]
        cores: u16,
        /// Memory of the machine in MiB.
        #[arg(long, value_name = "MIB")]
        memory: u32,
        /// Device that computes; an offer serves jobs for its own device only.
        #[arg(long, value_enum, default_value = "cpu")]
        device: DeviceName,
        /// Memory of the device in MiB; for --device cuda.
        #[arg(long, default_value_t = 0, value_name = "MIB")]
        device_memory: u32,
        /// Jobs that it takes side by side.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        slots: u32,
    },
    /// Change an offer; what is not named stays as it is. Jobs that were matched to it keep their price.
    Update {
        /// Id of the offer.
        offer: OfferId,
        /// What changes.
        #[command(flatten)]
        change: OfferChange,
    },
    /// Take an offer off the market; jobs that were matched to it stay.
    Withdraw {
        /// Id of the offer.
        offer: OfferId,
    },
}

/// What changes about an offer.
#[derive(Args, Debug, Clone, Default)]
#[group(required = true, multiple = true)]
pub struct OfferChange {
    /// Price of a work unit in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub unit_price: Option<Balance>,
    /// CPU cores of the machine.
    #[arg(long)]
    pub cores: Option<u16>,
    /// Memory of the machine in MiB.
    #[arg(long, value_name = "MIB")]
    pub memory: Option<u32>,
    /// Device that computes.
    #[arg(long, value_enum)]
    pub device: Option<DeviceName>,
    /// Memory of the device in MiB; for --device cuda.
    #[arg(long, value_name = "MIB")]
    pub device_memory: Option<u32>,
    /// Jobs that it takes side by side.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub slots: Option<u32>,
}

/// Commands about evaluators.
#[derive(Subcommand, Debug)]
pub enum EvaluatorCommand {
    /// Show an evaluator: bond, tickets in a draw, duties, reputation.
    Status {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// List evaluators.
    List,
    /// Become an evaluator. `neurodata-worker evaluate` does it by itself.
    Register {
        /// Bond in NRC; each multiple of the least bond, up to eight, is a ticket in the draw of committees.
        #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
        bond: Balance,
        /// File of the recipient secret that opens content keys: `evaluator.key` in the worker's --base-path, where
        /// `neurodata key generate --kind recipient` can make it before the worker does.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Add to the own bond, for more tickets in the draw of committees.
    Bond {
        /// Amount in NRC.
        #[arg(value_parser = parse_nrc)]
        amount: Balance,
    },
    /// Stop being an evaluator: seats that are held are served, the bond can be withdrawn later.
    Retire,
    /// Get the bond back after retiring.
    Withdraw,
    /// List the rounds in which an evaluator has a seat, and what it owes them.
    Duties {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
}

/// Commands about rewards.
#[derive(Subcommand, Debug)]
pub enum RewardsCommand {
    /// Show what an account can claim now and later, its stake and its reputation.
    Show {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// Claim everything that has matured.
    Claim,
    /// List what an account was credited, charged and penalised, with the evidence of each penalty.
    History {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
        /// Number of the first line [default: such that the latest lines are shown].
        #[arg(long, value_name = "LINE")]
        from: Option<u32>,
        /// Most lines that are shown.
        #[arg(long, default_value_t = 50, value_name = "LINES", value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
    },
    /// Say what an account gained and lost by a job and why; also after the job is removed.
    Explain {
        /// Id of the job.
        job: JobId,
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// Show the pool that extra rewards are paid from.
    Pool,
    /// Give to the reward pool.
    Donate {
        /// Amount in NRC.
        #[arg(value_parser = parse_nrc)]
        amount: Balance,
    },
    /// Stake on the own profile: part of the pool's income goes to stakers.
    Stake {
        /// Amount in NRC.
        #[arg(value_parser = parse_nrc)]
        amount: Balance,
    },
    /// Ask for stake back; `rewards withdraw` gets it when its time has come.
    Unstake {
        /// Amount in NRC.
        #[arg(value_parser = parse_nrc)]
        amount: Balance,
    },
    /// Get the stake back that was asked for and is due.
    Withdraw,
}

/// Which leaderboards are shown.
#[derive(Args, Debug)]
pub struct LeaderboardArguments {
    /// Id of the dataset.
    pub dataset: DatasetId,
    /// Only models for this target: a column's index from 0, or its name if the dataset's package is in the store.
    #[arg(long, value_name = "COLUMN|INDEX")]
    pub target: Option<String>,
    /// Only models tested on this share of the rows, such as 0.2.
    #[arg(long, value_name = "SHARE", value_parser = parse_thousandths)]
    pub holdout: Option<u16>,
}
