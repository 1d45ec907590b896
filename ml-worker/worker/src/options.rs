//! The command line.

use crate::{
    decide::offers::{in_words, BondLimits, Offer},
    Error,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use neurodata_chain::{amount::parse_nrc, folders, signer_from_suri, Balance, Keypair};
use neurodata_primitives::{Capability, DeviceClass, MachineClass};
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
    /// Memory of the GPU to offer, in MiB, as its driver reports it.
    #[arg(long)]
    pub device_memory_mib: Option<u32>,
    /// One offer of several, in place of the options above:
    /// cores=8,memory=16384,device=cuda,device-memory=24564,price=0.002,slots=2. Memory in MiB, price in NRC; what is
    /// left out is as above. An offer serves jobs of its own device only.
    #[arg(
        long = "offer", value_name = "OFFER", value_parser = parse_offer,
        conflicts_with_all = ["cores", "memory_mib", "device", "device_memory_mib", "slots"],
    )]
    pub offers: Vec<OfferOption>,
    /// Bond to put up when registering, in NRC; by default what the chain asks for the offers and their slots.
    #[arg(long, value_parser = parse_nrc)]
    pub bond: Option<Balance>,
    /// Keep the bond at what offers, slots and jobs need by adding to it, up to so many NRC in all; by default nothing
    /// is added.
    #[arg(long, value_parser = parse_nrc)]
    pub max_bond: Option<Balance>,
}

/// One offer of several, as it is written; what is left out comes from the other options.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OfferOption {
    cores: Option<u16>,
    memory_mib: Option<u32>,
    device: Option<DeviceOption>,
    device_memory_mib: Option<u32>,
    unit_price: Option<Balance>,
    slots: Option<u32>,
}

/// Read an offer: parts `name=value` with commas between them, each name once.
fn parse_offer(text: &str) -> Result<OfferOption, String> {
    fn set<T>(field: &mut Option<T>, name: &str, value: Result<T, String>) -> Result<(), String> {
        let value = value.map_err(|error| format!("{name}: {error}"))?;
        match field.replace(value) {
            None => Ok(()),
            Some(_) => Err(format!("{name} is given twice")),
        }
    }
    fn number<T: std::str::FromStr<Err = std::num::ParseIntError>>(value: &str) -> Result<T, String> {
        value.parse().map_err(|error: std::num::ParseIntError| error.to_string())
    }
    let mut offer = OfferOption::default();
    for part in text.split(',') {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("{part:?} is not name=value"))?;
        match name {
            "cores" => set(&mut offer.cores, name, number(value))?,
            "memory" => set(&mut offer.memory_mib, name, number(value))?,
            "device" => set(&mut offer.device, name, DeviceOption::from_str(value, true))?,
            "device-memory" => set(&mut offer.device_memory_mib, name, number(value))?,
            "price" => set(&mut offer.unit_price, name, parse_nrc(value).map_err(|error| error.to_string()))?,
            "slots" => set(&mut offer.slots, name, number(value))?,
            _ => return Err(format!("{name:?} is none of cores, memory, device, device-memory, price, slots")),
        }
    }
    if offer.slots == Some(0) {
        return Err("slots: an offer takes at least one job".into());
    }
    Ok(offer)
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
    /// What is offered. Fails on a machine that reaches no class, so that the market would have no use for it.
    pub fn wanted(&self) -> Result<Vec<Offer>, Error> {
        let single = OfferOption {
            cores: self.cores,
            memory_mib: self.memory_mib,
            device: Some(self.device),
            device_memory_mib: self.device_memory_mib,
            unit_price: None,
            slots: Some(self.slots),
        };
        let options = if self.offers.is_empty() { std::slice::from_ref(&single) } else { &self.offers };
        options.iter().map(|option| self.offer(option)).collect()
    }

    fn offer(&self, option: &OfferOption) -> Result<Offer, Error> {
        let device: DeviceClass = option.device.unwrap_or(DeviceOption::Cpu).into();
        let device_memory_mib = match (device, option.device_memory_mib) {
            (DeviceClass::Cpu, None | Some(0)) => 0,
            (DeviceClass::Cpu, Some(_)) => {
                return Err(Error::Setup("device memory is that of a GPU: the device cpu has none".into()));
            }
            (DeviceClass::Cuda, Some(memory)) => memory,
            (DeviceClass::Cuda, None) => {
                let hint = "nvidia-smi --query-gpu=memory.total --format=csv";
                return Err(Error::Setup(format!("an offer of a GPU says how much memory it has; ask `{hint}`")));
            }
        };
        let capability = Capability {
            cores: option.cores.unwrap_or_else(cores),
            memory_mib: option.memory_mib.unwrap_or_else(|| memory_mib().unwrap_or(1_024)),
            device,
            device_memory_mib,
        };
        if capability.offered_class().is_none() {
            let least = MachineClass { device, tier: 0 }.capability().unwrap_or(capability);
            let (found, least) = (in_words(&capability), in_words(&least));
            return Err(Error::Setup(format!("a machine with {found} cannot be offered: jobs need at least {least}")));
        }
        let unit_price = option.unit_price.unwrap_or(self.unit_price);
        Ok(Offer { capability, unit_price, slots: option.slots.unwrap_or(1) })
    }

    /// What may be put on hold as bond.
    pub fn bond_limits(&self) -> BondLimits {
        BondLimits { first: self.bond, max: self.max_bond }
    }
}

