//! `retire_provider`.

use super::*;

#[test]
fn a_retired_provider_has_no_offer_and_a_date() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        let retires_at = 1 + RETIRE_PERIOD;
        assert_eq!(last_event(), Event::ProviderRetired { provider: PROVIDER, retires_at });
        let record = ProviderRecord { bond: MIN_BOND, open_jobs: 0, retires_at: Some(retires_at) };
        assert_eq!(Providers::<Test>::get(PROVIDER), Some(record));
        assert!(Offers::<Test>::get(PROVIDER).is_none());
        open_job();
    });
}

#[test]
fn only_a_provider_retires_and_only_once() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(ComputeMarket::retire_provider(signed(PROVIDER)), Error::<Test>::ProviderNotFound);
        offer(PROVIDER, UNIT_PRICE);
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        assert_noop!(ComputeMarket::retire_provider(signed(PROVIDER)), Error::<Test>::Retired);
    });
}

#[test]
fn a_slash_reaches_the_bond_of_a_retired_provider() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        pass(HEARTBEAT_PERIOD + 1);
        assert_ok!(ComputeMarket::expire_job(signed(REPORTER), id));
        assert_eq!(bond_of(PROVIDER), MIN_BOND - BREACH);
    });
}
