use crate::{mock::*, *};
use frame_support::assert_ok;

/// The ids of a page, and where the next one starts.
fn page(start: u64, limit: u32, owner: Option<AccountId>, active_only: bool) -> (alloc::vec::Vec<u64>, Option<u64>) {
    let (page, next) = DatasetRegistry::list(DatasetId::new(start), limit, owner, active_only);
    for (id, listed) in &page {
        assert_eq!(*listed, record(*id));
    }
    (page.into_iter().map(|(id, _)| id.get()).collect(), next.map(DatasetId::get))
}

/// Datasets 0 (active), 1 to 5 (under audit), of which 2 was removed and 4 is another owner's.
fn world() {
    activate();
    for id in 1..6u64 {
        let owner = if id == 4 { STRANGER } else { OWNER };
        let commitment = Package::new(303, 14, 1_000 * (id + 1)).commitment;
        assert_ok!(DatasetRegistry::register_dataset(signed(owner), commitment, uris(), open_terms(), STAKE, None));
    }
    assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), DatasetId::new(2)));
    run_to_block(System::block_number() + 50);
    assert_ok!(DatasetRegistry::withdraw_stake(signed(OWNER), DatasetId::new(2)));
}

#[test]
fn pages_follow_the_ids_without_gap_or_repetition() {
    ExtBuilder.build_and_execute(|| {
        world();
        assert_eq!(page(0, 100, None, false), (alloc::vec![0, 1, 3, 4, 5], None));
        assert_eq!(page(0, 2, None, false), (alloc::vec![0, 1], Some(2)));
        assert_eq!(page(2, 2, None, false), (alloc::vec![3, 4], Some(5)));
        assert_eq!(page(5, 2, None, false), (alloc::vec![5], None));
    });
}

#[test]
fn owners_and_states_are_filtered() {
    ExtBuilder.build_and_execute(|| {
        world();
        assert_eq!(page(0, 100, Some(STRANGER), false), (alloc::vec![4], None));
        assert_eq!(page(0, 100, None, true), (alloc::vec![0], None));
        assert_eq!(page(0, 100, Some(STRANGER), true), (alloc::vec![], None));
    });
}

#[test]
fn a_page_looks_at_four_ids_for_each_that_it_may_hold() {
    ExtBuilder.build_and_execute(|| {
        world();
        assert_eq!(page(0, 1, Some(STRANGER), false), (alloc::vec![], Some(4)));
        assert_eq!(page(4, 1, Some(STRANGER), false), (alloc::vec![4], Some(5)));
        assert_eq!(page(5, 1, Some(STRANGER), false), (alloc::vec![], None));
    });
}

#[test]
fn impossible_pages_are_empty_and_none_is_endless() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(page(0, 10, None, false), (alloc::vec![], None));
        world();
        assert_eq!(page(6, 10, None, false), (alloc::vec![], None));
        assert_eq!(page(u64::MAX, u32::MAX, None, false), (alloc::vec![], None));
        assert_eq!(page(0, 0, None, false), page(0, 1, None, false));
    });
}
