//! Rewards: what everybody is owed, and everybody's reputation.

use frame_support::{parameter_types, traits::ConstU32, PalletId};

use crate::{
    adapters::TreasuryAccount,
    params::{bounded, groups},
    Balances, Runtime,
};

parameter_types! {
    /// Where the pot's account comes from.
    pub const RewardsPalletId: PalletId = PalletId(*b"nrc/rwrd");
}

impl pallet_rewards::Config for Runtime {
    type Currency = Balances;
    type PalletId = RewardsPalletId;
    type TreasuryAccount = TreasuryAccount;
    type JobSplit = bounded::JobSplit;
    type SaleTreasuryShare = groups::rewards::SaleTreasuryShare;
    type MaturityPeriod = bounded::MaturityPeriod;
    type MaxCredits = ConstU32<256>;
    type WeightInfo = pallet_rewards::weights::SubstrateWeight<Runtime>;
}
