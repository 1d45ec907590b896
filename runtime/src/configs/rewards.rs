//! Rewards: what everybody is owed and why, everybody's reputation and stake, and the pool that extra rewards come from.

use frame_support::{parameter_types, traits::ConstU32, PalletId};

use crate::{adapters::TreasuryAccount, params::bounded, Balances, Runtime, RuntimeHoldReason};

parameter_types! {
    /// Where the pot's account comes from.
    pub const RewardsPalletId: PalletId = PalletId(*b"nrc/rwrd");
    /// Where the pool's account comes from.
    pub const PoolPalletId: PalletId = PalletId(*b"nrc/pool");
}

impl pallet_rewards::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type PalletId = RewardsPalletId;
    type PoolPalletId = PoolPalletId;
    type TreasuryAccount = TreasuryAccount;
    type JobSplit = bounded::JobSplit;
    type SaleTreasuryShare = bounded::SaleTreasuryShare;
    type MaturityPeriod = bounded::MaturityPeriod;
    type PoolShare = bounded::SettlementPoolShare;
    type StakeShare = bounded::StakeShare;
    type DatasetExtra = bounded::DatasetExtra;
    type ComputeExtra = bounded::ComputeExtra;
    type ValidationExtra = bounded::ValidationExtra;
    type ExtraCap = bounded::ExtraCap;
    type KnownAnswerFee = bounded::KnownAnswerFee;
    type DecayPeriod = bounded::DecayPeriod;
    type UnstakePeriod = bounded::UnstakePeriod;
    type MinimumStake = bounded::ProfileMinimumStake;
    type MaxCredits = ConstU32<256>;
    type MaxHistory = ConstU32<4_096>;
    type WeightInfo = pallet_rewards::weights::SubstrateWeight<Runtime>;
}
