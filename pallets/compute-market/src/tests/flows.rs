//! Whole jobs, from posting to their end, and where the money went.

use super::*;

#[test]
fn a_job_from_posting_to_settlement() {
    ExtBuilder.build_and_execute(|| {
        // Two machines; the better reputation wins over the lower price.
        offer(PROVIDER, UNIT_PRICE);
        offer(SECOND_PROVIDER, UNIT_PRICE - 1);
        set_reputation(PROVIDER, 90);
        let id = post();
        assert_eq!(state(id).provider(), Some(&PROVIDER));

        pass(2);
        accept(PROVIDER, id);
        pass(2);
        deliver_key(id);
        for position in [3, 7, 11] {
            pass(HEARTBEAT_PERIOD / 2);
            assert_ok!(ComputeMarket::heartbeat(signed(PROVIDER), id, position));
        }
        submit(PROVIDER, id);
        pass(20);
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 85 }, vec![EVALUATOR]));

        assert!(matches!(outcome(id), JobOutcome::Settled { provider: PROVIDER, paid: PRICE, score: 85, .. }));
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - PRICE - TRAINING_PRICE);
        assert_eq!(balance(POT), EXISTENTIAL_DEPOSIT + PRICE + TRAINING_PRICE);

        pass(PRUNE_PERIOD);
        assert_ok!(ComputeMarket::prune_job(signed(STRANGER), id));
        assert_eq!(balance(JOB_OWNER), FUNDS - PRICE - TRAINING_PRICE);
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        pass(RETIRE_PERIOD);
        assert_ok!(ComputeMarket::withdraw_bond(signed(PROVIDER)));
        assert_eq!(balance(PROVIDER), FUNDS);
    });
}

#[test]
fn a_job_survives_two_providers_and_settles_with_the_third() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        pass(HEARTBEAT_PERIOD + 1);
        assert_ok!(ComputeMarket::expire_job(signed(REPORTER), id));

        offer(SECOND_PROVIDER, UNIT_PRICE + 1);
        idle();
        accept(SECOND_PROVIDER, id);
        deliver_key(id);
        assert_ok!(ComputeMarket::release_job(signed(SECOND_PROVIDER), id));

        offer(THIRD_PROVIDER, MAX_UNIT_PRICE);
        idle();
        accept(THIRD_PROVIDER, id);
        deliver_key(id);
        submit(THIRD_PROVIDER, id);
        assert_ok!(ComputeMarket::decided(id, Decision::Accepted { score: 85 }, vec![EVALUATOR]));

        // The whole escrow is spent: the last provider is as dear as the owner allows.
        let paid = ESCROW - TRAINING_PRICE;
        assert!(
            matches!(outcome(id), JobOutcome::Settled { provider: THIRD_PROVIDER, paid: price, .. } if price == paid)
        );
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - ESCROW + 2 * 20);
        assert_eq!(Failures::get(), [PROVIDER, SECOND_PROVIDER]);
    });
}

#[test]
fn every_attempt_has_a_seed_of_its_own() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let JobState::Running { seed: first, .. } = state(id) else { panic!("the job runs") };
        assert_ok!(ComputeMarket::release_job(signed(PROVIDER), id));
        offer(SECOND_PROVIDER, UNIT_PRICE);
        idle();
        accept(SECOND_PROVIDER, id);
        deliver_key(id);
        let JobState::Running { seed: second, .. } = state(id) else { panic!("the job runs") };
        assert_ne!(first, second);
    });
}

