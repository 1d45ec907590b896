//! `expire_job`: deadlines, breaches, and where a slash and damages go.

use super::*;

#[test]
fn an_open_job_closes_after_its_time_to_be_matched() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        pass(MATCH_PERIOD);
        assert_noop!(expire(id), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(expire(id));
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT);
    });
}

#[test]
fn an_owner_that_cannot_receive_its_refund_is_credited() {
    ExtBuilder.build_and_execute(|| {
        // 7 work units at 5 plancks: less than an account needs to exist.
        QuotedPrice::set(&0);
        DepositPerJob::set(&0);
        let spec = with_epochs(1);
        let id = post_for(JOB_OWNER, JobRequest { spec, max_unit_price: 5, ..request() });
        assert_eq!(job(id).escrow, 35);
        assert_ok!(Balances::transfer_allow_death(signed(JOB_OWNER), STRANGER, balance(JOB_OWNER)));
        pass(MATCH_PERIOD + 1);
        assert_ok!(expire(id));
        assert_eq!(balance(JOB_OWNER), 0);
        assert_eq!(Credited::get(), [(JOB_OWNER, 35)]);
        assert_eq!(Reasons::get(), [PayoutReason::JobRefund { job: id }]);
        let closed = Event::JobClosed { job: id, owner: JOB_OWNER, outcome: JobOutcome::Expired, refunded: 35 };
        assert_eq!(last_event(), closed);
    });
}

#[test]
fn a_provider_that_does_not_accept_is_in_breach() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        pass(ACCEPT_PERIOD);
        assert_noop!(expire(id), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(expire(id));
        let match_by = 2 + ACCEPT_PERIOD + MATCH_PERIOD;
        assert_eq!(state(id), JobState::Open { match_by });
        assert_eq!((job(id).failed_providers.into_inner(), job(id).attempts), (vec![PROVIDER], 1));
        let cause = PenaltyCause::NotAccepted { job: id, accept_by: 1 + ACCEPT_PERIOD as u32 };
        assert_eq!(penalties(), [(PROVIDER, penalty, cause)]);
        assert_eq!((duties(PROVIDER), slots_taken(PROVIDER)), ((0, 0), vec![0]));
        assert_eq!(slashes(), [(id, PROVIDER, penalty)]);
        assert_eq!(events().last(), Some(&Event::JobQueuedAgain { job: id, match_by }));
        // 70 % burned, 20 % owner, 10 % reporter; nothing was delivered that would have to be paid.
        assert_eq!((bond_of(PROVIDER), record(PROVIDER).bond), (bond - penalty, bond - penalty));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - ESCROW + owner_part(penalty));
        assert_eq!(balance(REPORTER), FUNDS + reporter_part(penalty));
        assert_eq!(Burned::get(), penalty - owner_part(penalty) - reporter_part(penalty));
        assert!(Credited::get().is_empty());
    });
}

#[test]
fn a_provider_that_reports_itself_gains_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let (before, penalty) = (balance(PROVIDER), assignment(id).penalty);
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(plain(ComputeMarket::expire_job(signed(PROVIDER), id)));
        assert_eq!(balance(PROVIDER), before);
        assert_eq!(Burned::get(), penalty - owner_part(penalty));
    });
}

#[test]
fn who_ends_a_deadline_without_earning_by_it_pays_no_fee() {
    use frame_support::dispatch::Pays;
    let cases: [(fn() -> JobId, Pays); 4] =
        [(open_job, Pays::No), (stopping_job, Pays::No), (matched_job, Pays::Yes), (running_job, Pays::Yes)];
    for (reach, pays) in cases {
        ExtBuilder.build_and_execute(|| {
            let id = reach();
            let refused = ComputeMarket::expire_job(signed(REPORTER), id).unwrap_err();
            assert_eq!((refused.error, refused.post_info.pays_fee), (super::refused(Error::TooEarly), Pays::Yes));
            pass(1_000);
            assert_eq!(ComputeMarket::expire_job(signed(REPORTER), id).unwrap().pays_fee, pays);
        });
    }
}

#[test]
fn an_owner_that_reports_has_both_parts() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let penalty = assignment(id).penalty;
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(plain(ComputeMarket::expire_job(signed(JOB_OWNER), id)));
        let received = owner_part(penalty) + reporter_part(penalty);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - ESCROW + received);
    });
}

#[test]
fn a_reporter_that_cannot_receive_blocks_nothing() {
    ExtBuilder.build_and_execute(|| {
        // A job so cheap that the reporter's part is below the existential deposit.
        QuotedPrice::set(&0);
        let spec = with_epochs(1);
        offer(PROVIDER, UNIT_PRICE);
        let id = post_for(JOB_OWNER, JobRequest { spec, ..request() });
        let penalty = assignment(id).penalty;
        assert!(reporter_part(penalty) < EXISTENTIAL_DEPOSIT);
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(plain(ComputeMarket::expire_job(signed(PAUPER), id)));
        assert_eq!(balance(PAUPER), 0);
        assert_eq!(Burned::get(), penalty - owner_part(penalty));
    });
}

