use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

const USE: TrainingUseId = TrainingUseId::new(3);

#[test]
fn the_owner_is_credited_with_the_price_less_the_share_of_the_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        assert_ok!(Rewards::settle_training_use(USE, &DATA_PROVIDER, 1_000));
        assert_eq!(credits_of(DATA_PROVIDER), [(950, 6)]);
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 50);
        System::assert_last_event(
            Event::Credited { account: DATA_PROVIDER, amount: 950, matures_at: 6, reason: reason(3) }.into(),
        );
    });
}

#[test]
fn parts_sum_to_the_price_and_the_share_of_the_owner_rounds_down() {
    for price in 0..60 {
        ExtBuilder::default().build_and_execute(|| {
            fund(price);
            assert_ok!(Rewards::settle_training_use(USE, &DATA_PROVIDER, price));
            assert_eq!(Rewards::owed(DATA_PROVIDER), price * 95 / 100);
            assert_eq!(Balances::balance(&TREASURY) - EXISTENTIAL_DEPOSIT, price - price * 95 / 100);
        });
    }
}

#[test]
fn a_use_adds_to_what_was_credited_and_counts_when_its_job_is_settled() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        assert_ok!(Rewards::settle_training_use(USE, &DATA_PROVIDER, 1_000));
        let record = ContributorRecord { credited: 950, reputation: 50, ..Default::default() };
        assert_eq!(Contributors::<Test>::get(DATA_PROVIDER), record);
    });
}

#[test]
fn a_treasury_that_cannot_receive_dust_is_credited() {
    ExtBuilder::default().without_treasury().build_and_execute(|| {
        fund(100);
        assert_ok!(Rewards::settle_training_use(USE, &DATA_PROVIDER, 100));
        assert_eq!(credits_of(TREASURY), [(5, 6)]);
    });
}

#[test]
fn a_price_that_is_not_in_the_pot_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Rewards::settle_training_use(USE, &DATA_PROVIDER, 1), Error::<Test>::Unfunded);
    });
}
