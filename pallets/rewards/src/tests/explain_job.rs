use crate::{mock::*, *};
use frame_support::assert_ok;

#[test]
fn every_amount_of_a_settled_job_is_listed_in_order() {
    ExtBuilder::default().build_and_execute(|| {
        MaxHistory::set(1);
        endow(1_000);
        set_extras(10, 20, 4);
        fund(100 + 1_000);
        Rewards::note(&JOB_OWNER, 1_200, HistoryEvent::Charged { job: JOB });
        assert_ok!(Rewards::settle_sale(reason(3), &DATA_PROVIDER, 100));
        assert_ok!(Rewards::settle_job(settlement(1_000, &[EVALUATOR, OTHER_EVALUATOR])));
        Rewards::note(&JOB_OWNER, 100, HistoryEvent::Refunded { job: JOB });

        let credited = |reason| HistoryEvent::Credited { reason };
        let share = |kind| credited(PayoutReason::Job { job: JOB, kind });
        let done = |kind| HistoryEvent::Contributed { job: JOB, kind, score: 100, reputation: 54 };
        let extra = |kind| credited(PayoutReason::Extra { job: JOB, kind });
        use ContributionKind::*;
        let expected = [
            (JOB_OWNER, 1_200, HistoryEvent::Charged { job: JOB }),
            (DATA_PROVIDER, 95, credited(reason(3))),
            (DATA_PROVIDER, 250, share(Dataset)),
            (DATA_PROVIDER, 0, done(Dataset)),
            (PROVIDER, 600, share(Compute)),
            (PROVIDER, 0, done(Compute)),
            (EVALUATOR, 50, share(Validation)),
            (EVALUATOR, 0, done(Validation)),
            (OTHER_EVALUATOR, 50, share(Validation)),
            (OTHER_EVALUATOR, 0, done(Validation)),
            (DATA_PROVIDER, 5, extra(Dataset)),
            (PROVIDER, 10, extra(Compute)),
            (EVALUATOR, 2, extra(Validation)),
            (OTHER_EVALUATOR, 2, extra(Validation)),
            (JOB_OWNER, 100, HistoryEvent::Refunded { job: JOB }),
        ];
        let lines = Rewards::explain_job(JOB);
        assert!(lines.iter().all(|(_, entry)| entry.at == 1));
        let lines: Vec<_> = lines.into_iter().map(|(account, entry)| (account, entry.amount, entry.event)).collect();
        assert_eq!(lines, expected);
    });
}

#[test]
fn jobs_are_apart_and_other_lines_belong_to_none() {
    ExtBuilder::default().build_and_execute(|| {
        let other = JobId::new(8);
        Rewards::note(&JOB_OWNER, 1, HistoryEvent::Charged { job: JOB });
        Rewards::note(&JOB_OWNER, 2, HistoryEvent::Charged { job: other });
        assert_ok!(Rewards::donate(RuntimeOrigin::signed(JOB_OWNER), EXISTENTIAL_DEPOSIT));
        let amounts = |job| Rewards::explain_job(job).iter().map(|(_, entry)| entry.amount).collect::<Vec<_>>();
        assert_eq!((amounts(JOB), amounts(other), amounts(JobId::new(9))), (vec![1], vec![2], vec![]));
    });
}

#[test]
fn a_job_that_is_forgotten_stays_in_the_histories() {
    ExtBuilder::default().build_and_execute(|| {
        settle(1_000);
        Rewards::forget_job(JOB);
        assert!(!JobLines::<Test>::contains_key(JOB));
        assert!(Rewards::explain_job(JOB).is_empty());
        assert_eq!(history(PROVIDER).len(), 2);
        Rewards::forget_job(JOB);
    });
}

#[test]
fn a_job_lists_at_most_128_lines_and_nothing_is_blocked() {
    ExtBuilder::default().build_and_execute(|| {
        for _ in 0..130 {
            Rewards::note(&JOB_OWNER, 1, HistoryEvent::Charged { job: JOB });
        }
        settle(1_000);
        assert_eq!(Rewards::explain_job(JOB).len(), 128);
        assert_eq!(Rewards::owed(PROVIDER), 600);
        assert_eq!(history(PROVIDER).len(), 2);
    });
}
