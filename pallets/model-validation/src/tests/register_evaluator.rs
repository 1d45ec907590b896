use crate::{candidates::Candidate, mock::*, Error, EvaluatorIndex, EvaluatorRecord, Evaluators, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{traits::BadOrigin, TokenError};

#[test]
fn the_bond_is_held_and_the_evaluator_active() {
    ExtBuilder::default().build_and_execute(|| {
        let key = recipient_key(1);
        assert_ok!(ModelValidation::register_evaluator(signed(EVALUATORS[0]), 2 * BOND, key));
        let record = EvaluatorRecord {
            bond: 2 * BOND,
            recipient_key: key,
            open_seats: 0,
            retires_at: None,
            registered_at: 1,
        };
        assert_eq!(Evaluators::<Test>::get(EVALUATORS[0]), Some(record));
        assert_eq!(EvaluatorIndex::<Test>::get().to_vec(), [Candidate::new(EVALUATORS[0], 2, 1)]);
        assert_eq!(held(EVALUATORS[0]), 2 * BOND);
        assert_eq!(Balances::free_balance(EVALUATORS[0]), FUNDS - 2 * BOND);
        assert_eq!(last_event(), Event::EvaluatorRegistered { evaluator: EVALUATORS[0], bond: 2 * BOND });
    });
}

#[test]
fn a_bond_below_the_minimum_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let call = ModelValidation::register_evaluator(signed(EVALUATORS[0]), BOND - 1, recipient_key(1));
        assert_noop!(call, Error::<Test>::InvalidBond);
    });
}

#[test]
fn a_bond_that_the_signer_does_not_have_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(
            ModelValidation::register_evaluator(signed(STRANGER), BOND, recipient_key(1)),
            TokenError::FundsUnavailable
        );
        // The existential deposit has to stay.
        assert_noop!(
            ModelValidation::register_evaluator(signed(EVALUATORS[0]), FUNDS, recipient_key(1)),
            TokenError::FundsUnavailable
        );
    });
}

#[test]
fn nobody_registers_twice() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        let again = || ModelValidation::register_evaluator(signed(EVALUATORS[0]), BOND, recipient_key(1));
        assert_noop!(again(), Error::<Test>::AlreadyExists);
        assert_ok!(ModelValidation::retire_evaluator(signed(EVALUATORS[0])));
        assert_noop!(again(), Error::<Test>::AlreadyExists);
    });
}

#[test]
fn the_number_of_active_evaluators_is_bounded() {
    ExtBuilder::default().with_evaluators(4).build_and_execute(|| {
        MaxEvaluators::set(4);
        let register = || ModelValidation::register_evaluator(signed(EVALUATORS[4]), BOND, recipient_key(1));
        assert_noop!(register(), Error::<Test>::MaxEvaluatorsExceeded);
        assert_ok!(ModelValidation::retire_evaluator(signed(EVALUATORS[0])));
        assert_ok!(register());
    });
}

#[test]
fn only_a_signer_registers() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(ModelValidation::register_evaluator(RuntimeOrigin::root(), BOND, recipient_key(1)), BadOrigin);
    });
}
