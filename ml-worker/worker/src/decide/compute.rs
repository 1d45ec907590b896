//! The compute provider: what each job needs next.

use super::{heartbeat_is_due, stagger, COURTESY_BLOCKS};
use crate::{
    data::Fitness,
    journal::{ComputeEntry, Failure},
};
use neurodata_chain::{
    AccountId, Balance, BlockNumber, JobRecord, JobState, OfferRecord, ProviderRecord, RoundRecord, TrainingUse,
};
use neurodata_primitives::{Capability, Claim, JobId, RoundState, SeatState, TrainingUseState};

/// Blocks before the end of its time at which a job that is not known to fit is declined.
const DECLINE_BLOCKS: BlockNumber = 5;

/// A job as the chain has it, seen by one compute provider.
#[derive(Clone, Copy)]
pub struct JobView<'a> {
    /// Height of the best block.
    pub now: BlockNumber,
    /// The compute provider.
    pub account: &'a AccountId,
    /// The provider's offer.
    pub offer: Option<&'a OfferRecord>,
    /// The job.
    pub id: JobId,
    /// The job.
    pub job: &'a JobRecord,
    /// Its training use, if it has one.
    pub training_use: Option<&'a TrainingUse>,
    /// Its round of evaluation, if it has one.
    pub round: Option<&'a RoundRecord>,
}

/// What the worker itself knows of a job.
#[derive(Clone, Copy, Default)]
pub struct Local<'a> {
    /// Its journal. It is written when the job turns out to fit, just before it is accepted.
    pub entry: Option<&'a ComputeEntry>,
    /// What looking at its data gave; `None` if nobody looked yet.
    pub look: Option<Look<'a>>,
    /// Checkpoints reached by the training that goes on in this process; `None` if there is none.
    pub training: Option<u32>,
    /// Block at which the present heartbeat deadline was first seen.
    pub deadline_seen_at: BlockNumber,
}

/// How far looking at a job's data has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look<'a> {
    /// It goes on.
    InProgress,
    /// It is over.
    Done(&'a Fitness),
}

/// What to do about one job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// The job is no business of this worker. Anything kept for it can go.
    Ignore,
    /// Nothing now.
    Wait,
    /// Ask the market to match it: this worker's offer fits.
    Match,
    /// Look at its data: can it be done?
    Look,
    /// Make a one-time key and accept.
    Accept,
    /// Refuse it, which costs nothing before it is accepted.
    Decline {
        /// Why.
        reason: String,
    },
    /// The data provider did not deliver the key: end the training use.
    ExpireDelivery,
    /// Prove that the delivered key, or the package that it opens, is bad.
    Complain {
        /// What is claimed.
        claim: Claim,
    },
    /// Give it back, which costs part of the bond.
    Release {
        /// Why.
        reason: String,
    },
    /// Start, or start again, to train.
    Train,
    /// Say how far training has come.
    Heartbeat {
        /// Checkpoints reached.
        position: u32,
    },
    /// Commit to the result in the journal.
    Submit,
    /// Draw the committee.
    DrawCommittee,
    /// Wrap the content key for these members.
    DeliverEvaluationKeys {
        /// Members without a key.
        members: Vec<AccountId>,
    },
    /// End sealing after its deadline.
    CloseSealing,
    /// End the round after its deadline.
    CloseRound,
}

/// What to do about being a compute provider.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Registration {
    /// Registered, and the offer is the one that was asked for.
    Ready,
    /// Put up the bond.
    Register,
    /// Make or change the offer.
    SetOffer,
    /// The account retired and gets no jobs; its open jobs are finished.
    Retired,
}

/// Decide about registration and offer.
pub fn decide_registration(
    provider: Option<&ProviderRecord>,
    offer: Option<&OfferRecord>,
    capability: Capability,
    unit_price: Balance,
    slots: u32,
) -> Registration {
    match (provider, offer) {
        (None, _) => Registration::Register,
        (Some(provider), _) if provider.retires_at.is_some() => Registration::Retired,
        (Some(_), Some(offer))
            if offer.capability == capability && offer.unit_price == unit_price && offer.slots == slots =>
        {
            Registration::Ready
        }
        (Some(_), _) => Registration::SetOffer,
    }
}

