use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::SeatState;
use sp_runtime::DispatchResult;

fn deliver(signer: AccountId, members: &[AccountId]) -> DispatchResult {
    let keys: Vec<_> = members.iter().map(|member| (*member, wrapped_key(*member))).collect();
    ModelValidation::deliver_evaluation_keys(signed(signer), JOB, keys.try_into().unwrap())
}

#[test]
fn members_get_their_keys_in_one_call_or_several() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        assert_ok!(deliver(PROVIDER, &members[..1]));
        assert_eq!(seat_of(members[0]), SeatState::Evaluating { key: wrapped_key(members[0]) });
        assert_eq!(seat_of(members[1]), SeatState::AwaitingKey);
        assert_ok!(deliver(PROVIDER, &members[1..]));
        assert_eq!(seat_of(members[2]), SeatState::Evaluating { key: wrapped_key(members[2]) });
        assert_eq!(last_event(), Event::EvaluationKeysDelivered { job: JOB, members: members[1..].to_vec() });
    });
}

#[test]
fn only_the_compute_provider_delivers() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        for signer in [JOB_OWNER, DATA_PROVIDER, members[0], STRANGER] {
            assert_noop!(deliver(signer, &members), Error::<Test>::NotAuthorized);
        }
    });
}

#[test]
fn a_stranger_or_a_second_key_refuses_the_whole_call() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        assert_noop!(deliver(PROVIDER, &[members[0], STRANGER]), Error::<Test>::NotOnCommittee);
        assert_noop!(deliver(PROVIDER, &[members[0], members[0]]), Error::<Test>::AlreadyExists);
        assert_ok!(deliver(PROVIDER, &members[..1]));
        assert_noop!(deliver(PROVIDER, &members), Error::<Test>::AlreadyExists);
    });
}

#[test]
fn keys_are_due_in_the_first_half_of_the_sealing_period() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let members = draw();
        run_to_block(9);
        assert_ok!(deliver(PROVIDER, &members[..1]));
        run_to_block(10);
        assert_noop!(deliver(PROVIDER, &members[1..]), Error::<Test>::Expired);
    });
}

#[test]
fn keys_are_for_a_round_in_sealing() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        assert_noop!(deliver(PROVIDER, &[]), Error::<Test>::NotFound);
        open_round();
        assert_noop!(deliver(PROVIDER, &[]), Error::<Test>::WrongState);
    });
}
