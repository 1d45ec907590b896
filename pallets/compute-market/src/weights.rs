//! Weights of the compute market.
//!
//! Estimated from the operations each call makes, until generated on reference hardware. Compute is in picoseconds of
//! execution; proof sizes are upper bounds of what is read, in bytes.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What each call and each step of the idle hook costs.
///
/// `heads` are the (class, band) pairs that have an offer, at most 40; `looks` are the offers that are looked at,
/// at most [`MAX_LOOKS`](crate::MAX_LOOKS); `skips` the further ones of providers that cannot have the job, at most
/// [`MAX_SKIPS`](crate::MAX_SKIPS).
pub trait WeightInfo {
    /// Weight of `register_provider`.
    fn register_provider() -> Weight;
    /// Weight of `add_offer`.
    fn add_offer() -> Weight;
    /// Weight of `update_offer`.
    fn update_offer() -> Weight;
    /// Weight of `withdraw_offer`.
    fn withdraw_offer() -> Weight;
    /// Weight of `retire_provider` with `offers` offers.
    fn retire_provider(offers: u32) -> Weight;
    /// Weight of `withdraw_bond`.
    fn withdraw_bond() -> Weight;
    /// Weight of `post_job` with its search.
    fn post_job(heads: u32, looks: u32, skips: u32) -> Weight;
    /// Weight of `cancel_job`.
    fn cancel_job() -> Weight;
    /// Weight of `match_job` with its search, the hint included in `looks`.
    fn match_job(heads: u32, looks: u32, skips: u32) -> Weight;
    /// Weight of `accept_job`.
    fn accept_job() -> Weight;
    /// Weight of `release_job`.
    fn release_job() -> Weight;
    /// Weight of `heartbeat`.
    fn heartbeat() -> Weight;
    /// Weight of `submit_result`.
    fn submit_result() -> Weight;
    /// Weight of `submit_progress`.
    fn submit_progress() -> Weight;
    /// Weight of `expire_job`.
    fn expire_job() -> Weight;
    /// Weight of `prune_job`.
    fn prune_job() -> Weight;
    /// Weight of `decline_job`.
    fn decline_job() -> Weight;
    /// Weight of `add_bond` of a provider with `offers` offers.
    fn add_bond(offers: u32) -> Weight;
    /// Weight of `refresh_offers` of a provider with `offers` offers.
    fn refresh_offers(offers: u32) -> Weight;
    /// Weight of closing an open job, by `match_job` or in a turn of the hook.
    fn close_open_job() -> Weight;
    /// Weight of the hook without any step: counts, cursors, and the first deadline.
    fn on_idle_base() -> Weight;
    /// Weight of a turn of the hook in which an open job is sought and a search made for it.
    fn match_attempt(heads: u32, looks: u32, skips: u32) -> Weight;
    /// Weight of ending one deadline that passed, in the hook.
    fn end_deadline() -> Weight;
}

/// Weights over the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// `compute` picoseconds, `proof` bytes, `reads` and `writes` of the database.
fn estimate<Db: Get<RuntimeDbWeight>>(compute: u64, proof: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(compute, proof).saturating_add(Db::get().reads_writes(reads, writes))
}

/// A search. A head is at most one read. A look is the offer, its provider, the provider's reputation, and the next seek; at worst
/// the offer has to be moved to another band: two entries of the index, two counts and the offer are written. A skip is the
/// offer and the next seek.
fn search<Db: Get<RuntimeDbWeight>>(heads: u32, looks: u32, skips: u32) -> Weight {
    estimate::<Db>(4_000_000, 4_000, 1, 0)
        .saturating_mul(heads.into())
        .saturating_add(estimate::<Db>(12_000_000, 12_000, 4, 5).saturating_mul(looks.into()))
        .saturating_add(estimate::<Db>(5_000_000, 6_000, 2, 0).saturating_mul(skips.into()))
}

/// Taking `offers` offers of one provider out of the index, or putting them where they belong.
fn place<Db: Get<RuntimeDbWeight>>(offers: u32) -> Weight {
    estimate::<Db>(10_000_000, 8_000, 3, 5).saturating_mul(offers.into())
}

/// Offers of a provider that may enter or leave the index because a job came or went; what
/// [`Config::MaxOffersPerProvider`](crate::Config::MaxOffersPerProvider) is reckoned with.
const OFFERS: u32 = 8;

