//! A runtime with the sales, doubles for the seams that it asks, and packages to sell.

mod packages;

pub use packages::*;

use crate as pallet_sales;
use crate::*;
use frame_support::{
    construct_runtime, derive_impl, parameter_types,
    traits::{
        fungible::{InspectHold, Mutate},
        tokens::Preservation,
        ConstU128, Imbalance, LockIdentifier, LockableCurrency, WithdrawReasons,
    },
};
use neurodata_primitives::{
    draw,
    sale::OneTimeSecret,
    seams::{JobSettlement, SaleEnd, SaleQuote},
    HistoryEvent, JobId, ModelId, PackageCommitment, PayoutReason, PenaltyCause, Seed, MILLI_NRC, NRC,
};
use neurodata_sealing::public_key;
use sp_io::{hashing::blake2_256, TestExternalities};
use sp_runtime::{traits::Zero, BuildStorage};

pub type Block = frame_system::mocking::MockBlock<Test>;
pub type Balance = u128;
pub type AccountId = u64;

/// Sells.
pub const SELLER: AccountId = 1;
/// Buys.
pub const BUYER: AccountId = 2;
/// Buys as well.
pub const OTHER_BUYER: AccountId = 3;
/// Reports what others failed to do.
pub const REPORTER: AccountId = 4;
/// Has no part in what a test is about.
pub const STRANGER: AccountId = 5;
/// Evaluators.
pub const EVALUATORS: [AccountId; 4] = [11, 12, 13, 14];
/// Where the prices of settled sales lie.
pub const INCOME: AccountId = 21;
/// Where the money of credits lies.
pub const POT: AccountId = 22;

/// What each of the accounts has at first.
pub const ENDOWMENT: Balance = 10_000 * NRC;
/// Price of a copy.
pub const PRICE: Balance = 100 * NRC;
/// Deposit of a purchase.
pub const DEPOSIT: Balance = NRC;
/// Fee of an inspector.
pub const FEE: Balance = 10 * NRC;
/// The least that an account can have.
pub const EXISTENTIAL_DEPOSIT: Balance = 100 * MILLI_NRC;

/// What the tests sell.
pub const DATASET: DatasetId = DatasetId::new(7);
pub const DATA: Asset = Asset::Dataset(DATASET);
pub const MODEL: Asset = Asset::Model(ModelId::new(7));

/// The secret of the recipient key that tests buy with.
pub const SECRET: OneTimeSecret = [5; 32];

construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Sales: pallet_sales,
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
    pub const SalesPalletId: PalletId = PalletId(*b"nd/sales");
    pub static PurchaseDeposit: Balance = DEPOSIT;
    pub static KeyDeliveryPeriod: u64 = 10;
    pub static ComplaintPeriod: u64 = 20;
    pub static DrawDelay: u64 = 3;
    pub static DrawPeriod: u64 = 15;
    pub static AcceptPeriod: u64 = 8;
    pub static MinimumInspectionFee: Balance = 1;
    pub static EntropyWindow: u64 = 100;
    /// Blocks for which licences are good.
    pub static LicenceDuration: Option<u64> = None;
    /// Sum of what was burned.
    pub static Burned: Balance = 0;
    /// The sales that ended: asset, purchase, price, basis, end.
    pub static Closed: Vec<ClosedSale> = Vec::new();
    /// Who was penalised, with whom it wronged, who reported it, and for what.
    pub static Penalised: Vec<(AccountId, AccountId, AccountId, PenaltyCause)> = Vec::new();
}

pub type ClosedSale = (Asset, PurchaseId, Balance, Balance, SaleEnd<AccountId>);

/// An asset as the double of the registries knows it.
#[derive(Clone, Encode, Decode)]
pub struct Sold {
    pub seller: AccountId,
    pub price: Balance,
    pub allowed: Option<AccountId>,
    pub package: PackageCommitment,
    pub is_active: bool,
    pub is_condemned: bool,
    /// What the stake covers.
    pub cover: Balance,
    pub open: u32,
    pub exposure: Balance,
}

/// The assets.
#[frame_support::storage_alias]
pub type Shelf = StorageMap<Mock, Blake2_128Concat, Asset, Sold, OptionQuery>;

