//! Weights of the sales.
//!
//! Estimated from the operations that each call makes, until generated on reference hardware: 0.5 ms for two
//! multiplications on Curve25519 and the wrap, 4 ms for the Poseidon digest of a chunk or layout, which are three to
//! four times what the native `judge_cost` of `neurodata-sealing` measures; a few tens of microseconds for everything
//! else beside storage. What the registries, payouts and inspectors do is counted in.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the calls weigh.
pub trait WeightInfo {
    /// Open a purchase with its price in escrow.
    fn purchase() -> Weight;
    /// Store a wrapped key.
    fn deliver_key() -> Weight;
    /// Pay the seller or an inspector, and replace a licence.
    fn confirm_purchase() -> Weight;
    /// Pay the seller, and replace a licence; or refund, or penalise an inspector.
    fn settle() -> Weight;
    /// Refund, and slash a stake.
    fn expire_delivery() -> Weight;
    /// Open a wrapped key; refund, and slash a stake.
    fn complain_wrong_key() -> Weight;
    /// Open a wrapped key, decrypt a chunk and recompute its leaf; refund, and condemn a package with the most
    /// attestations.
    fn complain_bad_chunk() -> Weight;
    /// Open a wrapped key, decrypt a chunk and recompute a layout digest; refund, and condemn as before.
    fn complain_out_of_schema() -> Weight;
    /// Free the deposit of a licence.
    fn surrender_licence() -> Weight;
    /// Open an inspection with its fees in escrow.
    fn request_inspection() -> Weight;
    /// Draw the most inspectors among the most evaluators.
    fn draw_inspectors() -> Weight;
    /// Open a purchase for an inspector.
    fn accept_inspection() -> Weight;
    /// Penalise the most inspectors and refund.
    fn close_inspection() -> Weight;
}

/// Weights on the project's node, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// Picoseconds of deriving a public key and opening a wrap.
const OPEN_KEY: u64 = 500_000_000;
/// Picoseconds of a Poseidon digest of a chunk's cells or bounds.
const CHUNK_DIGEST: u64 = 4_000_000_000;
/// Picoseconds of decrypting a chunk and of twenty nodes of BLAKE2b-256.
const OPEN_CHUNK: u64 = 100_000_000;
/// Reads and writes of ending a purchase: the record, its buyer's, the inspection, the licence, five accounts, holds,
/// escrow, the asset, its stake, payouts with credits, contributors and treasury, burned total, total issuance, profile
/// and history of who is paid or penalised, parameters.
const END: (u64, u64) = (30, 26);
/// Reads and writes of condemning a package: eight attesters with their records, accounts, holds, profiles and histories,
/// the one wronged once.
const CONDEMN: (u64, u64) = (40, 46);
/// Evaluators who are ranked at most in a draw: model validation's bound.
const RANKED: u64 = 1_000;
/// Picoseconds of decoding one of them, hashing its tickets and sorting it in.
const RANKING: u64 = 20_000_000;
/// Largest encoded record, in bytes, as proof size.
const RECORD_BYTES: u64 = 2_500;

/// What a call weighs: picoseconds of computation, reads, writes.
fn cost(db: RuntimeDbWeight, computation: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(computation, RECORD_BYTES.saturating_mul(reads)).saturating_add(db.reads_writes(reads, writes))
}

/// What a complaint weighs that takes `judgement` picoseconds beside opening the key.
fn complaint(db: RuntimeDbWeight, judgement: u64, condemns: bool) -> Weight {
    let (reads, writes) = if condemns { CONDEMN } else { (0, 0) };
    let computation = 150_000_000u64.saturating_add(OPEN_KEY).saturating_add(judgement);
    cost(db, computation, END.0.saturating_add(reads), END.1.saturating_add(writes))
}

macro_rules! weights {
    ($db:expr) => {
        fn purchase() -> Weight {
            // Reads: OpenPurchases, the asset, Licences, NextPurchaseId, TotalEscrow, two accounts, holds, five
            // parameters. Writes: the asset, NextPurchaseId, Purchases, OpenPurchases, TotalEscrow, two accounts,
            // holds.
            cost($db, 120_000_000, 13, 8)
        }

        fn deliver_key() -> Weight {
            // Reads: Purchases, a parameter. Writes: Purchases.
            cost($db, 30_000_000, 2, 1)
        }

        fn confirm_purchase() -> Weight {
            cost($db, 200_000_000, END.0, END.1)
        }

        fn settle() -> Weight {
            cost($db, 200_000_000, END.0, END.1)
        }

        fn expire_delivery() -> Weight {
            cost($db, 200_000_000, END.0, END.1)
        }

        fn complain_wrong_key() -> Weight {
            complaint($db, 0, false)
        }

        fn complain_bad_chunk() -> Weight {
            complaint($db, OPEN_CHUNK.saturating_add(CHUNK_DIGEST), true)
        }

        fn complain_out_of_schema() -> Weight {
            complaint($db, OPEN_CHUNK.saturating_add(CHUNK_DIGEST), true)
        }

        fn surrender_licence() -> Weight {
            // Reads: Licences, account, holds. Writes: the same.
            cost($db, 50_000_000, 3, 3)
        }

        fn request_inspection() -> Weight {
            // Reads: the asset, OpenInspections, NextInspectionId, TotalEscrow, two accounts, three parameters. Writes:
            // NextInspectionId, Inspections, OpenInspections, TotalEscrow, two accounts.
            cost($db, 90_000_000, 9, 6)
        }

        fn draw_inspectors() -> Weight {
            // Reads: Inspections, the asset, the seed, two parameters, the index of evaluators, and five of them with
            // their seats; ranking hashes every evaluator and reads whoever is passed over. Writes: Inspections, five
            // evaluators with their seats.
            cost($db, 60_000_000u64.saturating_add(RANKED.saturating_mul(RANKING)), RANKED.saturating_add(16), 11)
        }

        fn accept_inspection() -> Weight {
            // As a purchase, with the inspection in place of the price.
            cost($db, 120_000_000, 12, 7)
        }

        fn close_inspection() -> Weight {
            // Reads: Inspections, the asset, TotalEscrow, escrow account, requester, reporter, burned total, and five
            // evaluators with their seats, accounts, holds, profiles and histories. Writes: Inspections, OpenInspections,
            // and the same.
            cost($db, 300_000_000, 39, 44)
        }
    };
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    weights!(T::DbWeight::get());
}

impl WeightInfo for () {
    weights!(ParityDbWeight::get());
}