#[test]
fn a_slash_ends_at_the_bond() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let bond = bond_of(PROVIDER);
        // A bond that lost more than it should have, by whatever fault.
        assert_ok!(ComputeMarket::release_bond(&PROVIDER, bond - 60));
        Providers::<Test>::mutate_extant(PROVIDER, |record| record.bond = 60);
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(expire(id));
        assert_eq!((bond_of(PROVIDER), record(PROVIDER).bond), (0, 0));
        assert_eq!(Burned::get(), 60 - 12 - 6);
    });
}

#[test]
fn a_missed_heartbeat_costs_the_penalty_and_the_price_of_the_data() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        let heartbeat_by = 1 + SEED_DELAY + HEARTBEAT_PERIOD;
        let training_use = training_use(id);
        pass(HEARTBEAT_PERIOD);
        assert_noop!(expire(id), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(expire(id));
        assert!(is_open(id));
        assert_eq!(bond_of(PROVIDER), bond - penalty - TRAINING_PRICE);
        assert_eq!(record(PROVIDER).bond, bond - penalty - TRAINING_PRICE);
        let cause = PenaltyCause::HeartbeatMissed { job: id, heartbeat_by: heartbeat_by as u32 };
        assert!(penalties().iter().any(|(who, _, found)| (*who, *found) == (PROVIDER, cause)));
        let paid = Event::DamagesPaid { job: id, provider: PROVIDER, to: DATA_PROVIDER, amount: TRAINING_PRICE };
        assert!(events().contains(&paid));
        // The data provider's income, as if the owner had paid it; the owner's escrow is untouched.
        assert_eq!(credited_to(DATA_PROVIDER), income(TRAINING_PRICE));
        assert_eq!(Reasons::get(), [PayoutReason::TrainingUse { training_use, job: id }]);
        assert_eq!((escrow(), job(id).training_paid), (ESCROW, false));
        assert!(Uses::get().is_empty());
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
        assert_eq!(duties(PROVIDER), (0, 0));
    });
}

#[test]
fn a_missing_result_is_a_breach_however_punctual_the_heartbeats() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        for position in 1..=5 {
            pass(DELIVER_WITHIN / 5);
            assert_ok!(beat(PROVIDER, id, position));
        }
        assert_noop!(expire(id), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(expire(id));
        assert_eq!(bond_of(PROVIDER), bond - penalty - TRAINING_PRICE);
        let [(PROVIDER, _, PenaltyCause::ResultMissed { job, .. })] = penalties()[..] else { panic!("{:?}", penalties()) };
        assert_eq!(job, id);
    });
}

#[test]
fn a_provider_that_never_said_a_word_pays_for_the_data_too() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        pass(1_000);
        assert_ok!(expire(id));
        assert_eq!(credited_to(DATA_PROVIDER), income(TRAINING_PRICE));
    });
}

#[test]
fn free_data_needs_no_damages() {
    ExtBuilder.build_and_execute(|| {
        QuotedPrice::set(&0);
        let id = running_job();
        let (bond, penalty) = (bond_of(PROVIDER), assignment(id).penalty);
        pass(HEARTBEAT_PERIOD + 1);
        assert_ok!(expire(id));
        assert_eq!(bond_of(PROVIDER), bond - penalty);
        assert!(!events().iter().any(|event| matches!(event, Event::DamagesPaid { .. })));
    });
}

#[test]
fn the_third_breach_closes_the_job() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let penalty = assignment(id).penalty;
        for next in [SECOND_PROVIDER, THIRD_PROVIDER] {
            pass(ACCEPT_PERIOD + 1);
            assert_ok!(expire(id));
            offer(next, UNIT_PRICE);
            assert_ok!(match_job(id));
        }
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(expire(id));
        assert_eq!(outcome(id), JobOutcome::Expired);
        let failed: Vec<_> = penalties().into_iter().map(|(who, ..)| who).collect();
        assert_eq!(failed, [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER]);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT + 3 * owner_part(penalty));
        assert_eq!(balance(REPORTER), FUNDS + 3 * reporter_part(penalty));
    });
}

#[test]
fn a_silent_provider_of_a_cancelled_job_loses_nothing_and_earns_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = stopping_job();
        let bond = bond_of(PROVIDER);
        pass(PROGRESS_PERIOD);
        assert_noop!(expire(id), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(expire(id));
        assert_eq!(outcome(id), JobOutcome::Cancelled);
        assert_eq!((bond_of(PROVIDER), credited_to(PROVIDER)), (bond, 0));
        assert!(penalties().is_empty());
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - TRAINING_PRICE);
        assert_eq!((duties(PROVIDER), slots_taken(PROVIDER)), ((0, 0), vec![0]));
        assert!(Uses::get().is_empty());
    });
}

#[test]
fn other_pallets_end_what_is_theirs() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        pass(1_000);
        assert_noop!(expire(id), Error::<Test>::ExitElsewhere(ExitCall::ExpireDelivery));
        run_to_block(1);
        deliver_key(id);
        submit(PROVIDER, id);
        pass(1_000);
        assert_noop!(expire(id), Error::<Test>::ExitElsewhere(ExitCall::CloseRound));
    });
}

#[test]
fn a_job_that_is_over_does_not_expire() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(expire(JobId::new(7)), Error::<Test>::JobNotFound);
        let id = closed_job();
        pass(1_000);
        assert_noop!(expire(id), Error::<Test>::InvalidState);
    });
}
