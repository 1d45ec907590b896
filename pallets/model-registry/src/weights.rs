//! Weights of the calls: estimated from the operations each call makes, until generated on reference hardware.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, Weight},
};

/// One function for each call.
pub trait WeightInfo {
    /// Of `transfer_model`.
    fn transfer_model() -> Weight;
}

/// Computation of `transfer_model` in picoseconds, and bytes of the record with its trie nodes.
const TRANSFER_MODEL: Weight = Weight::from_parts(15_000_000, 4_000);

/// The estimates with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn transfer_model() -> Weight {
        TRANSFER_MODEL.saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
}

impl WeightInfo for () {
    fn transfer_model() -> Weight {
        TRANSFER_MODEL.saturating_add(RocksDbWeight::get().reads_writes(1, 1))
    }
}
