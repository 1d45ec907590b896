//! `add_offer`.

use super::*;

fn add_offer(capability: Capability, unit_price: Balance, slots: u32) -> Result<(), DispatchError> {
    plain(ComputeMarket::add_offer(signed(PROVIDER), capability, unit_price, slots))
}

#[test]
fn a_provider_makes_an_offer() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, MIN_BOND);
        let id = add(PROVIDER, capability(), UNIT_PRICE, 2);
        let offer = OfferRecord {
            provider: PROVIDER,
            capability: capability(),
            unit_price: UNIT_PRICE,
            slots: 2,
            slots_taken: 0,
            band: machine::band(50),
        };
        assert_eq!(Offers::<Test>::get(id), Some(offer));
        assert_eq!(record(PROVIDER).offers, 1);
        assert!(matches!(last_event(), Event::OfferAdded { offer, provider: PROVIDER, .. } if offer == id));
    });
}

#[test]
fn offers_of_one_provider_have_ids_and_slots_of_their_own() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * (penalty_at(PRICE) + TRAINING_PRICE));
        let cheap = add(PROVIDER, capability(), UNIT_PRICE, 1);
        let dear = add(PROVIDER, capability(), UNIT_PRICE + 1, 1);
        assert!(cheap < dear);
        let (first, second) = (post(), post());
        assert_eq!((assignment(first).offer, assignment(second).offer), (cheap, dear));
        assert_eq!(slots_taken(PROVIDER), [1, 1]);
        open_job();
        assert_eq!(record(PROVIDER).open_jobs, 2);
    });
}

#[test]
fn who_sells_the_cpu_of_a_gpu_machine_makes_two_offers() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * (penalty_at(PRICE) + TRAINING_PRICE));
        let gpu = machine(DeviceClass::Cuda, 4);
        add(PROVIDER, gpu, UNIT_PRICE, 1);
        assert!(holder(post()).is_none(), "a CUDA offer serves no CPU job");
        let requirements = Capability { device_memory_mib: 16_000, ..machine(DeviceClass::Cuda, 0) };
        assert_eq!(holder(post_for(JOB_OWNER, JobRequest { requirements, ..request() })), Some(PROVIDER));
        add(PROVIDER, cpu(4, 16_384), UNIT_PRICE, 1);
        assert_eq!(holder(post()), Some(PROVIDER));
    });
}

#[test]
fn only_an_active_provider_offers() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(add_offer(capability(), UNIT_PRICE, 1), Error::<Test>::ProviderNotFound);
        register(PROVIDER, MIN_BOND);
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        assert_noop!(add_offer(capability(), UNIT_PRICE, 1), Error::<Test>::Retired);
    });
}

#[test]
fn an_offer_of_nothing_is_refused() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, MIN_BOND);
        let weak_gpu = Capability { device_memory_mib: 3_799, ..machine(DeviceClass::Cuda, 0) };
        for capability in [cpu(0, 8_192), cpu(4, 0), cpu(1, 511), weak_gpu] {
            assert_noop!(add_offer(capability, UNIT_PRICE, 1), Error::<Test>::InvalidOffer);
        }
        assert_noop!(add_offer(capability(), UNIT_PRICE, 0), Error::<Test>::InvalidOffer);
    });
}

#[test]
fn the_floor_of_prices_holds_for_offers() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, MIN_BOND);
        let floor = MIN_UNIT_PRICE;
        assert!(floor > 0);
        for unit_price in [0, floor - 1] {
            assert_noop!(add_offer(capability(), unit_price, 1), Error::<Test>::InvalidOffer);
        }
        assert_ok!(add_offer(capability(), floor, 1));
    });
}

#[test]
fn a_provider_has_so_many_offers_and_no_more() {
    ExtBuilder.build_and_execute(|| {
        let most: u32 = <Test as Config>::MaxOffersPerProvider::get();
        register(PROVIDER, Balance::from(most + 1) * least_penalty().max(MIN_BOND));
        (0..most).for_each(|_| { assert_ok!(add_offer(capability(), UNIT_PRICE, 1)); });
        assert_noop!(add_offer(capability(), UNIT_PRICE, 1), Error::<Test>::MaxOffersExceeded);
        // Room of one is no room of another.
        offer(SECOND_PROVIDER, UNIT_PRICE);
        assert_ok!(ComputeMarket::withdraw_offer(signed(PROVIDER), offers_of(PROVIDER)[0]));
        assert_ok!(add_offer(capability(), UNIT_PRICE, 1));
    });
}

#[test]
fn empty_offers_cost_as_much_locked_money_as_real_ones() {
    ExtBuilder.build_and_execute(|| {
        // As many offers as the bond has least penalties in it, not one more.
        SlashShare::set(&Permill::from_percent(40));
        register(PROVIDER, MIN_BOND);
        (0..2).for_each(|_| { assert_ok!(add_offer(capability(), UNIT_PRICE, 1)); });
        assert_noop!(add_offer(capability(), UNIT_PRICE, 1), Error::<Test>::BondTooLow);
        assert_ok!(ComputeMarket::add_bond(signed(PROVIDER), 3 * least_penalty() - MIN_BOND));
        assert_ok!(add_offer(capability(), UNIT_PRICE, 1));
    });
}

#[test]
fn a_bond_that_slashes_used_up_makes_no_offer_until_it_is_filled_up() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        // Jobs cheap enough to be matched until the bond is below a least breach.
        QuotedPrice::set(&0);
        let spec = with_epochs(1);
        loop {
            let id = post_for(JOB_OWNER, JobRequest { spec: spec.clone(), ..request() });
            if holder(id).is_none() {
                break;
            }
            pass(ACCEPT_PERIOD + 1);
            assert_ok!(expire(id));
            assert_ok!(cancel(id));
        }
        let left = bond_of(PROVIDER);
        assert!(left < least_penalty());
        assert_noop!(add_offer(capability(), UNIT_PRICE, 1), Error::<Test>::BondTooLow);
        assert_ok!(ComputeMarket::add_bond(signed(PROVIDER), 2 * least_penalty() - left));
        assert_ok!(add_offer(capability(), UNIT_PRICE, 1));
    });
}