#[test]
fn every_state_has_an_exit_after_its_deadline() {
    // How to reach a state, and what anybody can then do once its deadline passed.
    type Step = fn() -> JobId;
    type Exit = fn(JobId) -> Result<(), DispatchError>;
    let expire: Exit = |id| ComputeMarket::expire_job(signed(REPORTER), id);
    let overdue: Exit = |id| ComputeMarket::key_failed(id, training_use(id));
    let undecided: Exit = |id| ComputeMarket::decided(id, Decision::Undecided, vec![]);
    let prune: Exit = |id| ComputeMarket::prune_job(signed(STRANGER), id);
    let cases: [(Step, Exit); 6] = [
        (open_job, expire),
        (matched_job, expire),
        (accepted_job, overdue),
        (running_job, expire),
        (evaluating_job, undecided),
        (closed_job, prune),
    ];
    for (reach, leave) in cases {
        ExtBuilder.build_and_execute(|| {
            let id = reach();
            let before = state(id);
            pass(1_000);
            assert_ok!(leave(id));
            assert_ne!(Jobs::<Test>::get(id).map(|job| job.state), Some(before));
            // Whatever it led to ends too, and the owner has back what was not earned.
            if Jobs::<Test>::get(id).is_some_and(|job| matches!(job.state, JobState::Open { .. })) {
                pass(1_000);
                assert_ok!(ComputeMarket::expire_job(signed(REPORTER), id));
            }
            assert_eq!(escrow(), 0);
        });
    }
}

#[test]
fn what_was_held_is_paid_refunded_or_burned_whatever_happens() {
    let ends = [
        (Decision::Accepted { score: 1 }, vec![EVALUATOR, STRANGER]),
        (Decision::Accepted { score: 1 }, vec![]),
        (Decision::Rejected, vec![EVALUATOR, STRANGER, REPORTER]),
        (Decision::Rejected, vec![]),
        (Decision::Undecided, vec![]),
    ];
    // Odd prices, so that every share rounds.
    for (training_price, unit_price) in [(0, 1), (1, 3), (7, 13), (TRAINING_PRICE, UNIT_PRICE), (599, MAX_UNIT_PRICE)] {
        for (decision, majority) in ends.clone() {
            ExtBuilder.build_and_execute(|| {
                QuotedPrice::set(&training_price);
                let failed = matched_job();
                pass(ACCEPT_PERIOD + 1);
                assert_ok!(ComputeMarket::expire_job(signed(REPORTER), failed));
                let before = balance(JOB_OWNER) + escrow();
                offer(SECOND_PROVIDER, unit_price);
                idle();
                accept(SECOND_PROVIDER, failed);
                deliver_key(failed);
                submit(SECOND_PROVIDER, failed);
                assert_ok!(ComputeMarket::decided(failed, decision, majority));
                let paid = balance(POT) - EXISTENTIAL_DEPOSIT;
                assert_eq!(escrow(), 0);
                assert_eq!(balance(JOB_OWNER) + paid, before);
                assert_eq!(bond_of(PROVIDER) + BREACH, MIN_BOND);
            });
        }
    }
}

#[test]
fn three_accounts_cannot_take_job_and_key_for_nothing() {
    ExtBuilder.build_and_execute(|| {
        let id = accepted_job();
        for next in [SECOND_PROVIDER, THIRD_PROVIDER] {
            deliver_key(id);
            assert_ok!(ComputeMarket::release_job(signed(*state(id).provider().unwrap()), id));
            offer(next, UNIT_PRICE);
            assert_ok!(ComputeMarket::match_job(signed(STRANGER), id));
            accept(next, id);
        }
        assert_ok!(ComputeMarket::release_job(signed(THIRD_PROVIDER), id));
        assert_eq!(outcome(id), JobOutcome::Expired);
        for provider in [PROVIDER, SECOND_PROVIDER, THIRD_PROVIDER] {
            assert_eq!(balance(provider) + bond_of(provider), FUNDS - BREACH);
        }
        // The owner has everything back, and a fifth of each bond's loss; the data provider was not paid for nothing.
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT + 3 * 20);
        assert!(Credited::get().is_empty());
    });
}

#[test]
fn calls_hold_reasons_and_issues_keep_their_encoding() {
    use codec::Encode;
    let index = |call: Call<Test>| call.encode()[0];
    assert_eq!(index(Call::prune_job { job: JobId::new(0) }), 13);
    assert_eq!(index(Call::decline_job { job: JobId::new(0) }), 14);
    assert_eq!(index(Call::add_bond { amount: 1 }), 15);
    assert_eq!(HoldReason::ProviderBond.encode(), [1]);
    assert_eq!(HoldReason::JobDeposit.encode(), [2]);
    assert_eq!(ExitCall::ExpireDelivery.encode(), [0]);
    assert_eq!(ExitCall::CloseRound.encode(), [1]);
}
