//! What to do next, as pure functions of the chain's state and the journal.
//!
//! Nothing here acts. A worker that was killed reads the same state again and decides the same, so it needs no memory
//! of what it was doing beyond the journal.

pub mod compute;
pub mod evaluate;
pub mod inspect;
pub mod keys;
pub mod offers;
pub mod sales;

use neurodata_chain::{AccountId, BlockNumber};

/// Blocks for which a worker leaves to others what anybody may do: those who gain most try first.
const COURTESY_BLOCKS: BlockNumber = 2;
/// Over how many blocks the workers that try next are spread.
const SPREAD_BLOCKS: u64 = 4;

/// Blocks that `account` waits before it does for the job or inspection with this id what anybody may do, so that not
/// all pay the fee at once.
fn stagger(account: &AccountId, id: u64) -> BlockNumber {
    let [first, second, ..] = account.0;
    let spread = (u64::from(first) * 256 + u64::from(second)).wrapping_add(id) % SPREAD_BLOCKS;
    COURTESY_BLOCKS + spread as BlockNumber
}

/// Whether a heartbeat is due at `now`: half of the time from when its deadline was first seen has passed.
pub fn heartbeat_is_due(seen_at: BlockNumber, heartbeat_by: BlockNumber, now: BlockNumber) -> bool {
    now >= seen_at + heartbeat_by.saturating_sub(seen_at) / 2
}

#[cfg(test)]
pub(crate) mod fixtures;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_is_due_at_half_time() {
        assert!(!heartbeat_is_due(100, 120, 109));
        assert!(heartbeat_is_due(100, 120, 110));
        assert!(heartbeat_is_due(100, 120, 125));
        // Seen on its last block, e.g. after a restart.
        assert!(heartbeat_is_due(120, 120, 120));
        assert!(heartbeat_is_due(119, 120, 119));
    }

    #[test]
    fn workers_wait_for_different_times() {
        let waits: Vec<_> = (0..4).map(|job| stagger(&fixtures::PROVIDER, job)).collect();
        let mut sorted = waits.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [2, 3, 4, 5], "{waits:?}");
    }
}
