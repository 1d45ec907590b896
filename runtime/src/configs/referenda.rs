//! Referenda: decisions of NRC holders, by track.

use frame_support::traits::{AsEnsureOriginWithArg, ConstU128, ConstU32, EitherOfDiverse};
use frame_system::{EnsureRoot, EnsureSigned};
use neurodata_primitives::money::NRC;

use crate::{
    adapters::EnsureGeneral,
    constants::DAYS,
    tracks::Tracks,
    weights, AccountId, Balance, Balances, Preimage, Runtime, RuntimeCall, RuntimeEvent, Scheduler, System, Treasury,
};

impl pallet_referenda::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type Scheduler = Scheduler;
    type Currency = Balances;
    type SubmitOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
    type CancelOrigin = EitherOfDiverse<EnsureRoot<AccountId>, EnsureGeneral>;
    type KillOrigin = EnsureRoot<AccountId>;
    type Slash = Treasury;
    type Votes = Balance;
    type Tally = pallet_conviction_voting::TallyOf<Runtime>;
    type SubmissionDeposit = ConstU128<{ 10 * NRC }>;
    type MaxQueued = ConstU32<100>;
    type UndecidingTimeout = ConstU32<{ 14 * DAYS }>;
    type AlarmInterval = ConstU32<1>;
    type Tracks = Tracks;
    type Preimages = Preimage;
    type BlockNumberProvider = System;
    type WeightInfo = weights::pallet_referenda::WeightInfo<Runtime>;
}
