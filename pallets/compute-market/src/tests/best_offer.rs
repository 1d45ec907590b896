//! Which offer is best: the search against a slow one that looks at every offer, over random worlds.

use super::*;
use frame_support::storage::{with_transaction_unchecked, TransactionOutcome};
use neurodata_primitives::{
    machine::{adjusted_price, band, TIERS},
    seams::Reputation,
};

/// The best offer for `job` by its definition, from all offers there are.
fn best_of_all(job: &JobOf<Test>) -> Option<OfferId> {
    let required = job.request.requirements.required_class()?;
    let mut best: Option<(Balance, OfferId)> = None;
    for (id, offer) in Offers::<Test>::iter() {
        let provider = Providers::<Test>::get(offer.provider).expect("offers have providers");
        let Some(class) = offer.capability.offered_class() else { continue };
        let price = Balance::from(job.work_units) * offer.unit_price;
        let exposure = penalty_at(price) + job.training_price;
        let takes = class.device == required.device
            && class.tier >= required.tier
            && offer.unit_price <= job.request.max_unit_price
            && offer.slots_taken < offer.slots
            && provider.retires_at.is_none()
            && provider.open_jobs < <Test as Config>::MaxJobsPerProvider::get()
            && provider.bond >= provider.exposure + exposure
            && provider.bond >= provider.exposure + least_penalty()
            && ![job.owner, job.data_provider].contains(&offer.provider)
            && !job.failed_providers.contains(&offer.provider);
        if takes {
            let adjusted = adjusted_price(offer.unit_price, band(TestReputation::of(&offer.provider)));
            best = Some(best.map_or((adjusted, id), |other| other.min((adjusted, id))));
        }
    }
    best.map(|(_, id)| id)
}

/// A random world: providers with bonds, reputations and offers of all kinds, some of which hold jobs.
fn world(seed: u64) {
    let providers = [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER, FOURTH_PROVIDER, REPORTER, EVALUATOR, JOB_OWNER];
    let mut index = 0;
    let mut draw = |end| {
        index += 1;
        pick(seed, index, end)
    };
    for provider in providers {
        let bond = MIN_BOND * Balance::from(1 + draw(8));
        register(provider, bond);
        set_reputation(provider, u8::try_from(1 + draw(100)).expect("at most 100"));
        for _ in 0..draw(4) {
            let device = if draw(3) == 0 { DeviceClass::Cuda } else { DeviceClass::Cpu };
            let tier = u8::try_from(draw(u32::from(TIERS))).expect("tiers are few");
            let unit_price = Balance::from(5 + draw(12));
            let slots = 1 + draw(2);
            let offered = ComputeMarket::add_offer(signed(provider), machine(device, tier), unit_price, slots);
            assert!(matches!(offered, Ok(_) | Err(DispatchError::Module(_))));
        }
    }
}

fn random_request(seed: u64, round: u64) -> JobRequest<Balance, u64> {
    let draw = |index, end| pick(seed, 1_000 + 10 * round + index, end);
    let device = if draw(0, 3) == 0 { DeviceClass::Cuda } else { DeviceClass::Cpu };
    let requirements = machine(device, u8::try_from(draw(1, u32::from(TIERS))).expect("tiers are few"));
    JobRequest { requirements, max_unit_price: Balance::from(5 + draw(2, 16)), ..request() }
}

