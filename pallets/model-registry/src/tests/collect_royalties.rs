use crate::{mock::*, royalties::income_shares, *};
use frame_support::{assert_noop, assert_ok, storage::with_storage_layer, traits::fungible::Inspect};
use neurodata_primitives::{ModelIncome, PayoutReason};
use sp_runtime::{DispatchError, Permill};

#[test]
fn income_is_shared_among_data_computation_parents_and_owner() {
    ExtBuilder::build_and_execute(|| {
        let (left, right) = (model(), record(JobId::new(8)).unwrap());
        let model = child_of_all(&[left, right]);
        earn(model, 1_000);
        let issuance = Balances::total_issuance();
        assert_ok!(collect(model));
        let royalty = PayoutReason::Royalty { model };
        let reasons = [(DATA_PROVIDER, 50, royalty), (PROVIDER, 20, royalty), (OWNER, 830, royalty)];
        assert_eq!(Reasons::get(), reasons);
        assert_eq!((pending(left), pending(right)), (50, 50));
        assert_eq!(Incomes::<Test>::get(left), ModelIncome { pending: 50, sales: 0, total: 50 });
        assert_eq!(Incomes::<Test>::get(model), ModelIncome { pending: 0, sales: 1, total: 1_000 });
        assert_eq!(TotalPending::<Test>::get(), 100);
        assert_eq!(Balances::balance(&ModelRegistry::pot()), 100 + EXISTENTIAL_DEPOSIT);
        assert_eq!(Balances::total_issuance(), issuance);
        let collected =
            Event::RoyaltiesCollected { model, owner_part: 830, data_part: 50, compute_part: 20, parents_part: 100 };
        assert_eq!(last_event(), collected);
    });
}

#[test]
fn the_example_of_the_crate_documentation_holds() {
    ExtBuilder::build_and_execute(|| {
        let (first, second) = (model(), record(JobId::new(8)).unwrap());
        let third = child_of(second);
        assert_ok!(list(third));
        sell(third, 1_000);
        assert_eq!((Treasury::get(), pending(third)), (50, 950));
        assert_ok!(collect(third));
        assert_eq!((credit_of(DATA_PROVIDER), credit_of(PROVIDER), credit_of(OWNER)), (47, 19, 789));
        assert_eq!((pending(second), pending(first)), (95, 0));
        assert_ok!(collect(second));
        assert_eq!((credit_of(DATA_PROVIDER), credit_of(PROVIDER), credit_of(OWNER)), (51, 20, 879));
        assert_eq!(TotalPending::<Test>::get(), 0);
    });
}

#[test]
fn every_ancestor_is_reached_one_generation_with_each_collection() {
    ExtBuilder::build_and_execute(|| {
        let line: Vec<ModelId> = (0..5).fold(vec![model()], |mut line, _| {
            line.push(child_of(line[line.len() - 1]));
            line
        });
        earn(line[5], 1_000_000);
        for (generation, model) in line.iter().rev().enumerate() {
            assert_eq!(pending(*model), 1_000_000 / 10u128.pow(generation as u32));
            assert_ok!(collect(*model));
        }
        assert_eq!(TotalPending::<Test>::get(), 0);
        assert_eq!(credited(), 1_000_000);
    });
}

#[test]
fn without_parents_their_part_stays_with_the_owner() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        earn(model, 1_000);
        assert_ok!(collect(model));
        assert_eq!((credit_of(OWNER), TotalPending::<Test>::get()), (930, 0));
    });
}

#[test]
fn anybody_collects_and_is_paid_nothing_for_it() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        earn(model, 1_000);
        assert_ok!(ModelRegistry::collect_royalties(signed(NOBODY), model));
        assert_eq!(credit_of(NOBODY), 0);
        let by_nobody = ModelRegistry::collect_royalties(RuntimeOrigin::none(), model);
        assert_eq!(by_nobody.unwrap_err().error, DispatchError::BadOrigin);
    });
}

