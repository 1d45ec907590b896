//! What the market does when a provider was drawn for a known-answer task and skipped it.

use super::*;

#[test]
fn a_skipped_task_costs_the_penalty_and_all_of_it_is_burned() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        let (bond, penalty, owner) = (bond_of(PROVIDER), assignment(id).penalty, balance(JOB_OWNER));
        assert!(penalty > 0);
        assert_ok!(ComputeMarket::probe_skipped(id));
        assert_eq!((bond_of(PROVIDER), record(PROVIDER).bond), (bond - penalty, bond - penalty));
        assert_eq!((Burned::get(), balance(JOB_OWNER)), (penalty, owner));
        assert_eq!(penalties(), [(PROVIDER, penalty, PenaltyCause::ProbeSkipped { job: id })]);
        let slash = Event::BondSlashed { job: id, provider: PROVIDER, reporter: PROVIDER, slashed: penalty };
        assert_eq!(last_event(), slash);
        assert!(lines_of(PROVIDER).is_empty(), "nobody was compensated");
        // It is still judged, and the bond still covers the damages.
        assert!(matches!(state(id), JobState::Evaluating { .. }));
        assert_eq!((duties(PROVIDER), assignment(id).penalty), ((1, TRAINING_PRICE), 0));
    });
}

#[test]
fn whatever_is_decided_afterwards_is_covered() {
    let accepted = Decision::Accepted { score: 85 };
    for (decision, damages) in [(accepted, 0), (Decision::Undecided, 0), (Decision::Rejected, TRAINING_PRICE)] {
        ExtBuilder.build_and_execute(|| {
            let id = evaluating_job();
            let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
            assert_ok!(ComputeMarket::probe_skipped(id));
            assert_ok!(ComputeMarket::decided(id, decision, vec![EVALUATOR]));
            assert_eq!((bond_of(PROVIDER), duties(PROVIDER)), (bond - penalty - damages, (0, 0)));
            assert_eq!(Burned::get(), penalty);
        });
    }
}

#[test]
fn a_bond_that_covers_many_jobs_to_the_planck_covers_a_skip_in_each() {
    ExtBuilder.build_and_execute(|| {
        let exposure = penalty_at(PRICE) + TRAINING_PRICE;
        register(PROVIDER, 3 * exposure);
        add(PROVIDER, capability(), UNIT_PRICE, 3);
        let jobs = [(); 3].map(|()| post());
        jobs.iter().for_each(|id| accept(PROVIDER, *id));
        for id in jobs {
            deliver_key(id);
            submit(PROVIDER, id);
        }
        assert_eq!(duties(PROVIDER), (3, bond_of(PROVIDER)));
        for (id, left) in jobs.into_iter().zip([2, 1, 0]) {
            assert_ok!(ComputeMarket::probe_skipped(id));
            ComputeMarket::do_try_state().expect("the bond covers the exposure");
            assert_ok!(ComputeMarket::decided(id, Decision::Withheld, vec![]));
            // Withheld keys beside the skip: nothing is left that does not cover the other jobs.
            assert_eq!((bond_of(PROVIDER), duties(PROVIDER)), (left * exposure, (left as u32, left * exposure)));
            assert_eq!(penalties().last(), Some(&(PROVIDER, 0, PenaltyCause::KeysWithheld { job: id })));
        }
    });
}

#[test]
fn keys_withheld_after_a_skip_cost_another_penalty_as_far_as_the_bond_is_free() {
    let penalty = PRICE / 10;
    for (free, second) in [(0, 0), (1, 1), (penalty - 1, penalty - 1), (penalty, penalty), (10 * penalty, penalty)] {
        ExtBuilder.build_and_execute(|| {
            register(PROVIDER, penalty_at(PRICE) + TRAINING_PRICE + free);
            add(PROVIDER, capability(), UNIT_PRICE, 1);
            let id = post();
            accept(PROVIDER, id);
            deliver_key(id);
            submit(PROVIDER, id);
            assert_eq!(assignment(id).penalty, penalty);
            assert_ok!(ComputeMarket::probe_skipped(id));
            assert_ok!(ComputeMarket::decided(id, Decision::Withheld, vec![EVALUATOR]));
            assert_eq!((bond_of(PROVIDER), duties(PROVIDER)), (free - second, (0, 0)));
            assert_eq!(penalties()[1..], [(PROVIDER, second, PenaltyCause::KeysWithheld { job: id })]);
        });
    }
}

#[test]
fn a_skip_over_a_partial_run_costs_as_much() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job_at(4);
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        assert_ok!(submit_progress(PROVIDER, id, 5));
        assert_ok!(ComputeMarket::probe_skipped(id));
        assert_eq!(bond_of(PROVIDER), bond - penalty);
    });
}

#[test]
fn only_a_job_under_evaluation_can_have_skipped_its_task() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(ComputeMarket::probe_skipped(JobId::new(7)), Error::<Test>::JobNotFound);
        let id = running_job();
        assert_noop!(ComputeMarket::probe_skipped(id), Error::<Test>::InvalidState);
        submit(PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, Decision::Undecided, vec![]));
        assert_noop!(ComputeMarket::probe_skipped(id), Error::<Test>::InvalidState);
    });
}
