//! Weights of the compute market.
//!
//! Estimated from the operations each call makes, until generated on reference hardware. Compute is in picoseconds of
//! execution; proof sizes are upper bounds of what is read, in bytes.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What each call and each step of the idle hook costs.
pub trait WeightInfo {
    /// Weight of `register_provider`.
    fn register_provider() -> Weight;
    /// Weight of `set_offer`.
    fn set_offer() -> Weight;
    /// Weight of `withdraw_offer`.
    fn withdraw_offer() -> Weight;
    /// Weight of `retire_provider`.
    fn retire_provider() -> Weight;
    /// Weight of `withdraw_bond`.
    fn withdraw_bond() -> Weight;
    /// Weight of `post_job` that looks at `n` offers.
    fn post_job(n: u32) -> Weight;
    /// Weight of `cancel_job`.
    fn cancel_job() -> Weight;
    /// Weight of `match_job` that looks at `n` offers.
    fn match_job(n: u32) -> Weight;
    /// Weight of `accept_job`.
    fn accept_job() -> Weight;
    /// Weight of `release_job`.
    fn release_job() -> Weight;
    /// Weight of `heartbeat`.
    fn heartbeat() -> Weight;
    /// Weight of `submit_result`.
    fn submit_result() -> Weight;
    /// Weight of `expire_job`.
    fn expire_job() -> Weight;
    /// Weight of `prune_job`.
    fn prune_job() -> Weight;
    /// Weight of `decline_job`.
    fn decline_job() -> Weight;
    /// Weight of `add_bond`.
    fn add_bond() -> Weight;
    /// Weight of closing an open job, by `match_job` or in a turn of the idle hook.
    fn close_open_job() -> Weight;
    /// Weight of the idle hook without any attempt.
    fn on_idle_base() -> Weight;
    /// Weight of one attempt of the idle hook that looks at `n` offers.
    fn match_attempt(n: u32) -> Weight;
}

/// Weights over the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// `compute` picoseconds, `proof` bytes, `reads` and `writes` of the database.
fn estimate<Db: Get<RuntimeDbWeight>>(compute: u64, proof: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(compute, proof).saturating_add(Db::get().reads_writes(reads, writes))
}

/// Looking at `offers` offers: the offer, its provider and the provider's reputation.
fn scan<Db: Get<RuntimeDbWeight>>(offers: u32) -> Weight {
    estimate::<Db>(3_000_000, 8_000, 3, 0).saturating_mul(offers.into())
}

/// Writes the estimates once for every source of database weights.
macro_rules! estimates {
    ($db:ty) => {
        fn register_provider() -> Weight {
            estimate::<$db>(60_000_000, 8_000, 4, 3)
        }
        fn set_offer() -> Weight {
            estimate::<$db>(60_000_000, 24_000, 3, 2)
        }
        fn withdraw_offer() -> Weight {
            estimate::<$db>(50_000_000, 24_000, 2, 2)
        }
        fn retire_provider() -> Weight {
            estimate::<$db>(55_000_000, 24_000, 3, 3)
        }
        fn withdraw_bond() -> Weight {
            estimate::<$db>(60_000_000, 8_000, 3, 3)
        }
        fn post_job(n: u32) -> Weight {
            // Terms and dataset, the parent model and its licence, escrow, deposit, index, queue, job id; then the
            // job, or the offer that takes it.
            estimate::<$db>(170_000_000, 56_000, 13, 9).saturating_add(scan::<$db>(n))
        }
        fn cancel_job() -> Weight {
            // The refund goes to the owner, or into the pot and its credits.
            estimate::<$db>(130_000_000, 40_000, 9, 9)
        }
        fn match_job(n: u32) -> Weight {
            estimate::<$db>(80_000_000, 44_000, 6, 4).saturating_add(scan::<$db>(n))
        }
        fn accept_job() -> Weight {
            estimate::<$db>(80_000_000, 16_000, 4, 4)
        }
        fn release_job() -> Weight {
            // A breach on the last attempt.
            estimate::<$db>(230_000_000, 44_000, 17, 17)
        }
        fn heartbeat() -> Weight {
            estimate::<$db>(40_000_000, 8_000, 1, 1)
        }
        fn submit_result() -> Weight {
            // One zk proof at 12 ms and a Poseidon path of 20 levels at 0.25 ms each, whatever the dataset's depth.
            // Then the training price: escrow, pot, treasury, two credits and their owners.
            estimate::<$db>(17_250_000_000, 64_000, 13, 11)
        }
        fn expire_job() -> Weight {
            // A breach of a running job on its last attempt: bond, three payees, reputation, training use, escrow.
            estimate::<$db>(230_000_000, 44_000, 17, 17)
        }
        fn prune_job() -> Weight {
            estimate::<$db>(60_000_000, 16_000, 3, 3)
        }
        fn decline_job() -> Weight {
            // The queue, or the refund of a job that nobody is left for.
            estimate::<$db>(140_000_000, 48_000, 11, 11)
        }
        fn add_bond() -> Weight {
            estimate::<$db>(55_000_000, 12_000, 3, 3)
        }
        fn close_open_job() -> Weight {
            // Job, terms, queue; the refund goes to the owner, or into the pot and its credits.
            estimate::<$db>(130_000_000, 44_000, 9, 8)
        }
        fn on_idle_base() -> Weight {
            estimate::<$db>(15_000_000, 10_000, 1, 1)
        }
        fn match_attempt(n: u32) -> Weight {
            estimate::<$db>(60_000_000, 36_000, 5, 3).saturating_add(scan::<$db>(n))
        }
    };
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    estimates!(T::DbWeight);
}

/// Weights for tests, over the node's database.
impl WeightInfo for () {
    estimates!(ParityDbWeight);
}
