//! A worker that is killed again and again.

use super::*;
use crate::journal::Journal;
use neurodata_primitives::{ProbeCommitment, ResultCommitment, Submission};
use neurodata_storage::{manifest, BlobStore, Cid, StoreError};
use neurodata_training::TraceIndex;
use std::{collections::HashMap, sync::Mutex};

/// A store that outlives the worker.
#[derive(Default)]
struct Memory(Mutex<HashMap<Cid, Vec<u8>>>);

impl BlobStore for Memory {
    fn put(&self, bytes: &[u8]) -> Result<Cid, StoreError> {
        let cid = Cid::of(bytes);
        self.0.lock().unwrap().insert(cid, bytes.to_vec());
        Ok(cid)
    }

    fn get(&self, cid: &Cid) -> Result<Vec<u8>, StoreError> {
        let missing = || StoreError::Missing { cid: *cid, location: "memory".into() };
        self.0.lock().unwrap().get(cid).cloned().ok_or_else(missing)
    }

    fn has(&self, cid: &Cid) -> Result<bool, StoreError> {
        Ok(self.0.lock().unwrap().contains_key(cid))
    }

    fn remove(&self, cid: &Cid) -> Result<bool, StoreError> {
        Ok(self.0.lock().unwrap().remove(cid).is_some())
    }
}

/// How the owner of a job behaves, and the lottery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Course {
    /// The run is finished.
    Finished {
        /// Whether the secret draws a known-answer task.
        drawn: bool,
    },
    /// The owner cancels it while it is trained.
    Cancelled {
        /// Whether the secret draws a known-answer task.
        drawn: bool,
    },
}

/// A job on a chain with one provider, and the provider's worker, which is killed again and again.
struct Life {
    folder: tempfile::TempDir,
    store: Memory,
    case: Case,
    calls: Vec<&'static str>,
    course: Course,
    /// What the chain was given to bind at the acceptance.
    bound: Option<ProbeCommitment>,
}

impl Life {
    fn new(course: Course) -> Self {
        let mut case = case(matched(NOW + 50));
        let (Course::Finished { drawn } | Course::Cancelled { drawn }) = course;
        case.rules.probe_rate = if drawn { Permill::one() } else { Permill::zero() };
        let (folder, store) = (tempfile::tempdir().unwrap(), Memory::default());
        Self { folder, store, case, calls: Vec::new(), course, bound: None }
    }

