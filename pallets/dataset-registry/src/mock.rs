//! A runtime with the dataset registry, doubles for the seams that it asks, and packages to register.

use crate as pallet_dataset_registry;
use crate::*;
use frame_support::{
    construct_runtime, derive_impl, parameter_types,
    traits::{fungible::InspectHold, tokens::Preservation, ConstU128, Imbalance},
};
use hpke::{
    aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256, Deserializable, Kem, OpModeS, Serializable,
};
use neurodata_primitives::{
    draw,
    layout::MAX_AUDITED_CHUNKS,
    money::split_off,
    score,
    seams::{JobSettlement, ProofSubject, SaleEnd, Saleable, StatementId, TrainingData, TrainingQuote},
    AlgorithmFamily, AlgorithmSet, CipherRoot, DatasetTerms, FieldBytes, HistoryEvent, InspectionId, LayoutDigest,
    LicenceDigest, LicenceKind, PayoutReason, PenaltyCause, PurchaseId, RecipientKey, SchemaDigest, Seed, UseSet,
    MILLI_NRC, NRC,
};
use neurodata_sealing::{public_key, training_use_context, wrap::WRAP_INFO};
use neurodata_zk_statements::{data_root, field, key_commitment, path, Binding, DataValidityInputs};
use sp_io::{hashing::blake2_256, TestExternalities};
use sp_runtime::BuildStorage;

pub type Block = frame_system::mocking::MockBlock<Test>;
pub type Balance = u128;
pub type AccountId = u64;

/// Sells data.
pub const OWNER: AccountId = 1;
/// Owns nothing of what a test is about.
pub const STRANGER: AccountId = 2;
/// Trains.
pub const PROVIDER: AccountId = 3;
/// Reports what others failed to do.
pub const REPORTER: AccountId = 4;
/// Posts jobs.
pub const BUYER: AccountId = 5;
/// Has no account on the chain.
pub const NOBODY: AccountId = 6;
/// Inspect packages: one more than a dataset keeps.
pub const INSPECTORS: [AccountId; 9] = [20, 21, 22, 23, 24, 25, 26, 27, 28];
/// Holds the prices of open sales.
pub const ESCROW: AccountId = 100;
/// Holds what is credited.
pub const POT: AccountId = 101;
/// Gets its share of each sale.
pub const TREASURY: AccountId = 102;

/// What each of the accounts has at first.
pub const ENDOWMENT: Balance = 10_000 * NRC;
/// The stake that tests register with.
pub const STAKE: Balance = 1_000 * NRC;
/// Price of a training use.
pub const TRAINING_PRICE: Balance = 40 * NRC;
/// Price of a copy.
pub const COPY_PRICE: Balance = 100 * NRC;
/// The key of every package.
pub const CONTENT_KEY: [u8; 32] = [11; 32];
/// The secret of the recipient key of every training use.
pub const SECRET: neurodata_primitives::sale::OneTimeSecret = [12; 32];
/// The least that an account can have.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_NRC;

construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        DatasetRegistry: pallet_dataset_registry,
    }
);

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
    pub static MinimumStake: Balance = STAKE;
    pub static ChallengeDelay: u64 = 5;
    pub static ProofPeriod: u64 = 20;
    pub static StakeLockPeriod: u64 = 50;
    pub static KeyDeliveryPeriod: u64 = 10;
    pub static NonDeliverySlash: Permill = Permill::from_percent(50);
    pub static SaleCover: u32 = 200;
    pub static SaleSlash: u32 = 200;
    pub static EntropyWindow: u64 = 100;
    /// Sum of what was burned.
    pub static Burned: Balance = 0;
    /// What the compute market was told: the job, the use, and whether the key was delivered.
    pub static KeysTold: alloc::vec::Vec<(JobId, TrainingUseId, bool)> = alloc::vec![];
    /// Sales that were paid out: why, to whom, how much.
    pub static Paid: alloc::vec::Vec<(PayoutReason, AccountId, Balance)> = alloc::vec![];
    /// Whether the till refuses to pay.
    pub static TillRefuses: bool = false;
    /// Who was penalised for an attestation: the inspector, who was wronged, who reported it, and for what.
    pub static Penalised: alloc::vec::Vec<(AccountId, AccountId, AccountId, PenaltyCause)> = alloc::vec![];
    /// Whether the compute market refuses what it is told.
    pub static MarketRefuses: bool = false;
}

