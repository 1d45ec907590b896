use crate::{mock::*, *};
use frame_support::traits::{Hooks, OnUnbalanced};

/// The bounds of pallet_staking 50 (`Reward`, `RewardRemainder`, `Slash`) and of pallet_transaction_payment 50
/// (`FungibleAdapter`), written out.
#[test]
fn handlers_take_what_the_pallets_of_the_sdk_hand_over() {
    fn takes<Handler: OnUnbalanced<Imbalance>, Imbalance: frame_support::traits::TryDrop>() {}
    takes::<MintRecorder<Test>, Debt<AccountId, Balances>>();
    takes::<RemainderRecorder<Test>, Credit<AccountId, Balances>>();
    takes::<BurnRecorder<Test>, Credit<AccountId, Balances>>();
    takes::<FeeSplit<Test>, Credit<AccountId, Balances>>();
}

#[test]
fn the_constants_are_accepted() {
    ExtBuilder::default().build_and_execute(<NrcToken as Hooks<u64>>::integrity_test);
}

#[test]
fn parameters_that_make_no_sense_are_reported() {
    ExtBuilder::default().build_and_execute(|| {
        FeeAuthorShare::set(Permill::from_percent(81));
        assert_eq!(NrcToken::ensure_parameters(), Err("the shares of a fee exceed the whole"));
        FeeAuthorShare::set(Permill::from_percent(80));
        PoolShare::set(Permill::from_percent(31));
        assert_eq!(NrcToken::ensure_parameters(), Err("the shares of an era exceed the whole"));
        PoolShare::set(Permill::from_percent(30));
        assert_eq!(NrcToken::ensure_parameters(), Ok(()));
    });
}

#[test]
fn issuance_at_genesis_is_recorded_in_the_first_block_only() {
    ExtBuilder::default().build_and_execute(|| {
        let genesis = FUNDS + 4 * EXISTENTIAL_DEPOSIT;
        assert_eq!(GenesisIssuance::<Test>::get(), Some(genesis));
        BurnRecorder::<Test>::on_unbalanced(withdraw(5));
        NrcToken::on_initialize(2);
        assert_eq!(GenesisIssuance::<Test>::get(), Some(genesis));
    });
}

#[test]
fn before_the_first_block_nothing_is_recorded_and_that_is_valid() {
    sp_io::TestExternalities::default().execute_with(|| {
        assert_eq!(NrcToken::recorded_issuance(), None);
        assert_eq!(NrcToken::do_try_state(), Ok(()));
        System::set_block_number(1);
        assert!(NrcToken::do_try_state().is_err());
    });
}

#[test]
fn a_burn_lowers_the_issuance_by_what_it_records() {
    ExtBuilder::default().build_and_execute(|| {
        let issuance = Balances::total_issuance();
        BurnRecorder::<Test>::on_unbalanced(withdraw(70));
        assert_eq!((Burned::<Test>::get(), Balances::total_issuance()), (70, issuance - 70));
    });
}

#[test]
fn a_mint_raises_the_issuance_by_what_it_records() {
    ExtBuilder::default().build_and_execute(|| {
        let issuance = Balances::total_issuance();
        payout_staker(70);
        assert_eq!((Minted::<Test>::get(), Balances::total_issuance()), (70, issuance + 70));
    });
}

#[test]
fn a_burn_that_nobody_recorded_is_tolerated() {
    ExtBuilder::default().build().execute_with(|| {
        drop(withdraw(70));
        assert_eq!(NrcToken::do_try_state(), Ok(()));
    });
}

#[test]
fn a_remainder_that_was_never_handed_over_is_found() {
    ExtBuilder::default().build().execute_with(|| {
        <NrcToken as sp_staking::EraPayout<Balance>>::era_payout(0, Balances::total_issuance(), 6_000);
        assert!(NrcToken::do_try_state().is_err());
    });
}

#[test]
fn a_mint_that_nobody_recorded_is_found() {
    ExtBuilder::default().build().execute_with(|| {
        Balances::mint_into(&PAYER, 1).expect("the payer exists");
        assert!(NrcToken::do_try_state().is_err());
    });
}
