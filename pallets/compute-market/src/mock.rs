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

mod doubles;

pub use doubles::*;

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
    type Leaderboards = TestLeaderboards;
    type Payouts = TestPayouts;
    type Reputation = TestReputation;
    type OnBurn = TestBurn;
    type PalletId = MarketPalletId;
    type JobDeposit = DepositPerJob;
    type ProviderBond = LeastBond;
    type Halted = IsHalted;
    type MinUnitPrice = PriceFloor;
    type MatchPeriod = ConstU64<MATCH_PERIOD>;
    type AcceptPeriod = ConstU64<ACCEPT_PERIOD>;
    type HeartbeatPeriod = ConstU64<HEARTBEAT_PERIOD>;
    type MaxDeliverPeriod = ConstU64<MAX_DELIVER_PERIOD>;
    type ProgressPeriod = ConstU64<PROGRESS_PERIOD>;
    type DeadlineGrace = ConstU64<DEADLINE_GRACE>;
    type RetirePeriod = ConstU64<RETIRE_PERIOD>;
    type PrunePeriod = ConstU64<PRUNE_PERIOD>;
    type BreachSlash = SlashShare;
    type PriceLiability = LiabilityShare;
    type MaxOffersPerProvider = ConstU32<4>;
    type MaxJobsPerProvider = ConstU32<8>;
    type MaxOpenJobs = ConstU32<40>;
    type MaxOpenJobsPerOwner = ConstU32<16>;
    type MaxMatchesPerBlock = ConstU32<4>;
    type MaxDeadlinesPerBlock = ConstU32<3>;
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
pub const LEAST_PENALTY: Balance = 100;
/// What the record of a job costs until it is pruned.
pub const DEPOSIT: Balance = 200;
pub const MATCH_PERIOD: u64 = 20;
pub const ACCEPT_PERIOD: u64 = 5;
pub const HEARTBEAT_PERIOD: u64 = 10;
pub const MAX_DELIVER_PERIOD: u64 = 100;
pub const PROGRESS_PERIOD: u64 = 12;
pub const DEADLINE_GRACE: u64 = 3;
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
pub const MIN_UNIT_PRICE: Balance = 5;
pub const PRICE: Balance = 6_320;
/// Work units at the maximum price, and the training price.
pub const ESCROW: Balance = 632 * 20 + 500;

parameter_types! {
    pub const MarketPalletId: PalletId = PalletId(*b"nd/mrket");
    pub storage DepositPerJob: Balance = DEPOSIT;
    pub storage LeastBond: Balance = MIN_BOND;
    pub storage PriceFloor: Balance = MIN_UNIT_PRICE;
    pub storage SlashShare: Permill = Permill::from_percent(10);
    pub storage LiabilityShare: Permill = Permill::from_percent(10);
    /// Whether the chain is halted.
    pub storage IsHalted: bool = false;
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
    /// Rounds that were opened, in order, field by field.
    storage StoredRounds: Vec<(JobId, StoredRequest)> = Vec::new();
    /// Models that the leaderboards were told of, in order, field by field.
    storage StoredAchievements: Vec<(Task, ModelId, JobId, AccountId, u32, u32)> = Vec::new();
    /// Accuracy of the best model that was there before, in millionths.
    pub storage BestKnown: Option<u32> = None;
    /// Scores of computation and data in each settlement, in order.
    pub storage Scores: Vec<(JobId, u8, u8)> = Vec::new();
    /// Lines that the histories were told of, in order: account, amount, what happened.
    pub storage Notes: Vec<(AccountId, Balance, HistoryEvent)> = Vec::new();
    /// Jobs whose record is gone, in order.
    pub storage Forgotten: Vec<JobId> = Vec::new();
    /// Models recorded, in order: owner, job, parent, seed, score.
    pub storage RecordedModels: Vec<(AccountId, JobId, Option<ModelId>, Seed, u8)> = Vec::new();
    /// What the payouts double credited, in order.
    pub storage Credited: Vec<(AccountId, Balance)> = Vec::new();
    /// Why sales and single accounts were credited, in order.
    pub storage Reasons: Vec<PayoutReason> = Vec::new();
    pub storage Reputations: Vec<(AccountId, u8)> = Vec::new();
    /// Penalties that reputation was told of, in order: who, how much, why.
    pub storage Penalties: Vec<(AccountId, Balance, PenaltyCause)> = Vec::new();
    pub storage Burned: Balance = 0;
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
    Capability { cores: 4, memory_mib: 8_192, device: DeviceClass::Cpu, device_memory_mib: 0 }
}

/// Training in 100 steps, each an epoch: 65 checkpoints.
pub fn descent() -> Descent {
    Descent {
        optimiser: Optimiser::Sgd { momentum: 0 },
        epochs: 100,
        batch_rows: 243,
        learning_rate: 100_000,
        weight_decay: 0,
        early_stopping: None,
    }
}

pub fn spec() -> TrainingSpec {
    by_descent(descent())
}

/// The same spec, trained otherwise.
pub fn by_descent(descent: Descent) -> TrainingSpec {
    TrainingSpec {
        algorithm: Algorithm::LogisticRegression { descent },
        objective: Objective::Classification { classes: 2 },
        target: Some(13),
        holdout: 200,
    }
}

/// The same spec with so many epochs.
pub fn with_epochs(epochs: u16) -> TrainingSpec {
    by_descent(Descent { epochs, ..descent() })
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
        checkpoints: 65,
        metrics: TrainingMetrics {
            training_rows: 243,
            holdout_rows: 60,
            quality: Quality::Classification {
                correct: 51,
                majority_correct: 33,
                log_loss: 400_000,
                f1: 845_000,
                roc_auc: 900_000,
            },
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

/// A bond that covers the usual job at `unit_price` and today's price of the data, and no second one.
pub fn bond_at(unit_price: Balance) -> Balance {
    let price = unit_price * Balance::from(WORK_UNITS);
    MIN_BOND.max(LEAST_PENALTY.max(LiabilityShare::get().mul_ceil(price)) + QuotedPrice::get())
}

/// What binds the secret of every provider in these tests.
pub fn probe_commitment() -> ProbeCommitment {
    ProbeCommitment::new([6; 32])
}

/// Register `provider` with a bond for one job, and an offer of one slot at `unit_price`.
pub fn offer(provider: AccountId, unit_price: Balance) {
    assert_ok!(ComputeMarket::register_provider(signed(provider), bond_at(unit_price)));
    assert_ok!(ComputeMarket::add_offer(signed(provider), capability(), unit_price, 1));
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
    assert_ok!(ComputeMarket::accept_job(signed(provider), id, recipient_key(), probe_commitment()));
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
            let parameters = (LeastBond::get(), SlashShare::get());
            if parameters == (MIN_BOND, Permill::from_percent(10)) {
                ComputeMarket::check_readiness().expect("the index holds what is ready");
            }
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