/// Remembers a window of blocks; the seed of a block is its number.
pub struct WindowedEntropy;

impl Entropy<u64> for WindowedEntropy {
    fn seed_at(block: u64) -> Option<Seed> {
        let now = System::block_number();
        (block <= now && block + EntropyWindow::get() > now).then(|| seed_of(block))
    }
}

/// The seed that [`WindowedEntropy`] has for a block.
pub fn seed_of(block: u64) -> Seed {
    Seed::new(blake2_256(&block.encode()))
}

/// Accepts one proof for given inputs: their digest.
pub struct DigestVerifier;

/// What [`DigestVerifier`] answers to any other proof.
pub const ZK_REFUSAL: DispatchError = DispatchError::Other("the zk proof does not hold");

impl ZkVerifier for DigestVerifier {
    fn verify(statement: StatementId, inputs: &[FieldBytes], proof: &[u8]) -> DispatchResult {
        ensure!(proof == digest_proof(statement, inputs), ZK_REFUSAL);
        Ok(())
    }
}

/// The proof that [`DigestVerifier`] accepts.
pub fn digest_proof(statement: StatementId, inputs: &[FieldBytes]) -> [u8; 32] {
    blake2_256(&(statement, inputs).encode())
}

/// Notes what it is told.
pub struct Market;

/// What [`Market`] answers if it refuses.
pub const MARKET_REFUSAL: DispatchError = DispatchError::Unavailable;

impl Market {
    fn told(job: JobId, training_use: TrainingUseId, is_delivered: bool) -> DispatchResult {
        ensure!(!MarketRefuses::get(), MARKET_REFUSAL);
        KeysTold::mutate(|told| told.push((job, training_use, is_delivered)));
        Ok(())
    }
}

impl OnTrainingKey for Market {
    fn key_delivered(job: JobId, training_use: TrainingUseId) -> DispatchResult {
        Self::told(job, training_use, true)
    }

    fn key_failed(job: JobId, training_use: TrainingUseId) -> DispatchResult {
        assert!(!TrainingUses::<Test>::contains_key(training_use), "the use is removed before the market is told");
        Self::told(job, training_use, false)
    }
}

/// Pays out at once what rewards would credit: 95 % to the owner, the rest to the treasury.
pub struct Till;

/// What [`Till`] answers if it refuses.
pub const TILL_REFUSAL: DispatchError = DispatchError::Exhausted;

impl Payouts<AccountId, Balance> for Till {
    fn pot() -> AccountId {
        POT
    }

    fn settle_sale(reason: PayoutReason, owner: &AccountId, price: Balance) -> DispatchResult {
        ensure!(!TillRefuses::get(), TILL_REFUSAL);
        Paid::mutate(|paid| paid.push((reason, *owner, price)));
        let (treasury, rest) = split_off(price, Permill::from_percent(5));
        transfer(POT, TREASURY, treasury);
        transfer(POT, *owner, rest);
        Ok(())
    }

    fn settle_job(_: JobSettlement<AccountId, Balance>) -> DispatchResult {
        unimplemented!()
    }

    fn evaluation_share(_: Balance) -> Balance {
        unimplemented!()
    }

    fn settle_evaluation(_: JobId, _: Balance, _: alloc::vec::Vec<AccountId>) -> DispatchResult {
        unimplemented!()
    }

    fn treasury_share(_: Balance) -> Balance {
        unimplemented!()
    }

    fn settle_treasury(_: Balance) -> DispatchResult {
        unimplemented!()
    }

    fn settle_credit(_: &AccountId, _: Balance, _: PayoutReason) -> DispatchResult {
        unimplemented!()
    }

    fn settle_known_answer(_: JobId, _: alloc::vec::Vec<AccountId>) {
        unimplemented!()
    }

    fn note(_: &AccountId, _: Balance, _: HistoryEvent) {
        unimplemented!()
    }

    fn forget_job(_: JobId) {
        unimplemented!()
    }
}

