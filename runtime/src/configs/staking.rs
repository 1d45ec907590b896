//! Staking: validators and their nominators, elected on chain at the end of every era.

use frame_election_provider_support::{
    bounds::{ElectionBounds, ElectionBoundsBuilder},
    onchain, SequentialPhragmen,
};
use frame_support::{
    parameter_types,
    traits::{tokens::imbalance::ResolveTo, ConstBool, ConstU32, Nothing},
};
use frame_system::EnsureRoot;
use sp_runtime::Perbill;

use crate::{
    adapters::TreasuryAccount, constants::*, weights, AccountId, Balance, Balances, NrcToken, Runtime, RuntimeEvent,
    RuntimeHoldReason, Session, Staking, Timestamp,
};

/// Validators a nominator may vote for.
const MAX_NOMINATIONS: u32 = 16;

parameter_types! {
    /// Voters and candidates that an election looks at.
    pub Bounds: ElectionBounds = ElectionBoundsBuilder::default()
        .voters_count(MAX_NOMINATORS.into())
        .targets_count(MAX_VALIDATORS.into())
        .build();
}

/// The election: sequential Phragmén in the block that ends the era.
pub struct OnChainElection;

impl onchain::Config for OnChainElection {
    type Sort = ConstBool<true>;
    type System = Runtime;
    type Solver = SequentialPhragmen<AccountId, Perbill>;
    type MaxBackersPerWinner = ConstU32<MAX_NOMINATORS>;
    type MaxWinnersPerPage = ConstU32<MAX_VALIDATORS>;
    type DataProvider = Staking;
    type WeightInfo = weights::frame_election_provider_support::WeightInfo<Runtime>;
    type Bounds = Bounds;
}

/// World sizes of staking's benchmarks.
pub struct StakingBenchmarks;

impl pallet_staking::BenchmarkingConfig for StakingBenchmarks {
    type MaxValidators = ConstU32<MAX_VALIDATORS>;
    type MaxNominators = ConstU32<MAX_NOMINATORS>;
}

impl pallet_staking::Config for Runtime {
    type OldCurrency = Balances;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type CurrencyBalance = Balance;
    type UnixTime = Timestamp;
    type CurrencyToVote = sp_staking::currency_to_vote::U128CurrencyToVote;
    type ElectionProvider = onchain::OnChainExecution<OnChainElection>;
    type GenesisElectionProvider = onchain::OnChainExecution<OnChainElection>;
    type NominationsQuota = pallet_staking::FixedNominationsQuota<MAX_NOMINATIONS>;
    type HistoryDepth = ConstU32<BONDING_ERAS>;
    type RewardRemainder = pallet_nrc_token::RemainderRecorder<Runtime>;
    type RuntimeEvent = RuntimeEvent;
    type Slash = ResolveTo<TreasuryAccount, Balances>;
    type Reward = pallet_nrc_token::MintRecorder<Runtime>;
    type SessionsPerEra = ConstU32<SESSIONS_PER_ERA>;
    type BondingDuration = ConstU32<BONDING_ERAS>;
    type SlashDeferDuration = ConstU32<SLASH_DEFER_ERAS>;
    type AdminOrigin = EnsureRoot<AccountId>;
    type SessionInterface = Self;
    type EraPayout = NrcToken;
    type NextNewSession = Session;
    type MaxExposurePageSize = ConstU32<64>;
    type MaxValidatorSet = ConstU32<MAX_VALIDATORS>;
    type VoterList = pallet_staking::UseNominatorsAndValidatorsMap<Self>;
    type TargetList = pallet_staking::UseValidatorsMap<Self>;
    type MaxUnlockingChunks = ConstU32<32>;
    type MaxControllersInDeprecationBatch = ConstU32<100>;
    type EventListeners = ();
    type Filter = Nothing;
    type BenchmarkingConfig = StakingBenchmarks;
    type WeightInfo = weights::pallet_staking::WeightInfo<Runtime>;
}
