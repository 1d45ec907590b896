//! The compute provider: what each job needs next.

use super::{heartbeat_is_due, stagger, COURTESY_BLOCKS};
use crate::{
    data::Fitness,
    journal::{ComputeEntry, Failure, PreparedProgress, PreparedResult},
};
use neurodata_chain::{
    AccountId, BlockNumber, JobRecord, JobState, MarketRules, OfferRecord, ProviderRecord, RoundRecord, TrainingUse,
};
use neurodata_primitives::{
    job::Progress, probe, trace, Claim, DeviceClass, JobId, OfferId, RoundState, SeatState, Seed, TraceLink,
    TraceLinks, TraceRoot, TrainingUseState,
};
use std::cmp::Reverse;

/// Blocks before the end of its time at which a job that is not known to fit is declined.
const DECLINE_BLOCKS: BlockNumber = 5;
/// Fewest checkpoints that prove progress: the initial one, which costs nothing, and one more.
const LEAST_PROGRESS: u32 = 2;
/// Checkpoints beyond the position that the last heartbeat told, or beyond 0, up to which the market accepts progress.
/// They are counted from 1 and positions from 0, so that this is one more checkpoint than was told.
const UNTOLD_PROGRESS: u32 = 2;
/// Blocks before the end of its time at which a result is submitted though the chain was not told of enough
/// checkpoints.
const LAST_BLOCKS: BlockNumber = 10;
/// Most jobs that the market gives to one provider at a time. Source: `MaxJobsPerProvider` of the runtime.
pub const MAX_JOBS: u32 = 64;
/// Fewest blocks between two heartbeats of which the second only tells a new checkpoint.
const NEWS_BLOCKS: BlockNumber = 20;

/// What the market knows of one compute provider, and what its machine can do.
#[derive(Clone, Copy)]
pub struct Standing<'a> {
    /// The compute provider.
    pub account: &'a AccountId,
    /// Its record; `None` if it is not registered.
    pub provider: Option<&'a ProviderRecord>,
    /// Its offers.
    pub offers: &'a [(OfferId, OfferRecord)],
    /// Devices that this worker can train on.
    pub devices: &'a [DeviceClass],
    /// Parameters as they are now.
    pub rules: &'a MarketRules,
}

/// A job as the chain has it, seen by one compute provider.
#[derive(Clone, Copy)]
pub struct JobView<'a> {
    /// Height of the best block.
    pub now: BlockNumber,
    /// Who looks at it.
    pub standing: Standing<'a>,
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
    /// Work on it that goes on in this process: the training, or the proof of progress; `None` if there is none.
    pub work: Option<Work>,
    /// Checkpoints that the journal holds, the initial one included. Looked up only for a job that stops.
    pub checkpoints: u32,
    /// Block at which the present heartbeat deadline was first seen.
    pub deadline_seen_at: BlockNumber,
    /// Block at which this process sent its last heartbeat; `None` if it sent none.
    pub heartbeat_at: Option<BlockNumber>,
}

/// Work on a job that goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work {
    /// The checkpoint that a heartbeat can tell; `None` before the first.
    pub reached: Option<Progress>,
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
    /// Ask the market to match it: this offer fits.
    Match {
        /// An own offer.
        offer: OfferId,
    },
    /// Look at its data: can it be done?
    Look,
    /// Make a one-time key and a secret, and accept.
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
    /// Give it back, which costs part of the bond unless its owner cancelled it. Never done to a job that waits for its
    /// key, nor to one that the journal does not know: another worker may be at it.
    Release {
        /// Why.
        reason: String,
    },
    /// Start, or start again, to train.
    Train,
    /// Say how far training has come. More urgent than anything else; what comes beside it says [`decide_besides`].
    Heartbeat {
        /// The checkpoint to tell.
        reached: Progress,
    },
    /// Publish what goes with the trace that is shown, and commit to the result in the journal.
    Submit {
        /// Whether a planted trace is shown instead of the true one, for a known-answer task.
        planted: bool,
    },
    /// Its owner cancelled it: prove possession of the data, with what is needed to commit to checkpoints in the
    /// journal.
    ProveProgress {
        /// How many, the initial one included.
        checkpoints: u32,
    },
    /// Commit to checkpoints that were reached.
    SubmitProgress {
        /// How many, the initial one included.
        checkpoints: u32,
        /// The trace to show: the true one or the planted one, as in [`Action::Submit`].
        trace: TraceRoot,
    },
    /// End it: its time is over.
    Expire,
    /// Draw the committee.
    DrawCommittee,
    /// Wrap the content key for these members.
    DeliverEvaluationKeys {
        /// Members without a key.
        members: Vec<AccountId>,
    },
    /// End sealing after its deadline.
    CloseSealing,
    /// Open the secret that was bound when the job was accepted.
    OpenProbe {
        /// Links of the true trace, if the submitted one was planted.
        links: Option<TraceLinks>,
    },
    /// End the round after its deadline.
    CloseRound,
}

