use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::ModelId;
use sp_runtime::{ArithmeticError, TokenError};

fn purchase_at(buyer: AccountId, max_price: Balance) -> DispatchResult {
    Sales::purchase(signed(buyer), DATA, LicenceKind::Personal, recipient_key(), max_price)
}

#[test]
fn the_price_goes_into_escrow_and_the_deposit_on_hold() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(Sales::purchase(signed(BUYER), DATA, LicenceKind::Commercial, recipient_key(), PRICE));
        let purchase = PurchaseId::new(0);
        let record = PurchaseRecord {
            asset: DATA,
            seller: SELLER,
            buyer: BUYER,
            grant: Grant::Copy { licence: LicenceKind::Commercial, expires_at: None },
            recipient_key: recipient_key(),
            price: PRICE,
            deposit: DEPOSIT,
            purchased_at: 1,
            state: PurchaseState::AwaitingKey { deliver_by: 11 },
        };
        assert_eq!(Purchases::<Test>::get(purchase), Some(record));
        assert_eq!(OpenPurchases::<Test>::get(DATA, BUYER), Some(purchase));
        assert_eq!((TotalEscrow::<Test>::get(), free(escrow())), (PRICE, PRICE + EXISTENTIAL_DEPOSIT));
        assert_eq!((free(BUYER), held(BUYER)), (ENDOWMENT - PRICE - DEPOSIT, DEPOSIT));
        assert_eq!(licence(BUYER, DATA), None);
        let event = Event::PurchaseOpened {
            purchase,
            asset: DATA,
            seller: SELLER,
            buyer: BUYER,
            deliver_by: 11,
            price: PRICE,
        };
        assert_eq!(last_event(), event);
        assert_eq!(Shelf::get(DATA).map(|sold| (sold.open, sold.exposure)), Some((1, PRICE)));
    });
}

#[test]
fn models_and_datasets_are_sold_alike_and_for_nothing_as_well() {
    ExtBuilder.build_and_execute(|| {
        change_sold(MODEL, |sold| sold.price = 0);
        let (data, model) = (buy(DATA), buy(MODEL));
        assert_eq!((data, model), (PurchaseId::new(0), PurchaseId::new(1)));
        assert_eq!((purchase_record(model).price, TotalEscrow::<Test>::get()), (0, PRICE));
        assert_eq!(held(BUYER), 2 * DEPOSIT);
    });
}

#[test]
fn a_price_that_was_raised_in_between_is_not_paid() {
    ExtBuilder.build_and_execute(|| {
        change_sold(DATA, |sold| sold.price += 1);
        assert_noop!(purchase_at(BUYER, PRICE), Error::<Test>::PriceTooHigh);
        assert_ok!(purchase_at(BUYER, PRICE + 1));
    });
}

#[test]
fn a_price_that_is_raised_afterwards_changes_nothing() {
    ExtBuilder.build_and_execute(|| {
        let purchase = delivered(DATA);
        change_sold(DATA, |sold| sold.price *= 2);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), purchase));
        assert_eq!(free(INCOME), ENDOWMENT + PRICE);
    });
}

#[test]
fn nobody_buys_from_themselves() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(purchase_at(SELLER, PRICE), Error::<Test>::OwnAsset);
    });
}

#[test]
fn what_the_registry_refuses_is_refused() {
    ExtBuilder.build_and_execute(|| {
        change_sold(DATA, |sold| sold.allowed = Some(OTHER_BUYER));
        assert_noop!(purchase_at(BUYER, PRICE), NOT_FOR_SALE);
        assert_ok!(purchase_at(OTHER_BUYER, PRICE));
        change_sold(DATA, |sold| (sold.allowed, sold.is_active) = (None, false));
        assert_noop!(purchase_at(BUYER, PRICE), NOT_ACTIVE);
        let unknown = Asset::Model(ModelId::new(1));
        let purchase = Sales::purchase(signed(BUYER), unknown, LicenceKind::Personal, recipient_key(), PRICE);
        assert_noop!(purchase, NOT_ACTIVE);
    });
}

#[test]
fn a_stake_that_does_not_cover_another_sale_stops_it() {
    ExtBuilder.build_and_execute(|| {
        change_sold(DATA, |sold| sold.cover = 2 * PRICE - 1);
        assert_ok!(purchase_at(BUYER, PRICE));
        assert_noop!(purchase_at(OTHER_BUYER, PRICE), NOT_COVERED);
    });
}

#[test]
fn a_key_that_nobody_can_wrap_for_is_refused() {
    ExtBuilder.build_and_execute(|| {
        for key in RecipientKey::unusable() {
            let purchase = Sales::purchase(signed(BUYER), DATA, LicenceKind::Personal, key, PRICE);
            assert_noop!(purchase, Error::<Test>::InvalidRecipientKey);
        }
    });
}