/// What was noted of owners: who lost how much, and why. In storage, so that it goes back with what is undone.
#[frame_support::storage_alias]
pub type Penalties = StorageValue<Register, alloc::vec::Vec<(AccountId, Balance, PenaltyCause)>, ValueQuery>;

/// Notes penalties.
pub struct Register;

impl Reputation<AccountId, Balance> for Register {
    fn of(_: &AccountId) -> u8 {
        unimplemented!()
    }

    fn note_penalty(account: &AccountId, amount: Balance, cause: PenaltyCause) {
        Penalties::append((*account, amount, cause));
    }
}

/// Notes who is penalised.
pub struct Bench;

impl Inspectors<AccountId, u64> for Bench {
    fn draw(_: &Seed, _: InspectionId, _: u32, _: u64, _: &[AccountId]) -> alloc::vec::Vec<AccountId> {
        unimplemented!()
    }

    fn leave(_: &AccountId) {
        unimplemented!()
    }

    fn penalise(inspector: &AccountId, wronged: &AccountId, reporter: &AccountId, cause: PenaltyCause) {
        Penalised::mutate(|penalised| penalised.push((*inspector, *wronged, *reporter, cause)));
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
    type Entropy = WindowedEntropy;
    type ZkVerifier = DigestVerifier;
    type OnTrainingKey = Market;
    type Payouts = Till;
    type Inspectors = Bench;
    type Reputation = Register;
    type OnBurn = Furnace;
    type MinimumStake = MinimumStake;
    type ChallengeDelay = ChallengeDelay;
    type ProofPeriod = ProofPeriod;
    type StakeLockPeriod = StakeLockPeriod;
    type KeyDeliveryPeriod = KeyDeliveryPeriod;
    type NonDeliverySlash = NonDeliverySlash;
    type SaleCover = SaleCover;
    type SaleSlash = SaleSlash;
    type EntropyWindow = EntropyWindow;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Helper;
}

/// The world of benchmarks: the doubles, and a job out of nowhere.
#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper for Helper {
    fn zk_proof(
        statement: StatementId,
        inputs: &[FieldBytes],
    ) -> BoundedVec<u8, ConstU32<{ neurodata_primitives::dataset::MAX_ZK_PROOF_BYTES }>> {
        BoundedVec::truncate_from(digest_proof(statement, inputs).to_vec())
    }

    fn open_use(dataset: DatasetId) -> TrainingUseId {
        open_use(dataset)
    }
}

/// The world a test starts in: block 1, every named account but [`NOBODY`] with its endowment.
#[derive(Default)]
pub struct ExtBuilder;

impl ExtBuilder {
    pub fn build(self) -> TestExternalities {
        let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
        let accounts = [OWNER, STRANGER, PROVIDER, REPORTER, BUYER, ESCROW, POT, TREASURY];
        let balances = accounts.map(|account| (account, ENDOWMENT)).to_vec();
        pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
            .assimilate_storage(&mut storage)
            .unwrap();
        let mut externalities = TestExternalities::from(storage);
        externalities.execute_with(|| {
            System::set_block_number(1);
            MinimumStake::set(STAKE);
            ChallengeDelay::set(5);
            ProofPeriod::set(20);
            NonDeliverySlash::set(Permill::from_percent(50));
            SaleCover::set(200);
            SaleSlash::set(200);
            EntropyWindow::set(100);
            Burned::set(0);
            Paid::set(alloc::vec![]);
            TillRefuses::set(false);
            Penalised::set(alloc::vec![]);
            KeysTold::set(alloc::vec![]);
            MarketRefuses::set(false);
        });
        externalities
    }

    /// Run `test`, then check every invariant.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            test();
            DatasetRegistry::do_try_state().unwrap();
            assert_eq!(slashed(), noted(), "every slash is noted, and nothing else as one");
        });
    }
}

/// What was slashed from whom, by the events.
fn slashed() -> alloc::vec::Vec<(AccountId, Balance)> {
    let slashed = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::DatasetRegistry(Event::StakeSlashed { owner, amount, .. }) => Some((owner, amount)),
        _ => None,
    };
    System::events().into_iter().filter_map(slashed).collect()
}

