use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::RecipientKey;

#[test]
fn an_evaluator_replaces_its_key_even_while_it_retires() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        assert_ok!(ModelValidation::set_recipient_key(signed(EVALUATORS[0]), recipient_key(99)));
        assert_eq!(evaluator(EVALUATORS[0]).recipient_key, recipient_key(99));
        assert_eq!(last_event(), Event::RecipientKeySet { evaluator: EVALUATORS[0] });
        assert_ok!(ModelValidation::retire_evaluator(signed(EVALUATORS[0])));
        assert_ok!(ModelValidation::set_recipient_key(signed(EVALUATORS[0]), recipient_key(98)));
        assert_eq!(evaluator(EVALUATORS[0]).recipient_key, recipient_key(98));
    });
}

#[test]
fn a_stranger_has_no_key_to_replace() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(
            ModelValidation::set_recipient_key(signed(STRANGER), recipient_key(1)),
            Error::<Test>::NotRegistered
        );
    });
}

#[test]
fn a_key_that_nobody_can_wrap_for_is_refused() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        for key in RecipientKey::unusable() {
            let replaced = ModelValidation::set_recipient_key(signed(EVALUATORS[0]), key);
            assert_noop!(replaced, Error::<Test>::UnusableKey);
            let registered = ModelValidation::register_evaluator(signed(STRANGER), BOND, key);
            assert_noop!(registered, Error::<Test>::UnusableKey);
        }
    });
}