/// What was credited.
#[frame_support::storage_alias]
pub type Credited = StorageValue<Mock, Vec<(AccountId, Balance, PayoutReason)>, ValueQuery>;

/// Seats of each evaluator.
#[frame_support::storage_alias]
pub type Seats = StorageMap<Mock, Blake2_128Concat, AccountId, u32, ValueQuery>;

/// Block at which each evaluator registered.
#[frame_support::storage_alias]
pub type Evaluators = StorageMap<Mock, Blake2_128Concat, AccountId, u64, OptionQuery>;

/// Why the registries refuse.
pub const NOT_FOR_SALE: DispatchError = DispatchError::Other("not for sale to this buyer");
pub const NOT_COVERED: DispatchError = DispatchError::Other("the stake does not cover it");
pub const NOT_ACTIVE: DispatchError = DispatchError::Other("the asset is not active");

/// The registries.
pub struct Registries;

impl Saleable<Asset, AccountId, Balance, u64> for Registries {
    fn quote(
        asset: Asset,
        buyer: &AccountId,
        _: LicenceKind,
    ) -> Result<SaleQuote<AccountId, Balance, u64>, DispatchError> {
        let sold = Shelf::get(asset).ok_or(NOT_ACTIVE)?;
        ensure!(sold.is_active, NOT_ACTIVE);
        ensure!(sold.allowed.is_none_or(|allowed| allowed == *buyer), NOT_FOR_SALE);
        let licence_expires_at = LicenceDuration::get().map(|blocks| System::block_number() + blocks);
        Ok(SaleQuote { seller: sold.seller, price: sold.price, licence_expires_at })
    }

    fn inspected_seller(asset: Asset) -> Result<AccountId, DispatchError> {
        Shelf::get(asset).filter(|sold| sold.is_active).map(|sold| sold.seller).ok_or(NOT_ACTIVE)
    }

    fn package(asset: Asset) -> Option<PackageCommitment> {
        Shelf::get(asset).map(|sold| sold.package)
    }

    fn is_condemned(asset: Asset) -> bool {
        Shelf::get(asset).is_some_and(|sold| sold.is_condemned)
    }

    fn open_sale(asset: Asset, price: Balance) -> DispatchResult {
        let mut sold = Shelf::get(asset).ok_or(NOT_ACTIVE)?;
        sold.open += 1;
        sold.exposure += price;
        ensure!(sold.exposure <= sold.cover, NOT_COVERED);
        Shelf::insert(asset, sold);
        Ok(())
    }

    fn income_account(_: Asset) -> AccountId {
        INCOME
    }

    fn close_sale(
        asset: Asset,
        purchase: PurchaseId,
        price: Balance,
        basis: Balance,
        end: SaleEnd<AccountId>,
    ) -> DispatchResult {
        let mut sold = Shelf::get(asset).ok_or(NOT_ACTIVE)?;
        sold.open = sold.open.checked_sub(1).expect("an open sale is closed");
        sold.exposure = sold.exposure.checked_sub(price).expect("at its price");
        if matches!(&end, SaleEnd::Faulty { fault, .. } if fault.condemns()) {
            (sold.is_active, sold.is_condemned) = (false, true);
        }
        Shelf::insert(asset, sold);
        Closed::mutate(|closed| closed.push((asset, purchase, price, basis, end)));
        Ok(())
    }
}

/// The rewards.
pub struct Cashier;

impl Payouts<AccountId, Balance> for Cashier {
    fn pot() -> AccountId {
        POT
    }

    fn settle_credit(account: &AccountId, amount: Balance, reason: PayoutReason) -> DispatchResult {
        Credited::append((*account, amount, reason));
        let owed: Balance = Credited::get().iter().map(|(_, amount, _)| amount).sum();
        assert!(Balances::balance(&POT) >= owed + ENDOWMENT, "the money is in the pot before it is credited");
        Ok(())
    }

    fn settle_job(_: JobSettlement<AccountId, Balance>) -> DispatchResult {
        unreachable!("sales settle no jobs")
    }

    fn evaluation_share(_: Balance) -> Balance {
        unreachable!("sales settle no jobs")
    }

    fn settle_evaluation(_: JobId, _: Balance, _: Vec<AccountId>) -> DispatchResult {
        unreachable!("sales settle no jobs")
    }