#[test]
fn a_buyer_has_one_open_purchase_of_an_asset() {
    ExtBuilder.build_and_execute(|| {
        let purchase = buy(DATA);
        assert_noop!(purchase_at(BUYER, PRICE), Error::<Test>::AlreadyExists);
        deliver(purchase);
        assert_noop!(purchase_at(BUYER, PRICE), Error::<Test>::AlreadyExists);
        buy(MODEL);
        assert_ok!(purchase_at(OTHER_BUYER, PRICE));
    });
}

#[test]
fn what_is_locked_pays_for_nothing() {
    ExtBuilder.build_and_execute(|| {
        lock(BUYER, ENDOWMENT - PRICE + 1);
        assert_noop!(purchase_at(BUYER, PRICE), TokenError::Frozen);
        lock(BUYER, ENDOWMENT - PRICE);
        // The deposit may be money that is locked: it stays with the buyer.
        assert_ok!(purchase_at(BUYER, PRICE));
        lock(BUYER, 0);
    });
}

#[test]
fn a_buyer_without_the_money_is_refused() {
    ExtBuilder.build_and_execute(|| {
        change_sold(DATA, |sold| sold.price = ENDOWMENT + 1);
        assert_noop!(purchase_at(BUYER, Balance::MAX), TokenError::FundsUnavailable);
        // The price would take the whole account along.
        change_sold(DATA, |sold| sold.price = ENDOWMENT);
        assert_noop!(purchase_at(BUYER, Balance::MAX), TokenError::NotExpendable);
        // The price is there, the deposit is not.
        change_sold(DATA, |sold| sold.price = ENDOWMENT - DEPOSIT);
        assert_noop!(purchase_at(BUYER, Balance::MAX), TokenError::FundsUnavailable);
        change_sold(DATA, |sold| sold.price = ENDOWMENT - DEPOSIT - EXISTENTIAL_DEPOSIT);
        assert_ok!(purchase_at(BUYER, Balance::MAX));
    });
}

#[test]
fn a_licence_that_is_not_better_than_the_one_in_force_is_not_sold() {
    ExtBuilder.build_and_execute(|| {
        LicenceDuration::set(Some(50));
        let first = buy_as(BUYER, DATA, LicenceKind::Commercial);
        deliver(first);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), first));
        assert_eq!(licence(BUYER, DATA).map(|record| record.expires_at), Some(Some(51)));
        let attempt = |kind, blocks| {
            LicenceDuration::set(blocks);
            Sales::purchase(signed(BUYER), DATA, kind, recipient_key(), PRICE)
        };
        use LicenceKind::*;
        // The same again, less, a lower kind for longer, a higher kind for less long.
        assert_noop!(attempt(Commercial, Some(50)), Error::<Test>::LicenceNotBetter);
        assert_noop!(attempt(Commercial, Some(49)), Error::<Test>::LicenceNotBetter);
        assert_noop!(attempt(Personal, None), Error::<Test>::LicenceNotBetter);
        assert_noop!(attempt(Derive, Some(49)), Error::<Test>::LicenceNotBetter);
        frame_support::assert_storage_noop!(frame_support::storage::with_storage_layer(|| {
            assert_ok!(attempt(Derive, Some(50)));
            Err::<(), DispatchError>(DispatchError::Other("only tried"))
        })
        .unwrap_err());
        assert_ok!(attempt(Commercial, None));
    });
}

#[test]
fn a_licence_that_ran_out_stops_nobody() {
    ExtBuilder.build_and_execute(|| {
        LicenceDuration::set(Some(50));
        let purchase = buy_as(BUYER, DATA, LicenceKind::Derive);
        deliver(purchase);
        assert_ok!(Sales::confirm_purchase(signed(BUYER), purchase));
        LicenceDuration::set(Some(1));
        run_to_block(50);
        assert_noop!(purchase_at(BUYER, PRICE), Error::<Test>::LicenceNotBetter);
        run_to_block(52);
        assert_ok!(purchase_at(BUYER, PRICE));
    });
}

#[test]
fn ids_run_out_and_origins_count() {
    ExtBuilder.build_and_execute(|| {
        let unsigned = Sales::purchase(RuntimeOrigin::none(), DATA, LicenceKind::Personal, recipient_key(), PRICE);
        assert_noop!(unsigned, DispatchError::BadOrigin);
        NextPurchaseId::<Test>::put(PurchaseId::new(u64::MAX));
        assert_noop!(purchase_at(BUYER, PRICE), ArithmeticError::Overflow);
    });
}

#[test]
fn the_escrow_account_exists_from_the_beginning() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!((free(escrow()), TotalEscrow::<Test>::get()), (EXISTENTIAL_DEPOSIT, 0));
    });
}
