use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn withdraw(account: AccountId) -> DispatchResult {
    Rewards::withdraw_unstaked(RuntimeOrigin::signed(account))
}

#[test]
fn what_was_unstaked_long_enough_ago_is_released() {
    ExtBuilder::default().build_and_execute(|| {
        let before = Balances::balance(&JOB_OWNER);
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 400));
        assert_ok!(Rewards::unstake(RuntimeOrigin::signed(JOB_OWNER), 150));
        run_to_block(10);
        assert_noop!(withdraw(JOB_OWNER), Error::<Test>::TooEarly);
        run_to_block(11);
        assert_ok!(withdraw(JOB_OWNER));
        assert_eq!((held(JOB_OWNER), Balances::balance(&JOB_OWNER)), (250, before - 250));
        assert_eq!(Contributors::<Test>::get(JOB_OWNER).unstaking, None);
        System::assert_last_event(Event::StakeWithdrawn { account: JOB_OWNER, amount: 150 }.into());
        assert_noop!(withdraw(JOB_OWNER), Error::<Test>::NothingToWithdraw);
    });
}

#[test]
fn a_stake_that_was_not_unstaked_stays() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(withdraw(JOB_OWNER), Error::<Test>::NothingToWithdraw);
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 400));
        run_to_block(500);
        assert_noop!(withdraw(JOB_OWNER), Error::<Test>::NothingToWithdraw);
    });
}

#[test]
fn a_period_that_changes_leaves_what_is_on_its_way() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 400));
        assert_ok!(Rewards::unstake(RuntimeOrigin::signed(JOB_OWNER), 400));
        UnstakePeriod::set(1_000);
        run_to_block(11);
        assert_ok!(withdraw(JOB_OWNER));
    });
}

#[test]
fn only_a_signer_can_withdraw() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Rewards::withdraw_unstaked(RuntimeOrigin::root()), DispatchError::BadOrigin);
        assert_noop!(Rewards::withdraw_unstaked(RuntimeOrigin::none()), DispatchError::BadOrigin);
    });
}
