//! Sales through all pallets: a copy is bought and paid for; a wrong key costs the seller, and nobody else.

use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use neurodata_primitives::{money::NRC, *};
use neurodata_sealing::wrap::public_key;

use super::*;
use world::*;

const SECRET: sale::OneTimeSecret = [21; 32];
const PRICE: Balance = 10 * NRC;

fn purchase_of(asset: Asset, buyer: &AccountId) -> PurchaseId {
    let purchase = pallet_sales::NextPurchaseId::<Runtime>::get();
    let signed = RuntimeOrigin::signed(buyer.clone());
    assert_ok!(Sales::purchase(signed, asset, LicenceKind::Personal, public_key(&SECRET), PRICE));
    purchase
}

fn stake_of(owner: &AccountId) -> Balance {
    Balances::balance_on_hold(&pallet_dataset_registry::HoldReason::QualityStake.into(), owner)
}

#[test]
fn a_confirmed_copy_is_paid_to_its_owner_and_the_treasury() {
    preset_state("development").execute_with(|| {
        let (owner, buyer) = (funded(1), funded(2));
        let dataset = active_dataset(&owner);
        let purchase = purchase_of(Asset::Dataset(dataset), &buyer);
        assert_ok!(Sales::deliver_key(RuntimeOrigin::signed(owner.clone()), purchase, wrapped_key()));
        let before = Balances::total_balance(&buyer);
        assert_ok!(Sales::confirm_purchase(RuntimeOrigin::signed(buyer.clone()), purchase));

        assert_eq!(Rewards::owed(owner), PRICE * 95 / 100);
        assert_eq!(Balances::total_balance(&buyer), before);
        let record = pallet_dataset_registry::Datasets::<Runtime>::get(dataset).expect("the dataset exists");
        assert_eq!((record.copies_sold, record.open_sales, record.exposure), (1, 0, 0));
        assert!(pallet_sales::Licences::<Runtime>::get(Asset::Dataset(dataset), buyer).is_some());
    });
}

#[test]
fn a_wrong_key_is_refunded_and_costs_twice_the_price() {
    preset_state("development").execute_with(|| {
        let (owner, buyer) = (funded(1), funded(2));
        let dataset = active_dataset(&owner);
        let stake = stake_of(&owner);
        let before = Balances::total_balance(&buyer);
        let purchase = purchase_of(Asset::Dataset(dataset), &buyer);
        assert_ok!(Sales::deliver_key(RuntimeOrigin::signed(owner.clone()), purchase, wrapped_key()));
        let complaint = Complaint { secret: SECRET, claim: Claim::WrongKey };
        assert_ok!(Sales::complain(RuntimeOrigin::signed(buyer.clone()), purchase, complaint));

        assert_eq!(stake_of(&owner), stake - 2 * PRICE);
        // Wronged party and reporter in one: 20 % and 10 % of the slash.
        assert_eq!(Balances::total_balance(&buyer), before + 2 * PRICE * 30 / 100);
        assert_eq!(Rewards::owed(owner), 0);
        let record = pallet_dataset_registry::Datasets::<Runtime>::get(dataset).expect("the dataset exists");
        assert!(!record.condemned && record.score < QualityScore::INITIAL);
    });
}

#[test]
fn no_sale_is_opened_that_the_stake_does_not_cover() {
    preset_state("development").execute_with(|| {
        let owner = funded(1);
        let dataset = active_dataset(&owner);
        // The stake of 1,000 NRC covers 500 NRC of open sales at a cover of 200 %.
        for buyer in 2..52 {
            purchase_of(Asset::Dataset(dataset), &funded(buyer));
        }
        let signed = RuntimeOrigin::signed(funded(60));
        let one_more =
            Sales::purchase(signed.clone(), Asset::Dataset(dataset), LicenceKind::Personal, public_key(&SECRET), PRICE);
        assert!(one_more.is_err());
        assert_ok!(DatasetRegistry::add_stake(RuntimeOrigin::signed(owner), dataset, 2 * PRICE));
        assert_ok!(Sales::purchase(
            signed,
            Asset::Dataset(dataset),
            LicenceKind::Personal,
            public_key(&SECRET),
            PRICE
        ));
    });
}

#[test]
fn a_price_raised_in_between_stops_the_purchase() {
    preset_state("development").execute_with(|| {
        let (owner, buyer) = (funded(1), funded(2));
        let dataset = active_dataset(&owner);
        let record = pallet_dataset_registry::Datasets::<Runtime>::get(dataset).expect("the dataset exists");
        let terms = DatasetTerms { copy_price: PRICE + 1, ..record.terms };
        assert_ok!(DatasetRegistry::update_terms(RuntimeOrigin::signed(owner), dataset, terms));
        let signed = RuntimeOrigin::signed(buyer);
        assert_noop!(
            Sales::purchase(signed, Asset::Dataset(dataset), LicenceKind::Personal, public_key(&SECRET), PRICE),
            pallet_sales::Error::<Runtime>::PriceTooHigh
        );
    });
}
