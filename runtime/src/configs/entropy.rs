//! Entropy: the seed of every block of a window.

use frame_support::parameter_types;

use crate::{constants::ENTROPY_WINDOW, BlockNumber, Runtime};

parameter_types! {
    /// Blocks whose seeds are remembered: four hours. Longer than an audit's proof period and the draw of a committee.
    pub const EntropyWindow: BlockNumber = ENTROPY_WINDOW;
}

impl pallet_entropy::Config for Runtime {
    type Randomness = pallet_babe::ParentBlockRandomness<Runtime>;
    type Window = EntropyWindow;
    type WeightInfo = pallet_entropy::weights::SubstrateWeight<Runtime>;
}
