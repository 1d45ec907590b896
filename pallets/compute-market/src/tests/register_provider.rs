//! `register_provider`.

use super::*;
use frame_support::traits::fungible::MutateFreeze;

#[test]
fn a_provider_registers_with_a_bond() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, MIN_BOND);
        let fresh = ProviderRecord { bond: MIN_BOND, exposure: 0, open_jobs: 0, offers: 0, retires_at: None };
        assert_eq!(record(PROVIDER), fresh);
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
        register(PROVIDER, MIN_BOND);
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
fn locked_money_is_no_bond() {
    ExtBuilder.build_and_execute(|| {
        // All but a planck less than a bond is frozen, as by a vote: what is frozen cannot be lost.
        assert_ok!(Balances::set_freeze(&0, &PROVIDER, FUNDS - MIN_BOND + 1));
        let refused = ComputeMarket::register_provider(signed(PROVIDER), MIN_BOND);
        assert_noop!(refused, TokenError::Frozen);
        assert_ok!(Balances::set_freeze(&0, &PROVIDER, FUNDS - MIN_BOND));
        register(PROVIDER, MIN_BOND);
        // Nor does a lock that could rest on the bond make room for more of it, step by step.
        assert_noop!(plain(ComputeMarket::add_bond(signed(PROVIDER), 1)), TokenError::Frozen);
    });
}

#[test]
fn an_unsigned_origin_is_refused() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(ComputeMarket::register_provider(RuntimeOrigin::none(), MIN_BOND), DispatchError::BadOrigin);
    });
}
