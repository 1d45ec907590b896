//! A run that its owner cancels is paid as far as it came.

use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{money::NRC, *};

use super::{support::*, *};
use world::*;

/// Checkpoints of the whole run and of the part that is proved.
const ALL: u32 = 5;
const PROVED: u32 = 3;

/// A job of [`ALL`] checkpoints that runs. Returns the chunk that its provider has to prove.
fn running_job(data_provider: &AccountId) -> (AcceptedJob, u32) {
    let mut asks = request(active_dataset(data_provider));
    // Each level of a tree is a step.
    let depth = u8::try_from(ALL - 1).expect("a few levels");
    asks.spec.algorithm = Algorithm::DecisionTree { limits: TreeLimits { depth, leaf_rows: 1 } };
    let accepted = accepted_job_of(asks, false);
    let chunk = deliver_key(&accepted, data_provider);
    (accepted, chunk)
}

/// The agreed price of a job.
fn price_of(job: JobId) -> Balance {
    match job_of(job).state {
        JobState::Running { assignment, .. } | JobState::Stopping { assignment, .. } => assignment.price,
        state => panic!("the job is {state:?}"),
    }
}

#[test]
fn a_cancelled_run_is_paid_as_far_as_it_is_proved() {
    on_chain(|| {
        let data_provider = funded(100);
        register_evaluators(4);
        let (accepted, chunk) = running_job(&data_provider);
        let AcceptedJob { job, job_owner, provider, .. } = &accepted;
        let price = price_of(*job);
        assert_ok!(ComputeMarket::heartbeat(signed(provider), *job, PROVED - 1, CheckpointDigest::new([3; 32])));
        assert_ok!(ComputeMarket::cancel_job(signed(job_owner), *job));
        assert!(matches!(job_of(*job).state, JobState::Stopping { .. }));
        assert!(job_of(*job).training_paid, "the data was used");
        let issuance = Balances::total_issuance();

        assert_ok!(ComputeMarket::submit_progress(signed(provider), *job, PROVED, TRACE, audit_proof(chunk)));
        let members = vote_as_one(&accepted, Verdict::Accept);
        let part = price * Balance::from(PROVED - 1) / Balance::from(ALL - 1);
        let JobOutcome::Stopped { paid, checkpoints, .. } = outcome_of(*job) else {
            panic!("the job ended as {:?}", outcome_of(*job))
        };
        assert_eq!((paid, checkpoints), (part, PROVED));
        let shares = <Runtime as pallet_rewards::Config>::JobSplit::get().shares(part, 3);
        let pay = |account: &AccountId| credited(*job, account, |reason| matches!(reason, PayoutReason::Job { .. }));
        assert_eq!((pay(provider), pay(&members[0])), (shares.compute, shares.each_evaluator));
        assert_eq!(pallet_model_registry::NextModelId::<Runtime>::get(), ModelId::new(0), "half a run is no model");
        assert_eq!(job_of(*job).escrow, 0);
        // The owner paid the part and the training use; the deposit comes back with the record.
        let charged: Balance = history(*job, job_owner)
            .into_iter()
            .filter(|entry| matches!(entry.event, HistoryEvent::Charged { .. }))
            .map(|entry| entry.amount)
            .sum();
        let refunded: Balance = history(*job, job_owner)
            .into_iter()
            .filter(|entry| matches!(entry.event, HistoryEvent::Refunded { .. }))
            .map(|entry| entry.amount)
            .sum();
        assert_eq!(charged - refunded, part + 10 * NRC);
        assert_eq!(Balances::total_issuance(), issuance);
    });
}

#[test]
fn who_proves_no_progress_of_a_cancelled_run_gets_nothing_and_loses_nothing() {
    on_chain(|| {
        let data_provider = funded(100);
        let (accepted, _) = running_job(&data_provider);
        let AcceptedJob { job, job_owner, provider, .. } = &accepted;
        let bond = <Runtime as pallet_compute_market::Config>::ProviderBond::get();
        assert_ok!(ComputeMarket::cancel_job(signed(job_owner), *job));
        let JobState::Stopping { submit_by, .. } = job_of(*job).state else { panic!("the job stops") };
        assert_eq!(submit_by, System::block_number() + params::bounded::ProgressPeriod::get());
        go_to(submit_by + 1);
        assert_ok!(ComputeMarket::expire_job(signed(&funded(91)), *job));
        assert_eq!(outcome_of(*job), JobOutcome::Cancelled);
        let record = pallet_compute_market::Providers::<Runtime>::get(provider).expect("the provider is registered");
        assert_eq!((record.bond, record.exposure), (bond, 0));
    });
}

#[test]
fn progress_beyond_the_run_is_refused() {
    on_chain(|| {
        let data_provider = funded(100);
        let (accepted, chunk) = running_job(&data_provider);
        let AcceptedJob { job, job_owner, provider, .. } = &accepted;
        assert_ok!(ComputeMarket::cancel_job(signed(job_owner), *job));
        for checkpoints in [0, 1, ALL + 1] {
            let progress =
                || ComputeMarket::submit_progress(signed(provider), *job, checkpoints, TRACE, audit_proof(chunk));
            let refusal = progress().expect_err("no run has so many checkpoints");
            assert_noop!(progress(), refusal);
        }
    });
}