    /// One step of a worker that has just been started and is killed after `lives` effects: files that it writes and
    /// calls that it submits. `fault` is what is wrong with the delivered key or the package.
    fn step(&mut self, mut lives: u32, fault: Option<&Claim>) {
        let mut effect = || {
            let alive = lives > 0;
            lives = lives.saturating_sub(1);
            alive
        };
        let journal = Journal::open(self.folder.path()).unwrap();
        let mut entry = journal.entry::<ComputeEntry>(JOB).unwrap();
        let checkpoints = journal.checkpoint(JOB).unwrap().map_or(0, |bytes| u32::from(bytes[0]));
        let local = Local {
            look: Some(Look::Done(&Fitness::Fits)),
            checkpoints,
            deadline_seen_at: NOW,
            entry: entry.as_ref(),
            ..Local::default()
        };
        match self.case.decide(&local) {
            Action::Accept => {
                let entry = entry.unwrap_or_else(|| ComputeEntry::generate(JOB));
                if effect() {
                    journal.store_entry(JOB, &entry).unwrap();
                    if effect() {
                        self.calls.push("accept");
                        self.bound = Some(entry.probe_commitment(&PROVIDER));
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
                } else if matches!(self.course, Course::Cancelled { .. }) {
                    if effect() {
                        journal.store_checkpoint(JOB, &[2]).unwrap();
                        self.case.job = job(stopping(Some(told(1)), NOW + 9));
                    }
                    return;
                } else {
                    *entry = with_result(entry.clone());
                }
                if effect() {
                    journal.store_entry(JOB, entry).unwrap();
                }
            }
            Action::ProveProgress { checkpoints: 2 } => {
                let entry = with_progress(entry.unwrap());
                if effect() {
                    journal.store_entry(JOB, &entry).unwrap();
                }
            }
            Action::Submit { planted } => {
                let entry = entry.unwrap();
                let plant = probe::plant(&links(3), entry.probe_secret());
                let (shown, other) = if planted { (plant, links(3)) } else { (links(3), plant) };
                let result = entry.result.unwrap();
                if effect() {
                    let manifest = result.publication.show(&self.store, &shown, &other).unwrap();
                    if effect() {
                        self.calls.push("submit");
                        let result = ResultCommitment { manifest, trace: trace::root(&shown), ..result.commitment };
                        self.ensure_shown(&result);
                        self.submitted(Submission::Complete(result));
                    }
                }
            }
            Action::SubmitProgress { checkpoints, trace } => {
                if effect() {
                    self.calls.push("submit progress");
                    self.submitted(Submission::Partial { checkpoints, trace });
                }
            }
            Action::OpenProbe { links } => {
                let entry = entry.unwrap();
                if effect() {
                    self.opened(&entry, links);
                }
            }
            Action::DeliverEvaluationKeys { .. } => {
                if effect() {
                    self.calls.push("keys");
                    let round = self.case.round.as_mut().unwrap();
                    round.seats[0].state = SeatState::Evaluating { key: wrapped() };
                    round.state = RoundState::Revealing { reveal_by: NOW + 9 };
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

    /// A committee with one member, who has no key.
    fn submitted(&mut self, submission: Submission) {
        let sealing = RoundState::Sealing { keys_by: NOW + 9, seal_by: NOW + 9 };
        let seats = [(EVALUATOR, SeatState::AwaitingKey)];
        self.case.round = Some(RoundRecord { probe: self.bound, trace: submission.trace(), ..round(sealing, &seats) });
        let assignment = assignment();
        self.case.job =
            job(JobState::Evaluating { assignment, training_use: USE, seed: SEED, progress: None, submission });
    }

    /// The store shows the submitted trace and no other: index, manifest of the trace index, trace index.
    fn ensure_shown(&self, result: &ResultCommitment) {
        assert_eq!(self.store.0.lock().unwrap().len(), 3);
        let index = ModelIndex::from_bytes(&self.store.get(&Cid::from(result.manifest)).unwrap()).unwrap();
        let shown = manifest::read_to_vec(&self.store, &index.trace.unwrap().parse().unwrap(), 1 << 16).unwrap();
        assert_eq!(trace::root(&TraceIndex::from_bytes(&shown).unwrap().links), result.trace);
    }

    /// The chain judges the opening as the pallet does.
    fn opened(&mut self, entry: &ComputeEntry, links: Option<TraceLinks>) {
        let (secret, round) = (entry.probe_secret(), self.case.round.clone().unwrap());
        assert_eq!(Some(probe::commitment(JOB, &PROVIDER, secret)), self.bound);
        let is_drawn = probe::is_drawn(secret, &SEED, self.case.rules.probe_rate);
        assert_eq!(is_drawn, links.is_some());
        let Some(links) = links else {
            self.calls.push("open");
            return;
        };
        assert_eq!(trace::root(&probe::plant(&links, secret)), round.trace);
        self.calls.push("open planted");
        self.bound = None;
        let JobState::Evaluating { submission, .. } = self.case.job.state.clone() else { panic!() };
        self.submitted(submission.with_trace(trace::root(&links)));
    }

    /// Run to the call `end`, killed as `fate` says in the first steps and then left alone.
    fn run(mut self, fate: u32, steps: u32, fault: Option<&Claim>, end: &[&'static str]) {
        for step in 0..steps + 12 {
            self.step(if step < steps { fate / 3u32.pow(step) % 3 } else { 9 }, fault);
            if self.calls.ends_with(end) {
                break;
            }
        }
        assert_eq!(self.calls[0], "accept", "{fate}");
        assert_eq!(&self.calls[1..], end, "{fate} {:?}", self.course);
    }
}

#[test]
fn a_worker_that_is_killed_anywhere_goes_on_from_its_journal() {
    const STEPS: u32 = 5;
    for fate in 0..3u32.pow(STEPS) {
        for drawn in [false, true] {
            let again: &[&str] = if drawn { &["keys", "open planted", "keys"] } else { &["keys", "open"] };
            let end = |first| [&[first], again].concat();
            Life::new(Course::Finished { drawn }).run(fate, STEPS, None, &end("submit"));
            Life::new(Course::Cancelled { drawn }).run(fate, STEPS, None, &end("submit progress"));
        }
        for fault in claims() {
            Life::new(Course::Finished { drawn: false }).run(fate, STEPS, Some(&fault), &["complain"]);
        }
    }
}

#[test]
fn a_worker_that_is_killed_while_its_result_is_judged_opens_the_secret_that_was_bound() {
    const STEPS: u32 = 8;
    // The first three steps accept, train and submit; each later one may be cut short before its only effect.
    for fate in 0..2u32.pow(STEPS - 3) {
        let fate = (0..STEPS).fold(0, |sum, step| {
            let lives = if step < 3 { 2 } else { fate >> (step - 3) & 1 };
            sum + lives * 3u32.pow(step)
        });
        Life::new(Course::Finished { drawn: true }).run(fate, STEPS, None, &["submit", "keys", "open planted", "keys"]);
    }
}
