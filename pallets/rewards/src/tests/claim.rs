use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::PostDispatchInfo};

fn claim(account: AccountId) -> frame_support::dispatch::DispatchResultWithPostInfo {
    Rewards::claim(RuntimeOrigin::signed(account))
}

#[test]
fn a_matured_credit_is_paid() {
    ExtBuilder::default().build_and_execute(|| {
        credit(PROVIDER, 600);
        run_to_block(6);
        assert_eq!(Rewards::claimable(PROVIDER), 600);
        assert_ok!(claim(PROVIDER));
        assert_eq!(Balances::balance(&PROVIDER), 600);
        assert!(!Credits::<Test>::contains_key(PROVIDER));
        assert_eq!(TotalCredited::<Test>::get(), 0);
        System::assert_last_event(Event::Claimed { account: PROVIDER, amount: 600 }.into());
    });
}

#[test]
fn a_credit_cannot_be_claimed_before_it_matures() {
    ExtBuilder::default().build_and_execute(|| {
        credit(PROVIDER, 600);
        run_to_block(5);
        assert_eq!((Rewards::claimable(PROVIDER), Rewards::owed(PROVIDER)), (0, 600));
        assert_noop!(claim(PROVIDER), Error::<Test>::TooEarly);
        run_to_block(6);
        assert_ok!(claim(PROVIDER));
    });
}

#[test]
fn a_stranger_has_nothing_to_claim() {
    ExtBuilder::default().build_and_execute(|| {
        credit(PROVIDER, 600);
        run_to_block(6);
        assert_noop!(claim(STRANGER), Error::<Test>::NothingToClaim);
    });
}

#[test]
fn only_a_signer_can_claim() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Rewards::claim(RuntimeOrigin::root()), DispatchError::BadOrigin);
        assert_noop!(Rewards::claim(RuntimeOrigin::none()), DispatchError::BadOrigin);
    });
}

#[test]
fn a_second_claim_finds_only_what_matured_since() {
    ExtBuilder::default().build_and_execute(|| {
        credit(PROVIDER, 100);
        run_to_block(3);
        credit(PROVIDER, 200);
        run_to_block(6);
        assert_ok!(claim(PROVIDER));
        assert_eq!(Balances::balance(&PROVIDER), 100);
        assert_eq!(credits_of(PROVIDER), [(200, 8)]);
        assert_noop!(claim(PROVIDER), Error::<Test>::TooEarly);
        run_to_block(8);
        assert_ok!(claim(PROVIDER));
        assert_eq!(Balances::balance(&PROVIDER), 300);
        assert_noop!(claim(PROVIDER), Error::<Test>::NothingToClaim);
    });
}

#[test]
fn everything_that_matured_is_paid_in_one_transfer() {
    ExtBuilder::default().build_and_execute(|| {
        for amount in [10, 20, 30] {
            credit(PROVIDER, amount);
        }
        run_to_block(6);
        assert_ok!(claim(PROVIDER));
        assert_eq!(Balances::balance(&PROVIDER), 60);
    });
}

#[test]
fn a_credit_that_matures_sooner_than_an_older_one_is_paid_first() {
    ExtBuilder::default().build_and_execute(|| {
        credit(PROVIDER, 100);
        MaturityPeriod::set(1);
        credit(PROVIDER, 200);
        run_to_block(2);
        assert_ok!(claim(PROVIDER));
        assert_eq!((Balances::balance(&PROVIDER), credits_of(PROVIDER)), (200, vec![(100, 6)]));
    });
}

