use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn the_treasury_gets_the_amount_at_once() {
    ExtBuilder::default().build_and_execute(|| {
        fund(70);
        assert_ok!(Rewards::settle_treasury(70));
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 70);
        assert_eq!(events(), [Event::TreasuryPaid { amount: 70 }]);
    });
}

#[test]
fn dust_that_the_treasury_cannot_receive_is_credited_to_it() {
    ExtBuilder::default().without_treasury().build_and_execute(|| {
        fund(EXISTENTIAL_DEPOSIT - 1);
        assert_ok!(Rewards::settle_treasury(EXISTENTIAL_DEPOSIT - 1));
        assert_eq!(credits_of(TREASURY), [(EXISTENTIAL_DEPOSIT - 1, 6)]);
    });
}

#[test]
fn an_amount_that_is_not_in_the_pot_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Rewards::settle_treasury(1), Error::<Test>::Unfunded);
    });
}

#[test]
fn the_pool_gets_its_share_of_all_that_settlements_give_the_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        PoolShare::set(Permill::from_percent(30));
        fund(71 + 1_000 + 9);
        assert_ok!(Rewards::settle_treasury(71));
        assert_eq!(available(), 21);
        let (pool, treasury) = (Event::PoolFunded { amount: 21, for_stakers: 0 }, Event::TreasuryPaid { amount: 50 });
        assert_eq!(events(), [pool, treasury]);
        assert_ok!(Rewards::settle_sale(reason(3), &DATA_PROVIDER, 1_000));
        assert_eq!(available(), 21 + 15);
        assert_ok!(Rewards::settle_evaluation(JOB, 9, vec![EVALUATOR, OTHER_EVALUATOR]));
        assert_eq!((available(), Balances::balance(&TREASURY)), (36, EXISTENTIAL_DEPOSIT + 50 + 35 + 1));
    });
}

#[test]
fn the_pool_takes_dust_and_may_take_all() {
    ExtBuilder::default().without_treasury().build_and_execute(|| {
        PoolShare::set(Permill::one());
        fund(1);
        assert_ok!(Rewards::settle_treasury(1));
        assert_eq!((available(), events().len()), (1, 1));
    });
}

#[test]
fn stakers_get_nothing_of_what_settlements_bring() {
    ExtBuilder::default().build_and_execute(|| {
        PoolShare::set(Permill::one());
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 100));
        fund(1_000);
        assert_ok!(Rewards::settle_treasury(1_000));
        assert_eq!((available(), Rewards::pool_status().owed_to_stakers), (1_000, 0));
    });
}
