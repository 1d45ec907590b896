use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{
    seams::{SaleEnd, Saleable},
    LicenceKind, ListingState,
};
use sp_runtime::{DispatchError, DispatchResult};

fn delist(account: AccountId, model: ModelId) -> DispatchResult {
    ModelRegistry::delist_model(signed(account), model)
}

#[test]
fn a_delisted_model_is_not_sold_and_its_stake_stays() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_ok!(delist(OWNER, model));
        assert_eq!(listing(model).state, ListingState::Delisted { unlocks_at: 1 + LOCK });
        assert_eq!(last_event(), Event::ModelDelisted { model, unlocks_at: 1 + LOCK });
        assert_eq!(held(OWNER), STAKE);
        let refused = Error::<Test>::NotForSale(SaleRefusal::Delisted);
        assert_noop!(quote(model, BUYER, LicenceKind::Personal), refused);
        assert_noop!(ModelRegistry::open_sale(model, 0), Error::<Test>::NotForSale(SaleRefusal::Delisted));
    });
}

#[test]
fn open_sales_are_still_served() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_ok!(ModelRegistry::open_sale(model, PRICE));
        assert_ok!(delist(OWNER, model));
        assert!(ModelRegistry::package(model).is_some());
        fund(model, PRICE);
        assert_ok!(close(model, PRICE, SaleEnd::Settled { confirmed: true }));
        assert_eq!(Incomes::<Test>::get(model).sales, 1);
    });
}

#[test]
fn only_the_owner_delists_what_is_for_sale() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_noop!(delist(OWNER, model), Error::<Test>::NotListed);
        assert_ok!(list(model));
        assert_noop!(delist(STRANGER, model), Error::<Test>::NotAuthorized);
        assert_noop!(delist(OWNER, ModelId::new(9)), Error::<Test>::NotFound);
        assert_noop!(ModelRegistry::delist_model(RuntimeOrigin::root(), model), DispatchError::BadOrigin);
        assert_ok!(delist(OWNER, model));
        assert_noop!(delist(OWNER, model), Error::<Test>::InvalidState);
    });
}
