//! A runtime with balances and this pallet.

use crate as pallet_rewards;
use crate::*;
use frame_support::{
    derive_impl, parameter_types,
    traits::{fungible::Mutate, ConstU128, ConstU32, Hooks},
    PalletId,
};
use neurodata_primitives::{money::JobSplit, TrainingUseId};
use sp_io::TestExternalities;
use sp_runtime::BuildStorage;

pub type AccountId = u64;
pub type Balance = u128;

pub const JOB_OWNER: AccountId = 1;
pub const DATA_PROVIDER: AccountId = 2;
pub const PROVIDER: AccountId = 3;
pub const EVALUATOR: AccountId = 4;
pub const OTHER_EVALUATOR: AccountId = 5;
pub const THIRD_EVALUATOR: AccountId = 6;
pub const STRANGER: AccountId = 7;
pub const TREASURY: AccountId = 8;

/// What [`JOB_OWNER`] begins with.
pub const FUNDS: Balance = 1_000_000;
pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const MAX_CREDITS: u32 = 4;

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
    pub type Rewards = pallet_rewards;
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
    type AccountStore = System;
}

parameter_types! {
    pub const RewardsPalletId: PalletId = PalletId(*b"nd/rewrd");
    pub const TreasuryAccount: AccountId = TREASURY;
    pub const SaleTreasuryShare: Permill = Permill::from_percent(5);
    pub Split: JobSplit = JobSplit::default();
    pub static MaturityPeriod: u64 = 5;
}

impl Config for Test {
    type Currency = Balances;
    type PalletId = RewardsPalletId;
    type TreasuryAccount = TreasuryAccount;
    type JobSplit = Split;
    type SaleTreasuryShare = SaleTreasuryShare;
    type MaturityPeriod = MaturityPeriod;
    type MaxCredits = ConstU32<MAX_CREDITS>;
    type WeightInfo = ();
}

/// Sets the world: [`JOB_OWNER`] has [`FUNDS`], the parties have nothing, the treasury exists unless told otherwise.
pub struct ExtBuilder {
    treasury: bool,
}

impl Default for ExtBuilder {
    fn default() -> Self {
        Self { treasury: true }
    }
}

impl ExtBuilder {
    /// Begin without the treasury's account, so that small shares are dust to it.
    pub fn without_treasury(mut self) -> Self {
        self.treasury = false;
        self
    }

    pub fn build(self) -> TestExternalities {
        let mut balances = vec![(JOB_OWNER, FUNDS)];
        if self.treasury {
            balances.push((TREASURY, EXISTENTIAL_DEPOSIT));
        }
        let config = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
            ..Default::default()
        };
        let mut ext = TestExternalities::new(config.build_storage().expect("a valid genesis"));
        ext.execute_with(|| run_to_block(1));
        ext
    }

    /// Run `test`, then check every invariant, exactly: nobody donates to the pot, nothing is minted or burned.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        MaturityPeriod::set(5);
        let mut ext = self.build();
        ext.execute_with(|| {
            let issuance = Balances::total_issuance();
            test();
            assert_eq!(Rewards::do_try_state(), Ok(()));
            assert_eq!(Balances::balance(&pot()), TotalCredited::<Test>::get() + EXISTENTIAL_DEPOSIT);
            assert_eq!(Balances::total_issuance(), issuance);
        });
    }
}

pub fn pot() -> AccountId {
    <Rewards as Payouts<AccountId, Balance>>::pot()
}

pub fn run_to_block(block: u64) {
    while System::block_number() < block {
        System::set_block_number(System::block_number() + 1);
        Rewards::on_initialize(System::block_number());
    }
}

/// Move `amount` from [`JOB_OWNER`] to the pot, as a paying pallet does before it settles.
pub fn fund(amount: Balance) {
    Balances::transfer(&JOB_OWNER, &pot(), amount, Preservation::Preserve).expect("the job owner can pay");
}

/// Move `amount` to the pot and credit all of it to `account`.
pub fn credit(account: AccountId, amount: Balance) {
    fund(amount);
    Rewards::credit(&account, amount, reason(0));
}

pub fn reason(training_use: u64) -> PayoutReason {
    PayoutReason::TrainingUse { training_use: TrainingUseId::new(training_use) }
}

/// The amounts and maturities of the credits of `account`.
pub fn credits_of(account: AccountId) -> Vec<(Balance, u64)> {
    Credits::<Test>::get(account).iter().map(|credit| (credit.amount, credit.matures_at)).collect()
}

/// The events of this pallet so far.
pub fn events() -> Vec<Event<Test>> {
    System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Rewards(event) => Some(event),
            _ => None,
        })
        .collect()
}
