//! A runtime with this pallet and the token; the seams are answered by what the tests set.

use crate::{self as pallet_model_validation, *};
use frame_support::{
    assert_ok, derive_impl, parameter_types,
    traits::{fungible::Inspect, Imbalance, OnUnbalanced},
};
use neurodata_primitives::{
    probe,
    seams::{Entropy, Evaluation, EvaluationRequest, JobSettlement, OnDecision, Payouts, Reputation},
    CheckpointDigest, CourseDigest, HistoryEvent, PayoutReason, ProbeCommitment, RoundState, Seat, SeatState, Seed, TraceLink,
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
pub const EVALUATORS: [AccountId; 12] = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22];

pub const JOB: JobId = JobId::new(7);
pub const BOND: Balance = 1_000;
/// Seed of the run under evaluation, and the trace of an honest one: that of [`links`].
pub const RUN: Seed = Seed::new([0x77; 32]);
pub const TRACE: TraceRoot = TraceRoot::new([
    0xe5, 0x1a, 0xd7, 0x3b, 0x9e, 0xeb, 0x4d, 0x40, 0x4a, 0xe6, 0x09, 0x49, 0xd6, 0x63, 0xe0, 0xba,
    0x84, 0x7d, 0x95, 0x15, 0xc7, 0x6a, 0x7a, 0x5f, 0x7f, 0x45, 0x82, 0x37, 0x3c, 0xf5, 0x62, 0x6a,
]);
/// What the compute provider commits to where a test has a known-answer task.
pub const SECRET: [u8; 32] = [0x44; 32];
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
    pub const DrawPeriod: u64 = 5;
    pub const SealPeriod: u64 = 10;
    pub const RevealPeriod: u64 = 6;
    pub const RetirePeriod: u64 = 100;
    pub static EvaluatorBond: Balance = BOND;
    pub static ProbeRate: Permill = Permill::from_percent(5);
    pub static CommitteeSize: u32 = 3;
    pub static DrawDelay: u64 = 2;
    pub static MaxEvaluators: u32 = 1_000;
    pub static NonRevealSlash: Permill = Permill::from_percent(20);
    /// Decisions passed on, in order.
    pub static Decisions: Vec<(JobId, Decision, Vec<AccountId>)> = Vec::new();
    /// Whether decisions are refused.
    pub static DecisionsRefused: bool = false;
    /// Known-answer tasks passed on, in order.
    pub static Probed: Vec<(JobId, TraceRoot)> = Vec::new();
    /// Members that were paid for finding a planted trace out, in order.
    pub static FoundOut: Vec<(JobId, Vec<AccountId>)> = Vec::new();
    /// Jobs whose known-answer task was skipped, in order.
    pub static Skipped: Vec<JobId> = Vec::new();
    /// Lines that histories were told of, in order: account, amount, what happened.
    pub static Notes: Vec<(AccountId, Balance, HistoryEvent)> = Vec::new();
    /// Penalties noted, in order.
    pub static Penalties: Vec<(AccountId, Balance, PenaltyCause)> = Vec::new();
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

    /// As the market does: the submission goes to a new round with the true trace, without a known-answer task.
    fn probed(job: JobId, trace: TraceRoot) -> DispatchResult {
        if DecisionsRefused::get() {
            return Err(DispatchError::Unavailable);
        }
        Probed::mutate(|probed| probed.push((job, trace)));
        ModelValidation::open_round(job, EvaluationRequest { trace, ..request() })
    }

    fn probe_skipped(job: JobId) -> DispatchResult {
        if DecisionsRefused::get() {
            return Err(DispatchError::Unavailable);
        }
        assert!(Decisions::get().iter().all(|(decided, ..)| *decided != job), "a skip is told before the decision");
        Skipped::mutate(|skipped| skipped.push(job));
        Ok(())
    }
}

/// Pays known-answer fees and keeps histories; the rest is never asked for here.
pub struct TestPayouts;
impl Payouts<AccountId, Balance> for TestPayouts {
    fn pot() -> AccountId {
        unreachable!()
    }

    fn settle_job(_: JobSettlement<AccountId, Balance>) -> DispatchResult {
        unreachable!()
    }

    fn evaluation_share(_: Balance) -> Balance {
        unreachable!()
    }

    fn settle_evaluation(_: JobId, _: Balance, _: Vec<AccountId>) -> DispatchResult {
        unreachable!()
    }

    fn settle_sale(_: PayoutReason, _: &AccountId, _: Balance) -> DispatchResult {
        unreachable!()
    }

    fn treasury_share(_: Balance) -> Balance {
        unreachable!()
    }

    fn settle_treasury(_: Balance) -> DispatchResult {
        unreachable!()
    }

    fn settle_credit(_: &AccountId, _: Balance, _: PayoutReason) -> DispatchResult {
        unreachable!()
    }

