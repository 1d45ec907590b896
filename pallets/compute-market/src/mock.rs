//! A runtime with balances and this pallet; the seams are answered by doubles that keep what they were told in storage,
//! so that a refused call leaves no trace in them either.

use crate::{self as pallet_compute_market, *};
use frame_support::{
    assert_ok, construct_runtime, derive_impl, parameter_types,
    traits::{
        fungible::{Inspect, InspectHold},
        ConstU128, ConstU32, ConstU64, Imbalance, OnUnbalanced,
    },
    weights::Weight,
    PalletId,
};
use neurodata_primitives::{
    money::JobSplit,
    seams::{self, *},
    *,
};
use sp_runtime::{traits::IdentityLookup, BoundedVec, BuildStorage, DispatchError, DispatchResult, Permill};

pub type AccountId = u64;
pub type Balance = u128;

construct_runtime! {
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        ComputeMarket: pallet_compute_market,
    }
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
    type FreezeIdentifier = u8;
    type MaxFreezes = ConstU32<1>;
}

impl Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Entropy = TestEntropy;
    type TrainingData = TestData;
    type Evaluation = TestEvaluation;
    type Models = TestModels;
    type Payouts = TestPayouts;
    type Reputation = TestReputation;
    type OnBurn = TestBurn;
    type PalletId = MarketPalletId;
    type JobDeposit = DepositPerJob;
    type ProviderBond = ConstU128<MIN_BOND>;
    type MatchPeriod = ConstU64<MATCH_PERIOD>;
    type AcceptPeriod = ConstU64<ACCEPT_PERIOD>;
    type HeartbeatPeriod = ConstU64<HEARTBEAT_PERIOD>;
    type MaxDeliverPeriod = ConstU64<MAX_DELIVER_PERIOD>;
    type RetirePeriod = ConstU64<RETIRE_PERIOD>;
    type PrunePeriod = ConstU64<PRUNE_PERIOD>;
    type BreachSlash = BreachSlash;
    type MaxOffers = ConstU32<4>;
    type MaxOpenJobs = ConstU32<4>;
    type MaxMatchesPerBlock = ConstU32<2>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = TestBenchmarkHelper;
}

pub const JOB_OWNER: AccountId = 1;
pub const DATA_PROVIDER: AccountId = 2;
pub const PROVIDER: AccountId = 3;
pub const SECOND_PROVIDER: AccountId = 4;
pub const THIRD_PROVIDER: AccountId = 5;
pub const FOURTH_PROVIDER: AccountId = 6;
pub const REPORTER: AccountId = 7;
pub const EVALUATOR: AccountId = 8;
pub const STRANGER: AccountId = 9;
/// An account without funds.
pub const PAUPER: AccountId = 10;
pub const TREASURY: AccountId = 98;
pub const POT: AccountId = 99;

pub const EXISTENTIAL_DEPOSIT: Balance = 50;
pub const FUNDS: Balance = 1_000_000;
pub const MIN_BOND: Balance = 1_000;
/// A tenth of the minimum bond.
pub const BREACH: Balance = 100;
/// What the record of a job costs until it is pruned.
pub const DEPOSIT: Balance = 200;
pub const MATCH_PERIOD: u64 = 20;
pub const ACCEPT_PERIOD: u64 = 5;
pub const HEARTBEAT_PERIOD: u64 = 10;
pub const MAX_DELIVER_PERIOD: u64 = 100;
pub const DELIVER_WITHIN: u64 = 25;
pub const RETIRE_PERIOD: u64 = 30;
pub const PRUNE_PERIOD: u64 = 15;
/// Blocks from acceptance to the block that fixes the seed.
pub const SEED_DELAY: u64 = job::SEED_DELAY as u64;
/// Blocks for which the double of the entropy pallet remembers seeds.
pub const SEED_MEMORY: u64 = 40;

pub const DATASET: DatasetId = DatasetId::new(0);
/// A model that [`JOB_OWNER`] may train on from.
pub const PARENT: ModelId = ModelId::new(40);
/// What the dataset's terms permit.
pub const USES: UseSet = UseSet { download: false, train: true, publish_model: true, commercial: false, derive: false };
pub const ROWS: u32 = 303;
pub const COLUMNS: u32 = 14;
pub const CHUNKS: u32 = 5;
pub const TRAINING_PRICE: Balance = 500;
/// ceil(243 training rows * 100 epochs * 13 inputs * 2 classes / 1,000).
pub const WORK_UNITS: u64 = 632;
pub const MAX_UNIT_PRICE: Balance = 20;
pub const UNIT_PRICE: Balance = 10;
pub const PRICE: Balance = 6_320;
/// Work units at the maximum price, and the training price.
pub const ESCROW: Balance = 632 * 20 + 500;

