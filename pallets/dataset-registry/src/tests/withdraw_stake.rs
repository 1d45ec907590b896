use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use neurodata_primitives::seams::{SaleEnd, TrainingData, UseOutcome};

fn withdraw(account: AccountId, dataset: DatasetId) -> DispatchResult {
    DatasetRegistry::withdraw_stake(signed(account), dataset)
}

/// A delisted dataset at the first block at which the stake can be withdrawn.
fn unlocked() -> DatasetId {
    let dataset = activate();
    assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
    run_to_block(System::block_number() + 50);
    dataset
}

#[test]
fn the_stake_goes_back_and_the_dataset_is_removed() {
    ExtBuilder.build_and_execute(|| {
        let dataset = unlocked();
        assert_ok!(withdraw(OWNER, dataset));
        assert_eq!(Datasets::<Test>::get(dataset), None);
        assert_eq!(DatasetsByRoot::<Test>::get(Package::small().commitment.data_root), None);
        assert_eq!((held(OWNER), Balances::balance(&OWNER)), (0, ENDOWMENT));
        assert_eq!(last_event(), Event::StakeWithdrawn { dataset, owner: OWNER, amount: STAKE });
    });
}

#[test]
fn the_stake_of_another_dataset_stays() {
    ExtBuilder.build_and_execute(|| {
        let dataset = unlocked();
        register(&Package::large());
        assert_ok!(withdraw(OWNER, dataset));
        assert_eq!(held(OWNER), STAKE);
    });
}

#[test]
fn a_removed_root_can_be_registered_again_under_a_new_id() {
    ExtBuilder.build_and_execute(|| {
        let dataset = unlocked();
        assert_ok!(withdraw(OWNER, dataset));
        assert_eq!(Some(register(&Package::small())), dataset.next());
    });
}

#[test]
fn the_stake_is_locked_until_the_block_that_was_named() {
    ExtBuilder.build_and_execute(|| {
        let dataset = unlocked();
        run_to_block(System::block_number() - 1);
        assert_noop!(withdraw(OWNER, dataset), Error::<Test>::TooEarly);
    });
}

#[test]
fn a_listed_dataset_keeps_its_stake() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_noop!(withdraw(OWNER, dataset), Error::<Test>::InvalidState);
        let audited = register(&Package::large());
        assert_noop!(withdraw(OWNER, audited), Error::<Test>::InvalidState);
    });
}

#[test]
fn open_uses_keep_the_stake() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = open_use(dataset);
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        run_to_block(System::block_number() + 50);
        assert_noop!(withdraw(OWNER, dataset), Error::<Test>::UsesOpen);
        DatasetRegistry::close_use(training_use, UseOutcome::Ended);
        assert_ok!(withdraw(OWNER, dataset));
    });
}

#[test]
fn open_sales_and_inspections_keep_the_stake() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let (sale, inspection) = (Sale::open(dataset, BUYER).unwrap(), Sale::inspect(dataset, INSPECTORS[0]));
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        run_to_block(System::block_number() + 50);
        assert_noop!(withdraw(OWNER, dataset), Error::<Test>::SalesOpen);
        sale.settle();
        assert_noop!(withdraw(OWNER, dataset), Error::<Test>::SalesOpen);
        inspection.end(SaleEnd::Void);
        assert_ok!(withdraw(OWNER, dataset));
    });
}

#[test]
fn the_line_of_versions_closes_over_what_was_removed() {
    ExtBuilder.build_and_execute(|| {
        let first = unlocked();
        let second = NextDatasetId::<Test>::get();
        assert_ok!(replace(OWNER, &Package::large(), first));
        assert_ok!(withdraw(OWNER, first));
        assert_eq!(Successors::<Test>::get(first), None);
        assert_eq!((record(second).parent, record(second).version), (Some(first), 2));

        let third = NextDatasetId::<Test>::get();
        assert_ok!(replace(OWNER, &Package::small(), second));
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), third));
        run_to_block(System::block_number() + 50);
        assert_ok!(withdraw(OWNER, third));
        assert_eq!(Successors::<Test>::get(second), None);
        // The second version may be replaced anew.
        assert_ok!(replace(OWNER, &Package::small(), second));
    });
}

#[test]
fn a_dataset_without_any_stake_left_is_removed() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = open_use_at(dataset, 10 * STAKE);
        run_to_block(System::block_number() + 11);
        assert_ok!(DatasetRegistry::expire_delivery(signed(REPORTER), training_use));
        run_to_block(System::block_number() + 50);
        assert_ok!(withdraw(OWNER, dataset));
        assert_eq!(last_event(), Event::StakeWithdrawn { dataset, owner: OWNER, amount: 0 });
        assert_eq!(Balances::balance(&OWNER), ENDOWMENT - STAKE);
    });
}

#[test]
fn only_the_owner_withdraws() {
    ExtBuilder.build_and_execute(|| {
        let dataset = unlocked();
        assert_noop!(withdraw(STRANGER, dataset), Error::<Test>::NotAuthorized);
        assert_noop!(withdraw(OWNER, DatasetId::new(9)), Error::<Test>::NotFound);
        assert_noop!(DatasetRegistry::withdraw_stake(RuntimeOrigin::none(), dataset), DispatchError::BadOrigin);
    });
}