    fn settle_known_answer(job: JobId, evaluators: Vec<AccountId>) {
        FoundOut::mutate(|found| found.push((job, evaluators)));
    }

    fn note(account: &AccountId, amount: Balance, event: HistoryEvent) {
        Notes::mutate(|notes| notes.push((*account, amount, event)));
    }

    fn forget_job(_: JobId) {
        unreachable!()
    }
}

pub struct TestReputation;
impl Reputation<AccountId, Balance> for TestReputation {
    fn of(_account: &AccountId) -> u8 {
        50
    }

    fn note_penalty(account: &AccountId, amount: Balance, cause: PenaltyCause) {
        Penalties::mutate(|penalties| penalties.push((*account, amount, cause)));
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

    fn job_under_evaluation() -> (JobId, EvaluationRequest<AccountId>) {
        (JOB, request())
    }
}

impl Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Entropy = TestEntropy;
    type OnDecision = TestOnDecision;
    type Payouts = TestPayouts;
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
    type ProbeRate = ProbeRate;
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
        Probed::set(Vec::new());
        FoundOut::set(Vec::new());
        Skipped::set(Vec::new());
        Notes::set(Vec::new());
        Penalties::set(Vec::new());
        EvaluatorBond::set(BOND);
        ProbeRate::set(Permill::from_percent(5));
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

/// What the market asks for [`JOB`]: an honest result without a known-answer task.
pub fn request() -> EvaluationRequest<AccountId> {
    EvaluationRequest {
        job_owner: JOB_OWNER,
        data_provider: DATA_PROVIDER,
        provider: PROVIDER,
        work_units: WORK_UNITS,
        seed: RUN,
        trace: TRACE,
        probe: None,
        sampled: false,
    }
}

/// What binds [`SECRET`] for [`JOB`].
pub fn commitment() -> ProbeCommitment {
    probe::commitment(JOB, &PROVIDER, &SECRET)
}

/// The same for a result with `trace`, whose provider committed to [`SECRET`] and is drawn.
pub fn probed_request(trace: TraceRoot) -> EvaluationRequest<AccountId> {
    ProbeRate::set(Permill::one());
    EvaluationRequest { trace, probe: Some(commitment()), ..request() }
}

/// Open a round for `job` now.
pub fn open_round_for(job: JobId, request: EvaluationRequest<AccountId>) {
    assert_ok!(<ModelValidation as Evaluation<AccountId>>::open_round(job, request));
}

/// Open the round of [`JOB`] now.
pub fn open_round() {
    open_round_for(JOB, request());
}

/// Open the round of [`JOB`], go to its draw and draw the committee.
pub fn draw() -> Vec<AccountId> {
    open_round();
    draw_open_round()
}

/// Go to the draw of the round of [`JOB`] and draw the committee.
pub fn draw_open_round() -> Vec<AccountId> {
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
    let opened = ModelValidation::reveal_verdict(signed(member), JOB, verdict, score, salt(member));
    opened.map(|_| ()).map_err(|refused| refused.error)
}

/// Open the same verdict of every member.
pub fn reveal_all(members: &[AccountId], verdict: Verdict, score: u8) {
    for member in members {
        assert_ok!(reveal(*member, verdict, score));
    }
}

/// The links of [`TRACE`].
pub fn links() -> Vec<TraceLink> {
    let link = |byte: u8| TraceLink { state: CheckpointDigest::new([byte; 32]), course: CourseDigest::new([byte; 32]) };
    (0..3).map(link).collect()
}

/// What stands for them in a known-answer task with [`SECRET`].
pub fn planted_links() -> Vec<TraceLink> {
    probe::plant(&links(), &SECRET)
}

/// Links as a call takes them.
pub fn bounded(links: &[TraceLink]) -> TraceLinks {
    links.to_vec().try_into().unwrap()
}

/// Open a secret for [`JOB`], with the links of the true trace.
pub fn open_probe(signer: AccountId, secret: [u8; 32], links: &[TraceLink]) -> DispatchResult {
    let opened = ModelValidation::open_probe(signed(signer), JOB, secret, Some(bounded(links)));
    opened.map(|_| ()).map_err(|refused| refused.error)
}

/// Draw, deliver every key, and seal the verdicts in the order of the seats.
pub fn sealed_round(verdicts: &[(Verdict, u8)]) -> Vec<AccountId> {
    open_round();
    sealed_open_round(verdicts)
}

/// The same for a round of [`JOB`] that is open.
pub fn sealed_open_round(verdicts: &[(Verdict, u8)]) -> Vec<AccountId> {
    let members = draw_open_round();
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

pub fn tickets(account: AccountId) -> u8 {
    let index = EvaluatorIndex::<Test>::get();
    index.iter().find(|candidate| candidate.evaluator == account).unwrap().tickets
}

pub fn active() -> Vec<AccountId> {
    EvaluatorIndex::<Test>::get().iter().map(|candidate| candidate.evaluator).collect()
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
