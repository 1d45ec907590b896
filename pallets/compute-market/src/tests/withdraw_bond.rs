//! `withdraw_bond`.

use super::*;

#[test]
fn a_retired_provider_gets_its_bond_back() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        let bond = bond_of(PROVIDER);
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        pass(RETIRE_PERIOD);
        assert_ok!(ComputeMarket::withdraw_bond(signed(PROVIDER)));
        assert_eq!(last_event(), Event::BondWithdrawn { provider: PROVIDER, bond });
        assert_eq!((balance(PROVIDER), bond_of(PROVIDER)), (FUNDS, 0));
        assert!(Providers::<Test>::get(PROVIDER).is_none());
        register(PROVIDER, MIN_BOND);
    });
}

#[test]
fn the_retirement_period_must_pass() {
    ExtBuilder.build_and_execute(|| {
        let withdraw = || ComputeMarket::withdraw_bond(signed(PROVIDER));
        assert_noop!(withdraw(), Error::<Test>::ProviderNotFound);
        offer(PROVIDER, UNIT_PRICE);
        assert_noop!(withdraw(), Error::<Test>::NotRetired);
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        pass(RETIRE_PERIOD - 1);
        assert_noop!(withdraw(), Error::<Test>::TooEarly);
    });
}

#[test]
fn a_provider_with_open_jobs_waits_for_their_end() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        pass(RETIRE_PERIOD);
        assert_noop!(ComputeMarket::withdraw_bond(signed(PROVIDER)), Error::<Test>::JobsOpen);
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert_ok!(ComputeMarket::withdraw_bond(signed(PROVIDER)));
    });
}
