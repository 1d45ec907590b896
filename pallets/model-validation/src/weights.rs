//! Weights of the calls: estimated from the operations each call makes, until generated on reference hardware.
//!
//! Times are picoseconds of computation beside the storage operations; proof sizes are bytes of the largest records
//! read. What ends a round includes what the compute market, the model registry and rewards
//! do with a decision: `DECISION_READS` and `DECISION_WRITES`.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::RocksDbWeight, Weight},
};

/// Storage reads of [`crate::Config::OnDecision`]: parties and 22 members are credited, each with a line of its history; the
/// compute provider pays damages and a penalty.
const DECISION_READS: u64 = 160;
/// Storage writes of [`crate::Config::OnDecision`].
const DECISION_WRITES: u64 = 160;
/// Storage reads of penalising and freeing 15 members: record, hold, account, duties, reputation, history, and for each the lines
/// of two payees.
const COMMITTEE_READS: u64 = 165;
/// Storage writes of penalising and freeing 15 members.
const COMMITTEE_WRITES: u64 = 165;
/// Storage reads of the compute market when a known-answer task was skipped: job, provider, hold, account, reputation, history,
/// and the provider's eight offers with their places.
const SKIP_READS: u64 = 34;
/// Storage writes of the same.
const SKIP_WRITES: u64 = 48;
/// Bytes of a record read with its trie nodes.
const RECORD_PROOF: u64 = 4_000;
/// Bytes of the index of a thousand evaluators with its trie nodes.
const INDEX_PROOF: u64 = 42_000;

/// One function for each call.
pub trait WeightInfo {
    /// Of `register_evaluator`.
    fn register_evaluator() -> Weight;
    /// Of `set_recipient_key`.
    fn set_recipient_key() -> Weight;
    /// Of `retire_evaluator`.
    fn retire_evaluator() -> Weight;
    /// Of `withdraw_bond`.
    fn withdraw_bond() -> Weight;
    /// Of `draw_committee` with `candidates` to rank, of whom `looks` are read.
    fn draw_committee(candidates: u32, looks: u32) -> Weight;
    /// Of `deliver_evaluation_keys` to `keys` members.
    fn deliver_evaluation_keys(keys: u32) -> Weight;
    /// Of `seal_verdict`.
    fn seal_verdict() -> Weight;
    /// Of `reveal_verdict` while the round goes on.
    fn reveal_verdict() -> Weight;
    /// Of `open_probe` while the round goes on.
    fn open_probe() -> Weight;
    /// Of the end of a round, whatever brings it.
    fn end_round() -> Weight;
    /// Of `close_sealing`.
    fn close_sealing() -> Weight;
    /// Of `close_round`.
    fn close_round() -> Weight;
    /// Of `add_bond`.
    fn add_bond() -> Weight;
}

/// The estimates with the database of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register_evaluator() -> Weight {
        estimates::register_evaluator::<T::DbWeight>()
    }
    fn set_recipient_key() -> Weight {
        estimates::set_recipient_key::<T::DbWeight>()
    }
    fn retire_evaluator() -> Weight {
        estimates::retire_evaluator::<T::DbWeight>()
    }
    fn withdraw_bond() -> Weight {
        estimates::withdraw_bond::<T::DbWeight>()
    }
    fn draw_committee(candidates: u32, looks: u32) -> Weight {
        estimates::draw_committee::<T::DbWeight>(candidates, looks)
    }
    fn deliver_evaluation_keys(keys: u32) -> Weight {
        estimates::deliver_evaluation_keys::<T::DbWeight>(keys)
    }
    fn seal_verdict() -> Weight {
        estimates::seal_verdict::<T::DbWeight>()
    }
    fn reveal_verdict() -> Weight {
        estimates::reveal_verdict::<T::DbWeight>()
    }
    fn open_probe() -> Weight {
        estimates::open_probe::<T::DbWeight>()
    }
    fn end_round() -> Weight {
        estimates::end_round::<T::DbWeight>()
    }
    fn close_sealing() -> Weight {
        estimates::end_round::<T::DbWeight>()
    }
    fn close_round() -> Weight {
        estimates::end_round::<T::DbWeight>()
    }
    fn add_bond() -> Weight {
        estimates::add_bond::<T::DbWeight>()
    }
}

