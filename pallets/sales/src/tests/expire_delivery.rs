use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{seams::SaleEnd, PayoutReason};

#[test]
fn the_buyer_of_a_silent_seller_gets_everything_back() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        run_to_block(12);
        assert_ok!(Sales::expire_delivery(signed(REPORTER), purchase));
        assert_eq!((free(BUYER), held(BUYER), TotalEscrow::<Test>::get()), (ENDOWMENT, 0, 0));
        let end = SaleEnd::NotDelivered { wronged: BUYER, reporter: REPORTER };
        assert_eq!(last_closed(), (purchase, PRICE, PRICE, end));
        assert_eq!(licence(BUYER, DATA), None);
        let expired = Event::DeliveryExpired { purchase, asset: DATA };
        let refunded = Event::PurchaseRefunded { purchase, asset: DATA, buyer: BUYER, price: PRICE };
        assert!(events().ends_with(&[expired, refunded]));
        assert_noop!(Sales::expire_delivery(signed(REPORTER), purchase), Error::<Test>::NotFound);
        // The way is free for another try.
        buy(DATA);
    });
}

#[test]
fn a_seller_has_until_the_last_block() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        run_to_block(11);
        assert_noop!(Sales::expire_delivery(signed(REPORTER), purchase), Error::<Test>::TooEarly);
        assert_noop!(Sales::expire_delivery(RuntimeOrigin::none(), purchase), DispatchError::BadOrigin);
        deliver(purchase);
        run_to_block(100);
        assert_noop!(Sales::expire_delivery(signed(REPORTER), purchase), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_refund_that_is_dust_blocks_nothing() {
    ExtBuilder.build_and_execute(|| {
        PurchaseDeposit::set(0);
        change_sold(DATA, |sold| sold.price = 1);
        let purchase = buy(DATA);
        empty(BUYER);
        run_to_block(12);
        assert_ok!(Sales::expire_delivery(signed(REPORTER), purchase));
        assert_eq!(Credited::get(), [(BUYER, 1, PayoutReason::Sale { purchase })]);
    });
}

#[test]
fn an_inspector_who_waited_in_vain_is_paid() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(1);
        let (inspector, purchase) = (inspectors[0], accept(inspection, inspectors[0]));
        run_to_block(now() + 11);
        assert_ok!(Sales::expire_delivery(signed(REPORTER), purchase));
        let end = SaleEnd::NotDelivered { wronged: inspector, reporter: REPORTER };
        assert_eq!(last_closed(), (purchase, 0, FEE, end));
        assert_eq!((fees(inspection), held(inspector), Seats::get(inspector)), (vec![(inspector, FEE)], 0, 0));
        let report = InspectionReport::NotDelivered;
        assert_eq!(last_event(), Event::InspectionReported { inspection, purchase, inspector, report, fee: FEE });
    });
}
