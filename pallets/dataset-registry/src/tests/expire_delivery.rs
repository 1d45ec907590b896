use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use neurodata_primitives::{
    seams::{TrainingData, UseOutcome},
    PenaltyCause,
};

/// An active dataset with a use whose key is overdue.
fn overdue() -> (DatasetId, TrainingUseId) {
    overdue_at(TRAINING_PRICE)
}

/// An active dataset with a use at `price` whose key is overdue.
fn overdue_at(price: Balance) -> (DatasetId, TrainingUseId) {
    let dataset = activate();
    let training_use = open_use_at(dataset, price);
    run_to_block(System::block_number() + 11);
    (dataset, training_use)
}

fn expire(account: AccountId, training_use: TrainingUseId) -> DispatchResult {
    DatasetRegistry::expire_delivery(signed(account), training_use)
}

/// What half of the price is.
const SLASH: Balance = TRAINING_PRICE / 2;

#[test]
fn a_slash_is_burned_but_for_the_shares_of_provider_and_reporter() {
    ExtBuilder.build_and_execute(|| {
        let (dataset, training_use) = overdue();
        let issuance = Balances::total_issuance();
        assert_ok!(expire(REPORTER, training_use));
        assert_eq!(Balances::balance(&PROVIDER), ENDOWMENT + SLASH / 5);
        assert_eq!(Balances::balance(&REPORTER), ENDOWMENT + SLASH / 10);
        assert_eq!(Burned::get(), SLASH * 7 / 10);
        assert_eq!(Balances::total_issuance(), issuance - SLASH * 7 / 10);
        assert_eq!((held(OWNER), record(dataset).stake), (STAKE - SLASH, STAKE - SLASH));
        assert_eq!(Penalties::get(), [(OWNER, SLASH, PenaltyCause::TrainingKeyMissed { training_use })]);
        assert!(happened(Event::StakeSlashed { dataset, owner: OWNER, amount: SLASH, burned: SLASH * 7 / 10 }));
    });
}

#[test]
fn the_use_ends_and_the_market_is_told() {
    ExtBuilder.build_and_execute(|| {
        let (dataset, training_use) = overdue();
        MinimumStake::set(1);
        assert_ok!(expire(REPORTER, training_use));
        assert_eq!(TrainingUses::<Test>::get(training_use), None);
        assert_eq!((record(dataset).training_uses, record(dataset).open_uses), (0, 0));
        assert_eq!(record(dataset).exposure, 0);
        assert_eq!(causes(dataset), [ScoreCause::KeyNotDelivered]);
        assert_eq!(record(dataset).score, score_after([ScoreCause::KeyNotDelivered]));
        assert_eq!(KeysTold::get(), [(JOB, training_use, false)]);
        assert_eq!(last_event(), Event::DeliveryExpired { training_use, dataset, job: JOB });
    });
}

#[test]
fn a_stake_below_the_minimum_delists_the_dataset() {
    ExtBuilder.build_and_execute(|| {
        let (dataset, training_use) = overdue();
        assert_ok!(expire(REPORTER, training_use));
        let unlocks_at = System::block_number() + 50;
        assert_eq!(record(dataset).state, DatasetState::Delisted { unlocks_at });
        assert!(happened(Event::DatasetDelisted { dataset, unlocks_at }));
    });
}

#[test]
fn a_stake_that_still_reaches_the_minimum_keeps_the_dataset_listed() {
    ExtBuilder.build_and_execute(|| {
        let (dataset, training_use) = overdue();
        MinimumStake::set(STAKE - SLASH);
        assert_ok!(expire(REPORTER, training_use));
        assert_eq!(record(dataset).state, DatasetState::Active);
    });
}

#[test]
fn stake_that_waits_to_be_released_is_slashed_and_its_lock_stays() {
    ExtBuilder.build_and_execute(|| {
        let (dataset, training_use) = overdue();
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        let delisted = record(dataset).state;
        run_to_block(System::block_number() + 1_000);
        assert_noop!(DatasetRegistry::withdraw_stake(signed(OWNER), dataset), Error::<Test>::UsesOpen);
        assert_ok!(expire(REPORTER, training_use));
        assert_eq!(record(dataset).state, delisted);
        assert_eq!(held(OWNER), STAKE - SLASH);
    });
}

#[test]
fn nobody_gains_by_reporting_themselves() {
    ExtBuilder.build_and_execute(|| {
        let (_, training_use) = overdue();
        assert_ok!(expire(OWNER, training_use));
        assert_eq!(Balances::balance(&OWNER), ENDOWMENT - STAKE);
        assert_eq!(Burned::get(), SLASH * 8 / 10);
    });
}

