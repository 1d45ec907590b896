//! The escrow account at genesis, and broken states that the invariants catch.

use super::*;
use frame_support::traits::Hooks;

#[test]
fn the_escrow_account_begins_with_the_existential_deposit() {
    ExtBuilder.build_and_execute(|| {
        assert_eq!(balance(ComputeMarket::escrow_account()), EXISTENTIAL_DEPOSIT);
        <ComputeMarket as Hooks<u64>>::integrity_test();
    });
}

#[test]
fn a_gift_to_the_escrow_account_breaks_nothing() {
    ExtBuilder.build().execute_with(|| {
        assert_ok!(Balances::transfer_allow_death(signed(STRANGER), ComputeMarket::escrow_account(), 1));
        assert_ok!(ComputeMarket::do_try_state());
    });
}

#[test]
fn the_invariants_catch_broken_states() {
    let broken = |reach: fn() -> JobId, breaking: fn(JobId), fault: &'static str| {
        ExtBuilder.build().execute_with(|| {
            let id = reach();
            assert_ok!(ComputeMarket::do_try_state());
            breaking(id);
            assert_eq!(ComputeMarket::do_try_state(), Err(fault.into()));
        });
    };
    broken(
        open_job,
        |id| Jobs::<Test>::mutate_extant(id, |job| job.escrow += 1),
        "the escrow account does not cover the escrows",
    );
    broken(
        open_job,
        |id| Jobs::<Test>::mutate_extant(id, |job| job.deposit += 1),
        "a job owner's hold differs from its deposits",
    );
    broken(
        running_job,
        |id| Jobs::<Test>::mutate_extant(id, |job| job.training_price += ESCROW),
        "a job's prices exceed its escrow",
    );
    broken(
        evaluating_job,
        |id| Jobs::<Test>::mutate_extant(id, |job| job.training_paid = false),
        "a result was submitted without the training price being paid",
    );
    broken(
        closed_job,
        |id| Jobs::<Test>::mutate_extant(id, |job| job.escrow = 1),
        "a closed job has an escrow",
    );
    broken(open_job, |_| OpenJobs::<Test>::kill(), "the queue differs from the open jobs");
}
