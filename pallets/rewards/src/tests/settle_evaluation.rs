use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn the_share_of_evaluators_is_a_tenth_of_the_price_rounded_down() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!([0, 9, 10, 1_009].map(Rewards::evaluation_share), [0, 0, 1, 100]);
    });
}

#[test]
fn evaluators_share_equally_and_the_rest_goes_to_the_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        fund(100);
        assert_ok!(Rewards::settle_evaluation(JOB, 100, vec![EVALUATOR, OTHER_EVALUATOR, THIRD_EVALUATOR]));
        for evaluator in [EVALUATOR, OTHER_EVALUATOR, THIRD_EVALUATOR] {
            assert_eq!(credits_of(evaluator), [(33, 6)]);
            assert_eq!(Contributors::<Test>::get(evaluator).validation_contributions, 1);
        }
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 1);
    });
}

#[test]
fn without_evaluators_everything_goes_to_the_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        fund(100);
        assert_ok!(Rewards::settle_evaluation(JOB, 100, vec![]));
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 100);
        assert_eq!(TotalCredited::<Test>::get(), 0);
    });
}

#[test]
fn an_amount_that_is_not_in_the_pot_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Rewards::settle_evaluation(JOB, 1, vec![EVALUATOR]), Error::<Test>::Unfunded);
    });
}
