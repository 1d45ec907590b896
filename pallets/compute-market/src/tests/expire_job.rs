//! `expire_job`: deadlines, breaches, and where a slash goes.

use super::*;

fn expire(id: JobId) -> Result<(), DispatchError> {
    ComputeMarket::expire_job(signed(REPORTER), id)
}

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
        assert!(OpenJobs::<Test>::get().is_empty());
    });
}

#[test]
fn an_owner_that_cannot_receive_its_refund_is_credited() {
    ExtBuilder.build_and_execute(|| {
        // 7 work units at 5 plancks: less than an account needs to exist.
        QuotedPrice::set(&0);
        DepositPerJob::set(&0);
        let spec = TrainingSpec { epochs: 1, checkpoint_epochs: 1, ..spec() };
        let request = JobRequest { spec, max_unit_price: 5, ..request() };
        let id = NextJobId::<Test>::get();
        assert_ok!(ComputeMarket::post_job(signed(JOB_OWNER), request));
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
        pass(ACCEPT_PERIOD);
        assert_noop!(expire(id), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(expire(id));
        let match_by = 2 + ACCEPT_PERIOD + MATCH_PERIOD;
        assert_eq!(state(id), JobState::Open { match_by });
        assert_eq!((job(id).failed_providers.into_inner(), job(id).attempts), (vec![PROVIDER], 1));
        assert_eq!(Failures::get(), [PROVIDER]);
        assert_eq!(Offers::<Test>::get(PROVIDER).map(|offer| offer.slots_taken), Some(0));
        let slash = Event::BondSlashed { job: id, provider: PROVIDER, reporter: REPORTER, slashed: BREACH };
        let deposited = events();
        assert!(deposited.contains(&slash));
        assert_eq!(deposited.last(), Some(&Event::JobQueuedAgain { job: id, match_by }));
    });
}

#[test]
fn a_slash_is_burned_but_for_the_owners_and_the_reporters_part() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(expire(id));
        assert_eq!(bond_of(PROVIDER), 900);
        assert_eq!(Providers::<Test>::get(PROVIDER).map(|record| record.bond), Some(900));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - ESCROW + 20);
        assert_eq!(balance(REPORTER), FUNDS + 10);
        assert_eq!(Burned::get(), 70);
    });
}

#[test]
fn a_provider_that_reports_itself_gains_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(ComputeMarket::expire_job(signed(PROVIDER), id));
        assert_eq!(balance(PROVIDER), FUNDS - MIN_BOND);
        assert_eq!(Burned::get(), 80);
    });
}

#[test]
fn a_reporter_that_cannot_receive_blocks_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        pass(ACCEPT_PERIOD + 1);
        // 10 plancks are below the existential deposit.
        assert_ok!(ComputeMarket::expire_job(signed(PAUPER), id));
        assert_eq!(balance(PAUPER), 0);
        assert_eq!(Burned::get(), 80);
    });
}

#[test]
fn a_slash_ends_at_the_bond() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        // A bond that governance found too low after the job was matched.
        Providers::<Test>::mutate(PROVIDER, |record| record.as_mut().expect("registered").bond = 60);
        assert_ok!(ComputeMarket::release_bond(&PROVIDER, MIN_BOND - 60));
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(expire(id));
        assert_eq!(bond_of(PROVIDER), 0);
        assert_eq!(Burned::get(), 60 - 12 - 6);
    });
}

#[test]
fn a_missed_heartbeat_is_a_breach() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        pass(HEARTBEAT_PERIOD);
        assert_noop!(expire(id), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(expire(id));
        assert!(matches!(state(id), JobState::Open { .. }));
        assert_eq!(bond_of(PROVIDER), MIN_BOND - BREACH);
        assert_eq!(Failures::get(), [PROVIDER]);
        assert!(Uses::get().is_empty());
        assert_eq!(ClosedUses::get(), [(TrainingUseId::new(0), None)]);
        assert!(Credited::get().is_empty());
    });
}

#[test]
fn a_missing_result_is_a_breach_however_punctual_the_heartbeats() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        for _ in 0..5 {
            pass(DELIVER_WITHIN / 5);
            assert_ok!(ComputeMarket::heartbeat(signed(PROVIDER), id, 1));
        }
        assert_noop!(expire(id), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(expire(id));
        assert_eq!(bond_of(PROVIDER), MIN_BOND - BREACH);
    });
}

#[test]
fn the_third_breach_closes_the_job() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        for next in [SECOND_PROVIDER, THIRD_PROVIDER] {
            pass(ACCEPT_PERIOD + 1);
            assert_ok!(expire(id));
            offer(next, UNIT_PRICE);
            assert_ok!(ComputeMarket::match_job(signed(STRANGER), id));
        }
        pass(ACCEPT_PERIOD + 1);
        assert_ok!(expire(id));
        assert_eq!(outcome(id), JobOutcome::Expired);
        assert_eq!(Failures::get(), [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER]);
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT + 3 * 20);
        assert_eq!(balance(REPORTER), FUNDS + 3 * 10);
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
