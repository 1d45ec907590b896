use crate::{mock::*, *};
use neurodata_primitives::TraceRoot;

#[test]
fn a_penalty_lowers_reputation_and_is_counted_with_its_evidence() {
    ExtBuilder::default().build_and_execute(|| {
        run_to_block(3);
        note_penalty(PROVIDER, 70);
        note_penalty(PROVIDER, 30);
        let record =
            ContributorRecord { failures: 2, reputation: 29, active_at: 3, penalised: 100, ..Default::default() };
        assert_eq!(Contributors::<Test>::get(PROVIDER), record);
        let event = Event::PenaltyNoted { account: PROVIDER, cause: cause(), reputation: 29, amount: 30 };
        System::assert_last_event(event.into());
        let line = |reputation| HistoryEvent::Penalised { cause: cause(), reputation };
        assert_eq!(history(PROVIDER), [(70, line(38)), (30, line(29))]);
        assert_eq!(Rewards::explain_job(JOB).len(), 2);
    });
}

#[test]
fn being_outvoted_or_skipping_a_known_answer_task_costs_reputation_like_any_failure() {
    ExtBuilder::default().build_and_execute(|| {
        for cause in [PenaltyCause::Outvoted { job: JOB }, PenaltyCause::ProbeSkipped { job: JOB }] {
            let account = if cause.kind() == ContributionKind::Validation { EVALUATOR } else { PROVIDER };
            <Rewards as Reputation<_, _>>::note_penalty(&account, 0, cause);
            assert_eq!((reputation_of(account), Contributors::<Test>::get(account).penalised), (38, 0));
            assert_eq!(history(account), [(0, HistoryEvent::Penalised { cause, reputation: 38 })]);
        }
    });
}

#[test]
fn the_evidence_for_an_accepted_plant_is_kept_whole() {
    ExtBuilder::default().build_and_execute(|| {
        let cause = PenaltyCause::PlantAccepted {
            job: JOB,
            planted: TraceRoot::new([1; 32]),
            trace: TraceRoot::new([2; 32]),
            secret: [3; 32],
        };
        <Rewards as Reputation<_, _>>::note_penalty(&EVALUATOR, 5, cause);
        assert_eq!(history(EVALUATOR), [(5, HistoryEvent::Penalised { cause, reputation: 38 })]);
    });
}

#[test]
fn money_that_moved_elsewhere_is_noted_and_nothing_else_changes() {
    ExtBuilder::default().build_and_execute(|| {
        Rewards::note(&JOB_OWNER, 40, HistoryEvent::Charged { job: JOB });
        Rewards::note(&JOB_OWNER, 15, HistoryEvent::Refunded { job: JOB });
        Rewards::note(&JOB_OWNER, 0, HistoryEvent::Compensated { job: JOB });
        let expected = [(40, HistoryEvent::Charged { job: JOB }), (15, HistoryEvent::Refunded { job: JOB })];
        assert_eq!(history(JOB_OWNER), expected);
        assert!(!Contributors::<Test>::contains_key(JOB_OWNER));
    });
}
