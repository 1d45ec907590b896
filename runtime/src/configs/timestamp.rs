//! Timestamp: every block says when it was made.

use frame_support::traits::ConstU64;

use crate::{constants::SLOT_MILLIS, weights, Babe, Moment, Runtime};

impl pallet_timestamp::Config for Runtime {
    type Moment = Moment;
    type OnTimestampSet = Babe;
    type MinimumPeriod = ConstU64<{ SLOT_MILLIS / 2 }>;
    type WeightInfo = weights::pallet_timestamp::WeightInfo<Runtime>;
}
