//! `post_job`.

use super::*;
use frame_support::traits::{fungible::MutateFreeze, LockableCurrency, WithdrawReasons};
use sp_runtime::BoundedVec;

fn refuse(request: JobRequest<Balance, u64>, error: impl Into<DispatchError>) {
    let error: DispatchError = error.into();
    frame_support::assert_storage_noop!(assert_eq!(
        ComputeMarket::post_job(signed(JOB_OWNER), request).map_err(|refusal| refusal.error),
        Err(error),
    ));
}

#[test]
fn a_job_is_queued_and_its_escrow_moved() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        assert_eq!(id, JobId::new(0));
        assert_eq!((escrow(), deposits_of(JOB_OWNER)), (ESCROW, DEPOSIT));
        assert_eq!(balance(JOB_OWNER), FUNDS - ESCROW - DEPOSIT);
        let record = JobRecord {
            owner: JOB_OWNER,
            request: request(),
            data_provider: DATA_PROVIDER,
            rows: ROWS,
            chunks: CHUNKS,
            training_price: TRAINING_PRICE,
            training_paid: false,
            uses: USES,
            work_units: WORK_UNITS,
            escrow: ESCROW,
            deposit: DEPOSIT,
            failed_providers: BoundedVec::new(),
            attempts: 0,
            state: JobState::Open { match_by: 1 + MATCH_PERIOD },
            posted_at: 1,
        };
        assert_eq!(job(id), record);
        let event =
            Event::JobPosted { job: id, owner: JOB_OWNER, dataset: DATASET, work_units: WORK_UNITS, escrow: ESCROW };
        assert_eq!(last_event(), event);
    });
}

#[test]
fn a_job_is_matched_at_once_if_an_offer_fits() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        let id = post();
        let accept_by = 1 + ACCEPT_PERIOD;
        let assignment = assignment(id);
        assert_eq!((assignment.provider, assignment.price, assignment.probe), (PROVIDER, PRICE, None));
        assert_eq!(state(id), JobState::Matched { assignment, accept_by });
        assert_eq!(last_event(), Event::JobMatched { job: id, provider: PROVIDER, accept_by, price: PRICE });
        assert_eq!(escrow(), ESCROW);
    });
}

#[test]
fn escrows_and_deposits_of_several_jobs_add_up() {
    ExtBuilder.build_and_execute(|| {
        let (first, second) = (open_job(), open_job());
        assert_ne!(first, second);
        assert_eq!((escrow(), deposits_of(JOB_OWNER)), (2 * ESCROW, 2 * DEPOSIT));
    });
}

#[test]
fn terms_of_the_dataset_are_enforced() {
    ExtBuilder.build_and_execute(|| {
        refuse(JobRequest { dataset: DatasetId::new(7), ..request() }, DispatchError::Other("not sold"));
        let tree = Algorithm::DecisionTree { limits: TreeLimits { depth: 4, leaf_rows: 1 } };
        let spec_of_tree = TrainingSpec { algorithm: tree, ..spec() };
        refuse(JobRequest { spec: spec_of_tree, ..request() }, DispatchError::Other("not sold"));
        let stranger = ComputeMarket::post_job(signed(STRANGER), request()).map_err(|refusal| refusal.error);
        assert_eq!(stranger, Err(DispatchError::Other("not sold")));
    });
}

#[test]
fn a_parent_must_be_one_that_the_owner_may_derive_from() {
    ExtBuilder.build_and_execute(|| {
        let not_derivable = || DispatchError::Other("not derivable");
        refuse(JobRequest { parent: Some(ModelId::new(7)), ..request() }, not_derivable());
        let spec = TrainingSpec { objective: Objective::Classification { classes: 3 }, ..spec() };
        refuse(JobRequest { parent: Some(PARENT), spec, ..request() }, not_derivable());
        let request = JobRequest { parent: Some(PARENT), ..request() };
        let stranger = ComputeMarket::post_job(signed(STRANGER), request.clone()).map_err(|refusal| refusal.error);
        assert_eq!(stranger, Err(not_derivable()));
        assert_ok!(ComputeMarket::post_job(signed(JOB_OWNER), request));
        assert_eq!(job(JobId::new(0)).request.parent, Some(PARENT));
    });
}

