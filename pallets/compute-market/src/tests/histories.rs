//! What rewards are told of: lines of histories, scores of data and computation, and the improvement that they come from.

use super::*;
use neurodata_primitives::score::improvement_score;

fn settle(id: JobId) {
    assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 85 }, vec![EVALUATOR]));
}

#[test]
fn what_moves_into_escrow_and_out_of_it_is_in_the_owners_history() {
    ExtBuilder.build_and_execute(|| {
        let job = evaluating_job();
        assert_eq!(lines_of(JOB_OWNER), [(ESCROW, HistoryEvent::Charged { job })]);
        settle(job);
        let refunded = ESCROW - TRAINING_PRICE - PRICE;
        let all = [(ESCROW, HistoryEvent::Charged { job }), (refunded, HistoryEvent::Refunded { job })];
        assert_eq!(lines_of(JOB_OWNER), all);
        assert!(lines_of(PROVIDER).is_empty());
    });
}

#[test]
fn damages_are_in_the_history_of_who_paid_them_and_of_who_got_them_at_once() {
    ExtBuilder.build_and_execute(|| {
        let job = running_job();
        pass(HEARTBEAT_PERIOD + 1);
        assert_ok!(expire(job));
        assert_eq!(lines_of(PROVIDER), [(TRAINING_PRICE, HistoryEvent::PaidDamages { job })]);
        assert!(lines_of(DATA_PROVIDER).is_empty(), "it was credited");
    });
    ExtBuilder.build_and_execute(|| {
        let job = evaluating_job();
        assert_ok!(ComputeMarket::decided(job, Decision::Rejected, vec![EVALUATOR]));
        assert_eq!(lines_of(PROVIDER), [(TRAINING_PRICE, HistoryEvent::PaidDamages { job })]);
        assert!(lines_of(JOB_OWNER).contains(&(TRAINING_PRICE, HistoryEvent::Compensated { job })));
    });
}

#[test]
fn an_owner_that_cannot_receive_damages_is_credited_with_them() {
    ExtBuilder.build_and_execute(|| {
        // Damages of one planck less than an account needs to exist, and no refund that would bring it to life.
        DepositPerJob::set(&0);
        QuotedPrice::set(&(EXISTENTIAL_DEPOSIT - 1));
        let id = evaluating_job();
        Jobs::<Test>::mutate_extant(id, |job| job.escrow = PRICE);
        let surplus = escrow() - PRICE;
        assert_ok!(Balances::transfer_allow_death(signed(ComputeMarket::escrow_account()), STRANGER, surplus));
        assert_ok!(Balances::transfer_allow_death(signed(JOB_OWNER), STRANGER, balance(JOB_OWNER)));
        let bond = bond_of(PROVIDER);
        assert_ok!(ComputeMarket::decided(id, Decision::Rejected, vec![EVALUATOR]));
        assert!(Reasons::get().contains(&PayoutReason::Damages { job: id }));
        assert_eq!(bond_of(PROVIDER), bond - (EXISTENTIAL_DEPOSIT - 1));
        assert_eq!(lines_of(PROVIDER), [(EXISTENTIAL_DEPOSIT - 1, HistoryEvent::PaidDamages { job: id })]);
        assert!(!lines_of(JOB_OWNER).iter().any(|(_, event)| matches!(event, HistoryEvent::Compensated { .. })));
    });
}

#[test]
fn improvement_is_over_the_best_of_baseline_majority_class_and_leaderboard() {
    // 51 of 60 are 850,000 millionths, the baseline 540,000, the majority class 550,000.
    for (best, improvement) in [(None, 300_000), (Some(1), 300_000), (Some(700_000), 150_000), (Some(900_000), 0)] {
        ExtBuilder.build_and_execute(|| {
            BestKnown::set(&best);
            let id = evaluating_job();
            settle(id);
            assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), Some(improvement))]);
            assert_eq!(Scores::get(), [(id, 85, improvement_score(improvement))]);
            assert_eq!(achievements().len(), 1, "the leaderboard decides itself");
        });
    }
}

