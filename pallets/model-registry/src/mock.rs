//! A runtime with balances and this pallet, doubles for the seams that it asks, and models to sell.

use crate::{self as pallet_model_registry, *};
use frame_support::{
    derive_impl,
    pallet_prelude::ValueQuery,
    parameter_types, storage_alias,
    traits::{
        fungible::{Inspect, InspectHold, Mutate},
        tokens::Preservation,
        ConstU128, Imbalance, OnUnbalanced,
    },
    PalletId,
};
use neurodata_primitives::{
    money::split_off,
    seams::{JobSettlement, ModelOrigin, Models as _, SaleEnd, SaleQuote, Saleable},
    Algorithm, Asset, BlobDigest, CipherRoot, DatasetId, HistoryEvent, KeyCommitment, LicenceDigest, LicenceKind,
    LicenceOffer, ModelDigest, ModelTerms, PayoutReason, PenaltyCause, ResultCommitment, Seed, TraceRoot,
    Descent, Objective, Optimiser, TrainingMetrics, TrainingSpec, Uri, UseSet, NRC,
};
use sp_runtime::{BoundedVec, BuildStorage, DispatchError, DispatchResult, Permill};
use std::collections::BTreeMap;

pub type AccountId = u64;
pub type Balance = u128;

/// Owns models and sells them.
pub const OWNER: AccountId = 1;
/// Buys copies, and models.
pub const BUYER: AccountId = 2;
/// Owns nothing of what a test is about.
pub const STRANGER: AccountId = 3;
/// Provided the data.
pub const DATA_PROVIDER: AccountId = 4;
/// Computed.
pub const PROVIDER: AccountId = 5;
/// Reports what others failed to do.
pub const REPORTER: AccountId = 6;
/// Has no account on the chain.
pub const NOBODY: AccountId = 7;
/// Where the double of the payouts keeps what it credits.
pub const PAYOUT_POT: AccountId = 8;

/// The job of [`model`].
pub const JOB: JobId = JobId::new(7);
/// What each of the accounts has at first.
pub const ENDOWMENT: Balance = 10_000 * NRC;
/// The stake that tests list with: the minimum.
pub const STAKE: Balance = 100 * NRC;
/// Price of a personal licence.
pub const PRICE: Balance = 10 * NRC;
/// The least that an account can have.
pub const EXISTENTIAL_DEPOSIT: Balance = 10;
/// Blocks for which a commercial licence is good.
pub const DURATION: u64 = 30;
/// Blocks for which a stake is locked.
pub const LOCK: u64 = 50;
/// Parents 10 %, data 5 %, computation 2 %.
pub const SPLIT: RoyaltySplit = RoyaltySplit {
    parents: Permill::from_percent(10),
    data: Permill::from_percent(5),
    compute: Permill::from_percent(2),
};

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
    pub type ModelRegistry = pallet_model_registry;
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
    pub const ModelPalletId: PalletId = PalletId(*b"nd/model");
    pub static MinimumModelStake: Balance = STAKE;
    pub static ModelStakeLockPeriod: u64 = LOCK;
    pub static SaleCover: u32 = 200;
    pub static SaleSlash: u32 = 200;
    pub static NonDeliverySlash: Permill = Permill::from_percent(50);
    pub static Royalties: RoyaltySplit = SPLIT;
    /// Share of the treasury in a sale.
    pub static TreasuryShare: Permill = Permill::from_percent(5);
    /// Sum of what was burned.
    pub static Burned: Balance = 0;
    /// Whether the payouts refuse to credit.
    pub static PayoutsRefuse: bool = false;
    /// Where the payouts say that their pot is.
    pub static PayoutPotAccount: AccountId = PAYOUT_POT;
    /// Licences in force.
    pub static Permitted: Vec<(Asset, AccountId, LicenceKind)> = vec![];
}

/// What each account was credited. In storage, so that it goes back with what is undone.
#[storage_alias]
pub type Credits = StorageValue<PayoutDouble, BTreeMap<AccountId, Balance>, ValueQuery>;

/// Why accounts were credited last, in order.
#[storage_alias]
pub type Reasons = StorageValue<PayoutDouble, Vec<(AccountId, Balance, PayoutReason)>, ValueQuery>;

/// What the treasury was given.
#[storage_alias]
pub type Treasury = StorageValue<PayoutDouble, Balance, ValueQuery>;

/// Notes what it is told, and sees to it that the money is there.
pub struct PayoutDouble;

/// What [`PayoutDouble`] answers if it refuses.
pub const PAYOUT_REFUSAL: DispatchError = DispatchError::Unavailable;

