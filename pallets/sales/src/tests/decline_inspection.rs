use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn an_invited_evaluator_declines_at_no_cost() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(2);
        assert_ok!(Sales::decline_inspection(signed(inspectors[0]), inspection));
        let event = Event::InvitationLapsed { inspection, inspector: inspectors[0], penalised: false };
        assert_eq!(last_event(), event);
        assert_eq!(Seats::get(inspectors[0]), 0);
        assert_noop!(Sales::decline_inspection(signed(inspectors[0]), inspection), Error::<Test>::NotAuthorized);
        assert_ok!(Sales::decline_inspection(signed(inspectors[1]), inspection));
        // Nobody is left to wait for.
        assert_ok!(Sales::close_inspection(signed(STRANGER), inspection));
        assert_eq!((Penalised::get(), free(SELLER)), (vec![], ENDOWMENT));
    });
}

#[test]
fn an_invitation_is_declined_in_time_and_by_those_who_are_invited() {
    ExtBuilder.build_and_execute(|| {
        let drawing = request(1);
        assert_noop!(Sales::decline_inspection(signed(STRANGER), drawing), Error::<Test>::InvalidState);
        let none = drawing.next().unwrap();
        assert_noop!(Sales::decline_inspection(signed(STRANGER), none), Error::<Test>::NotFound);
    });
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(1);
        assert_noop!(Sales::decline_inspection(signed(STRANGER), inspection), Error::<Test>::NotAuthorized);
        run_to_block(14);
        assert_noop!(Sales::decline_inspection(signed(inspectors[0]), inspection), Error::<Test>::Expired);
    });
}
