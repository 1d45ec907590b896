use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, storage::with_storage_layer, traits::fungible::Inspect};
use neurodata_primitives::{
    seams::{SaleEnd, Saleable},
    Fault, ListingState, ModelIncome, PenaltyCause,
};
use sp_runtime::Permill;

const SETTLED: SaleEnd<AccountId> = SaleEnd::Settled { confirmed: false };

/// A listed model with one open sale at `price`.
fn open_at(price: Balance) -> ModelId {
    let model = listed();
    assert_ok!(ModelRegistry::open_sale(model, price));
    model
}

/// A listed model with one open sale at [`PRICE`].
fn open() -> ModelId {
    open_at(PRICE)
}

fn not_delivered() -> SaleEnd<AccountId> {
    SaleEnd::NotDelivered { wronged: BUYER, reporter: REPORTER }
}

fn wrong_key() -> SaleEnd<AccountId> {
    SaleEnd::Faulty { fault: Fault::WrongKey, wronged: BUYER }
}

/// What is noted of a seller when a buyer proved `fault`.
fn bad(fault: Fault) -> PenaltyCause {
    PenaltyCause::CopyBad { purchase: PURCHASE, fault }
}

fn bad_chunk() -> SaleEnd<AccountId> {
    SaleEnd::Faulty { fault: Fault::BadChunk { chunk: 3 }, wronged: BUYER }
}

#[test]
fn a_settled_sale_pays_the_treasury_and_the_rest_is_pending() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        fund(model, PRICE);
        assert_ok!(close(model, PRICE, SETTLED));
        let (treasury, amount) = (PRICE / 20, PRICE * 19 / 20);
        assert_eq!(Treasury::get(), treasury);
        assert_eq!(Incomes::<Test>::get(model), ModelIncome { pending: amount, sales: 1, total: amount });
        assert_eq!(TotalPending::<Test>::get(), amount);
        assert_eq!((listing(model).open_sales, listing(model).exposure), (0, 0));
        assert_eq!((credited(), held(OWNER)), (0, STAKE));
        assert_eq!(last_event(), Event::IncomeReceived { model, purchase: PURCHASE, treasury, amount });
    });
}

#[test]
fn prices_of_nothing_and_of_one_planck_are_settled() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        sell(model, 0);
        assert_eq!((Treasury::get(), Incomes::<Test>::get(model)), (0, ModelIncome { pending: 0, sales: 1, total: 0 }));
        // The treasury's share of one planck is the planck.
        sell(model, 1);
        assert_eq!((Treasury::get(), pending(model), Incomes::<Test>::get(model).sales), (1, 0, 2));
        TreasuryShare::set(Permill::zero());
        sell(model, 1);
        assert_eq!((Treasury::get(), pending(model), Incomes::<Test>::get(model).sales), (1, 1, 3));
    });
}

#[test]
fn a_price_that_was_not_paid_is_not_settled() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        assert_noop!(close(model, PRICE, SETTLED), Error::<Test>::Unfunded);
        fund(model, PRICE - 1);
        assert_noop!(close(model, PRICE, SETTLED), Error::<Test>::Unfunded);
        fund(model, 1);
        assert_ok!(close(model, PRICE, SETTLED));
        // What is pending already pays for nothing else.
        assert_ok!(ModelRegistry::open_sale(model, 1));
        assert_noop!(close(model, 1, SETTLED), Error::<Test>::Unfunded);
        assert_ok!(close(model, 1, SaleEnd::Void));
    });
}

#[test]
fn a_treasury_that_cannot_be_paid_undoes_the_settlement() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        fund(model, PRICE);
        PayoutsRefuse::set(true);
        assert_noop!(with_storage_layer(|| close(model, PRICE, SETTLED)), PAYOUT_REFUSAL);
        PayoutsRefuse::set(false);
        assert_ok!(close(model, PRICE, SETTLED));
    });
}

