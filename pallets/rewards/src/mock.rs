//! A runtime with balances and this pallet.

use crate as pallet_rewards;
use crate::*;
use frame_support::{
    derive_impl, parameter_types,
    traits::{
        fungible::{Balanced, InspectHold, Mutate},
        ConstU128, ConstU32, Hooks, OnUnbalanced,
    },
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
pub const KEPT_LINES: u32 = 8;
pub const LEAST_STAKE: Balance = 100;

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

// Accounts are so short that they have only the first four letters of each seed.
parameter_types! {
    pub const RewardsPalletId: PalletId = PalletId(*b"nd/rewrd");
    pub const TreasuryAccount: AccountId = TREASURY;
    pub const SaleTreasuryShare: Permill = Permill::from_percent(5);
    pub static PoolPalletId: PalletId = PalletId(*b"poolnd/r");
    pub static Split: JobSplit = JobSplit::default();
    pub static MaturityPeriod: u64 = 5;
    pub static PoolShare: Permill = Permill::zero();
    pub static StakeShare: Permill = Permill::from_percent(50);
    pub static DatasetExtra: Balance = 0;
    pub static ComputeExtra: Balance = 0;
    pub static ValidationExtra: Balance = 0;
    pub static ExtraCap: Permill = Permill::from_percent(80);
    pub static KnownAnswerFee: Balance = 30;
    pub static DecayPeriod: u64 = 20;
    pub static UnstakePeriod: u64 = 10;
    pub static MinimumStake: Balance = LEAST_STAKE;
    pub static MaxHistory: u32 = KEPT_LINES;
    /// What [`issue`] has issued, in plancks.
    pub static Issued: Balance = 0;
}

/// Tests may share a thread; each begins with the same parameters.
fn reset_parameters() {
    PoolPalletId::set(PalletId(*b"poolnd/r"));
    Split::set(JobSplit::default());
    MaturityPeriod::set(5);
    PoolShare::set(Permill::zero());
    StakeShare::set(Permill::from_percent(50));
    set_extras(0, 0, 0);
    ExtraCap::set(Permill::from_percent(80));
    KnownAnswerFee::set(30);
    DecayPeriod::set(20);
    UnstakePeriod::set(10);
    MinimumStake::set(LEAST_STAKE);
    MaxHistory::set(KEPT_LINES);
    Issued::set(0);
}

impl Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type PalletId = RewardsPalletId;
    type PoolPalletId = PoolPalletId;
    type TreasuryAccount = TreasuryAccount;
    type JobSplit = Split;
    type SaleTreasuryShare = SaleTreasuryShare;
    type PoolShare = PoolShare;
    type StakeShare = StakeShare;
    type DatasetExtra = DatasetExtra;
    type ComputeExtra = ComputeExtra;
    type ValidationExtra = ValidationExtra;
    type ExtraCap = ExtraCap;
    type KnownAnswerFee = KnownAnswerFee;
    type DecayPeriod = DecayPeriod;
    type UnstakePeriod = UnstakePeriod;
    type MinimumStake = MinimumStake;
    type MaturityPeriod = MaturityPeriod;
    type MaxCredits = ConstU32<MAX_CREDITS>;
    type MaxHistory = MaxHistory;
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
        reset_parameters();
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

    /// Run `test`, then check every invariant, exactly: nobody donates to the pot, and what was not issued with [`issue`]
    /// was there before.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        let mut ext = self.build();
        ext.execute_with(|| {
            let issuance = Balances::total_issuance();
            test();
            assert_eq!(Rewards::do_try_state(), Ok(()));
            assert_eq!(Balances::balance(&pot()), TotalCredited::<Test>::get() + EXISTENTIAL_DEPOSIT);
            assert_eq!(Balances::total_issuance(), issuance + Issued::get());
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

/// Issue `amount` into the pool, as an era does.
pub fn issue(amount: Balance) {
    Issued::mutate(|issued| *issued += amount);
    PoolFunding::<Test>::on_unbalanced(Balances::issue(amount));
}

/// Give the pool `amount` that is all for rewards and fees.
pub fn endow(amount: Balance) {
    Balances::transfer(&JOB_OWNER, &Rewards::pool(), amount, Preservation::Preserve).expect("the job owner can pay");
}

/// Give `account` `amount`, of which it may spend all but the existential deposit.
pub fn give(account: AccountId, amount: Balance) {
    Balances::transfer(&JOB_OWNER, &account, amount, Preservation::Preserve).expect("the job owner can pay");
}

/// What extra rewards are reckoned from: for data, for a run, for a verdict.
pub fn set_extras(dataset: Balance, compute: Balance, validation: Balance) {
    DatasetExtra::set(dataset);
    ComputeExtra::set(compute);
    ValidationExtra::set(validation);
}

/// A settlement of job 7 with the usual parties, and with perfect scores.
pub fn settlement(price: Balance, evaluators: &[AccountId]) -> JobSettlement<AccountId, Balance> {
    JobSettlement {
        job: JOB,
        price,
        data_provider: DATA_PROVIDER,
        provider: PROVIDER,
        evaluators: evaluators.to_vec(),
        compute_score: 100,
        data_score: 100,
    }
}

/// Fund and settle a job of the usual parties with one evaluator.
pub fn settle(price: Balance) {
    fund(price);
    Rewards::settle_job(settlement(price, &[EVALUATOR])).expect("the price is in the pot");
}

pub const JOB: JobId = JobId::new(7);

pub fn reason(training_use: u64) -> PayoutReason {
    PayoutReason::TrainingUse { training_use: TrainingUseId::new(training_use), job: JOB }
}

/// A failure without evidence.
pub fn cause() -> PenaltyCause {
    PenaltyCause::Released { job: JOB }
}

pub fn note_penalty(account: AccountId, amount: Balance) {
    <Rewards as Reputation<AccountId, Balance>>::note_penalty(&account, amount, cause());
}

pub fn reputation_of(account: AccountId) -> u8 {
    <Rewards as Reputation<AccountId, Balance>>::of(&account)
}

/// Set the stored reputation of `account` as of now.
pub fn set_reputation(account: AccountId, reputation: u8) {
    Contributors::<Test>::mutate(account, |record| {
        record.reputation = reputation;
        record.active_at = System::block_number();
    });
}

/// What is on hold of `account` as stake.
pub fn held(account: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::ContributorStake.into(), &account)
}

/// What the pool can pay beside what stakers are owed.
pub fn available() -> Balance {
    Rewards::pool_status().available
}

/// The history of `account`, as amounts and events.
pub fn history(account: AccountId) -> Vec<(Balance, HistoryEvent)> {
    let (lines, _) = Rewards::history_of(&account, 0, MAX_PAGE);
    lines.into_iter().map(|(_, entry)| (entry.amount, entry.event)).collect()
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
