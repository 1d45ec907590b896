use crate::{mock::*, Decision, Error, Event, Verdict};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_retired_evaluator_leaves_the_index_and_keeps_its_hold() {
    ExtBuilder::default().with_evaluators(2).build_and_execute(|| {
        assert_ok!(ModelValidation::retire_evaluator(signed(EVALUATORS[0])));
        assert_eq!(active(), [EVALUATORS[1]]);
        assert_eq!(evaluator(EVALUATORS[0]).retires_at, Some(102));
        assert_eq!(held(EVALUATORS[0]), BOND);
        assert_eq!(last_event(), Event::EvaluatorRetired { evaluator: EVALUATORS[0], retires_at: 102 });
    });
}

#[test]
fn only_an_active_evaluator_retires() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        assert_noop!(ModelValidation::retire_evaluator(signed(STRANGER)), Error::<Test>::NotRegistered);
        assert_ok!(ModelValidation::retire_evaluator(signed(EVALUATORS[0])));
        assert_noop!(ModelValidation::retire_evaluator(signed(EVALUATORS[0])), Error::<Test>::AlreadyRetiring);
    });
}

#[test]
fn a_member_that_retires_mid_round_serves_its_seat() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        assert_ok!(ModelValidation::retire_evaluator(signed(members[0])));
        deliver_keys(&members);
        members.iter().for_each(|member| seal(*member, Verdict::Accept, 90));
        for member in &members {
            assert_ok!(reveal(*member, Verdict::Accept, 90));
        }
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, members.clone())]);
        assert_eq!(evaluator(members[0]).open_seats, 0);
    });
}

#[test]
fn a_member_that_retires_mid_round_does_not_escape_the_penalty() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        assert_ok!(ModelValidation::retire_evaluator(signed(members[0])));
        assert_ok!(reveal(members[1], Verdict::Accept, 90));
        assert_ok!(reveal(members[2], Verdict::Accept, 90));
        run_to_block(System::block_number() + RevealPeriod::get() + 1);
        assert_ok!(ModelValidation::close_round(signed(REPORTER), JOB));
        assert_eq!(held(members[0]), BOND - PENALTY);
        assert_eq!(Decisions::get(), [(JOB, Decision::Accepted { score: 90 }, members[1..].to_vec())]);
    });
}