#[test]
fn a_sale_that_is_not_open_is_not_closed() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_noop!(close(model, 0, SaleEnd::Void), Error::<Test>::NotListed);
        assert_ok!(list(model));
        assert_noop!(close(model, 0, SaleEnd::Void), Error::<Test>::InvalidState);
        assert_ok!(ModelRegistry::open_sale(model, PRICE));
        assert_noop!(close(model, PRICE + 1, SaleEnd::Void), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_void_sale_costs_nothing() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        assert_ok!(close(model, PRICE, SaleEnd::Void));
        assert_eq!((listing(model).open_sales, listing(model).exposure), (0, 0));
        assert_eq!((held(OWNER), Burned::get(), Incomes::<Test>::get(model).sales), (STAKE, 0, 0));
        assert_eq!(Penalties::get(), []);
    });
}

#[test]
fn nothing_is_attested_of_a_model() {
    ExtBuilder::build_and_execute(|| {
        let model = open_at(0);
        let attested = SaleEnd::Attested { inspector: STRANGER };
        assert_noop!(close(model, 0, attested), Error::<Test>::NotInspectable);
    });
}

#[test]
fn a_key_that_was_not_delivered_costs_half_the_price() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        let issuance = Balances::total_issuance();
        MinimumModelStake::set(STAKE / 2);
        assert_ok!(close(model, PRICE, not_delivered()));
        let slash = PRICE / 2;
        assert_eq!(Balances::balance(&BUYER), ENDOWMENT + slash / 5);
        assert_eq!(Balances::balance(&REPORTER), ENDOWMENT + slash / 10);
        assert_eq!((Burned::get(), Balances::total_issuance()), (slash * 7 / 10, issuance - slash * 7 / 10));
        assert_eq!((held(OWNER), listing(model).stake), (STAKE - slash, STAKE - slash));
        let slashed = Event::ModelStakeSlashed { model, seller: OWNER, amount: slash, burned: slash * 7 / 10 };
        assert_eq!(last_event(), slashed);
        assert_eq!(listing(model).state, ListingState::Listed);
        assert_eq!(Penalties::get(), [(OWNER, slash, PenaltyCause::CopyKeyMissed { purchase: PURCHASE })]);
    });
}

#[test]
fn a_stake_below_the_minimum_delists_the_model() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        assert_ok!(close(model, PRICE, not_delivered()));
        assert_eq!(listing(model).state, ListingState::Delisted { unlocks_at: 1 + LOCK });
        assert_eq!(last_event(), Event::ModelDelisted { model, unlocks_at: 1 + LOCK });
        assert!(!ModelRegistry::is_condemned(model));
    });
}

#[test]
fn a_wrong_key_costs_twice_the_price_and_a_complainer_reports() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        assert_ok!(close(model, PRICE, wrong_key()));
        let slash = 2 * PRICE;
        assert_eq!(Balances::balance(&BUYER), ENDOWMENT + slash * 3 / 10);
        assert_eq!((Burned::get(), held(OWNER)), (slash * 7 / 10, STAKE - slash));
        assert_eq!(Penalties::get(), [(OWNER, slash, bad(Fault::WrongKey))]);
        assert!(!ModelRegistry::is_condemned(model));
    });
}

#[test]
fn a_bad_file_costs_the_whole_stake_and_condemns_it() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        assert_ok!(ModelRegistry::open_sale(model, PRICE));
        assert_ok!(close(model, PRICE, bad_chunk()));
        assert_eq!((held(OWNER), listing(model).stake), (0, 0));
        assert_eq!(Balances::balance(&BUYER), ENDOWMENT + STAKE * 3 / 10);
        assert_eq!(Burned::get(), STAKE * 7 / 10);
        assert!(ModelRegistry::is_condemned(model));
        assert_eq!(listing(model).state, ListingState::Delisted { unlocks_at: 1 + LOCK });
        assert!(happened(Event::ModelCondemned { model, fault: Fault::BadChunk { chunk: 3 } }));
        // A second proof finds nothing more to take; that another buyer was wronged is noted.
        let events = System::events().len();
        assert_ok!(close(model, PRICE, bad_chunk()));
        assert_eq!((System::events().len(), Burned::get()), (events, STAKE * 7 / 10));
        let cause = bad(Fault::BadChunk { chunk: 3 });
        assert_eq!(Penalties::get(), [(OWNER, STAKE, cause), (OWNER, 0, cause)]);
    });
}