impl WeightInfo for () {
    fn register_evaluator() -> Weight {
        estimates::register_evaluator::<RocksDbWeight>()
    }
    fn set_recipient_key() -> Weight {
        estimates::set_recipient_key::<RocksDbWeight>()
    }
    fn retire_evaluator() -> Weight {
        estimates::retire_evaluator::<RocksDbWeight>()
    }
    fn withdraw_bond() -> Weight {
        estimates::withdraw_bond::<RocksDbWeight>()
    }
    fn draw_committee(candidates: u32, looks: u32) -> Weight {
        estimates::draw_committee::<RocksDbWeight>(candidates, looks)
    }
    fn deliver_evaluation_keys(keys: u32) -> Weight {
        estimates::deliver_evaluation_keys::<RocksDbWeight>(keys)
    }
    fn seal_verdict() -> Weight {
        estimates::seal_verdict::<RocksDbWeight>()
    }
    fn reveal_verdict() -> Weight {
        estimates::reveal_verdict::<RocksDbWeight>()
    }
    fn open_probe() -> Weight {
        estimates::open_probe::<RocksDbWeight>()
    }
    fn end_round() -> Weight {
        estimates::end_round::<RocksDbWeight>()
    }
    fn close_sealing() -> Weight {
        estimates::end_round::<RocksDbWeight>()
    }
    fn close_round() -> Weight {
        estimates::end_round::<RocksDbWeight>()
    }
    fn add_bond() -> Weight {
        estimates::add_bond::<RocksDbWeight>()
    }
}

/// The estimates for any database.
mod estimates {
    use super::*;
    use frame_support::weights::RuntimeDbWeight;

    fn weight<Db: Get<RuntimeDbWeight>>(picoseconds: u64, proof: u64, reads: u64, writes: u64) -> Weight {
        Weight::from_parts(picoseconds, proof).saturating_add(Db::get().reads_writes(reads, writes))
    }

    /// Evaluator, index, account, hold.
    pub fn register_evaluator<Db: Get<RuntimeDbWeight>>() -> Weight {
        weight::<Db>(90_000_000, INDEX_PROOF + 3 * RECORD_PROOF, 4, 4)
    }

    /// Evaluator.
    pub fn set_recipient_key<Db: Get<RuntimeDbWeight>>() -> Weight {
        weight::<Db>(15_000_000, RECORD_PROOF, 1, 1)
    }

    /// Evaluator, index.
    pub fn retire_evaluator<Db: Get<RuntimeDbWeight>>() -> Weight {
        weight::<Db>(60_000_000, INDEX_PROOF + RECORD_PROOF, 2, 2)
    }

    /// Evaluator, account, hold.
    pub fn withdraw_bond<Db: Get<RuntimeDbWeight>>() -> Weight {
        weight::<Db>(60_000_000, 3 * RECORD_PROOF, 3, 3)
    }

    /// Evaluator, account, hold, index.
    pub fn add_bond<Db: Get<RuntimeDbWeight>>() -> Weight {
        weight::<Db>(90_000_000, INDEX_PROOF + 3 * RECORD_PROOF, 4, 4)
    }

    /// Round, seed, index, records and duties of 15 members; for each candidate eight hashes and its place in the order,
    /// for each look a record.
    pub fn draw_committee<Db: Get<RuntimeDbWeight>>(candidates: u32, looks: u32) -> Weight {
        weight::<Db>(90_000_000, INDEX_PROOF + 17 * RECORD_PROOF, 18, 31)
            .saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(candidates.into()))
            .saturating_add(weight::<Db>(3_000_000, RECORD_PROOF, 1, 0).saturating_mul(looks.into()))
    }

    /// Round; for each key its seat.
    pub fn deliver_evaluation_keys<Db: Get<RuntimeDbWeight>>(keys: u32) -> Weight {
        weight::<Db>(25_000_000, RECORD_PROOF, 1, 1)
            .saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(keys.into()))
    }

    /// Round.
    pub fn seal_verdict<Db: Get<RuntimeDbWeight>>() -> Weight {
        weight::<Db>(30_000_000, RECORD_PROOF, 1, 1)
    }

    /// Round.
    pub fn reveal_verdict<Db: Get<RuntimeDbWeight>>() -> Weight {
        weight::<Db>(35_000_000, RECORD_PROOF, 1, 1)
    }

    /// Round, its known-answer task with two trees over at most 65 links, or the penalty of a provider that planted nothing.
    pub fn open_probe<Db: Get<RuntimeDbWeight>>() -> Weight {
        weight::<Db>(400_000_000, (2 + SKIP_READS) * RECORD_PROOF, 2 + SKIP_READS, 2 + SKIP_WRITES)
    }

    /// Round, its place in the list, its known-answer task, which may have been skipped, index, all members penalised, the
    /// decision.
    pub fn end_round<Db: Get<RuntimeDbWeight>>() -> Weight {
        weight::<Db>(
            3_000_000_000,
            INDEX_PROOF + (4 + COMMITTEE_READS + SKIP_READS + DECISION_READS) * RECORD_PROOF,
            5 + COMMITTEE_READS + SKIP_READS + DECISION_READS,
            5 + COMMITTEE_WRITES + SKIP_WRITES + DECISION_WRITES,
        )
    }
}
