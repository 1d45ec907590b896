use crate::{mock::*, *};
use frame_support::assert_ok;

#[test]
fn without_stakers_all_issuance_is_available() {
    ExtBuilder::default().build_and_execute(|| {
        issue(1_000);
        assert_eq!(Rewards::pool_status(), PoolStatus { available: 1_000, owed_to_stakers: 0, staked: 0 });
        System::assert_last_event(Event::PoolFunded { amount: 1_000, for_stakers: 0 }.into());
    });
}

#[test]
fn stakers_get_their_share_of_issuance_set_aside() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 400));
        issue(1_001);
        assert_eq!(Rewards::pool_status(), PoolStatus { available: 501, owed_to_stakers: 500, staked: 400 });
        System::assert_last_event(Event::PoolFunded { amount: 1_001, for_stakers: 500 }.into());
    });
}

#[test]
fn issuance_of_nothing_changes_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        issue(0);
        assert!(events().is_empty());
        issue(1);
        assert_eq!(available(), 1);
    });
}

#[test]
fn a_share_that_the_index_cannot_hold_stays_available() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 100));
        issue(1 << 75);
        assert_eq!(Rewards::pool_status(), PoolStatus { available: 1 << 75, owed_to_stakers: 0, staked: 100 });
        issue(100);
        assert_eq!(Rewards::pool_status().owed_to_stakers, 50);
    });
}

#[test]
fn what_is_set_aside_is_not_spent_on_rewards() {
    ExtBuilder::default().build_and_execute(|| {
        StakeShare::set(Permill::one());
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 100));
        issue(1_000);
        set_extras(1_000, 1_000, 1_000);
        Rewards::settle_known_answer(JOB, vec![EVALUATOR]);
        settle(1_000);
        assert_eq!(Rewards::pool_status(), PoolStatus { available: 0, owed_to_stakers: 1_000, staked: 100 });
        assert_eq!(Rewards::owed(EVALUATOR), 100);
    });
}