#[test]
fn a_bad_file_takes_no_other_models_stake() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        let other = record(JobId::new(8)).unwrap();
        assert_ok!(list(other));
        assert_ok!(close(model, PRICE, bad_chunk()));
        assert_eq!((held(OWNER), listing(model).stake, listing(other).stake), (STAKE, 0, STAKE));
        assert!(!ModelRegistry::is_condemned(other));
    });
}

#[test]
fn stake_that_waits_to_be_released_is_slashed_and_its_lock_stays() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        assert_ok!(ModelRegistry::delist_model(signed(OWNER), model));
        run_to_block(1_000);
        assert_ok!(close(model, PRICE, wrong_key()));
        assert_eq!(held(OWNER), STAKE - 2 * PRICE);
        assert_eq!(listing(model).state, ListingState::Delisted { unlocks_at: 1 + LOCK });
    });
}

#[test]
fn a_bad_file_of_a_delisted_model_is_condemned() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        assert_ok!(ModelRegistry::delist_model(signed(OWNER), model));
        run_to_block(7);
        assert_ok!(close(model, PRICE, bad_chunk()));
        assert!(ModelRegistry::is_condemned(model));
        assert_eq!(listing(model).state, ListingState::Delisted { unlocks_at: 1 + LOCK });
    });
}

#[test]
fn a_slash_is_reckoned_from_its_basis_and_takes_no_more_than_the_stake() {
    ExtBuilder::build_and_execute(|| {
        let model = open_at(0);
        let other = record(JobId::new(8)).unwrap();
        assert_ok!(list(other));
        assert_ok!(ModelRegistry::close_sale(model, PURCHASE, 0, 10 * STAKE, wrong_key()));
        assert_eq!((listing(model).stake, listing(other).stake, held(OWNER)), (0, STAKE, STAKE));
    });
}

#[test]
fn nobody_gains_by_reporting_themselves() {
    ExtBuilder::build_and_execute(|| {
        let model = open();
        assert_ok!(close(model, PRICE, SaleEnd::NotDelivered { wronged: BUYER, reporter: OWNER }));
        assert_eq!(Balances::balance(&OWNER), ENDOWMENT - STAKE);
        assert_eq!(Burned::get(), PRICE / 2 * 8 / 10);
    });
}

#[test]
fn a_share_that_cannot_be_received_is_burned() {
    ExtBuilder::build_and_execute(|| {
        // The reporter's tenth of half the price is one planck less than an account must have.
        let price = 20 * (EXISTENTIAL_DEPOSIT - 1);
        let model = open_at(price);
        assert_ok!(close(model, price, SaleEnd::NotDelivered { wronged: BUYER, reporter: NOBODY }));
        assert_eq!(Balances::balance(&NOBODY), 0);
        assert_eq!(Burned::get(), price / 2 * 8 / 10);
    });
}

#[test]
fn a_free_sale_costs_reputation_alone_whatever_its_end() {
    ExtBuilder::build_and_execute(|| {
        let model = open_at(0);
        assert_ok!(close(model, 0, not_delivered()));
        assert_ok!(ModelRegistry::open_sale(model, 0));
        assert_ok!(close(model, 0, wrong_key()));
        assert_eq!((held(OWNER), Burned::get()), (STAKE, 0));
        assert_eq!(listing(model).state, ListingState::Listed);
        let missed = PenaltyCause::CopyKeyMissed { purchase: PURCHASE };
        assert_eq!(Penalties::get(), [(OWNER, 0, missed), (OWNER, 0, bad(Fault::WrongKey))]);
    });
}

#[test]
fn slashes_round_up_and_their_shares_down() {
    ExtBuilder::build_and_execute(|| {
        let model = open_at(37);
        assert_ok!(close(model, 37, not_delivered()));
        assert_eq!(held(OWNER), STAKE - 19);
        assert_eq!(Balances::balance(&BUYER), ENDOWMENT + 3);
        assert_eq!(Balances::balance(&REPORTER), ENDOWMENT + 1);
        assert_eq!(Burned::get(), 15);
    });
}