#[test]
fn dust_stays_credited_until_it_can_be_received() {
    ExtBuilder::default().build_and_execute(|| {
        credit(PROVIDER, EXISTENTIAL_DEPOSIT - 1);
        run_to_block(6);
        assert_noop!(claim(PROVIDER), Error::<Test>::BelowExistentialDeposit);
        credit(PROVIDER, 1);
        run_to_block(11);
        assert_ok!(claim(PROVIDER));
        assert_eq!(Balances::balance(&PROVIDER), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn an_account_that_exists_can_claim_dust() {
    ExtBuilder::default().build_and_execute(|| {
        credit(JOB_OWNER, 1);
        let before = Balances::balance(&JOB_OWNER);
        run_to_block(6);
        assert_ok!(claim(JOB_OWNER));
        assert_eq!(Balances::balance(&JOB_OWNER), before + 1);
    });
}

#[test]
fn a_full_list_absorbs_what_comes_into_its_newest_entry() {
    ExtBuilder::default().build_and_execute(|| {
        for block in 1..=6u64 {
            run_to_block(block);
            credit(PROVIDER, 100);
        }
        assert_eq!(credits_of(PROVIDER), [(100, 6), (100, 7), (100, 8), (300, 11)]);
        let newest = Event::Credited { account: PROVIDER, amount: 100, matures_at: 11, reason: reason(0) };
        assert_eq!(events().last(), Some(&newest));
        run_to_block(11);
        assert_ok!(claim(PROVIDER));
        assert_eq!(Balances::balance(&PROVIDER), 600);
    });
}

#[test]
fn an_absorbing_entry_keeps_the_later_maturity() {
    ExtBuilder::default().build_and_execute(|| {
        for _ in 0..MAX_CREDITS {
            credit(PROVIDER, 100);
        }
        MaturityPeriod::set(1);
        credit(PROVIDER, 50);
        assert_eq!(credits_of(PROVIDER).last(), Some(&(150, 6)));
        let newest = Event::Credited { account: PROVIDER, amount: 50, matures_at: 6, reason: reason(0) };
        assert_eq!(events().last(), Some(&newest));
    });
}

#[test]
fn the_weight_is_that_of_the_credits_there_were() {
    ExtBuilder::default().build_and_execute(|| {
        credit(PROVIDER, 100);
        credit(PROVIDER, 100);
        run_to_block(6);
        let PostDispatchInfo { actual_weight, .. } = claim(PROVIDER).expect("both have matured");
        assert_eq!(actual_weight, Some(<() as WeightInfo>::claim(2)));
    });
}

#[test]
fn what_a_stake_earned_is_paid_with_what_matured() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 100));
        credit(JOB_OWNER, 600);
        issue(1_000);
        run_to_block(6);
        let before = Balances::balance(&JOB_OWNER);
        assert_ok!(claim(JOB_OWNER));
        assert_eq!(Balances::balance(&JOB_OWNER), before + 600 + 500);
        assert_eq!((Rewards::pool_status().owed_to_stakers, available()), (0, 500));
        assert_eq!(Contributors::<Test>::get(JOB_OWNER).credited, 500);
        System::assert_last_event(Event::Claimed { account: JOB_OWNER, amount: 1_100 }.into());
        let lines = history(JOB_OWNER);
        let stake = HistoryEvent::Credited { reason: PayoutReason::Stake };
        assert_eq!(lines[lines.len() - 2..], [(500, stake), (1_100, HistoryEvent::Claimed)]);
    });
}

#[test]
fn what_a_stake_earned_needs_no_credit_and_no_time() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 128));
        assert_noop!(claim(JOB_OWNER), Error::<Test>::NothingToClaim);
        issue(10);
        assert_ok!(claim(JOB_OWNER));
        System::assert_last_event(Event::Claimed { account: JOB_OWNER, amount: 5 }.into());
        assert_noop!(claim(JOB_OWNER), Error::<Test>::NothingToClaim);
    });
}

#[test]
fn what_a_stake_earned_is_paid_when_the_list_of_credits_is_full() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 128));
        for _ in 0..MAX_CREDITS + 1 {
            credit(JOB_OWNER, 10);
        }
        issue(10);
        assert_ok!(claim(JOB_OWNER));
        System::assert_last_event(Event::Claimed { account: JOB_OWNER, amount: 5 }.into());
        assert_eq!(Rewards::owed(JOB_OWNER), 50);
    });
}

#[test]
fn a_merged_credit_has_its_own_line_of_history() {
    ExtBuilder::default().build_and_execute(|| {
        for number in 0..u64::from(MAX_CREDITS) + 2 {
            fund(10);
            Rewards::credit(&PROVIDER, 10, reason(number));
        }
        let reasons: Vec<_> = (0..6).map(|number| (10, HistoryEvent::Credited { reason: reason(number) })).collect();
        assert_eq!(history(PROVIDER), reasons);
    });
}

#[test]
fn whoever_claims_without_a_profile_gets_none() {
    ExtBuilder::default().build_and_execute(|| {
        credit(STRANGER, 100);
        run_to_block(6);
        assert_ok!(claim(STRANGER));
        assert!(!Contributors::<Test>::contains_key(STRANGER));
    });
}
