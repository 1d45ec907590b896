use crate::{mock::*, *};
use frame_support::assert_ok;

fn reputation_of(account: AccountId) -> u8 {
    <Rewards as Reputation<AccountId>>::of(&account)
}

#[test]
fn a_new_account_has_fifty_and_no_record() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(reputation_of(STRANGER), 50);
        assert!(!Contributors::<Test>::contains_key(STRANGER));
    });
}

#[test]
fn a_failure_costs_a_quarter() {
    ExtBuilder::default().build_and_execute(|| {
        Rewards::note_failure(&PROVIDER, ContributionKind::Compute);
        assert_eq!(reputation_of(PROVIDER), 38);
        let record = ContributorRecord { failures: 1, reputation: 38, ..Default::default() };
        assert_eq!(Contributors::<Test>::get(PROVIDER), record);
        let kind = ContributionKind::Compute;
        System::assert_last_event(Event::FailureNoted { account: PROVIDER, kind, reputation: 38 }.into());
    });
}

#[test]
fn a_settled_job_raises_reputation() {
    ExtBuilder::default().build_and_execute(|| {
        Rewards::note_failure(&EVALUATOR, ContributionKind::Validation);
        fund(10);
        assert_ok!(Rewards::settle_evaluation(JobId::new(0), 10, vec![EVALUATOR]));
        assert_eq!(reputation_of(EVALUATOR), 42);
    });
}

#[test]
fn many_failures_and_many_successes_stay_in_range() {
    ExtBuilder::default().build_and_execute(|| {
        for _ in 0..50 {
            Rewards::note_failure(&PROVIDER, ContributionKind::Compute);
        }
        assert_eq!(reputation_of(PROVIDER), 3);
        for _ in 0..80 {
            fund(1);
            assert_ok!(Rewards::settle_evaluation(JobId::new(0), 1, vec![PROVIDER]));
        }
        assert_eq!(reputation_of(PROVIDER), 100);
        assert_eq!(Contributors::<Test>::get(PROVIDER).failures, 50);
    });
}
