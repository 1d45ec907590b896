use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::seams::SaleEnd;

#[test]
fn the_buyer_confirms_and_the_seller_is_paid_at_once() {
    ExtBuilder.build_and_execute(|| {
        LicenceDuration::set(Some(30));
        let purchase = delivered(DATA);
        run_to_block(4);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), purchase));
        assert_eq!((free(INCOME), TotalEscrow::<Test>::get()), (ENDOWMENT + PRICE, 0));
        assert_eq!((free(BUYER), held(BUYER)), (ENDOWMENT - PRICE - DEPOSIT, DEPOSIT));
        assert_eq!(last_closed(), (purchase, PRICE, PRICE, SaleEnd::Settled { confirmed: true }));
        let kind = LicenceKind::Personal;
        let record = LicenceRecord { kind, since: 4, expires_at: Some(34), deposit: DEPOSIT };
        assert_eq!(licence(BUYER, DATA), Some(record));
        assert!(Purchases::<Test>::iter().next().is_none() && OpenPurchases::<Test>::iter().next().is_none());
        let settled = Event::PurchaseSettled { purchase, asset: DATA, buyer: BUYER, confirmed: true, price: PRICE };
        let granted = Event::LicenceGranted { asset: DATA, account: BUYER, kind, expires_at: Some(34) };
        assert!(events().ends_with(&[settled, granted]));
    });
}

#[test]
fn a_copy_for_nothing_is_settled_alike() {
    ExtBuilder.build_and_execute(|| {
        change_sold(MODEL, |sold| sold.price = 0);
        let purchase = delivered(MODEL);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), purchase));
        assert_eq!(last_closed(), (purchase, 0, 0, SaleEnd::Settled { confirmed: true }));
        assert!(licence(BUYER, MODEL).is_some());
    });
}

#[test]
fn a_buyer_may_confirm_after_the_window_as_long_as_nobody_settled() {
    ExtBuilder.build_and_execute(|| {
        let purchase = delivered(DATA);
        run_to_block(complain_by(purchase) + 5);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), purchase));
        assert_eq!(free(INCOME), ENDOWMENT + PRICE);
    });
}

#[test]
fn only_the_buyer_confirms_and_only_what_was_delivered() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        assert_noop!(Sales::confirm_purchase(signed(BUYER), purchase), Error::<Test>::InvalidState);
        deliver(purchase);
        for other in [SELLER, STRANGER] {
            assert_noop!(Sales::confirm_purchase(signed(other), purchase), Error::<Test>::NotAuthorized);
        }
        assert_noop!(Sales::confirm_purchase(RuntimeOrigin::none(), purchase), DispatchError::BadOrigin);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), purchase));
        assert_noop!(Sales::confirm_purchase(signed(BUYER), purchase), Error::<Test>::NotFound);
    });
}

#[test]
fn a_renewed_licence_replaces_the_old_one_and_frees_its_deposit() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(Sales::confirm_purchase(signed(BUYER), delivered(DATA)));
        PurchaseDeposit::set(3 * DEPOSIT);
        let upgrade = buy_as(BUYER, DATA, LicenceKind::Derive);
        deliver(upgrade);
        assert_eq!(held(BUYER), 4 * DEPOSIT);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), upgrade));
        assert_eq!(held(BUYER), 3 * DEPOSIT);
        let record = LicenceRecord { kind: LicenceKind::Derive, since: 1, expires_at: None, deposit: 3 * DEPOSIT };
        assert_eq!(licence(BUYER, DATA), Some(record));
        assert_eq!(free(INCOME), ENDOWMENT + 2 * PRICE);
    });
}

#[test]
fn a_copy_of_a_condemned_package_is_refunded_though_it_was_confirmed() {
    ExtBuilder.build_and_execute(|| {
        let purchase = delivered(DATA);
        condemn(DATA);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), purchase));
        assert_eq!((free(BUYER), held(BUYER), free(INCOME)), (ENDOWMENT, 0, ENDOWMENT));
        assert_eq!(last_closed(), (purchase, PRICE, PRICE, SaleEnd::Void));
        assert_eq!(licence(BUYER, DATA), None);
        let refunded = Event::PurchaseRefunded { purchase, asset: DATA, buyer: BUYER, price: PRICE };
        assert_eq!(last_event(), refunded);
    });
}

#[test]
fn an_inspector_attests_and_earns_the_fee() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspector, purchase) = inspecting();
        run_to_block(complain_by(purchase));
        assert_ok!(Sales::confirm_purchase(signed(inspector), purchase));
        assert_eq!(fees(inspection), [(inspector, FEE)]);
        assert_eq!(free(POT), ENDOWMENT + FEE);
        assert_eq!(last_closed(), (purchase, 0, FEE, SaleEnd::Attested { inspector }));
        assert_eq!((held(inspector), free(inspector), Seats::get(inspector)), (0, ENDOWMENT, 0));
        assert_eq!(licence(inspector, DATA), None);
        assert_eq!(inspection_record(inspection).escrow, 0);
        assert_eq!(Penalised::get(), []);
        let report = InspectionReport::Attested;
        assert_eq!(last_event(), Event::InspectionReported { inspection, purchase, inspector, report, fee: FEE });
    });
}

#[test]
fn a_late_attestation_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let (_, inspector, purchase) = inspecting();
        run_to_block(complain_by(purchase) + 1);
        assert_noop!(Sales::confirm_purchase(signed(inspector), purchase), Error::<Test>::Expired);
    });
}

#[test]
fn nobody_attests_a_condemned_package_but_the_work_is_paid() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspector, purchase) = inspecting();
        condemn(DATA);
        assert_ok!(Sales::confirm_purchase(signed(inspector), purchase));
        assert_eq!(last_closed(), (purchase, 0, FEE, SaleEnd::Void));
        assert_eq!(fees(inspection), [(inspector, FEE)]);
    });
}
