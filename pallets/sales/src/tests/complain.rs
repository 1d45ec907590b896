use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use neurodata_primitives::{layout::CellBound, seams::SaleEnd, FieldBytes, OpenedChunk};
use neurodata_sealing::public_key;

fn complaint(claim: Claim) -> Complaint {
    Complaint { secret: SECRET, claim }
}

fn out_of_schema(chunk: OpenedChunk, bounds: &[CellBound]) -> Claim {
    Claim::OutOfSchema { chunk, bounds: bounds.to_vec().try_into().unwrap() }
}

fn complain(purchase: PurchaseId, claim: Claim) -> DispatchResult {
    Sales::complain(signed(BUYER), purchase, complaint(claim))
}

/// Sell `package` as `asset`, buy it and deliver its key.
fn sold(asset: Asset, package: &Package) -> PurchaseId {
    put_on_shelf(asset, package.commitment);
    delivered(asset)
}

/// The complaint is upheld for `fault`: the buyer has everything back.
fn assert_upheld(purchase: PurchaseId, claim: Claim, fault: Fault) {
    let asset = purchase_record(purchase).asset;
    assert_ok!(complain(purchase, claim));
    assert_eq!((free(BUYER), held(BUYER), TotalEscrow::<Test>::get()), (ENDOWMENT, 0, 0));
    assert_eq!((licence(BUYER, asset), Burned::get(), free(INCOME)), (None, 0, ENDOWMENT));
    assert_eq!(last_closed(), (purchase, PRICE, PRICE, SaleEnd::Faulty { fault, wronged: BUYER }));
    let upheld = Event::ComplaintUpheld { purchase, asset, fault };
    let refunded = Event::PurchaseRefunded { purchase, asset, buyer: BUYER, price: PRICE };
    assert!(events().ends_with(&[upheld, refunded]));
    assert_eq!(Purchases::<Test>::get(purchase), None);
}

/// The complaint is dismissed for `reason`: it costs the deposit, and the seller is paid.
fn assert_dismissed(purchase: PurchaseId, complaint: Complaint, reason: Dismissal) {
    let asset = purchase_record(purchase).asset;
    let (income, burned) = (free(INCOME), Burned::get());
    assert_ok!(Sales::complain(signed(BUYER), purchase, complaint));
    assert_eq!((held(BUYER), Burned::get()), (0, burned + DEPOSIT));
    assert_eq!((free(INCOME), TotalEscrow::<Test>::get()), (income + PRICE, 0));
    assert_eq!(last_closed(), (purchase, PRICE, PRICE, SaleEnd::Settled { confirmed: false }));
    assert_eq!(licence(BUYER, asset).map(|record| record.deposit), Some(0));
    assert!(events().contains(&Event::ComplaintDismissed { purchase, reason, burned: DEPOSIT }));
    // One complaint for each purchase.
    assert_noop!(complain(purchase, Claim::WrongKey), Error::<Test>::NotFound);
    assert_ok!(Sales::surrender_licence(signed(BUYER), asset, None));
}

#[test]
fn a_wrong_key_is_proved() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        let wrong = wrap(&[1; 32], purchase, &recipient_key());
        assert_ok!(Sales::deliver_key(signed(SELLER), purchase, wrong));
        assert_upheld(purchase, Claim::WrongKey, Fault::WrongKey);
    });
}

#[test]
fn a_key_that_was_wrapped_for_something_else_is_wrong() {
    ExtBuilder.build_and_execute(|| {
        let (package, key) = (Package::table(), recipient_key());
        let forged = [
            // For another purchase, for another recipient, not at all, for a point of small order.
            package.wrap(PurchaseId::new(99), &key),
            package.wrap(PurchaseId::new(1), &public_key(&[6; 32])),
            WrappedKey { ephemeral_key: key, sealed_key: [0; 48] },
            WrappedKey { ephemeral_key: RecipientKey::new([0; 32]), sealed_key: [0; 48] },
        ];
        for key in forged {
            let purchase = buy(DATA);
            assert_ok!(Sales::deliver_key(signed(SELLER), purchase, key));
            assert_upheld(purchase, Claim::WrongKey, Fault::WrongKey);
        }
    });
}

#[test]
fn a_bad_chunk_is_proved_and_condemns_the_package() {
    ExtBuilder.build_and_execute(|| {
        for (asset, package) in [(MODEL, Package::file()), (DATA, Package::table())] {
            let package = package.with_bad_chunk();
            let purchase = sold(asset, &package);
            assert_upheld(purchase, Claim::BadChunk(package.open(1)), Fault::BadChunk { chunk: 1 });
            assert!(Shelf::get(asset).is_some_and(|sold| sold.is_condemned));
        }
    });
}

