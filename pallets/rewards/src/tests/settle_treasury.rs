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
