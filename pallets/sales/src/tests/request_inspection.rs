use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{ArithmeticError, TokenError};

fn request_as(account: AccountId, seats: u32, fee: Balance) -> DispatchResult {
    Sales::request_inspection(signed(account), DATASET, seats, fee)
}

#[test]
fn the_fees_of_all_seats_go_into_escrow() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(request_as(SELLER, 3, FEE));
        let inspection = InspectionId::new(0);
        let state = InspectionState::Drawing { requested_at: 1, draw_at: 4, draw_by: 19 };
        let record =
            InspectionRecord { dataset: DATASET, requester: SELLER, seats: 3, fee: FEE, escrow: 3 * FEE, state };
        assert_eq!(Inspections::<Test>::get(inspection), Some(record));
        assert_eq!(OpenInspections::<Test>::get(DATASET), Some(inspection));
        assert_eq!((TotalEscrow::<Test>::get(), free(SELLER), held(SELLER)), (3 * FEE, ENDOWMENT - 3 * FEE, 0));
        let event = Event::InspectionRequested {
            inspection,
            dataset: DATASET,
            requester: SELLER,
            seats: 3,
            draw_at: 4,
            draw_by: 19,
            fee: FEE,
        };
        assert_eq!(last_event(), event);
    });
}

#[test]
fn delays_and_periods_stay_within_what_the_draw_needs() {
    ExtBuilder.build_and_execute(|| {
        DrawDelay::set(0);
        DrawPeriod::set(1_000);
        let inspection = request(1);
        let state = InspectionState::Drawing { requested_at: 1, draw_at: 3, draw_by: 102 };
        assert_eq!(inspection_record(inspection).state, state);
    });
}

#[test]
fn only_the_owner_of_an_active_dataset_asks() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(request_as(STRANGER, 1, FEE), Error::<Test>::NotAuthorized);
        let unsigned = Sales::request_inspection(RuntimeOrigin::none(), DATASET, 1, FEE);
        assert_noop!(unsigned, DispatchError::BadOrigin);
        change_sold(DATA, |sold| sold.is_active = false);
        assert_noop!(request_as(SELLER, 1, FEE), NOT_ACTIVE);
    });
}

#[test]
fn seats_and_fee_have_bounds() {
    ExtBuilder.build_and_execute(|| {
        for seats in [0, 6, u32::MAX] {
            assert_noop!(request_as(SELLER, seats, FEE), Error::<Test>::InvalidSeats);
        }
        MinimumInspectionFee::set(FEE);
        assert_noop!(request_as(SELLER, 1, FEE - 1), Error::<Test>::FeeTooLow);
        assert_noop!(request_as(SELLER, 2, Balance::MAX), ArithmeticError::Overflow);
        assert_noop!(request_as(SELLER, 1, ENDOWMENT + 1), TokenError::FundsUnavailable);
        lock(SELLER, ENDOWMENT);
        assert_noop!(request_as(SELLER, 1, FEE), TokenError::Frozen);
        lock(SELLER, 0);
        assert_ok!(request_as(SELLER, 5, FEE));
    });
}

#[test]
fn a_dataset_has_one_inspection_at_a_time() {
    ExtBuilder.build_and_execute(|| {
        let inspection = request(1);
        assert_noop!(request_as(SELLER, 1, FEE), Error::<Test>::AlreadyExists);
        run_to_block(20);
        assert_ok!(Sales::close_inspection(signed(STRANGER), inspection));
        assert_ok!(request_as(SELLER, 1, FEE));
        NextInspectionId::<Test>::put(InspectionId::new(u64::MAX));
        OpenInspections::<Test>::remove(DATASET);
        assert_noop!(request_as(SELLER, 1, FEE), ArithmeticError::Overflow);
        OpenInspections::<Test>::insert(DATASET, InspectionId::new(1));
    });
}
