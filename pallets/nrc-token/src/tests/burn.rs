use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_runtime::{DispatchError, TokenError};

fn burn(account: AccountId, amount: Balance) -> DispatchResult {
    NrcToken::burn(RuntimeOrigin::signed(account), amount)
}

#[test]
fn anyone_burns_tokens_of_their_own() {
    ExtBuilder::default().build_and_execute(|| {
        let issuance = Balances::total_issuance();
        assert_ok!(burn(PAYER, 1_000));
        assert_eq!(Balances::balance(&PAYER), FUNDS - 1_000);
        assert_eq!(Balances::total_issuance(), issuance - 1_000);
        assert_eq!(Burned::<Test>::get(), 1_000);
        System::assert_last_event(Event::TokensBurned { account: PAYER, amount: 1_000 }.into());
    });
}

#[test]
fn more_than_is_free_cannot_be_burned() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(burn(PAYER, FUNDS + 1), TokenError::FundsUnavailable);
        assert_noop!(burn(STRANGER, 1), TokenError::FundsUnavailable);
        assert_eq!(Balances::total_balance_on_hold(&PAYER), 0);
    });
}

#[test]
fn nothing_cannot_be_burned() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(burn(PAYER, 0), Error::<Test>::InvalidAmount);
    });
}

#[test]
fn only_a_signer_can_burn() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(NrcToken::burn(RuntimeOrigin::root(), 1), DispatchError::BadOrigin);
    });
}

#[test]
fn dust_that_a_burn_leaves_is_recorded_too() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(burn(PAYER, FUNDS - 3));
        assert_eq!(Balances::balance(&PAYER), 0);
        assert_eq!(Burned::<Test>::get(), FUNDS);
        System::assert_last_event(Event::TokensBurned { account: PAYER, amount: FUNDS - 3 }.into());
    });
}
