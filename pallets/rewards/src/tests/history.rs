use crate::{mock::*, *};
use frame_support::assert_ok;

/// Give `account` `count` lines with the amounts 1, 2, 3 and so on.
fn write_lines(account: AccountId, count: u128) {
    for amount in 1..=count {
        Rewards::note(&account, amount, HistoryEvent::Charged { job: JobId::new(1) });
    }
}

/// Numbers and amounts of a page, and where to go on.
fn page(from: u32, limit: u32) -> (Vec<(u32, Balance)>, Option<u32>) {
    let (lines, next) = Rewards::history_of(&STRANGER, from, limit);
    (lines.into_iter().map(|(number, entry)| (number, entry.amount)).collect(), next)
}

#[test]
fn lines_are_read_oldest_first_and_page_by_page() {
    ExtBuilder::default().build_and_execute(|| {
        write_lines(STRANGER, 5);
        assert_eq!(page(0, 2), (vec![(0, 1), (1, 2)], Some(2)));
        assert_eq!(page(2, 2), (vec![(2, 3), (3, 4)], Some(4)));
        assert_eq!(page(4, 2), (vec![(4, 5)], None));
        assert_eq!(page(0, 5), (vec![(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)], None));
        assert_eq!(page(5, 2), (vec![], None));
        assert_eq!(page(u32::MAX, u32::MAX), (vec![], None));
        assert_eq!(page(1, 0), (vec![], Some(1)));
    });
}

#[test]
fn an_account_without_history_has_an_empty_page() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(page(0, 10), (vec![], None));
        assert_eq!(Rewards::contributor(&STRANGER).history, 0);
    });
}

#[test]
fn the_oldest_lines_are_overwritten_and_numbers_go_on() {
    ExtBuilder::default().build_and_execute(|| {
        write_lines(STRANGER, 21);
        let expected: Vec<_> = (13..21).map(|number| (number, u128::from(number) + 1)).collect();
        assert_eq!(page(0, 100), (expected, None));
        assert_eq!(page(0, 1), (vec![(13, 14)], Some(14)));
        assert_eq!(Rewards::contributor(&STRANGER).history, KEPT_LINES);
        assert_eq!(HistoryLines::<Test>::iter_prefix(STRANGER).count(), 8);
    });
}

#[test]
fn a_page_has_at_most_256_lines() {
    ExtBuilder::default().build_and_execute(|| {
        MaxHistory::set(1_000);
        write_lines(STRANGER, 300);
        let (lines, next) = page(10, u32::MAX);
        assert_eq!((lines.len(), next), (256, Some(266)));
    });
}

#[test]
fn a_line_tells_when_it_was_written() {
    ExtBuilder::default().build_and_execute(|| {
        run_to_block(4);
        write_lines(STRANGER, 1);
        let entry = HistoryEntry { at: 4, amount: 1, event: HistoryEvent::Charged { job: JobId::new(1) } };
        assert_eq!(Rewards::history_of(&STRANGER, 0, 1), (vec![(0, entry)], None));
    });
}

#[test]
fn the_last_line_is_written_over_and_over() {
    ExtBuilder::default().build().execute_with(|| {
        HistoryCounts::<Test>::insert(STRANGER, u32::MAX - 1);
        write_lines(STRANGER, 3);
        assert_eq!(HistoryCounts::<Test>::get(STRANGER), u32::MAX);
        assert_eq!(page(0, 10), (vec![(u32::MAX - 1, 3)], None));
    });
}

#[test]
fn histories_of_accounts_are_apart() {
    ExtBuilder::default().build_and_execute(|| {
        write_lines(STRANGER, 2);
        write_lines(PROVIDER, 3);
        assert_eq!((history(STRANGER).len(), history(PROVIDER).len()), (2, 3));
    });
}

#[test]
fn everything_that_happens_to_an_account_is_a_line() {
    ExtBuilder::default().build_and_execute(|| {
        MaxHistory::set(20);
        let owner = RuntimeOrigin::signed(JOB_OWNER);
        assert_ok!(Rewards::stake(owner.clone(), 200));
        issue(100);
        assert_ok!(Rewards::unstake(owner.clone(), 100));
        assert_ok!(Rewards::claim(owner.clone()));
        assert_ok!(Rewards::donate(owner, 20));
        note_penalty(JOB_OWNER, 5);
        Rewards::note(&JOB_OWNER, 6, HistoryEvent::PaidDamages { job: JOB });
        let expected = [
            (200, HistoryEvent::Staked),
            (50, HistoryEvent::Credited { reason: PayoutReason::Stake }),
            (100, HistoryEvent::Unstaked),
            (50, HistoryEvent::Claimed),
            (20, HistoryEvent::Donated),
            (5, HistoryEvent::Penalised { cause: cause(), reputation: 38 }),
            (6, HistoryEvent::PaidDamages { job: JOB }),
        ];
        assert_eq!(history(JOB_OWNER), expected);
    });
}
