use crate::{mock::*, Error, Event, Evaluators};
use frame_support::{assert_noop, assert_ok};

#[test]
fn the_bond_comes_back_after_the_retire_period() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        assert_ok!(ModelValidation::retire_evaluator(signed(EVALUATORS[0])));
        run_to_block(101);
        assert_noop!(ModelValidation::withdraw_bond(signed(EVALUATORS[0])), Error::<Test>::TooEarly);
        run_to_block(102);
        assert_ok!(ModelValidation::withdraw_bond(signed(EVALUATORS[0])));
        assert_eq!(Evaluators::<Test>::get(EVALUATORS[0]), None);
        assert_eq!((held(EVALUATORS[0]), Balances::free_balance(EVALUATORS[0])), (0, FUNDS));
        assert_eq!(last_event(), Event::BondWithdrawn { evaluator: EVALUATORS[0], bond: BOND });
        // A new start is possible.
        assert_ok!(ModelValidation::register_evaluator(signed(EVALUATORS[0]), BOND, recipient_key(1)));
    });
}

#[test]
fn an_active_evaluator_and_a_stranger_have_nothing_to_withdraw() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        assert_noop!(ModelValidation::withdraw_bond(signed(EVALUATORS[0])), Error::<Test>::NotRetiring);
        assert_noop!(ModelValidation::withdraw_bond(signed(STRANGER)), Error::<Test>::NotRegistered);
    });
}

#[test]
fn an_open_seat_keeps_the_bond_until_the_round_is_closed() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        assert_ok!(ModelValidation::retire_evaluator(signed(members[0])));
        run_to_block(200);
        assert_noop!(ModelValidation::withdraw_bond(signed(members[0])), Error::<Test>::SeatsOpen);
        assert_ok!(ModelValidation::close_sealing(signed(REPORTER), JOB));
        assert_ok!(ModelValidation::withdraw_bond(signed(members[0])));
        assert_eq!(Balances::free_balance(members[0]), FUNDS);
    });
}
