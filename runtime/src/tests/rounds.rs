//! Jobs under evaluation and rounds: two pallets that tell of the same.

use std::collections::BTreeMap;

use frame_support::assert_ok;
use neurodata_primitives::{job::SEED_DELAY, *};
use sp_runtime::Permill;

use super::{support::*, *};
use params::groups::validation;
use world::*;

/// What market and model validation both keep of a job under evaluation.
type Case = (TraceRoot, Seed, AccountId, Option<ProbeCommitment>);

/// What the market says is under evaluation.
fn evaluating() -> BTreeMap<u64, Case> {
    let case = |(id, job): (JobId, apis::JobRecord)| match job.state {
        JobState::Evaluating { assignment, seed, submission, .. } => {
            Some((id.get(), (submission.trace(), seed, assignment.provider, assignment.probe)))
        },
        _ => None,
    };
    pallet_compute_market::Jobs::<Runtime>::iter().filter_map(case).collect()
}

/// The open rounds; none of their secrets is open.
fn rounds() -> BTreeMap<u64, Case> {
    let case =
        |(id, round): (JobId, apis::RoundRecord)| (id.get(), (round.trace, round.seed, round.provider, round.probe));
    pallet_model_validation::Rounds::<Runtime>::iter().map(case).collect()
}

/// Exactly `jobs` are under evaluation, and both say so.
fn check(jobs: &[&AcceptedJob]) {
    let cases = evaluating();
    assert_eq!(cases, rounds());
    let mut expected: Vec<_> = jobs.iter().map(|accepted| accepted.job.get()).collect();
    expected.sort_unstable();
    assert_eq!(cases.into_keys().collect::<Vec<_>>(), expected);
}

/// A job of another owner that another provider has accepted.
fn another_job(dataset: DatasetId, number: u8) -> AcceptedJob {
    let (job_owner, provider) = (funded(number), funded(number + 1));
    let asks = request(dataset);
    let bond = <Runtime as pallet_compute_market::Config>::ProviderBond::get();
    assert_ok!(ComputeMarket::register_provider(signed(&provider), bond));
    assert_ok!(ComputeMarket::add_offer(signed(&provider), asks.requirements, asks.max_unit_price, 1));
    let job = pallet_compute_market::NextJobId::<Runtime>::get();
    assert_ok!(ComputeMarket::post_job(signed(&job_owner), asks));
    let secret = secret(job, false);
    let commitment = probe::commitment(job, &provider, &secret);
    assert_ok!(ComputeMarket::accept_job(signed(&provider), job, RecipientKey::new([9; 32]), commitment));
    go_to(System::block_number() + SEED_DELAY);
    let JobState::AwaitingKey { training_use, .. } = job_of(job).state else { panic!("the job awaits its key") };
    AcceptedJob { job, training_use, job_owner, provider, secret }
}

#[test]
fn exactly_the_jobs_under_evaluation_have_a_round_with_their_trace_seed_provider_and_commitment() {
    on_chain(|| {
        set(params::RuntimeParameters::Validation(validation::Parameters::ProbeRate(
            validation::ProbeRate,
            Some(Permill::one()),
        )));
        register_evaluators(8);
        let data_provider = funded(100);
        let dataset = active_dataset(&data_provider);
        let tested = accepted_job_of(request(dataset), true);
        let (refused, undecided) = (another_job(dataset, 60), another_job(dataset, 62));
        // One that stays open beside them.
        assert_ok!(ComputeMarket::post_job(signed(&funded(64)), request(dataset)));
        check(&[]);

        submit_trace(&tested, &data_provider, planted(&tested.secret));
        check(&[&tested]);
        submit_result(&refused, &data_provider);
        submit_result(&undecided, &data_provider);
        check(&[&tested, &refused, &undecided]);

        // A known-answer task: the true trace goes to a round of its own, without a commitment.
        let members = open_sealing(tested.job, &tested.provider);
        let votes = all(&members, Verdict::Reject);
        seal(tested.job, &votes);
        check(&[&tested, &refused, &undecided]);
        assert_ok!(ModelValidation::open_probe(signed(&tested.provider), tested.job, tested.secret, true_links()));
        reveal(tested.job, &votes);
        check(&[&tested, &refused, &undecided]);
        assert_eq!(rounds().get(&tested.job.get()).map(|(trace, .., probe)| (*trace, *probe)), Some((TRACE, None)));

        vote_as_one(&refused, Verdict::Reject);
        check(&[&tested, &undecided]);
        vote_as_one(&tested, Verdict::Accept);
        check(&[&undecided]);

        // Nobody draws its committee.
        let RoundState::Drawing { draw_by, .. } = round_of(undecided.job).state else { panic!("it is to be drawn") };
        go_to(draw_by + 1);
        assert_ok!(ModelValidation::close_round(signed(&undecided.provider), undecided.job));
        check(&[]);
        assert!(matches!(outcome_of(undecided.job), JobOutcome::Undecided { .. }));
    });
}
