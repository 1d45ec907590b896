use crate::{mock::*, validation, Error, Event, Verdict, VerdictSeal};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{RoundState, SeatState};

const SEAL: VerdictSeal = VerdictSeal::new([9; 32]);

#[test]
fn a_member_with_a_key_seals() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members);
        assert_ok!(ModelValidation::seal_verdict(signed(members[0]), JOB, SEAL));
        assert_eq!(seat_of(members[0]), SeatState::Sealed { seal: SEAL });
        assert_eq!(round_state(), RoundState::Sealing { keys_by: 9, seal_by: 14 });
        assert_eq!(last_event(), Event::VerdictSealed { job: JOB, evaluator: members[0] });
    });
}

#[test]
fn the_last_seal_starts_the_opening_at_once() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        sealed_round(&[(Verdict::Accept, 90); 3]);
        assert_eq!(round_state(), RoundState::Revealing { reveal_by: 10 });
        assert_eq!(last_event(), Event::RevealingStarted { job: JOB, reveal_by: 10 });
    });
}

#[test]
fn without_a_key_there_is_nothing_to_seal() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members[1..]);
        let call = ModelValidation::seal_verdict(signed(members[0]), JOB, SEAL);
        assert_noop!(call, Error::<Test>::KeyMissing);
    });
}

#[test]
fn a_seal_is_final() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members);
        seal(members[0], Verdict::Accept, 90);
        let call = ModelValidation::seal_verdict(signed(members[0]), JOB, SEAL);
        assert_noop!(call, Error::<Test>::AlreadyExists);
    });
}

#[test]
fn who_has_no_seat_cannot_seal() {
    ExtBuilder::default().with_evaluators(4).build_and_execute(|| {
        let members = draw();
        let outside = EVALUATORS[..4].iter().find(|account| !members.contains(account)).unwrap();
        for signer in [*outside, PROVIDER, STRANGER] {
            let call = ModelValidation::seal_verdict(signed(signer), JOB, SEAL);
            assert_noop!(call, Error::<Test>::NotOnCommittee);
        }
    });
}

#[test]
fn sealing_has_a_last_block() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members);
        run_to_block(14);
        assert_ok!(ModelValidation::seal_verdict(signed(members[0]), JOB, SEAL));
        run_to_block(15);
        assert_noop!(ModelValidation::seal_verdict(signed(members[1]), JOB, SEAL), Error::<Test>::Expired);
    });
}

#[test]
fn seals_are_for_a_round_in_sealing() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let call = |signer| ModelValidation::seal_verdict(signed(signer), JOB, SEAL);
        assert_noop!(call(EVALUATORS[0]), Error::<Test>::NotFound);
        open_round();
        assert_noop!(call(EVALUATORS[0]), Error::<Test>::WrongState);
    });
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = sealed_round(&[(Verdict::Accept, 90); 3]);
        assert_noop!(ModelValidation::seal_verdict(signed(members[0]), JOB, SEAL), Error::<Test>::WrongState);
    });
}

#[test]
fn a_copied_seal_opens_for_nobody_else() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        deliver_keys(&members);
        seal(members[0], Verdict::Accept, 90);
        let copied = validation::seal_verdict(JOB, Verdict::Accept, 90, &salt(members[0]), &members[0]);
        assert_ok!(ModelValidation::seal_verdict(signed(members[1]), JOB, copied));
        seal(members[2], Verdict::Accept, 90);
        assert_ok!(reveal(members[0], Verdict::Accept, 90));
        let call =
            ModelValidation::reveal_verdict(signed(members[1]), JOB, Verdict::Accept, 90, salt(members[0]));
        assert_noop!(call, Error::<Test>::SealMismatch);
    });
}
