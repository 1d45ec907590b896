//! Who takes part, what they work with, and how to wait for what they do.

use crate::{Cli, Node, Worker, WorkerRole};
use anyhow::{bail, Context, Result};
use codec::Encode;
use neurodata_chain::{
    account_of, signer_from_suri, AccountId, BlockNumber, Call, Chain, JobRecord, JobState, Keypair,
};
use neurodata_primitives::{DatasetId, JobId, ModelId};
use serde_json::Value;
use std::{
    future::Future,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Deadline of a wait: several times what the slowest machine needs.
pub const DEADLINE: Duration = Duration::from_secs(600);

/// Group of the compute market's parameters.
const MARKET_PARAMETERS: u8 = 1;
/// Group of model validation's parameters.
const VALIDATION_PARAMETERS: u8 = 2;
/// Group of the parameters of sales.
const SALES_PARAMETERS: u8 = 4;
/// The rate of known-answer tasks among model validation's parameters.
const PROBE_RATE: u8 = 8;

/// Pause between two looks at the chain: a third of a block.
const PAUSE: Duration = Duration::from_secs(1);

/// Secret URIs of the accounts that the development chain endows.
pub struct Actors;

impl Actors {
    /// Sells data.
    pub const DATA_PROVIDER: &'static str = "//DataProvider";
    /// Sells computation.
    pub const COMPUTE_PROVIDER: &'static str = "//ComputeProvider";
    /// Posts jobs.
    pub const JOB_OWNER: &'static str = "//JobOwner";
    /// Buys the use of data.
    pub const DATA_BUYER: &'static str = "//DataBuyer";
    /// Check results.
    pub const EVALUATORS: [&'static str; 3] = ["//Evaluator1", "//Evaluator2", "//Evaluator3"];

    /// The key pair of one of them.
    pub fn signer(suri: &str) -> Result<Keypair> {
        Ok(signer_from_suri(suri)?)
    }

    /// The account of one of them.
    pub fn account(suri: &str) -> Result<AccountId> {
        Ok(account_of(&Self::signer(suri)?))
    }
}

/// A period that a suite shortens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Period {
    /// In which the key of a sale has to be delivered.
    KeyDelivery,
    /// In which a buyer may complain.
    Complaint,
    /// In which a compute provider has to accept a job.
    Accept,
}

/// Look until `look` sees what it looks for, or fail after [`DEADLINE`] saying what was waited for.
pub async fn wait_for<T, F>(what: &str, mut look: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let started = Instant::now();
    loop {
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        if started.elapsed() > DEADLINE {
            bail!("waited {DEADLINE:?} in vain for {what}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Wait until the best block is at least `number`.
pub async fn wait_for_block(chain: &Chain, number: BlockNumber) -> Result<()> {
    let look = || async { Ok((chain.best_block().await?.number >= number).then_some(())) };
    wait_for(&format!("block {number}"), look).await
}

/// Wait until everything that `account` is owed now has matured.
pub async fn wait_for_maturity(chain: &Chain, account: &AccountId) -> Result<()> {
    let last = chain.credits(account).await?.iter().map(|credit| credit.matures_at).max().unwrap_or(0);
    wait_for_block(chain, last).await
}

/// A folder beside the build where things are kept over several runs.
fn cache(name: &str, variable: &str) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(path.into());
    }
    let base = match std::env::var_os("XDG_CACHE_HOME") {
        Some(base) => PathBuf::from(base),
        None => PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?).join(".cache"),
    };
    Ok(base.join("neurodata").join(name))
}

/// A development chain in a folder of its own, and what is needed to take part in it.
///
/// The fields are dropped in order: workers end before the node, the folder goes last.
pub struct World {
    /// Workers that run.
    pub workers: Vec<Worker>,
    /// The node.
    pub node: Node,
    /// A connection to it.
    pub chain: Chain,
    folder: TempDir,
}

impl World {
    /// Start a node. Chain, logs and stores are removed with the world, unless `NEURODATA_KEEP` is set.
    pub async fn start() -> Result<Self> {
        let is_kept = std::env::var_os("NEURODATA_KEEP").is_some();
        let folder = tempfile::Builder::new().prefix("neurodata-e2e-").disable_cleanup(is_kept).tempdir()?;
        std::fs::create_dir_all(folder.path().join("keys"))?;
        let node = Node::start(&folder.path().join("node"))?;
        let chain = Chain::connect(node.url()).await?;
        Ok(Self { workers: Vec::new(), node, chain, folder })
    }

    /// A path in the world's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The heart disease table. `scripts/fetch-datasets.sh` fetches it.
    pub fn heart_csv() -> Result<PathBuf> {
        let path = cache("datasets", "NEURODATA_DATA")?.join("heart.csv");
        if !path.is_file() {
            bail!("{} is missing; scripts/fetch-datasets.sh fetches it", path.display());
        }
        Ok(path)
    }

    /// Where proving keys are kept over all runs.
    pub fn proving_keys() -> Result<PathBuf> {
        cache("proving-keys", "NEURODATA_PROVING_KEYS")
    }

    /// The command line client, signing for `suri`.
    pub fn cli(&self, suri: &str) -> Result<Cli> {
        let cli = Cli::new(self.node.url(), &self.path("store"));
        Ok(cli.with_suri(suri).with_proving_keys(&Self::proving_keys()?))
    }

    /// Start a worker; it is `self.workers[index]` with the index that is returned.
    pub fn hire(&mut self, name: &str, role: &WorkerRole, suri: &str) -> Result<usize> {
        let keys = Self::proving_keys()?;
        let worker = Worker::start(role, self.node.url(), suri, &self.path("store"), &keys, &self.path(name))?;
        self.workers.push(worker);
        Ok(self.workers.len() - 1)
    }

    /// Start a key server, a compute provider and three evaluators.
    pub fn hire_all(&mut self) -> Result<()> {
        self.hire("key-server", &WorkerRole::ServeKeys { keys: self.path("keys") }, Actors::DATA_PROVIDER)?;
        self.hire("compute", &WorkerRole::Compute { unit_price: "0.0005".into() }, Actors::COMPUTE_PROVIDER)?;
        for (index, suri) in Actors::EVALUATORS.iter().enumerate() {
            self.hire(&format!("evaluator-{index}"), &WorkerRole::Evaluate, suri)?;
        }
        Ok(())
    }

    /// Pack the heart disease table, for the data provider to register.
    pub fn pack_heart(&self) -> Result<Packed> {
        self.pack_heart_as("heart")
    }

    /// Pack the heart disease table once more, under another key and with this name.
    pub fn pack_heart_as(&self, name: &str) -> Result<Packed> {
        let package = self.path(&format!("{name}.ndp"));
        let packed = Packed { package, key: self.path("keys").join(format!("{name}.key")) };
        let schema = self.path(&format!("{name}.schema.json"));
        let cli = self.cli(Actors::DATA_PROVIDER)?;
        let csv = Self::heart_csv()?;
        let (csv, schema) = (text(&csv)?, text(&schema)?);
        cli.run(&["dataset", "infer-schema", csv, "--target", "target", "--out", schema])?;
        cli.run(&[
            "dataset", "pack", csv, "--schema", schema, "--out", text(&packed.package)?, "--key", text(&packed.key)?,
        ])?;
        Ok(packed)
    }

    /// Pack, register and prove the heart disease data, with a stake of 1,000 NRC and training uses at 20 NRC; returns once
    /// it is active.
    pub fn register_heart(&self) -> Result<DatasetId> {
        self.register(&self.pack_heart()?, &[])
    }

    /// As [`World::register_heart`], and copies are sold for every use at 100 NRC.
    pub fn register_heart_for_sale(&self) -> Result<DatasetId> {
        self.register_for_sale("heart")
    }

    /// As [`World::register_heart_for_sale`], once more under another key and with this name.
    pub fn register_for_sale(&self, name: &str) -> Result<DatasetId> {
        let uses = "download,train,publish-model,commercial,derive";
        self.register(&self.pack_heart_as(name)?, &["--copy-price", "100", "--uses", uses])
    }

    fn register(&self, packed: &Packed, further: &[&str]) -> Result<DatasetId> {
        let (package, key) = (text(&packed.package)?, text(&packed.key)?);
        let mut arguments = vec!["dataset", "register", package, "--key", key, "--stake", "1000", "--training-price", "20"];
        arguments.push("--wait-audit");
        arguments.extend(further);
        let registered = self.cli(Actors::DATA_PROVIDER)?.run(&arguments)?;
        let id = registered["dataset"].as_u64().with_context(|| format!("no dataset in {registered}"))?;
        Ok(DatasetId::new(id))
    }

    /// Let `period` last `blocks` blocks for what begins from now on. The runtime raises what is too short, some to 20 blocks.
    pub async fn shorten(&self, period: Period, blocks: BlockNumber) -> Result<()> {
        let (group, parameter) = match period {
            Period::KeyDelivery => (SALES_PARAMETERS, 1),
            Period::Complaint => (SALES_PARAMETERS, 2),
            Period::Accept => (MARKET_PARAMETERS, 2),
        };
        self.set_parameter(group, parameter, blocks).await
    }

    /// Let `millionths` of the results carry a known-answer task. The runtime lowers what is too much.
    pub async fn set_probe_rate(&self, millionths: u32) -> Result<()> {
        self.set_parameter(VALIDATION_PARAMETERS, PROBE_RATE, millionths).await
    }

    /// Set a parameter of the runtime by the indices of its group and itself, which the node checks against its metadata.
    async fn set_parameter(&self, group: u8, parameter: u8, value: impl Encode) -> Result<()> {
        /// Indices of the pallet and its call.
        const SET_PARAMETER: [u8; 2] = [39, 0];
        let call = (SET_PARAMETER, group, parameter, Some(value)).encode();
        let sudo = Call { pallet: "Sudo", name: "sudo", arguments: call };
        let done = self.chain.submit(&Actors::signer("//Alice")?, sudo).await?;
        done.decode::<()>("Parameters", "Updated").context("the parameter was not set")
    }

    /// Post a logistic regression of the target on `dataset` for the job owner.
    pub fn post_job(&self, dataset: DatasetId, further: &[&str]) -> Result<JobId> {
        self.post_job_for(Actors::JOB_OWNER, dataset, further)
    }

    /// As [`World::post_job`], for the account of `suri`.
    pub fn post_job_for(&self, suri: &str, dataset: DatasetId, further: &[&str]) -> Result<JobId> {
        let dataset = dataset.to_string();
        let mut arguments = vec!["job", "post", "--dataset", &dataset, "--algorithm", "logistic", "--max-unit-price", "0.1"];
        arguments.extend(further);
        let posted = self.cli(suri)?.run(&arguments)?;
        Ok(JobId::new(posted["job"].as_u64().with_context(|| format!("no job in {posted}"))?))
    }

    /// Post a job as [`World::post_job_for`] does, wait until it is settled, and return its model.
    pub async fn train(&mut self, suri: &str, dataset: DatasetId, further: &[&str]) -> Result<ModelId> {
        let job = self.post_job_for(suri, dataset, further)?;
        let closed = self.wait_for_job(job, "closed", |state| matches!(state, JobState::Closed { .. })).await?;
        match closed.state {
            JobState::Closed { outcome: neurodata_primitives::JobOutcome::Settled { model, .. }, .. } => Ok(model),
            state => bail!("job {job} ended as {state:?}"),
        }
    }

    /// Wait until `job` has reached a state that `is` recognises.
    pub async fn wait_for_job(&mut self, job: JobId, what: &str, is: fn(&JobState) -> bool) -> Result<JobRecord> {
        let chain = self.chain.clone();
        let reached = wait_for(&format!("job {job} to be {what}"), || async {
            let record = chain.job(job).await?.context("the job is gone")?;
            Ok(is(&record.state).then_some(record))
        })
        .await;
        if reached.is_err() {
            let state = chain.job(job).await?.map(|record| record.state);
            let logs: Vec<String> = self.workers.iter().map(Worker::log_tail).collect();
            bail!("job {job} is not {what} but {state:?}; the workers' last words:\n{}", logs.join("\n---\n"));
        }
        reached
    }

    /// Fail if a worker has ended by itself.
    pub fn ensure_workers(&mut self) -> Result<()> {
        self.workers.iter_mut().try_for_each(Worker::ensure_running)
    }
}

/// A package and its content key.
pub struct Packed {
    /// The encrypted package.
    pub package: PathBuf,
    /// The content key.
    pub key: PathBuf,
}

/// A path as an argument.
pub fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

/// An amount of plancks in a JSON value.
pub fn plancks(value: &Value, name: &str) -> Result<u128> {
    value[name].as_str().and_then(|text| text.parse().ok()).with_context(|| format!("no amount '{name}' in {value}"))
}
