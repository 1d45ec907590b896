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
fn the_jobs_under_evaluation_are_listed_with_their_traces() {
    ExtBuilder.build_and_execute(|| {
        assert!(ComputeMarket::evaluating_jobs().is_empty());
        let id = evaluating_job();
        open_job();
        assert_eq!(ComputeMarket::evaluating_jobs(), [(id, result().trace)]);
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert!(ComputeMarket::evaluating_jobs().is_empty());
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
    for reach in [evaluating_job, stopping_job] {
        broken(
            reach,
            |id| Jobs::<Test>::mutate_extant(id, |job| job.training_paid = false),
            "a run ended without the training price being paid",
        );
    }
    broken(
        closed_job,
        |id| Jobs::<Test>::mutate_extant(id, |job| job.escrow = 1),
        "a closed job has an escrow",
    );
    broken(open_job, |_| drop(OpenJobIndex::<Test>::clear(u32::MAX, None)), "the queue differs from the open jobs");
    broken(open_job, |_| drop(Deadlines::<Test>::clear(u32::MAX, None)), "the agenda differs from the deadlines");
    broken(open_job, |_| OpenJobsOf::<Test>::remove(JOB_OWNER), "an owner's open jobs are miscounted");
    broken(open_job, |_| OpenJobCounts::<Test>::kill(), "the open jobs of a class are miscounted");
    broken(
        matched_job,
        MatchTimes::<Test>::remove,
        "not exactly the matched jobs have a time to be matched",
    );
    broken(
        matched_job,
        |id| Jobs::<Test>::mutate_extant(id, |job| job.failed_providers = vec![PROVIDER].try_into().expect("it fits")),
        "a provider has a job that it failed before",
    );
    let of_provider = |breaking: fn(&mut ProviderRecord<Balance, u64>), fault| {
        ExtBuilder.build().execute_with(|| {
            matched_job();
            Providers::<Test>::mutate_extant(PROVIDER, breaking);
            assert_eq!(ComputeMarket::do_try_state(), Err(sp_runtime::TryRuntimeError::Other(fault)));
        });
    };
    of_provider(|record| record.bond += 1, "a provider's hold differs from its bond");
    of_provider(|record| record.exposure = record.bond + 1, "a provider's bond does not cover its exposure");
    of_provider(|record| record.exposure -= 1, "a provider's exposure is not that of its jobs");
    of_provider(|record| record.open_jobs += 1, "a provider's open jobs are miscounted");
    of_provider(|record| record.offers += 1, "a provider's offers are miscounted");
    of_provider(|record| record.retires_at = Some(1), "a retired provider has an offer");
    let of_offer = |breaking: fn(OfferId, &mut OfferRecord<AccountId, Balance>), fault| {
        ExtBuilder.build().execute_with(|| {
            offer(PROVIDER, UNIT_PRICE);
            let id = offers_of(PROVIDER)[0];
            Offers::<Test>::mutate_extant(id, |offer| breaking(id, offer));
            assert_eq!(ComputeMarket::do_try_state(), Err(sp_runtime::TryRuntimeError::Other(fault)));
        });
    };
    of_offer(|_, offer| offer.slots_taken += 1, "an offer's taken slots are miscounted");
    of_offer(|_, offer| offer.unit_price += 1, "an offer stands in the wrong place of the index");
    of_offer(|_, offer| offer.band += 1, "an offer stands in the wrong place of the index");
    of_offer(|_, offer| offer.slots = 0, "an offer that can take no job is in the index");
    of_offer(|_, offer| offer.provider = STRANGER, "an offer is not listed by its provider");
    of_offer(|_, _| drop(FirstOffers::<Test>::clear(u32::MAX, None)), "another offer is the first of its class and band");
}