impl PayoutDouble {
    fn ensure_funded(amount: Balance) -> DispatchResult {
        let owed: Balance = credited() + Treasury::get() + amount;
        frame_support::ensure!(!PayoutsRefuse::get(), PAYOUT_REFUSAL);
        let is_funded = Balances::balance(&PAYOUT_POT) >= owed + EXISTENTIAL_DEPOSIT;
        assert!(is_funded, "the money is moved before it is credited");
        Ok(())
    }
}

impl seams::Payouts<AccountId, Balance> for PayoutDouble {
    fn pot() -> AccountId {
        PayoutPotAccount::get()
    }

    fn settle_job(_: JobSettlement<AccountId, Balance>) -> DispatchResult {
        unreachable!("models settle no job")
    }

    fn evaluation_share(_: Balance) -> Balance {
        unreachable!("models pay no evaluator")
    }

    fn settle_evaluation(_: JobId, _: Balance, _: Vec<AccountId>) -> DispatchResult {
        unreachable!("models pay no evaluator")
    }

    fn settle_sale(_: PayoutReason, _: &AccountId, _: Balance) -> DispatchResult {
        unreachable!("income of models is shared, not settled")
    }

    fn treasury_share(price: Balance) -> Balance {
        let owner = Permill::one() - TreasuryShare::get();
        split_off(price, owner).1
    }

    fn settle_treasury(amount: Balance) -> DispatchResult {
        assert!(amount > 0, "nothing is not settled");
        Self::ensure_funded(amount)?;
        Treasury::mutate(|treasury| *treasury += amount);
        Ok(())
    }

    fn settle_known_answer(_: JobId, _: Vec<AccountId>) {
        unreachable!("models settle no job")
    }

    fn note(_: &AccountId, _: Balance, _: HistoryEvent) {
        unreachable!("sales of models belong to no job")
    }

    fn forget_job(_: JobId) {
        unreachable!("models outlive their jobs")
    }

    fn settle_credit(account: &AccountId, amount: Balance, reason: PayoutReason) -> DispatchResult {
        assert!(amount > 0, "nothing is not credited");
        Self::ensure_funded(amount)?;
        Credits::mutate(|credits| *credits.entry(*account).or_default() += amount);
        Reasons::append((*account, amount, reason));
        Ok(())
    }
}

/// What was noted of sellers: who lost how much, and why.
#[storage_alias]
pub type Penalties = StorageValue<Register, Vec<(AccountId, Balance, PenaltyCause)>, ValueQuery>;

/// Notes penalties.
pub struct Register;

impl seams::Reputation<AccountId, Balance> for Register {
    fn of(_: &AccountId) -> u8 {
        unreachable!("models are sold by anybody")
    }

    fn note_penalty(account: &AccountId, amount: Balance, cause: PenaltyCause) {
        Penalties::append((*account, amount, cause));
    }
}

/// Knows the licences in [`Permitted`].
pub struct LicenceDouble;

impl seams::Licences<AccountId> for LicenceDouble {
    fn permits(asset: Asset, account: &AccountId, kind: LicenceKind) -> bool {
        Permitted::get().into_iter().any(|(of, to, held)| of == asset && to == *account && held >= kind)
    }
}

/// Counts what is burned.
pub struct Furnace;

impl OnUnbalanced<CreditOf<Test>> for Furnace {
    fn on_nonzero_unbalanced(amount: CreditOf<Test>) {
        Burned::mutate(|burned| *burned += amount.peek());
    }
}

impl Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Payouts = PayoutDouble;
    type Licences = LicenceDouble;
    type Reputation = Register;
    type OnBurn = Furnace;
    type PalletId = ModelPalletId;
    type MinimumModelStake = MinimumModelStake;
    type ModelStakeLockPeriod = ModelStakeLockPeriod;
    type SaleCover = SaleCover;
    type SaleSlash = SaleSlash;
    type NonDeliverySlash = NonDeliverySlash;
    type RoyaltySplit = Royalties;
    type WeightInfo = ();
}

/// Sets the world up: block 1, no models, every named account but [`NOBODY`] with its endowment.
pub struct ExtBuilder;

