use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{AlgorithmFamily::Linear, DatasetTerms, LicenceKind};

fn update(account: AccountId, dataset: DatasetId, terms: DatasetTermsOf<Test>) -> DispatchResult {
    DatasetRegistry::update_terms(signed(account), dataset, terms)
}

#[test]
fn new_terms_hold_from_now_on() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let terms = DatasetTerms { copy_price: 7, training_price: 8, ..open_terms() };
        assert_ok!(update(OWNER, dataset, terms.clone()));
        assert_eq!(last_event(), Event::TermsUpdated { dataset });
        assert_eq!(record(dataset).terms, terms);
        assert_eq!(copy_quote(dataset, BUYER, LicenceKind::Derive).unwrap().price, 7);
        assert_eq!(quote(dataset, BUYER, Linear).unwrap().price, 8);
        assert_eq!((held(OWNER), record(dataset).stake), (STAKE, STAKE));
    });
}

#[test]
fn terms_may_change_during_the_audit_and_not_after_delisting() {
    ExtBuilder.build_and_execute(|| {
        let dataset = register(&Package::small());
        assert_ok!(update(OWNER, dataset, open_terms()));
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_noop!(update(OWNER, dataset, open_terms()), Error::<Test>::InvalidState);
    });
}

#[test]
fn terms_on_which_nobody_could_buy_are_refused() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let now = System::block_number();
        let expired = DatasetTerms { expires_at: Some(now - 1), ..open_terms() };
        assert_noop!(update(OWNER, dataset, expired), Error::<Test>::InvalidTerms(TermsError::Expired));
        let closed = DatasetTerms { allowed: Some(BoundedVec::new()), ..open_terms() };
        assert_noop!(update(OWNER, dataset, closed), Error::<Test>::InvalidTerms(TermsError::NobodyAllowed));
        assert_ok!(update(OWNER, dataset, DatasetTerms { expires_at: Some(now), ..open_terms() }));
    });
}

#[test]
fn only_the_owner_changes_terms() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_noop!(update(STRANGER, dataset, open_terms()), Error::<Test>::NotAuthorized);
        assert_noop!(update(OWNER, DatasetId::new(9), open_terms()), Error::<Test>::NotFound);
        assert_noop!(
            DatasetRegistry::update_terms(RuntimeOrigin::none(), dataset, open_terms()),
            DispatchError::BadOrigin
        );
    });
}