impl JobView<'_> {
    fn is_ours(&self) -> bool {
        self.job.state.provider() == Some(self.standing.account)
    }
}

/// Decide what is most urgent about one job.
pub fn decide(view: &JobView<'_>, local: &Local<'_>) -> Action {
    heartbeat(view, local).map_or_else(|| decide_besides(view, local), |reached| Action::Heartbeat { reached })
}

/// Decide about one job, heartbeats apart.
pub fn decide_besides(view: &JobView<'_>, local: &Local<'_>) -> Action {
    let now = view.now;
    match &view.job.state {
        JobState::Open { match_by } => decide_open(view, *match_by),
        _ if !view.is_ours() => Action::Ignore,
        JobState::Matched { accept_by, .. } => decide_matched(view, *accept_by, local),
        JobState::AwaitingKey { .. } => decide_awaiting_key(view),
        JobState::Running { seed, challenged_chunk, deliver_by, .. } => {
            if now >= *deliver_by {
                // Nothing would be included in time; whoever reports the breach ends the job.
                return Action::Wait;
            }
            if let Some(action) = give_up(view, local) {
                return action;
            }
            if let Some((entry, _)) = prepared_result(local, seed, *challenged_chunk) {
                return if may_submit(now, view.job) {
                    Action::Submit { planted: is_planted(view, entry, seed) }
                } else {
                    Action::Wait
                };
            }
            if local.work.is_some() {
                Action::Wait
            } else {
                Action::Train
            }
        }
        JobState::Stopping { seed, challenged_chunk, progress, submit_by, .. } => {
            decide_stopping(view, local, seed, *challenged_chunk, progress.as_ref(), *submit_by)
        }
        JobState::Evaluating { .. } => decide_evaluating(view, local),
        JobState::Closed { .. } => Action::Ignore,
    }
}

/// The market matches by itself; what it missed is pointed out to it after a while.
fn decide_open(view: &JobView<'_>, match_by: BlockNumber) -> Action {
    let waited = view.now >= view.job.posted_at.saturating_add(stagger(view.standing.account, view.id.get()));
    match fitting_offer(view) {
        Some(offer) if waited && view.now < match_by => Action::Match { offer },
        _ => Action::Ignore,
    }
}

/// The own offer that the market would assign the job to, as far as it can be told from here: of the smallest machines
/// that will do the dearest.
fn fitting_offer(view: &JobView<'_>) -> Option<OfferId> {
    let Standing { account, provider, offers, rules, .. } = view.standing;
    let request = &view.job.request;
    let is_party = [&view.job.owner, &view.job.data_provider].contains(&account);
    let provider = provider.filter(|provider| provider.retires_at.is_none())?;
    if is_party || provider.open_jobs >= MAX_JOBS || view.job.failed_providers.contains(account) {
        return None;
    }
    let required = request.requirements.required_class()?;
    let is_covered = |offer: &OfferRecord| {
        let price = offer.unit_price.saturating_mul(view.job.work_units.into());
        let penalty = rules.price_liability.mul_ceil(price).max(rules.least_penalty);
        let exposure = penalty.saturating_add(view.job.training_price);
        provider.bond >= provider.exposure.saturating_add(exposure)
    };
    let fits = |(id, offer): &(OfferId, OfferRecord)| {
        let class = offer.capability.offered_class()?;
        let fits = required.serving().any(|serving| serving == class)
            && offer.unit_price <= request.max_unit_price
            && offer.slots_taken < offer.slots
            && is_covered(offer);
        fits.then_some((class, Reverse(offer.unit_price), *id))
    };
    offers.iter().filter_map(fits).min().map(|(_, _, id)| id)
}

/// A job is accepted once its data are known to fit. One that does not, or whose data cannot be had, is declined.
fn decide_matched(view: &JobView<'_>, accept_by: BlockNumber, local: &Local<'_>) -> Action {
    let now = view.now;
    if now >= accept_by {
        return Action::Wait;
    }
    let decline = |reason: &str| Action::Decline { reason: reason.into() };
    if !view.standing.devices.contains(&view.job.request.requirements.device) {
        return decline("this worker does not have the device that it needs");
    }
    if local.entry.is_some() {
        // It was found to fit before; the same key and secret are used again.
        return Action::Accept;
    }
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

/// The reason why this worker cannot know the job that its account holds, if there is one: a second worker with the
/// same account accepted it, or the journal was lost.
///
/// Nothing is done about such a job but what anybody may do, least of all is it released, which would cost the other
/// worker its penalty: a person has to see to it.
pub fn unknown(view: &JobView<'_>, local: &Local<'_>) -> Option<&'static str> {
    let is_accepted =
        !matches!(view.job.state, JobState::Open { .. } | JobState::Matched { .. } | JobState::Closed { .. });
    lost_key(view, local).filter(|_| is_accepted && view.is_ours())
}

