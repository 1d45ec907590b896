use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn licensed(duration: Option<u64>) {
    LicenceDuration::set(duration);
    assert_ok!(Sales::confirm_purchase(signed(BUYER), delivered(DATA)));
}

#[test]
fn a_licensee_gives_up_and_gets_the_deposit_back() {
    ExtBuilder.build_and_execute(|| {
        licensed(None);
        assert_ok!(Sales::surrender_licence(signed(BUYER), DATA, None));
        assert_eq!((licence(BUYER, DATA), held(BUYER), free(BUYER)), (None, 0, ENDOWMENT - PRICE));
        let event = Event::LicenceSurrendered { asset: DATA, account: BUYER, deposit: DEPOSIT };
        assert_eq!(last_event(), event);
        assert_noop!(Sales::surrender_licence(signed(BUYER), DATA, None), Error::<Test>::NotFound);
    });
}

#[test]
fn the_licensee_may_be_named() {
    ExtBuilder.build_and_execute(|| {
        licensed(None);
        assert_ok!(Sales::surrender_licence(signed(BUYER), DATA, Some(BUYER)));
        assert_eq!(held(BUYER), 0);
    });
}

#[test]
fn a_licence_in_force_is_nobody_elses_business() {
    ExtBuilder.build_and_execute(|| {
        licensed(None);
        run_to_block(1_000);
        let attempt = Sales::surrender_licence(signed(SELLER), DATA, Some(BUYER));
        assert_noop!(attempt, Error::<Test>::NotAuthorized);
        assert_noop!(Sales::surrender_licence(signed(SELLER), DATA, None), Error::<Test>::NotFound);
        let unsigned = Sales::surrender_licence(RuntimeOrigin::none(), DATA, Some(BUYER));
        assert_noop!(unsigned, DispatchError::BadOrigin);
    });
}

#[test]
fn anybody_clears_a_licence_that_ran_out() {
    ExtBuilder.build_and_execute(|| {
        licensed(Some(30));
        run_to_block(31);
        let attempt = Sales::surrender_licence(signed(STRANGER), DATA, Some(BUYER));
        assert_noop!(attempt, Error::<Test>::NotAuthorized);
        run_to_block(32);
        assert_ok!(Sales::surrender_licence(signed(STRANGER), DATA, Some(BUYER)));
        assert_eq!((licence(BUYER, DATA), held(BUYER), free(BUYER)), (None, 0, ENDOWMENT - PRICE));
    });
}

#[test]
fn a_licence_may_be_given_up_while_a_better_one_is_bought() {
    ExtBuilder.build_and_execute(|| {
        licensed(None);
        let upgrade = buy_as(BUYER, DATA, LicenceKind::Commercial);
        assert_ok!(Sales::surrender_licence(signed(BUYER), DATA, None));
        deliver(upgrade);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), upgrade));
        assert_eq!(held(BUYER), DEPOSIT);
    });
}
