//! Weights of the calls: estimated from the operations each call makes, until generated on reference hardware.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, Weight},
};

/// What the calls cost.
pub trait WeightInfo {
    /// Weight of `claim` by an account with `credits` credits.
    fn claim(credits: u32) -> Weight;
}

/// Compute time of a claim beside storage, in picoseconds: one transfer between two accounts and one event.
const CLAIM: u64 = 45_000_000;

/// Compute time of decoding, summing up and removing one credit, in picoseconds.
const PER_CREDIT: u64 = 120_000;

/// Storage proof of a claim, in bytes: two accounts, the total and the list.
const CLAIM_PROOF: u64 = 12_000;

fn claim(credits: u32) -> Weight {
    Weight::from_parts(CLAIM, CLAIM_PROOF)
        .saturating_add(Weight::from_parts(PER_CREDIT, 0).saturating_mul(u64::from(credits)))
}

/// Weights with the database of the runtime `T`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Reads and writes: the list, the total, the accounts of the pot and of the signer.
    fn claim(credits: u32) -> Weight {
        claim(credits).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
}

impl WeightInfo for () {
    fn claim(credits: u32) -> Weight {
        claim(credits).saturating_add(RocksDbWeight::get().reads_writes(4, 4))
    }
}
