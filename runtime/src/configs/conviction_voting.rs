//! Conviction voting: NRC holders vote in referenda; who locks longer counts more.

use frame_support::traits::{tokens::currency::ActiveIssuanceOf, ConstU32};

use crate::{constants::DAYS, weights, AccountId, Balances, Referenda, Runtime, RuntimeEvent, System};

impl pallet_conviction_voting::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type Polls = Referenda;
    type MaxTurnout = ActiveIssuanceOf<Balances, AccountId>;
    type MaxVotes = ConstU32<128>;
    type VoteLockingPeriod = ConstU32<{ 7 * DAYS }>;
    type BlockNumberProvider = System;
    type VotingHooks = ();
    type WeightInfo = weights::pallet_conviction_voting::WeightInfo<Runtime>;
}
