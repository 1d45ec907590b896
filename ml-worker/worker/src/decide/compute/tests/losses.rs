//! What would cost a provider money although it did nothing wrong.

use super::*;

#[test]
fn a_job_that_waits_for_its_key_is_never_released() {
    let awaiting = |deliver_by| Case { training_use: Some(training_use(deliver_by)), ..case(accepted(NOW - 9)) };
    let mut unfit = entry();
    unfit.failure = Some(Failure::Other("the target is numeric".into()));
    let other = ComputeEntry::new(JOB, &RecipientSecret::new([6; 32]), SECRET);
    for local in [Local::default(), knowing(&unfit), knowing(&other)] {
        assert_eq!(awaiting(NOW).decide(&local), Action::Wait);
        assert_eq!(awaiting(NOW - 1).decide(&local), Action::ExpireDelivery);
    }
}

#[test]
fn a_job_that_the_journal_does_not_know_is_left_alone() {
    let (own, other) = (entry(), ComputeEntry::new(JOB, &RecipientSecret::new([6; 32]), SECRET));
    let rush = |entry| Local { entry, checkpoints: 3, ..Local::default() };
    let is_unknown = |case: &Case, local: &Local<'_>| {
        let standing = Standing {
            account: &PROVIDER,
            provider: Some(&case.provider),
            offers: &case.offers,
            devices: &case.devices,
            rules: &case.rules,
        };
        let (job, training_use) = (&case.job, case.training_use.as_ref());
        unknown(&JobView { now: NOW, standing, id: JOB, job, training_use, round: None }, local).is_some()
    };
    for state in [
        accepted(NOW - 9),
        running(NOW + 10, NOW + 40),
        running(NOW + 1, NOW + 1),
        running(NOW, NOW),
        stopping(None, NOW + 9),
        stopping(Some(told(1)), NOW),
        evaluating(),
    ] {
        let case = case(state);
        for local in [rush(None), rush(Some(&other))] {
            assert_eq!(case.decide(&local), Action::Wait);
            assert!(is_unknown(&case, &local));
        }
        assert!(!is_unknown(&case, &rush(Some(&own))));
    }
    // A job is in the journal only from its acceptance on.
    for state in [OPEN, matched(NOW + 9), JobState::Closed { outcome: JobOutcome::Expired, prunes_at: NOW }] {
        assert!(!is_unknown(&case(state), &rush(None)));
    }
}

#[test]
fn what_was_told_is_told_again_though_no_work_goes_on() {
    let case = case(running(NOW + 10, NOW + 40));
    let (fresh, finished) = (entry(), with_result(entry()));
    for entry in [&fresh, &finished] {
        let due = Local { deadline_seen_at: NOW - 10, ..knowing(entry) };
        assert_eq!(case.decide(&due), Action::Heartbeat { reached: told(1) });
    }
    let due = Local { deadline_seen_at: NOW - 10, ..knowing(&fresh) };
    assert_eq!(case.decide_as(&OTHER, &due), Action::Ignore);
}

/// A run of nine checkpoints whose result is in the journal, of which the last heartbeat told this.
fn finished(heard: Option<Progress>, heartbeat_by: BlockNumber, deliver_by: BlockNumber) -> (Case, ComputeEntry) {
    let mut case = case(running(heartbeat_by, deliver_by));
    case.job.request.spec = spec(8);
    if let JobState::Running { progress, .. } = &mut case.job.state {
        *progress = heard;
    }
    let mut entry = with_result(entry());
    entry.result.as_mut().unwrap().heartbeat = told(7);
    (case, entry)
}

#[test]
fn a_result_waits_until_the_chain_knows_so_much_that_a_cancellation_costs_nothing() {
    let submit = Action::Submit { planted: false };
    for heard in [None, Some(told(0)), Some(told(6))] {
        let (case, entry) = finished(heard, NOW + 30, NOW + 40);
        // It is told at once, however short ago something else was.
        let local = Local { heartbeat_at: Some(NOW - 1), ..knowing(&entry) };
        assert_eq!(case.decide(&local), Action::Heartbeat { reached: told(7) });
        let standing = Standing {
            account: &PROVIDER,
            provider: Some(&case.provider),
            offers: &case.offers,
            devices: &case.devices,
            rules: &case.rules,
        };
        let (job, training_use) = (&case.job, case.training_use.as_ref());
        let view = JobView { now: NOW, standing, id: JOB, job, training_use, round: None };
        assert_eq!(decide_besides(&view, &local), Action::Wait);
        assert!(!may_submit(NOW, &case.job));
        // When it cannot be told any more, or time is short, nothing is won by waiting.
        for (heartbeat_by, deliver_by) in [(NOW, NOW + 40), (NOW + 10, NOW + 10)] {
            let (case, _) = finished(heard, heartbeat_by, deliver_by);
            assert!(may_submit(NOW, &case.job));
        }
    }
    for position in [7, 8] {
        let (case, entry) = finished(Some(told(position)), NOW + 30, NOW + 40);
        assert_eq!(case.decide(&knowing(&entry)), submit);
        // Overtaken by a cancellation, the whole run is provable.
        assert_eq!(provable(9, Some(&told(position))), Some(9));
    }
    // A run of two checkpoints needs no heartbeat.
    let (mut short, mut entry) = finished(None, NOW + 30, NOW + 40);
    short.job.request.spec = spec(1);
    entry.result.as_mut().unwrap().heartbeat = told(0);
    assert_eq!(short.decide(&knowing(&entry)), submit);
}

#[test]
fn a_provider_that_holds_all_it_may_asks_for_no_more() {
    let holding = |open_jobs| {
        let provider = ProviderRecord { open_jobs, ..provider(1_000) };
        Case { provider, ..case(OPEN) }.decide(&Local::default())
    };
    assert_eq!(holding(MAX_JOBS - 1), Action::Match { offer: OFFER });
    assert_eq!(holding(MAX_JOBS), Action::Ignore);
}