parameter_types! {
    pub BreachSlash: Permill = Permill::from_percent(10);
    pub const MarketPalletId: PalletId = PalletId(*b"nd/mrket");
    pub storage DepositPerJob: Balance = DEPOSIT;
    /// The training price that the registry quotes now.
    pub storage QuotedPrice: Balance = TRAINING_PRICE;
    /// Whether the dataset is still listed.
    pub storage Listed: bool = true;
    /// Whether the terms still permit training.
    pub storage Permitted: bool = true;
    /// Training uses that were closed, in order, with the improvement if their job was settled.
    pub storage ClosedUses: Vec<(TrainingUseId, Option<u32>)> = Vec::new();
    /// Open training uses: id, job, provider, price.
    pub storage Uses: Vec<(TrainingUseId, JobId, AccountId, Balance)> = Vec::new();
    pub storage NextUse: u64 = 0;
    pub storage Rounds: Vec<(JobId, AccountId, AccountId, AccountId)> = Vec::new();
    /// Models recorded, in order: owner, job, parent, seed, score.
    pub storage RecordedModels: Vec<(AccountId, JobId, Option<ModelId>, Seed, u8)> = Vec::new();
    /// What the payouts double credited, in order.
    pub storage Credited: Vec<(AccountId, Balance)> = Vec::new();
    /// Why sales and single accounts were credited, in order.
    pub storage Reasons: Vec<PayoutReason> = Vec::new();
    pub storage Reputations: Vec<(AccountId, u8)> = Vec::new();
    pub storage Failures: Vec<AccountId> = Vec::new();
    pub storage Burned: Balance = 0;
}

/// Remembers a seed for every block up to now, for [`SEED_MEMORY`] blocks.
pub struct TestEntropy;

impl seams::Entropy<u64> for TestEntropy {
    fn seed_at(block: u64) -> Option<Seed> {
        let now = System::block_number();
        (block <= now && now - block <= SEED_MEMORY).then(|| seed_of_block(block))
    }
}

pub fn seed_of_block(block: u64) -> Seed {
    Seed::new(sp_io::hashing::blake2_256(&block.to_le_bytes()))
}

/// One dataset, sold to everybody but [`STRANGER`] for linear models.
pub struct TestData;

impl TrainingData<AccountId, Balance> for TestData {
    fn quote(
        dataset: DatasetId,
        buyer: &AccountId,
        family: AlgorithmFamily,
    ) -> Result<TrainingQuote<AccountId, Balance>, DispatchError> {
        let is_sold = Listed::get() && Self::still_permits(dataset, buyer, family);
        is_sold.then_some(()).ok_or(DispatchError::Other("not sold"))?;
        let price = QuotedPrice::get();
        Ok(TrainingQuote { owner: DATA_PROVIDER, price, rows: ROWS, columns: COLUMNS, chunks: CHUNKS, uses: USES })
    }

    fn still_permits(dataset: DatasetId, buyer: &AccountId, family: AlgorithmFamily) -> bool {
        Permitted::get() && dataset == DATASET && *buyer != STRANGER && family == AlgorithmFamily::Linear
    }

    fn open_use(
        _: DatasetId,
        job: JobId,
        provider: &AccountId,
        _: RecipientKey,
        price: Balance,
    ) -> Result<TrainingUseId, DispatchError> {
        let id = TrainingUseId::new(NextUse::get());
        NextUse::set(&(id.get() + 1));
        let mut uses = Uses::get();
        uses.push((id, job, *provider, price));
        Uses::set(&uses);
        Ok(id)
    }

    fn close_use(training_use: TrainingUseId, outcome: UseOutcome) {
        let improvement = match outcome {
            UseOutcome::Ended => None,
            UseOutcome::JobSettled { improvement } => Some(improvement),
        };
        let mut closed = ClosedUses::get();
        closed.push((training_use, improvement));
        ClosedUses::set(&closed);
        Uses::set(&Uses::get().into_iter().filter(|(id, ..)| *id != training_use).collect());
    }

