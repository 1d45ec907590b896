//! Records of the chain as people and programs read them.

mod dataset;
mod job;
mod model;
mod sale;

pub use dataset::{dataset, dataset_state_name, score, uses};
pub use job::{algorithm, job, job_state, job_state_name};
pub use model::{listing_name, model};
pub use sale::{asset, asset_value, fault, inspection, licence, licence_name, purchase, purchase_state_name};

use neurodata_chain::{AccountId, BlockNumber};
use neurodata_primitives::Uri;
use serde_json::Value;

/// A record in both forms.
pub struct Description {
    /// For people.
    pub text: String,
    /// For programs: amounts are strings of plancks.
    pub value: Value,
}

fn uris(uris: &[Uri]) -> Vec<String> {
    uris.iter().map(|uri| String::from_utf8_lossy(uri).into_owned()).collect()
}

/// Who may buy, in both forms.
fn buyers(allowed: Option<&[AccountId]>) -> (String, Option<Vec<String>>) {
    let accounts = allowed.map(|accounts| accounts.iter().map(AccountId::to_string).collect::<Vec<_>>());
    (accounts.as_ref().map_or_else(|| "anybody".into(), |accounts| accounts.join(", ")), accounts)
}

fn until(block: Option<BlockNumber>) -> String {
    block.map_or_else(|| "no end".into(), |block| format!("block {block}"))
}
