//! Committees that do not agree, results that they refuse, and results that carry a known-answer task.

use frame_support::{assert_ok, traits::fungible::Inspect};
use neurodata_primitives::{money::NRC, *};
use sp_runtime::Permill;

use super::{support::*, *};
use params::groups::validation;
use world::*;

/// Probes at the highest rate there is.
fn probe_often() {
    set(params::RuntimeParameters::Validation(validation::Parameters::ProbeRate(
        validation::ProbeRate,
        Some(Permill::one()),
    )));
    assert_eq!(params::bounded::ProbeRate::get(), Permill::from_percent(50));
}

fn is_known_answer(reason: PayoutReason) -> bool {
    matches!(reason, PayoutReason::KnownAnswer { .. })
}

#[test]
fn who_accepts_a_planted_trace_loses_the_seat_penalty_and_who_rejects_it_is_paid() {
    on_chain(|| {
        probe_often();
        register_evaluators(8);
        fund_pool(100 * NRC);
        let data_provider = funded(100);
        let accepted = accepted_job_of(request(active_dataset(&data_provider)), true);
        let AcceptedJob { job, provider, secret, .. } = &accepted;
        let planted = planted(secret);
        submit_trace(&accepted, &data_provider, planted);

        let members = open_sealing(*job, provider);
        let (lazy, honest) = members.split_first().expect("a committee has members");
        let votes = [all(&[lazy.clone()], Verdict::Accept), all(honest, Verdict::Reject)].concat();
        seal(*job, &votes);
        let bond = evaluator(lazy).bond;
        let issuance = Balances::total_issuance();
        assert_ok!(ModelValidation::open_probe(signed(provider), *job, *secret, true_links()));
        reveal(*job, &votes);

        let penalty = ModelValidation::seat_penalty();
        assert_eq!(evaluator(lazy).bond, bond - penalty);
        assert!(Balances::total_issuance() < issuance, "most of a penalty is burned");
        let evidence = PenaltyCause::PlantAccepted { job: *job, planted, trace: TRACE, secret: *secret };
        let penalised = history(*job, lazy).into_iter().any(|entry| {
            matches!(entry.event, HistoryEvent::Penalised { cause, .. } if cause == evidence) && entry.amount == penalty
        });
        assert!(penalised, "the evidence stands in its history: {:?}", history(*job, lazy));
        let fees = |members: &[AccountId]| -> Vec<Balance> {
            members.iter().map(|member| credited(*job, member, is_known_answer)).collect()
        };
        assert_eq!(fees(honest), [0, 0], "what they are paid depends on how the job ends");

        // The true result goes to a round of its own, which carries no task.
        let round = round_of(*job);
        assert_eq!((round.trace, round.probe, round.instance), (TRACE, None, Instance::First));
        vote_as_one(&accepted, Verdict::Accept);
        let JobOutcome::Settled { paid, .. } = outcome_of(*job) else { panic!("the job is settled") };
        let share = <Runtime as pallet_rewards::Config>::JobSplit::get().shares(paid, 3).each_evaluator;
        let wish = params::bounded::KnownAnswerFee::get().min(share);
        let paid_fees = fees(honest);
        assert!(paid_fees[0] > 0 && paid_fees[0] <= wish && paid_fees[1] == paid_fees[0], "{paid_fees:?} of {wish}");
        assert_eq!(credited(*job, lazy, is_known_answer), 0);
    });
}

#[test]
fn a_provider_that_was_drawn_and_planted_nothing_loses_reputation() {
    on_chain(|| {
        probe_often();
        register_evaluators(4);
        let data_provider = funded(100);
        let accepted = accepted_job_of(request(active_dataset(&data_provider)), true);
        submit_result(&accepted, &data_provider);
        vote_as_one(&accepted, Verdict::Accept);
        let skipped = PenaltyCause::ProbeSkipped { job: accepted.job };
        let noted = history(accepted.job, &accepted.provider)
            .into_iter()
            .any(|entry| matches!(entry.event, HistoryEvent::Penalised { cause, .. } if cause == skipped));
        assert!(noted, "{:?}", history(accepted.job, &accepted.provider));
    });
}

#[test]
fn a_committee_that_does_not_decide_is_followed_by_a_larger_one() {
    on_chain(|| {
        register_evaluators(12);
        let data_provider = funded(100);
        let accepted = accepted_job(active_dataset(&data_provider));
        let AcceptedJob { job, provider, secret, .. } = &accepted;
        submit_result(&accepted, &data_provider);

        let first = open_sealing(*job, provider);
        let [right, wrong, silent] = first.as_slice() else { panic!("a first committee has three members") };
        let mut votes = vec![(right.clone(), Verdict::Accept), (wrong.clone(), Verdict::Reject)];
        seal(*job, &votes);
        seal(*job, &[(silent.clone(), Verdict::Accept)]);
        assert_ok!(ModelValidation::open_probe(signed(provider), *job, *secret, true_links()));
        reveal(*job, &votes);
        let bond = evaluator(silent).bond;
        close_late(*job, provider);
        assert_eq!(
            evaluator(silent).bond,
            bond - ModelValidation::seat_penalty(),
            "silence costs, whatever is decided"
        );
        assert_eq!(round_of(*job).instance, Instance::Second);

        let second = vote_as_one(&accepted, Verdict::Accept);
        assert_eq!(second.len(), 7);
        assert!(second.iter().all(|member| !first.contains(member)));
        let JobOutcome::Settled { paid, .. } = outcome_of(*job) else { panic!("the job is settled") };

        // Paid are all whose verdict is the decision, of both committees.
        votes.truncate(1);
        let shares = <Runtime as pallet_rewards::Config>::JobSplit::get().shares(paid, 8);
        let pay = |account: &AccountId| credited(*job, account, |reason| matches!(reason, PayoutReason::Job { .. }));
        assert!(second.iter().chain([right]).all(|member| pay(member) == shares.each_evaluator));
        assert_eq!((pay(wrong), pay(silent)), (0, 0));
        let outvoted = PenaltyCause::Outvoted { job: *job };
        let lost = history(*job, wrong).into_iter().find_map(|entry| match entry.event {
            HistoryEvent::Penalised { cause, reputation } if cause == outvoted => Some((entry.amount, reputation)),
            _ => None,
        });
        assert!(matches!(lost, Some((0, reputation)) if reputation < 50), "reputation, not money: {lost:?}");
    });
}

#[test]
fn a_result_that_is_refused_costs_its_provider_the_training_price() {
    on_chain(|| {
        register_evaluators(4);
        let data_provider = funded(100);
        let accepted = accepted_job(active_dataset(&data_provider));
        submit_result(&accepted, &data_provider);
        let bond = |account: &AccountId| {
            pallet_compute_market::Providers::<Runtime>::get(account).expect("the provider is registered").bond
        };
        let before = (bond(&accepted.provider), Balances::total_balance(&accepted.job_owner));
        vote_as_one(&accepted, Verdict::Reject);

        assert!(matches!(outcome_of(accepted.job), JobOutcome::Rejected { .. }));
        assert_eq!(bond(&accepted.provider), before.0 - 10 * NRC);
        assert!(Balances::total_balance(&accepted.job_owner) >= before.1 + 10 * NRC);
        let rejected = PenaltyCause::ResultRejected { job: accepted.job };
        let noted = history(accepted.job, &accepted.provider)
            .into_iter()
            .any(|entry| matches!(entry.event, HistoryEvent::Penalised { cause, .. } if cause == rejected));
        assert!(noted, "{:?}", history(accepted.job, &accepted.provider));
    });
}
