//! Vesting: what is transferred so is locked, becomes free over time, and serves nothing before.

use frame_support::{
    assert_noop, assert_ok,
    traits::{
        fungible::{Inspect, InspectHold},
        tokens::{Fortitude, Precision, Preservation},
    },
};
use neurodata_primitives::{money::NRC, *};
use pallet_vesting::VestingInfo;
use sp_runtime::TokenError;

use super::{support::*, *};
use world::*;

/// What vests, in a hundred blocks.
const GRANT: Balance = 10_000 * NRC;
/// What the beneficiary can use beside.
const FREE: Balance = 100 * NRC;
/// What every account with a hold keeps free.
const KEPT: Balance = constants::EXISTENTIAL_DEPOSIT;
const BENEFICIARY: AccountId = AccountId::new([80; 32]);

/// Give the beneficiary its own money and the grant, which vests from block 10 to block 110.
fn grant() {
    let giver = funded(79);
    assert_ok!(Balances::transfer_keep_alive(signed(&giver), BENEFICIARY.into(), FREE + KEPT));
    let schedule = VestingInfo::new(GRANT, GRANT / 100, 10);
    assert_ok!(Vesting::vested_transfer(signed(&giver), BENEFICIARY.into(), schedule));
}

/// What the beneficiary can use.
fn usable() -> Balance {
    <Balances as Inspect<AccountId>>::reducible_balance(&BENEFICIARY, Preservation::Expendable, Fortitude::Polite)
}

fn unvested() -> Balance {
    Balances::balance_on_hold(&unvested::HoldReason::Unvested.into(), &BENEFICIARY)
}

#[test]
fn a_vested_transfer_is_locked_and_becomes_free_over_time() {
    on_chain(|| {
        grant();
        assert_eq!((usable(), unvested()), (FREE, GRANT));
        assert_eq!(Balances::total_balance(&BENEFICIARY), FREE + KEPT + GRANT);
        for (block, vested) in [(10, 0), (35, GRANT / 4), (60, GRANT / 2), (109, GRANT / 100 * 99)] {
            go_to(block);
            assert_ok!(Vesting::vest_other(signed(&funded(78)), BENEFICIARY.into()));
            assert_eq!((usable(), unvested()), (FREE + vested, GRANT - vested), "in block {block}");
        }
        go_to(110);
        assert_ok!(Vesting::vest(signed(&BENEFICIARY)));
        assert_eq!((usable(), unvested()), (FREE + KEPT + GRANT, 0));
        assert!(!pallet_vesting::Vesting::<Runtime>::contains_key(BENEFICIARY));
    });
}

#[test]
fn locked_money_is_neither_transferred_nor_bonded_nor_paid_into_escrow() {
    on_chain(|| {
        let dataset = active_dataset(&funded(100));
        grant();
        let (beneficiary, other) = (signed(&BENEFICIARY), funded(78));
        assert_noop!(Balances::transfer_allow_death(beneficiary.clone(), other.into(), FREE + 1), TokenError::Frozen);
        assert_noop!(ComputeMarket::register_provider(beneficiary.clone(), 500 * NRC), TokenError::FundsUnavailable);
        let key = RecipientKey::new([1; 32]);
        assert_noop!(
            ModelValidation::register_evaluator(beneficiary.clone(), 200 * NRC, key),
            TokenError::FundsUnavailable
        );
        assert_noop!(Rewards::stake(beneficiary.clone(), FREE + 1), TokenError::FundsUnavailable);
        // At its highest price this job puts more than 100 NRC into escrow.
        let dear = JobRequest { max_unit_price: NRC / 100, ..request(dataset) };
        assert!(ComputeMarket::estimate(&BENEFICIARY, dear.clone()).expect("the request is in order").escrow > FREE);
        assert_noop!(ComputeMarket::post_job(beneficiary.clone(), dear), TokenError::FundsUnavailable);

        // Half of it is free after half of the time.
        go_to(60);
        assert_ok!(Vesting::vest(beneficiary.clone()));
        assert_ok!(ComputeMarket::register_provider(beneficiary, 500 * NRC));
    });
}

#[test]
fn a_bond_does_not_stand_in_for_what_is_locked() {
    on_chain(|| {
        grant();
        assert_ok!(Balances::transfer_keep_alive(signed(&funded(79)), BENEFICIARY.into(), GRANT));
        let (beneficiary, other) = (signed(&BENEFICIARY), funded(78));
        assert_ok!(ComputeMarket::register_provider(beneficiary.clone(), GRANT));
        assert_eq!((usable(), unvested()), (FREE, GRANT));
        assert_noop!(Balances::transfer_allow_death(beneficiary, other.into(), FREE + 1), TokenError::Frozen);
    });
}

#[test]
fn fees_are_paid_from_what_is_free_alone() {
    on_chain(|| {
        grant();
        let pay = |fee| {
            <Balances as frame_support::traits::fungible::Balanced<AccountId>>::withdraw(
                &BENEFICIARY,
                fee,
                Precision::Exact,
                Preservation::Preserve,
                Fortitude::Polite,
            )
        };
        assert!(pay(FREE + 1).is_err());
        assert!(pay(FREE).is_ok());
        assert_eq!(unvested(), GRANT);
    });
}

#[test]
fn an_account_that_has_nothing_else_keeps_an_existential_deposit_to_live_on() {
    on_chain(|| {
        let schedule = VestingInfo::new(GRANT, GRANT / 100, 10);
        assert_ok!(Vesting::vested_transfer(signed(&funded(79)), BENEFICIARY.into(), schedule));
        assert_eq!((usable(), unvested()), (0, GRANT - KEPT));
        go_to(110);
        assert_ok!(Vesting::vest(signed(&BENEFICIARY)));
        assert_eq!((usable(), unvested()), (GRANT, 0));
    });
}

#[test]
fn two_grants_add_up() {
    on_chain(|| {
        grant();
        let schedule = VestingInfo::new(GRANT, GRANT / 100, 10);
        assert_ok!(Vesting::vested_transfer(signed(&funded(79)), BENEFICIARY.into(), schedule));
        assert_eq!((usable(), unvested()), (FREE, 2 * GRANT));
        assert_ok!(Vesting::merge_schedules(signed(&BENEFICIARY), 0, 1));
        assert_eq!((usable(), unvested()), (FREE, 2 * GRANT));
    });
}
