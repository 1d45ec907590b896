use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{
    seams::{ModelOrigin, Models as _, SaleEnd, Saleable},
    LicenceKind, LicenceOffer, UseSet,
};
use sp_runtime::{DispatchError, DispatchResult};

fn update(account: AccountId, model: ModelId, terms: ModelTermsOf<Test>) -> DispatchResult {
    ModelRegistry::update_model_terms(signed(account), model, terms)
}

fn personal(price: Balance) -> ModelTermsOf<Test> {
    terms_with(vec![LicenceOffer { kind: LicenceKind::Personal, price, duration: None }])
}

#[test]
fn new_terms_hold_for_new_sales() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_ok!(ModelRegistry::open_sale(model, PRICE));
        assert_ok!(update(OWNER, model, personal(2 * PRICE)));
        assert_eq!(last_event(), Event::ModelTermsUpdated { model });
        assert_eq!(listing(model).terms, personal(2 * PRICE));
        assert_eq!(quote(model, BUYER, LicenceKind::Personal).unwrap().price, 2 * PRICE);
        // The price was raised in between: the sale that is open keeps its own.
        fund(model, PRICE);
        assert_ok!(close(model, PRICE, SaleEnd::Settled { confirmed: false }));
        assert_eq!(Incomes::<Test>::get(model).total, PRICE * 95 / 100);
    });
}

#[test]
fn only_the_owner_updates() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        assert_noop!(update(STRANGER, model, terms()), Error::<Test>::NotAuthorized);
        assert_noop!(update(OWNER, ModelId::new(9), terms()), Error::<Test>::NotFound);
        let unsigned = ModelRegistry::update_model_terms(RuntimeOrigin::none(), model, terms());
        assert_noop!(unsigned, DispatchError::BadOrigin);
    });
}

#[test]
fn only_a_model_for_sale_has_terms() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_noop!(update(OWNER, model, terms()), Error::<Test>::NotListed);
        assert_ok!(list(model));
        assert_ok!(ModelRegistry::delist_model(signed(OWNER), model));
        assert_noop!(update(OWNER, model, terms()), Error::<Test>::InvalidState);
    });
}

#[test]
fn new_terms_must_make_sense_and_keep_within_what_the_data_permits() {
    ExtBuilder::build_and_execute(|| {
        let uses = UseSet { commercial: false, ..every_use() };
        let model = ModelRegistry::record(ModelOrigin { uses, ..origin(JOB) }).unwrap();
        assert_ok!(ModelRegistry::list_model(signed(OWNER), model, package(), uris(), personal(1), STAKE));
        let refused = |issue| Error::<Test>::InvalidTerms(issue);
        assert_noop!(update(OWNER, model, terms()), refused(TermsIssue::NotCommercial));
        assert_noop!(update(OWNER, model, terms_with(vec![])), refused(TermsIssue::NoLicence));
        let past = ModelTermsOf::<Test> { expires_at: Some(0), ..personal(1) };
        assert_noop!(update(OWNER, model, past), refused(TermsIssue::Expired));
    });
}