#[test]
fn locked_money_cannot_be_escrowed() {
    ExtBuilder.build_and_execute(|| {
        // As by vesting or a vote: everything is locked but one planck less than the escrow.
        let lock = |amount| Balances::set_lock(*b"vesting ", &JOB_OWNER, amount, WithdrawReasons::all());
        lock(FUNDS - ESCROW + 1);
        refuse(request(), TokenError::Frozen);
        // The deposit only rests, so a lock may cover it.
        lock(FUNDS - ESCROW);
        let id = open_job();
        assert_eq!((escrow(), deposits_of(JOB_OWNER)), (ESCROW, DEPOSIT));
        // What is locked stays the owner's, whatever becomes of the job.
        offer(PROVIDER, MAX_UNIT_PRICE);
        idle();
        accept(PROVIDER, id);
        deliver_key(id);
        submit(PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 85 }, vec![EVALUATOR]));
        assert_eq!(balance(JOB_OWNER) + deposits_of(JOB_OWNER), FUNDS - ESCROW);
    });
}

#[test]
fn frozen_money_cannot_be_escrowed() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(Balances::set_freeze(&0, &JOB_OWNER, FUNDS - ESCROW + 1));
        refuse(request(), TokenError::Frozen);
        assert_ok!(Balances::thaw(&0, &JOB_OWNER));
        open_job();
    });
}

