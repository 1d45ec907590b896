use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{
    seams::{ModelOrigin, Models as _, Saleable},
    ContentCommitment, LicenceKind, LicenceOffer, ListingState, ModelListing, PackageCommitment, ResultCommitment, Uri,
    UseSet,
};
use sp_runtime::{BoundedVec, DispatchError, DispatchResult, TokenError};

fn list_on(model: ModelId, terms: ModelTermsOf<Test>) -> DispatchResult {
    ModelRegistry::list_model(signed(OWNER), model, package(), uris(), terms, STAKE)
}

fn offer(kind: LicenceKind, duration: Option<u64>) -> LicenceOffer<Balance, u64> {
    LicenceOffer { kind, price: 1, duration }
}

#[test]
fn a_model_is_listed_with_a_stake_on_hold() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_eq!(ModelRegistry::package(model), None);
        assert_ok!(list(model));
        let expected = ModelListing {
            seller: OWNER,
            package: package(),
            uris: uris(),
            terms: terms(),
            stake: STAKE,
            state: ListingState::Listed,
            condemned: false,
            open_sales: 0,
            exposure: 0,
        };
        assert_eq!(Listings::<Test>::get(model), Some(expected));
        assert_eq!(held(OWNER), STAKE);
        assert_eq!(last_event(), Event::ModelListed { model, seller: OWNER, stake: STAKE });
    });
}

#[test]
fn the_package_binds_the_file_that_the_committee_accepted() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        let ModelPackage { cipher_root, key_commitment } = package();
        let content = ContentCommitment::File { model: result().model };
        let expected = PackageCommitment { content, cipher_root, key_commitment, chunks: 5 };
        assert_eq!(ModelRegistry::package(model), Some(expected));
        assert!(!ModelRegistry::is_condemned(model));
        assert_eq!(ModelRegistry::package(ModelId::new(9)), None);
        assert!(!ModelRegistry::is_condemned(ModelId::new(9)));
    });
}

#[test]
fn only_the_owner_lists() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        let list = |origin, model| ModelRegistry::list_model(origin, model, package(), uris(), terms(), STAKE);
        assert_noop!(list(signed(STRANGER), model), Error::<Test>::NotAuthorized);
        assert_noop!(list(signed(OWNER), ModelId::new(9)), Error::<Test>::NotFound);
        assert_noop!(list(RuntimeOrigin::root(), model), DispatchError::BadOrigin);
    });
}

#[test]
fn a_model_is_listed_once_until_its_stake_is_withdrawn() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_noop!(list(model), Error::<Test>::Listed);
        assert_ok!(ModelRegistry::delist_model(signed(OWNER), model));
        assert_noop!(list(model), Error::<Test>::Listed);
        run_to_block(1 + LOCK);
        assert_ok!(ModelRegistry::withdraw_model_stake(signed(OWNER), model));
        assert_ok!(list(model));
    });
}

#[test]
fn the_data_must_permit_to_publish() {
    ExtBuilder::build_and_execute(|| {
        let uses = UseSet { publish_model: false, ..every_use() };
        let model = ModelRegistry::record(ModelOrigin { uses, ..origin(JOB) }).unwrap();
        assert_noop!(list(model), Error::<Test>::NotPublishable);
        // Nor is what came of it.
        let child = child_of(model);
        assert_noop!(list(child), Error::<Test>::NotPublishable);
    });
}

#[test]
fn a_file_beyond_what_is_sold_by_copy_is_refused() {
    ExtBuilder::build_and_execute(|| {
        let of = |model_bytes| {
            let result = ResultCommitment { model_bytes, ..result() };
            ModelRegistry::record(ModelOrigin { result, ..next_origin() }).unwrap()
        };
        let two_gibibytes = 2u64 << 30;
        let (largest, too_large, empty) = (of(two_gibibytes), of(two_gibibytes + 1), of(0));
        assert_ok!(list(largest));
        assert_noop!(list(too_large), Error::<Test>::MaxChunksExceeded);
        assert_noop!(list(empty), Error::<Test>::MaxChunksExceeded);
    });
}

#[test]
fn terms_must_make_sense() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        let refused = |terms, issue| {
            assert_noop!(list_on(model, terms), Error::<Test>::InvalidTerms(issue));
        };
        let (personal, commercial) = (offer(LicenceKind::Personal, None), offer(LicenceKind::Commercial, None));
        refused(terms_with(vec![]), TermsIssue::NoLicence);
        refused(terms_with(vec![commercial, personal]), TermsIssue::Order);
        refused(terms_with(vec![personal, personal]), TermsIssue::Order);
        refused(terms_with(vec![personal, offer(LicenceKind::Derive, Some(0))]), TermsIssue::Duration);
        run_to_block(5);
        refused(ModelTermsOf::<Test> { expires_at: Some(4), ..terms() }, TermsIssue::Expired);
        refused(ModelTermsOf::<Test> { allowed: Some(Default::default()), ..terms() }, TermsIssue::NoBuyers);
    });
}

#[test]
fn every_kind_of_licence_can_be_offered_to_the_last_block() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        let kinds = [LicenceKind::Personal, LicenceKind::Commercial, LicenceKind::Derive];
        let licences = kinds.map(|kind| offer(kind, Some(1))).to_vec();
        let allowed = Some(vec![BUYER].try_into().unwrap());
        let terms = ModelTermsOf::<Test> { expires_at: Some(1), allowed, ..terms_with(licences) };
        assert_ok!(list_on(model, terms));
    });
}

#[test]
fn licences_beyond_own_use_need_data_that_permits_it() {
    ExtBuilder::build_and_execute(|| {
        let uses = UseSet { commercial: false, ..every_use() };
        let model = ModelRegistry::record(ModelOrigin { uses, ..origin(JOB) }).unwrap();
        for kind in [LicenceKind::Commercial, LicenceKind::Derive] {
            let refused = Error::<Test>::InvalidTerms(TermsIssue::NotCommercial);
            assert_noop!(list_on(model, terms_with(vec![offer(kind, None)])), refused);
        }
        assert_ok!(list_on(model, terms_with(vec![offer(LicenceKind::Personal, None)])));
    });
}

#[test]
fn a_listing_says_where_the_file_is() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        for uris in [vec![], vec![Uri::default()], vec![uris()[0].clone(), Uri::default()]] {
            let uris = BoundedVec::truncate_from(uris);
            let listing = ModelRegistry::list_model(signed(OWNER), model, package(), uris, terms(), STAKE);
            assert_noop!(listing, Error::<Test>::InvalidUris);
        }
    });
}

#[test]
fn the_stake_reaches_the_minimum_and_must_be_there() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        let list = |stake| ModelRegistry::list_model(signed(OWNER), model, package(), uris(), terms(), stake);
        assert_noop!(list(STAKE - 1), Error::<Test>::StakeTooLow);
        assert_noop!(list(2 * ENDOWMENT), TokenError::FundsUnavailable);
    });
}
