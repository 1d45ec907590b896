//! `add_bond`.

use super::*;

fn add_bond(who: AccountId, amount: Balance) -> Result<(), DispatchError> {
    plain(ComputeMarket::add_bond(signed(who), amount))
}

#[test]
fn what_a_slash_took_is_made_good() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(expire(id));
        assert_eq!(bond_of(PROVIDER), bond - penalty);
        assert_ok!(add_bond(PROVIDER, penalty));
        assert_eq!((bond_of(PROVIDER), record(PROVIDER).bond), (bond, bond));
        assert_eq!(balance(PROVIDER), FUNDS - bond - penalty);
        assert!(events().contains(&Event::BondAdded { provider: PROVIDER, amount: penalty, bond }));
    });
}

#[test]
fn a_larger_bond_covers_more_jobs() {
    ExtBuilder.build_and_execute(|| {
        let exposure = penalty_at(PRICE) + TRAINING_PRICE;
        register(PROVIDER, exposure.max(MIN_BOND));
        add(PROVIDER, capability(), UNIT_PRICE, 100);
        while holder(post()).is_some() {}
        let waiting = post();
        let missing = duties(PROVIDER).1 + exposure - bond_of(PROVIDER);
        assert_ok!(add_bond(PROVIDER, missing - 1));
        assert_noop!(match_job(waiting), refused(Error::NoEligibleOffer));
        assert_ok!(add_bond(PROVIDER, 1));
        assert_ok!(match_job(waiting));
    });
}

#[test]
fn offers_whose_bond_was_used_up_come_back_with_it() {
    ExtBuilder.build_and_execute(|| {
        // A bond that covers the one job and less than a least breach beside it.
        register(PROVIDER, penalty_at(PRICE) + TRAINING_PRICE);
        add(PROVIDER, capability(), UNIT_PRICE, 2);
        assert_eq!(holder(post()), Some(PROVIDER));
        let waiting = open_job();
        assert_ok!(add_bond(PROVIDER, penalty_at(PRICE) + TRAINING_PRICE));
        idle();
        assert_eq!(holder(waiting), Some(PROVIDER));
    });
}

#[test]
fn only_an_active_provider_adds_to_its_bond() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(plain(ComputeMarket::add_bond(RuntimeOrigin::none(), 1)), DispatchError::BadOrigin);
        assert_noop!(add_bond(PROVIDER, 1), Error::<Test>::ProviderNotFound);
        offer(PROVIDER, UNIT_PRICE);
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        assert_noop!(add_bond(PROVIDER, 1), Error::<Test>::Retired);
    });
}

#[test]
fn an_amount_that_is_not_there_is_refused() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        assert_noop!(add_bond(PROVIDER, FUNDS), TokenError::FundsUnavailable);
        assert_noop!(add_bond(PROVIDER, Balance::MAX), ArithmeticError::Overflow);
    });
}