    /// A proof is good if its bytes name the job and the account.
    fn verify_chunk(
        dataset: DatasetId,
        subject: ProofSubject,
        account: &AccountId,
        proof: &AuditProof,
    ) -> DispatchResult {
        let ProofSubject::Job(job) = subject else { return Err(DispatchError::Other("wrong subject")) };
        let is_good = dataset == DATASET && proof.zk_proof == possession_bytes(job, *account);
        is_good.then_some(()).ok_or(DispatchError::Other("bad proof"))
    }
}

fn possession_bytes(job: JobId, account: AccountId) -> Vec<u8> {
    [job.get().to_le_bytes(), account.to_le_bytes()].concat()
}

pub struct TestEvaluation;

impl seams::Evaluation<AccountId> for TestEvaluation {
    fn open_round(job: JobId, parties: JobParties<AccountId>) -> DispatchResult {
        let mut rounds = Rounds::get();
        rounds.push((job, parties.job_owner, parties.data_provider, parties.provider));
        Rounds::set(&rounds);
        Ok(())
    }
}

pub struct TestModels;

/// Everybody may derive from [`PARENT`] but [`STRANGER`].
impl seams::Models<AccountId> for TestModels {
    fn ensure_derivable(parent: ModelId, owner: &AccountId, spec: &TrainingSpec) -> DispatchResult {
        let may = parent == PARENT && *owner != STRANGER && spec.classes == 2;
        may.then_some(()).ok_or(DispatchError::Other("not derivable"))
    }

    fn record(origin: ModelOrigin<AccountId>) -> Result<ModelId, DispatchError> {
        let ModelOrigin { owner, job, parent, seed, score, .. } = origin;
        assert_eq!((origin.dataset, origin.data_provider, origin.uses), (DATASET, DATA_PROVIDER, USES));
        assert_eq!((origin.spec, origin.result), (super::mock::spec(), super::mock::result()));
        assert_eq!(state(job).provider(), Some(&origin.compute_provider));
        let mut models = RecordedModels::get();
        models.push((owner, job, parent, seed, score));
        RecordedModels::set(&models);
        Ok(ModelId::new(models.len() as u64 - 1))
    }
}

/// Credits by the default split.
pub struct TestPayouts;

fn credit(who: AccountId, amount: Balance) {
    let mut credited = Credited::get();
    credited.push((who, amount));
    Credited::set(&credited);
}

fn note_reason(reason: PayoutReason) {
    let mut reasons = Reasons::get();
    reasons.push(reason);
    Reasons::set(&reasons);
}

impl seams::Payouts<AccountId, Balance> for TestPayouts {
    fn pot() -> AccountId {
        POT
    }

    fn settle_job(settlement: JobSettlement<AccountId, Balance>) -> DispatchResult {
        let shares = JobSplit::default().shares(settlement.price, settlement.evaluators.len() as u32);
        credit(settlement.data_provider, shares.data);
        credit(settlement.provider, shares.compute);
        settlement.evaluators.into_iter().for_each(|evaluator| credit(evaluator, shares.each_evaluator));
        credit(TREASURY, shares.treasury);
        Ok(())
    }

    fn evaluation_share(price: Balance) -> Balance {
        JobSplit::default().evaluation.mul_floor(price)
    }

    fn settle_evaluation(_: JobId, amount: Balance, evaluators: Vec<AccountId>) -> DispatchResult {
        let each = amount.checked_div(evaluators.len() as u128).unwrap_or(0);
        credit(TREASURY, amount - each * evaluators.len() as u128);
        evaluators.into_iter().for_each(|evaluator| credit(evaluator, each));
        Ok(())
    }

    fn settle_sale(reason: PayoutReason, owner: &AccountId, price: Balance) -> DispatchResult {
        note_reason(reason);
        let to_treasury = Self::treasury_share(price);
        credit(*owner, price - to_treasury);
        credit(TREASURY, to_treasury);
        Ok(())
    }

    fn treasury_share(price: Balance) -> Balance {
        price / 20
    }

    fn settle_treasury(amount: Balance) -> DispatchResult {
        credit(TREASURY, amount);
        Ok(())
    }

    fn settle_credit(account: &AccountId, amount: Balance, reason: PayoutReason) -> DispatchResult {
        note_reason(reason);
        credit(*account, amount);
        Ok(())
    }
}

pub struct TestReputation;

impl seams::Reputation<AccountId> for TestReputation {
    fn of(account: &AccountId) -> u8 {
        Reputations::get().into_iter().rev().find(|(who, _)| who == account).map_or(50, |(_, reputation)| reputation)
    }

