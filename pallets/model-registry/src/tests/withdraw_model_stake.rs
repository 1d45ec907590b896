use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use neurodata_primitives::{
    seams::{SaleEnd, Saleable},
    Fault,
};
use sp_runtime::{DispatchError, DispatchResult};

fn withdraw(account: AccountId, model: ModelId) -> DispatchResult {
    ModelRegistry::withdraw_model_stake(signed(account), model)
}

/// A delisted model at the first block at which the stake can be withdrawn.
fn unlocked() -> ModelId {
    let model = listed();
    assert_ok!(ModelRegistry::delist_model(signed(OWNER), model));
    run_to_block(1 + LOCK);
    model
}

#[test]
fn the_stake_goes_back_and_the_listing_is_removed() {
    ExtBuilder::build_and_execute(|| {
        let model = unlocked();
        assert_ok!(withdraw(OWNER, model));
        assert_eq!(Listings::<Test>::get(model), None);
        assert_eq!(ModelRegistry::package(model), None);
        assert_eq!((held(OWNER), Balances::balance(&OWNER)), (0, ENDOWMENT));
        assert_eq!(last_event(), Event::ModelStakeWithdrawn { model, owner: OWNER, amount: STAKE });
    });
}

#[test]
fn the_stake_of_another_model_stays() {
    ExtBuilder::build_and_execute(|| {
        let model = unlocked();
        assert_ok!(list(record(JobId::new(8)).unwrap()));
        assert_ok!(withdraw(OWNER, model));
        assert_eq!(held(OWNER), STAKE);
    });
}

#[test]
fn the_stake_is_locked_until_the_block_that_was_named() {
    ExtBuilder::build_and_execute(|| {
        let model = unlocked();
        run_to_block(LOCK);
        assert_noop!(withdraw(OWNER, model), Error::<Test>::TooEarly);
    });
}

#[test]
fn open_sales_keep_the_stake() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_ok!(ModelRegistry::open_sale(model, PRICE));
        assert_ok!(ModelRegistry::delist_model(signed(OWNER), model));
        run_to_block(1 + LOCK);
        assert_noop!(withdraw(OWNER, model), Error::<Test>::SalesOpen);
        assert_ok!(close(model, PRICE, SaleEnd::Void));
        assert_ok!(withdraw(OWNER, model));
    });
}

#[test]
fn only_the_owner_withdraws_what_was_delisted() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_noop!(withdraw(OWNER, model), Error::<Test>::NotListed);
        assert_ok!(list(model));
        assert_noop!(withdraw(OWNER, model), Error::<Test>::InvalidState);
        assert_noop!(withdraw(STRANGER, model), Error::<Test>::NotAuthorized);
        assert_noop!(withdraw(OWNER, ModelId::new(9)), Error::<Test>::NotFound);
        assert_noop!(ModelRegistry::withdraw_model_stake(RuntimeOrigin::none(), model), DispatchError::BadOrigin);
    });
}

#[test]
fn a_listing_without_any_stake_left_is_removed() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_ok!(ModelRegistry::open_sale(model, PRICE));
        let end = SaleEnd::Faulty { fault: Fault::BadChunk { chunk: 1 }, wronged: BUYER };
        assert_ok!(close(model, PRICE, end));
        run_to_block(1 + LOCK);
        assert_ok!(withdraw(OWNER, model));
        assert_eq!(last_event(), Event::ModelStakeWithdrawn { model, owner: OWNER, amount: 0 });
        assert_eq!(Balances::balance(&OWNER), ENDOWMENT - STAKE);
    });
}
