//! A runtime with this pallet and the token; the seams are answered by what the tests set.

use crate::{self as pallet_model_validation, *};
use frame_support::{
    assert_ok, derive_impl, parameter_types,
    traits::{fungible::Inspect, Imbalance, OnUnbalanced},
};
use neurodata_primitives::{
    seams::{Entropy, Evaluation, JobParties, OnDecision, Reputation},
    ContributionKind, RoundState, Seat, SeatState, Seed,
};
use sp_runtime::{BuildStorage, DispatchError, DispatchResult, Permill};

pub type AccountId = u64;
pub type Balance = u128;

pub const JOB_OWNER: AccountId = 1;
pub const DATA_PROVIDER: AccountId = 2;
pub const PROVIDER: AccountId = 3;
pub const REPORTER: AccountId = 4;
pub const STRANGER: AccountId = 5;
/// Funded with more than a bond, and registered by [`ExtBuilder::with_evaluators`] in this order.
pub const EVALUATORS: [AccountId; 6] = [11, 12, 13, 14, 15, 16];

pub const JOB: JobId = JobId::new(7);
pub const BOND: Balance = 1_000;
/// Work of the job under evaluation: reckoned with no block, so that deadlines are those of the parameters alone.
pub const WORK_UNITS: u64 = 0;
/// 20 % of the bond.
pub const PENALTY: Balance = 200;
pub const FUNDS: Balance = 10_000;
/// Above 10 % and below 20 % of the penalty: the reporter's part creates no account, the wronged party's does.
pub const EXISTENTIAL_DEPOSIT: Balance = 30;

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
    pub type ModelValidation = pallet_model_validation;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<Balance>;
}

parameter_types! {
    pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
}

parameter_types! {
    pub const EvaluatorBond: Balance = BOND;
    pub const DrawPeriod: u64 = 5;
    pub const SealPeriod: u64 = 10;
    pub const RevealPeriod: u64 = 6;
    pub const RetirePeriod: u64 = 100;
    pub static CommitteeSize: u32 = 3;
    pub static DrawDelay: u64 = 2;
    pub static MaxEvaluators: u32 = 1_000;
    pub static NonRevealSlash: Permill = Permill::from_percent(20);
    /// Decisions passed on, in order.
    pub static Decisions: Vec<(JobId, Decision, Vec<AccountId>)> = Vec::new();
    /// Whether decisions are refused.
    pub static DecisionsRefused: bool = false;
    /// Failures noted, in order.
    pub static Failures: Vec<(AccountId, ContributionKind)> = Vec::new();
    /// Plancks burned.
    pub static Burned: Balance = 0;
    /// Seed byte of every block that was reached; `None`: no seed is remembered.
    pub static SeedByte: Option<u8> = Some(1);
}

pub struct TestEntropy;
impl Entropy<u64> for TestEntropy {
    fn seed_at(block: u64) -> Option<Seed> {
        SeedByte::get().filter(|_| block <= System::block_number()).map(|byte| Seed::new([byte; 32]))
    }
}

pub struct TestOnDecision;
impl OnDecision<AccountId> for TestOnDecision {
    fn decided(job: JobId, decision: Decision, majority: Vec<AccountId>) -> DispatchResult {
        if DecisionsRefused::get() {
            return Err(DispatchError::Unavailable);
        }
        Decisions::mutate(|decisions| decisions.push((job, decision, majority)));
        Ok(())
    }
}

pub struct TestReputation;
impl Reputation<AccountId> for TestReputation {
    fn of(_account: &AccountId) -> u8 {
        50
    }

    fn note_failure(account: &AccountId, kind: ContributionKind) {
        Failures::mutate(|failures| failures.push((*account, kind)));
    }
}

pub struct TestOnBurn;
impl OnUnbalanced<CreditOf<Test>> for TestOnBurn {
    fn on_nonzero_unbalanced(amount: CreditOf<Test>) {
        Burned::mutate(|burned| *burned += amount.peek());
    }
}

#[cfg(feature = "runtime-benchmarks")]
pub struct TestBenchmarkHelper;
#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper<AccountId, u64> for TestBenchmarkHelper {
    fn set_seed(_block: u64) {}

    fn job_under_evaluation() -> (JobId, JobParties<AccountId>) {
        (JOB, parties())
    }
}

impl Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Entropy = TestEntropy;
    type OnDecision = TestOnDecision;
    type Reputation = TestReputation;
    type OnBurn = TestOnBurn;
    type EvaluatorBond = EvaluatorBond;
    type CommitteeSize = CommitteeSize;
    type DrawDelay = DrawDelay;
    type DrawPeriod = DrawPeriod;
    type SealPeriod = SealPeriod;
    type RevealPeriod = RevealPeriod;
    type RetirePeriod = RetirePeriod;
    type NonRevealSlash = NonRevealSlash;
    type MaxEvaluators = MaxEvaluators;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = TestBenchmarkHelper;
}

/// Sets the world up: block 1, funded accounts, and evaluators if asked for.
#[derive(Default)]
pub struct ExtBuilder {
    evaluators: usize,
}

impl ExtBuilder {
    /// Register the first `count` of [`EVALUATORS`] with the minimum bond, in block 1, and go on to block 2.
    pub fn with_evaluators(mut self, count: usize) -> Self {
        self.evaluators = count;
        self
    }

