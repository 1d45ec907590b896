use crate::{mock::*, *};

#[test]
fn the_pot_begins_with_the_existential_deposit() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(Balances::balance(&pot()), EXISTENTIAL_DEPOSIT);
        assert_eq!(Balances::total_issuance(), FUNDS + 2 * EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn the_constants_are_accepted() {
    ExtBuilder::default().build_and_execute(<Rewards as frame_support::traits::Hooks<u64>>::integrity_test);
}

#[test]
fn a_donation_to_the_pot_breaks_nothing() {
    ExtBuilder::default().build().execute_with(|| {
        fund(1_000);
        assert_eq!(Rewards::do_try_state(), Ok(()));
    });
}

#[test]
fn a_pot_that_misses_money_is_found() {
    ExtBuilder::default().build().execute_with(|| {
        Rewards::credit(&PROVIDER, 1, reason(0));
        assert!(Rewards::do_try_state().is_err());
    });
}

#[test]
fn a_total_that_is_not_the_sum_is_found() {
    ExtBuilder::default().build().execute_with(|| {
        credit(PROVIDER, 100);
        TotalCredited::<Test>::put(99);
        assert!(Rewards::do_try_state().is_err());
    });
}

#[test]
fn a_reputation_out_of_range_is_found() {
    ExtBuilder::default().build().execute_with(|| {
        Contributors::<Test>::insert(PROVIDER, ContributorRecord { reputation: 101, ..Default::default() });
        assert!(Rewards::do_try_state().is_err());
        Contributors::<Test>::insert(PROVIDER, ContributorRecord::default());
        assert!(Rewards::do_try_state().is_err());
    });
}
