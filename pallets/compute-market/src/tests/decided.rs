//! What the market does when a committee has decided.

use super::*;

fn accepted() -> Decision {
    Decision::Accepted { score: 85 }
}

#[test]
fn an_accepted_result_becomes_a_model_and_everybody_is_paid() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        let JobState::Evaluating { seed, .. } = state(id) else { panic!("the job is under evaluation") };
        assert_ok!(ComputeMarket::decided(id, accepted(), vec![EVALUATOR, STRANGER]));
        let outcome = JobOutcome::Settled { provider: PROVIDER, model: ModelId::new(0), paid: PRICE, score: 85 };
        assert_eq!(state(id), JobState::Closed { outcome: outcome.clone(), prunes_at: 1 + SEED_DELAY + PRUNE_PERIOD });
        assert_eq!(RecordedModels::get(), [(JOB_OWNER, id, None, seed, 85)]);
        // 25 %, 60 %, 10 % for two, the rest; and 95 % of the training price.
        assert_eq!(credited_to(DATA_PROVIDER), 1_580 + 475);
        assert_eq!(credited_to(PROVIDER), 3_792);
        assert_eq!((credited_to(EVALUATOR), credited_to(STRANGER)), (316, 316));
        assert_eq!(credited_to(TREASURY), 316 + 25);
        let refunded = ESCROW - TRAINING_PRICE - PRICE;
        assert_eq!(last_event(), Event::JobClosed { job: id, owner: JOB_OWNER, outcome, refunded });
        assert_eq!((escrow(), deposits_of(JOB_OWNER)), (0, DEPOSIT));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - PRICE - TRAINING_PRICE);
        assert!(Uses::get().is_empty());
        // 51 of 60 against a baseline of 0.54 and a majority of 33 in 60.
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), Some(850_000 - 550_000))]);
        assert!(Failures::get().is_empty());
        assert_eq!(Offers::<Test>::get(PROVIDER).map(|offer| offer.slots_taken), Some(0));
        assert_eq!(bond_of(PROVIDER), MIN_BOND);
    });
}

#[test]
fn a_model_that_started_from_another_says_nothing_about_the_data() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        Jobs::<Test>::mutate(id, |job| job.as_mut().unwrap().request.parent = Some(ModelId::new(0)));
        assert_ok!(ComputeMarket::decided(id, accepted(), vec![EVALUATOR]));
        assert_eq!(RecordedModels::get().len(), 1);
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
    });
}

#[test]
fn a_rejected_result_costs_the_owner_only_its_evaluation() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        assert_ok!(ComputeMarket::decided(id, Decision::Rejected, vec![EVALUATOR]));
        assert_eq!(outcome(id), JobOutcome::Rejected { provider: PROVIDER });
        assert_eq!(credited_to(EVALUATOR), 632);
        assert_eq!(credited_to(PROVIDER), 0);
        assert_eq!(credited_to(DATA_PROVIDER), 475);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE - 632);
        assert_eq!(Failures::get(), [PROVIDER]);
        assert_eq!(bond_of(PROVIDER), MIN_BOND);
        assert!(RecordedModels::get().is_empty());
        assert!(Uses::get().is_empty());
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
    });
}

#[test]
fn a_result_rejected_for_silence_costs_the_owner_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        assert_ok!(ComputeMarket::decided(id, Decision::Rejected, vec![]));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE);
        assert_eq!(Failures::get(), [PROVIDER]);
    });
}

#[test]
fn an_undecided_round_refunds_the_owner() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert_eq!(outcome(id), JobOutcome::Undecided { provider: PROVIDER });
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE);
        assert!(Failures::get().is_empty());
        assert!(Uses::get().is_empty());
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
    });
}

#[test]
fn the_improvement_counts_from_the_better_of_baseline_and_majority() {
    let metrics = |holdout_correct, majority_correct| TrainingMetrics {
        holdout_rows: 60,
        holdout_correct,
        majority_correct,
        ..Default::default()
    };
    let improvement = ComputeMarket::improvement;
    assert_eq!(improvement(&metrics(51, 33), 540_000), 300_000);
    assert_eq!(improvement(&metrics(51, 33), 560_000), 290_000);
    assert_eq!(improvement(&metrics(51, 33), 850_000), 0);
    assert_eq!(improvement(&metrics(33, 33), 0), 0);
    assert_eq!(improvement(&metrics(20, 33), 0), 0);
    assert_eq!(improvement(&metrics(60, 0), 0), 1_000_000);
    // Both accuracies round down: 35 / 60 = 583,333 and 34 / 60 = 566,666 millionths.
    assert_eq!(improvement(&metrics(35, 34), 0), 16_667);
    assert_eq!(improvement(&TrainingMetrics::default(), 0), 0);
}

#[test]
fn a_model_that_was_trained_on_from_another_has_it_as_its_parent() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        let id = NextJobId::<Test>::get();
        let request = JobRequest { parent: Some(PARENT), ..request() };
        assert_ok!(ComputeMarket::post_job(signed(JOB_OWNER), request));
        accept(PROVIDER, id);
        deliver_key(id);
        submit(PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, accepted(), vec![EVALUATOR]));
        let parents: Vec<_> = RecordedModels::get().into_iter().map(|(_, _, parent, ..)| parent).collect();
        assert_eq!(parents, [Some(PARENT)]);
    });
}

#[test]
fn an_owner_that_spent_everything_else_blocks_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        let rest = balance(JOB_OWNER) - EXISTENTIAL_DEPOSIT;
        assert_ok!(Balances::transfer_allow_death(signed(JOB_OWNER), STRANGER, rest));
        assert_ok!(ComputeMarket::decided(id, accepted(), vec![EVALUATOR]));
        assert_eq!(balance(JOB_OWNER), EXISTENTIAL_DEPOSIT + ESCROW - TRAINING_PRICE - PRICE);
    });
}

#[test]
fn an_owner_whose_account_is_gone_blocks_nothing() {
    ExtBuilder.build_and_execute(|| {
        DepositPerJob::set(&0);
        let id = evaluating_job();
        assert_ok!(Balances::transfer_allow_death(signed(JOB_OWNER), STRANGER, balance(JOB_OWNER)));
        assert!(!System::account_exists(&JOB_OWNER));
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert_eq!(balance(JOB_OWNER), ESCROW - TRAINING_PRICE);
    });
}

#[test]
fn only_a_job_under_evaluation_is_decided() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(ComputeMarket::decided(JobId::new(7), accepted(), vec![]), Error::<Test>::JobNotFound);
        let id = running_job();
        assert_noop!(ComputeMarket::decided(id, accepted(), vec![]), Error::<Test>::InvalidState);
        submit(PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, accepted(), vec![EVALUATOR]));
        assert_noop!(ComputeMarket::decided(id, accepted(), vec![EVALUATOR]), Error::<Test>::InvalidState);
    });
}