/// Writes the estimates once for every source of database weights.
macro_rules! estimates {
    ($db:ty) => {
        fn register_provider() -> Weight {
            estimate::<$db>(60_000_000, 8_000, 4, 3)
        }
        fn add_offer() -> Weight {
            // Provider, its offers, its reputation, the offer's id; offer, index and count.
            estimate::<$db>(70_000_000, 16_000, 7, 6)
        }
        fn update_offer() -> Weight {
            estimate::<$db>(70_000_000, 20_000, 7, 7)
        }
        fn withdraw_offer() -> Weight {
            estimate::<$db>(60_000_000, 16_000, 5, 5)
        }
        fn retire_provider(offers: u32) -> Weight {
            estimate::<$db>(55_000_000, 8_000, 2, 2).saturating_add(place::<$db>(offers))
        }
        fn withdraw_bond() -> Weight {
            estimate::<$db>(60_000_000, 8_000, 3, 3)
        }
        fn post_job(heads: u32, looks: u32, skips: u32) -> Weight {
            // Terms and dataset, the parent model and its licence, escrow, deposit, history, job id, the owner's count and
            // that of all; then the job and its deadline, and its place in the queue or the offer that takes it.
            estimate::<$db>(200_000_000, 72_000, 20, 16)
                .saturating_add(search::<$db>(heads, looks, skips))
                .saturating_add(place::<$db>(OFFERS))
        }
        fn cancel_job() -> Weight {
            // A running job: training price, two credits and their histories. Else the refund, which goes to the owner or
            // into the pot and its credits, and the slot.
            estimate::<$db>(170_000_000, 56_000, 18, 18).saturating_add(place::<$db>(OFFERS))
        }
        fn match_job(heads: u32, looks: u32, skips: u32) -> Weight {
            estimate::<$db>(90_000_000, 48_000, 12, 10)
                .saturating_add(search::<$db>(heads, looks, skips))
                .saturating_add(place::<$db>(OFFERS))
        }
        fn accept_job() -> Weight {
            estimate::<$db>(90_000_000, 20_000, 5, 5)
        }
        fn release_job() -> Weight {
            // A breach of a running job on its last attempt, with damages, and the owner's line of its part.
            estimate::<$db>(310_000_000, 76_000, 32, 31).saturating_add(place::<$db>(OFFERS))
        }
        fn heartbeat() -> Weight {
            // Job and deadline, which moves.
            estimate::<$db>(45_000_000, 12_000, 2, 3)
        }
        fn submit_result() -> Weight {
            // One zk proof at 12 ms and a Poseidon path of 20 levels at 0.25 ms each, whatever the dataset's depth.
            // Then the training price: escrow, pot, treasury, two credits, their owners and histories; the round.
            estimate::<$db>(17_280_000_000, 80_000, 20, 20)
        }
        fn submit_progress() -> Weight {
            // The same proof; the training price was paid when the job was cancelled.
            estimate::<$db>(17_200_000_000, 56_000, 8, 8)
        }
        fn expire_job() -> Weight {
            // A breach of a running job on its last attempt: bond, three payees, two of them with a line of their part, damages,
            // reputation, histories, training use, escrow.
            estimate::<$db>(320_000_000, 80_000, 36, 36).saturating_add(place::<$db>(OFFERS))
        }
        fn prune_job() -> Weight {
            // The deposit, and what is kept by job of the histories.
            estimate::<$db>(80_000_000, 24_000, 6, 6)
        }
        fn decline_job() -> Weight {
            // Job, its time to be matched, deadline and place in the queue; provider, its jobs, and the slot.
            estimate::<$db>(110_000_000, 40_000, 12, 14).saturating_add(place::<$db>(OFFERS))
        }
        fn add_bond(offers: u32) -> Weight {
            estimate::<$db>(55_000_000, 12_000, 3, 3).saturating_add(place::<$db>(offers))
        }
        fn refresh_offers(offers: u32) -> Weight {
            estimate::<$db>(35_000_000, 12_000, 3, 0).saturating_add(place::<$db>(offers))
        }
        fn close_open_job() -> Weight {
            // Job, terms, queue, counts; the refund goes to the owner, or into the pot and its credits.
            estimate::<$db>(150_000_000, 56_000, 16, 14)
        }
        fn on_idle_base() -> Weight {
            // Whether the chain is halted, counts of the classes, cursor, and one seek for the first deadline.
            estimate::<$db>(20_000_000, 12_000, 5, 1)
        }
        fn match_attempt(heads: u32, looks: u32, skips: u32) -> Weight {
            estimate::<$db>(80_000_000, 52_000, 14, 10)
                .saturating_add(search::<$db>(heads, looks, skips))
                .saturating_add(place::<$db>(OFFERS))
        }
        fn end_deadline() -> Weight {
            // As `expire_job`, and the seek.
            estimate::<$db>(310_000_000, 84_000, 37, 36).saturating_add(place::<$db>(OFFERS))
        }
    };
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    estimates!(T::DbWeight);
}

/// Weights for tests, over the node's database.
impl WeightInfo for () {
    estimates!(ParityDbWeight);
}
