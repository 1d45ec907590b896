//! Weights of the zk-verifier pallet.
//!
//! Estimated from the operations that each call makes, until generated on reference hardware: a proof takes about 12 ms
//! in the runtime over the host-call curve, checking the points of a key somewhat longer, the rest is storage. All
//! depend on the statement alone, never on the bytes of a proof.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the pallet's calls weigh.
pub trait WeightInfo {
    /// Check a key and replace another.
    fn register_key() -> Weight;
    /// Withdraw a key.
    fn retire_key() -> Weight;
    /// Check a proof.
    fn verify_proof() -> Weight;
}

/// Weights on the project's node, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register_key() -> Weight {
        register_key(T::DbWeight::get())
    }

    fn retire_key() -> Weight {
        retire_key(T::DbWeight::get())
    }

    fn verify_proof() -> Weight {
        verify_proof(T::DbWeight::get())
    }
}

impl WeightInfo for () {
    fn register_key() -> Weight {
        register_key(ParityDbWeight::get())
    }

    fn retire_key() -> Weight {
        retire_key(ParityDbWeight::get())
    }

    fn verify_proof() -> Weight {
        verify_proof(ParityDbWeight::get())
    }
}

/// Reads: `Keys`, `KeyHistory` twice. Writes: `Keys`, `KeyHistory` twice. Nine points are checked.
fn register_key(db: RuntimeDbWeight) -> Weight {
    Weight::from_parts(20_000_000_000, 6_000).saturating_add(db.reads_writes(3, 3))
}

/// Reads and writes: `Keys`, `KeyHistory`.
fn retire_key(db: RuntimeDbWeight) -> Weight {
    Weight::from_parts(20_000_000, 6_000).saturating_add(db.reads_writes(2, 2))
}

/// Reads: `Keys`.
fn verify_proof(db: RuntimeDbWeight) -> Weight {
    Weight::from_parts(12_000_000_000, 4_000).saturating_add(db.reads(1))
}