    fn settle_sale(_: PayoutReason, _: &AccountId, _: Balance) -> DispatchResult {
        unreachable!("the registries pay the seller")
    }

    fn treasury_share(_: Balance) -> Balance {
        unreachable!("the registries pay the treasury")
    }

    fn settle_treasury(_: Balance) -> DispatchResult {
        unreachable!("the registries pay the treasury")
    }

    fn settle_known_answer(_: JobId, _: Vec<AccountId>) {
        unreachable!("sales settle no jobs")
    }

    fn note(_: &AccountId, _: Balance, _: HistoryEvent) {
        unreachable!("sales belong to no job")
    }

    fn forget_job(_: JobId) {
        unreachable!("sales belong to no job")
    }
}

/// Model validation: every evaluator has one seat at a time.
pub struct Validation;

impl Inspectors<AccountId, u64> for Validation {
    fn draw(
        seed: &Seed,
        inspection: InspectionId,
        seats: u32,
        before: u64,
        excluded: &[AccountId],
    ) -> Vec<AccountId> {
        let mut eligible: Vec<AccountId> = Evaluators::iter()
            .filter(|(account, since)| *since < before && !excluded.contains(account) && Seats::get(account).is_zero())
            .map(|(account, _)| account)
            .collect();
        eligible.sort_by_key(|account| draw::derive(seed, draw::INSPECTION_DOMAIN, &(inspection, account)));
        eligible.truncate(seats as usize);
        eligible.iter().for_each(|account| Seats::mutate(account, |seats| *seats += 1));
        eligible
    }

    fn leave(inspector: &AccountId) {
        Seats::mutate(inspector, |seats| *seats = seats.checked_sub(1).expect("a seat is freed once"));
    }

    fn penalise(inspector: &AccountId, wronged: &AccountId, reporter: &AccountId, cause: PenaltyCause) {
        assert!(!Seats::get(inspector).is_zero(), "an inspector is penalised while it has its seat");
        Penalised::mutate(|penalised| penalised.push((*inspector, *wronged, *reporter, cause)));
    }
}

/// Remembers a window of blocks; the seed of a block is the digest of its number.
pub struct WindowedEntropy;

impl Entropy<u64> for WindowedEntropy {
    fn seed_at(block: u64) -> Option<Seed> {
        let now = System::block_number();
        (block <= now && block + EntropyWindow::get() > now).then(|| Seed::new(blake2_256(&block.encode())))
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
    type Assets = Registries;
    type Payouts = Cashier;
    type Inspectors = Validation;
    type Entropy = WindowedEntropy;
    type OnBurn = Furnace;
    type PalletId = SalesPalletId;
    type PurchaseDeposit = PurchaseDeposit;
    type KeyDeliveryPeriod = KeyDeliveryPeriod;
    type ComplaintPeriod = ComplaintPeriod;
    type DrawDelay = DrawDelay;
    type DrawPeriod = DrawPeriod;
    type AcceptPeriod = AcceptPeriod;
    type MinimumInspectionFee = MinimumInspectionFee;
    type EntropyWindow = EntropyWindow;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Helper;
}

/// The world of benchmarks: the doubles.
#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper<AccountId, u64> for Helper {
    fn dataset(package: PackageCommitment) -> (AccountId, DatasetId) {
        put_on_shelf(DATA, package);
        (SELLER, DATASET)
    }

    fn evaluators(count: u32) {
        for account in (1_000..).take(count as usize) {
            Evaluators::insert(account, 0);
            Balances::set_balance(&account, ENDOWMENT);
        }
    }

    fn set_seed(_: u64) {}
}

/// The world a test starts in: block 1, every named account with its endowment, [`DATA`] and [`MODEL`] for sale.
pub struct ExtBuilder;

