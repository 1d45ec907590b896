//! What the market does when a committee has decided.

use super::*;

fn accepted() -> Decision {
    Decision::Accepted { score: 85 }
}

#[test]
fn an_accepted_result_becomes_a_model_and_everybody_is_paid() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        let bond = bond_of(PROVIDER);
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
        assert!(penalties().is_empty());
        assert_eq!((slots_taken(PROVIDER), duties(PROVIDER), bond_of(PROVIDER)), (vec![0], (0, 0), bond));
    });
}

#[test]
fn the_settlement_says_how_good_computation_and_data_were() {
    let cases = [(None, 540_000, 300_000), (Some(800_000), 540_000, 50_000), (Some(900_000), 0, 0)];
    for (known, baseline, improvement) in cases {
        ExtBuilder.build_and_execute(|| {
            BestKnown::set(&known);
            offer(PROVIDER, UNIT_PRICE);
            let id = post_for(JOB_OWNER, JobRequest { baseline, ..request() });
            accept(PROVIDER, id);
            deliver_key(id);
            submit(PROVIDER, id);
            assert_ok!(ComputeMarket::decided(id, accepted(), vec![EVALUATOR]));
            assert_eq!(Scores::get(), [(id, 85, score::improvement_score(improvement))]);
            assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), Some(improvement))]);
        });
    }
}

#[test]
fn a_model_is_noted_on_the_leaderboard_of_its_task() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        assert_ok!(ComputeMarket::decided(id, accepted(), vec![EVALUATOR]));
        let task = Task::of(DATASET, &spec());
        let model = ModelId::new(0);
        let noted = seams::Achievement { task, model, job: id, owner: JOB_OWNER, correct: 51, rows: 60 };
        assert_eq!(achievements(), [noted]);
    });
}

#[test]
fn a_model_that_started_from_another_says_nothing_about_the_data_and_is_not_ranked() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        Jobs::<Test>::mutate_extant(id, |job| job.request.parent = Some(PARENT));
        assert_ok!(ComputeMarket::decided(id, accepted(), vec![EVALUATOR]));
        assert_eq!(RecordedModels::get().len(), 1);
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
        assert!(achievements().is_empty());
    });
}

#[test]
fn a_rejected_result_costs_the_provider_what_the_owner_paid_for_the_data() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        let bond = bond_of(PROVIDER);
        assert_ok!(ComputeMarket::decided(id, Decision::Rejected, vec![EVALUATOR]));
        assert_eq!(outcome(id), JobOutcome::Rejected { provider: PROVIDER });
        assert_eq!((credited_to(EVALUATOR), credited_to(PROVIDER)), (632, 0));
        assert_eq!(credited_to(DATA_PROVIDER), 475);
        let paid = Event::DamagesPaid { job: id, provider: PROVIDER, to: JOB_OWNER, amount: TRAINING_PRICE };
        assert!(events().contains(&paid));
        assert_eq!((bond_of(PROVIDER), record(PROVIDER).bond), (bond - TRAINING_PRICE, bond - TRAINING_PRICE));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - 632);
        assert!(matches!(penalties()[..], [(PROVIDER, _, PenaltyCause::ResultRejected { job })] if job == id));
        assert!(RecordedModels::get().is_empty() && achievements().is_empty());
        assert!(Uses::get().is_empty());
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
        assert_eq!(Burned::get(), 0);
    });
}

#[test]
fn a_result_rejected_for_silence_costs_the_owner_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        assert_ok!(ComputeMarket::decided(id, Decision::Rejected, vec![]));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
        assert_eq!(penalties().len(), 1);
    });
}

