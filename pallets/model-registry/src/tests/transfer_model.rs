use crate::{mock::*, Call, Error, Event, Models};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::ModelId;
use sp_runtime::traits::BadOrigin;

#[test]
fn the_owner_hands_a_model_on() {
    ExtBuilder::build_and_execute(|| {
        let model = record(JOB).unwrap();
        assert_ok!(ModelRegistry::transfer_model(RuntimeOrigin::signed(OWNER), model, BUYER));
        assert_eq!(Models::<Test>::get(model).unwrap().owner, BUYER);
        assert_eq!(last_event(), Event::ModelTransferred { model, from: OWNER, to: BUYER });
        // The former owner has no say any more.
        assert_noop!(
            ModelRegistry::transfer_model(RuntimeOrigin::signed(OWNER), model, STRANGER),
            Error::<Test>::NotAuthorized
        );
    });
}

#[test]
fn only_the_owner_hands_a_model_on() {
    ExtBuilder::build_and_execute(|| {
        let model = record(JOB).unwrap();
        assert_noop!(
            ModelRegistry::transfer_model(RuntimeOrigin::signed(STRANGER), model, STRANGER),
            Error::<Test>::NotAuthorized
        );
        assert_noop!(ModelRegistry::transfer_model(RuntimeOrigin::root(), model, BUYER), BadOrigin);
    });
}

#[test]
fn a_model_is_not_handed_to_its_owner() {
    ExtBuilder::build_and_execute(|| {
        let model = record(JOB).unwrap();
        assert_noop!(
            ModelRegistry::transfer_model(RuntimeOrigin::signed(OWNER), model, OWNER),
            Error::<Test>::InvalidRecipient
        );
    });
}

#[test]
fn a_model_that_is_not_there_cannot_be_handed_on() {
    ExtBuilder::build_and_execute(|| {
        assert_noop!(
            ModelRegistry::transfer_model(RuntimeOrigin::signed(OWNER), ModelId::new(0), BUYER),
            Error::<Test>::NotFound
        );
    });
}

#[test]
fn the_call_index_is_pinned() {
    assert_eq!(Call::<Test>::transfer_model { model: ModelId::new(0), to: BUYER }.encode()[0], 0);
}