#[test]
fn a_cell_out_of_schema_is_proved() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::table_out_of_schema();
        let purchase = sold(DATA, &package);
        let claim = out_of_schema(package.open(1), &package.bounds);
        assert_upheld(purchase, claim, Fault::OutOfSchema { chunk: 1, cell: 9 });
    });
}

#[test]
fn one_buyer_s_evidence_refunds_all_the_others() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::file().with_bad_chunk();
        put_on_shelf(MODEL, package.commitment);
        let other = buy_as(OTHER_BUYER, MODEL, LicenceKind::Derive);
        deliver(other);
        let purchase = delivered(MODEL);
        assert_ok!(complain(purchase, Claim::BadChunk(package.open(1))));
        assert_ok!(Sales::settle(signed(STRANGER), other));
        assert_eq!((free(BUYER), free(OTHER_BUYER), free(INCOME)), (ENDOWMENT, ENDOWMENT, ENDOWMENT));
    });
}

#[test]
fn forged_evidence_costs_the_deposit_and_pays_the_seller() {
    ExtBuilder.build_and_execute(|| {
        let (table, file) = (Package::table(), Package::file());
        let mut forged_leaf = table.open(1);
        forged_leaf.leaf = FieldBytes::new([1; 32]);
        let mut forged_cipher = table.open(1);
        forged_cipher.cipher[7] ^= 1;
        let mut elsewhere = table.open(1);
        elsewhere.index = 2;
        let mut foreign_bounds = table.bounds.clone();
        foreign_bounds[9].bound = 10;
        let foreign_secret = Complaint { secret: [6; 32], claim: Claim::WrongKey };
        let cases = [
            (DATA, foreign_secret, Dismissal::ForeignSecret),
            (DATA, complaint(Claim::WrongKey), Dismissal::KeyIsRight),
            (DATA, complaint(Claim::BadChunk(forged_leaf)), Dismissal::ForeignChunk),
            (DATA, complaint(Claim::BadChunk(forged_cipher)), Dismissal::ForeignChunk),
            (DATA, complaint(Claim::BadChunk(elsewhere)), Dismissal::ForeignChunk),
            (DATA, complaint(Claim::BadChunk(file.open(1))), Dismissal::ForeignChunk),
            (DATA, complaint(Claim::BadChunk(table.open(1))), Dismissal::ChunkIsRight),
            (MODEL, complaint(Claim::BadChunk(file.open(2))), Dismissal::ChunkIsRight),
            (DATA, complaint(out_of_schema(table.open(1), &foreign_bounds)), Dismissal::ForeignBounds),
            (DATA, complaint(out_of_schema(table.open(1), &table.bounds)), Dismissal::WithinSchema),
            (MODEL, complaint(out_of_schema(file.open(1), &table.bounds)), Dismissal::NotApplicable),
        ];
        for (asset, complaint, reason) in cases {
            assert_dismissed(delivered(asset), complaint, reason);
        }
    });
}

#[test]
fn the_buyer_of_a_condemned_package_with_a_forged_complaint_loses_the_deposit_alone() {
    ExtBuilder.build_and_execute(|| {
        let purchase = delivered(DATA);
        condemn(DATA);
        assert_ok!(complain(purchase, Claim::WrongKey));
        assert_eq!((free(BUYER), held(BUYER), Burned::get()), (ENDOWMENT - DEPOSIT, 0, DEPOSIT));
        assert_eq!(last_closed(), (purchase, PRICE, PRICE, SaleEnd::Void));
        assert_eq!(licence(BUYER, DATA), None);
    });
}

#[test]
fn a_dismissed_complaint_about_an_upgrade_keeps_the_sums_right() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(Sales::confirm_purchase(signed(BUYER), delivered(DATA)));
        let upgrade = buy_as(BUYER, DATA, LicenceKind::Derive);
        deliver(upgrade);
        assert_ok!(complain(upgrade, Claim::WrongKey));
        // The deposit of the purchase is burned, that of the replaced licence is freed.
        assert_eq!((held(BUYER), Burned::get()), (0, DEPOSIT));
        assert_eq!(free(BUYER), ENDOWMENT - 2 * PRICE - DEPOSIT);
        let record = LicenceRecord { kind: LicenceKind::Derive, since: 1, expires_at: None, deposit: 0 };
        assert_eq!(licence(BUYER, DATA), Some(record));
    });
}

