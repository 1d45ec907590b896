use crate::{mock::*, *};
use codec::Encode;
use frame_support::{
    assert_ok,
    traits::{
        fungible::{Inspect, Mutate, MutateHold},
        tokens::Preservation,
        Hooks,
    },
};
use sp_runtime::Permill;

/// Break something in a world with a listed model that has pending income, and its child.
fn breaks(change: impl FnOnce(ModelId, ModelId), fault: &'static str) {
    ExtBuilder::build().execute_with(|| {
        let model = listed();
        let child = child_of(model);
        sell(model, PRICE);
        assert_eq!(ModelRegistry::do_try_state(), Ok(()));
        change(model, child);
        assert_eq!(ModelRegistry::do_try_state(), Err(fault.into()));
    });
}

fn change_record(model: ModelId, change: impl FnOnce(&mut ModelRecordOf<Test>)) {
    Models::<Test>::mutate_extant(model, change);
}

fn change_listing(model: ModelId, change: impl FnOnce(&mut ModelListingOf<Test>)) {
    Listings::<Test>::mutate_extant(model, change);
}

#[test]
fn maps_that_disagree_are_found() {
    breaks(|_, _| ModelsByJob::<Test>::remove(JOB), "a job does not know its model");
    breaks(
        |model, _| ModelsByJob::<Test>::insert(JobId::new(8), model),
        "a job knows a model that it did not make",
    );
    breaks(|_, child| NextModelId::<Test>::put(child), "a model has an id that was not handed out");
    breaks(|model, _| change_record(model, |record| record.score = 0), "a score is not within 1 to 100");
}

#[test]
fn cycles_and_wrong_lineages_are_found() {
    let cycle = "a parent is not older than its child";
    let lineage = "depth or ancestors do not follow from the parents";
    breaks(
        |model, child| change_record(model, |record| record.parents = vec![child].try_into().unwrap()),
        cycle,
    );
    breaks(
        |_, child| change_record(child, |record| record.parents = vec![child].try_into().unwrap()),
        cycle,
    );
    breaks(|_, child| change_record(child, |record| record.depth += 1), lineage);
    breaks(|_, child| change_record(child, |record| record.ancestors = 0), lineage);
    breaks(|_, child| change_record(child, |record| record.parents.clear()), lineage);
    breaks(|model, _| change_record(model, |record| record.depth = 1), lineage);
}

#[test]
fn royalties_beyond_the_whole_are_found() {
    breaks(
        |_, child| change_record(child, |record| record.royalty.data = Permill::one()),
        "royalties exceed the whole",
    );
}

#[test]
fn lineages_beyond_the_limits_are_found() {
    ExtBuilder::build().execute_with(|| {
        let last = with_depth(64);
        let record = Models::<Test>::get(last).unwrap();
        let (child, job) = (NextModelId::<Test>::get(), JobId::new(9));
        NextModelId::<Test>::put(child.next().unwrap());
        ModelsByJob::<Test>::insert(job, child);
        let parents = vec![last].try_into().unwrap();
        Models::<Test>::insert(child, ModelRecordOf::<Test> { job, parents, depth: 65, ancestors: 65, ..record });
        assert_eq!(ModelRegistry::do_try_state(), Err("a lineage exceeds its limits".into()));
    });
}

#[test]
fn listings_that_nothing_justifies_are_found() {
    breaks(
        |model, _| Listings::<Test>::insert(ModelId::new(9), listing(model)),
        "a listing has no model",
    );
    breaks(
        |model, _| change_record(model, |record| record.owner = BUYER),
        "a model is sold by somebody who does not own it",
    );
    breaks(
        |model, _| change_record(model, |record| record.uses.publish_model = false),
        "a model is sold that may not be published",
    );
    breaks(
        |model, _| change_listing(model, |listing| listing.condemned = true),
        "a condemned model is for sale",
    );
    breaks(
        |model, _| change_listing(model, |listing| listing.exposure = 1),
        "there is exposure without open sales",
    );
}

#[test]
fn holds_that_differ_from_the_stakes_are_found() {
    let fault = "a seller's hold differs from the stakes";
    breaks(|_, _| Balances::hold(&HoldReason::ModelStake.into(), &OWNER, 1).unwrap(), fault);
    breaks(|model, _| change_listing(model, |listing| listing.stake -= 1), fault);
}

#[test]
fn income_that_is_not_there_is_found() {
    let total = "the total differs from the sum of pending income";
    breaks(|_, _| TotalPending::<Test>::mutate(|total| *total += 1), total);
    breaks(|model, _| Incomes::<Test>::mutate(model, |income| income.pending -= 1), total);
    breaks(
        |model, _| Incomes::<Test>::mutate(model, |income| income.total = 0),
        "more is pending than came in",
    );
    breaks(
        |model, _| Incomes::<Test>::insert(ModelId::new(9), Incomes::<Test>::get(model)),
        "an income has no model",
    );
    breaks(
        |_, _| {
            assert_ok!(Balances::transfer(&ModelRegistry::pot(), &BUYER, 1, Preservation::Preserve));
        },
        "the pot does not cover the pending income",
    );
}

#[test]
fn a_donation_breaks_nothing() {
    ExtBuilder::build().execute_with(|| {
        let model = model();
        assert_ok!(Balances::transfer(&BUYER, &ModelRegistry::pot(), 5, Preservation::Preserve));
        earn(model, 100);
        assert_ok!(collect(model));
        assert_eq!(ModelRegistry::do_try_state(), Ok(()));
        assert_eq!(Balances::balance(&ModelRegistry::pot()), EXISTENTIAL_DEPOSIT + 5);
    });
}

#[test]
fn the_pot_has_its_existential_deposit_from_the_beginning() {
    ExtBuilder::build_and_execute(|| {
        assert_eq!(Balances::balance(&ModelRegistry::pot()), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
#[should_panic = "pending income must not lie where credits are paid from"]
fn one_account_for_both_pots_is_refused() {
    ExtBuilder::build().execute_with(|| {
        ModelRegistry::integrity_test();
        PayoutPotAccount::set(ModelRegistry::pot());
        ModelRegistry::integrity_test();
    });
}

#[test]
fn the_hold_reason_has_its_place_in_the_encoding() {
    assert_eq!(HoldReason::ModelStake.encode(), [0]);
}