/// What the noted penalties took from whom.
fn noted() -> alloc::vec::Vec<(AccountId, Balance)> {
    let taken = |(account, amount, _)| (account, amount);
    Penalties::get().into_iter().map(taken).filter(|(_, amount)| *amount > 0).collect()
}

pub fn run_to_block(block: u64) {
    System::set_block_number(block);
}

/// What a data provider has on disk: leaves, and the missing cells of each chunk.
#[derive(Clone)]
pub struct Package {
    pub commitment: DatasetCommitment,
    pub leaves: alloc::vec::Vec<FieldBytes>,
    pub missing: alloc::vec::Vec<u32>,
}

impl Package {
    /// A table of `rows` and `columns` whose leaves are numbered from `first_leaf`; chunk `i` lacks `i` cells.
    pub fn new(rows: u32, columns: u32, first_leaf: u64) -> Self {
        let chunks = layout::chunk_count(rows, columns).unwrap();
        let leaves = (first_leaf..).take(chunks as usize).map(field::from_number).collect();
        Self::from_leaves(rows, columns, leaves)
    }

    pub fn from_leaves(rows: u32, columns: u32, leaves: alloc::vec::Vec<FieldBytes>) -> Self {
        let chunks = leaves.len() as u32;
        let missing: alloc::vec::Vec<u32> = (0..chunks).collect();
        let data_root = data_root(&leaves).unwrap();
        let commitment = DatasetCommitment {
            data_root,
            cipher_root: CipherRoot::new([1; 32]),
            key_commitment: key_commitment(&CONTENT_KEY, data_root),
            schema_digest: SchemaDigest::new([3; 32]),
            layout: LayoutDigest::new([4; 32]),
            last_layout: LayoutDigest::new([5; 32]),
            rows,
            columns,
            chunks,
            missing_cells: missing.iter().copied().map(u64::from).sum(),
        };
        Self { commitment, leaves, missing }
    }

    /// The shape of the heart-disease data: 303 rows, 14 columns, 5 chunks. All of them are audited.
    pub fn small() -> Self {
        Self::new(303, 14, 1_000)
    }

    /// The shape of the digits data: 1,797 rows, 65 columns, 225 chunks. 32 of them are audited.
    pub fn large() -> Self {
        Self::new(1_797, 65, 2_000)
    }

    /// A valid proof of `chunk`, bound to `subject` and `account`.
    pub fn proof(&self, subject: ProofSubject, account: AccountId, chunk: u32) -> AuditProof {
        let is_last = chunk + 1 == self.commitment.chunks;
        let layout = if is_last { self.commitment.last_layout } else { self.commitment.layout };
        let at = chunk as usize;
        let (leaf, missing_cells) = (self.leaves[at], self.missing[at]);
        let genesis = System::block_hash(0).into();
        let binding = Binding { genesis, subject, account: &account.encode(), chunk }.to_field_bytes();
        let inputs = DataValidityInputs { leaf, layout, missing_cells, binding }.to_field_bytes();
        let path = BoundedVec::try_from(path(&self.leaves, chunk).unwrap()).unwrap();
        let zk_proof = BoundedVec::try_from(digest_proof(StatementId::DataValidity1, &inputs).to_vec()).unwrap();
        AuditProof { chunk, leaf, missing_cells, path, zk_proof }
    }

    /// Valid proofs of `chunks` for the audit of `dataset` by [`OWNER`].
    pub fn audit_proofs(
        &self,
        dataset: DatasetId,
        chunks: &[u32],
    ) -> BoundedVec<AuditProof, ConstU32<MAX_PROOFS_PER_CALL>> {
        let proof = |chunk: &u32| self.proof(ProofSubject::Dataset(dataset), OWNER, *chunk);
        BoundedVec::try_from(chunks.iter().map(proof).collect::<alloc::vec::Vec<_>>()).unwrap()
    }

    /// The chunks that the audit of `dataset` challenges, if it was drawn at `challenge_at`.
    pub fn challenge(&self, dataset: DatasetId, challenge_at: u64) -> alloc::vec::Vec<u32> {
        let seed = draw::derive(&seed_of(challenge_at), draw::AUDIT_DOMAIN, &dataset);
        draw::distinct(&seed, self.commitment.chunks, MAX_AUDITED_CHUNKS)
    }
}