#[test]
fn there_must_be_something_to_collect() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        assert_noop!(collect(ModelId::new(9)), Error::<Test>::NotFound);
        assert_noop!(collect(model), Error::<Test>::NothingToCollect);
        earn(model, 1);
        assert_ok!(collect(model));
        assert_noop!(collect(model), Error::<Test>::NothingToCollect);
    });
}

#[test]
fn a_royalty_of_one_planck_arrives_and_less_than_one_is_the_owners() {
    ExtBuilder::build_and_execute(|| {
        let parent = model();
        let model = child_of(parent);
        // A tenth of ten is the least that a parent gets; of data and computation nothing is left by then.
        earn(model, 10);
        assert_ok!(collect(model));
        assert_eq!((pending(parent), credit_of(OWNER), credited()), (1, 9, 9));
        assert_ok!(collect(parent));
        assert_eq!((pending(parent), credit_of(OWNER)), (0, 10));
        earn(model, 9);
        assert_ok!(collect(model));
        assert_eq!((pending(parent), credit_of(OWNER)), (0, 19));
    });
}

#[test]
fn parts_that_do_not_divide_among_the_parents_are_the_owners() {
    ExtBuilder::build_and_execute(|| {
        let parents: Vec<ModelId> = (0..3).map(|number| record(JobId::new(number)).unwrap()).collect();
        let model = child_of_all(&parents);
        earn(model, 200);
        assert_ok!(collect(model));
        // 20 among three: 6 each, and 2 more for the owner.
        parents.iter().for_each(|parent| assert_eq!(pending(*parent), 6));
        assert_eq!((credit_of(DATA_PROVIDER), credit_of(PROVIDER), credit_of(OWNER)), (10, 4, 168));
        earn(model, 20);
        assert_ok!(collect(model));
        // 2 among three are nothing.
        assert_eq!((pending(parents[0]), credit_of(OWNER)), (6, 168 + 19));
    });
}

#[test]
fn one_account_may_be_every_party() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        Models::<Test>::mutate_extant(model, |record| {
            (record.data_provider, record.compute_provider) = (OWNER, OWNER);
        });
        earn(model, 1_000);
        assert_ok!(collect(model));
        assert_eq!((Reasons::get().len(), credit_of(OWNER)), (3, 1_000));
    });
}

#[test]
fn a_collection_that_cannot_pay_out_is_undone() {
    ExtBuilder::build_and_execute(|| {
        let model = child_of(model());
        earn(model, 1_000);
        PayoutsRefuse::set(true);
        assert_noop!(with_storage_layer(|| collect(model)), PAYOUT_REFUSAL);
    });
}

#[test]
fn the_weight_is_that_of_the_parents_there_are() {
    ExtBuilder::build_and_execute(|| {
        let parent = model();
        let model = child_of(parent);
        earn(model, 1_000);
        let post = ModelRegistry::collect_royalties(signed(OWNER), model).unwrap();
        assert_eq!(post.actual_weight, Some(<() as WeightInfo>::collect_royalties(1)));
    });
}

#[test]
fn the_parts_sum_to_the_income_whatever_the_split() {
    let percent = Permill::from_percent;
    let splits = [
        SPLIT,
        RoyaltySplit::default(),
        RoyaltySplit { parents: Permill::one(), ..Default::default() },
        RoyaltySplit { parents: percent(33), data: percent(33), compute: percent(34) },
        // Not valid: the later parts get less.
        RoyaltySplit { parents: Permill::one(), data: percent(90), compute: percent(20) },
    ];
    for split in splits {
        for parents in 0..=8 {
            for income in (0..500u128).chain([NRC_AND_ONE, u128::MAX - 1, u128::MAX]) {
                let shares = income_shares(&split, income, parents);
                let parents_part = shares.each_parent * u128::from(parents);
                assert_eq!(shares.data + shares.compute + shares.owner + parents_part, income);
                assert!(shares.data <= split.data.mul_floor(income));
                assert!(parents_part <= split.parents.mul_floor(income));
            }
        }
    }
}

const NRC_AND_ONE: u128 = neurodata_primitives::NRC + 1;
