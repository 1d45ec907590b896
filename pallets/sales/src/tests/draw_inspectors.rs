use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn draw(inspection: InspectionId) -> DispatchResult {
    Sales::draw_inspectors(signed(REPORTER), inspection)
}

#[test]
fn different_evaluators_are_drawn_and_take_seats() {
    ExtBuilder.build_and_execute(|| {
        let inspection = request(3);
        run_to_block(5);
        assert_ok!(draw(inspection));
        let inspectors = invited(inspection);
        assert_eq!(inspectors.len(), 3);
        assert!(inspectors.iter().all(|account| EVALUATORS.contains(account) && Seats::get(account) == 1));
        let invited = BoundedVec::try_from(inspectors).unwrap();
        let state = InspectionState::Inspecting { invited: invited.clone(), inspecting: 0, accept_by: 13 };
        assert_eq!(inspection_record(inspection).state, state);
        assert_eq!(last_event(), Event::InspectorsDrawn { inspection, inspectors: invited, accept_by: 13 });
        assert_noop!(draw(inspection), Error::<Test>::InvalidState);
    });
}

#[test]
fn the_draw_is_the_same_whenever_it_is_made() {
    let drawn_at = |block| {
        let mut inspectors = Vec::new();
        ExtBuilder.build_and_execute(|| {
            let inspection = request(2);
            run_to_block(block);
            assert_ok!(draw(inspection));
            inspectors = invited(inspection);
        });
        inspectors
    };
    assert_eq!(drawn_at(5), drawn_at(19));
}

#[test]
fn it_is_made_after_the_seed_and_before_the_end() {
    ExtBuilder.build_and_execute(|| {
        let inspection = request(2);
        run_to_block(4);
        assert_noop!(draw(inspection), Error::<Test>::TooEarly);
        run_to_block(20);
        assert_noop!(draw(inspection), Error::<Test>::Expired);
        run_to_block(19);
        assert_noop!(Sales::draw_inspectors(RuntimeOrigin::none(), inspection), DispatchError::BadOrigin);
        assert_noop!(draw(InspectionId::new(9)), Error::<Test>::NotFound);
        EntropyWindow::set(3);
        assert_noop!(draw(inspection), Error::<Test>::SeedUnavailable);
    });
}

#[test]
fn the_owner_and_late_evaluators_are_not_drawn() {
    ExtBuilder.build_and_execute(|| {
        Evaluators::insert(SELLER, 0);
        run_to_block(2);
        let inspection = request(5);
        Evaluators::insert(STRANGER, 2);
        run_to_block(6);
        // Four may be drawn: not the owner, nor who registered in the block of the request.
        assert_noop!(draw(inspection), Error::<Test>::TooFewInspectors);
        Evaluators::insert(STRANGER, 1);
        assert_ok!(draw(inspection));
        assert!(!invited(inspection).contains(&SELLER));
    });
}

#[test]
fn too_few_evaluators_are_not_drawn_at_all() {
    ExtBuilder.build_and_execute(|| {
        Seats::insert(EVALUATORS[0], 1);
        let inspection = request(4);
        run_to_block(6);
        assert_noop!(draw(inspection), Error::<Test>::TooFewInspectors);
        // Somebody is free again.
        Seats::insert(EVALUATORS[0], 0);
        assert_ok!(draw(inspection));
    });
}

#[test]
fn nobody_is_drawn_for_a_dataset_that_was_delisted() {
    ExtBuilder.build_and_execute(|| {
        let inspection = request(1);
        run_to_block(6);
        change_sold(DATA, |sold| sold.is_active = false);
        assert_noop!(draw(inspection), NOT_ACTIVE);
    });
}
