//! Records of the chain as people and programs read them.

mod cancellation;
mod contributor;
mod dataset;
mod estimate;
mod explanation;
mod history;
mod job;
mod market;
mod model;
mod progress;
mod round;
mod sale;
mod spec;

pub use cancellation::cancellation;
pub use contributor::{leaderboards, pool, rewards};
pub use dataset::{dataset, dataset_state_name, score, uses};
pub use estimate::{estimate, Prospect};
pub use explanation::{explanation, own_lines};
pub use history::{line, LINE_HEADER};
pub use job::{job, job_state, job_state_name};
pub use market::{held_job, offer, offered_class, provider, HELD_JOB_HEADER, OFFER_HEADER};
pub use model::{listing_name, model};
pub use progress::Look;
pub use round::{duty, evaluator, evaluator_row, DUTY_HEADER, EVALUATOR_HEADER};
pub use spec::algorithm;
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

/// How far a block is from now.
fn remaining(by: BlockNumber, now: BlockNumber) -> String {
    match by.checked_sub(now) {
        Some(blocks) => format!("{blocks} blocks from now ({})", duration(blocks)),
        None => format!("{} blocks past", now.saturating_sub(by)),
    }
}

/// How long blocks last, roughly.
fn duration(blocks: BlockNumber) -> String {
    /// Time between two blocks in seconds. Source: the runtime's slot duration.
    const BLOCK_SECONDS: u64 = 3;
    let seconds = u64::from(blocks).saturating_mul(BLOCK_SECONDS);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_in_blocks_and_in_time() {
        assert_eq!(remaining(20, 15), "5 blocks from now (15 s)");
        assert_eq!(remaining(15, 20), "5 blocks past");
        assert_eq!(
            [0, 39, 40, 2_399, 2_400, u32::MAX].map(duration),
            ["0 s", "117 s", "2 min", "119 min", "2 h", "3579139 h"]
        );
    }
}
