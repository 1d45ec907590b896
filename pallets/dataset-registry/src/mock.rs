//! A runtime with the dataset registry, doubles for the seams that it asks, and packages to register.

use crate as pallet_dataset_registry;
use crate::*;
use frame_support::{
    construct_runtime, derive_impl, parameter_types,
    traits::{fungible::InspectHold, ConstU128, Imbalance},
};
use neurodata_primitives::{
    draw,
    layout::MAX_AUDITED_CHUNKS,
    seams::{ProofSubject, StatementId, TrainingData},
    AlgorithmFamily, AlgorithmSet, CipherRoot, FieldBytes, KeyCommitment, LayoutDigest, LicenceDigest, RecipientKey,
    SchemaDigest, Seed, UseSet, MILLI_NRC, NRC,
};
use neurodata_zk_statements::{data_root, field, path, Binding, DataValidityInputs};
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

/// What each of the accounts has at first.
pub const ENDOWMENT: Balance = 10_000 * NRC;
/// The stake that tests register with.
pub const STAKE: Balance = 1_000 * NRC;
/// Price of a training use.
pub const TRAINING_PRICE: Balance = 40 * NRC;
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
    pub static EntropyWindow: u64 = 100;
    /// Sum of what was burned.
    pub static Burned: Balance = 0;
    /// What the compute market was told: the job, the use, and whether the key was delivered.
    pub static KeysTold: alloc::vec::Vec<(JobId, TrainingUseId, bool)> = alloc::vec![];
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

    fn key_overdue(job: JobId, training_use: TrainingUseId) -> DispatchResult {
        assert!(!TrainingUses::<Test>::contains_key(training_use), "the use is removed before the market is told");
        Self::told(job, training_use, false)
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
    type OnBurn = Furnace;
    type MinimumStake = MinimumStake;
    type ChallengeDelay = ChallengeDelay;
    type ProofPeriod = ProofPeriod;
    type StakeLockPeriod = StakeLockPeriod;
    type KeyDeliveryPeriod = KeyDeliveryPeriod;
    type NonDeliverySlash = NonDeliverySlash;
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
        let balances = [OWNER, STRANGER, PROVIDER, REPORTER, BUYER].map(|account| (account, ENDOWMENT)).to_vec();
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
            EntropyWindow::set(100);
            Burned::set(0);
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
        });
    }
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
        let commitment = DatasetCommitment {
            data_root: data_root(&leaves).unwrap(),
            cipher_root: CipherRoot::new([1; 32]),
            key_commitment: KeyCommitment::new([2; 32]),
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

/// Terms that allow anybody to train anything.
pub fn open_terms() -> DatasetTermsOf<Test> {
    DatasetTerms {
        copy_price: 100 * NRC,
        training_price: TRAINING_PRICE,
        uses: UseSet { train: true, ..Default::default() },
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
    DatasetRegistry::register_dataset(signed(OWNER), package.commitment.clone(), uris(), terms, STAKE).unwrap();
    dataset
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

/// Open a use of `dataset` by [`PROVIDER`] for [`JOB`].
pub fn open_use(dataset: DatasetId) -> TrainingUseId {
    DatasetRegistry::open_use(dataset, JOB, &PROVIDER, RecipientKey::new([8; 32]), TRAINING_PRICE).unwrap()
}

pub fn quote(
    dataset: DatasetId,
    buyer: AccountId,
    family: AlgorithmFamily,
) -> Result<neurodata_primitives::seams::TrainingQuote<AccountId, Balance>, DispatchError> {
    DatasetRegistry::quote(dataset, &buyer, family)
}

pub fn wrapped_key() -> WrappedKey {
    WrappedKey { ephemeral_key: RecipientKey::new([9; 32]), sealed_key: [10; 48] }
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
