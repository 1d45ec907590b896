//! `add_bond`.

use super::*;

fn add_bond(who: AccountId, amount: Balance) -> Result<(), DispatchError> {
    ComputeMarket::add_bond(signed(who), amount)
}

#[test]
fn what_a_slash_took_is_made_good() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        assert_ok!(ComputeMarket::release_job(signed(PROVIDER), id));
        assert_eq!(bond_of(PROVIDER), MIN_BOND - BREACH);
        assert_ok!(add_bond(PROVIDER, BREACH));
        assert_eq!(bond_of(PROVIDER), MIN_BOND);
        assert_eq!(Providers::<Test>::get(PROVIDER).map(|record| record.bond), Some(MIN_BOND));
        assert_eq!(balance(PROVIDER), FUNDS - MIN_BOND - BREACH);
        assert_eq!(last_event(), Event::BondAdded { provider: PROVIDER, amount: BREACH, bond: MIN_BOND });
    });
}

#[test]
fn a_larger_bond_covers_more_jobs() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND));
        assert_ok!(ComputeMarket::set_offer(signed(PROVIDER), capability(), 1, 100));
        (0..10).for_each(|_| assert!(state(post()).provider().is_some()));
        let id = open_job();
        assert_ok!(add_bond(PROVIDER, BREACH));
        assert_ok!(ComputeMarket::match_job(signed(STRANGER), id));
    });
}

#[test]
fn only_an_active_provider_adds_to_its_bond() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(ComputeMarket::add_bond(RuntimeOrigin::none(), 1), DispatchError::BadOrigin);
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
