use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::seams::SaleEnd;

#[test]
fn who_gives_up_an_inspection_earns_nothing_and_loses_nothing() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspector, purchase) = inspecting();
        run_to_block(complain_by(purchase));
        assert_ok!(Sales::abandon_inspection(signed(inspector), purchase));
        assert_eq!(fees(inspection), []);
        assert_eq!(last_closed(), (purchase, 0, FEE, SaleEnd::Void));
        assert_eq!((held(inspector), free(inspector), Seats::get(inspector)), (0, ENDOWMENT, 0));
        assert_eq!(Penalised::get(), []);
        assert_eq!(inspection_record(inspection).escrow, FEE);
        let report = InspectionReport::Abandoned;
        assert_eq!(last_event(), Event::InspectionReported { inspection, purchase, inspector, report, fee: 0 });
        assert_ok!(Sales::close_inspection(signed(STRANGER), inspection));
    });
}

#[test]
fn an_inspection_is_not_given_up_after_the_time_for_reports() {
    ExtBuilder.build_and_execute(|| {
        let (_, inspector, purchase) = inspecting();
        run_to_block(complain_by(purchase) + 1);
        assert_noop!(Sales::abandon_inspection(signed(inspector), purchase), Error::<Test>::Expired);
    });
}

#[test]
fn only_the_inspector_gives_up() {
    ExtBuilder.build_and_execute(|| {
        let (_, _, purchase) = inspecting();
        assert_noop!(Sales::abandon_inspection(signed(STRANGER), purchase), Error::<Test>::NotAuthorized);
    });
}

#[test]
fn a_copy_is_no_inspection() {
    ExtBuilder.build_and_execute(|| {
        let purchase = delivered(DATA);
        assert_noop!(Sales::abandon_inspection(signed(BUYER), purchase), Error::<Test>::InvalidState);
    });
}