#[test]
fn an_owner_who_also_computes_gets_nothing_back() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let key = neurodata_primitives::RecipientKey::new([8; 32]);
        let training_use = DatasetRegistry::open_use(dataset, JOB, &OWNER, key, TRAINING_PRICE).unwrap();
        run_to_block(System::block_number() + 11);
        assert_ok!(expire(OWNER, training_use));
        assert_eq!(Balances::balance(&OWNER), ENDOWMENT - STAKE);
        assert_eq!(Burned::get(), SLASH);
    });
}

#[test]
fn a_provider_who_reports_gets_both_shares() {
    ExtBuilder.build_and_execute(|| {
        let (_, training_use) = overdue();
        assert_ok!(expire(PROVIDER, training_use));
        assert_eq!(Balances::balance(&PROVIDER), ENDOWMENT + SLASH * 3 / 10);
        assert_eq!(Burned::get(), SLASH * 7 / 10);
    });
}

#[test]
fn a_share_that_cannot_be_received_is_burned() {
    ExtBuilder.build_and_execute(|| {
        MinimumStake::set(0);
        // A tenth of the slash is one planck less than an account must have.
        let (_, training_use) = overdue_at(2 * (10 * EXISTENTIAL_DEPOSIT - 10));
        assert_ok!(expire(NOBODY, training_use));
        assert_eq!(Balances::balance(&NOBODY), 0);
        assert_eq!(Burned::get(), (10 * EXISTENTIAL_DEPOSIT - 10) * 8 / 10);
    });
}

#[test]
fn a_slash_takes_no_more_than_the_stake() {
    ExtBuilder.build_and_execute(|| {
        let (dataset, training_use) = overdue_at(10 * STAKE);
        let other = register(&Package::large());
        assert_ok!(expire(REPORTER, training_use));
        assert_eq!((record(dataset).stake, record(other).stake), (0, STAKE));
        assert_eq!(held(OWNER), STAKE);
        assert_eq!(Burned::get(), STAKE * 7 / 10);
    });
}

#[test]
fn a_slash_rounds_up_and_its_shares_down() {
    ExtBuilder.build_and_execute(|| {
        MinimumStake::set(0);
        let (_, training_use) = overdue_at(37);
        assert_ok!(expire(REPORTER, training_use));
        assert_eq!(held(OWNER), STAKE - 19);
        assert_eq!(Balances::balance(&PROVIDER), ENDOWMENT + 3);
        assert_eq!(Balances::balance(&REPORTER), ENDOWMENT + 1);
        assert_eq!(Burned::get(), 15);
    });
}

#[test]
fn a_free_use_costs_as_if_a_hundredth_of_the_minimum_was_paid() {
    ExtBuilder.build_and_execute(|| {
        let (_, training_use) = overdue_at(0);
        assert_ok!(expire(REPORTER, training_use));
        // Half of a hundredth.
        assert_eq!((held(OWNER), Burned::get()), (STAKE - STAKE / 200, STAKE / 200 * 7 / 10));
    });
}

#[test]
fn the_owner_has_until_the_last_block() {
    ExtBuilder.build_and_execute(|| {
        let training_use = open_use(activate());
        run_to_block(System::block_number() + 10);
        assert_noop!(expire(REPORTER, training_use), Error::<Test>::TooEarly);
    });
}

#[test]
fn a_delivered_key_is_never_overdue() {
    ExtBuilder.build_and_execute(|| {
        let training_use = open_use(activate());
        assert_ok!(DatasetRegistry::deliver_key(signed(OWNER), training_use, wrapped_key()));
        run_to_block(1_000);
        assert_noop!(expire(REPORTER, training_use), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_use_that_ended_is_not_slashed() {
    ExtBuilder.build_and_execute(|| {
        let (_, training_use) = overdue();
        assert_noop!(DatasetRegistry::expire_delivery(RuntimeOrigin::none(), training_use), DispatchError::BadOrigin);
        DatasetRegistry::close_use(training_use, UseOutcome::Ended);
        assert_noop!(expire(REPORTER, training_use), Error::<Test>::NotFound);
    });
}

#[test]
fn nothing_is_slashed_if_the_market_refuses() {
    ExtBuilder.build_and_execute(|| {
        let (_, training_use) = overdue();
        MarketRefuses::set(true);
        assert_noop!(expire(REPORTER, training_use), MARKET_REFUSAL);
    });
}
