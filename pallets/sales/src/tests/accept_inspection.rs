use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

fn accept_as(inspector: AccountId, inspection: InspectionId) -> DispatchResult {
    Sales::accept_inspection(signed(inspector), inspection, recipient_key())
}

#[test]
fn an_inspector_asks_for_the_key_by_a_purchase_for_nothing() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(2);
        let inspector = inspectors[1];
        assert_ok!(accept_as(inspector, inspection));
        let purchase = PurchaseId::new(0);
        let record = PurchaseRecord {
            asset: DATA,
            seller: SELLER,
            buyer: inspector,
            grant: Grant::Inspection { inspection, fee: FEE },
            recipient_key: recipient_key(),
            price: 0,
            deposit: DEPOSIT,
            purchased_at: 5,
            state: PurchaseState::AwaitingKey { deliver_by: 15 },
        };
        assert_eq!(Purchases::<Test>::get(purchase), Some(record));
        let InspectionState::Inspecting { invited, inspecting, .. } = inspection_record(inspection).state else {
            panic!("still inspecting");
        };
        assert_eq!((invited.into_inner(), inspecting), (vec![inspectors[0]], 1));
        assert_eq!((held(inspector), Seats::get(inspector)), (DEPOSIT, 1));
        assert_eq!(TotalEscrow::<Test>::get(), 2 * FEE);
        assert_eq!(Shelf::get(DATA).map(|sold| (sold.open, sold.exposure)), Some((1, 0)));
        assert_eq!(last_event(), Event::InspectionAccepted { inspection, purchase, inspector });
        assert_noop!(accept_as(inspector, inspection), Error::<Test>::NotAuthorized);
    });
}

#[test]
fn an_inspector_who_is_a_buyer_as_well_asks_all_the_same() {
    ExtBuilder.build_and_execute(|| {
        let copy = buy_as(EVALUATORS[0], DATA, LicenceKind::Personal);
        let (inspection, _) = drawn(4);
        assert_ok!(accept_as(EVALUATORS[0], inspection));
        assert_eq!(held(EVALUATORS[0]), 2 * DEPOSIT);
        deliver(copy);
        assert_ok!(Sales::confirm_purchase(signed(EVALUATORS[0]), copy));
    });
}

#[test]
fn only_who_was_drawn_asks_and_in_time() {
    ExtBuilder.build_and_execute(|| {
        let inspection = request(1);
        assert_noop!(accept_as(EVALUATORS[0], inspection), Error::<Test>::InvalidState);
        run_to_block(5);
        assert_ok!(Sales::draw_inspectors(signed(REPORTER), inspection));
        let inspector = invited(inspection)[0];
        assert_noop!(accept_as(STRANGER, inspection), Error::<Test>::NotAuthorized);
        assert_noop!(accept_as(inspector, InspectionId::new(9)), Error::<Test>::NotFound);
        let unsigned = Sales::accept_inspection(RuntimeOrigin::none(), inspection, recipient_key());
        assert_noop!(unsigned, DispatchError::BadOrigin);
        for key in RecipientKey::unusable() {
            let attempt = Sales::accept_inspection(signed(inspector), inspection, key);
            assert_noop!(attempt, Error::<Test>::InvalidRecipientKey);
        }
        run_to_block(14);
        assert_noop!(accept_as(inspector, inspection), Error::<Test>::Expired);
        run_to_block(13);
        assert_ok!(accept_as(inspector, inspection));
    });
}

#[test]
fn an_inspector_needs_the_deposit() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(1);
        PurchaseDeposit::set(ENDOWMENT);
        assert_noop!(accept_as(inspectors[0], inspection), TokenError::FundsUnavailable);
    });
}

#[test]
fn a_delisted_dataset_is_inspected_to_the_end_a_condemned_one_is_not() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(2);
        change_sold(DATA, |sold| sold.is_active = false);
        assert_ok!(accept_as(inspectors[0], inspection));
        condemn(DATA);
        assert_noop!(accept_as(inspectors[1], inspection), Error::<Test>::Condemned);
    });
}

#[test]
fn what_the_registry_refuses_is_not_inspected() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspectors) = drawn(1);
        buy(DATA);
        change_sold(DATA, |sold| sold.cover = 0);
        assert_noop!(accept_as(inspectors[0], inspection), NOT_COVERED);
    });
}
