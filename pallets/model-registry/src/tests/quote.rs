use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{
    seams::{SaleQuote, Saleable},
    LicenceKind,
};
use sp_runtime::ArithmeticError;

fn refused(model: ModelId, buyer: AccountId, licence: LicenceKind, refusal: SaleRefusal) {
    assert_noop!(quote(model, buyer, licence), Error::<Test>::NotForSale(refusal));
}

/// Change the terms of [`OWNER`]'s `model`.
fn update(model: ModelId, change: impl FnOnce(&mut ModelTermsOf<Test>)) {
    let mut terms = terms();
    change(&mut terms);
    assert_ok!(ModelRegistry::update_model_terms(signed(OWNER), model, terms));
}

#[test]
fn a_quote_names_seller_price_and_end_of_the_licence() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        run_to_block(4);
        let personal = SaleQuote { seller: OWNER, price: PRICE, licence_expires_at: None };
        assert_eq!(quote(model, BUYER, LicenceKind::Personal), Ok(personal));
        let commercial = SaleQuote { seller: OWNER, price: 3 * PRICE, licence_expires_at: Some(4 + DURATION) };
        assert_eq!(quote(model, BUYER, LicenceKind::Commercial), Ok(commercial));
    });
}

#[test]
fn a_licence_that_is_not_offered_is_not_sold() {
    ExtBuilder::build_and_execute(|| {
        refused(listed(), BUYER, LicenceKind::Derive, SaleRefusal::Licence);
    });
}

#[test]
fn a_model_that_is_not_listed_is_not_sold() {
    ExtBuilder::build_and_execute(|| {
        refused(model(), BUYER, LicenceKind::Personal, SaleRefusal::NotListed);
        refused(ModelId::new(9), BUYER, LicenceKind::Personal, SaleRefusal::NotListed);
        assert_noop!(ModelRegistry::open_sale(ModelId::new(0), 1), Error::<Test>::NotForSale(SaleRefusal::NotListed));
    });
}

#[test]
fn the_terms_say_who_may_buy() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        update(model, |terms| terms.allowed = Some(vec![STRANGER].try_into().unwrap()));
        refused(model, BUYER, LicenceKind::Personal, SaleRefusal::Buyer);
        assert_ok!(quote(model, STRANGER, LicenceKind::Personal));
    });
}

#[test]
fn terms_run_out_after_their_last_block() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        update(model, |terms| terms.expires_at = Some(9));
        run_to_block(9);
        assert_ok!(quote(model, BUYER, LicenceKind::Personal));
        run_to_block(10);
        refused(model, BUYER, LicenceKind::Personal, SaleRefusal::TermsExpired);
    });
}

#[test]
fn the_stake_covers_twice_what_is_open() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        // 100 NRC of stake cover five sales at 10 NRC.
        for sales in 1..=5 {
            assert_ok!(ModelRegistry::open_sale(model, PRICE));
            assert_eq!((listing(model).open_sales, listing(model).exposure), (sales, u128::from(sales) * PRICE));
        }
        assert_noop!(ModelRegistry::open_sale(model, PRICE), Error::<Test>::NotForSale(SaleRefusal::Stake));
    });
}

#[test]
fn a_minimum_that_was_raised_stops_sales_until_stake_is_added() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        MinimumModelStake::set(STAKE + 1);
        assert_noop!(ModelRegistry::open_sale(model, PRICE), Error::<Test>::NotForSale(SaleRefusal::Stake));
        assert_ok!(ModelRegistry::add_model_stake(signed(OWNER), model, 1));
        assert_ok!(ModelRegistry::open_sale(model, PRICE));
    });
}

#[test]
fn a_price_beyond_every_balance_is_refused() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_ok!(ModelRegistry::open_sale(model, 1));
        assert_noop!(ModelRegistry::open_sale(model, u128::MAX), ArithmeticError::Overflow);
        assert_noop!(ModelRegistry::open_sale(model, u128::MAX - 1), Error::<Test>::NotForSale(SaleRefusal::Stake));
    });
}

#[test]
fn models_are_not_inspected() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_noop!(ModelRegistry::inspected_seller(model), Error::<Test>::NotInspectable);
    });
}