    fn note_failure(account: &AccountId, kind: ContributionKind) {
        assert_eq!(kind, ContributionKind::Compute);
        let mut failures = Failures::get();
        failures.push(*account);
        Failures::set(&failures);
    }
}

/// Counts what is burned, then lets it drop out of the issuance.
pub struct TestBurn;

impl OnUnbalanced<CreditOf<Test>> for TestBurn {
    fn on_nonzero_unbalanced(credit: CreditOf<Test>) {
        Burned::set(&(Burned::get() + credit.peek()));
    }
}

#[cfg(feature = "runtime-benchmarks")]
pub struct TestBenchmarkHelper;

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper<AccountId, u64> for TestBenchmarkHelper {
    fn create_dataset(_: &AccountId) -> DatasetId {
        DATASET
    }

    fn set_seed(_: u64) {}

    fn possession_proof(_: DatasetId, job: JobId, provider: &AccountId, chunk: u32) -> AuditProof {
        proof(job, *provider, chunk)
    }
}

pub fn set_reputation(who: AccountId, reputation: u8) {
    let mut reputations = Reputations::get();
    reputations.push((who, reputation));
    Reputations::set(&reputations);
}

pub fn credited_to(who: AccountId) -> Balance {
    Credited::get().into_iter().filter(|(payee, _)| *payee == who).map(|(_, amount)| amount).sum()
}

/// What the escrow account holds for jobs.
pub fn escrow() -> Balance {
    balance(ComputeMarket::escrow_account()) - EXISTENTIAL_DEPOSIT
}

/// Deposits on hold for the jobs of `owner`.
pub fn deposits_of(owner: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::JobDeposit.into(), &owner)
}

pub fn bond_of(provider: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::ProviderBond.into(), &provider)
}

/// Free balance.
pub fn balance(who: AccountId) -> Balance {
    Balances::balance(&who)
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

pub fn run_to_block(block: u64) {
    System::set_block_number(block);
}

/// Let `blocks` blocks pass without idle weight, so that nothing is matched.
pub fn pass(blocks: u64) {
    run_to_block(System::block_number() + blocks);
}

/// Run the idle hook with all the weight that it wants.
pub fn idle() -> Weight {
    use frame_support::traits::Hooks;
    ComputeMarket::on_idle(System::block_number(), Weight::MAX)
}

pub fn last_event() -> Event<Test> {
    events().pop().expect("the market deposited an event")
}

/// Events of the market so far.
pub fn events() -> Vec<Event<Test>> {
    System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::ComputeMarket(event) => Some(event),
            _ => None,
        })
        .collect()
}

pub fn capability() -> Capability {
    Capability { cores: 4, memory_mib: 8_192, device: DeviceClass::Cpu }
}

pub fn spec() -> TrainingSpec {
    TrainingSpec {
        algorithm: Algorithm::LogisticRegression,
        target: 13,
        classes: 2,
        epochs: 100,
        batch_rows: 32,
        learning_rate: 100_000,
        momentum: 0,
        weight_decay: 0,
        holdout: 200,
        checkpoint_epochs: 10,
    }
}

pub fn request() -> JobRequest<Balance, u64> {
    JobRequest {
        dataset: DATASET,
        spec: spec(),
        parent: None,
        requirements: capability(),
        max_unit_price: MAX_UNIT_PRICE,
        max_training_price: 600,
        deliver_within: DELIVER_WITHIN,
        baseline: 540_000,
        visibility: Visibility::Public,
    }
}

pub fn result() -> ResultCommitment {
    ResultCommitment {
        model: ModelDigest::new([1; 32]),
        model_bytes: 200,
        manifest: BlobDigest::new([2; 32]),
        trace: TraceRoot::new([3; 32]),
        checkpoints: 11,
        metrics: TrainingMetrics {
            training_rows: 243,
            holdout_rows: 60,
            holdout_correct: 51,
            majority_correct: 33,
            holdout_loss: 400_000,
        },
    }
}

pub fn proof(job: JobId, account: AccountId, chunk: u32) -> AuditProof {
    AuditProof {
        chunk,
        leaf: FieldBytes::default(),
        missing_cells: 0,
        path: BoundedVec::new(),
        zk_proof: BoundedVec::truncate_from(possession_bytes(job, account)),
    }
}

pub fn recipient_key() -> RecipientKey {
    RecipientKey::new([9; 32])
}

