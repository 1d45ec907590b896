use crate::{mock::*, *};
use frame_support::assert_ok;
use neurodata_primitives::money::JobSplit;

const REASON: PayoutReason = PayoutReason::KnownAnswer { job: JOB };
/// Was on the committee that was tested, and not on that which decided.
const FINDER: AccountId = STRANGER;

#[test]
fn whoever_found_the_planted_trace_is_paid_from_the_pool_when_the_job_is_settled() {
    ExtBuilder::default().build_and_execute(|| {
        endow(1_000);
        Rewards::settle_known_answer(JOB, vec![OTHER_EVALUATOR, THIRD_EVALUATOR]);
        assert_eq!((Rewards::owed(OTHER_EVALUATOR), available()), (0, 1_000), "nothing is paid before");
        KnownAnswerFee::set(10);
        settle(1_000);
        for finder in [OTHER_EVALUATOR, THIRD_EVALUATOR] {
            assert_eq!(Credits::<Test>::get(finder).to_vec(), [Credit { amount: 10, matures_at: 6, reason: REASON }]);
            assert_eq!(history(finder), [(10, HistoryEvent::Credited { reason: REASON })]);
            let record = Contributors::<Test>::get(finder);
            assert_eq!((record.credited, record.validation_contributions, record.reputation), (10, 0, 50));
        }
        assert!(!KnownAnswers::<Test>::contains_key(JOB), "nobody is paid twice");
    });
}

#[test]
fn fees_and_extras_together_stay_below_what_the_job_gives() {
    ExtBuilder::default().build_and_execute(|| {
        endow(10_000);
        KnownAnswerFee::set(u128::MAX);
        set_extras(500, 500, 500);
        Rewards::settle_known_answer(JOB, vec![OTHER_EVALUATOR, THIRD_EVALUATOR]);
        settle(1_000);
        let from_pool = Rewards::owed(OTHER_EVALUATOR) + Rewards::owed(THIRD_EVALUATOR);
        assert!(from_pool > 0 && from_pool <= ExtraCap::get().mul_floor(50u128), "{from_pool}");
    });
}

#[test]
fn who_found_it_is_paid_no_more_than_an_evaluator_of_the_job() {
    ExtBuilder::default().build_and_execute(|| {
        endow(10_000);
        KnownAnswerFee::set(u128::MAX);
        // So much for the treasury that nothing is scaled down.
        let percent = Permill::from_percent;
        Split::set(JobSplit { data: percent(20), compute: percent(20), evaluation: percent(10) });
        Rewards::settle_known_answer(JOB, vec![FINDER]);
        fund(1_000);
        assert_ok!(Rewards::settle_job(settlement(1_000, &[EVALUATOR, OTHER_EVALUATOR, THIRD_EVALUATOR])));
        assert_eq!((Rewards::owed(EVALUATOR), Rewards::owed(FINDER)), (33, 33));
    });
}

#[test]
fn a_job_that_pays_no_evaluator_pays_no_fee() {
    ExtBuilder::default().build_and_execute(|| {
        endow(10_000);
        Rewards::settle_known_answer(JOB, vec![FINDER]);
        fund(1_000);
        assert_ok!(Rewards::settle_job(settlement(1_000, &[])));
        assert_eq!((Rewards::owed(FINDER), available()), (0, 10_000));
    });
}

#[test]
fn an_empty_pool_owes_no_fee() {
    ExtBuilder::default().build_and_execute(|| {
        PoolShare::set(Permill::zero());
        Rewards::settle_known_answer(JOB, vec![OTHER_EVALUATOR]);
        settle(1_000);
        assert_eq!(Rewards::owed(OTHER_EVALUATOR), 0);
        assert!(!Contributors::<Test>::contains_key(OTHER_EVALUATOR));
    });
}

#[test]
fn a_job_that_is_not_settled_pays_no_fee() {
    ExtBuilder::default().build_and_execute(|| {
        endow(1_000);
        Rewards::settle_known_answer(JOB, vec![EVALUATOR]);
        Rewards::forget_job(JOB);
        assert!(!KnownAnswers::<Test>::contains_key(JOB));
        assert_eq!((Rewards::owed(EVALUATOR), available()), (0, 1_000));
    });
}

#[test]
fn nobody_is_paid_when_nobody_found_it() {
    ExtBuilder::default().build_and_execute(|| {
        endow(50);
        Rewards::settle_known_answer(JOB, vec![]);
        assert_eq!(available(), 50);
    });
}