#[test]
fn a_job_needs_its_deposit_beside_its_escrow() {
    ExtBuilder.build_and_execute(|| {
        let rest = EXISTENTIAL_DEPOSIT + ESCROW + DEPOSIT - 1;
        assert_ok!(Balances::transfer_allow_death(signed(JOB_OWNER), STRANGER, FUNDS - rest));
        refuse(request(), TokenError::FundsUnavailable);
        assert_ok!(Balances::transfer_allow_death(signed(STRANGER), JOB_OWNER, 1));
        open_job();
        assert_eq!(balance(JOB_OWNER), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn a_training_price_above_the_maximum_is_refused() {
    ExtBuilder.build_and_execute(|| {
        QuotedPrice::set(&601);
        refuse(request(), Error::<Test>::TrainingPriceTooHigh);
        QuotedPrice::set(&600);
        assert_ok!(ComputeMarket::post_job(signed(JOB_OWNER), request()));
    });
}

#[test]
fn every_issue_of_a_spec_is_named() {
    ExtBuilder.build_and_execute(|| {
        let cases = [
            (TrainingSpec { objective: Objective::Classification { classes: 1 }, ..spec() }, SpecIssue::Classes),
            (by_descent(Descent { epochs: 0, ..descent() }), SpecIssue::Epochs),
            (by_descent(Descent { batch_rows: 0, ..descent() }), SpecIssue::BatchRows),
            (by_descent(Descent { learning_rate: 0, ..descent() }), SpecIssue::LearningRate),
            (by_descent(Descent { optimiser: Optimiser::Sgd { momentum: 1_000_000 }, ..descent() }), SpecIssue::Momentum),
            (by_descent(Descent { weight_decay: 1_000_001, ..descent() }), SpecIssue::WeightDecay),
            (TrainingSpec { holdout: 501, ..spec() }, SpecIssue::Holdout),
            (TrainingSpec { algorithm: Algorithm::LinearRegression, ..spec() }, SpecIssue::Objective),
            (TrainingSpec { target: Some(14), ..spec() }, SpecIssue::Target),
        ];
        for (spec, issue) in cases {
            refuse(JobRequest { spec, ..request() }, Error::<Test>::InvalidSpec(issue));
        }
    });
}

#[test]
fn issues_mirror_the_errors_of_a_spec() {
    assert_eq!(SpecIssue::from(SpecError::Hidden), SpecIssue::Hidden);
    assert_eq!(SpecIssue::from(SpecError::Overflow), SpecIssue::Overflow);
}

#[test]
fn requests_out_of_range_are_refused() {
    ExtBuilder.build_and_execute(|| {
        let invalid = |request, issue| refuse(request, Error::<Test>::InvalidRequest(issue));
        let requirements = Capability { cores: 0, ..capability() };
        invalid(JobRequest { requirements, ..request() }, RequestIssue::Requirements);
        let requirements = Capability { memory_mib: 0, ..capability() };
        invalid(JobRequest { requirements, ..request() }, RequestIssue::Requirements);
        // Nothing on the ladders has so much.
        for requirements in [cpu(129, 1), Capability { device_memory_mib: 1, ..capability() }] {
            invalid(JobRequest { requirements, ..request() }, RequestIssue::Requirements);
        }
        invalid(JobRequest { deliver_within: 0, ..request() }, RequestIssue::DeliverWithin);
        // The work of the request is reckoned with one block.
        let deliver_within = u64::from(job::MIN_DELIVER_BLOCKS);
        invalid(JobRequest { deliver_within, ..request() }, RequestIssue::DeliverWithin);
        let deliver_within = MAX_DELIVER_PERIOD + 1;
        invalid(JobRequest { deliver_within, ..request() }, RequestIssue::DeliverWithin);
        invalid(JobRequest { baseline: 1_000_001, ..request() }, RequestIssue::Baseline);
        for max_unit_price in [0, MIN_UNIT_PRICE - 1] {
            invalid(JobRequest { max_unit_price, ..request() }, RequestIssue::MaxUnitPrice);
        }
    });
}

#[test]
fn the_ends_of_the_ranges_are_included() {
    ExtBuilder.build_and_execute(|| {
        for (deliver_within, baseline) in [(u64::from(job::MIN_DELIVER_BLOCKS) + 1, 0), (MAX_DELIVER_PERIOD, 1_000_000)] {
            let request = JobRequest { deliver_within, baseline, ..request() };
            assert_ok!(ComputeMarket::post_job(signed(JOB_OWNER), request));
        }
    });
}

#[test]
fn an_escrow_beyond_the_owners_means_or_beyond_numbers_is_refused() {
    ExtBuilder.build_and_execute(|| {
        refuse(JobRequest { max_unit_price: Balance::MAX, ..request() }, ArithmeticError::Overflow);
        refuse(JobRequest { max_unit_price: 2_000, ..request() }, TokenError::FundsUnavailable);
    });
}

#[test]
fn a_full_queue_refuses_a_job_unless_an_offer_fits() {
    ExtBuilder.build_and_execute(|| {
        fill_the_queue();
        refuse(request(), Error::<Test>::MaxOpenJobsExceeded);
        offer(PROVIDER, UNIT_PRICE);
        assert_eq!(holder(post()), Some(PROVIDER));
    });
}

#[test]
fn an_owner_has_so_many_open_jobs_and_no_more() {
    ExtBuilder.build_and_execute(|| {
        let most: u32 = <Test as Config>::MaxOpenJobsPerOwner::get();
        let jobs: Vec<_> = (0..most).map(|_| open_job()).collect();
        refuse(request(), Error::<Test>::MaxOpenJobsPerOwnerExceeded);
        // Another owner has room of its own; a job that is matched at once needs none.
        assert!(is_open(post_for(REPORTER, request())));
        offer(PROVIDER, UNIT_PRICE);
        assert_eq!(holder(post()), Some(PROVIDER));
        refuse(request(), Error::<Test>::MaxOpenJobsPerOwnerExceeded);
        assert_ok!(cancel(jobs[0]));
        open_job();
    });
}

#[test]
fn a_job_that_comes_back_counts_again_and_is_never_turned_away() {
    ExtBuilder.build_and_execute(|| {
        let most: u32 = <Test as Config>::MaxOpenJobsPerOwner::get();
        let back = matched_job();
        let jobs: Vec<_> = (0..most).map(|_| open_job()).collect();
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        assert_ok!(decline(PROVIDER, back));
        assert!(is_open(back));
        refuse(request(), Error::<Test>::MaxOpenJobsPerOwnerExceeded);
        assert_ok!(cancel(jobs[0]));
        refuse(request(), Error::<Test>::MaxOpenJobsPerOwnerExceeded);
        assert_ok!(cancel(jobs[1]));
        open_job();
    });
}

#[test]
fn ids_that_are_used_up_refuse_a_job() {
    ExtBuilder.build_and_execute(|| {
        NextJobId::<Test>::put(JobId::new(u64::MAX));
        refuse(request(), ArithmeticError::Overflow);
    });
}

#[test]
fn weight_follows_what_was_looked_at() {
    ExtBuilder.build_and_execute(|| {
        let weight = || {
            let info = ComputeMarket::post_job(signed(JOB_OWNER), request()).expect("the job is posted");
            info.actual_weight.expect("the call refunds")
        };
        assert_eq!(weight(), <() as WeightInfo>::post_job(0, 0, 0), "nothing is sought where nothing is");
        offer(PROVIDER, UNIT_PRICE);
        let looked = weight();
        assert!(<() as WeightInfo>::post_job(1, 1, 0).all_lte(looked));
        assert!(looked.all_lt(<() as WeightInfo>::post_job(MAX_HEADS, MAX_LOOKS, MAX_SKIPS)));
    });
}
