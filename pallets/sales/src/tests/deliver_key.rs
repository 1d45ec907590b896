use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn key(purchase: PurchaseId) -> WrappedKey {
    Package::table().wrap(purchase, &recipient_key())
}

#[test]
fn the_seller_delivers_until_the_last_block() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        run_to_block(11);
        let key = key(purchase);
        assert_ok!(Sales::deliver_key(signed(SELLER), purchase, key.clone()));
        assert_eq!(purchase_record(purchase).state, PurchaseState::Delivered { key, complain_by: 31 });
        assert_eq!(last_event(), Event::KeyDelivered { purchase, asset: DATA, complain_by: 31 });
        assert_eq!(TotalEscrow::<Test>::get(), PRICE);
    });
}

#[test]
fn a_late_key_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        run_to_block(12);
        assert_noop!(Sales::deliver_key(signed(SELLER), purchase, key(purchase)), Error::<Test>::Expired);
    });
}

#[test]
fn a_key_is_delivered_once() {
    ExtBuilder.build_and_execute(|| {
        let purchase = delivered(DATA);
        assert_noop!(Sales::deliver_key(signed(SELLER), purchase, key(purchase)), Error::<Test>::InvalidState);
    });
}

#[test]
fn only_the_seller_of_the_purchase_delivers() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        // The asset is transferred during the sale: the seller still owes the key, and nobody else.
        change_sold(DATA, |sold| sold.seller = STRANGER);
        for other in [STRANGER, BUYER] {
            assert_noop!(Sales::deliver_key(signed(other), purchase, key(purchase)), Error::<Test>::NotAuthorized);
        }
        let unsigned = Sales::deliver_key(RuntimeOrigin::none(), purchase, key(purchase));
        assert_noop!(unsigned, DispatchError::BadOrigin);
        assert_ok!(Sales::deliver_key(signed(SELLER), purchase, key(purchase)));
    });
}

#[test]
fn a_purchase_that_is_over_takes_no_key() {
    ExtBuilder.build_and_execute(|| {
        let purchase = delivered(DATA);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), purchase));
        assert_noop!(Sales::deliver_key(signed(SELLER), purchase, key(purchase)), Error::<Test>::NotFound);
    });
}

#[test]
fn a_delisted_asset_still_delivers() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        change_sold(DATA, |sold| sold.is_active = false);
        assert_ok!(Sales::deliver_key(signed(SELLER), purchase, key(purchase)));
    });
}
