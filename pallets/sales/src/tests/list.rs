use crate::{mock::*, *};
use frame_support::assert_ok;

/// Ids that are listed, and the id to go on from.
fn list(start: u64, limit: u32, party: Option<AccountId>) -> (Vec<u64>, Option<u64>) {
    let (found, next) = Sales::list(PurchaseId::new(start), limit, party);
    assert!(found.iter().all(|(id, record)| purchase_record(*id) == *record));
    (found.into_iter().map(|(id, _)| id.get()).collect(), next.map(PurchaseId::get))
}

#[test]
fn purchases_are_listed_in_pages_and_by_party() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(list(0, 10, None), (vec![], None));
        buy(DATA);
        let second = buy_as(OTHER_BUYER, DATA, LicenceKind::Personal);
        buy(MODEL);
        change_sold(DATA, |sold| sold.seller = OTHER_BUYER);
        buy_as(STRANGER, DATA, LicenceKind::Personal);
        assert_eq!(list(0, 10, None), (vec![0, 1, 2, 3], None));
        assert_eq!(list(0, 2, None), (vec![0, 1], Some(2)));
        assert_eq!(list(2, 2, None), (vec![2, 3], None));
        assert_eq!(list(0, 0, None), (vec![], Some(0)));
        assert_eq!(list(9, 10, None), (vec![], None));
        assert_eq!(list(0, 10, Some(BUYER)), (vec![0, 2], None));
        assert_eq!(list(0, 10, Some(SELLER)), (vec![0, 1, 2], None));
        assert_eq!(list(0, 10, Some(OTHER_BUYER)), (vec![1, 3], None));
        assert_eq!(list(0, 1, Some(OTHER_BUYER)), (vec![1], Some(2)));
        deliver(second);
        assert_ok!(Sales::confirm_purchase(signed(OTHER_BUYER), second));
        assert_eq!(list(0, 10, None), (vec![0, 2, 3], None));
    });
}

#[test]
fn one_call_looks_at_so_many_ids_and_no_more() {
    ExtBuilder.build_and_execute(|| {
        NextPurchaseId::<Test>::put(PurchaseId::new(2_000));
        let purchase = buy(DATA);
        assert_eq!(purchase.get(), 2_000);
        assert_eq!(list(0, 10, None), (vec![], Some(1_024)));
        assert_eq!(list(1_024, 10, None), (vec![2_000], None));
    });
}
