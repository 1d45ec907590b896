//! Commands about jobs.

use super::SpecArguments;
use clap::{Args, Subcommand, ValueEnum};
use neurodata_chain::{
    amount::{parse_millionths, parse_nrc},
    Balance, BlockNumber,
};
use neurodata_primitives::{DatasetId, DeviceClass, JobId, ModelId};
use std::path::PathBuf;

/// Commands about jobs.
#[derive(Subcommand, Debug)]
pub enum JobCommand {
    /// Say what a job would cost and need, and what stands in its way; posts nothing.
    Estimate {
        /// What the job would ask for.
        #[command(flatten)]
        request: Box<RequestArguments>,
        /// Who would post it: an address, or a path such as //Alice [default: the signing account].
        #[arg(long, value_name = "ACCOUNT")]
        owner: Option<String>,
    },
    /// Post a training job, after showing its estimate; its highest price goes into escrow.
    Post {
        /// What the job asks for.
        #[command(flatten)]
        request: Box<RequestArguments>,
        /// Wait until the job is over; fail unless it is settled.
        #[arg(long)]
        wait: bool,
    },
    /// Show one job.
    Show {
        /// Id of the job.
        job: JobId,
    },
    /// Follow a job until it is over: a line for each change, with --json a JSON object. Fails unless it is settled.
    Watch {
        /// Id of the job.
        job: JobId,
    },
    /// List jobs.
    List(ListArguments),
    /// Cancel an own job, and say what that costs: nothing until it runs, then the price of the data and of the progress
    /// that its compute provider proves.
    Cancel {
        /// Id of the job.
        job: JobId,
    },
    /// Say where the money of a job went and why, with the evidence of each penalty, until the job is removed.
    Explain {
        /// Id of the job.
        job: JobId,
    },
}

/// Which jobs are listed.
#[derive(Args, Debug)]
pub struct ListArguments {
    /// Only those of this account: an address, or a path such as //Alice.
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "open")]
    pub owner: Option<String>,
    /// Only those that wait for an offer, the best paying of each class of machines first.
    #[arg(long)]
    pub open: bool,
    /// Device of the machine that is to take them [default: any].
    #[arg(long, value_enum, requires = "open")]
    pub device: Option<DeviceName>,
    /// CPU cores of that machine [default: any number].
    #[arg(long, requires = "open")]
    pub cores: Option<u16>,
    /// Memory of that machine in MiB [default: any].
    #[arg(long, value_name = "MIB", requires = "open")]
    pub memory: Option<u32>,
    /// Memory of its device in MiB [default: any].
    #[arg(long, value_name = "MIB", requires = "open")]
    pub device_memory: Option<u32>,
    /// Most open jobs that are listed, for each device.
    #[arg(long, default_value_t = 1_000, value_name = "JOBS", requires = "open")]
    pub limit: u32,
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
pub struct RequestArguments {
    /// Id of the dataset to train on.
    #[arg(long, value_name = "ID")]
    pub dataset: DatasetId,
    /// Id of the model whose parameters the training starts from; it becomes the parent of the new one.
    #[arg(long, value_name = "MODEL")]
    pub parent: Option<ModelId>,
    /// Schema file of the dataset [default: from the package in the store].
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
    /// What is to be trained.
    #[command(flatten)]
    pub spec: SpecArguments,
    /// Highest price of a work unit, a thousand multiply-accumulates of the forward pass, in NRC.
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub max_unit_price: Balance,
    /// Highest price of the training use in NRC [default: what the dataset's terms say now].
    #[arg(long, value_name = "NRC", value_parser = parse_nrc)]
    pub max_training_price: Option<Balance>,
    /// Blocks of 3 s within which the result must come, once training has begun [default: 200, more for a large run].
    #[arg(long, value_name = "BLOCKS")]
    pub deliver_within: Option<BlockNumber>,
    /// Accuracy, R2 or explained share on the holdout that you expect to beat.
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
    /// Memory in MiB that the device must have; for --device cuda.
    #[arg(long, default_value_t = 0, value_name = "MIB")]
    pub device_memory: u32,
}

impl From<DeviceName> for DeviceClass {
    fn from(name: DeviceName) -> Self {
        match name {
            DeviceName::Cpu => Self::Cpu,
            DeviceName::Cuda => Self::Cuda,
        }
    }
}
