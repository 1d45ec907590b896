use crate::{mock::*, *};
use frame_support::assert_ok;
use neurodata_primitives::seams::Licences as _;

#[test]
fn a_licence_permits_its_kind_and_those_before_it_until_its_end() {
    ExtBuilder.build_and_execute(|| {
        LicenceDuration::set(Some(9));
        let purchase = buy_as(BUYER, DATA, LicenceKind::Commercial);
        deliver(purchase);
        let permitted = || {
            [LicenceKind::Personal, LicenceKind::Commercial, LicenceKind::Derive]
                .map(|kind| Sales::permits(DATA, &BUYER, kind))
        };
        assert_eq!(permitted(), [false; 3]);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), purchase));
        assert_eq!(permitted(), [true, true, false]);
        assert!(Sales::is_licensed(DATA, BUYER, LicenceKind::Personal));
        assert!(!Sales::permits(MODEL, &BUYER, LicenceKind::Personal));
        assert!(!Sales::permits(DATA, &STRANGER, LicenceKind::Personal));
        run_to_block(10);
        assert_eq!(permitted(), [true, true, false]);
        run_to_block(11);
        assert_eq!(permitted(), [false; 3]);
    });
}
