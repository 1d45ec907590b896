use crate::{mock::*, *};
use frame_support::assert_ok;

/// The extra reward that `account` was credited with for [`JOB`].
fn extra_of(account: AccountId) -> Balance {
    history(account)
        .into_iter()
        .filter(|(_, event)| matches!(event, HistoryEvent::Credited { reason: PayoutReason::Extra { .. } }))
        .map(|(amount, _)| amount)
        .sum()
}

#[test]
fn an_extra_reward_grows_with_score_and_reputation() {
    ExtBuilder::default().build_and_execute(|| {
        endow(1_000);
        set_extras(10, 20, 8);
        for (account, reputation) in [(DATA_PROVIDER, 80), (PROVIDER, 100), (EVALUATOR, 50)] {
            set_reputation(account, reputation);
        }
        fund(10_000);
        let settlement = JobSettlement { data_score: 50, compute_score: 90, ..settlement(10_000, &[EVALUATOR]) };
        assert_ok!(Rewards::settle_job(settlement));
        assert_eq!([DATA_PROVIDER, PROVIDER, EVALUATOR].map(extra_of), [4, 18, 4]);
        assert_eq!(available(), 1_000 - 26);
        assert_eq!(Rewards::owed(PROVIDER), 6_000 + 18);
        assert_eq!(Contributors::<Test>::get(PROVIDER).credited, 6_018);
    });
}

#[test]
fn reputation_counts_as_it_was_before_the_job() {
    ExtBuilder::default().build_and_execute(|| {
        endow(1_000);
        set_extras(0, 100, 0);
        settle(10_000);
        assert_eq!((extra_of(PROVIDER), reputation_of(PROVIDER)), (50, 54));
    });
}

#[test]
fn reputation_counts_as_it_has_faded() {
    ExtBuilder::default().build_and_execute(|| {
        endow(1_000);
        set_extras(0, 100, 0);
        set_reputation(PROVIDER, 100);
        run_to_block(1 + 30 * 20);
        settle(10_000);
        assert_eq!(extra_of(PROVIDER), 70);
    });
}

#[test]
fn extras_of_a_job_are_capped_by_what_it_brought_and_scaled_down_together() {
    ExtBuilder::default().build_and_execute(|| {
        endow(100_000);
        set_extras(1_000, 2_000, 1_000);
        settle(1_000);
        // The treasury got 50, of which 80 % are 40.
        assert_eq!([DATA_PROVIDER, PROVIDER, EVALUATOR].map(extra_of), [10, 20, 10]);
        assert_eq!(available(), 100_000 - 40);
    });
}

#[test]
fn the_part_of_the_pool_counts_for_the_cap_like_that_of_the_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        PoolShare::set(Permill::from_percent(50));
        endow(100_000);
        set_extras(1_000, 2_000, 1_000);
        settle(1_000);
        assert_eq!([DATA_PROVIDER, PROVIDER, EVALUATOR].map(extra_of), [10, 20, 10]);
        assert_eq!((available(), Balances::balance(&TREASURY)), (100_000 + 25 - 40, EXISTENTIAL_DEPOSIT + 25));
    });
}

#[test]
fn an_empty_pool_blocks_nothing_and_owes_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        set_extras(1_000, 1_000, 1_000);
        settle(1_000);
        assert_eq!([DATA_PROVIDER, PROVIDER, EVALUATOR].map(extra_of), [0, 0, 0]);
        assert_eq!([DATA_PROVIDER, PROVIDER, EVALUATOR].map(Rewards::owed), [250, 600, 100]);
        // What comes later is not owed for what was missed.
        endow(1_000);
        run_to_block(6);
        assert_ok!(Rewards::claim(RuntimeOrigin::signed(PROVIDER)));
        assert_eq!((Balances::balance(&PROVIDER), available()), (600, 1_000));
    });
}

#[test]
fn a_pool_that_was_empty_can_give_back_its_part_of_the_price() {
    ExtBuilder::default().build_and_execute(|| {
        PoolShare::set(Permill::from_percent(20));
        set_extras(1_000, 1_000, 1_000);
        settle(1_000);
        // The pool got 10, a third of which rounds down for each.
        assert_eq!([DATA_PROVIDER, PROVIDER, EVALUATOR].map(extra_of), [3, 3, 3]);
        assert_eq!(available(), 1);
    });
}

#[test]
fn a_pool_that_is_nearly_empty_gives_what_it_has() {
    ExtBuilder::default().build_and_execute(|| {
        endow(7);
        set_extras(0, 1_000, 0);
        settle(1_000);
        assert_eq!((extra_of(PROVIDER), available()), (7, 0));
    });
}

#[test]
fn extras_mature_like_the_price() {
    ExtBuilder::default().build_and_execute(|| {
        endow(1_000);
        set_extras(0, 20, 0);
        settle(10_000);
        assert_eq!(credits_of(PROVIDER), [(6_000, 6), (10, 6)]);
    });
}

#[test]
fn a_rejected_job_earns_no_extras() {
    ExtBuilder::default().build_and_execute(|| {
        endow(1_000);
        set_extras(10, 10, 10);
        fund(100);
        assert_ok!(Rewards::settle_evaluation(JOB, 100, vec![EVALUATOR]));
        assert_eq!((extra_of(EVALUATOR), available()), (0, 1_000));
    });
}

#[test]
fn a_cap_beyond_its_range_counts_as_ninety_per_cent() {
    ExtBuilder::default().build_and_execute(|| {
        ExtraCap::set(Permill::one());
        endow(1_000);
        set_extras(0, 1_000, 0);
        settle(1_000);
        assert_eq!(extra_of(PROVIDER), 45);
    });
}

#[test]
fn a_stake_changes_no_extra_reward() {
    ExtBuilder::default().build_and_execute(|| {
        endow(1_000);
        set_extras(0, 20, 0);
        give(PROVIDER, 10_000);
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(PROVIDER), 9_000));
        settle(10_000);
        assert_eq!((extra_of(PROVIDER), reputation_of(PROVIDER)), (10, 54));
    });
}
