//! NRC: issuance, the split of fees, and the record of everything minted and burned.

use frame_support::{
    parameter_types,
    traits::{ConstU128, ConstU32},
};
use neurodata_primitives::money::NRC;
use sp_runtime::Permill;

use crate::{
    adapters::{BlockAuthor, TreasuryAccount},
    Balances, Runtime,
};

/// Eras of four years, at 24 eras a day and 365 days a year.
const FOUR_YEARS: u32 = 4 * 365 * 24;

parameter_types! {
    /// Of a fee, for the author of the block.
    pub const FeeAuthorShare: Permill = Permill::from_percent(50);
    /// Of a fee, for the treasury; the rest is burned.
    pub const FeeTreasuryShare: Permill = Permill::from_percent(20);
    /// Of an era's issuance, for validators and nominators; the rest is for the treasury.
    pub const ValidatorShare: Permill = Permill::from_percent(80);
}

impl pallet_nrc_token::Config for Runtime {
    type Currency = Balances;
    type TreasuryAccount = TreasuryAccount;
    type Author = BlockAuthor;
    type FeeAuthorShare = FeeAuthorShare;
    type FeeTreasuryShare = FeeTreasuryShare;
    type InitialEraIssuance = ConstU128<{ 500 * NRC }>;
    type HalvingEras = ConstU32<FOUR_YEARS>;
    type MaxSupply = ConstU128<{ 100_000_000 * NRC }>;
    type ValidatorShare = ValidatorShare;
    type WeightInfo = pallet_nrc_token::weights::SubstrateWeight<Runtime>;
}
