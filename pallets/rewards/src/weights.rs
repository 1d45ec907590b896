//! Weights of the calls: estimated from the operations each call makes, until generated on reference hardware.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// What the calls cost.
pub trait WeightInfo {
    /// Weight of `claim` by an account with `credits` credits and a stake.
    fn claim(credits: u32) -> Weight;
    /// Weight of `donate`.
    fn donate() -> Weight;
    /// Weight of `stake` by an account whose stake has earned something.
    fn stake() -> Weight;
    /// Weight of `unstake` by an account whose stake has earned something.
    fn unstake() -> Weight;
    /// Weight of `withdraw_unstaked`.
    fn withdraw_unstaked() -> Weight;
}

/// Compute time of a transfer or a hold, with its events, in picoseconds.
const TRANSFER: u64 = 45_000_000;

/// Compute time of a line of history and its event, in picoseconds.
const LINE: u64 = 8_000_000;

/// Compute time of reckoning a stake's reward, in picoseconds.
const REWARD: u64 = 4_000_000;

/// Compute time of decoding, summing up and removing one credit, in picoseconds.
const PER_CREDIT: u64 = 120_000;

/// Storage proof of one account, profile, list or line, in bytes.
const PROOF: u64 = 3_000;

/// `compute` picoseconds; `reads` and `writes` of the database.
fn estimate<Db: Get<RuntimeDbWeight>>(compute: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(compute, PROOF.saturating_mul(reads)).saturating_add(Db::get().reads_writes(reads, writes))
}

/// Weights with the database `Db`.
struct Estimates<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> Estimates<Db> {
    /// Reads: list, total, profile, stakes, three accounts, count of lines. Writes: those and two lines.
    fn claim(credits: u32) -> Weight {
        estimate::<Db>(2 * TRANSFER + 2 * LINE + REWARD, 8, 10)
            .saturating_add(Weight::from_parts(PER_CREDIT, 0).saturating_mul(u64::from(credits)))
    }

    /// Reads: two accounts, count of lines. Writes: those and a line.
    fn donate() -> Weight {
        estimate::<Db>(TRANSFER + LINE, 3, 4)
    }

    /// Reads: profile, stakes, three accounts, holds, list, total, count of lines. Writes: those and two lines.
    fn stake() -> Weight {
        estimate::<Db>(2 * TRANSFER + 2 * LINE + REWARD, 9, 11)
    }

    /// Reads: profile, stakes, two accounts, list, total, count of lines. Writes: those and two lines.
    fn unstake() -> Weight {
        estimate::<Db>(TRANSFER + 2 * LINE + REWARD, 7, 9)
    }

    /// Reads and writes: profile, account, holds.
    fn withdraw_unstaked() -> Weight {
        estimate::<Db>(TRANSFER, 3, 3)
    }
}

/// Weights with the database of the runtime `T`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn claim(credits: u32) -> Weight {
        Estimates::<T::DbWeight>::claim(credits)
    }
    fn donate() -> Weight {
        Estimates::<T::DbWeight>::donate()
    }
    fn stake() -> Weight {
        Estimates::<T::DbWeight>::stake()
    }
    fn unstake() -> Weight {
        Estimates::<T::DbWeight>::unstake()
    }
    fn withdraw_unstaked() -> Weight {
        Estimates::<T::DbWeight>::withdraw_unstaked()
    }
}

impl WeightInfo for () {
    fn claim(credits: u32) -> Weight {
        Estimates::<RocksDbWeight>::claim(credits)
    }
    fn donate() -> Weight {
        Estimates::<RocksDbWeight>::donate()
    }
    fn stake() -> Weight {
        Estimates::<RocksDbWeight>::stake()
    }
    fn unstake() -> Weight {
        Estimates::<RocksDbWeight>::unstake()
    }
    fn withdraw_unstaked() -> Weight {
        Estimates::<RocksDbWeight>::withdraw_unstaked()
    }
}
