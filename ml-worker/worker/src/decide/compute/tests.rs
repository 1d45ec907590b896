//! What a compute provider does in every state.

mod life;
mod losses;

use super::*;
use crate::{
    decide::fixtures::*,
    journal::{PreparedProgress, PreparedResult},
    publication::Publication,
};
use neurodata_chain::Balance;
use neurodata_dataset::RecipientSecret;
use neurodata_primitives::{
    validation::Instance, AuditProof, Capability, DatasetId, FieldBytes, JobOutcome, Seed, WrappedKey,
};
use neurodata_training::ModelIndex;
use sp_arithmetic::Permill;

const SECRET: [u8; 32] = [7; 32];

fn entry() -> ComputeEntry {
    ComputeEntry::new(JOB, &RecipientSecret::new([5; 32]), SECRET)
}

fn proof() -> AuditProof {
    AuditProof {
        chunk: 0,
        leaf: FieldBytes::default(),
        missing_cells: 0,
        path: Default::default(),
        zk_proof: Default::default(),
    }
}

/// The result of a run with a state for each checkpoint.
fn prepared() -> PreparedResult {
    let files = ModelIndex::new("a".into(), "b".into(), "c".into(), None);
    let states = ["d", "e", "f"].map(Into::into).to_vec();
    PreparedResult {
        seed: SEED,
        commitment: result(),
        links: bounded(3),
        publication: Publication { files, states },
        heartbeat: told(1),
        proof: proof(),
    }
}

fn with_result(mut entry: ComputeEntry) -> ComputeEntry {
    entry.result = Some(prepared());
    entry
}

fn bounded(checkpoints: u8) -> TraceLinks {
    links(checkpoints).try_into().unwrap()
}

/// The trace of the first two checkpoints.
fn beginning() -> TraceRoot {
    trace::root(&links(2))
}

/// The planted trace that stands for the one of so many checkpoints.
fn planted(checkpoints: u8) -> TraceRoot {
    trace::root(&probe::plant(&links(checkpoints), &SECRET))
}

fn prepared_beginning() -> PreparedProgress {
    PreparedProgress { seed: SEED, links: bounded(2), proof: proof() }
}

