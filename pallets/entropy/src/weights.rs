//! Weights of the entropy pallet.
//!
//! Estimated from the operations that each function makes, until generated on reference hardware: a hash costs about a
//! microsecond in the runtime, the rest is storage.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the pallet's work weighs.
pub trait WeightInfo {
    /// `on_initialize`: write one seed, remove another.
    fn record_seed() -> Weight;
}

/// Weights on the project's node, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn record_seed() -> Weight {
        record_seed(T::DbWeight::get())
    }
}

impl WeightInfo for () {
    fn record_seed() -> Weight {
        record_seed(ParityDbWeight::get())
    }
}

/// Reads: `Entropy::Seeds`, `Babe::AuthorVrfRandomness`, `System::ParentHash`. Writes: `Entropy::Seeds` twice.
fn record_seed(db: RuntimeDbWeight) -> Weight {
    Weight::from_parts(8_000_000, 4_000).saturating_add(db.reads_writes(3, 2))
}