/// Terms that allow anybody anything.
pub fn open_terms() -> DatasetTermsOf<Test> {
    DatasetTerms {
        copy_price: COPY_PRICE,
        training_price: TRAINING_PRICE,
        uses: UseSet { download: true, train: true, publish_model: true, commercial: true, derive: true },
        algorithms: AlgorithmSet::ALL,
        allowed: None,
        licence: LicenceDigest::new([6; 32]),
        expires_at: None,
    }
}

pub fn uris() -> BoundedVec<Uri, ConstU32<MAX_URIS>> {
    let uri = Uri::try_from(b"ipfs://bafkreigh2akiscaildc".to_vec()).unwrap();
    BoundedVec::try_from(alloc::vec![uri]).unwrap()
}

pub fn signed(account: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

/// Register `package` for [`OWNER`] on `terms`.
pub fn register_on(package: &Package, terms: DatasetTermsOf<Test>) -> DatasetId {
    let dataset = NextDatasetId::<Test>::get();
    DatasetRegistry::register_dataset(signed(OWNER), package.commitment.clone(), uris(), terms, STAKE, None).unwrap();
    dataset
}

/// Try to register `package` for `account` as the version that replaces `parent`.
pub fn replace(account: AccountId, package: &Package, parent: DatasetId) -> DispatchResult {
    let commitment = package.commitment.clone();
    DatasetRegistry::register_dataset(signed(account), commitment, uris(), open_terms(), STAKE, Some(parent))
}

/// Register `package` for [`OWNER`] on open terms.
pub fn register(package: &Package) -> DatasetId {
    register_on(package, open_terms())
}

/// The block that draws the challenge of `dataset`, and the last one for proofs.
pub fn audit_blocks(dataset: DatasetId) -> (u64, u64) {
    match Datasets::<Test>::get(dataset).unwrap().state {
        DatasetState::Auditing { challenge_at, prove_by } => (challenge_at, prove_by),
        state => panic!("not under audit: {state:?}"),
    }
}

/// Register the small package on `terms` and pass its audit.
pub fn activate_on(terms: DatasetTermsOf<Test>) -> DatasetId {
    let package = Package::small();
    let dataset = register_on(&package, terms);
    run_to_block(audit_blocks(dataset).0 + 1);
    let proofs = package.audit_proofs(dataset, &[0, 1, 2, 3, 4]);
    DatasetRegistry::submit_audit(signed(OWNER), dataset, proofs).unwrap();
    dataset
}

/// Register the small package on open terms and pass its audit.
pub fn activate() -> DatasetId {
    activate_on(open_terms())
}

/// The job of every training use.
pub const JOB: JobId = JobId::new(7);

/// The recipient key of every training use.
pub fn recipient_key() -> RecipientKey {
    public_key(&SECRET)
}

/// Open a use of `dataset` by [`PROVIDER`] for [`JOB`].
pub fn open_use(dataset: DatasetId) -> TrainingUseId {
    open_use_at(dataset, TRAINING_PRICE)
}

/// Register `package` on open terms and pass its audit, whatever is challenged.
pub fn activate_package(package: &Package) -> DatasetId {
    let dataset = register(package);
    let (challenge_at, _) = audit_blocks(dataset);
    run_to_block(challenge_at + 1);
    for chunks in package.challenge(dataset, challenge_at).chunks(MAX_PROOFS_PER_CALL as usize) {
        DatasetRegistry::submit_audit(signed(OWNER), dataset, package.audit_proofs(dataset, chunks)).unwrap();
    }
    dataset
}

/// Open a use of `dataset` by [`PROVIDER`] for [`JOB`] at `price`.
pub fn open_use_at(dataset: DatasetId, price: Balance) -> TrainingUseId {
    DatasetRegistry::open_use(dataset, JOB, &PROVIDER, recipient_key(), price).unwrap()
}

pub fn quote(
    dataset: DatasetId,
    buyer: AccountId,
    family: AlgorithmFamily,
) -> Result<TrainingQuote<AccountId, Balance>, DispatchError> {
    <DatasetRegistry as TrainingData<AccountId, Balance>>::quote(dataset, &buyer, family)
}

/// Something that opens with no key.
pub fn wrapped_key() -> WrappedKey {
    WrappedKey { ephemeral_key: RecipientKey::new([9; 32]), sealed_key: [10; 48] }
}

/// `key`, wrapped for the recipient of `training_use`.
pub fn wrap(key: &[u8; 32], training_use: TrainingUseId) -> WrappedKey {
    let context = training_use_context(&System::block_hash(0).into(), training_use);
    let recipient = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(recipient_key().as_bytes()).unwrap();
    let (ephemeral, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &recipient,
        WRAP_INFO,
        key,
        &context,
    )
    .unwrap();
    WrappedKey { ephemeral_key: RecipientKey::new(ephemeral.to_bytes().into()), sealed_key: sealed.try_into().unwrap() }
}

pub fn transfer(from: AccountId, to: AccountId, amount: Balance) {
    <Balances as Mutate<AccountId>>::transfer(&from, &to, amount, Preservation::Expendable).unwrap();
}

/// An open sale, as the pallet that runs it knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sale {
    pub dataset: DatasetId,
    pub buyer: AccountId,
    pub price: Balance,
}

