//! Parameters that are refused, pinned indices, and states that the invariants catch.

use crate::{
    mock::*, probes::Probe, Call, Duties, EvaluatorIndex, Evaluators, HoldReason, InspectionSeats, Instance, OpenRounds, Pallet,
    Probes, Rounds, Verdict,
};
use codec::Encode;
use frame_support::{assert_ok, traits::Hooks};
use neurodata_primitives::JobId;
use sp_runtime::Permill;

#[test]
fn parameters_that_cannot_work_are_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let refused = |fault| assert_eq!(Pallet::<Test>::ensure_parameters(), Err(fault));
        assert_ok!(Pallet::<Test>::ensure_parameters());
        CommitteeSize::set(0);
        refused("CommitteeSize is not within 1 to MAX_FIRST_COMMITTEE");
        CommitteeSize::set(8);
        refused("CommitteeSize is not within 1 to MAX_FIRST_COMMITTEE");
        CommitteeSize::set(3);
        MaxEvaluators::set(2);
        refused("CommitteeSize is above MaxEvaluators");
        MaxEvaluators::set(1_000);
        NonRevealSlash::set(Permill::zero());
        refused("NonRevealSlash of EvaluatorBond is zero");
        NonRevealSlash::set(Permill::from_percent(20));
        DrawDelay::set(0);
        refused("DrawDelay is below 1 block");
        DrawDelay::set(2);
        <ModelValidation as Hooks<u64>>::integrity_test();
    });
}

#[test]
fn call_indices_and_the_hold_reason_are_pinned() {
    let index = |call: Call<Test>| call.encode()[0];
    assert_eq!(index(Call::register_evaluator { bond: 1, recipient_key: recipient_key(1) }), 0);
    assert_eq!(index(Call::set_recipient_key { recipient_key: recipient_key(1) }), 1);
    assert_eq!(index(Call::retire_evaluator {}), 2);
    assert_eq!(index(Call::withdraw_bond {}), 3);
    assert_eq!(index(Call::draw_committee { job: JOB }), 4);
    assert_eq!(index(Call::deliver_evaluation_keys { job: JOB, keys: Default::default() }), 5);
    assert_eq!(index(Call::seal_verdict { job: JOB, seal: Default::default() }), 6);
    let reveal = Call::reveal_verdict { job: JOB, verdict: Verdict::Accept, score: 1, salt: [0; 32] };
    assert_eq!(index(reveal), 7);
    assert_eq!(index(Call::close_sealing { job: JOB }), 8);
    assert_eq!(index(Call::close_round { job: JOB }), 9);
    assert_eq!(index(Call::add_bond { amount: 1 }), 10);
    assert_eq!(index(Call::open_probe { job: JOB, secret: SECRET, links: None }), 11);
    assert_eq!(HoldReason::EvaluatorBond.encode(), [0]);
}

#[test]
fn the_seat_penalty_rounds_up() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(ModelValidation::seat_penalty(), PENALTY);
        NonRevealSlash::set(Permill::from_parts(1));
        assert_eq!(ModelValidation::seat_penalty(), 1);
    });
}

#[test]
fn the_invariants_catch_broken_states() {
    let broken = |breaking: fn(), fault: &'static str| {
        ExtBuilder::default().with_evaluators(3).build().execute_with(|| {
            draw();
            assert_ok!(ModelValidation::do_try_state());
            breaking();
            assert_eq!(ModelValidation::do_try_state(), Err(fault.into()));
        });
    };
    broken(|| Evaluators::<Test>::mutate_extant(EVALUATORS[0], |record| record.bond += 1), "the hold is not the bond");
    broken(
        || Evaluators::<Test>::mutate_extant(EVALUATORS[0], |record| record.open_seats += 1),
        "open seats do not match the rounds",
    );
    broken(|| InspectionSeats::<Test>::insert(EVALUATORS[0], 1), "open seats do not match the rounds");
    broken(|| InspectionSeats::<Test>::insert(EVALUATORS[0], 0), "a count of no seats is stored");
    broken(EvaluatorIndex::<Test>::kill, "the index is not the active evaluators");
    broken(|| Evaluators::<Test>::remove(EVALUATORS[0]), "a stranger is in the index");
    broken(|| Duties::<Test>::remove(EVALUATORS[0]), "the duties are not the seats in rounds");
    broken(|| OpenRounds::<Test>::remove(JOB.get().to_be_bytes()), "a round is not listed");
    broken(|| OpenRounds::<Test>::insert([9; 8], ()), "a listed round is gone");
    broken(
        || EvaluatorIndex::<Test>::mutate(|index| index.iter_mut().for_each(|candidate| candidate.tickets = 9)),
        "an evaluator has too many tickets",
    );
    fn begin(job: JobId) {
        Probes::<Test>::insert(job, Probe::Closed { rate: Permill::one() })
    }
    broken(|| begin(JOB), "a known-answer task is not that of its round");
    broken(|| begin(JobId::new(99)), "a known-answer task has no round");
    broken(
        || Rounds::<Test>::mutate(JOB, |round| round.as_mut().unwrap().instance = Instance::Second),
        "a second committee has none before it",
    );
}
