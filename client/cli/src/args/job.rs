//! Commands about jobs.

use clap::{Args, Subcommand, ValueEnum};
use neurodata_chain::{
    amount::{parse_millionths, parse_nrc, parse_thousandths},
    Balance, BlockNumber,
};
use neurodata_primitives::{DatasetId, JobId, ModelId};
use std::path::PathBuf;

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
    /// Id of the model whose parameters the training starts from; it becomes the parent of the new one.
    #[arg(long, value_name = "MODEL")]
    pub parent: Option<ModelId>,
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