/// Register `provider` with the minimum bond and one slot at `unit_price`.
pub fn offer(provider: AccountId, unit_price: Balance) {
    assert_ok!(ComputeMarket::register_provider(signed(provider), MIN_BOND));
    assert_ok!(ComputeMarket::set_offer(signed(provider), capability(), unit_price, 1));
}

pub fn job(id: JobId) -> JobOf<Test> {
    Jobs::<Test>::get(id).expect("the job exists")
}

pub fn state(id: JobId) -> JobState<AccountId, Balance, u64> {
    job(id).state
}

pub fn outcome(id: JobId) -> JobOutcome<AccountId, Balance> {
    match state(id) {
        JobState::Closed { outcome, .. } => outcome,
        other => panic!("the job is not closed but {other:?}"),
    }
}

/// Post the usual job.
pub fn post() -> JobId {
    let id = NextJobId::<Test>::get();
    assert_ok!(ComputeMarket::post_job(signed(JOB_OWNER), request()));
    id
}

/// A job that waits for an offer.
pub fn open_job() -> JobId {
    let id = post();
    assert!(matches!(state(id), JobState::Open { .. }));
    id
}

/// A job matched with [`PROVIDER`].
pub fn matched_job() -> JobId {
    offer(PROVIDER, UNIT_PRICE);
    post()
}

/// The training use of a job.
pub fn training_use(id: JobId) -> TrainingUseId {
    Uses::get().into_iter().find(|(_, job, ..)| *job == id).expect("the job has a training use").0
}

pub fn accept(provider: AccountId, id: JobId) {
    assert_ok!(ComputeMarket::accept_job(signed(provider), id, recipient_key()));
}

/// A job that [`PROVIDER`] accepted.
pub fn accepted_job() -> JobId {
    let id = matched_job();
    accept(PROVIDER, id);
    id
}

/// Deliver the key in the next block.
pub fn deliver_key(id: JobId) {
    pass(SEED_DELAY);
    assert_ok!(ComputeMarket::key_delivered(id, training_use(id)));
}

/// A job that [`PROVIDER`] computes.
pub fn running_job() -> JobId {
    let id = accepted_job();
    deliver_key(id);
    id
}

pub fn challenged_chunk(id: JobId) -> u32 {
    match state(id) {
        JobState::Running { challenged_chunk, .. } => challenged_chunk,
        other => panic!("the job does not run but is {other:?}"),
    }
}

pub fn submit(provider: AccountId, id: JobId) {
    let proof = proof(id, provider, challenged_chunk(id));
    assert_ok!(ComputeMarket::submit_result(signed(provider), id, result(), proof));
}

/// A job of [`PROVIDER`] under evaluation.
pub fn evaluating_job() -> JobId {
    let id = running_job();
    submit(PROVIDER, id);
    id
}

/// A job that was cancelled.
pub fn closed_job() -> JobId {
    let id = open_job();
    assert_ok!(ComputeMarket::cancel_job(signed(JOB_OWNER), id));
    id
}

/// Builds the world and checks it afterwards.
#[derive(Default)]
pub struct ExtBuilder;

impl ExtBuilder {
    /// The world: everybody is funded, the height is 1.
    pub fn build(self) -> sp_io::TestExternalities {
        let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("the genesis is valid");
        let funded = (JOB_OWNER..=STRANGER).map(|who| (who, FUNDS)).chain([(POT, EXISTENTIAL_DEPOSIT)]);
        pallet_balances::GenesisConfig::<Test> { balances: funded.collect(), ..Default::default() }
            .assimilate_storage(&mut storage)
            .expect("the balances are valid");
        GenesisConfig::<Test>::default().assimilate_storage(&mut storage).expect("the escrow account can be made");
        let mut ext = sp_io::TestExternalities::new(storage);
        ext.execute_with(|| run_to_block(1));
        ext
    }

    /// Run `test`, then check every invariant of the market and that no money appeared or vanished.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            let issuance = Balances::total_issuance();
            test();
            ComputeMarket::do_try_state().expect("the invariants hold");
            assert_eq!(
                Balances::total_issuance() + Burned::get(),
                issuance,
                "issuance changed by more than was burned"
            );
            let escrows: Balance = Jobs::<Test>::iter_values().map(|job| job.escrow).sum();
            assert_eq!(escrow(), escrows, "the escrow account differs from the escrows");
            let credited: Balance = Credited::get().into_iter().map(|(_, amount)| amount).sum();
            assert_eq!(balance(POT), EXISTENTIAL_DEPOSIT + credited, "the pot differs from what was credited");
        })
    }
}
