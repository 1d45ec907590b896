//! # Entropy
//!
//! Remembers each block's randomness for a window, so that a draw can be made about a block that lay in the future when
//! its subject was committed.
//!
//! ## Overview
//!
//! Audits, training seeds and committees are drawn after something was committed: a data root, a job, a result. Whoever
//! commits must not know the draw, and must not be able to choose among several by picking the block of a later call.
//! So the commitment names a block of the future, and whenever the draw is made, it uses the seed of exactly that
//! block. BABE itself keeps only the newest value; this pallet keeps the last [`Config::Window`] of them, and answers
//! [`neurodata_primitives::seams::Entropy`] with them.
//!
//! It has no calls and no events. Everything happens in `on_initialize`.
//!
//! ## Terminology
//!
//! - **Seed of block `n`**: 32 bytes fixed at the start of block `n`, see [`Seeds`].
//! - **Source**: what [`Config::Randomness`] answers at the start of block `n`: the VRF output of block `n - 1`.
//!
//! ```text
//! seed(n) = derive(seed(n - 1), SEED_DOMAIN, SCALE(fresh, source(n), n))
//!
//! fresh     whether the source answered
//! source(n) its answer; the hash of block n - 1 if it had none
//! derive    neurodata_primitives::draw::derive, BLAKE2b-256
//! ```
//!
//! ## Properties
//!
//! - At most [`Config::Window`] seeds are stored; the weight of `on_initialize` is constant.
//! - A seed never changes once it is written, and each depends on all before it.
//!
//! ### When a seed becomes known
//!
//! `pallet_babe::ParentBlockRandomness` hands out `AuthorVrfRandomness`, which Babe writes in the `on_finalize` of each
//! block that carries a VRF signature and leaves alone otherwise (pallet-babe 50.0.0, `lib.rs` and `randomness.rs`).
//! During block `n` it therefore still is the output of block `n - 1`, and whoever has block `n - 1` can compute
//! `seed(n)`. The author of block `n - 1` can compute it before publishing that block, as soon as block `n - 2` is
//! there; an author of several blocks in a row, before the first of them. So:
//!
//! - a commitment made in block `n - 1` is no protection, since the author of that block may already know `seed(n)`.
//!   Commit at least two blocks ahead, and further ahead where an author could profit from owning a run of blocks;
//! - a call in block `n` or later may use `seed(n)`.
//!
//! ### Bias
//!
//! A VRF output cannot be chosen: it follows from the author's key, the slot and the epoch's randomness. But the author
//! of block `n - 1` can withhold the block if `seed(n)` displeases, and the draw then falls to the next author. Each
//! such try costs the reward of a block and gives one more draw, so whoever authors a share `s` of the blocks gets
//! about `1 / (1 - s)` draws on average. Several primary authors of one slot, and a fork that the network later adopts,
//! give a similar choice. Users must keep the gain of one redraw below a block's reward or make redraws useless, as an
//! audit does by challenging many chunks.
//!
//! The fallback to the parent hash is weaker: an author can try many contents of a block until its hash pleases. It
//! serves chains without VRF outputs, i.e. development chains with manual or instant sealing. A production chain must
//! allow `PrimaryAndSecondaryVRFSlots` (or primary slots only): with secondary plain slots Babe leaves the last output
//! in place, and the seeds of such a run of blocks can be computed ahead.
//!
//! ## Implementation notes
//!
//! List this pallet after Babe, and before every pallet that reads a seed in its own `on_initialize`. Babe's
//! `on_initialize` doesn't touch the value today, so the order of these two makes no difference at present; listing
//! Babe first keeps the seeds right should Babe move the work there.
//!
//! See `docs/decisions/0003-entropy-pallet.md` for the alternatives.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod weights;

use frame_support::traits::{Get, Randomness};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{draw, seams::Entropy, Seed};
use sp_runtime::traits::One;

pub use pallet::*;
pub use weights::WeightInfo;

/// Domain tag of the seeds, and the subject under which the source is asked.
pub const SEED_DOMAIN: &[u8; 24] = b"neurodata/block-seed/1  ";

/// Remembers each block's randomness for a window.
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::pallet_prelude::*;
    use sp_runtime::traits::CheckedSub;

    /// Version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The entropy pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet asks of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// Randomness that became known with the parent block; `None` if that block had none. A runtime with BABE gives
        /// `pallet_babe::ParentBlockRandomness`.
        type Randomness: Randomness<Option<Self::Hash>, BlockNumberFor<Self>>;

        /// Seeds that are remembered, the current block's included. Unit: blocks; at least 1.
        ///
        /// It must outlast the longest time between a block that a draw names and the draw. Shortening it leaves the
        /// seeds in between behind and needs a migration that removes them.
        #[pallet::constant]
        type Window: Get<BlockNumberFor<Self>>;

        /// Weight of what the pallet does.
        type WeightInfo: WeightInfo;
    }

    /// The seed of each block of the window.
    ///
    /// Written at the start of its block, removed [`Config::Window`] blocks later.
    // Twox64Concat: block numbers are handed out by the chain.
    #[pallet::storage]
    pub type Seeds<T: Config> = StorageMap<_, Twox64Concat, BlockNumberFor<T>, Seed>;

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            Self::record_seed(now);
            T::WeightInfo::record_seed()
        }

        #[cfg(feature = "std")]
        fn integrity_test() {
            use sp_runtime::traits::Zero;
            assert!(!T::Window::get().is_zero(), "Window must be at least 1, or no seed is ever remembered");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    impl<T: Config> Pallet<T> {
        /// Write the seed of block `now` and forget the one that left the window.
        pub(crate) fn record_seed(now: BlockNumberFor<T>) {
            let previous = now.checked_sub(&One::one()).and_then(Seeds::<T>::get).unwrap_or_default();
            let (answer, _) = T::Randomness::random(SEED_DOMAIN);
            let fresh = answer.is_some();
            let source = answer.unwrap_or_else(frame_system::Pallet::<T>::parent_hash);
            Seeds::<T>::insert(now, draw::derive(&previous, SEED_DOMAIN, &(fresh, source, now)));
            if let Some(forgotten) = now.checked_sub(&T::Window::get()) {
                Seeds::<T>::remove(forgotten);
            }
        }
    }
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
    /// Check that at most [`Config::Window`] seeds are stored, all of blocks within the window.
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        use sp_runtime::Saturating;
        let now = frame_system::Pallet::<T>::block_number();
        let in_window = |block: BlockNumberFor<T>| block <= now && block.saturating_add(T::Window::get()) > now;
        frame_support::ensure!(Seeds::<T>::iter_keys().all(in_window), "a seed is stored outside the window");
        Ok(())
    }
}

impl<T: Config> Entropy<BlockNumberFor<T>> for Pallet<T> {
    fn seed_at(block: BlockNumberFor<T>) -> Option<Seed> {
        Seeds::<T>::get(block)
    }
}
