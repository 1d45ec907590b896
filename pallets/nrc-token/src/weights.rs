//! Weights of the calls: estimated from the operations each call makes, until generated on reference hardware.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, Weight},
};

/// What the calls cost.
pub trait WeightInfo {
    /// Weight of `burn`.
    fn burn() -> Weight;
}

/// Compute time of a burn beside storage, in picoseconds: one change of an account and one event.
const BURN: u64 = 30_000_000;

/// Storage proof of a burn, in bytes: one account and two totals.
const BURN_PROOF: u64 = 4_000;

/// Weights with the database of the runtime `T`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Reads and writes: the account, the issuance, what was burned.
    fn burn() -> Weight {
        Weight::from_parts(BURN, BURN_PROOF).saturating_add(T::DbWeight::get().reads_writes(3, 3))
    }
}

impl WeightInfo for () {
    fn burn() -> Weight {
        Weight::from_parts(BURN, BURN_PROOF).saturating_add(RocksDbWeight::get().reads_writes(3, 3))
    }
}