/// The reason why the key of this job cannot be opened, if there is one.
fn lost_key(view: &JobView<'_>, local: &Local<'_>) -> Option<&'static str> {
    let Some(entry) = local.entry else {
        return Some("the journal does not know the job");
    };
    let expected = view.training_use.map(|training_use| training_use.recipient_key);
    (expected.is_some_and(|expected| expected != entry.recipient_key()))
        .then_some("the journal holds another one-time key than the one the job was accepted with")
}

/// What to do about a job that cannot be done; `None` if it can.
fn give_up(view: &JobView<'_>, local: &Local<'_>) -> Option<Action> {
    if lost_key(view, local).is_some() {
        return Some(Action::Wait);
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

/// Neither side can leave a job that waits for its key but by the key or by its deadline.
fn decide_awaiting_key(view: &JobView<'_>) -> Action {
    match view.training_use.map(|training_use| &training_use.state) {
        Some(TrainingUseState::AwaitingKey { deliver_by }) if view.now > *deliver_by => Action::ExpireDelivery,
        _ => Action::Wait,
    }
}

/// The result in the journal, if it is that of this run: a result of another fork's draw is none.
fn prepared_result<'a>(
    local: &Local<'a>,
    seed: &Seed,
    challenged_chunk: u32,
) -> Option<(&'a ComputeEntry, &'a PreparedResult)> {
    let entry = local.entry?;
    let result = entry.result.as_ref()?;
    (result.seed == *seed && result.proof.chunk == challenged_chunk).then_some((entry, result))
}

/// Whether the committee is shown a planted trace in place of the true one: the secret decides, which was bound before
/// the seed was drawn.
fn is_planted(view: &JobView<'_>, entry: &ComputeEntry, seed: &Seed) -> bool {
    probe::is_drawn(entry.probe_secret(), seed, view.standing.rules.probe_rate)
}

/// The trace that the committee is shown of a run with these true `links`.
fn shown(view: &JobView<'_>, entry: &ComputeEntry, seed: &Seed, links: &[TraceLink]) -> TraceRoot {
    if is_planted(view, entry, seed) {
        trace::root(&probe::plant(links, entry.probe_secret()))
    } else {
        trace::root(links)
    }
}

/// The checkpoint that a running job's heartbeat has to tell now, if one is due, whether or not work on it goes on: the
/// furthest of what the work can tell, what the result in the journal says and what was told before.
fn heartbeat(view: &JobView<'_>, local: &Local<'_>) -> Option<Progress> {
    let JobState::Running { seed, challenged_chunk, progress, heartbeat_by, deliver_by, .. } = &view.job.state else {
        return None;
    };
    let (now, told) = (view.now, progress.as_ref());
    let is_over = now >= *heartbeat_by || now >= *deliver_by;
    if is_over || !view.is_ours() || give_up(view, local).is_some() {
        return None;
    }
    let work = local.work.and_then(|work| work.reached);
    let result = prepared_result(local, seed, *challenged_chunk).map(|(_, result)| result.heartbeat);
    // After a restart training may be behind what the chain was told. Before the first checkpoint nothing can be said.
    let reached = [work, result, *progress].into_iter().flatten().max_by_key(|progress| progress.position)?;
    // A heartbeat moves its deadline at most up to that of the result.
    let is_due = heartbeat_by < deliver_by && heartbeat_is_due(local.deadline_seen_at, *heartbeat_by, now);
    (is_due || is_news(view, local, &reached, told)).then_some(reached)
}

/// Whether the chain should hear of `reached` before the deadline asks for it: what it was not told is not paid if the
/// owner cancels. The last checkpoint that is told is told at once, since the result waits for it.
fn is_news(view: &JobView<'_>, local: &Local<'_>, reached: &Progress, told: Option<&Progress>) -> bool {
    let is_further = reached.position > told.map_or(0, |told| told.position);
    let is_last = is_enough(Some(reached), view.job);
    let has_rested = local.heartbeat_at.is_none_or(|sent_at| view.now >= sent_at.saturating_add(NEWS_BLOCKS));
    is_further && (is_last || has_rested)
}

/// Whether the whole run can be proved if its owner cancels it after the last heartbeat `told` this.
fn is_enough(told: Option<&Progress>, job: &JobRecord) -> bool {
    let position = told.map_or(0, |told| told.position);
    position.saturating_add(UNTOLD_PROGRESS) >= job.request.spec.checkpoints(job.rows)
}

/// Whether the result of a running job may be published and submitted: the chain was told so much that a cancellation
/// which overtakes it still lets the whole run be proved, or it cannot be told any more.
pub fn may_submit(now: BlockNumber, job: &JobRecord) -> bool {
    let JobState::Running { progress, heartbeat_by, deliver_by, .. } = &job.state else { return false };
    is_enough(progress.as_ref(), job) || now >= *heartbeat_by || now.saturating_add(LAST_BLOCKS) >= *deliver_by
}

/// How many of the `reached` checkpoints can be submitted after the last heartbeat `told` this; `None` if it is nothing
/// that would be paid, or does not even contain what was told.
fn provable(reached: u32, told: Option<&Progress>) -> Option<u32> {
    let position = told.map_or(0, |told| told.position);
    let checkpoints = reached.min(position.saturating_add(UNTOLD_PROGRESS));
    (checkpoints >= LEAST_PROGRESS && checkpoints > position).then_some(checkpoints)
}

/// The owner cancelled the job while it ran: what was reached until then is paid if it is proved. Giving up costs
/// nothing.
fn decide_stopping(
    view: &JobView<'_>,
    local: &Local<'_>,
    seed: &Seed,
    challenged_chunk: u32,
    told: Option<&Progress>,
    submit_by: BlockNumber,
) -> Action {
    if view.now > submit_by {
        // Nobody else gains by it; it frees a slot.
        return Action::Expire;
    }
    if view.now == submit_by {
        return Action::Wait;
    }
    if lost_key(view, local).is_some() {
        return Action::Wait;
    }
    let release = |reason: &str| Action::Release { reason: reason.into() };
    if let Some((entry, checkpoints, links)) = prepared_progress(local, seed, challenged_chunk, told) {
        return Action::SubmitProgress { checkpoints, trace: shown(view, entry, seed, links) };
    }
    match local.entry.and_then(|entry| entry.failure.as_ref()) {
        Some(Failure::Other(reason)) => return release(reason),
        Some(Failure::Faulty { .. }) => return release("its data are bad, so that nothing was trained"),
        None => {}
    }
    if local.work.is_some() {
        return Action::Wait;
    }
    match provable(local.checkpoints, told) {
        Some(checkpoints) => Action::ProveProgress { checkpoints },
        None if told.is_some_and(|told| told.position >= local.checkpoints) => {
            release("the chain was told of a checkpoint that the journal does not hold any more")
        }
        None => release("its owner cancelled it before the first checkpoint"),
    }
}

/// What the journal holds of this run that can be committed to after the last heartbeat `told` this: the whole run, or
/// its beginning. Checkpoints and links of the true trace.
fn prepared_progress<'a>(
    local: &Local<'a>,
    seed: &Seed,
    challenged_chunk: u32,
    told: Option<&Progress>,
) -> Option<(&'a ComputeEntry, u32, &'a [TraceLink])> {
    let is_accepted = |checkpoints: u32| provable(checkpoints, told) == Some(checkpoints);
    let whole = prepared_result(local, seed, challenged_chunk);
    if let Some((entry, result)) = whole.filter(|(_, result)| is_accepted(result.commitment.checkpoints)) {
        return Some((entry, result.commitment.checkpoints, &result.links));
    }
    let entry = local.entry?;
    let is_ours = |progress: &&PreparedProgress| progress.seed == *seed && progress.proof.chunk == challenged_chunk;
    let progress = entry.progress.as_ref().filter(is_ours).filter(|progress| is_accepted(progress.checkpoints()))?;
    Some((entry, progress.checkpoints(), &progress.links))
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
        RoundState::Revealing { reveal_by } if now > reveal_by.saturating_add(COURTESY_BLOCKS) => Action::CloseRound,
        RoundState::Revealing { reveal_by } if now < reveal_by => {
            openable(view, local, round).map_or(Action::Wait, |links| Action::OpenProbe { links })
        }
        RoundState::Revealing { .. } => Action::Wait,
    }
}

/// What the secret of this round is opened with: the links of the true trace if this worker planted the one that is
/// judged. `None` if there is no secret to be opened, or it is not known.
fn openable(view: &JobView<'_>, local: &Local<'_>, round: &RoundRecord) -> Option<Option<TraceLinks>> {
    let (bound, entry) = (round.probe?, local.entry?);
    if entry.probe_commitment(view.standing.account) != bound {
        return None;
    }
    let whole = entry.result.as_ref().map(|result| (result.seed, &result.links));
    let beginning = entry.progress.as_ref().map(|progress| (progress.seed, &progress.links));
    let stands_for = |links: &TraceLinks| trace::root(&probe::plant(links, entry.probe_secret())) == round.trace;
    let own = [whole, beginning].into_iter().flatten().filter(|(seed, _)| *seed == round.seed);
    // What was not planted by this worker is opened as it was submitted.
    Some(own.map(|(_, links)| links).find(|links| stands_for(links)).cloned())
}

#[cfg(test)]
mod tests;
