use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::Unstaking;

fn stake(amount: Balance) -> DispatchResult {
    Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), amount)
}

fn unstake(amount: Balance) -> DispatchResult {
    Rewards::unstake(RuntimeOrigin::signed(JOB_OWNER), amount)
}

#[test]
fn what_is_unstaked_stays_on_hold_and_earns_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(stake(400));
        run_to_block(3);
        assert_ok!(unstake(150));
        assert_eq!(held(JOB_OWNER), 400);
        let record = Contributors::<Test>::get(JOB_OWNER);
        assert_eq!((record.stake, record.unstaking), (250, Some(Unstaking { amount: 150, releases_at: 13 })));
        assert_eq!(Rewards::pool_status().staked, 250);
        System::assert_last_event(Event::Unstaked { account: JOB_OWNER, releases_at: 13, amount: 150 }.into());
        assert_eq!(history(JOB_OWNER).last(), Some(&(150, HistoryEvent::Unstaked)));
    });
}

#[test]
fn a_second_release_waits_for_the_first() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(stake(400));
        assert_ok!(unstake(150));
        assert_noop!(unstake(250), Error::<Test>::AlreadyUnstaking);
        run_to_block(11);
        assert_noop!(unstake(250), Error::<Test>::AlreadyUnstaking);
        assert_ok!(Rewards::withdraw_unstaked(RuntimeOrigin::signed(JOB_OWNER)));
        assert_ok!(unstake(250));
    });
}

#[test]
fn nothing_cannot_be_unstaked() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(stake(400));
        assert_noop!(unstake(0), Error::<Test>::InvalidAmount);
    });
}

#[test]
fn no_more_can_be_unstaked_than_is_staked() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(unstake(1), Error::<Test>::InsufficientStake);
        assert_ok!(stake(400));
        assert_noop!(unstake(401), Error::<Test>::InsufficientStake);
    });
}

#[test]
fn what_is_left_reaches_the_least_stake_or_is_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(stake(400));
        assert_noop!(unstake(301), Error::<Test>::BelowMinimumStake);
        MinimumStake::set(1_000);
        assert_noop!(unstake(1), Error::<Test>::BelowMinimumStake);
        assert_ok!(unstake(400));
        assert_eq!(Rewards::pool_status().staked, 0);
    });
}

#[test]
fn what_was_earned_is_credited_and_with_the_last_stake_the_remainder_is_free() {
    ExtBuilder::default().build_and_execute(|| {
        give(PROVIDER, 1_000);
        assert_ok!(stake(100));
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(PROVIDER), 200));
        issue(20);
        assert_ok!(unstake(100));
        assert_eq!((Rewards::owed(JOB_OWNER), Rewards::pool_status().owed_to_stakers), (3, 7));
        assert_ok!(Rewards::unstake(RuntimeOrigin::signed(PROVIDER), 200));
        assert_eq!(Rewards::owed(PROVIDER), 6);
        assert_eq!(Rewards::pool_status(), PoolStatus { available: 11, owed_to_stakers: 0, staked: 0 });
        issue(10);
        assert_eq!(Rewards::pool_status().owed_to_stakers, 0);
    });
}

#[test]
fn a_stake_can_grow_while_a_part_of_it_is_on_its_way_back() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(stake(400));
        assert_ok!(unstake(400));
        assert_ok!(stake(100));
        assert_eq!((held(JOB_OWNER), Rewards::pool_status().staked), (500, 100));
    });
}

#[test]
fn only_a_signer_can_unstake() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Rewards::unstake(RuntimeOrigin::root(), 100), DispatchError::BadOrigin);
        assert_noop!(Rewards::unstake(RuntimeOrigin::none(), 100), DispatchError::BadOrigin);
    });
}