impl ExtBuilder {
    pub fn build() -> sp_io::TestExternalities {
        let rich = [OWNER, BUYER, STRANGER, DATA_PROVIDER, PROVIDER, REPORTER].map(|account| (account, ENDOWMENT));
        let balances = [rich.to_vec(), vec![(PAYOUT_POT, EXISTENTIAL_DEPOSIT)]].concat();
        let config = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
            ..Default::default()
        };
        let mut ext = sp_io::TestExternalities::new(config.build_storage().unwrap());
        ext.execute_with(|| {
            System::set_block_number(1);
            MinimumModelStake::set(STAKE);
            ModelStakeLockPeriod::set(LOCK);
            SaleCover::set(200);
            SaleSlash::set(200);
            NonDeliverySlash::set(Permill::from_percent(50));
            Royalties::set(SPLIT);
            TreasuryShare::set(Permill::from_percent(5));
            Burned::set(0);
            PayoutsRefuse::set(false);
            PayoutPotAccount::set(PAYOUT_POT);
            Permitted::set(vec![]);
        });
        ext
    }

    /// Run `test` in this world, then check every invariant, and the pots to the planck: nobody donates.
    pub fn build_and_execute(test: impl FnOnce()) {
        Self::build().execute_with(|| {
            test();
            check();
        });
    }
}

/// Check every invariant, both pots to the planck, and that every slash is noted and nothing else as one.
pub fn check() {
    ModelRegistry::do_try_state().unwrap();
    let noted = Penalties::get().into_iter().map(|(account, amount, _)| (account, amount));
    assert_eq!(noted.filter(|(_, amount)| *amount > 0).collect::<Vec<_>>(), slashed());
    assert_eq!(Balances::balance(&ModelRegistry::pot()), TotalPending::<Test>::get() + EXISTENTIAL_DEPOSIT);
    assert_eq!(Balances::balance(&PAYOUT_POT), credited() + Treasury::get() + EXISTENTIAL_DEPOSIT);
}

/// What was slashed from whom, by the events.
fn slashed() -> Vec<(AccountId, Balance)> {
    let slashed = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::ModelRegistry(Event::ModelStakeSlashed { seller, amount, .. }) => Some((seller, amount)),
        _ => None,
    };
    System::events().into_iter().filter_map(slashed).collect()
}

pub fn run_to_block(block: u64) {
    System::set_block_number(block);
}

