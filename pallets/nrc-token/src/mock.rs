//! A runtime with balances and this pallet, in which every mint and burn goes through the handlers.

use crate as pallet_nrc_token;
use crate::*;
use frame_support::{
    derive_impl, parameter_types,
    traits::{tokens::imbalance::ResolveTo, ConstU128, Hooks, Imbalance, OnUnbalanced},
};
use sp_io::TestExternalities;
use sp_runtime::BuildStorage;
use sp_staking::EraPayout;

pub type AccountId = u64;
pub type Balance = u128;

pub const PAYER: AccountId = 1;
pub const AUTHOR: AccountId = 2;
pub const TREASURY: AccountId = 3;
pub const STAKER: AccountId = 4;
pub const STRANGER: AccountId = 5;
pub const POOL: AccountId = 6;

/// What [`PAYER`] begins with.
pub const FUNDS: Balance = 100_000;
pub const EXISTENTIAL_DEPOSIT: Balance = 10;

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;

    #[runtime::pallet_index(1)]
    pub type Balances = pallet_balances;

    #[runtime::pallet_index(2)]
    pub type NrcToken = pallet_nrc_token;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type DustRemoval = BurnRecorder<Test>;
    type AccountStore = System;
}

parameter_types! {
    pub const TreasuryAccount: AccountId = TREASURY;
    pub const PoolAccount: AccountId = POOL;
    pub const FeeTreasuryShare: Permill = Permill::from_percent(20);
    pub const InitialEraIssuance: Balance = 1_000;
    pub const HalvingEras: u32 = 3;
    pub static ValidatorShare: Permill = Permill::from_percent(70);
    pub static PoolShare: Permill = Permill::from_percent(20);
    pub static FeeAuthorShare: Permill = Permill::from_percent(50);
    pub static MaxSupply: Balance = 1_000_000;
    pub static PoolLimit: Balance = Balance::MAX;
    pub static BlockAuthor: Option<AccountId> = Some(AUTHOR);
}

/// The reward pool: an account that may keep only a part, and drops the rest without a record.
pub struct Pool;

impl OnUnbalanced<CreditOf<Test>> for Pool {
    fn on_nonzero_unbalanced(credit: CreditOf<Test>) {
        let (kept, dropped) = credit.split(PoolLimit::get());
        drop(dropped);
        ResolveTo::<PoolAccount, Balances>::on_unbalanced(kept);
    }
}

impl Config for Test {
    type Currency = Balances;
    type TreasuryAccount = TreasuryAccount;
    type Author = BlockAuthor;
    type FeeAuthorShare = FeeAuthorShare;
    type FeeTreasuryShare = FeeTreasuryShare;
    type InitialEraIssuance = InitialEraIssuance;
    type HalvingEras = HalvingEras;
    type MaxSupply = MaxSupply;
    type ValidatorShare = ValidatorShare;
    type PoolShare = PoolShare;
    type RewardPool = Pool;
    type WeightInfo = ();
}

/// Sets the world: [`PAYER`] has [`FUNDS`], author, treasury, pool and staker exist unless told otherwise.
pub struct ExtBuilder {
    existing: Vec<AccountId>,
}

impl Default for ExtBuilder {
    fn default() -> Self {
        Self { existing: vec![AUTHOR, TREASURY, STAKER, POOL] }
    }
}

impl ExtBuilder {
    /// Begin without `account`, so that less than the existential deposit is dust to it.
    pub fn without(mut self, account: AccountId) -> Self {
        self.existing.retain(|existing| *existing != account);
        self
    }

    pub fn build(self) -> TestExternalities {
        FeeAuthorShare::set(Permill::from_percent(50));
        ValidatorShare::set(Permill::from_percent(70));
        PoolShare::set(Permill::from_percent(20));
        PoolLimit::set(Balance::MAX);
        MaxSupply::set(1_000_000);
        BlockAuthor::set(Some(AUTHOR));
        let mut balances = vec![(PAYER, FUNDS)];
        balances.extend(self.existing.iter().map(|account| (*account, EXISTENTIAL_DEPOSIT)));
        let config = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
            ..Default::default()
        };
        let mut ext = TestExternalities::new(config.build_storage().expect("a valid genesis"));
        ext.execute_with(|| {
            System::set_block_number(1);
            NrcToken::on_initialize(1);
        });
        ext
    }

    /// Run `test`, then check the invariant, exactly: here nothing mints or burns beside the handlers.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            test();
            // Tests of shares above the whole leave them so, which `try_state` would report; the rest must hold anyway.
            FeeAuthorShare::set(Permill::from_percent(50));
            ValidatorShare::set(Permill::from_percent(70));
            PoolShare::set(Permill::from_percent(20));
            assert_eq!(NrcToken::do_try_state(), Ok(()));
            assert_eq!(NrcToken::recorded_issuance(), Some(Balances::total_issuance()));
        });
    }
}

/// Take `amount` from [`PAYER`], as transaction payment does.
pub fn withdraw(amount: Balance) -> CreditOf<Test> {
    Balances::withdraw(&PAYER, amount, Precision::Exact, Preservation::Preserve, Fortitude::Polite)
        .expect("the payer can pay")
}

/// End an era as pallet_staking does: ask for the payout, issue the remainder. Returns both parts.
pub fn end_era() -> (Balance, Balance) {
    end_era_with(0)
}

/// End an era in which pallet_staking moves `moved` plancks from the stakers' part into the remainder.
pub fn end_era_with(moved: Balance) -> (Balance, Balance) {
    let (stakers, remainder) = NrcToken::era_payout(0, Balances::total_issuance(), 6_000);
    let (stakers, remainder) = (stakers - moved, remainder + moved);
    RemainderRecorder::<Test>::on_unbalanced(Balances::issue(remainder));
    (stakers, remainder)
}

/// What `account` has beyond the existential deposit that it began with.
pub fn gained(account: AccountId) -> Balance {
    Balances::balance(&account).saturating_sub(EXISTENTIAL_DEPOSIT)
}

/// Pay `amount` to [`STAKER`] as pallet_staking does in `payout_stakers`.
pub fn payout_staker(amount: Balance) {
    let debt = Balances::deposit(&STAKER, amount, Precision::Exact).expect("the staker can receive");
    MintRecorder::<Test>::on_unbalanced(debt);
}