#[test]
fn complaints_are_heard_until_the_last_block_of_the_window() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::file().with_bad_chunk();
        let purchase = sold(MODEL, &package);
        run_to_block(complain_by(purchase) + 1);
        assert_noop!(complain(purchase, Claim::BadChunk(package.open(1))), Error::<Test>::Expired);
        run_to_block(complain_by(purchase));
        assert_upheld(purchase, Claim::BadChunk(package.open(1)), Fault::BadChunk { chunk: 1 });
    });
}

#[test]
fn only_the_buyer_complains_and_only_of_what_was_delivered() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        assert_noop!(complain(purchase, Claim::WrongKey), Error::<Test>::InvalidState);
        deliver(purchase);
        for other in [SELLER, STRANGER] {
            let attempt = Sales::complain(signed(other), purchase, complaint(Claim::WrongKey));
            assert_noop!(attempt, Error::<Test>::NotAuthorized);
        }
        let unsigned = Sales::complain(RuntimeOrigin::none(), purchase, complaint(Claim::WrongKey));
        assert_noop!(unsigned, DispatchError::BadOrigin);
        assert_noop!(complain(PurchaseId::new(9), Claim::WrongKey), Error::<Test>::NotFound);
    });
}

#[test]
fn a_package_that_the_registry_forgot_is_not_judged() {
    ExtBuilder.build().execute_with(|| {
        let purchase = delivered(DATA);
        Shelf::remove(DATA);
        assert_noop!(complain(purchase, Claim::WrongKey), Error::<Test>::NotFound);
    });
}

#[test]
fn an_inspector_who_proves_a_fault_earns_the_fee() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::table().with_bad_chunk();
        put_on_shelf(DATA, package.commitment);
        let (inspection, inspector, purchase) = inspecting();
        assert_ok!(Sales::complain(signed(inspector), purchase, complaint(Claim::BadChunk(package.open(1)))));
        let fault = Fault::BadChunk { chunk: 1 };
        assert_eq!(last_closed(), (purchase, 0, FEE, SaleEnd::Faulty { fault, wronged: inspector }));
        assert_eq!((fees(inspection), held(inspector), Seats::get(inspector)), (vec![(inspector, FEE)], 0, 0));
        assert_eq!(Penalised::get(), []);
        let report = InspectionReport::Faulty(fault);
        assert_eq!(last_event(), Event::InspectionReported { inspection, purchase, inspector, report, fee: FEE });
    });
}

#[test]
fn an_inspector_with_forged_evidence_is_penalised() {
    ExtBuilder.build_and_execute(|| {
        let (inspection, inspector, purchase) = inspecting();
        assert_ok!(Sales::complain(signed(inspector), purchase, complaint(Claim::WrongKey)));
        assert_eq!(last_closed(), (purchase, 0, FEE, SaleEnd::Void));
        // The reporter is the inspector, who gains nothing by it.
        assert_eq!(Penalised::get(), [missed(inspection, inspector, inspector)]);
        assert_eq!((fees(inspection), held(inspector), free(inspector)), (vec![], 0, ENDOWMENT - DEPOSIT));
        assert_eq!((Burned::get(), Seats::get(inspector)), (DEPOSIT, 0));
        let report = InspectionReport::Unfounded;
        assert_eq!(last_event(), Event::InspectionReported { inspection, purchase, inspector, report, fee: 0 });
    });
}

#[test]
fn a_complaint_weighs_at_most_ten_milliseconds_and_has_at_most_ten_kilobytes() {
    let (package, purchase) = (Package::table(), PurchaseId::new(0));
    let mut chunk = package.open(1);
    chunk.path = vec![FieldBytes::new([0; 32]); 20].try_into().unwrap();
    let call = |claim| Call::<Test>::complain { purchase, complaint: complaint(claim) };
    let largest = call(out_of_schema(chunk.clone(), &package.bounds));
    assert!(largest.encoded_size() <= 10_000, "{}", largest.encoded_size());
    let weight = |call: Call<Test>| call.get_dispatch_info().call_weight;
    assert_eq!(weight(call(Claim::WrongKey)), <() as WeightInfo>::complain_wrong_key());
    assert_eq!(weight(call(Claim::BadChunk(chunk))), <() as WeightInfo>::complain_bad_chunk());
    assert_eq!(weight(largest.clone()), <() as WeightInfo>::complain_out_of_schema());
    assert!(weight(largest).ref_time() <= 10_000_000_000);
    assert!(<() as WeightInfo>::complain_bad_chunk().ref_time() <= 10_000_000_000);
}