/// The purchase of every sale.
pub const PURCHASE: PurchaseId = PurchaseId::new(3);

impl Sale {
    /// Buy a copy of `dataset`: the price goes into escrow.
    pub fn open(dataset: DatasetId, buyer: AccountId) -> Result<Self, DispatchError> {
        let price = copy_quote(dataset, buyer, LicenceKind::Personal)?.price;
        DatasetRegistry::open_sale(dataset, price)?;
        transfer(buyer, ESCROW, price);
        Ok(Self { dataset, buyer, price })
    }

    /// Take a sale at no price for an inspector.
    pub fn inspect(dataset: DatasetId, inspector: AccountId) -> Self {
        DatasetRegistry::open_sale(dataset, 0).unwrap();
        Self { dataset, buyer: inspector, price: 0 }
    }

    /// End the sale, after the price went where it has to go.
    pub fn end(self, end: SaleEnd<AccountId>) {
        let Self { dataset, buyer, price } = self;
        let payee = match end {
            SaleEnd::Settled { .. } => DatasetRegistry::income_account(dataset),
            _ => buyer,
        };
        if price > 0 {
            transfer(ESCROW, payee, price);
        }
        DatasetRegistry::close_sale(dataset, PURCHASE, price, price, end).unwrap();
    }

    /// Nobody complained in time.
    pub fn settle(self) {
        self.end(SaleEnd::Settled { confirmed: false });
    }

    /// The buyer proved `fault`.
    pub fn complain(self, fault: Fault) {
        self.end(SaleEnd::Faulty { fault, wronged: self.buyer });
    }
}

/// What a copy of `dataset` costs `buyer`.
pub fn copy_quote(
    dataset: DatasetId,
    buyer: AccountId,
    licence: LicenceKind,
) -> Result<neurodata_primitives::seams::SaleQuote<AccountId, Balance, u64>, DispatchError> {
    <DatasetRegistry as Saleable<DatasetId, AccountId, Balance, u64>>::quote(dataset, &buyer, licence)
}

/// The causes that moved the score of `dataset` so far, in order.
pub fn causes(dataset: DatasetId) -> alloc::vec::Vec<ScoreCause> {
    let cause = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::DatasetRegistry(Event::ScoreChanged { dataset: id, cause, .. }) if id == dataset => Some(cause),
        _ => None,
    };
    System::events().into_iter().filter_map(cause).collect()
}

/// The score after `causes`.
pub fn score_after<const N: usize>(causes: [ScoreCause; N]) -> QualityScore {
    score::replay(causes)
}

pub fn record(dataset: DatasetId) -> DatasetRecordOf<Test> {
    Datasets::<Test>::get(dataset).unwrap()
}

pub fn held(account: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::QualityStake.into(), &account)
}

/// Whether `event` is among the events of the current block.
pub fn happened(event: Event<Test>) -> bool {
    System::events().into_iter().any(|record| record.event == event.clone().into())
}

/// The pallet's last event.
pub fn last_event() -> Event<Test> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::DatasetRegistry(event) => Some(event),
        _ => None,
    };
    System::events().into_iter().rev().find_map(ours).unwrap()
}
