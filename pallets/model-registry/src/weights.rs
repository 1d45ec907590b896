//! Weights of the model registry.
//!
//! Estimated from the operations that each call makes, until generated on reference hardware: a few tens of
//! microseconds beside storage.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the calls weigh.
pub trait WeightInfo {
    /// Hand on a model with `parents` parents whose income is shared first.
    fn transfer_model(parents: u32) -> Weight;
    /// Put a model up for sale.
    fn list_model() -> Weight;
    /// Replace the terms of sale.
    fn update_model_terms() -> Weight;
    /// Hold more stake.
    fn add_model_stake() -> Weight;
    /// Take a model off the market.
    fn delist_model() -> Weight;
    /// Release a stake and remove its listing.
    fn withdraw_model_stake() -> Weight;
    /// Share the income of a model with `parents` parents.
    fn collect_royalties(parents: u32) -> Weight;
}

/// Weights on the project's node, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// Largest encoded listing or list of credits, in bytes, as proof size.
const RECORD_BYTES: u64 = 3_000;

/// What a call weighs: picoseconds of computation, reads, writes.
fn cost(db: RuntimeDbWeight, computation: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(computation, RECORD_BYTES.saturating_mul(reads)).saturating_add(db.reads_writes(reads, writes))
}

/// What sharing the income of a model with `parents` parents weighs.
fn share_income(db: RuntimeDbWeight, parents: u32) -> Weight {
    // Reads: Models, Incomes, TotalPending, both pots, total credited, credits, profiles and history lengths of three
    // parties, a parameter; an income for each parent. Writes: Incomes, TotalPending, both pots, total credited, credits,
    // profiles, histories and their lengths of three parties; an income for each parent.
    let (fixed, parents) = (cost(db, 160_000_000, 16, 17), u64::from(parents));
    fixed.saturating_add(cost(db, 5_000_000u64.saturating_mul(parents), parents, parents))
}

macro_rules! weights {
    ($db:expr) => {
        fn transfer_model(parents: u32) -> Weight {
            // Beside sharing the income. Reads: Listings. Writes: Models.
            share_income($db, parents).saturating_add(cost($db, 15_000_000, 1, 1))
        }

        fn list_model() -> Weight {
            // Reads: Models, Listings, account, holds, a parameter. Writes: Listings, account, holds.
            cost($db, 60_000_000, 5, 3)
        }

        fn update_model_terms() -> Weight {
            // Reads: Models, Listings. Writes: Listings.
            cost($db, 20_000_000, 2, 1)
        }

        fn add_model_stake() -> Weight {
            // Reads: Models, Listings, account, holds. Writes: Listings, account, holds.
            cost($db, 50_000_000, 4, 3)
        }

        fn delist_model() -> Weight {
            // Reads: Models, Listings, a parameter. Writes: Listings.
            cost($db, 20_000_000, 3, 1)
        }

        fn withdraw_model_stake() -> Weight {
            // Reads: Models, Listings, account, holds. Writes: Listings, account, holds.
            cost($db, 50_000_000, 4, 3)
        }

        fn collect_royalties(parents: u32) -> Weight {
            share_income($db, parents)
        }
    };
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    weights!(T::DbWeight::get());
}

impl WeightInfo for () {
    weights!(ParityDbWeight::get());
}
