use crate::{mock::*, Error, Event, Verdict};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{traits::BadOrigin, ArithmeticError, Permill, TokenError};

fn add_bond(signer: AccountId, amount: Balance) -> sp_runtime::DispatchResult {
    ModelValidation::add_bond(signed(signer), amount)
}

#[test]
fn what_a_slash_took_is_made_good() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        run_to_block(11);
        assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
        assert_eq!(held(members[0]), BOND - PENALTY);
        let before = Balances::free_balance(members[0]);
        assert_ok!(add_bond(members[0], PENALTY));
        assert_eq!((held(members[0]), evaluator(members[0]).bond), (BOND, BOND));
        assert_eq!(Balances::free_balance(members[0]), before - PENALTY);
        assert_eq!(last_event(), Event::BondAdded { evaluator: members[0], amount: PENALTY, bond: BOND });
    });
}

#[test]
fn a_larger_bond_covers_more_seats() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        NonRevealSlash::set(Permill::from_percent(60));
        let covers = || ModelValidation::covers_another_seat(&evaluator(EVALUATORS[0]));
        ModelValidation::take_duty(&EVALUATORS[0], JOB);
        assert!(!covers());
        assert_ok!(add_bond(EVALUATORS[0], 200));
        assert!(covers());
        ModelValidation::end_duty(&EVALUATORS[0], JOB);
    });
}

#[test]
fn each_further_minimum_is_a_ticket_up_to_eight() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        let account = EVALUATORS[0];
        let mut counts = vec![tickets(account)];
        for amount in [BOND - 1, 1, 3 * BOND, 3 * BOND, BOND / 2] {
            assert_ok!(add_bond(account, amount));
            counts.push(tickets(account));
        }
        assert_eq!(counts, [1, 1, 2, 5, 8, 8]);
    });
}

#[test]
fn a_new_minimum_reaches_an_evaluator_with_its_next_call() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        EvaluatorBond::set(BOND / 2);
        assert_eq!(tickets(EVALUATORS[0]), 1);
        assert_ok!(add_bond(EVALUATORS[0], 0));
        assert_eq!(tickets(EVALUATORS[0]), 2);
    });
}

#[test]
fn only_an_active_evaluator_adds_to_its_bond() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        assert_noop!(ModelValidation::add_bond(RuntimeOrigin::root(), 1), BadOrigin);
        assert_noop!(add_bond(STRANGER, 1), Error::<Test>::NotRegistered);
        assert_ok!(ModelValidation::retire_evaluator(signed(EVALUATORS[0])));
        assert_noop!(add_bond(EVALUATORS[0], 1), Error::<Test>::AlreadyRetiring);
    });
}

#[test]
fn an_amount_that_is_not_there_is_refused() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        assert_noop!(add_bond(EVALUATORS[0], FUNDS), TokenError::FundsUnavailable);
        assert_noop!(add_bond(EVALUATORS[0], Balance::MAX), ArithmeticError::Overflow);
    });
}
