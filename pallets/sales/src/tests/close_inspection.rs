use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::PayoutReason;

fn close(inspection: InspectionId) -> DispatchResult {
    Sales::close_inspection(signed(REPORTER), inspection)
}

fn assert_closed(inspection: InspectionId, refund: Balance) {
    assert_eq!(last_event(), Event::InspectionClosed { inspection, dataset: DATASET, refund });
    assert_eq!((Inspections::<Test>::get(inspection), OpenInspections::<Test>::get(DATASET)), (None, None));
    assert_eq!(TotalEscrow::<Test>::get(), 0);
    assert!(Seats::iter_values().all(|seats| seats == 0));
}

#[test]
fn an_inspection_closes_when_everybody_has_reported() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(2);
        let purchases: Vec<_> = inspectors.iter().map(|inspector| accept(inspection, *inspector)).collect();
        for (inspector, purchase) in inspectors.iter().zip(purchases) {
            assert_noop!(close(inspection), Error::<Test>::ReportsOpen);
            deliver(purchase);
            assert_ok!(Sales::confirm_purchase(signed(*inspector), purchase));
        }
        assert_ok!(close(inspection));
        assert_closed(inspection, 0);
        assert_eq!((free(SELLER), fees(inspection).len()), (ENDOWMENT - 2 * FEE, 2));
        assert_noop!(close(inspection), Error::<Test>::NotFound);
    });
}

#[test]
fn the_requester_is_refunded_if_nobody_was_drawn() {
    ExtBuilder.build_and_execute(|| {
        let inspection = request(3);
        run_to_block(19);
        assert_noop!(close(inspection), Error::<Test>::TooEarly);
        assert_noop!(Sales::close_inspection(RuntimeOrigin::none(), inspection), DispatchError::BadOrigin);
        run_to_block(20);
        assert_ok!(close(inspection));
        assert_closed(inspection, 3 * FEE);
        assert_eq!((free(SELLER), Penalised::get()), (ENDOWMENT, vec![]));
    });
}

#[test]
fn evaluators_who_never_asked_are_penalised() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(3);
        let purchase = accept(inspection, inspectors[0]);
        deliver(purchase);
        assert_ok!(Sales::confirm_purchase(signed(inspectors[0]), purchase));
        run_to_block(13);
        assert_noop!(close(inspection), Error::<Test>::TooEarly);
        run_to_block(14);
        assert_ok!(close(inspection));
        let silent = &inspectors[1..];
        assert_eq!(Penalised::get(), silent.iter().map(|who| missed(inspection, *who, REPORTER)).collect::<Vec<_>>());
        for inspector in silent {
            assert!(events().contains(&Event::InvitationLapsed { inspection, inspector: *inspector, penalised: true }));
        }
        assert_closed(inspection, 2 * FEE);
        assert_eq!(free(SELLER), ENDOWMENT - FEE);
    });
}

#[test]
fn an_open_report_keeps_it_open_beyond_the_end() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(2);
        let purchase = accept(inspection, inspectors[0]);
        run_to_block(200);
        assert_noop!(close(inspection), Error::<Test>::ReportsOpen);
        assert_ok!(Sales::expire_delivery(signed(REPORTER), purchase));
        assert_ok!(close(inspection));
        assert_closed(inspection, FEE);
    });
}

#[test]
fn nobody_waits_or_is_penalised_once_the_package_is_condemned() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(1);
        condemn(DATA);
        assert_ok!(close(inspection));
        let inspector = inspectors[0];
        assert!(events().contains(&Event::InvitationLapsed { inspection, inspector, penalised: false }));
        assert_eq!(Penalised::get(), []);
        assert_closed(inspection, FEE);
    });
}

#[test]
fn delisting_does_not_excuse_evaluators() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(1);
        change_sold(DATA, |sold| sold.is_active = false);
        assert_noop!(close(inspection), Error::<Test>::TooEarly);
        run_to_block(14);
        assert_ok!(close(inspection));
        assert_eq!(Penalised::get(), [missed(inspection, inspectors[0], REPORTER)]);
    });
}

#[test]
fn a_refund_that_is_dust_is_credited() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(Sales::request_inspection(signed(SELLER), DATASET, 2, 1));
        empty(SELLER);
        run_to_block(20);
        let inspection = InspectionId::new(0);
        assert_ok!(close(inspection));
        assert_eq!(Credited::get(), [(SELLER, 2, PayoutReason::Inspection { inspection })]);
        assert_closed(inspection, 2);
    });
}
