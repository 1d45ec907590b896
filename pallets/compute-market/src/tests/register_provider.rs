//! `register_provider`.

use super::*;

#[test]
fn a_provider_registers_with_a_bond() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND));
        let record = ProviderRecord { bond: MIN_BOND, open_jobs: 0, retires_at: None };
        assert_eq!(Providers::<Test>::get(PROVIDER), Some(record));
        assert_eq!(bond_of(PROVIDER), MIN_BOND);
        assert_eq!(balance(PROVIDER), FUNDS - MIN_BOND);
        assert_eq!(last_event(), Event::ProviderRegistered { provider: PROVIDER, bond: MIN_BOND });
    });
}

#[test]
fn a_bond_below_the_minimum_is_refused() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND - 1), Error::<Test>::BondTooLow);
    });
}

#[test]
fn nobody_registers_twice() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND));
        assert_noop!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND), Error::<Test>::AlreadyExists);
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        assert_noop!(ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND), Error::<Test>::AlreadyExists);
    });
}

#[test]
fn nobody_registers_without_funds() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(ComputeMarket::register_provider(signed(PAUPER), MIN_BOND), TokenError::FundsUnavailable);
    });
}

#[test]
fn an_unsigned_origin_is_refused() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(ComputeMarket::register_provider(RuntimeOrigin::none(), MIN_BOND), DispatchError::BadOrigin);
    });
}