#[test]
fn data_is_scored_low_where_nothing_is_said_about_it() {
    ExtBuilder.build_and_execute(|| {
        let id = evaluating_job();
        Jobs::<Test>::mutate_extant(id, |job| job.request.parent = Some(PARENT));
        settle(id);
        assert_eq!(Scores::get(), [(id, 85, improvement_score(0))]);
    });
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job_at(4);
        assert_ok!(submit_progress(PROVIDER, id, 5));
        settle(id);
        assert_eq!(Scores::get(), [(id, 85, improvement_score(0))]);
    });
}

#[test]
fn a_job_that_nobody_took_is_refunded_in_full() {
    ExtBuilder.build_and_execute(|| {
        let id = closed_job();
        let lines = [(ESCROW, HistoryEvent::Charged { job: id }), (ESCROW, HistoryEvent::Refunded { job: id })];
        assert_eq!(lines_of(JOB_OWNER), lines);
    });
}

#[test]
fn what_an_owner_is_charged_is_what_comes_back_and_what_others_get() {
    let ends = [Decision::Accepted { score: 85 }, Decision::Rejected, Decision::Withheld, Decision::Undecided];
    for decision in ends {
        ExtBuilder.build_and_execute(|| {
            let id = evaluating_job();
            assert_ok!(ComputeMarket::decided(id, decision, vec![EVALUATOR]));
            let sum = |account, wanted: fn(&HistoryEvent) -> bool| -> Balance {
                lines_of(account).into_iter().filter(|(_, event)| wanted(event)).map(|(amount, _)| amount).sum()
            };
            let charged = sum(JOB_OWNER, |event| matches!(event, HistoryEvent::Charged { .. }));
            let refunded = sum(JOB_OWNER, |event| matches!(event, HistoryEvent::Refunded { .. }));
            let credited: Balance = Credited::get().into_iter().map(|(_, amount)| amount).sum();
            assert_eq!(charged, refunded + credited);
            let damages = sum(PROVIDER, |event| matches!(event, HistoryEvent::PaidDamages { .. }));
            let lost: Balance = penalties().into_iter().map(|(_, amount, _)| amount).sum();
            let compensated = sum(JOB_OWNER, |event| matches!(event, HistoryEvent::Compensated { .. }));
            assert_eq!(compensated, damages + lost - Burned::get());
        });
    }
}

#[test]
fn both_parts_of_a_penalty_are_lines_of_who_got_them() {
    ExtBuilder.build_and_execute(|| {
        let job = matched_job();
        let penalty = assignment(job).penalty;
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(expire(job));
        let got = HistoryEvent::Compensated { job };
        assert_eq!(lines_of(REPORTER), [(reporter_part(penalty), got)]);
        assert_eq!(lines_of(JOB_OWNER).last(), Some(&(owner_part(penalty), got)));
        assert!(lines_of(PROVIDER).is_empty(), "what it lost is in the line of its penalty");
    });
}

#[test]
fn an_owner_that_reports_has_a_line_of_each_part() {
    ExtBuilder.build_and_execute(|| {
        let job = matched_job();
        let penalty = assignment(job).penalty;
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(plain(ComputeMarket::expire_job(signed(JOB_OWNER), job)));
        let got = HistoryEvent::Compensated { job };
        assert_eq!(lines_of(JOB_OWNER)[1..], [(owner_part(penalty), got), (reporter_part(penalty), got)]);
    });
}

#[test]
fn a_part_that_nobody_got_is_nobodys_line() {
    ExtBuilder.build_and_execute(|| {
        let job = running_job();
        let penalty = assignment(job).penalty;
        assert_ok!(release(PROVIDER, job));
        assert_eq!(lines_of(JOB_OWNER).last(), Some(&(owner_part(penalty), HistoryEvent::Compensated { job })));
        assert_eq!(lines_of(PROVIDER), [(TRAINING_PRICE, HistoryEvent::PaidDamages { job })]);
        assert!(lines_of(REPORTER).is_empty());
    });
    ExtBuilder.build_and_execute(|| {
        // A job so cheap that the reporter's part does not make an account.
        QuotedPrice::set(&0);
        let spec = with_epochs(1);
        offer(PROVIDER, UNIT_PRICE);
        let job = post_for(JOB_OWNER, JobRequest { spec, ..request() });
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(plain(ComputeMarket::expire_job(signed(PAUPER), job)));
        assert!(lines_of(PAUPER).is_empty());
    });
}
