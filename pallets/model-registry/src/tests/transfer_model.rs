use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, storage::with_storage_layer};
use neurodata_primitives::{
    seams::{SaleEnd, Saleable},
    PayoutReason,
};
use sp_runtime::traits::BadOrigin;

#[test]
fn the_owner_hands_a_model_on() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_ok!(transfer(OWNER, model, BUYER));
        assert_eq!(Models::<Test>::get(model).unwrap().owner, BUYER);
        assert_eq!(last_event(), Event::ModelTransferred { model, from: OWNER, to: BUYER });
        // The former owner has no say any more.
        assert_noop!(transfer(OWNER, model, STRANGER), Error::<Test>::NotAuthorized);
    });
}

#[test]
fn only_the_owner_hands_a_model_on() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_noop!(transfer(STRANGER, model, STRANGER), Error::<Test>::NotAuthorized);
        let by_root = ModelRegistry::transfer_model(RuntimeOrigin::root(), model, BUYER);
        assert_eq!(by_root.unwrap_err().error, BadOrigin.into());
    });
}

#[test]
fn a_model_is_not_handed_to_its_owner() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_noop!(transfer(OWNER, model, OWNER), Error::<Test>::InvalidRecipient);
    });
}

#[test]
fn a_model_that_is_not_there_cannot_be_handed_on() {
    ExtBuilder::build_and_execute(|| {
        assert_noop!(transfer(OWNER, ModelId::new(0), BUYER), Error::<Test>::NotFound);
    });
}

#[test]
fn a_model_is_not_handed_on_during_a_sale_nor_while_it_is_listed() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_ok!(ModelRegistry::open_sale(model, PRICE));
        assert_noop!(transfer(OWNER, model, BUYER), Error::<Test>::SalesOpen);
        assert_ok!(ModelRegistry::delist_model(signed(OWNER), model));
        assert_noop!(transfer(OWNER, model, BUYER), Error::<Test>::SalesOpen);
        assert_ok!(close(model, PRICE, SaleEnd::Void));
        assert_noop!(transfer(OWNER, model, BUYER), Error::<Test>::Listed);
        run_to_block(1 + LOCK);
        assert_ok!(ModelRegistry::withdraw_model_stake(signed(OWNER), model));
        assert_ok!(transfer(OWNER, model, BUYER));
    });
}

#[test]
fn what_is_pending_is_shared_first_and_is_the_former_owners() {
    ExtBuilder::build_and_execute(|| {
        let parent = model();
        let model = child_of(parent);
        earn(model, 1_000);
        assert_ok!(transfer(OWNER, model, BUYER));
        assert_eq!((credit_of(OWNER), credit_of(BUYER), pending(model)), (830, 0, 0));
        assert!(Reasons::get().contains(&(OWNER, 830, PayoutReason::Royalty { model })));
        let collected =
            Event::RoyaltiesCollected { model, owner_part: 830, data_part: 50, compute_part: 20, parents_part: 100 };
        assert!(happened(collected));
        // What comes in later is the new owner's.
        earn(model, 1_000);
        assert_ok!(collect(model));
        assert_eq!((credit_of(OWNER), credit_of(BUYER)), (830, 830));
    });
}

#[test]
fn royalties_are_not_dodged_by_a_transfer() {
    ExtBuilder::build_and_execute(|| {
        let parent = model();
        let child = child_of(parent);
        earn(child, 1_000);
        // To a second account, and back: the parent has its share, and the child keeps its parent.
        assert_ok!(transfer(OWNER, child, STRANGER));
        assert_eq!(pending(parent), 100);
        assert_ok!(transfer(STRANGER, child, OWNER));
        assert_eq!(Models::<Test>::get(child).unwrap().parents.to_vec(), [parent]);
        earn(child, 1_000);
        assert_ok!(collect(child));
        assert_eq!(pending(parent), 200);
    });
}

#[test]
fn a_transfer_that_cannot_pay_out_is_undone() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        earn(model, 1_000);
        PayoutsRefuse::set(true);
        assert_noop!(with_storage_layer(|| transfer(OWNER, model, BUYER)), PAYOUT_REFUSAL);
    });
}

#[test]
fn the_weight_is_that_of_the_parents_there_are() {
    ExtBuilder::build_and_execute(|| {
        let parents = [model(), record(JobId::new(8)).unwrap()];
        let model = child_of_all(&parents);
        let post = ModelRegistry::transfer_model(signed(OWNER), model, BUYER).unwrap();
        assert_eq!(post.actual_weight, Some(<() as WeightInfo>::transfer_model(2)));
    });
}
