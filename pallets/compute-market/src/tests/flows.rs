//! Whole jobs, from posting to their end, and where the money went.

use super::*;

#[test]
fn a_job_from_posting_to_settlement() {
    ExtBuilder.build_and_execute(|| {
        // Two machines; the better reputation wins over the lower price.
        set_reputation(PROVIDER, 90);
        offer(PROVIDER, UNIT_PRICE);
        offer(SECOND_PROVIDER, UNIT_PRICE - 1);
        let id = post();
        assert_eq!(state(id).provider(), Some(&PROVIDER));

        pass(2);
        accept(PROVIDER, id);
        pass(2);
        deliver_key(id);
        for position in [3, 7, 10] {
            pass(HEARTBEAT_PERIOD / 2);
            assert_ok!(beat(PROVIDER, id, position));
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
        let first = assignment(id).penalty;
        pass(HEARTBEAT_PERIOD + 1);
        assert_ok!(expire(id));

        offer(SECOND_PROVIDER, UNIT_PRICE + 1);
        idle();
        accept(SECOND_PROVIDER, id);
        let second = assignment(id).penalty;
        deliver_key(id);
        assert_ok!(release(SECOND_PROVIDER, id));

        set_bond_for(THIRD_PROVIDER, MAX_UNIT_PRICE);
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
        assert_eq!(balance(JOB_OWNER), FUNDS - DEPOSIT - ESCROW + owner_part(first) + owner_part(second));
        let failed: Vec<_> = penalties().into_iter().map(|(who, ..)| who).collect();
        assert_eq!(failed, [PROVIDER, SECOND_PROVIDER]);
    });
}

/// An offer at `unit_price` with a bond that covers the usual job at that price, at the highest price of the data.
fn set_bond_for(provider: AccountId, unit_price: Balance) {
    register(provider, MIN_BOND.max(penalty_at(Balance::from(WORK_UNITS) * unit_price) + 600));
    add(provider, capability(), unit_price, 1);
}

#[test]
fn every_attempt_has_a_seed_of_its_own() {
    ExtBuilder.build_and_execute(|| {
        let id = running_job();
        let JobState::Running { seed: first, .. } = state(id) else { panic!("the job runs") };
        assert_ok!(release(PROVIDER, id));
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
    let overdue: Exit = |id| ComputeMarket::key_failed(id, training_use(id));
    let undecided: Exit = |id| ComputeMarket::decided(id, Decision::Undecided, vec![]);
    let prune: Exit = |id| ComputeMarket::prune_job(signed(STRANGER), id);
    let cases: [(Step, Exit); 7] = [
        (open_job, expire),
        (matched_job, expire),
        (accepted_job, overdue),
        (running_job, expire),
        (stopping_job, expire),
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
                assert_ok!(expire(id));
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
        (Decision::Withheld, vec![EVALUATOR, STRANGER]),
        (Decision::Withheld, vec![]),
        (Decision::Undecided, vec![]),
    ];
    // Odd prices, so that every share rounds.
    for (training_price, unit_price) in [(0, 5), (1, 7), (7, 13), (TRAINING_PRICE, UNIT_PRICE), (599, MAX_UNIT_PRICE)] {
        for (decision, majority) in ends.clone() {
            ExtBuilder.build_and_execute(|| {
                QuotedPrice::set(&training_price);
                set_bond_for(PROVIDER, UNIT_PRICE);
                let failed = post();
                let (bond, penalty) = (bond_of(PROVIDER), assignment(failed).penalty);
                pass(ACCEPT_PERIOD + 1);
                assert_ok!(expire(failed));
                assert_eq!(bond_of(PROVIDER) + penalty, bond);
                let before = balance(JOB_OWNER) + escrow();
                set_bond_for(SECOND_PROVIDER, unit_price);
                let staked = bond_of(SECOND_PROVIDER);
                idle();
                let (penalty, burned) = (assignment(failed).penalty, Burned::get());
                accept(SECOND_PROVIDER, failed);
                deliver_key(failed);
                submit(SECOND_PROVIDER, failed);
                assert_ok!(ComputeMarket::decided(failed, decision, majority));
                let paid = balance(POT) - EXISTENTIAL_DEPOSIT;
                let lost = staked - bond_of(SECOND_PROVIDER);
                let due = match decision {
                    Decision::Rejected => training_price,
                    Decision::Withheld => training_price + penalty,
                    Decision::Accepted { .. } | Decision::Undecided => 0,
                };
                assert_eq!((lost, escrow()), (due, 0));
                assert_eq!(balance(JOB_OWNER) + paid + Burned::get() - burned, before + lost);
            });
        }
    }
}

#[test]
fn calls_hold_reasons_and_issues_keep_their_encoding() {
    use codec::Encode;
    let index = |call: Call<Test>| call.encode()[0];
    let job = JobId::new(0);
    assert_eq!(index(Call::register_provider { bond: 1 }), 0);
    assert_eq!(index(Call::withdraw_offer { offer: OfferId::new(0) }), 2);
    assert_eq!(index(Call::match_job { job, hint: None }), 7);
    assert_eq!(index(Call::prune_job { job }), 13);
    assert_eq!(index(Call::decline_job { job }), 14);
    assert_eq!(index(Call::add_bond { amount: 1 }), 15);
    assert_eq!(index(Call::refresh_offers { provider: 1 }), 18);
    assert_eq!(HoldReason::ProviderBond.encode(), [1]);
    assert_eq!(HoldReason::JobDeposit.encode(), [2]);
    assert_eq!(ExitCall::ExpireDelivery.encode(), [0]);
    assert_eq!(ExitCall::CloseRound.encode(), [1]);
}
