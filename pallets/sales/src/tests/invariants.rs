use crate::{mock::*, *};
use frame_support::{
    assert_ok,
    traits::{
        fungible::{Mutate, MutateHold},
        Hooks,
    },
};

/// A world with a licence of [`OTHER_BUYER`], and what is open in it.
struct World {
    /// A purchase of [`BUYER`].
    copy: PurchaseId,
    /// An inspection with one invited and one inspecting.
    inspection: InspectionId,
    /// The purchase of the inspector.
    part: PurchaseId,
}

/// Break something.
fn breaks(change: impl FnOnce(World)) {
    ExtBuilder.build().execute_with(|| {
        let settled = buy_as(OTHER_BUYER, DATA, LicenceKind::Personal);
        deliver(settled);
        assert_ok!(Sales::confirm_purchase(signed(OTHER_BUYER), settled));
        let (inspection, inspectors) = drawn(2);
        let world = World { copy: buy(DATA), inspection, part: accept(inspection, inspectors[0]) };
        assert_ok!(Sales::do_try_state());
        change(world);
        assert!(Sales::do_try_state().is_err());
    });
}

fn change_purchase(purchase: PurchaseId, change: impl FnOnce(&mut PurchaseRecordOf<Test>)) {
    Purchases::<Test>::mutate(purchase, |record| change(record.as_mut().unwrap()));
}

fn change_inspection(inspection: InspectionId, change: impl FnOnce(&mut InspectionRecordOf<Test>)) {
    Inspections::<Test>::mutate(inspection, |record| change(record.as_mut().unwrap()));
}

#[test]
fn an_escrow_that_differs_from_prices_and_fees_is_found() {
    breaks(|_| TotalEscrow::<Test>::mutate(|total| *total += 1));
    breaks(|world| change_purchase(world.copy, |record| record.price -= 1));
    breaks(|world| change_inspection(world.inspection, |record| record.escrow += 1));
    breaks(|_| assert_eq!(Balances::set_balance(&escrow(), PRICE), PRICE));
}

#[test]
fn a_hold_that_differs_from_the_deposits_is_found() {
    breaks(|_| Balances::hold(&HoldReason::PurchaseDeposit.into(), &BUYER, 1).unwrap());
    breaks(|world| change_purchase(world.part, |record| record.deposit -= 1));
    breaks(|_| Licences::<Test>::mutate(DATA, OTHER_BUYER, |record| record.as_mut().unwrap().deposit += 1));
}

#[test]
fn purchases_that_are_not_found_or_over_are_found() {
    breaks(|_| OpenPurchases::<Test>::remove(DATA, BUYER));
    breaks(|world| OpenPurchases::<Test>::insert(MODEL, BUYER, world.copy));
    breaks(|world| OpenPurchases::<Test>::insert(DATA, BUYER, world.part));
    breaks(|world| change_purchase(world.copy, |record| record.seller = BUYER));
}

#[test]
fn inspections_that_are_not_found_or_miscounted_are_found() {
    breaks(|_| OpenInspections::<Test>::remove(DATASET));
    breaks(|world| OpenInspections::<Test>::insert(DatasetId::new(1), world.inspection));
    breaks(|world| Inspections::<Test>::remove(world.inspection));
    breaks(|world| {
        change_inspection(world.inspection, |record| {
            if let InspectionState::Inspecting { inspecting, .. } = &mut record.state {
                *inspecting += 1;
            }
        })
    });
    breaks(|world| change_inspection(world.inspection, |record| record.seats = 1));
    breaks(|world| change_inspection(world.inspection, |record| record.fee += 1));
    breaks(|world| change_inspection(world.inspection, |record| record.dataset = DatasetId::new(1)));
    breaks(|world| change_purchase(world.part, |record| record.asset = MODEL));
}

#[test]
fn fees_that_are_not_covered_are_found() {
    breaks(|world| {
        change_inspection(world.inspection, |record| record.escrow = FEE);
        TotalEscrow::<Test>::mutate(|total| *total -= FEE);
    });
}

#[test]
fn ids_that_were_not_handed_out_are_found() {
    breaks(|world| NextPurchaseId::<Test>::put(world.part));
    breaks(|world| NextInspectionId::<Test>::put(world.inspection));
}

#[test]
#[should_panic = "EntropyWindow must be at least 2"]
fn a_window_that_forgets_every_draw_is_refused() {
    ExtBuilder.build().execute_with(|| {
        EntropyWindow::set(1);
        Sales::integrity_test();
    });
}

#[test]
fn encodings_have_their_places() {
    assert_eq!(HoldReason::PurchaseDeposit.encode(), [0]);
    let call = |call: Call<Test>| call.encode()[0];
    let (purchase, inspection) = (PurchaseId::new(0), InspectionId::new(0));
    assert_eq!(call(Call::settle { purchase }), 3);
    assert_eq!(call(Call::surrender_licence { asset: DATA, account: None }), 6);
    assert_eq!(call(Call::close_inspection { inspection }), 10);
}