#[test]
fn the_search_finds_what_looking_at_every_offer_finds() {
    let (mut found, mut waited) = (0u32, 0u32);
    for seed in 0..300 {
        ExtBuilder.build_and_execute(|| {
            world(seed);
            for round in 0..6 {
                // Reputations move; the index follows.
                for provider in Providers::<Test>::iter_keys().collect::<Vec<_>>() {
                    let reputation = 1 + pick(seed, 5_000 + round + provider, 100);
                    set_reputation(provider, u8::try_from(reputation).expect("at most 100"));
                    assert_ok!(ComputeMarket::refresh_offers(signed(STRANGER), provider));
                }
                fund(STRANGER_OWNER);
                let request = random_request(seed, round);
                let Some(before) = posted(request.clone()) else { continue };
                let expected = best_of_all(&before);
                let id = post_for(STRANGER_OWNER, request);
                assert_eq!(state(id).assignment().map(|assignment| assignment.offer), expected, "world {seed}");
                match expected {
                    Some(_) => found += 1,
                    None => waited += 1,
                }
                // Now and then a provider loses one again.
                if expected.is_some() && pick(seed, 6_000 + round, 3) == 0 {
                    assert_ok!(decline(assignment(id).provider, id));
                    let expected = best_of_all(&job(id));
                    let matched = match_job(id).is_ok();
                    assert_eq!(matched.then(|| assignment(id).offer), expected, "world {seed}, declined");
                }
            }
        });
    }
    assert!(found > 300 && waited > 100, "{found} found, {waited} waited: the worlds are too simple");
}

/// Who posts in these worlds: nobody's provider.
const STRANGER_OWNER: AccountId = 11;

/// The record that posting `request` would begin with; `None` if there is no room for another job.
fn posted(request: JobRequest<Balance, u64>) -> Option<JobOf<Test>> {
    with_transaction_unchecked(|| {
        let id = NextJobId::<Test>::get();
        let posted = ComputeMarket::post_job(signed(STRANGER_OWNER), request);
        TransactionOutcome::Rollback(posted.is_ok().then(|| job(id)))
    })
}

/// Give an account money from somebody who needs it less.
fn fund(account: AccountId) {
    if balance(account) < FUNDS / 4 {
        assert_ok!(Balances::transfer_allow_death(signed(STRANGER), account, FUNDS / 4));
    }
}

#[test]
fn the_cheapest_of_equally_reputed_offers_wins() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, 12);
        offer(SECOND_PROVIDER, 11);
        assert_eq!(holder(post()), Some(SECOND_PROVIDER));
    });
}

#[test]
fn reputation_outweighs_a_higher_price() {
    ExtBuilder.build_and_execute(|| {
        set_reputation(PROVIDER, 20);
        set_reputation(SECOND_PROVIDER, 90);
        offer(PROVIDER, 10);
        offer(SECOND_PROVIDER, 12);
        // ceil(10 * 200 / 130) = 16 against ceil(12 * 200 / 190) = 13.
        let id = post();
        assert_eq!(holder(id), Some(SECOND_PROVIDER));
        assert_eq!(assignment(id).price, Balance::from(WORK_UNITS) * 12);
    });
}

#[test]
fn within_a_band_reputation_makes_no_difference() {
    ExtBuilder.build_and_execute(|| {
        set_reputation(PROVIDER, 40);
        set_reputation(SECOND_PROVIDER, 59);
        offer(PROVIDER, 10);
        offer(SECOND_PROVIDER, 10);
        assert_eq!(holder(post()), Some(PROVIDER), "the lower offer");
    });
}

#[test]
fn among_equals_the_earlier_offer_wins_whatever_its_class_and_band() {
    ExtBuilder.build_and_execute(|| {
        register(SECOND_PROVIDER, bond_for_one());
        let first = add(SECOND_PROVIDER, cpu(64, 131_072), 10, 1);
        offer(PROVIDER, 10);
        assert_eq!(assignment(post()).offer, first);
    });
    // Equal adjusted prices at different unit prices, in two bands: ceil(8 * 200 / 150) = ceil(9 * 200 / 170) = 11.
    assert_eq!(adjusted_price(8u128, 2), adjusted_price(9u128, 3));
    for (first, second) in [((8, 50), (9, 70)), ((9, 70), (8, 50))] {
        ExtBuilder.build_and_execute(|| {
            set_reputation(PROVIDER, first.1);
            set_reputation(SECOND_PROVIDER, second.1);
            offer(PROVIDER, first.0);
            offer(SECOND_PROVIDER, second.0);
            assert_eq!(holder(post()), Some(PROVIDER));
        });
    }
}