impl ExtBuilder {
    pub fn build(self) -> TestExternalities {
        let balances = [SELLER, BUYER, OTHER_BUYER, REPORTER, STRANGER, INCOME, POT]
            .into_iter()
            .chain(EVALUATORS)
            .map(|account| (account, ENDOWMENT))
            .collect();
        let config = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
            ..Default::default()
        };
        let mut externalities = TestExternalities::from(config.build_storage().expect("a valid genesis"));
        externalities.execute_with(|| {
            System::set_block_number(1);
            PurchaseDeposit::set(DEPOSIT);
            ComplaintPeriod::set(20);
            DrawDelay::set(3);
            DrawPeriod::set(15);
            MinimumInspectionFee::set(1);
            EntropyWindow::set(100);
            LicenceDuration::set(None);
            Burned::set(0);
            Closed::set(Vec::new());
            Penalised::set(Vec::new());
            put_on_shelf(DATA, Package::table().commitment);
            put_on_shelf(MODEL, Package::file().commitment);
            EVALUATORS.into_iter().for_each(|account| Evaluators::insert(account, 0));
        });
        externalities
    }

    /// Run `test`, then check every invariant.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            let issuance = Balances::total_issuance();
            test();
            check_invariants();
            assert_eq!(Balances::total_issuance() + Burned::get(), issuance);
        });
    }
}

/// Check the pallet's invariants exactly, and that the doubles agree with it.
pub fn check_invariants() {
    assert_eq!(Sales::do_try_state(), Ok(()));
    assert_eq!(Balances::balance(&escrow()), TotalEscrow::<Test>::get() + EXISTENTIAL_DEPOSIT);
    for (asset, sold) in Shelf::iter() {
        let open: Vec<_> = Purchases::<Test>::iter_values().filter(|record| record.asset == asset).collect();
        assert_eq!(sold.open as usize, open.len(), "the registry counts the open sales");
        assert_eq!(sold.exposure, open.iter().map(|record| record.price).sum());
    }
    let mut seats = std::collections::BTreeMap::<AccountId, u32>::new();
    for record in Purchases::<Test>::iter_values() {
        if matches!(record.grant, Grant::Inspection { .. }) {
            *seats.entry(record.buyer).or_default() += 1;
        }
    }
    for record in Inspections::<Test>::iter_values() {
        if let InspectionState::Inspecting { invited, .. } = record.state {
            invited.into_iter().for_each(|account| *seats.entry(account).or_default() += 1);
        }
    }
    let taken: Vec<_> = Seats::iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(taken.into_iter().collect::<std::collections::BTreeMap<_, _>>(), seats, "seats are those of open parts");
}

pub fn run_to_block(block: u64) {
    System::set_block_number(block);
}

pub fn now() -> u64 {
    System::block_number()
}

pub fn signed(account: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

pub fn escrow() -> AccountId {
    Sales::escrow_account()
}

pub fn held(account: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::PurchaseDeposit.into(), &account)
}

pub fn free(account: AccountId) -> Balance {
    Balances::balance(&account)
}

/// Freeze `amount` of what `account` has, as vesting does.
pub fn lock(account: AccountId, amount: Balance) {
    let id: LockIdentifier = *b"vesting ";
    Balances::set_lock(id, &account, amount, WithdrawReasons::all());
}

/// Empty `account`, so that it is removed.
pub fn empty(account: AccountId) {
    Balances::transfer(&account, &STRANGER, free(account), Preservation::Expendable).expect("nothing keeps it alive");
    assert_eq!(Balances::total_balance(&account), 0);
}

/// The events of this pallet so far.
pub fn events() -> Vec<Event<Test>> {
    System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Sales(event) => Some(event),
            _ => None,
        })
        .collect()
}

pub fn last_event() -> Event<Test> {
    events().pop().expect("an event")
}

/// Sell `asset` as `package`.
pub fn put_on_shelf(asset: Asset, package: PackageCommitment) {
    let sold = Sold {
        seller: SELLER,
        price: PRICE,
        allowed: None,
        package,
        is_active: true,
        is_condemned: false,
        cover: Balance::MAX,
        open: 0,
        exposure: 0,
    };
    Shelf::insert(asset, sold);
}

pub fn change_sold(asset: Asset, change: impl FnOnce(&mut Sold)) {
    let mut sold = Shelf::get(asset).expect("an asset");
    change(&mut sold);
    Shelf::insert(asset, sold);
}

/// As if somebody had proved the package bad.
pub fn condemn(asset: Asset) {
    change_sold(asset, |sold| (sold.is_active, sold.is_condemned) = (false, true));
}

pub fn recipient_key() -> RecipientKey {
    public_key(&SECRET)
}

