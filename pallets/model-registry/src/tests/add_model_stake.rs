use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::seams::Saleable;
use sp_runtime::{DispatchError, DispatchResult, TokenError};

fn add(account: AccountId, model: ModelId, amount: Balance) -> DispatchResult {
    ModelRegistry::add_model_stake(signed(account), model, amount)
}

#[test]
fn more_stake_covers_more_sales() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        let half = STAKE / 2;
        assert_ok!(ModelRegistry::open_sale(model, half));
        assert_noop!(ModelRegistry::open_sale(model, 1), Error::<Test>::NotForSale(SaleRefusal::Stake));
        assert_ok!(add(OWNER, model, STAKE));
        assert_eq!((listing(model).stake, held(OWNER)), (2 * STAKE, 2 * STAKE));
        assert_eq!(last_event(), Event::ModelStakeAdded { model, amount: STAKE });
        assert_ok!(ModelRegistry::open_sale(model, half));
        assert_eq!((listing(model).open_sales, listing(model).exposure), (2, STAKE));
    });
}

#[test]
fn stake_is_added_by_the_owner_to_a_model_for_sale() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_noop!(add(OWNER, model, 1), Error::<Test>::NotListed);
        assert_ok!(list(model));
        assert_noop!(add(STRANGER, model, 1), Error::<Test>::NotAuthorized);
        assert_noop!(add(OWNER, ModelId::new(9), 1), Error::<Test>::NotFound);
        assert_noop!(ModelRegistry::add_model_stake(RuntimeOrigin::none(), model, 1), DispatchError::BadOrigin);
        assert_noop!(add(OWNER, model, 0), Error::<Test>::StakeTooLow);
        assert_noop!(add(OWNER, model, 2 * ENDOWMENT), TokenError::FundsUnavailable);
        assert_ok!(ModelRegistry::delist_model(signed(OWNER), model));
        assert_noop!(add(OWNER, model, 1), Error::<Test>::InvalidState);
    });
}