/// Decide about one job.
pub fn decide(view: &JobView<'_>, local: &Local<'_>) -> Action {
    let JobView { now, account, .. } = *view;
    match &view.job.state {
        JobState::Open { match_by } => {
            let waited = now >= view.job.posted_at + stagger(account, view.id.get());
            if waited && now < *match_by && fits(view) {
                Action::Match
            } else {
                Action::Ignore
            }
        }
        state if state.provider() != Some(account) => Action::Ignore,
        JobState::Matched { accept_by, .. } => decide_matched(now, *accept_by, local),
        JobState::AwaitingKey { .. } => decide_awaiting_key(view, local),
        JobState::Running { seed, challenged_chunk, heartbeat_by, deliver_by, position, .. } => {
            let result = local.entry.and_then(|entry| entry.result.as_ref());
            // A result of another fork's draw is none.
            let has_result =
                result.is_some_and(|result| result.seed == *seed && result.proof.chunk == *challenged_chunk);
            decide_running(view, local, has_result, (*heartbeat_by, *deliver_by), *position)
        }
        JobState::Evaluating { .. } => decide_evaluating(view, local),
        JobState::Closed { .. } => Action::Ignore,
    }
}

/// A job is accepted once its data are known to fit. One that does not, or whose data cannot be had, is declined.
fn decide_matched(now: BlockNumber, accept_by: BlockNumber, local: &Local<'_>) -> Action {
    if now >= accept_by {
        return Action::Wait;
    }
    if local.entry.is_some() {
        // It was found to fit before; the same key is used again.
        return Action::Accept;
    }
    let decline = |reason: &str| Action::Decline { reason: reason.into() };
    let is_late = now.saturating_add(DECLINE_BLOCKS) >= accept_by;
    match local.look {
        Some(Look::Done(Fitness::Fits)) => Action::Accept,
        Some(Look::Done(Fitness::Never(reason))) => decline(reason),
        Some(Look::Done(Fitness::Later(reason))) if is_late => decline(reason),
        Some(Look::InProgress) if is_late => decline("its data could not be examined in time"),
        Some(Look::InProgress) => Action::Wait,
        Some(Look::Done(Fitness::Later(_))) | None => Action::Look,
    }
}

/// Whether the market would assign the job to this worker, as far as it can be told from here.
fn fits(view: &JobView<'_>) -> bool {
    let request = &view.job.request;
    let is_party = [&view.job.owner, &view.job.data_provider].contains(&view.account);
    let failed = view.job.failed_providers.contains(view.account);
    view.offer.is_some_and(|offer| {
        offer.capability.meets(&request.requirements)
            && offer.unit_price <= request.max_unit_price
            && offer.slots_taken < offer.slots
    }) && !is_party
        && !failed
}

/// The reason why the key of this job cannot be opened, if there is one.
fn lost_key(view: &JobView<'_>, local: &Local<'_>) -> Option<String> {
    let Some(entry) = local.entry else {
        return Some("the journal does not know the job's one-time key".into());
    };
    let expected = view.training_use.map(|training_use| training_use.recipient_key);
    (expected.is_some_and(|expected| expected != entry.recipient_key()))
        .then(|| "the journal holds another one-time key than the one the job was accepted with".into())
}

/// What to do about a job that cannot be done; `None` if it can.
fn give_up(view: &JobView<'_>, local: &Local<'_>) -> Option<Action> {
    if let Some(reason) = lost_key(view, local) {
        return Some(Action::Release { reason });
    }
    let delivered = match view.training_use.map(|training_use| &training_use.state) {
        Some(TrainingUseState::Delivered { key }) => Some(key),
        _ => None,
    };
    match local.entry.and_then(|entry| entry.failure.as_ref())? {
        // A key that is not there any more is no reason.
        Failure::Faulty { key, claim } => (delivered == Some(key)).then(|| Action::Complain { claim: claim.clone() }),
        Failure::Other(reason) => Some(Action::Release { reason: reason.clone() }),
    }
}

