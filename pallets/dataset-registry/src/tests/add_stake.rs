use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use sp_runtime::TokenError;

fn add(account: AccountId, dataset: DatasetId, amount: Balance) -> DispatchResult {
    DatasetRegistry::add_stake(signed(account), dataset, amount)
}

#[test]
fn a_stake_grows_by_what_is_added() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_ok!(add(OWNER, dataset, 5));
        assert_eq!((held(OWNER), record(dataset).stake), (STAKE + 5, STAKE + 5));
        assert_eq!(Balances::balance(&OWNER), ENDOWMENT - STAKE - 5);
        assert_eq!(last_event(), Event::StakeAdded { dataset, amount: 5 });
    });
}

#[test]
fn more_stake_covers_more_sales() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let sales: alloc::vec::Vec<Sale> = (0..5).map(|_| Sale::open(dataset, BUYER).unwrap()).collect();
        let uncovered = Error::<Test>::NotForSale(SaleRefusal::Stake);
        assert_noop!(Sale::open(dataset, BUYER), uncovered);
        assert_ok!(add(OWNER, dataset, 2 * COPY_PRICE));
        let sixth = Sale::open(dataset, BUYER).unwrap();
        sales.into_iter().chain([sixth]).for_each(Sale::settle);
    });
}

#[test]
fn a_dataset_under_audit_may_be_staked_higher() {
    ExtBuilder.build_and_execute(|| {
        let dataset = register(&Package::small());
        assert_ok!(add(OWNER, dataset, STAKE));
        assert_eq!(held(OWNER), 2 * STAKE);
    });
}

#[test]
fn a_delisted_dataset_stays_delisted() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        Sale::open(dataset, BUYER).unwrap().complain(Fault::WrongKey);
        assert!(matches!(record(dataset).state, DatasetState::Delisted { .. }));
        assert_noop!(add(OWNER, dataset, STAKE), Error::<Test>::InvalidState);
    });
}

#[test]
fn nothing_is_no_stake_and_what_is_not_there_neither() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_noop!(add(OWNER, dataset, 0), Error::<Test>::StakeTooLow);
        assert_noop!(add(OWNER, dataset, ENDOWMENT), TokenError::FundsUnavailable);
        assert_noop!(add(OWNER, dataset, Balance::MAX), sp_runtime::ArithmeticError::Overflow);
    });
}

#[test]
fn only_the_owner_adds() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_noop!(add(STRANGER, dataset, 5), Error::<Test>::NotAuthorized);
        assert_noop!(add(OWNER, DatasetId::new(9), 5), Error::<Test>::NotFound);
        assert_noop!(DatasetRegistry::add_stake(RuntimeOrigin::none(), dataset, 5), DispatchError::BadOrigin);
    });
}
