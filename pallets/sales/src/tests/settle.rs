use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::seams::SaleEnd;

#[test]
fn a_silent_buyer_pays_after_the_window_whoever_settles() {
    ExtBuilder.build_and_execute(|| {
        let purchase = delivered(DATA);
        run_to_block(complain_by(purchase) + 1);
        assert_ok!(Sales::settle(signed(STRANGER), purchase));
        assert_eq!((free(INCOME), TotalEscrow::<Test>::get()), (ENDOWMENT + PRICE, 0));
        assert_eq!(last_closed(), (purchase, PRICE, PRICE, SaleEnd::Settled { confirmed: false }));
        assert_eq!(licence(BUYER, DATA).map(|record| record.deposit), Some(DEPOSIT));
        assert_eq!(held(BUYER), DEPOSIT);
        let settled = Event::PurchaseSettled { purchase, asset: DATA, buyer: BUYER, confirmed: false, price: PRICE };
        assert!(events().contains(&settled));
        assert_noop!(Sales::settle(signed(STRANGER), purchase), Error::<Test>::NotFound);
    });
}

#[test]
fn nobody_settles_before_the_window_is_over() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        assert_noop!(Sales::settle(signed(SELLER), purchase), Error::<Test>::InvalidState);
        deliver(purchase);
        run_to_block(complain_by(purchase));
        assert_noop!(Sales::settle(signed(SELLER), purchase), Error::<Test>::TooEarly);
        assert_noop!(Sales::settle(RuntimeOrigin::none(), purchase), DispatchError::BadOrigin);
    });
}

#[test]
fn the_buyers_of_a_condemned_package_get_their_money_back_at_once() {
    ExtBuilder.build_and_execute(|| {
        let (awaiting, with_key) = (buy(DATA), buy_as(OTHER_BUYER, DATA, LicenceKind::Derive));
        deliver(with_key);
        condemn(DATA);
        for (purchase, buyer) in [(awaiting, BUYER), (with_key, OTHER_BUYER)] {
            assert_ok!(Sales::settle(signed(STRANGER), purchase));
            assert_eq!((free(buyer), held(buyer), licence(buyer, DATA)), (ENDOWMENT, 0, None));
            assert_eq!(last_closed(), (purchase, PRICE, PRICE, SaleEnd::Void));
            assert_eq!(last_event(), Event::PurchaseRefunded { purchase, asset: DATA, buyer, price: PRICE });
        }
        assert_eq!((free(INCOME), TotalEscrow::<Test>::get()), (ENDOWMENT, 0));
    });
}

#[test]
fn a_refund_that_the_account_cannot_receive_is_credited() {
    ExtBuilder.build_and_execute(|| {
        PurchaseDeposit::set(0);
        change_sold(DATA, |sold| sold.price = EXISTENTIAL_DEPOSIT - 1);
        let purchase = buy(DATA);
        empty(BUYER);
        condemn(DATA);
        assert_ok!(Sales::settle(signed(STRANGER), purchase));
        let reason = neurodata_primitives::PayoutReason::Sale { purchase };
        assert_eq!(Credited::get(), [(BUYER, EXISTENTIAL_DEPOSIT - 1, reason)]);
        assert_eq!((free(BUYER), free(POT)), (0, ENDOWMENT + EXISTENTIAL_DEPOSIT - 1));
    });
}

#[test]
fn an_inspector_who_keeps_silent_is_penalised() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspector, purchase) = inspecting();
        run_to_block(complain_by(purchase));
        assert_noop!(Sales::settle(signed(REPORTER), purchase), Error::<Test>::TooEarly);
        run_to_block(now() + 1);
        assert_ok!(Sales::settle(signed(REPORTER), purchase));
        assert_eq!(Penalised::get(), [missed(inspection, inspector, REPORTER)]);
        assert_eq!(last_closed(), (purchase, 0, FEE, SaleEnd::Void));
        assert_eq!((fees(inspection), held(inspector), Seats::get(inspector)), (vec![], 0, 0));
        // The fee waits for the requester.
        assert_eq!(inspection_record(inspection).escrow, FEE);
        let report = InspectionReport::Silent;
        assert_eq!(last_event(), Event::InspectionReported { inspection, purchase, inspector, report, fee: 0 });
    });
}

#[test]
fn an_inspector_who_still_had_time_is_paid_when_the_package_is_condemned() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(3);
        let parts: Vec<_> = inspectors.iter().map(|inspector| (*inspector, accept(inspection, *inspector))).collect();
        deliver(parts[1].1);
        deliver(parts[2].1);
        condemn(DATA);
        for (inspector, purchase) in &parts[..2] {
            assert_ok!(Sales::settle(signed(STRANGER), *purchase));
            let report = InspectionReport::Condemned;
            let (inspector, purchase) = (*inspector, *purchase);
            assert_eq!(last_event(), Event::InspectionReported { inspection, purchase, inspector, report, fee: FEE });
            assert_eq!(last_closed(), (purchase, 0, FEE, SaleEnd::Void));
        }
        assert_eq!((fees(inspection).len(), Penalised::get().len()), (2, 0));
        run_to_block(complain_by(parts[2].1) + 1);
        assert_ok!(Sales::settle(signed(STRANGER), parts[2].1));
        assert!(Penalised::get().is_empty(), "there was nothing left to report");
        assert_eq!(fees(inspection).len(), 2);
    });
}
