//! Origins that referenda grant beside root.

pub use pallet::*;

/// Carries [`Origin`]; has no storage and no calls.
#[frame_support::pallet]
pub mod pallet {
    use frame_support::pallet_prelude::*;

    /// Needs nothing of its own.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What a referendum that is not about root may act as.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
    #[pallet::origin]
    pub enum Origin {
        /// The general track: spends small amounts of the treasury, rejects its proposals, cancels referenda.
        #[codec(index = 0)]
        General,
    }
}
