//! The command line.

use crate::Error;
use clap::{Args, Parser, Subcommand, ValueEnum};
use neurodata_chain::{amount::parse_nrc, folders, signer_from_suri, Balance, Keypair};
use neurodata_primitives::{Capability, DeviceClass};
use neurodata_storage::DirectoryStore;
use std::{path::PathBuf, time::Duration};

/// The off-chain program of data providers, compute providers and evaluators.
#[derive(Parser, Debug)]
#[command(name = "neurodata-worker", version, about)]
pub struct Options {
    /// What this worker does.
    #[command(subcommand)]
    pub role: Role,
}

/// What a worker does.
#[derive(Subcommand, Debug)]
pub enum Role {
    /// Deliver the content keys of own datasets and models, and settle own sales.
    ServeKeys(ServeKeysOptions),
    /// Compute jobs.
    Compute(ComputeOptions),
    /// Check results, and inspect packages of datasets.
    Evaluate(EvaluateOptions),
}

/// Options of every role.
#[derive(Args, Debug)]
pub struct CommonOptions {
    /// WebSocket address of the node.
    #[arg(long, env = "NEURODATA_URL", default_value = "ws://127.0.0.1:9944")]
    pub url: String,
    /// File with the secret URI (mnemonic or //Name) of the account that signs.
    #[arg(long, env = "NEURODATA_SURI_FILE", conflicts_with = "suri")]
    pub suri_file: Option<PathBuf>,
    /// Secret URI of the account that signs; only development accounts such as //Provider should be given this way.
    #[arg(long)]
    pub suri: Option<String>,
    /// Folder in which blobs are kept.
    #[arg(long, env = "NEURODATA_STORE")]
    pub store: Option<PathBuf>,
    /// Folder in which proving keys are kept.
    #[arg(long, env = "NEURODATA_PROVING_KEYS")]
    pub proving_keys: Option<PathBuf>,
    /// Folder of this worker's journal; each worker has its own.
    #[arg(long)]
    pub base_path: PathBuf,
    /// Give up if the node cannot be reached for this many seconds at the start; by default keep trying.
    #[arg(long, value_name = "SECONDS")]
    pub connect_timeout: Option<u64>,
    /// End after this many jobs of this worker are over.
    #[arg(long, value_name = "JOBS")]
    pub max_jobs: Option<u32>,
    /// Write the log as JSON, one object a line.
    #[arg(long)]
    pub log_json: bool,
}

/// Options of the key server.
#[derive(Args, Debug)]
pub struct ServeKeysOptions {
    /// Options of every role.
    #[command(flatten)]
    pub common: CommonOptions,
    /// Folder with the content keys of own datasets and models, one file each, whatever their names.
    #[arg(long)]
    pub keys_dir: PathBuf,
    /// Leave it to others to settle own sales whose time for complaints is over.
    #[arg(long)]
    pub no_settle: bool,
}

/// Options of a compute provider.
#[derive(Args, Debug)]
pub struct ComputeOptions {
    /// Options of every role.
    #[command(flatten)]
    pub common: CommonOptions,
    /// Price of a work unit, in NRC.
    #[arg(long, value_parser = parse_nrc, default_value = "0.001")]
    pub unit_price: Balance,
    /// Jobs to take side by side.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub slots: u32,
    /// CPU cores to offer; by default those of this machine.
    #[arg(long)]
    pub cores: Option<u16>,
    /// Memory to offer, in MiB; by default that of this machine.
    #[arg(long)]
    pub memory_mib: Option<u32>,
    /// Device to train on.
    #[arg(long, value_enum, default_value_t = DeviceOption::Cpu)]
    pub device: DeviceOption,
    /// Bond to put up when registering, in NRC.
    #[arg(long, value_parser = parse_nrc, default_value = "500")]
    pub bond: Balance,
}

/// Options of an evaluator.
#[derive(Args, Debug)]
pub struct EvaluateOptions {
    /// Options of every role.
    #[command(flatten)]
    pub common: CommonOptions,
    /// Device to repeat runs on.
    #[arg(long, value_enum, default_value_t = DeviceOption::Cpu)]
    pub device: DeviceOption,
    /// Bond to put up when registering, in NRC.
    #[arg(long, value_parser = parse_nrc, default_value = "200")]
    pub bond: Balance,
}

