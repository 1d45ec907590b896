//! # The worker
//!
//! The off-chain program of those who serve the network: it delivers content keys, computes jobs, checks results and
//! inspects packages, unattended.
//!
//! ## Overview
//!
//! - [`decide`]: what to do next, as pure functions of the chain's state and the journal.
//! - [`roles`]: read the chain, decide, act.
//! - [`service`]: the loop around a role: connection, blocks, refusals, shutdown.
//! - [`work`]: training, proving, publishing, checking; what takes minutes.
//! - [`journal`]: what survives a SIGKILL.
//! - [`data`]: packages as training tables, and what keys are wrapped for.
//! - [`publication`]: what is published of a run, by the trace that is shown.
//!
//! ## Terminology
//!
//! *Entry*: what the journal holds of one job or inspection. *Task*: work in progress on a thread of its own.
//!
//! ## Properties
//!
//! - Level-triggered: at each best block a role looks at the state as it is and does what it asks for. Missed blocks,
//!   lost answers and restarts change nothing.
//! - Nothing is submitted that depends on a secret which is not in the journal yet.
//! - What an earlier connection submitted is in a block, or gone, before anything is decided: nothing is done twice.
//! - A heartbeat tells of no checkpoint that is not in the journal: what was told can be shown after any crash.
//! - Nothing that is published tells whether the trace of a run is the true one, so that a known-answer task is found
//!   out by repeating it.
//! - Nobody is accused on a suspicion: a complaint is judged here, by the chain's own code, before it is filed.
//! - A call that the chain refuses is tried again after 1, 2, 4, ... up to 32 blocks, as long as the state asks for it.
//! - A connection that breaks is made again, for ever; a chain with another genesis is refused.
#![warn(missing_docs)]

pub mod data;
pub mod decide;
pub mod error;
pub mod journal;
pub mod options;
pub mod publication;
pub mod roles;
pub mod service;
pub mod work;

pub use error::Error;

use decide::offers::{in_words, rounded, Offer};
use neurodata_primitives::DeviceClass;
use neurodata_storage::BlobStore;
use options::{CommonOptions, Role};
use roles::{compute::ComputeProvider, evaluate::Evaluator, keys::KeyServer};
use service::{Shutdown, Worker};
use std::sync::Arc;
use work::{Devices, Workshop};

/// Content of the blob by which a store is tried out.
const PROBE: &[u8] = b"neurodata-worker: can this store be written?";

/// Run a worker until the shutdown, its last job, or an error that only a person can mend.
pub async fn run(role: Role, mut shutdown: Shutdown) -> Result<(), Error> {
    let common = role.common();
    if let Role::ServeKeys(options) = &role {
        let store = common.store().inspect_err(|error| tracing::warn!("own packages are not examined: {error}"));
        let server = KeyServer::new(&options.keys_dir, !options.no_settle, store.ok())?;
        let Some(worker) = Worker::start(role.name(), common, &mut shutdown).await? else { return Ok(()) };
        return service::run(worker, server, shutdown).await;
    }
    // What the machine lacks is said before the node is asked for anything.
    let store = common.store()?;
    let wanted = match &role {
        Role::Compute(options) => options.wanted()?,
        Role::ServeKeys(_) | Role::Evaluate(_) => Vec::new(),
    };
    if matches!(role, Role::Compute(_)) {
        let probe = store.put(PROBE)?;
        store.remove(&probe)?;
    }
    let Some(worker) = Worker::start(role.name(), common, &mut shutdown).await? else { return Ok(()) };
    match &role {
        Role::ServeKeys(_) => Ok(()),
        Role::Compute(options) => {
            wanted.iter().for_each(say_class);
            let devices = wanted.iter().map(|offer| offer.capability.device);
            let workshop = workshop(&worker, common, store, devices)?;
            service::run(worker, ComputeProvider::new(workshop, wanted, options.bond_limits()), shutdown).await
        }
        Role::Evaluate(options) => {
            let workshop = workshop(&worker, common, store, [options.device.into()])?;
            let evaluator = Evaluator::new(workshop, &worker.journal, options.bond)?;
            service::run(worker, evaluator, shutdown).await
        }
    }
}

/// Say what an offered machine counts as.
fn say_class(offer: &Offer) {
    if let Some(rounded) = rounded(&offer.capability) {
        tracing::info!("a machine with {} is offered as {rounded}", in_words(&offer.capability));
    }
}

fn workshop(
    worker: &Worker,
    options: &CommonOptions,
    store: neurodata_storage::DirectoryStore,
    devices: impl IntoIterator<Item = DeviceClass>,
) -> Result<Arc<Workshop>, Error> {
    let devices = Devices::open(devices)
        .map_err(|error| Error::Setup(format!("this worker cannot train on that device: {error}")))?;
    let (journal, genesis, account) = (worker.journal.clone(), worker.chain.genesis(), worker.account.clone());
    Ok(Arc::new(Workshop::new(store, journal, devices, genesis, account, options.proving_keys()?)))
}