fn decide_awaiting_key(view: &JobView<'_>, local: &Local<'_>) -> Action {
    if let Some(action) = give_up(view, local) {
        return action;
    }
    match view.training_use.map(|training_use| &training_use.state) {
        Some(TrainingUseState::AwaitingKey { deliver_by }) if view.now > *deliver_by => Action::ExpireDelivery,
        _ => Action::Wait,
    }
}

fn decide_running(
    view: &JobView<'_>,
    local: &Local<'_>,
    has_result: bool,
    (heartbeat_by, deliver_by): (BlockNumber, BlockNumber),
    position: u32,
) -> Action {
    if view.now >= deliver_by {
        // Nothing would be included in time; whoever reports the breach ends the job.
        return Action::Wait;
    }
    if let Some(action) = give_up(view, local) {
        return action;
    }
    if has_result {
        return Action::Submit;
    }
    // A heartbeat moves its deadline at most up to that of the result.
    let can_extend = heartbeat_by < deliver_by && view.now < heartbeat_by;
    match local.training {
        None => Action::Train,
        Some(reached) if can_extend && heartbeat_is_due(local.deadline_seen_at, heartbeat_by, view.now) => {
            Action::Heartbeat { position: reached.max(position) }
        }
        Some(_) => Action::Wait,
    }
}

