//! # Pallet support
//!
//! What several pallets do alike. No pallet, no storage.
//!
//! [`genesis_hash`] is what proofs and wraps of keys are bound to, so that they are good for one chain.
//!
//! [`Escrow`] is the account of a pallet that holds the money of others: what goes in and what comes out of it.
//!
//! [`slash_and_share`] takes a slash from a hold and shares it out by DESIGN section 5: 20 % to the wronged party, 10 % to the
//! reporter, the rest burned; it says what each of them got.
//!
//! [`StakeRules`] and [`Breach`] say what a seller's stake must cover and what a seller loses that did not deliver a key, or a bad
//! one; every breach is noted with the reputation.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

mod escrow;
mod slash;
mod stake;

pub use escrow::Escrow;
pub use slash::{slash_and_share, SlashParties, Slashed};
pub use stake::{Breach, Failure, OwedKey, StakeRules};

use frame_system::pallet_prelude::BlockNumberFor;

/// The hash of the chain's first block; a hash of another length than 32 bytes is cut or padded with zeros.
pub fn genesis_hash<T: frame_system::Config>() -> [u8; 32] {
    let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(0u32));
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}
