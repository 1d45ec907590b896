//! A market with the limits of a chain, between neighbours that say yes to everything: to measure how it scales.
//!
//! Whoever includes this module has the pallet's crate as `market` beside it.

use super::market::{self as pallet_compute_market, *};
use frame_support::{
    assert_ok, construct_runtime, derive_impl, parameter_types,
    traits::{tokens::imbalance::ResolveTo, ConstU128, ConstU32, ConstU64, Hooks},
    weights::Weight,
    PalletId,
};
use neurodata_primitives::{
    machine::{BANDS, TIERS},
    seams::{self, *},
    *,
};
use sp_runtime::{
    traits::{AccountIdConversion, IdentityLookup},
    BuildStorage, DispatchError, DispatchResult, Permill,
};

type AccountId = u64;
type Balance = u128;

construct_runtime! {
    pub enum Chain {
        System: frame_system,
        Balances: pallet_balances,
        Market: pallet_compute_market,
    }
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Chain {
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type Block = frame_system::mocking::MockBlock<Chain>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Chain {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<1>;
    type AccountStore = System;
}

parameter_types! {
    pub const MarketPalletId: PalletId = PalletId(*b"nd/mrket");
    pub const BreachSlash: Permill = Permill::from_percent(10);
    pub const PriceLiability: Permill = Permill::from_percent(10);
    pub const BurnAccount: AccountId = BURNED;
}

impl Config for Chain {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Entropy = Neighbour;
    type TrainingData = Neighbour;
    type Evaluation = Neighbour;
    type Leaderboards = Neighbour;
    type Models = Neighbour;
    type Payouts = Neighbour;
    type Reputation = Neighbour;
    type OnBurn = ResolveTo<BurnAccount, Balances>;
    type PalletId = MarketPalletId;
    type JobDeposit = ConstU128<100>;
    type ProviderBond = ConstU128<BOND>;
    type Halted = frame_support::traits::ConstBool<false>;
    type MinUnitPrice = ConstU128<1>;
    type PriceLiability = PriceLiability;
    type MatchPeriod = ConstU64<MATCH_PERIOD>;
    type AcceptPeriod = ConstU64<ACCEPT_PERIOD>;
    type HeartbeatPeriod = ConstU64<100>;
    type ProgressPeriod = ConstU64<100>;
    type DeadlineGrace = ConstU64<GRACE>;
    type MaxDeliverPeriod = ConstU64<1_000>;
    type RetirePeriod = ConstU64<1_000>;
    type PrunePeriod = ConstU64<1_000>;
    type BreachSlash = BreachSlash;
    type MaxOffersPerProvider = ConstU32<8>;
    type MaxOpenJobs = ConstU32<100_000>;
    type MaxOpenJobsPerOwner = ConstU32<JOBS_OF_OWNER>;
    type MaxJobsPerProvider = ConstU32<64>;
    type MaxMatchesPerBlock = ConstU32<20>;
    type MaxDeadlinesPerBlock = ConstU32<20>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Neighbour;
}

/// Blocks in which an open job waits.
pub const MATCH_PERIOD: u64 = 50;
/// Blocks that a provider has to accept.
pub const ACCEPT_PERIOD: u64 = 10;
/// Blocks between a deadline and its end by the hook.
const GRACE: u64 = 5;

const BOND: Balance = 1_000;
const JOBS_OF_OWNER: u32 = 64;
const DATA_PROVIDER: AccountId = 1;
const BURNED: AccountId = 2;
const POT: AccountId = 3;
const CALLER: AccountId = 4;
/// Providers are numbered from here, job owners from the next.
const PROVIDERS: AccountId = 1_000_000;
const OWNERS: AccountId = 2_000_000;

/// Answers every seam.
pub struct Neighbour;

impl seams::Entropy<u64> for Neighbour {
    fn seed_at(_: u64) -> Option<Seed> {
        Some(Seed::new([7; 32]))
    }
}

impl TrainingData<AccountId, Balance> for Neighbour {
    fn quote(
        _: DatasetId,
        _: &AccountId,
        _: AlgorithmFamily,
    ) -> Result<TrainingQuote<AccountId, Balance>, DispatchError> {
        let uses = UseSet { download: false, train: true, publish_model: true, commercial: false, derive: false };
        Ok(TrainingQuote { owner: DATA_PROVIDER, price: 10, rows: 303, columns: 14, chunks: 5, uses })
    }

    fn still_permits(_: DatasetId, _: &AccountId, _: AlgorithmFamily) -> bool {
        true
    }

    fn open_use(
        _: DatasetId,
        job: JobId,
        _: &AccountId,
        _: RecipientKey,
        _: Balance,
    ) -> Result<TrainingUseId, DispatchError> {
        Ok(TrainingUseId::new(job.get()))
    }

    fn close_use(_: TrainingUseId, _: UseOutcome) {}

    fn verify_chunk(_: DatasetId, _: ProofSubject, _: &AccountId, _: &AuditProof) -> DispatchResult {
        Ok(())
    }
}

impl seams::Evaluation<AccountId> for Neighbour {
    fn open_round(_: JobId, _: EvaluationRequest<AccountId>) -> DispatchResult {
        Ok(())
    }
}

impl seams::Leaderboards<AccountId> for Neighbour {
    fn best(_: &Task) -> Option<u32> {
        None
    }

    fn note(_: Achievement<AccountId>) -> bool {
        false
    }
}

impl seams::Models<AccountId> for Neighbour {
    fn ensure_derivable(_: ModelId, _: &AccountId, _: &TrainingSpec) -> DispatchResult {
        Ok(())
    }

    fn record(origin: ModelOrigin<AccountId>) -> Result<ModelId, DispatchError> {
        Ok(ModelId::new(origin.job.get()))
    }
}

impl seams::Payouts<AccountId, Balance> for Neighbour {
    fn pot() -> AccountId {
        POT
    }

    fn settle_job(_: JobSettlement<AccountId, Balance>) -> DispatchResult {
        Ok(())
    }

    fn evaluation_share(price: Balance) -> Balance {
        price / 10
    }

    fn settle_evaluation(_: JobId, _: Balance, _: Vec<AccountId>) -> DispatchResult {
        Ok(())
    }

    fn settle_sale(_: PayoutReason, _: &AccountId, _: Balance) -> DispatchResult {
        Ok(())
    }

    fn treasury_share(price: Balance) -> Balance {
        price / 20
    }

    fn settle_treasury(_: Balance) -> DispatchResult {
        Ok(())
    }

    fn settle_credit(_: &AccountId, _: Balance, _: PayoutReason) -> DispatchResult {
        Ok(())
    }

    fn settle_known_answer(_: JobId, _: Vec<AccountId>) {}

    fn note(_: &AccountId, _: Balance, _: HistoryEvent) {}

    fn forget_job(_: JobId) {}
}

/// Providers are spread over all bands.
impl seams::Reputation<AccountId, Balance> for Neighbour {
    fn of(account: &AccountId) -> u8 {
        let band = (*account / u64::from(TIERS)) % u64::from(BANDS);
        u8::try_from(band * 20 + 10).expect("reputation ends at 100")
    }

    fn note_penalty(_: &AccountId, _: Balance, _: PenaltyCause) {}
}

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper<AccountId, u64> for Neighbour {
    fn create_dataset(_: &AccountId) -> DatasetId {
        DatasetId::new(0)
    }

    fn set_seed(_: u64) {}

    fn possession_proof(_: DatasetId, _: JobId, _: &AccountId, _: u32) -> AuditProof {
        unreachable!("this world is not benchmarked")
    }
}

/// Money that the world's genesis gives an account.
fn funded(accounts: impl Iterator<Item = AccountId>) -> Vec<(AccountId, Balance)> {
    accounts.map(|account| (account, 1_000_000_000)).collect()
}

fn owner_of(job: u32) -> AccountId {
    OWNERS + u64::from(job / JOBS_OF_OWNER)
}

/// The machine of a tier, and of the job that needs it.
fn machine(tier: u8) -> Capability {
    MachineClass { device: DeviceClass::Cpu, tier }.capability().expect("the ladder has this tier")
}

/// A chain with `jobs` open jobs, and then `offers` offers that came after them: of all tiers and bands, of as many
/// providers, at prices from 10 plancks upwards. Every offer fits every job. The state is committed.
pub fn chain(offers: u32, jobs: u32) -> sp_io::TestExternalities {
    let providers = (0..offers).map(|index| PROVIDERS + u64::from(index));
    let owners = (0..jobs.div_ceil(JOBS_OF_OWNER)).map(|index| OWNERS + u64::from(index));
    let mut storage = frame_system::GenesisConfig::<Chain>::default().build_storage().expect("the genesis is valid");
    let others = [DATA_PROVIDER, BURNED, POT, CALLER, MarketPalletId::get().into_account_truncating()];
    let balances = funded(others.into_iter().chain(providers.clone()).chain(owners));
    pallet_balances::GenesisConfig::<Chain> { balances, ..Default::default() }
        .assimilate_storage(&mut storage)
        .expect("the balances are valid");
    let mut ext = sp_io::TestExternalities::new(storage);
    ext.execute_with(|| {
        System::set_block_number(1);
        (0..jobs).for_each(post);
        providers.zip(0u32..).for_each(|(provider, index)| {
            let origin = || RuntimeOrigin::signed(provider);
            let tier = u8::try_from(index % u32::from(TIERS)).expect("tiers are few");
            assert_ok!(Market::register_provider(origin(), BOND));
            assert_ok!(Market::add_offer(origin(), machine(tier), 10 + Balance::from(index % 7), 1));
        });
        System::reset_events();
    });
    ext.commit_all().expect("no transaction is open");
    ext
}

fn post(index: u32) {
    let request = JobRequest {
        dataset: DatasetId::new(0),
        spec: TrainingSpec {
            algorithm: Algorithm::LogisticRegression {
                descent: Descent {
                    optimiser: Optimiser::Sgd { momentum: 0 },
                    epochs: 1,
                    batch_rows: 32,
                    learning_rate: 100_000,
                    weight_decay: 0,
                    early_stopping: None,
                },
            },
            objective: Objective::Classification { classes: 2 },
            target: Some(13),
            holdout: 200,
        },
        parent: None,
        requirements: machine(0),
        max_unit_price: 20,
        max_training_price: 10,
        deliver_within: 100,
        baseline: 0,
        visibility: Visibility::Public,
    };
    assert_ok!(Market::post_job(RuntimeOrigin::signed(owner_of(index)), request));
}

/// Match a job by call.
pub fn match_job(job: u64) {
    assert_ok!(Market::match_job(RuntimeOrigin::signed(CALLER), JobId::new(job), None));
}

/// Go to the block in which the hook ends what was due `period` blocks after the beginning.
pub fn pass(period: u64) {
    System::set_block_number(1 + period + GRACE + 1);
}

/// Run the hook with at most `limit`. Returns the weight used.
pub fn hook(limit: Weight) -> Weight {
    Market::on_idle(System::block_number(), limit)
}
