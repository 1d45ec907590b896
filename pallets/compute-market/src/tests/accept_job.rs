//! `accept_job`.

use super::*;

fn secret() -> ProbeCommitment {
    ProbeCommitment::new([8; 32])
}

fn accept_job(who: AccountId, id: JobId) -> Result<(), DispatchError> {
    plain(ComputeMarket::accept_job(signed(who), id, recipient_key(), secret()))
}

#[test]
fn the_matched_provider_accepts_binds_its_secret_and_a_training_use_opens() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        let before = assignment(id);
        assert_eq!(before.probe, None);
        assert_ok!(accept_job(PROVIDER, id));
        let training_use = TrainingUseId::new(0);
        let assignment = Assignment { probe: Some(secret()), ..before };
        assert_eq!(state(id), JobState::AwaitingKey { assignment, training_use, accepted_at: 1 });
        assert_eq!(last_event(), Event::JobAccepted { job: id, provider: PROVIDER, training_use });
        assert_eq!(Uses::get(), [(training_use, id, PROVIDER, TRAINING_PRICE)]);
    });
}

#[test]
fn the_training_use_costs_what_was_agreed_when_posting() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        QuotedPrice::set(&599);
        assert_ok!(accept_job(PROVIDER, id));
        assert_eq!(Uses::get().into_iter().map(|(.., price)| price).collect::<Vec<_>>(), [TRAINING_PRICE]);
    });
}

#[test]
fn the_last_block_for_accepting_is_included() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        pass(ACCEPT_PERIOD);
        assert_ok!(accept_job(PROVIDER, id));
    });
}

#[test]
fn acceptance_comes_too_late() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        pass(ACCEPT_PERIOD + 1);
        assert_noop!(accept_job(PROVIDER, id), Error::<Test>::Expired);
    });
}

#[test]
fn nobody_else_accepts() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_noop!(accept_job(SECOND_PROVIDER, id), Error::<Test>::NotAuthorized);
        assert_noop!(accept_job(JOB_OWNER, id), Error::<Test>::NotAuthorized);
    });
}

#[test]
fn only_a_matched_job_is_accepted() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(accept_job(PROVIDER, JobId::new(7)), Error::<Test>::JobNotFound);
        let open = open_job();
        assert_noop!(accept_job(PROVIDER, open), Error::<Test>::InvalidState);
        let id = accepted_job();
        assert_noop!(accept_job(PROVIDER, id), Error::<Test>::InvalidState);
        deliver_key(id);
        assert_noop!(accept_job(PROVIDER, id), Error::<Test>::InvalidState);
        assert_ok!(cancel(id));
        assert_noop!(accept_job(PROVIDER, id), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_retired_provider_may_still_do_the_job_it_was_given() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(ComputeMarket::retire_provider(signed(PROVIDER)));
        assert_ok!(accept_job(PROVIDER, id));
    });
}

#[test]
fn an_accepted_job_has_no_deadline_here_because_the_registry_keeps_it() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        assert_ok!(accept_job(PROVIDER, id));
        pass(100 * ACCEPT_PERIOD);
        idle();
        assert!(matches!(state(id), JobState::AwaitingKey { .. }));
        assert_eq!(bond_of(PROVIDER), record(PROVIDER).bond);
    });
}

#[test]
fn a_key_that_nobody_can_wrap_for_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let id = matched_job();
        for key in RecipientKey::unusable() {
            let accepted = plain(ComputeMarket::accept_job(signed(PROVIDER), id, key, secret()));
            assert_noop!(accepted, Error::<Test>::UnusableKey);
        }
    });
}
