//! NRC: issuance, the split of fees, and the record of everything minted and burned.

use frame_support::traits::{ConstU128, ConstU32};

use crate::{
    adapters::{BlockAuthor, TreasuryAccount},
    constants::{HALVING_ERAS, MAX_SUPPLY},
    params::bounded,
    Balances, Runtime,
};

impl pallet_nrc_token::Config for Runtime {
    type Currency = Balances;
    type TreasuryAccount = TreasuryAccount;
    type Author = BlockAuthor;
    type FeeAuthorShare = bounded::FeeAuthorShare;
    type FeeTreasuryShare = bounded::FeeTreasuryShare;
    type InitialEraIssuance = bounded::InitialEraIssuance;
    type HalvingEras = ConstU32<HALVING_ERAS>;
    type MaxSupply = ConstU128<MAX_SUPPLY>;
    type ValidatorShare = bounded::ValidatorShare;
    type PoolShare = bounded::EraPoolShare;
    type RewardPool = pallet_rewards::PoolFunding<Runtime>;
    type WeightInfo = pallet_nrc_token::weights::SubstrateWeight<Runtime>;
}