/// [`BUYER`] buys `asset`.
pub fn buy(asset: Asset) -> PurchaseId {
    buy_as(BUYER, asset, LicenceKind::Personal)
}

pub fn buy_as(buyer: AccountId, asset: Asset, licence: LicenceKind) -> PurchaseId {
    let purchase = NextPurchaseId::<Test>::get();
    Sales::purchase(signed(buyer), asset, licence, recipient_key(), Balance::MAX).expect("it is for sale");
    purchase
}

/// [`SELLER`] delivers the right key of the packages.
pub fn deliver(purchase: PurchaseId) {
    let key = Package::file().wrap(purchase, &recipient_key());
    Sales::deliver_key(signed(SELLER), purchase, key).expect("the key is awaited");
}

/// [`BUYER`] has bought `asset`, and the right key was delivered.
pub fn delivered(asset: Asset) -> PurchaseId {
    let purchase = buy(asset);
    deliver(purchase);
    purchase
}

pub fn purchase_record(purchase: PurchaseId) -> PurchaseRecordOf<Test> {
    Purchases::<Test>::get(purchase).expect("an open purchase")
}

pub fn licence(account: AccountId, asset: Asset) -> Option<LicenceRecordOf<Test>> {
    Licences::<Test>::get(asset, account)
}

/// Last block for a complaint about `purchase`.
pub fn complain_by(purchase: PurchaseId) -> u64 {
    match purchase_record(purchase).state {
        PurchaseState::Delivered { complain_by, .. } => complain_by,
        PurchaseState::AwaitingKey { .. } => panic!("the key is delivered"),
    }
}

/// How the last sale ended: purchase, price, basis, end.
pub fn last_closed() -> (PurchaseId, Balance, Balance, SaleEnd<AccountId>) {
    let (_, purchase, price, basis, end) = Closed::get().pop().expect("a closed sale");
    (purchase, price, basis, end)
}

/// [`SELLER`] asks for an inspection of [`DATA`].
pub fn request(seats: u32) -> InspectionId {
    let inspection = NextInspectionId::<Test>::get();
    Sales::request_inspection(signed(SELLER), DATASET, seats, FEE).expect("it can be inspected");
    inspection
}

/// An inspection whose inspectors are drawn.
pub fn drawn(seats: u32) -> (InspectionId, Vec<AccountId>) {
    let inspection = request(seats);
    run_to_block(now() + DrawDelay::get() + 1);
    Sales::draw_inspectors(signed(REPORTER), inspection).expect("the block has come");
    (inspection, invited(inspection))
}

pub fn invited(inspection: InspectionId) -> Vec<AccountId> {
    match inspection_record(inspection).state {
        InspectionState::Inspecting { invited, .. } => invited.into_inner(),
        InspectionState::Drawing { .. } => panic!("the inspectors are drawn"),
    }
}

pub fn inspection_record(inspection: InspectionId) -> InspectionRecordOf<Test> {
    Inspections::<Test>::get(inspection).expect("an open inspection")
}

pub fn accept(inspection: InspectionId, inspector: AccountId) -> PurchaseId {
    let purchase = NextPurchaseId::<Test>::get();
    Sales::accept_inspection(signed(inspector), inspection, recipient_key()).expect("the inspector is invited");
    purchase
}

/// An inspection with one inspector who has got the key: inspection, inspector, purchase.
pub fn inspecting() -> (InspectionId, AccountId, PurchaseId) {
    let (inspection, inspectors) = drawn(1);
    let purchase = accept(inspection, inspectors[0]);
    deliver(purchase);
    (inspection, inspectors[0], purchase)
}

/// The penalty of `inspector` that `reporter` brought about for what it owed `inspection`: it wronged nobody but itself.
pub fn missed(
    inspection: InspectionId,
    inspector: AccountId,
    reporter: AccountId,
) -> (AccountId, AccountId, AccountId, PenaltyCause) {
    (inspector, inspector, reporter, PenaltyCause::InspectionMissed { inspection })
}

/// What the inspectors of `inspection` were credited with.
pub fn fees(inspection: InspectionId) -> Vec<(AccountId, Balance)> {
    Credited::get()
        .into_iter()
        .filter(|(_, _, reason)| *reason == PayoutReason::Inspection { inspection })
        .map(|(account, amount, _)| (account, amount))
        .collect()
}