#[test]
fn withheld_keys_cost_the_penalty_beside_the_damages_and_pay_who_sealed() {
    for majority in [vec![EVALUATOR], vec![]] {
        ExtBuilder.build_and_execute(|| {
            let id = evaluating_job();
            let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
            let share = 632 * majority.len() as Balance;
            assert_ok!(ComputeMarket::decided(id, Decision::Withheld, majority));
            assert_eq!(outcome(id), JobOutcome::Rejected { provider: PROVIDER });
            assert_eq!((credited_to(EVALUATOR), credited_to(PROVIDER)), (share, 0));
            let left = bond - TRAINING_PRICE - penalty;
            assert_eq!((bond_of(PROVIDER), record(PROVIDER).bond, duties(PROVIDER)), (left, left, (0, 0)));
            let paid = Event::DamagesPaid { job: id, provider: PROVIDER, to: JOB_OWNER, amount: TRAINING_PRICE };
            let slash = Event::BondSlashed { job: id, provider: PROVIDER, reporter: PROVIDER, slashed: penalty };
            assert!(events().contains(&paid) && events().contains(&slash));
            // Nobody has the reporter's part.
            assert_eq!(Burned::get(), penalty - owner_part(penalty));
            assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - share + owner_part(penalty));
            assert_eq!(penalties(), [(PROVIDER, penalty, PenaltyCause::KeysWithheld { job: id })]);
            let got = (owner_part(penalty), HistoryEvent::Compensated { job: id });
            assert!(lines_of(JOB_OWNER).contains(&got));
            assert!(Uses::get().is_empty());
        });
    }
}

#[test]
fn keys_withheld_over_a_partial_run_cost_as_much() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job_at(4);
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        assert_ok!(submit_progress(PROVIDER, id, 5));
        assert_ok!(ComputeMarket::decided(id, Decision::Withheld, vec![]));
        assert_eq!(outcome(id), JobOutcome::Rejected { provider: PROVIDER });
        assert_eq!(bond_of(PROVIDER), bond - TRAINING_PRICE - penalty);
    });
}

#[test]
fn an_undecided_round_refunds_the_owner_and_blames_nobody() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        let bond = bond_of(PROVIDER);
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert_eq!(outcome(id), JobOutcome::Undecided { provider: PROVIDER });
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE);
        assert_eq!(bond_of(PROVIDER), bond);
        assert!(penalties().is_empty());
        assert!(Uses::get().is_empty());
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
    });
}

#[test]
fn a_model_that_was_trained_on_from_another_has_it_as_its_parent() {
    ExtBuilder.build_and_execute(|| {
        offer(PROVIDER, UNIT_PRICE);
        let id = post_for(JOB_OWNER, JobRequest { parent: Some(PARENT), ..request() });
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
    for decision in [Decision::Undecided, Decision::Rejected, Decision::Withheld, accepted()] {
        ExtBuilder.build_and_execute(|| {
            DepositPerJob::set(&0);
            let id = evaluating_job();
            assert_ok!(Balances::transfer_allow_death(signed(JOB_OWNER), STRANGER, balance(JOB_OWNER)));
            assert!(!System::account_exists(&JOB_OWNER));
            assert_ok!(ComputeMarket::decided(id, decision, vec![EVALUATOR]));
            assert!(is_closed(id));
        });
    }
}

#[test]
fn only_a_job_under_evaluation_is_decided() {
    ExtBuilder.build_and_execute(|| {
        let decide = |id| ComputeMarket::decided(id, accepted(), vec![EVALUATOR]);
        assert_noop!(decide(JobId::new(7)), Error::<Test>::JobNotFound);
        let id = running_job();
        assert_noop!(decide(id), Error::<Test>::InvalidState);
        submit(PROVIDER, id);
        assert_ok!(decide(id));
        assert_noop!(decide(id), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_rejected_run_that_was_checked_by_samples_costs_a_multiple_of_its_price() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        Jobs::<Test>::mutate_extant(id, |job| job.work_units = neurodata_primitives::training::SAMPLED_UNITS);
        let bond = bond_of(PROVIDER);
        assert_ok!(ComputeMarket::decided(id, Decision::Rejected, vec![EVALUATOR]));
        let most = bond - TRAINING_PRICE;
        let slashed = (Balance::from(SAMPLED_LIABILITY) * PRICE).min(most);
        assert_eq!(record(PROVIDER).bond, most - slashed);
        assert!(matches!(penalties()[..], [(PROVIDER, amount, PenaltyCause::ResultRejected { .. })] if amount == slashed));
        let event = Event::BondSlashed { job: id, provider: PROVIDER, reporter: PROVIDER, slashed };
        assert!(events().contains(&event));
        // The invariants compare the work units with the spec's.
        Jobs::<Test>::mutate_extant(id, |job| job.work_units = WORK_UNITS);
    });
}
