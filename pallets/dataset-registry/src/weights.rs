//! Weights of the dataset registry.
//!
//! Estimated from the operations that each call makes, until generated on reference hardware: 12 ms for a zk proof,
//! 0.25 ms for a level of the Poseidon tree, 3 ms for opening a wrapped key, a few tens of microseconds for everything
//! else beside storage.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};
use neurodata_primitives::dataset::MAX_TREE_DEPTH;

/// What the calls weigh.
pub trait WeightInfo {
    /// Register a dataset.
    fn register_dataset() -> Weight;
    /// Check `proofs` proofs, each with a path of the greatest depth, of which the last ends the audit.
    fn submit_audit(proofs: u32) -> Weight;
    /// Delist a dataset whose audit ran out.
    fn expire_audit() -> Weight;
    /// Store a wrapped key and tell the market.
    fn deliver_key() -> Weight;
    /// Slash, share out, delist, and tell the market.
    fn expire_delivery() -> Weight;
    /// Delist a dataset.
    fn delist_dataset() -> Weight;
    /// Release a stake and remove its dataset.
    fn withdraw_stake() -> Weight;
    /// Replace the terms of a dataset.
    fn update_terms() -> Weight;
    /// Replace the locations of a package.
    fn update_uris() -> Weight;
    /// Add to a stake.
    fn add_stake() -> Weight;
    /// Open a wrapped key, slash, share out, delist, and tell the market.
    fn complain_training_key() -> Weight;
}

/// Weights on the project's node, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// Picoseconds of checking a zk proof.
const ZK_PROOF: u64 = 12_000_000_000;
/// Picoseconds of a level of the Poseidon tree.
const TREE_LEVEL: u64 = 250_000_000;
/// Picoseconds of two multiplications on Curve25519 and what else opening a wrapped key takes.
const OPENED_KEY: u64 = 3_000_000_000;
/// Picoseconds of decrypting a chunk, its path, and a Poseidon digest over it.
const OPENED_CHUNK: u64 = 4_100_000_000;
/// Picoseconds that the market takes to end a job whose key failed.
const KEY_FAILED: u64 = 180_000_000;
/// Reads and writes of the same, the job, its provider and its offer aside. The slot: the jobs of the provider, its offers and
/// its reputation, and eight offers at three reads and five writes that may enter the index again, as the market's own
/// weights count them. The refund: escrow, the owner's account, the pot, credits and their total, the owner's history with its
/// length, the lines of the job. The deadline is only written.
const MARKET: (u64, u64) = (24 + 10, 40 + 10);
/// Largest encoded dataset, in bytes, as proof size.
const DATASET_BYTES: u64 = 2_500;

/// What a call weighs: picoseconds of computation, reads, writes.
fn cost(db: RuntimeDbWeight, computation: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(computation, DATASET_BYTES.saturating_mul(reads)).saturating_add(db.reads_writes(reads, writes))
}

/// What [`WeightInfo::submit_audit`] weighs.
fn submit_audit(db: RuntimeDbWeight, proofs: u32) -> Weight {
    let each = ZK_PROOF.saturating_add(TREE_LEVEL.saturating_mul(MAX_TREE_DEPTH.into()));
    // Reads: Datasets, Audits, the seed, the genesis hash, the verifying key. Writes: Datasets, Audits.
    cost(db, 60_000_000u64.saturating_add(each.saturating_mul(proofs.into())), 5, 2)
}

macro_rules! weights {
    ($db:expr) => {
        fn register_dataset() -> Weight {
            // Reads: DatasetsByRoot, the parent, its successor, NextDatasetId, account, holds, three parameters.
            // Writes: NextDatasetId, DatasetsByRoot, Successors, Datasets, account, holds.
            cost($db, 60_000_000, 9, 6)
        }

        fn submit_audit(proofs: u32) -> Weight {
            submit_audit($db, proofs)
        }

        fn expire_audit() -> Weight {
            // Reads: Datasets, a parameter. Writes: Datasets, Audits.
            cost($db, 30_000_000, 2, 2)
        }

        fn deliver_key() -> Weight {
            // Reads: TrainingUses, Datasets, the job, a seed, four parameters. Writes: TrainingUses, Datasets, the job.
            cost($db, 60_000_000, 8, 3)
        }

        fn expire_delivery() -> Weight {
            // Reads: TrainingUses, Datasets, three accounts, holds, the job, its provider, its offer, burned total,
            // the owner's profile and the length of its history, six parameters. Writes: TrainingUses, Datasets, Audits,
            // three accounts, holds, the job, its provider, its offer, burned total, total issuance, the owner's profile,
            // its history and the length of that. Then what the market does.
            cost(
                $db,
                150_000_000u64.saturating_add(KEY_FAILED),
                18u64.saturating_add(MARKET.0),
                15u64.saturating_add(MARKET.1),
            )
        }

        fn delist_dataset() -> Weight {
            // Reads: Datasets, a parameter. Writes: Datasets, Audits.
            cost($db, 30_000_000, 2, 2)
        }

        fn withdraw_stake() -> Weight {
            // Reads: Datasets, Successors, account, holds. Writes: Datasets, DatasetsByRoot, Successors twice, account,
            // holds.
            cost($db, 60_000_000, 4, 6)
        }

        fn update_terms() -> Weight {
            // Reads: Datasets. Writes: Datasets.
            cost($db, 30_000_000, 1, 1)
        }

        fn update_uris() -> Weight {
            // Reads: Datasets. Writes: Datasets.
            cost($db, 30_000_000, 1, 1)
        }

        fn add_stake() -> Weight {
            // Reads: Datasets, account, holds. Writes: Datasets, account, holds.
            cost($db, 60_000_000, 3, 3)
        }

        fn complain_training_key() -> Weight {
            // As `expire_delivery`, the genesis hash, and what condemning a package with eight attesters touches: of each
            // the record, account, holds, profile and history.
            let opening = OPENED_KEY.saturating_add(OPENED_CHUNK);
            cost(
                $db,
                150_000_000u64.saturating_add(KEY_FAILED).saturating_add(opening),
                59u64.saturating_add(MARKET.0),
                61u64.saturating_add(MARKET.1),
            )
        }
    };
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    weights!(T::DbWeight::get());
}

impl WeightInfo for () {
    weights!(ParityDbWeight::get());
}
