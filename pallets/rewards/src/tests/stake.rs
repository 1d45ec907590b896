use crate::{mock::*, *};
use frame_support::{
    assert_noop, assert_ok,
    traits::{LockableCurrency, WithdrawReasons},
};
use sp_runtime::TokenError;

fn stake(account: AccountId, amount: Balance) -> DispatchResult {
    Rewards::stake(RuntimeOrigin::signed(account), amount)
}

#[test]
fn a_stake_is_on_hold_and_in_the_profile() {
    ExtBuilder::default().build_and_execute(|| {
        let before = Balances::balance(&JOB_OWNER);
        assert_ok!(stake(JOB_OWNER, 400));
        assert_eq!((held(JOB_OWNER), Balances::balance(&JOB_OWNER)), (400, before - 400));
        let record = ContributorRecord { stake: 400, reputation: 50, ..Default::default() };
        assert_eq!(Contributors::<Test>::get(JOB_OWNER), record);
        assert_eq!(Rewards::pool_status().staked, 400);
        System::assert_last_event(Event::Staked { account: JOB_OWNER, amount: 400 }.into());
        assert_eq!(history(JOB_OWNER), [(400, HistoryEvent::Staked)]);
    });
}

#[test]
fn nothing_cannot_be_staked() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(stake(JOB_OWNER, 0), Error::<Test>::InvalidAmount);
    });
}

#[test]
fn the_whole_stake_has_to_reach_the_least_one() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(stake(JOB_OWNER, 99), Error::<Test>::BelowMinimumStake);
        assert_ok!(stake(JOB_OWNER, 100));
        assert_ok!(stake(JOB_OWNER, 1));
        assert_eq!(held(JOB_OWNER), 101);
        MinimumStake::set(200);
        assert_noop!(stake(JOB_OWNER, 1), Error::<Test>::BelowMinimumStake);
        assert_ok!(stake(JOB_OWNER, 99));
    });
}

#[test]
fn no_more_can_be_staked_than_there_is_beside_the_existential_deposit() {
    ExtBuilder::default().build_and_execute(|| {
        give(STRANGER, 500);
        assert_noop!(stake(STRANGER, 491), TokenError::FundsUnavailable);
        assert_noop!(stake(STRANGER, u128::MAX), TokenError::FundsUnavailable);
        assert_ok!(stake(STRANGER, 490));
        assert_noop!(stake(STRANGER, u128::MAX), ArithmeticError::Overflow);
    });
}

#[test]
fn what_is_staked_cannot_be_spent() {
    ExtBuilder::default().build_and_execute(|| {
        give(STRANGER, 500);
        assert_ok!(stake(STRANGER, 400));
        let spent = Balances::transfer(&STRANGER, &JOB_OWNER, 101, Preservation::Expendable);
        assert_eq!(spent, Err(TokenError::FundsUnavailable.into()));
    });
}

#[test]
fn money_that_is_locked_elsewhere_can_be_staked_and_stays_locked() {
    ExtBuilder::default().build_and_execute(|| {
        give(STRANGER, 500);
        Balances::set_lock(*b"vesting ", &STRANGER, 500, WithdrawReasons::all());
        assert_ok!(stake(STRANGER, 400));
        issue(1_000);
        assert_ok!(Rewards::unstake(RuntimeOrigin::signed(STRANGER), 400));
        run_to_block(11);
        assert_ok!(Rewards::withdraw_unstaked(RuntimeOrigin::signed(STRANGER)));
        assert_eq!((held(STRANGER), Balances::balance(&STRANGER)), (0, 500));
        assert!(Balances::transfer(&STRANGER, &JOB_OWNER, 1, Preservation::Expendable).is_err());
    });
}

#[test]
fn stakes_earn_in_proportion_from_when_they_are_made() {
    ExtBuilder::default().build_and_execute(|| {
        give(PROVIDER, 1_000);
        assert_ok!(stake(JOB_OWNER, 100));
        issue(1_000);
        assert_ok!(stake(PROVIDER, 300));
        issue(1_000);
        let reward = |account| Rewards::contributor(&account).stake_reward;
        assert_eq!((reward(JOB_OWNER), reward(PROVIDER)), (500 + 125, 375));
        assert_eq!((Rewards::pool_status().owed_to_stakers, available()), (1_000, 1_000));
    });
}

#[test]
fn what_was_earned_is_credited_before_the_stake_grows() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(stake(JOB_OWNER, 100));
        issue(1_000);
        run_to_block(3);
        assert_ok!(stake(JOB_OWNER, 900));
        let credit = Credit { amount: 500, matures_at: 3, reason: PayoutReason::Stake };
        assert_eq!(Credits::<Test>::get(JOB_OWNER).to_vec(), [credit]);
        assert_eq!(Rewards::contributor(&JOB_OWNER).stake_reward, 0);
        assert_eq!(Contributors::<Test>::get(JOB_OWNER).credited, 500);
        assert_eq!(Rewards::pool_status().owed_to_stakers, 0);
        assert_ok!(Rewards::claim(RuntimeOrigin::signed(JOB_OWNER)));
    });
}

#[test]
fn a_large_stake_earns_nothing_of_what_came_before_it() {
    ExtBuilder::default().build_and_execute(|| {
        give(PROVIDER, 100_000);
        assert_ok!(stake(JOB_OWNER, 100_000));
        // Less than a planck for the small stake, so that its index stays behind.
        assert_ok!(stake(PROVIDER, 100));
        issue(1_000);
        assert_eq!(Rewards::contributor(&PROVIDER).stake_reward, 0);
        assert_ok!(stake(PROVIDER, 90_000));
        assert_eq!(Rewards::contributor(&PROVIDER).stake_reward, 0);
    });
}

#[test]
fn only_a_signer_can_stake() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Rewards::stake(RuntimeOrigin::root(), 100), DispatchError::BadOrigin);
        assert_noop!(Rewards::stake(RuntimeOrigin::none(), 100), DispatchError::BadOrigin);
    });
}
