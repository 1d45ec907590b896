//! Tx-pause: single calls can be stopped in an emergency.

use frame_support::traits::{ConstU32, Contains, EitherOfDiverse};
use frame_system::EnsureRoot;
use pallet_tx_pause::RuntimeCallNameOf;

use crate::{adapters::TwoThirdsOfCommittee, weights, AccountId, Runtime, RuntimeCall, RuntimeEvent};

/// Pallets whose calls can never be paused: without them the chain would halt or could not be freed again.
const NEVER_PAUSED: [&[u8]; 12] = [
    b"System",
    b"Timestamp",
    b"Babe",
    b"Grandpa",
    b"TechnicalCommittee",
    b"SafeMode",
    b"TxPause",
    b"Sudo",
    b"Referenda",
    b"ConvictionVoting",
    b"Preimage",
    b"Scheduler",
];

/// The calls that can never be paused.
pub struct NeverPaused;

impl Contains<RuntimeCallNameOf<Runtime>> for NeverPaused {
    fn contains((pallet, _): &RuntimeCallNameOf<Runtime>) -> bool {
        NEVER_PAUSED.contains(&pallet.as_slice())
    }
}

impl pallet_tx_pause::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PauseOrigin = EitherOfDiverse<EnsureRoot<AccountId>, TwoThirdsOfCommittee>;
    type UnpauseOrigin = EitherOfDiverse<EnsureRoot<AccountId>, TwoThirdsOfCommittee>;
    type WhitelistedCalls = NeverPaused;
    type MaxNameLen = ConstU32<256>;
    type WeightInfo = weights::pallet_tx_pause::WeightInfo<Runtime>;
}
