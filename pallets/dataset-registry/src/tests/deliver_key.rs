use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{
    seams::{TrainingData, UseOutcome},
    TrainingUseState,
};

fn deliver(account: AccountId, training_use: TrainingUseId) -> DispatchResult {
    DatasetRegistry::deliver_key(signed(account), training_use, wrapped_key())
}

#[test]
fn the_owner_delivers_until_the_last_block_and_the_market_is_told() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = open_use(dataset);
        run_to_block(System::block_number() + 10);
        assert_ok!(deliver(OWNER, training_use));
        let state = TrainingUses::<Test>::get(training_use).unwrap().state;
        assert_eq!(state, TrainingUseState::Delivered { key: wrapped_key() });
        assert_eq!((record(dataset).training_uses, record(dataset).open_uses), (1, 1));
        assert_eq!(KeysTold::get(), [(JOB, training_use, true)]);
        assert_eq!(last_event(), Event::KeyDelivered { training_use, dataset, job: JOB });
    });
}

#[test]
fn a_late_key_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let training_use = open_use(activate());
        run_to_block(System::block_number() + 11);
        assert_noop!(deliver(OWNER, training_use), Error::<Test>::Expired);
    });
}

#[test]
fn a_key_is_delivered_once() {
    ExtBuilder.build_and_execute(|| {
        let training_use = open_use(activate());
        assert_ok!(deliver(OWNER, training_use));
        assert_noop!(deliver(OWNER, training_use), Error::<Test>::InvalidState);
    });
}

#[test]
fn only_the_owner_delivers() {
    ExtBuilder.build_and_execute(|| {
        let training_use = open_use(activate());
        assert_noop!(deliver(PROVIDER, training_use), Error::<Test>::NotAuthorized);
        assert_noop!(
            DatasetRegistry::deliver_key(RuntimeOrigin::none(), training_use, wrapped_key()),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn a_use_that_ended_takes_no_key() {
    ExtBuilder.build_and_execute(|| {
        let training_use = open_use(activate());
        DatasetRegistry::close_use(training_use, UseOutcome::Ended);
        assert_noop!(deliver(OWNER, training_use), Error::<Test>::NotFound);
    });
}

#[test]
fn a_delisted_dataset_still_delivers() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = open_use(dataset);
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_ok!(deliver(OWNER, training_use));
    });
}

#[test]
fn a_key_that_the_market_refuses_is_not_delivered() {
    ExtBuilder.build_and_execute(|| {
        let training_use = open_use(activate());
        MarketRefuses::set(true);
        assert_noop!(deliver(OWNER, training_use), MARKET_REFUSAL);
    });
}