/// A device to train on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum DeviceOption {
    /// The CPU.
    Cpu,
    /// The first NVIDIA GPU; needs a worker built with the feature `cuda`.
    Cuda,
}

impl From<DeviceOption> for DeviceClass {
    fn from(option: DeviceOption) -> Self {
        match option {
            DeviceOption::Cpu => Self::Cpu,
            DeviceOption::Cuda => Self::Cuda,
        }
    }
}

impl Role {
    /// Options of every role.
    pub fn common(&self) -> &CommonOptions {
        match self {
            Self::ServeKeys(options) => &options.common,
            Self::Compute(options) => &options.common,
            Self::Evaluate(options) => &options.common,
        }
    }

    /// Name of the role, as on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ServeKeys(_) => "serve-keys",
            Self::Compute(_) => "compute",
            Self::Evaluate(_) => "evaluate",
        }
    }
}

impl CommonOptions {
    /// The account that signs.
    pub fn signer(&self) -> Result<Keypair, Error> {
        let suri = match (&self.suri, &self.suri_file) {
            (Some(suri), _) => {
                if !suri.starts_with("//") {
                    tracing::warn!("a secret given on the command line can be read by others; use --suri-file");
                }
                suri.clone()
            }
            (None, Some(path)) => std::fs::read_to_string(path)
                .map_err(|error| Error::Setup(format!("cannot read the secret in {}: {error}", path.display())))?,
            (None, None) => {
                let hint = "give --suri-file FILE, or --suri //Name on a development chain";
                return Err(Error::Setup(format!("a worker needs an account that signs: {hint}")));
            }
        };
        Ok(signer_from_suri(&suri)?)
    }

    /// The store of blobs.
    pub fn store(&self) -> Result<DirectoryStore, Error> {
        let path = self.store.clone().map_or_else(folders::store, Ok).map_err(no_home)?;
        Ok(DirectoryStore::open(path)?)
    }

    /// Where proving keys are kept.
    pub fn proving_keys(&self) -> Result<PathBuf, Error> {
        self.proving_keys.clone().map_or_else(folders::proving_keys, Ok).map_err(no_home)
    }

    /// How long to try to reach the node at the start; `None` means for ever.
    pub fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout.map(Duration::from_secs)
    }
}

impl ComputeOptions {
    /// What is offered.
    pub fn capability(&self) -> Capability {
        let cores = self.cores.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(1, |cores| u16::try_from(cores.get()).unwrap_or(u16::MAX))
        });
        let memory_mib = self.memory_mib.unwrap_or_else(|| memory_mib().unwrap_or(1_024));
        Capability { cores, memory_mib, device: self.device.into() }
    }
}

/// Memory of this machine in MiB, as the kernel says.
fn memory_mib() -> Option<u32> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    u32::try_from(kibibytes / 1_024).ok()
}

fn no_home(error: folders::NoHome) -> Error {
    Error::Setup(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::NRC;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Options::command().debug_assert();
    }

    #[test]
    fn a_role_needs_little() {
        let options = Options::parse_from(["neurodata-worker", "compute", "--suri", "//Provider", "--base-path", "/x"]);
        let Role::Compute(compute) = &options.role else { panic!("{options:?}") };
        assert_eq!((compute.unit_price, compute.bond, compute.slots), (NRC / 1_000, 500 * NRC, 1));
        assert!(compute.capability().cores > 0 && compute.capability().memory_mib > 0);
        assert_eq!(options.role.name(), "compute");
    }

    #[test]
    fn own_sales_are_settled_unless_somebody_objects() {
        let parse = |more: &[&str]| {
            let line = ["neurodata-worker", "serve-keys", "--suri", "//A", "--base-path", "/x", "--keys-dir", "/k"];
            match Options::parse_from(line.iter().chain(more)).role {
                Role::ServeKeys(options) => options.no_settle,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((parse(&[]), parse(&["--no-settle"])), (false, true));
    }

    #[test]
    fn folders_that_are_named_win() {
        let line = ["neurodata-worker", "evaluate", "--suri", "//A", "--base-path", "/x", "--proving-keys", "/p"];
        let options = Options::parse_from(line);
        assert_eq!(options.role.common().proving_keys().unwrap(), PathBuf::from("/p"));
    }
}
