//! What the market does when a known-answer task is over: the true result goes to a round of its own.

use super::*;

const TRUE_TRACE: TraceRoot = TraceRoot::new([77; 32]);

#[test]
fn the_round_after_a_known_answer_task_is_over_the_true_trace_and_without_a_secret() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        let before = rounds();
        assert_ok!(ComputeMarket::probed(id, TRUE_TRACE));
        let [first, (job, second)] = &rounds()[..] else { panic!("a second round was opened") };
        assert_eq!(*first, before[0]);
        let expected = EvaluationRequest { trace: TRUE_TRACE, probe: None, ..first.1.clone() };
        assert_eq!((*job, second.clone()), (id, expected));
        let JobState::Evaluating { submission, assignment, .. } = state(id) else { panic!("it is still judged") };
        assert_eq!(submission, Submission::Complete(ResultCommitment { trace: TRUE_TRACE, ..result() }));
        assert_eq!(assignment.probe, None, "one known-answer task a job");
        assert_eq!(duties(PROVIDER).0, 1);
    });
}

#[test]
fn the_decision_over_the_true_trace_settles_the_job_with_it() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        let bond = bond_of(PROVIDER);
        assert_ok!(ComputeMarket::probed(id, result().trace));
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 85 }, vec![EVALUATOR]));
        assert!(matches!(outcome(id), JobOutcome::Settled { provider: PROVIDER, paid: PRICE, .. }));
        assert_eq!((bond_of(PROVIDER), duties(PROVIDER)), (bond, (0, 0)));
        assert_eq!(credited_to(DATA_PROVIDER), 1_580 + 475, "the data is paid once");
        assert!(penalties().is_empty());
    });
}

#[test]
fn a_partial_run_may_carry_a_known_answer_task_too() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job_at(4);
        assert_ok!(submit_progress(PROVIDER, id, 5));
        assert_ok!(ComputeMarket::probed(id, TRUE_TRACE));
        let JobState::Evaluating { submission, .. } = state(id) else { panic!("it is still judged") };
        assert_eq!(submission, Submission::Partial { checkpoints: 5, trace: TRUE_TRACE });
        let [(_, first), (_, second)] = &rounds()[..] else { panic!("a second round was opened") };
        assert_eq!((second.work_units, second.trace, second.probe), (first.work_units, TRUE_TRACE, None));
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 1 }, vec![EVALUATOR]));
        let paid = part_of_price(PRICE, 5);
        assert_eq!(outcome(id), JobOutcome::Stopped { provider: PROVIDER, paid, checkpoints: 5 });
    });
}

#[test]
fn only_a_job_under_evaluation_is_probed() {
    ExtBuilder.build_and_execute(|| {
        let probed = |id| ComputeMarket::probed(id, TRUE_TRACE);
        assert_noop!(probed(JobId::new(7)), Error::<Test>::JobNotFound);
        let id = running_job();
        assert_noop!(probed(id), Error::<Test>::InvalidState);
        submit(PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert_noop!(probed(id), Error::<Test>::InvalidState);
    });
}
