//! Treasury: where shares of fees, sales and slashes gather; referenda spend it.

use frame_support::{
    parameter_types,
    traits::{
        tokens::{PayFromAccount, UnityAssetBalanceConversion},
        ConstU32, EitherOf, EitherOfDiverse,
    },
    PalletId,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess, EnsureWithSuccess};
use neurodata_primitives::money::NRC;
use sp_runtime::{traits::IdentityLookup, Permill};

use crate::{
    adapters::EnsureGeneral, constants::DAYS, weights, AccountId, Balance, Balances, Runtime, RuntimeEvent, System,
};

parameter_types! {
    /// Where the treasury's account comes from.
    pub const TreasuryPalletId: PalletId = PalletId(*b"nrc/trsy");
    /// Nothing of an unspent treasury is burned.
    pub const Burn: Permill = Permill::zero();
    /// What root may spend in one go.
    pub const RootSpend: Balance = Balance::MAX;
    /// What the general track may spend in one go.
    pub const GeneralSpend: Balance = 10_000 * NRC;
}

/// The treasury's account, for whoever pays from it.
pub type TreasuryPayer = PayFromAccount<Balances, pallet_treasury::TreasuryAccountId<Runtime>>;

impl pallet_treasury::Config for Runtime {
    type PalletId = TreasuryPalletId;
    type Currency = Balances;
    type RejectOrigin = EitherOfDiverse<EnsureRoot<AccountId>, EnsureGeneral>;
    type RuntimeEvent = RuntimeEvent;
    type SpendPeriod = ConstU32<DAYS>;
    type Burn = Burn;
    type BurnDestination = ();
    type SpendFunds = ();
    type MaxApprovals = ConstU32<100>;
    type SpendOrigin = EitherOf<
        EnsureRootWithSuccess<AccountId, RootSpend>,
        EnsureWithSuccess<EnsureGeneral, AccountId, GeneralSpend>,
    >;
    type AssetKind = ();
    type Beneficiary = AccountId;
    type BeneficiaryLookup = IdentityLookup<AccountId>;
    type Paymaster = TreasuryPayer;
    type BalanceConverter = UnityAssetBalanceConversion;
    type PayoutPeriod = ConstU32<{ 30 * DAYS }>;
    type BlockNumberProvider = System;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = ();
    type WeightInfo = weights::pallet_treasury::WeightInfo<Runtime>;
}
