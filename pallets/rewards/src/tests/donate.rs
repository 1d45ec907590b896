use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

fn donate(account: AccountId, amount: Balance) -> DispatchResult {
    Rewards::donate(RuntimeOrigin::signed(account), amount)
}

#[test]
fn a_donation_is_all_available_for_rewards() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 100));
        assert_ok!(donate(JOB_OWNER, 1_000));
        assert_eq!(Rewards::pool_status(), PoolStatus { available: 1_000, owed_to_stakers: 0, staked: 100 });
        System::assert_last_event(Event::Donated { account: JOB_OWNER, amount: 1_000 }.into());
        assert_eq!(history(JOB_OWNER).last(), Some(&(1_000, HistoryEvent::Donated)));
    });
}

#[test]
fn nothing_cannot_be_donated() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(donate(JOB_OWNER, 0), Error::<Test>::InvalidAmount);
    });
}

#[test]
fn histories_cannot_be_filled_with_dust() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(donate(JOB_OWNER, 1), Error::<Test>::InvalidAmount);
        assert_noop!(donate(JOB_OWNER, EXISTENTIAL_DEPOSIT - 1), Error::<Test>::InvalidAmount);
        assert_ok!(donate(JOB_OWNER, EXISTENTIAL_DEPOSIT));
        assert_eq!(history(JOB_OWNER), [(EXISTENTIAL_DEPOSIT, HistoryEvent::Donated)]);
    });
}

#[test]
fn a_donor_gives_no_more_than_it_has_and_goes_on_existing() {
    ExtBuilder::default().build_and_execute(|| {
        give(STRANGER, 100);
        assert_noop!(donate(STRANGER, 101), TokenError::FundsUnavailable);
        assert_noop!(donate(STRANGER, 91), TokenError::NotExpendable);
        assert_ok!(donate(STRANGER, 90));
        assert_eq!(Balances::balance(&STRANGER), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn what_is_staked_cannot_be_donated() {
    ExtBuilder::default().build_and_execute(|| {
        give(STRANGER, 1_000);
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(STRANGER), 900));
        assert_noop!(donate(STRANGER, 101), TokenError::FundsUnavailable);
    });
}

#[test]
fn only_a_signer_can_donate() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Rewards::donate(RuntimeOrigin::root(), 1), DispatchError::BadOrigin);
        assert_noop!(Rewards::donate(RuntimeOrigin::none(), 1), DispatchError::BadOrigin);
    });
}
