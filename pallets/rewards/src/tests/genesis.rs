use crate::{mock::*, *};

#[test]
fn pot_and_pool_begin_with_the_existential_deposit() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(Balances::balance(&pot()), EXISTENTIAL_DEPOSIT);
        assert_eq!(Balances::balance(&Rewards::pool()), EXISTENTIAL_DEPOSIT);
        assert_eq!(Balances::total_issuance(), FUNDS + 3 * EXISTENTIAL_DEPOSIT);
        assert_eq!(Rewards::pool_status(), PoolStatus { available: 0, owed_to_stakers: 0, staked: 0 });
    });
}

#[test]
fn the_constants_are_accepted() {
    ExtBuilder::default().build_and_execute(<Rewards as frame_support::traits::Hooks<u64>>::integrity_test);
}

/// Whether the constants are refused after `set` has changed them.
fn is_refused(set: impl FnOnce()) -> bool {
    ExtBuilder::default().build().execute_with(|| {
        set();
        let test = <Rewards as frame_support::traits::Hooks<u64>>::integrity_test;
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(test)).is_err()
    })
}

#[test]
fn impossible_constants_are_refused() {
    assert!(!is_refused(|| ExtraCap::set(Permill::from_percent(90))));
    assert!(is_refused(|| ExtraCap::set(Permill::from_parts(900_001))));
    assert!(is_refused(|| MaxHistory::set(0)));
    assert!(is_refused(|| MinimumStake::set(0)));
    assert!(is_refused(|| DecayPeriod::set(0)));
    assert!(is_refused(|| PoolPalletId::set(RewardsPalletId::get())));
    assert!(is_refused(|| {
        let half = Permill::from_parts(500_001);
        Split::set(neurodata_primitives::money::JobSplit { data: half, compute: half, evaluation: Permill::zero() });
    }));
}

#[test]
fn the_hold_reason_keeps_its_encoding() {
    use codec::Encode;
    assert_eq!(HoldReason::ContributorStake.encode(), [0]);
}

#[test]
fn a_donation_to_the_pot_breaks_nothing() {
    ExtBuilder::default().build().execute_with(|| {
        fund(1_000);
        assert_eq!(Rewards::do_try_state(), Ok(()));
    });
}

#[test]
fn a_pot_that_misses_money_is_found() {
    ExtBuilder::default().build().execute_with(|| {
        Rewards::credit(&PROVIDER, 1, reason(0));
        assert!(Rewards::do_try_state().is_err());
    });
}

#[test]
fn a_total_that_is_not_the_sum_is_found() {
    ExtBuilder::default().build().execute_with(|| {
        credit(PROVIDER, 100);
        TotalCredited::<Test>::put(99);
        assert!(Rewards::do_try_state().is_err());
    });
}

/// Whether `change`, made to a world with stakes, rewards and a settled job, is found by the invariants.
fn is_found(change: impl FnOnce()) -> bool {
    ExtBuilder::default().build().execute_with(|| {
        Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 300).expect("the job owner can pay");
        Rewards::unstake(RuntimeOrigin::signed(JOB_OWNER), 100).expect("the stake is there");
        issue(1_000);
        settle(1_000);
        assert_eq!(Rewards::do_try_state(), Ok(()));
        change();
        Rewards::do_try_state().is_err()
    })
}

fn change_owner(change: impl FnOnce(&mut ContributorRecordOf<Test>)) {
    Contributors::<Test>::mutate(JOB_OWNER, change);
}

#[test]
fn a_reputation_out_of_range_is_found() {
    assert!(is_found(|| change_owner(|record| record.reputation = 101)));
    assert!(is_found(|| change_owner(|record| record.reputation = 0)));
    assert!(is_found(|| change_owner(|record| record.active_at = 100)));
}

#[test]
fn stakes_that_differ_from_holds_or_from_the_total_are_found() {
    assert!(is_found(|| change_owner(|record| record.unstaking = None)));
    assert!(is_found(|| Stakes::<Test>::mutate(|totals| totals.staked += 1)));
    assert!(is_found(|| {
        change_owner(|record| record.stake += 1);
        Stakes::<Test>::mutate(|totals| totals.staked += 1);
    }));
}

#[test]
fn rewards_that_are_not_covered_are_found() {
    assert!(!is_found(|| ()));
    assert!(is_found(|| Stakes::<Test>::mutate(|totals| totals.owed -= 1)));
    assert!(is_found(|| Stakes::<Test>::mutate(|totals| totals.owed += 501)));
    assert!(is_found(|| change_owner(|record| record.reward_index = u128::MAX)));
}

#[test]
fn histories_with_lines_missing_or_too_many_are_found() {
    assert!(is_found(|| HistoryLines::<Test>::remove(JOB_OWNER, 0)));
    assert!(is_found(|| HistoryCounts::<Test>::remove(JOB_OWNER)));
    assert!(is_found(|| JobLines::<Test>::insert(JobId::new(9), BoundedVec::default())));
}