fn decide_evaluating(view: &JobView<'_>, local: &Local<'_>) -> Action {
    let Some(round) = view.round else { return Action::Wait };
    let now = view.now;
    match round.state {
        RoundState::Drawing { draw_by, .. } if now > draw_by => Action::CloseRound,
        RoundState::Drawing { draw_at, draw_by, .. } if now >= draw_at && now < draw_by => Action::DrawCommittee,
        RoundState::Drawing { .. } => Action::Wait,
        RoundState::Sealing { seal_by, .. } if now > seal_by => Action::CloseSealing,
        RoundState::Sealing { keys_by, .. } => {
            let awaiting = |state: &SeatState| matches!(state, SeatState::AwaitingKey);
            let seats = round.seats.iter().filter(|seat| awaiting(&seat.state));
            let members: Vec<_> = seats.map(|seat| seat.evaluator.clone()).collect();
            let can_deliver = now < keys_by && lost_key(view, local).is_none();
            if members.is_empty() || !can_deliver {
                Action::Wait
            } else {
                Action::DeliverEvaluationKeys { members }
            }
        }
        RoundState::Revealing { reveal_by } if now > reveal_by + COURTESY_BLOCKS => Action::CloseRound,
        RoundState::Revealing { .. } => Action::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        decide::fixtures::*,
        journal::{Journal, PreparedResult},
    };
    use neurodata_dataset::RecipientSecret;
    use neurodata_primitives::{AuditProof, DatasetId, DeviceClass, FieldBytes, JobOutcome, Seed, WrappedKey};

    fn entry() -> ComputeEntry {
        ComputeEntry::new(JOB, &RecipientSecret::new([5; 32]))
    }

    fn training_use(deliver_by: BlockNumber) -> TrainingUse {
        TrainingUse {
            dataset: DatasetId::new(1),
            job: JOB,
            provider: PROVIDER,
            recipient_key: entry().recipient_key(),
            price: 1,
            state: TrainingUseState::AwaitingKey { deliver_by },
        }
    }

    fn offer() -> OfferRecord {
        let capability = Capability { cores: 2, memory_mib: 2_048, device: DeviceClass::Cpu };
        OfferRecord { capability, unit_price: 10, slots: 1, slots_taken: 0 }
    }

    struct Case {
        job: JobRecord,
        round: Option<RoundRecord>,
        training_use: Option<TrainingUse>,
        offer: OfferRecord,
    }

    fn case(state: JobState) -> Case {
        Case { job: job(state), round: None, training_use: Some(training_use(NOW)), offer: offer() }
    }

    impl Case {
        fn decide_as(&self, account: &AccountId, local: &Local<'_>) -> Action {
            let view = JobView {
                now: NOW,
                account,
                offer: Some(&self.offer),
                id: JOB,
                job: &self.job,
                training_use: self.training_use.as_ref(),
                round: self.round.as_ref(),
            };
            decide(&view, local)
        }

        fn decide(&self, local: &Local<'_>) -> Action {
            self.decide_as(&PROVIDER, local)
        }
    }

    fn in_round(state: RoundState<BlockNumber>, seats: &[(AccountId, SeatState)]) -> Action {
        let case = Case { round: Some(round(state, seats)), ..case(evaluating()) };
        case.decide(&Local { entry: Some(&entry()), ..Local::default() })
    }

    #[test]
    fn registration_comes_before_the_offer() {
        let capability = offer().capability;
        let provider = ProviderRecord { bond: 1, open_jobs: 0, retires_at: None };
        let decide = |provider: Option<&ProviderRecord>, offer: Option<&OfferRecord>| {
            decide_registration(provider, offer, capability, 10, 1)
        };
        assert_eq!(decide(None, None), Registration::Register);
        assert_eq!(decide(Some(&provider), None), Registration::SetOffer);
        assert_eq!(decide(Some(&provider), Some(&offer())), Registration::Ready);
        assert_eq!(decide(Some(&provider), Some(&OfferRecord { unit_price: 9, ..offer() })), Registration::SetOffer);
        // How many slots are taken is the market's matter.
        assert_eq!(decide(Some(&provider), Some(&OfferRecord { slots_taken: 1, ..offer() })), Registration::Ready);
        let retired = ProviderRecord { retires_at: Some(5), ..provider };
        assert_eq!(decide(Some(&retired), None), Registration::Retired);
    }

    #[test]
    fn an_open_job_is_matched_only_if_the_offer_fits() {
        let open = JobState::Open { match_by: NOW + 5 };
        let local = Local::default();
        assert_eq!(case(open.clone()).decide(&local), Action::Match);
        for unfit in [
            OfferRecord { unit_price: 11, ..offer() },
            OfferRecord { slots_taken: 1, ..offer() },
            OfferRecord { capability: Capability { cores: 1, ..offer().capability }, ..offer() },
        ] {
            assert_eq!(Case { offer: unfit, ..case(open.clone()) }.decide(&local), Action::Ignore);
        }
        assert_eq!(case(open.clone()).decide_as(&OWNER, &local), Action::Ignore);
        assert_eq!(case(open.clone()).decide_as(&DATA_PROVIDER, &local), Action::Ignore);
        let mut failed = case(open);
        failed.job.failed_providers = vec![PROVIDER].try_into().unwrap();
        assert_eq!(failed.decide(&local), Action::Ignore);
        assert_eq!(case(JobState::Open { match_by: NOW }).decide(&local), Action::Ignore);
        let mut fresh = case(JobState::Open { match_by: NOW + 5 });
        fresh.job.posted_at = NOW;
        assert_eq!(fresh.decide(&local), Action::Ignore);
    }

    #[test]
    fn a_matched_job_is_looked_at_and_then_accepted_in_time() {
        let matched = |accept_by| case(JobState::Matched { provider: PROVIDER, price: 1, accept_by });
        let looked = |look| Local { look, ..Local::default() };
        let early = matched(NOW + 6);
        assert_eq!(early.decide(&Local::default()), Action::Look);
        assert_eq!(early.decide(&looked(Some(Look::InProgress))), Action::Wait);
        assert_eq!(early.decide(&looked(Some(Look::Done(&Fitness::Fits)))), Action::Accept);
        assert_eq!(matched(NOW + 1).decide(&looked(Some(Look::Done(&Fitness::Fits)))), Action::Accept);
        // With a key in the journal the same key is used again, without another look.
        assert_eq!(matched(NOW + 1).decide(&Local { entry: Some(&entry()), ..Local::default() }), Action::Accept);
        assert_eq!(matched(NOW).decide(&Local { entry: Some(&entry()), ..Local::default() }), Action::Wait);
        assert_eq!(early.decide_as(&OTHER, &Local::default()), Action::Ignore);
    }

    #[test]
    fn a_matched_job_that_cannot_be_done_is_declined() {
        let matched = |accept_by| case(JobState::Matched { provider: PROVIDER, price: 1, accept_by });
        let (never, later) = (Fitness::Never("bad".into()), Fitness::Later("missing".into()));
        let decide = |accept_by, look| matched(accept_by).decide(&Local { look, ..Local::default() });
        let declined = |reason: &str| Action::Decline { reason: reason.into() };
        assert_eq!(decide(NOW + 50, Some(Look::Done(&never))), declined("bad"));
        // What may come later is waited for as long as that does no harm.
        assert_eq!(decide(NOW + 6, Some(Look::Done(&later))), Action::Look);
        assert_eq!(decide(NOW + 5, Some(Look::Done(&later))), declined("missing"));
        assert_eq!(decide(NOW + 5, Some(Look::InProgress)), declined("its data could not be examined in time"));
        assert_eq!(decide(NOW, Some(Look::Done(&never))), Action::Wait);
    }

    #[test]
    fn a_key_that_does_not_come_is_reported() {
        let awaiting = |deliver_by| {
            let state = JobState::AwaitingKey { provider: PROVIDER, price: 1, training_use: USE, accepted_at: NOW - 9 };
            Case { training_use: Some(training_use(deliver_by)), ..case(state) }
        };
        let entry = entry();
        let local = Local { entry: Some(&entry), ..Local::default() };
        assert_eq!(awaiting(NOW).decide(&local), Action::Wait);
        assert_eq!(awaiting(NOW - 1).decide(&local), Action::ExpireDelivery);
        assert!(matches!(awaiting(NOW).decide(&Local::default()), Action::Release { .. }));
        let mut unfit = entry.clone();
        unfit.failure = Some(Failure::Other("the target is numeric".into()));
        let released = awaiting(NOW).decide(&Local { entry: Some(&unfit), ..Local::default() });
        assert_eq!(released, Action::Release { reason: "the target is numeric".into() });
    }

    #[test]
    fn a_running_job_is_trained_reported_and_submitted() {
        let case = case(running(NOW + 10, NOW + 40));
        let entry = entry();
        let local = Local { entry: Some(&entry), look: None, training: None, deadline_seen_at: NOW - 5 };
        assert_eq!(case.decide(&local), Action::Train);
        assert_eq!(case.decide(&Local { training: Some(2), ..local }), Action::Wait);
        let due = Local { training: Some(2), deadline_seen_at: NOW - 10, ..local };
        assert_eq!(case.decide(&due), Action::Heartbeat { position: 2 });
        // After a restart training may be behind what the chain knows.
        assert_eq!(case.decide(&Local { training: Some(0), ..due }), Action::Heartbeat { position: 1 });
        let proof = AuditProof {
            chunk: 0,
            leaf: FieldBytes::default(),
            missing_cells: 0,
            path: Default::default(),
            zk_proof: Default::default(),
        };
        let mut finished = entry.clone();
        finished.result = Some(PreparedResult { seed: SEED, commitment: result(), proof: proof.clone() });
        assert_eq!(case.decide(&Local { entry: Some(&finished), ..local }), Action::Submit);
        for other in [
            PreparedResult { seed: Seed::new([8; 32]), commitment: result(), proof: proof.clone() },
            PreparedResult { seed: SEED, commitment: result(), proof: AuditProof { chunk: 1, ..proof } },
        ] {
            finished.result = Some(other);
            assert_eq!(case.decide(&Local { entry: Some(&finished), ..local }), Action::Train);
        }
    }

    #[test]
    fn a_heartbeat_that_gains_nothing_is_not_sent() {
        let entry = entry();
        let local = Local { entry: Some(&entry), look: None, training: Some(1), deadline_seen_at: 0 };
        assert_eq!(case(running(NOW + 10, NOW + 10)).decide(&local), Action::Wait);
        assert_eq!(case(running(NOW, NOW + 10)).decide(&local), Action::Wait);
        assert_eq!(case(running(NOW + 1, NOW)).decide(&local), Action::Wait);
    }

    #[test]
    fn a_job_that_cannot_be_done_is_released() {
        let case = case(running(NOW + 10, NOW + 40));
        assert!(matches!(case.decide(&Local::default()), Action::Release { .. }));
        let mut failed = entry();
        failed.failure = Some(Failure::Other("a row has no target".into()));
        let released = case.decide(&Local { entry: Some(&failed), ..Local::default() });
        assert_eq!(released, Action::Release { reason: "a row has no target".into() });
        let other = ComputeEntry::new(JOB, &RecipientSecret::new([6; 32]));
        assert!(matches!(case.decide(&Local { entry: Some(&other), ..Local::default() }), Action::Release { .. }));
    }

    #[test]
    fn what_is_bad_is_proved_as_long_as_its_key_is_the_delivered_one() {
        let deliver = |key| Some(TrainingUse { state: TrainingUseState::Delivered { key }, ..training_use(NOW) });
        let awaiting = JobState::AwaitingKey { provider: PROVIDER, price: 1, training_use: USE, accepted_at: NOW - 9 };
        for claim in claims() {
            let mut failed = entry();
            failed.failure = Some(Failure::Faulty { key: wrapped(), claim: claim.clone() });
            let local = Local { entry: Some(&failed), ..Local::default() };
            let mut case = case(running(NOW + 10, NOW + 40));
            case.training_use = deliver(wrapped());
            assert_eq!(case.decide(&local), Action::Complain { claim });
            // After a fork another key may have been delivered, or none yet.
            case.training_use = deliver(WrappedKey { sealed_key: [9; 48], ..wrapped() });
            assert_eq!(case.decide(&local), Action::Train);
            case.training_use = Some(training_use(NOW));
            case.job = job(awaiting.clone());
            assert_eq!(case.decide(&local), Action::Wait);
            // Nothing would be included in time.
            case.training_use = deliver(wrapped());
            case.job = job(running(NOW, NOW));
            assert_eq!(case.decide(&local), Action::Wait);
        }
    }

    #[test]
    fn the_committee_is_drawn_in_its_window() {
        let drawing = |draw_at, draw_by| in_round(RoundState::Drawing { opened_at: 90, draw_at, draw_by }, &[]);
        assert_eq!(drawing(NOW + 1, NOW + 9), Action::Wait);
        assert_eq!(drawing(NOW, NOW + 9), Action::DrawCommittee);
        assert_eq!(drawing(NOW - 9, NOW), Action::Wait);
        assert_eq!(drawing(NOW - 9, NOW - 1), Action::CloseRound);
    }

    #[test]
    fn keys_go_to_members_that_have_none() {
        let seats = [(EVALUATOR, SeatState::AwaitingKey), (OTHER, SeatState::Evaluating { key: wrapped() })];
        let sealing = |keys_by, seal_by| in_round(RoundState::Sealing { keys_by, seal_by }, &seats);
        assert_eq!(sealing(NOW + 1, NOW + 9), Action::DeliverEvaluationKeys { members: vec![EVALUATOR] });
        assert_eq!(sealing(NOW, NOW + 9), Action::Wait);
        assert_eq!(sealing(NOW - 9, NOW - 1), Action::CloseSealing);
        let all = [(OTHER, SeatState::Evaluating { key: wrapped() })];
        assert_eq!(in_round(RoundState::Sealing { keys_by: NOW + 1, seal_by: NOW + 9 }, &all), Action::Wait);
    }

    #[test]
    fn a_round_that_is_overdue_is_closed() {
        let revealing = |reveal_by| in_round(RoundState::Revealing { reveal_by }, &[]);
        assert_eq!(revealing(NOW), Action::Wait);
        assert_eq!(revealing(NOW - 3), Action::CloseRound);
    }

    #[test]
    fn a_closed_job_is_no_business() {
        let closed = JobState::Closed { outcome: JobOutcome::Expired, prunes_at: NOW };
        assert_eq!(case(closed).decide(&Local::default()), Action::Ignore);
    }

    /// A job on a chain with one provider, and the provider's worker, which is killed again and again.
    struct Life {
        folder: tempfile::TempDir,
        case: Case,
        calls: Vec<&'static str>,
    }

    impl Life {
        /// One step of a worker that has just been started and is killed after `lives` effects: files that it writes
        /// and calls that it submits. `fault` is what is wrong with the delivered key or the package.
        fn step(&mut self, mut lives: u32, fault: Option<&Claim>) {
            let mut effect = || {
                let alive = lives > 0;
                lives = lives.saturating_sub(1);
                alive
            };
            let journal = Journal::open(self.folder.path()).unwrap();
            let mut entry = journal.entry::<ComputeEntry>(JOB).unwrap();
            let local = |entry| Local { entry, look: Some(Look::Done(&Fitness::Fits)), ..Local::default() };
            match self.case.decide(&local(entry.as_ref())) {
                Action::Accept => {
                    let entry = entry.unwrap_or_else(|| ComputeEntry::new(JOB, &RecipientSecret::generate()));
                    if effect() {
                        journal.store_entry(JOB, &entry).unwrap();
                        if effect() {
                            self.calls.push("accept");
                            self.case.job = job(running(NOW + 10, NOW + 40));
                            let state = TrainingUseState::Delivered { key: wrapped() };
                            let recipient_key = entry.recipient_key();
                            self.case.training_use = Some(TrainingUse { recipient_key, state, ..training_use(NOW) });
                        }
                    }
                }
                Action::Train => {
                    let entry = entry.as_mut().unwrap();
                    if let Some(claim) = fault {
                        entry.failure = Some(Failure::Faulty { key: wrapped(), claim: claim.clone() });
                    } else {
                        let proof = AuditProof {
                            chunk: 0,
                            leaf: FieldBytes::default(),
                            missing_cells: 0,
                            path: Default::default(),
                            zk_proof: Default::default(),
                        };
                        entry.result = Some(PreparedResult { seed: SEED, commitment: result(), proof });
                    }
                    if effect() {
                        journal.store_entry(JOB, entry).unwrap();
                    }
                }
                Action::Submit => {
                    if effect() {
                        self.calls.push("submit");
                    }
                }
                Action::Complain { claim } => {
                    assert_eq!(Some(&claim), fault);
                    if effect() {
                        self.calls.push("complain");
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_worker_that_is_killed_anywhere_goes_on_from_its_journal() {
        for fault in claims().map(Some).into_iter().chain([None]) {
            let end = if fault.is_some() { "complain" } else { "submit" };
            for fate in 0..3u32.pow(5) {
                let matched = JobState::Matched { provider: PROVIDER, price: 1, accept_by: NOW + 50 };
                let mut life = Life { folder: tempfile::tempdir().unwrap(), case: case(matched), calls: Vec::new() };
                for step in 0..9 {
                    life.step(if step < 5 { fate / 3u32.pow(step) % 3 } else { 9 }, fault.as_ref());
                    if life.calls.last() == Some(&end) {
                        break;
                    }
                }
                assert_eq!(life.calls, ["accept", end], "{fate}");
            }
        }
    }
}