/// Cores of this machine.
fn cores() -> u16 {
    std::thread::available_parallelism().map_or(1, |cores| u16::try_from(cores.get()).unwrap_or(u16::MAX))
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

    fn compute(more: &[&str]) -> Result<ComputeOptions, String> {
        let line = ["neurodata-worker", "compute", "--suri", "//Provider", "--base-path", "/x"];
        let options = Options::try_parse_from(line.iter().chain(more)).map_err(|error| error.to_string())?;
        match options.role {
            Role::Compute(options) => Ok(options),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_role_needs_little() {
        let compute = compute(&[]).unwrap();
        assert_eq!(compute.bond_limits(), BondLimits { first: None, max: None });
        let [offer] = compute.wanted().unwrap()[..] else { panic!() };
        assert_eq!((offer.unit_price, offer.slots), (NRC / 1_000, 1));
        assert!(offer.capability.cores > 0 && offer.capability.memory_mib > 0);
        assert_eq!(Role::Compute(compute).name(), "compute");
    }

    #[test]
    fn one_machine_is_offered_by_its_numbers() {
        let options =
            ["--cores", "3", "--memory-mib", "2048", "--unit-price", "0.01", "--slots", "2", "--max-bond", "700"];
        let compute = compute(&options).unwrap();
        let capability = Capability { cores: 3, memory_mib: 2_048, device: DeviceClass::Cpu, device_memory_mib: 0 };
        assert_eq!(compute.wanted().unwrap(), [Offer { capability, unit_price: NRC / 100, slots: 2 }]);
        assert_eq!(compute.bond_limits(), BondLimits { first: None, max: Some(700 * NRC) });
    }

    #[test]
    fn several_machines_are_offered_one_by_one() {
        let gpu = "cores=8,memory=65536,device=cuda,device-memory=24564,price=0.05,slots=1";
        let compute = compute(&["--offer", gpu, "--offer", "cores=2,memory=4096", "--unit-price", "0.02"]).unwrap();
        let capability =
            Capability { cores: 8, memory_mib: 65_536, device: DeviceClass::Cuda, device_memory_mib: 24_564 };
        let small = Capability { cores: 2, memory_mib: 4_096, device: DeviceClass::Cpu, device_memory_mib: 0 };
        let gpu = Offer { capability, unit_price: NRC / 20, slots: 1 };
        assert_eq!(compute.wanted().unwrap(), [gpu, Offer { capability: small, unit_price: NRC / 50, slots: 1 }]);
    }

    #[test]
    fn offers_that_mean_nothing_are_refused_with_a_reason() {
        let refused = |offer: &str| compute(&["--offer", offer]).unwrap_err();
        for (offer, reason) in [
            ("cores", "not name=value"),
            ("", "not name=value"),
            ("colour=red", "none of cores"),
            ("cores=-1", "cores: invalid digit"),
            ("cores=70000", "cores: number too large"),
            ("cores=2,cores=3", "cores is given twice"),
            ("device=tpu", "device"),
            ("price=a", "price"),
            ("slots=0", "at least one job"),
        ] {
            assert!(refused(offer).contains(reason), "{offer}: {}", refused(offer));
        }
        assert!(compute(&["--offer", "cores=2", "--cores", "2"]).is_err());
        let unusable = |more: &[&str]| compute(more).unwrap().wanted().unwrap_err().to_string();
        assert!(unusable(&["--memory-mib", "100"]).contains("at least 1 cores and 512 MiB"));
        assert!(unusable(&["--device", "cuda"]).contains("nvidia-smi"));
        assert!(unusable(&["--device-memory-mib", "8000"]).contains("the device cpu has none"));
        assert!(unusable(&["--offer", "device=cuda,device-memory=100"]).contains("3800 MiB"));
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
