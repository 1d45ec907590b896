use crate::{mock::*, *};
use frame_support::assert_ok;

#[test]
fn a_new_account_has_fifty_and_no_record() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(reputation_of(STRANGER), 50);
        assert!(!Contributors::<Test>::contains_key(STRANGER));
    });
}

#[test]
fn a_settled_job_raises_reputation() {
    ExtBuilder::default().build_and_execute(|| {
        note_penalty(EVALUATOR, 0);
        fund(10);
        assert_ok!(Rewards::settle_evaluation(JOB, 10, vec![EVALUATOR]));
        assert_eq!(reputation_of(EVALUATOR), 42);
    });
}

#[test]
fn many_failures_and_many_successes_stay_in_range() {
    ExtBuilder::default().build_and_execute(|| {
        for _ in 0..50 {
            note_penalty(PROVIDER, 0);
        }
        assert_eq!(reputation_of(PROVIDER), 3);
        for _ in 0..80 {
            fund(1);
            assert_ok!(Rewards::settle_evaluation(JOB, 1, vec![PROVIDER]));
        }
        assert_eq!(reputation_of(PROVIDER), 100);
        assert_eq!(Contributors::<Test>::get(PROVIDER).failures, 50);
    });
}

#[test]
fn a_high_reputation_fades_by_a_point_in_each_full_period() {
    ExtBuilder::default().build_and_execute(|| {
        set_reputation(PROVIDER, 60);
        for (block, reputation) in [(1, 60), (20, 60), (21, 59), (40, 59), (41, 58), (200, 51), (201, 50), (999, 50)] {
            run_to_block(block);
            assert_eq!(reputation_of(PROVIDER), reputation, "block {block}");
        }
        assert_eq!(Contributors::<Test>::get(PROVIDER).reputation, 60);
    });
}

#[test]
fn a_low_reputation_has_to_be_earned_back() {
    ExtBuilder::default().build_and_execute(|| {
        note_penalty(PROVIDER, 0);
        run_to_block(10_000);
        assert_eq!(reputation_of(PROVIDER), 38);
    });
}

#[test]
fn success_and_failure_begin_from_what_is_left() {
    ExtBuilder::default().build_and_execute(|| {
        set_reputation(PROVIDER, 100);
        set_reputation(EVALUATOR, 100);
        run_to_block(1 + 20 * 20);
        fund(10);
        assert_ok!(Rewards::settle_evaluation(JOB, 10, vec![EVALUATOR]));
        note_penalty(PROVIDER, 0);
        assert_eq!((reputation_of(EVALUATOR), reputation_of(PROVIDER)), (82, 60));
        for account in [EVALUATOR, PROVIDER] {
            assert_eq!(Contributors::<Test>::get(account).active_at, 401);
        }
        // Time counts anew.
        run_to_block(420);
        assert_eq!(reputation_of(EVALUATOR), 82);
    });
}

#[test]
fn income_and_stake_do_not_keep_reputation_from_fading() {
    ExtBuilder::default().build_and_execute(|| {
        give(PROVIDER, 1_000);
        set_reputation(PROVIDER, 60);
        run_to_block(20);
        credit(PROVIDER, 10);
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(PROVIDER), 500));
        assert_ok!(Rewards::unstake(RuntimeOrigin::signed(PROVIDER), 100));
        fund(10);
        assert_ok!(Rewards::settle_sale(reason(1), &PROVIDER, 10));
        run_to_block(21);
        assert_eq!(reputation_of(PROVIDER), 59);
    });
}

#[test]
fn a_period_of_zero_blocks_stands_for_never() {
    ExtBuilder::default().build_and_execute(|| {
        set_reputation(PROVIDER, 60);
        DecayPeriod::set(0);
        run_to_block(500);
        assert_eq!(reputation_of(PROVIDER), 60);
    });
}