pub fn signed(account: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

pub fn spec() -> TrainingSpec {
    TrainingSpec {
        algorithm: Algorithm::LogisticRegression {
            descent: Descent {
                optimiser: Optimiser::Sgd { momentum: 0 },
                epochs: 100,
                batch_rows: 32,
                learning_rate: 100_000,
                weight_decay: 0,
                early_stopping: None,
            },
        },
        objective: Objective::Classification { classes: 2 },
        target: Some(13),
        holdout: 200,
    }
}

/// A result whose model file is four chunks and a bit.
pub fn result() -> ResultCommitment {
    ResultCommitment {
        model: ModelDigest::new([1; 32]),
        model_bytes: 8_200,
        manifest: BlobDigest::new([2; 32]),
        trace: TraceRoot::new([3; 32]),
        checkpoints: 11,
        metrics: TrainingMetrics::default(),
    }
}

/// Everything is permitted.
pub fn every_use() -> UseSet {
    UseSet { download: true, train: true, publish_model: true, commercial: true, derive: true }
}

/// A result of `job` for [`OWNER`], trained from nothing.
pub fn origin(job: JobId) -> ModelOrigin<AccountId> {
    ModelOrigin {
        owner: OWNER,
        job,
        dataset: DatasetId::new(3),
        parent: None,
        data_provider: DATA_PROVIDER,
        compute_provider: PROVIDER,
        uses: every_use(),
        spec: spec(),
        seed: Seed::new([4; 32]),
        result: result(),
        score: 85,
    }
}

/// A result of the next job that made nothing yet.
pub fn next_origin() -> ModelOrigin<AccountId> {
    origin(JobId::new(1_000 + NextModelId::<Test>::get().get()))
}

/// Record a model of `job` for [`OWNER`].
pub fn record(job: JobId) -> Result<ModelId, DispatchError> {
    ModelRegistry::record(origin(job))
}

/// A model of [`JOB`].
pub fn model() -> ModelId {
    record(JOB).unwrap()
}

/// A model of [`OWNER`] whose training started from `parent`.
pub fn child_of(parent: ModelId) -> ModelId {
    ModelRegistry::record(ModelOrigin { parent: Some(parent), ..next_origin() }).unwrap()
}

/// A model of [`OWNER`] with these parents.
pub fn child_of_all(parents: &[ModelId]) -> ModelId {
    ModelRegistry::do_record(next_origin(), parents.to_vec().try_into().unwrap()).unwrap()
}

/// A model with exactly this many ancestors, all of them different, and as few generations as that takes.
pub fn with_ancestors(ancestors: u32) -> ModelId {
    let count = ancestors.min(8);
    let parents: Vec<ModelId> = (0..count)
        .map(|at| ancestors / count + u32::from(at < ancestors % count))
        .map(|branch| with_ancestors(branch - 1))
        .collect();
    child_of_all(&parents)
}

/// A chain of models in which the last one has this depth.
pub fn with_depth(depth: u32) -> ModelId {
    (0..depth).fold(ModelRegistry::record(next_origin()).unwrap(), |parent, _| child_of(parent))
}

pub fn package() -> ModelPackage {
    ModelPackage { cipher_root: CipherRoot::new([5; 32]), key_commitment: KeyCommitment::new([6; 32]) }
}

pub fn uris() -> Uris {
    BoundedVec::truncate_from(vec![Uri::truncate_from(b"ipfs://bafkreigh2akiscaildc".to_vec())])
}

/// Anybody may buy: for own use at [`PRICE`], for commercial use at three times that and [`DURATION`] blocks.
pub fn terms() -> ModelTermsOf<Test> {
    let personal = LicenceOffer { kind: LicenceKind::Personal, price: PRICE, duration: None };
    let commercial = LicenceOffer { kind: LicenceKind::Commercial, price: 3 * PRICE, duration: Some(DURATION) };
    terms_with(vec![personal, commercial])
}

pub fn terms_with(licences: Vec<LicenceOffer<Balance, u64>>) -> ModelTermsOf<Test> {
    ModelTerms {
        licences: licences.try_into().unwrap(),
        allowed: None,
        licence_text: LicenceDigest::new([7; 32]),
        expires_at: None,
    }
}

/// List `model` for [`OWNER`] with [`STAKE`].
pub fn list(model: ModelId) -> DispatchResult {
    ModelRegistry::list_model(signed(OWNER), model, package(), uris(), terms(), STAKE)
}

/// A model that is for sale.
pub fn listed() -> ModelId {
    let model = model();
    list(model).unwrap();
    model
}

pub fn quote(
    model: ModelId,
    buyer: AccountId,
    licence: LicenceKind,
) -> Result<SaleQuote<AccountId, Balance, u64>, DispatchError> {
    ModelRegistry::quote(model, &buyer, licence)
}

/// The purchase of every sale.
pub const PURCHASE: PurchaseId = PurchaseId::new(17);

/// End a sale that was opened at `price`, which is also what a slash is reckoned from.
pub fn close(model: ModelId, price: Balance, end: SaleEnd<AccountId>) -> DispatchResult {
    ModelRegistry::close_sale(model, PURCHASE, price, price, end)
}

/// Move `price` from [`BUYER`] to where it has to lie, as the sales do.
pub fn fund(model: ModelId, price: Balance) {
    Balances::transfer(&BUYER, &ModelRegistry::income_account(model), price, Preservation::Preserve).unwrap();
}

/// Sell a copy of a listed model at `price`.
pub fn sell(model: ModelId, price: Balance) {
    ModelRegistry::open_sale(model, price).unwrap();
    fund(model, price);
    close(model, price, SaleEnd::Settled { confirmed: true }).unwrap();
}

/// Let `amount` of `model` be pending, without a listing and without a treasury.
pub fn earn(model: ModelId, amount: Balance) {
    fund(model, amount);
    let share = TreasuryShare::get();
    TreasuryShare::set(Permill::zero());
    ModelRegistry::take_in(model, PURCHASE, amount).unwrap();
    TreasuryShare::set(share);
}

pub fn collect(model: ModelId) -> DispatchResult {
    ModelRegistry::collect_royalties(signed(STRANGER), model).map(|_| ()).map_err(|error| error.error)
}

pub fn transfer(from: AccountId, model: ModelId, to: AccountId) -> DispatchResult {
    ModelRegistry::transfer_model(signed(from), model, to).map(|_| ()).map_err(|error| error.error)
}

/// What all accounts were credited.
pub fn credited() -> Balance {
    Credits::get().values().sum()
}

/// What `account` was credited.
pub fn credit_of(account: AccountId) -> Balance {
    Credits::get().get(&account).copied().unwrap_or_default()
}

pub fn pending(model: ModelId) -> Balance {
    Incomes::<Test>::get(model).pending
}

pub fn listing(model: ModelId) -> ModelListingOf<Test> {
    Listings::<Test>::get(model).unwrap()
}

pub fn held(account: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::ModelStake.into(), &account)
}

/// Whether `event` is among the events so far.
pub fn happened(event: Event<Test>) -> bool {
    System::events().into_iter().any(|record| record.event == event.clone().into())
}

/// The pallet's last event.
pub fn last_event() -> Event<Test> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::ModelRegistry(event) => Some(event),
        _ => None,
    };
    System::events().into_iter().rev().find_map(ours).unwrap()
}