fn with_progress(mut entry: ComputeEntry) -> ComputeEntry {
    entry.progress = Some(prepared_beginning());
    entry
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

struct Case {
    job: JobRecord,
    round: Option<RoundRecord>,
    training_use: Option<TrainingUse>,
    provider: ProviderRecord,
    offers: Vec<(OfferId, OfferRecord)>,
    rules: MarketRules,
    devices: Vec<DeviceClass>,
}

fn case(state: JobState) -> Case {
    Case {
        job: job(state),
        round: None,
        training_use: Some(training_use(NOW)),
        provider: provider(100),
        offers: vec![(OFFER, offer())],
        rules: rules(),
        devices: vec![DeviceClass::Cpu],
    }
}

impl Case {
    fn decide_as(&self, account: &AccountId, local: &Local<'_>) -> Action {
        let standing = Standing {
            account,
            provider: Some(&self.provider),
            offers: &self.offers,
            devices: &self.devices,
            rules: &self.rules,
        };
        let view = JobView {
            now: NOW,
            standing,
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

    /// The same when every result carries a known-answer task.
    fn drawn(mut self) -> Self {
        self.rules.probe_rate = Permill::one();
        self
    }
}

/// What a worker knows with this journal; no heartbeat is due.
fn knowing(entry: &ComputeEntry) -> Local<'_> {
    Local { entry: Some(entry), deadline_seen_at: NOW, ..Local::default() }
}

fn in_round(state: RoundState<BlockNumber>, seats: &[(AccountId, SeatState)]) -> Action {
    let case = Case { round: Some(round(state, seats)), ..case(evaluating()) };
    case.decide(&knowing(&entry()))
}

const OPEN: JobState = JobState::Open { match_by: NOW + 5 };

#[test]
fn an_open_job_is_matched_only_if_an_offer_fits() {
    let local = Local::default();
    assert_eq!(case(OPEN).decide(&local), Action::Match { offer: OFFER });
    let gpu = Capability { device: DeviceClass::Cuda, device_memory_mib: 24_564, ..machine(8, 65_536) };
    for unfit in [
        OfferRecord { unit_price: 11, ..offer() },
        OfferRecord { slots_taken: 1, ..offer() },
        OfferRecord { slots_taken: 3, ..offer() },
        OfferRecord { capability: machine(1, 65_536), ..offer() },
        // Enough for the job, but not for its class.
        OfferRecord { capability: machine(2, 1_024), ..offer() },
        OfferRecord { capability: gpu, ..offer() },
    ] {
        assert_eq!(Case { offers: vec![(OFFER, unfit)], ..case(OPEN) }.decide(&local), Action::Ignore);
    }
    assert_eq!(Case { offers: Vec::new(), ..case(OPEN) }.decide(&local), Action::Ignore);
    assert_eq!(case(OPEN).decide_as(&OWNER, &local), Action::Ignore);
    assert_eq!(case(OPEN).decide_as(&DATA_PROVIDER, &local), Action::Ignore);
    let mut failed = case(OPEN);
    failed.job.failed_providers = vec![PROVIDER].try_into().unwrap();
    assert_eq!(failed.decide(&local), Action::Ignore);
    assert_eq!(case(JobState::Open { match_by: NOW }).decide(&local), Action::Ignore);
    let mut fresh = case(OPEN);
    fresh.job.posted_at = NOW;
    assert_eq!(fresh.decide(&local), Action::Ignore);
    let retired = ProviderRecord { retires_at: Some(1), ..provider(100) };
    assert_eq!(Case { provider: retired, ..case(OPEN) }.decide(&local), Action::Ignore);
}

#[test]
fn a_job_that_the_bond_does_not_cover_is_not_asked_for() {
    let decide = |bond, exposure, work_units, training_price| {
        let mut case = case(OPEN);
        case.provider = ProviderRecord { bond, exposure, ..provider(bond) };
        (case.job.work_units, case.job.training_price) = (work_units, training_price);
        case.decide(&Local::default())
    };
    let matched = Action::Match { offer: OFFER };
    // A least breach costs 5, and a tenth of a price of 10 is less.
    assert_eq!((decide(5, 0, 1, 0), decide(4, 0, 1, 0)), (matched.clone(), Action::Ignore));
    assert_eq!((decide(12, 7, 1, 0), decide(11, 7, 1, 0)), (matched.clone(), Action::Ignore));
    assert_eq!((decide(8, 0, 1, 3), decide(7, 0, 1, 3)), (matched.clone(), Action::Ignore));
    // A tenth of 610.
    assert_eq!((decide(61, 0, 61, 0), decide(60, 0, 61, 0)), (matched, Action::Ignore));
    assert_eq!(decide(Balance::MAX - 1, 1, u64::MAX, Balance::MAX), Action::Ignore);
}

#[test]
fn of_several_offers_the_smallest_machine_is_named_and_the_dearest_of_those() {
    let named = |offers: &[(u64, u16, Balance)]| {
        let offers = offers.iter().map(|(id, cores, unit_price)| {
            let capability = machine(*cores, 65_536);
            (OfferId::new(*id), OfferRecord { capability, unit_price: *unit_price, ..offer() })
        });
        Case { offers: offers.collect(), ..case(OPEN) }.decide(&Local::default())
    };
    let matched = |id| Action::Match { offer: OfferId::new(id) };
    assert_eq!(named(&[(1, 16, 10), (2, 2, 4), (3, 2, 9), (4, 1, 10)]), matched(3));
    assert_eq!(named(&[(1, 16, 10), (2, 2, 11)]), matched(1));
}

#[test]
fn a_matched_job_is_looked_at_and_then_accepted_in_time() {
    let looked = |look| Local { look, ..Local::default() };
    let early = case(matched(NOW + 6));
    assert_eq!(early.decide(&Local::default()), Action::Look);
    assert_eq!(early.decide(&looked(Some(Look::InProgress))), Action::Wait);
    assert_eq!(early.decide(&looked(Some(Look::Done(&Fitness::Fits)))), Action::Accept);
    assert_eq!(case(matched(NOW + 1)).decide(&looked(Some(Look::Done(&Fitness::Fits)))), Action::Accept);
    // With a key and a secret in the journal the same are used again, without another look.
    assert_eq!(case(matched(NOW + 1)).decide(&knowing(&entry())), Action::Accept);
    assert_eq!(case(matched(NOW)).decide(&knowing(&entry())), Action::Wait);
    assert_eq!(early.decide_as(&OTHER, &Local::default()), Action::Ignore);
}

#[test]
fn a_matched_job_that_cannot_be_done_is_declined() {
    let (never, later) = (Fitness::Never("bad".into()), Fitness::Later("missing".into()));
    let decide = |accept_by, look| case(matched(accept_by)).decide(&Local { look, ..Local::default() });
    let declined = |reason: &str| Action::Decline { reason: reason.into() };
    assert_eq!(decide(NOW + 50, Some(Look::Done(&never))), declined("bad"));
    // What may come later is waited for as long as that does no harm.
    assert_eq!(decide(NOW + 6, Some(Look::Done(&later))), Action::Look);
    assert_eq!(decide(NOW + 5, Some(Look::Done(&later))), declined("missing"));
    assert_eq!(decide(NOW + 5, Some(Look::InProgress)), declined("its data could not be examined in time"));
    assert_eq!(decide(NOW, Some(Look::Done(&never))), Action::Wait);
}

#[test]
fn a_job_for_a_device_that_is_gone_is_declined() {
    let gone = Case { devices: vec![DeviceClass::Cuda], ..case(matched(NOW + 50)) };
    for local in [Local::default(), knowing(&entry())] {
        assert!(matches!(gone.decide(&local), Action::Decline { .. }));
    }
}

#[test]
fn a_key_that_does_not_come_is_reported() {
    let awaiting = |deliver_by| Case { training_use: Some(training_use(deliver_by)), ..case(accepted(NOW - 9)) };
    let entry = entry();
    assert_eq!(awaiting(NOW).decide(&knowing(&entry)), Action::Wait);
    assert_eq!(awaiting(NOW - 1).decide(&knowing(&entry)), Action::ExpireDelivery);
}

fn at_work(reached: Option<Progress>) -> Option<Work> {
    Some(Work { reached })
}

#[test]
fn a_running_job_is_trained_reported_and_submitted() {
    let case = case(running(NOW + 10, NOW + 40));
    let entry = entry();
    let local = Local { deadline_seen_at: NOW - 5, ..knowing(&entry) };
    assert_eq!(case.decide(&local), Action::Train);
    assert_eq!(case.decide(&Local { work: at_work(Some(told(1))), ..local }), Action::Wait);
    let due = Local { work: at_work(Some(told(2))), deadline_seen_at: NOW - 10, ..local };
    assert_eq!(case.decide(&due), Action::Heartbeat { reached: told(2) });
    // After a restart training may be behind what the chain knows.
    assert_eq!(case.decide(&Local { work: at_work(Some(told(0))), ..due }), Action::Heartbeat { reached: told(1) });
    assert_eq!(case.decide(&Local { work: at_work(None), ..due }), Action::Heartbeat { reached: told(1) });
    let finished = with_result(entry.clone());
    assert_eq!(case.decide(&Local { entry: Some(&finished), ..local }), Action::Submit { planted: false });
    for other in [
        PreparedResult { seed: Seed::new([8; 32]), ..prepared() },
        PreparedResult { proof: AuditProof { chunk: 1, ..proof() }, ..prepared() },
    ] {
        let mut stale = entry.clone();
        stale.result = Some(other);
        assert_eq!(case.decide(&Local { entry: Some(&stale), ..local }), Action::Train);
    }
}

#[test]
fn nothing_is_told_before_there_is_a_checkpoint() {
    let mut case = case(running(NOW + 10, NOW + 40));
    if let JobState::Running { progress, .. } = &mut case.job.state {
        *progress = None;
    }
    let entry = entry();
    let due = Local { work: at_work(None), deadline_seen_at: NOW - 10, ..knowing(&entry) };
    assert_eq!(case.decide(&due), Action::Wait);
    let initial = Local { work: at_work(Some(told(0))), ..due };
    assert_eq!(case.decide(&initial), Action::Heartbeat { reached: told(0) });
}

/// What a provider does that the deadline does not press yet, that sent its last heartbeat so many blocks ago, that can
/// tell of `reached`, and whose last heartbeat told of `heard`.
fn unpressed(sent: Option<BlockNumber>, reached: Option<Progress>, heard: Option<Progress>) -> Action {
    let mut case = case(running(NOW + 90, NOW + 90));
    case.job.request.spec = spec(500);
    if let JobState::Running { progress, .. } = &mut case.job.state {
        *progress = heard;
    }
    let (entry, heartbeat_at) = (entry(), sent.map(|blocks| NOW - blocks));
    case.decide(&Local { work: at_work(reached), deadline_seen_at: NOW, heartbeat_at, ..knowing(&entry) })
}

#[test]
fn a_new_checkpoint_is_told_before_the_deadline_asks_for_it() {
    let news = Action::Heartbeat { reached: told(2) };
    for sent in [None, Some(20), Some(99)] {
        assert_eq!(unpressed(sent, Some(told(2)), Some(told(1))), news);
        assert_eq!(unpressed(sent, Some(told(2)), None), news);
    }
    for sent in [0, 1, 19] {
        assert_eq!(unpressed(Some(sent), Some(told(2)), Some(told(1))), Action::Wait);
    }
    // Nothing that was not told before, or that would be paid without it too.
    for (reached, heard) in [
        (Some(told(1)), Some(told(1))),
        (Some(told(0)), Some(told(1))),
        (None, Some(told(1))),
        (Some(told(0)), None),
        (None, None),
    ] {
        assert_eq!(unpressed(None, reached, heard), Action::Wait);
    }
}

#[test]
fn a_new_checkpoint_is_not_told_when_it_is_too_late() {
    let entry = entry();
    let local = Local { work: at_work(Some(told(2))), deadline_seen_at: NOW, ..knowing(&entry) };
    assert_eq!(case(running(NOW, NOW + 10)).decide(&local), Action::Wait);
    assert_eq!(case(running(NOW + 10, NOW)).decide(&local), Action::Wait);
    assert!(matches!(case(running(NOW + 1, NOW + 1)).decide(&local), Action::Heartbeat { .. }));
}

#[test]
fn a_heartbeat_that_gains_nothing_is_not_sent() {
    let entry = entry();
    let local = Local { work: at_work(Some(told(1))), deadline_seen_at: 0, ..knowing(&entry) };
    assert_eq!(case(running(NOW + 10, NOW + 10)).decide(&local), Action::Wait);
    assert_eq!(case(running(NOW, NOW + 10)).decide(&local), Action::Wait);
    assert_eq!(case(running(NOW + 1, NOW)).decide(&local), Action::Wait);
}

#[test]
fn a_planted_trace_is_shown_exactly_when_it_was_drawn() {
    let entry = with_progress(with_result(entry()));
    let run = || case(running(NOW + 10, NOW + 40));
    assert_eq!(run().decide(&knowing(&entry)), Action::Submit { planted: false });
    assert_eq!(run().drawn().decide(&knowing(&entry)), Action::Submit { planted: true });
    let mut cancelled = entry.clone();
    cancelled.result = None;
    let stop = || case(stopping(Some(told(1)), NOW + 9));
    let shows = |trace| Action::SubmitProgress { checkpoints: 2, trace };
    assert_eq!(stop().decide(&knowing(&cancelled)), shows(beginning()));
    assert_eq!(stop().drawn().decide(&knowing(&cancelled)), shows(planted(2)));
    // Between never and always the secret and the seed decide, and decide the same each time.
    let half = |byte| {
        let mut case = run();
        case.rules.probe_rate = Permill::from_percent(50);
        let entry = with_result(ComputeEntry::new(JOB, &RecipientSecret::new([5; 32]), [byte; 32]));
        let planted = probe::is_drawn(&[byte; 32], &SEED, Permill::from_percent(50));
        assert_eq!(case.decide(&knowing(&entry)), Action::Submit { planted });
        planted
    };
    let planted = (0..=255).filter(|byte| half(*byte)).count();
    assert!((90..=166).contains(&planted), "{planted}");
}

#[test]
fn a_job_that_cannot_be_done_is_released() {
    let case = case(running(NOW + 10, NOW + 40));
    let mut failed = entry();
    failed.failure = Some(Failure::Other("a row has no target".into()));
    assert_eq!(case.decide(&knowing(&failed)), Action::Release { reason: "a row has no target".into() });
    // Nor is a heartbeat sent for it, however near the deadline is.
    let due = Local { deadline_seen_at: 0, ..knowing(&failed) };
    assert!(matches!(case.decide(&due), Action::Release { .. }));
}

#[test]
fn what_is_bad_is_proved_as_long_as_its_key_is_the_delivered_one() {
    let deliver = |key| Some(TrainingUse { state: TrainingUseState::Delivered { key }, ..training_use(NOW) });
    for claim in claims() {
        let mut failed = entry();
        failed.failure = Some(Failure::Faulty { key: wrapped(), claim: claim.clone() });
        let local = knowing(&failed);
        let mut case = case(running(NOW + 10, NOW + 40));
        case.training_use = deliver(wrapped());
        assert_eq!(case.decide(&local), Action::Complain { claim });
        // After a fork another key may have been delivered, or none yet.
        case.training_use = deliver(WrappedKey { sealed_key: [9; 48], ..wrapped() });
        assert_eq!(case.decide(&local), Action::Train);
        case.training_use = Some(training_use(NOW));
        case.job = job(accepted(NOW - 9));
        assert_eq!(case.decide(&local), Action::Wait);
        // Nothing would be included in time.
        case.training_use = deliver(wrapped());
        case.job = job(running(NOW, NOW));
        assert_eq!(case.decide(&local), Action::Wait);
        // Its owner gave it up, so that nothing is left to complain about.
        case.job = job(stopping(None, NOW + 9));
        assert!(matches!(case.decide(&local), Action::Release { .. }));
    }
}

#[test]
fn the_progress_of_a_cancelled_run_is_proved_and_submitted() {
    let case = |told| case(stopping(told, NOW + 9));
    let (fresh, proved, whole) = (entry(), with_progress(entry()), with_result(entry()));
    let local = Local { checkpoints: 2, ..knowing(&fresh) };
    // Training ends at once; its last checkpoint may still be on the way.
    assert_eq!(case(None).decide(&Local { work: at_work(Some(told(1))), ..local }), Action::Wait);
    assert_eq!(case(Some(told(1))).decide(&local), Action::ProveProgress { checkpoints: 2 });
    let submitted = Action::SubmitProgress { checkpoints: 2, trace: beginning() };
    for told in [None, Some(told(0)), Some(told(1))] {
        assert_eq!(case(told).decide(&knowing(&proved)), submitted);
    }
    // A run that was finished when it was cancelled is submitted as far as it came: whole.
    let checkpoints = result().checkpoints;
    let submitted = Action::SubmitProgress { checkpoints, trace: result().trace };
    assert_eq!(case(Some(told(2))).decide(&knowing(&whole)), submitted);
    assert_eq!(case(Some(told(2))).decide(&knowing(&with_progress(whole))), submitted);
}

#[test]
fn as_much_of_a_cancelled_run_is_proved_as_its_heartbeats_allow() {
    let entry = entry();
    let decide = |checkpoints, told| {
        let local = Local { checkpoints, ..knowing(&entry) };
        match case(stopping(told, NOW + 9)).decide(&local) {
            Action::ProveProgress { checkpoints } => Some(checkpoints),
            Action::Release { .. } => None,
            other => panic!("{other:?}"),
        }
    };
    for told in [None, Some(told(0))] {
        assert_eq!([0, 1, 2, 3, 9].map(|reached| decide(reached, told)), [None, None, Some(2), Some(2), Some(2)]);
    }
    let after = |position| [2, 3, 4, 5, 9].map(|reached| decide(reached, Some(told(position))));
    assert_eq!(after(1), [Some(2), Some(3), Some(3), Some(3), Some(3)]);
    assert_eq!(after(2), [None, Some(3), Some(4), Some(4), Some(4)]);
    assert_eq!(after(7), [None, None, None, None, Some(9)]);
    let endless = Progress { position: u32::MAX, ..told(1) };
    assert_eq!(decide(u32::MAX, Some(endless)), None);
}

#[test]
fn whoever_told_all_that_it_may_is_paid_for_all_that_it_reached() {
    for reached in 2..9 {
        let heard = neurodata_training::Trace::new(links(reached)).heartbeat();
        let reached = u32::from(reached);
        assert_eq!(provable(reached, heard.as_ref()), Some(reached));
        // One checkpoint of what is proved was told by no heartbeat: the committee cannot put the trace together.
        assert!(heard.is_some_and(|heard| heard.position + 1 < reached));
    }
}

#[test]
fn what_is_prepared_of_more_than_is_allowed_is_proved_again() {
    let (whole, mut long) = (with_result(entry()), with_progress(entry()));
    let proved = with_progress(whole.clone());
    long.progress.as_mut().unwrap().links = bounded(3);
    let prepared = |entry, told| case(stopping(told, NOW + 9)).decide(&Local { checkpoints: 3, ..knowing(entry) });
    // A whole run of three checkpoints, of which the chain was told the first.
    for heard in [None, Some(told(0))] {
        assert_eq!(prepared(&whole, heard), Action::ProveProgress { checkpoints: 2 });
        assert_eq!(prepared(&proved, heard), Action::SubmitProgress { checkpoints: 2, trace: beginning() });
    }
    // A fork took a heartbeat away after the proof.
    assert!(matches!(prepared(&long, Some(told(1))), Action::SubmitProgress { checkpoints: 3, .. }));
    assert_eq!(prepared(&long, Some(told(0))), Action::ProveProgress { checkpoints: 2 });
}

#[test]
fn a_cancelled_run_without_progress_is_given_up_at_no_cost() {
    let case = |told| case(stopping(told, NOW + 9));
    let (fresh, proved) = (entry(), with_progress(entry()));
    for checkpoints in [0, 1] {
        let local = Local { checkpoints, ..knowing(&fresh) };
        assert!(matches!(case(None).decide(&local), Action::Release { .. }));
    }
    // It told of more than it can prove: the committee would reject it.
    assert!(matches!(case(Some(told(2))).decide(&knowing(&proved)), Action::Release { .. }));
    let mut failed = entry();
    failed.failure = Some(Failure::Other("the checkpoint belongs to another run".into()));
    let released = case(None).decide(&Local { checkpoints: 3, ..knowing(&failed) });
    assert_eq!(released, Action::Release { reason: "the checkpoint belongs to another run".into() });
}

#[test]
fn the_progress_of_another_forks_run_is_none() {
    let case = case(stopping(None, NOW + 9));
    for other in [
        PreparedProgress { seed: Seed::new([8; 32]), ..prepared_beginning() },
        PreparedProgress { proof: AuditProof { chunk: 1, ..proof() }, ..prepared_beginning() },
    ] {
        let mut stale = entry();
        stale.progress = Some(other);
        assert_eq!(case.decide(&Local { checkpoints: 2, ..knowing(&stale) }), Action::ProveProgress { checkpoints: 2 });
    }
}

#[test]
fn a_cancelled_run_ends_with_its_time() {
    let decide = |submit_by| case(stopping(None, submit_by)).decide(&knowing(&with_progress(entry())));
    assert!(matches!(decide(NOW + 1), Action::SubmitProgress { .. }));
    assert_eq!(decide(NOW), Action::Wait);
    assert_eq!(decide(NOW - 1), Action::Expire);
    let foreign = case(stopping(None, NOW - 1)).decide_as(&OTHER, &Local::default());
    assert_eq!(foreign, Action::Ignore);
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
fn the_members_of_a_second_committee_get_their_keys_too() {
    // Drawn because the first did not decide, or because its task was a known-answer task.
    let sealing = RoundState::Sealing { keys_by: NOW + 1, seal_by: NOW + 9 };
    for (instance, trace) in [(Instance::Second, result().trace), (Instance::First, result().trace)] {
        let fresh = RoundRecord { instance, trace, ..round(sealing.clone(), &[(OTHER, SeatState::AwaitingKey)]) };
        for entry in [entry(), with_result(entry())] {
            let case = Case { round: Some(fresh.clone()), ..case(evaluating()) };
            assert_eq!(case.decide(&knowing(&entry)), Action::DeliverEvaluationKeys { members: vec![OTHER] });
        }
    }
}

#[test]
fn a_round_that_is_overdue_is_closed() {
    let revealing = |reveal_by| in_round(RoundState::Revealing { reveal_by }, &[]);
    assert_eq!(revealing(NOW), Action::Wait);
    assert_eq!(revealing(NOW - 3), Action::CloseRound);
}

/// What a provider with `entry` does while the members of its round open their seals, if the round shows `trace` and
/// bound what `bound` holds.
fn in_opening(reveal_by: BlockNumber, trace: TraceRoot, bound: Option<&ComputeEntry>, entry: &ComputeEntry) -> Action {
    let probe = bound.map(|bound| bound.probe_commitment(&PROVIDER));
    let round = RoundRecord { probe, trace, ..round(RoundState::Revealing { reveal_by }, &[]) };
    Case { round: Some(round), ..case(evaluating()) }.decide(&knowing(entry))
}

#[test]
fn the_secret_is_opened_while_members_open_their_seals() {
    let (whole, beginning) = (with_result(entry()), with_progress(entry()));
    for (entry, checkpoints) in [(&whole, 3), (&beginning, 2)] {
        // A planted trace is opened with the links of the true one, any other as it was submitted.
        for (shown, links) in
            [(trace::root(&links(checkpoints)), None), (planted(checkpoints), Some(bounded(checkpoints)))]
        {
            assert_eq!(in_opening(NOW + 1, shown, Some(entry), entry), Action::OpenProbe { links });
            assert_eq!(in_opening(NOW, shown, Some(entry), entry), Action::Wait);
            assert_eq!(in_opening(NOW - 3, shown, Some(entry), entry), Action::CloseRound);
            // It is open, or there is none.
            assert_eq!(in_opening(NOW + 1, shown, None, entry), Action::Wait);
        }
    }
}

#[test]
fn the_secret_is_not_opened_in_any_other_state() {
    let entry = with_result(entry());
    let probe = Some(entry.probe_commitment(&PROVIDER));
    for state in [
        RoundState::Drawing { opened_at: 90, draw_at: NOW + 1, draw_by: NOW + 9 },
        RoundState::Sealing { keys_by: NOW + 1, seal_by: NOW + 9 },
    ] {
        let round = RoundRecord { probe, ..round(state, &[]) };
        let case = Case { round: Some(round), ..case(evaluating()) };
        assert_eq!(case.decide(&knowing(&entry)), Action::Wait);
    }
}

#[test]
fn a_secret_that_was_not_bound_opens_nothing() {
    let entry = with_result(entry());
    let other = ComputeEntry::new(JOB, &RecipientSecret::new([5; 32]), [8; 32]);
    assert_eq!(in_opening(NOW + 1, result().trace, Some(&other), &entry), Action::Wait);
    // What the journal does not know of is opened as it was submitted.
    let as_submitted = Action::OpenProbe { links: None };
    assert_eq!(in_opening(NOW + 1, TraceRoot::new([9; 32]), Some(&entry), &entry), as_submitted);
    let mut stale = entry.clone();
    stale.result.as_mut().unwrap().seed = Seed::new([8; 32]);
    assert_eq!(in_opening(NOW + 1, planted(3), Some(&stale), &stale), as_submitted);
}

#[test]
fn a_closed_job_is_no_business() {
    let closed = JobState::Closed { outcome: JobOutcome::Expired, prunes_at: NOW };
    assert_eq!(case(closed).decide(&Local::default()), Action::Ignore);
}

#[test]
fn a_job_in_other_hands_is_no_business() {
    let entry = with_result(entry());
    for state in [
        matched(NOW + 9),
        accepted(NOW - 9),
        running(NOW + 9, NOW + 9),
        stopping(None, NOW + 9),
        stopping(None, NOW - 9),
        evaluating(),
    ] {
        let open = RoundRecord {
            probe: Some(entry.probe_commitment(&OTHER)),
            ..round(RoundState::Revealing { reveal_by: NOW + 9 }, &[])
        };
        let case = Case { round: Some(open), ..case(state) };
        assert_eq!(case.decide_as(&OTHER, &knowing(&entry)), Action::Ignore);
    }
}