    pub fn build(self) -> sp_io::TestExternalities {
        Decisions::set(Vec::new());
        DecisionsRefused::set(false);
        Failures::set(Vec::new());
        Burned::set(0);
        SeedByte::set(Some(1));
        CommitteeSize::set(3);
        DrawDelay::set(2);
        MaxEvaluators::set(1_000);
        NonRevealSlash::set(Permill::from_percent(20));
        let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
        let funded = [JOB_OWNER, DATA_PROVIDER, PROVIDER, REPORTER].into_iter().chain(EVALUATORS);
        pallet_balances::GenesisConfig::<Test> {
            balances: funded.map(|account| (account, FUNDS)).collect(),
            ..Default::default()
        }
        .assimilate_storage(&mut storage)
        .unwrap();
        let mut ext = sp_io::TestExternalities::new(storage);
        ext.execute_with(|| {
            run_to_block(1);
            for evaluator in EVALUATORS.into_iter().take(self.evaluators) {
                assert_ok!(ModelValidation::register_evaluator(signed(evaluator), BOND, recipient_key(evaluator)));
            }
            if self.evaluators > 0 {
                run_to_block(2);
            }
        });
        ext
    }

    /// Run `test` in this world, then check every invariant and that no money appeared or vanished unrecorded.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            let issuance = <Balances as Inspect<AccountId>>::total_issuance();
            test();
            ModelValidation::do_try_state().unwrap();
            assert_eq!(<Balances as Inspect<AccountId>>::total_issuance() + Burned::get(), issuance);
        });
    }
}

pub fn signed(account: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

pub fn run_to_block(block: u64) {
    System::run_to_block::<AllPalletsWithSystem>(block);
}

pub fn recipient_key(account: AccountId) -> RecipientKey {
    RecipientKey::new([account as u8; 32])
}

pub fn wrapped_key(account: AccountId) -> WrappedKey {
    WrappedKey { ephemeral_key: recipient_key(account), sealed_key: [account as u8; 48] }
}

pub fn parties() -> JobParties<AccountId> {
    JobParties { job_owner: JOB_OWNER, data_provider: DATA_PROVIDER, provider: PROVIDER, work_units: WORK_UNITS }
}

/// Open the round of [`JOB`] now.
pub fn open_round() {
    assert_ok!(<ModelValidation as Evaluation<AccountId>>::open_round(JOB, parties()));
}

/// Open the round of [`JOB`], go to its draw and draw the committee.
pub fn draw() -> Vec<AccountId> {
    open_round();
    run_to_block(System::block_number() + DrawDelay::get());
    assert_ok!(ModelValidation::draw_committee(signed(STRANGER), JOB));
    committee()
}

/// The members of the committee of [`JOB`].
pub fn committee() -> Vec<AccountId> {
    Rounds::<Test>::get(JOB).unwrap().seats.iter().map(|seat| seat.evaluator).collect()
}

pub fn deliver_keys(members: &[AccountId]) {
    let keys: Vec<_> = members.iter().map(|member| (*member, wrapped_key(*member))).collect();
    assert_ok!(ModelValidation::deliver_evaluation_keys(signed(PROVIDER), JOB, keys.try_into().unwrap()));
}

pub fn salt(account: AccountId) -> [u8; 32] {
    [account as u8 ^ 0x5a; 32]
}

pub fn seal(member: AccountId, verdict: Verdict, score: u8) {
    let seal = validation::seal_verdict(JOB, verdict, score, &salt(member), &member);
    assert_ok!(ModelValidation::seal_verdict(signed(member), JOB, seal));
}

pub fn reveal(member: AccountId, verdict: Verdict, score: u8) -> DispatchResult {
    ModelValidation::reveal_verdict(signed(member), JOB, verdict, score, salt(member))
}

/// Draw, deliver every key, and seal the verdicts in the order of the seats.
pub fn sealed_round(verdicts: &[(Verdict, u8)]) -> Vec<AccountId> {
    let members = draw();
    deliver_keys(&members);
    for (member, (verdict, score)) in members.iter().zip(verdicts) {
        seal(*member, *verdict, *score);
    }
    members
}

pub fn round_state() -> RoundState<u64> {
    Rounds::<Test>::get(JOB).unwrap().state
}

pub fn seat_of(member: AccountId) -> SeatState {
    let round = Rounds::<Test>::get(JOB).unwrap();
    round.seats.iter().find(|seat: &&Seat<AccountId>| seat.evaluator == member).unwrap().state.clone()
}

pub fn evaluator(account: AccountId) -> EvaluatorRecordOf<Test> {
    Evaluators::<Test>::get(account).unwrap()
}

pub fn held(account: AccountId) -> Balance {
    use frame_support::traits::fungible::InspectHold;
    Balances::balance_on_hold(&HoldReason::EvaluatorBond.into(), &account)
}

/// The last event, which must be one of this pallet.
pub fn last_event() -> Event<Test> {
    match System::events().pop().map(|record| record.event) {
        Some(RuntimeEvent::ModelValidation(event)) => event,
        other => panic!("the last event is {other:?}"),
    }
}
