use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn update(account: AccountId, dataset: DatasetId, locations: &[&[u8]]) -> DispatchResult {
    let uris: alloc::vec::Vec<Uri> = locations.iter().map(|uri| Uri::try_from(uri.to_vec()).unwrap()).collect();
    DatasetRegistry::update_uris(signed(account), dataset, BoundedVec::try_from(uris).unwrap())
}

#[test]
fn a_package_moves() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_ok!(update(OWNER, dataset, &[b"s3://there/package", b"file:///here"]));
        let uris = record(dataset).uris;
        assert_eq!(uris.iter().map(|uri| uri.as_slice()).collect::<alloc::vec::Vec<_>>(), [
            b"s3://there/package".as_slice(),
            b"file:///here",
        ]);
        assert_eq!(last_event(), Event::UrisUpdated { dataset });
    });
}

#[test]
fn a_delisted_package_moves_for_its_open_sales() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_ok!(update(OWNER, dataset, &[b"file:///here"]));
    });
}

#[test]
fn a_package_that_can_be_had_nowhere_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_noop!(update(OWNER, dataset, &[]), Error::<Test>::InvalidUris);
        assert_noop!(update(OWNER, dataset, &[b"file:///here", b""]), Error::<Test>::InvalidUris);
    });
}

#[test]
fn only_the_owner_moves_a_package() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_noop!(update(STRANGER, dataset, &[b"file:///here"]), Error::<Test>::NotAuthorized);
        assert_noop!(update(OWNER, DatasetId::new(9), &[b"file:///here"]), Error::<Test>::NotFound);
        assert_noop!(
            DatasetRegistry::update_uris(RuntimeOrigin::none(), dataset, uris()),
            DispatchError::BadOrigin
        );
    });
}
