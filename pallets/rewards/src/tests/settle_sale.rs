use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::PurchaseId;

#[test]
fn the_owner_is_credited_with_the_price_less_the_share_of_the_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        assert_ok!(Rewards::settle_sale(reason(3), &DATA_PROVIDER, 1_000));
        assert_eq!(credits_of(DATA_PROVIDER), [(950, 6)]);
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 50);
        System::assert_last_event(
            Event::Credited { account: DATA_PROVIDER, amount: 950, matures_at: 6, reason: reason(3) }.into(),
        );
    });
}

#[test]
fn a_copy_is_settled_like_a_training_use_and_names_its_purchase() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        let reason = PayoutReason::Sale { purchase: PurchaseId::new(9) };
        assert_ok!(Rewards::settle_sale(reason, &DATA_PROVIDER, 1_000));
        assert_eq!(Credits::<Test>::get(DATA_PROVIDER).to_vec(), [Credit { amount: 950, matures_at: 6, reason }]);
        assert_eq!(Contributors::<Test>::get(DATA_PROVIDER).credited, 950);
    });
}

#[test]
fn parts_sum_to_the_price_and_the_share_of_the_owner_rounds_down() {
    for price in 0..60 {
        ExtBuilder::default().build_and_execute(|| {
            fund(price);
            assert_ok!(Rewards::settle_sale(reason(3), &DATA_PROVIDER, price));
            assert_eq!(Rewards::owed(DATA_PROVIDER), price * 95 / 100);
            let treasury = Balances::balance(&TREASURY) - EXISTENTIAL_DEPOSIT;
            assert_eq!(treasury, price - price * 95 / 100);
            assert_eq!(treasury, Rewards::treasury_share(price));
        });
    }
}

#[test]
fn a_sale_adds_to_what_was_credited_and_leaves_reputation() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        assert_ok!(Rewards::settle_sale(reason(3), &DATA_PROVIDER, 1_000));
        let record = ContributorRecord { credited: 950, reputation: 50, ..Default::default() };
        assert_eq!(Contributors::<Test>::get(DATA_PROVIDER), record);
    });
}

#[test]
fn a_free_sale_leaves_no_record() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Rewards::settle_sale(reason(3), &DATA_PROVIDER, 0));
        assert!(!Contributors::<Test>::contains_key(DATA_PROVIDER));
        assert!(!Credits::<Test>::contains_key(DATA_PROVIDER));
        assert!(events().is_empty());
    });
}

#[test]
fn a_treasury_that_cannot_receive_dust_is_credited() {
    ExtBuilder::default().without_treasury().build_and_execute(|| {
        fund(100);
        assert_ok!(Rewards::settle_sale(reason(3), &DATA_PROVIDER, 100));
        assert_eq!(credits_of(TREASURY), [(5, 6)]);
    });
}

#[test]
fn a_price_that_is_not_in_the_pot_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Rewards::settle_sale(reason(3), &DATA_PROVIDER, 1), Error::<Test>::Unfunded);
    });
}
