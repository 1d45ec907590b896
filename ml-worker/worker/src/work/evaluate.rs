//! A run is repeated, as far as it was submitted or in random segments, and compared.

use super::{publish::report, *};
use crate::{
    decide::evaluate::{difference, verdict, Outcome, Published, Repeated, UNAVAILABLE},
    journal::{EvaluateEntry, JournaledVerdict, Judged},
};
use neurodata_dataset::package::silent;
use neurodata_primitives::Submission;
use neurodata_sealing::evaluation_context;
use neurodata_training::{initial_checkpoint, Checkpoint, ModelIndex};
use rand::{rngs::OsRng, RngCore};

/// Longest report that is fetched, in bytes: it holds a number for each pair of up to 256 classes.
const MAX_REPORT_BYTES: u64 = 1 << 24;

/// Why a run is not accepted.
pub(super) enum Trouble {
    /// It differs from what was submitted or published: how, for people.
    Differs(String),
    /// The data that the run is about cannot be had. Others owe them: the data provider, and whoever published the
    /// model that training starts from.
    Unavailable(DataError),
    /// What the compute provider owes for the check cannot be had or is no good: the key, the model, the states.
    Owed(DataError),
    /// It could not be repeated.
    Work(WorkError),
}

impl From<WorkError> for Trouble {
    fn from(error: WorkError) -> Self {
        Self::Work(error)
    }
}

/// Go on unless there is something in which the repeated run differs.
pub(super) fn ensure_same(difference: Option<&str>) -> Result<(), Trouble> {
    let differs = |what| Err(Trouble::Differs(format!("the {what} differs from that of the repeated run")));
    difference.map_or(Ok(()), differs)
}

/// What an evaluator has opened of a round.
pub(super) struct Examined<'a> {
    pub assignment: &'a Assignment,
    pub judged: &'a Judged,
    /// The model that training starts from.
    pub initial: Option<Vec<u8>>,
    pub table: TrainingTable,
}

/// Whether nothing better is to be expected after so many attempts.
fn is_final(error: &DataError, attempt: u32) -> bool {
    match error {
        DataError::Missing(_) => attempt >= FETCH_ATTEMPTS,
        error => !error.is_retryable(),
    }
}

impl Workshop {
    /// Repeat the run as far as it was submitted, or random segments of it, compare it with what is `judged`, and write
    /// the verdict into the journal, with a salt of its own.
    pub fn evaluate(
        &self,
        assignment: &Assignment,
        secret: &RecipientSecret,
        judged: &Judged,
        attempt: u32,
        pulse: &Pulse,
    ) -> Result<(), WorkError> {
        let job = assignment.job;
        let rejected = |reason: String| (verdict(Some(&reason), &judged.claimed), reason);
        let found = match self.repeat(assignment, secret, judged, pulse) {
            Ok(found) => (verdict(None, &judged.claimed), found.into()),
            Err(Trouble::Differs(difference)) => rejected(difference),
            Err(Trouble::Unavailable(error)) if is_final(&error, attempt) => (UNAVAILABLE, error.to_string()),
            Err(Trouble::Owed(error)) if is_final(&error, attempt) => rejected(error.to_string()),
            Err(Trouble::Unavailable(error) | Trouble::Owed(error)) => return Err(later(error)),
            Err(Trouble::Work(WorkError::Hopeless(reason))) => rejected(reason),
            Err(Trouble::Work(error)) => return Err(error),
        };
        let mut salt = [0; 32];
        OsRng.fill_bytes(&mut salt);
        let ((verdict, score), reason) = found;
        let verdict = JournaledVerdict { about: judged.clone(), verdict, score, salt, reason };
        tracing::info!(%job, verdict = ?verdict.verdict, score = verdict.score, reason = %verdict.reason, "verdict");
        let entry = self.round_entry(job)?;
        self.journal.store_entry(job, &EvaluateEntry { verdict: Some(verdict), ..entry }).map_err(later)
    }

    /// What the journal holds of a round.
    pub(super) fn round_entry(&self, job: JobId) -> Result<EvaluateEntry, WorkError> {
        let entry = self.journal.entry::<EvaluateEntry>(job).map_err(later)?;
        Ok(entry.unwrap_or_else(|| EvaluateEntry::new(job)))
    }

    /// Repeat what is judged. What was found, for people, if it is as it should be.
    fn repeat(
        &self,
        assignment: &Assignment,
        secret: &RecipientSecret,
        judged: &Judged,
        pulse: &Pulse,
    ) -> Result<&'static str, Trouble> {
        let context = evaluation_context(&self.genesis, assignment.job, &self.account.0);
        let package = PackageCommitment::from(&assignment.dataset.commitment);
        let key = data::content_key(&package, &assignment.key, secret, &context).map_err(Trouble::Owed)?;
        let package = data::fetch_package(&*self.store, &assignment.dataset).map_err(Trouble::Unavailable)?;
        // Nobody trained on a package that the right key does not open: its buyer proves that instead.
        let unlocked = package.unlock(&key, &silent).map_err(|error| Trouble::Owed(error.into()))?;
        let initial = self.initial_model(&*self.store, assignment).map_err(Trouble::Unavailable)?;
        let open = || -> Result<Examined<'_>, WorkError> {
            let table = data::table(unlocked.dataset()).map_err(hopeless)?;
            Ok(Examined { assignment, judged, initial, table })
        };
        match &judged.claimed {
            Submission::Complete(claimed) => {
                let index = data::model_index(&*self.store, claimed).map_err(Trouble::Owed)?;
                let published = self.published(&index, claimed)?;
                let shown = if judged.repeats_segments() { self.shown_trace(&index)? } else { None };
                let examined = open()?;
                match shown {
                    Some(shown) => {
                        self.repeat_sample(&examined, claimed, &shown, &published, pulse)?;
                        Ok("random segments of the run, and what follows from its last state, repeat to the same bits")
                    }
                    None => {
                        self.repeat_whole(&examined, &published, pulse)?;
                        let owes_states = judged.sampled && index.trace.is_none();
                        if owes_states && self.ought_to_have_published(&examined)? {
                            let reason = "the states of the run, which is a long one, were not published";
                            return Err(Trouble::Differs(reason.into()));
                        }
                        Ok("the run repeats to the same bits")
                    }
                }
            }
            Submission::Partial { checkpoints, .. } => {
                let Examined { initial, table, .. } = open()?;
                let trace = self.train_beginning(assignment, initial.as_deref(), &table, *checkpoints, pulse)?;
                let trace = trace.map_err(hopeless)?;
                ensure_same(difference(Repeated::Beginning(&trace), &judged.claimed, judged.told.as_ref()))?;
                Ok("the beginning of the run repeats to the same bits")
            }
        }
    }

    /// The published files that are compared.
    fn published(&self, index: &ModelIndex, claimed: &ResultCommitment) -> Result<Published, Trouble> {
        let model = data::published_model(&*self.store, claimed).map_err(Trouble::Owed)?;
        let report = data::published_file(&*self.store, &index.report, MAX_REPORT_BYTES).map_err(Trouble::Owed)?;
        Ok(Published { model, report })
    }

    /// Repeat the whole run.
    fn repeat_whole(&self, examined: &Examined<'_>, published: &Published, pulse: &Pulse) -> Result<(), Trouble> {
        let Examined { assignment, judged, initial, table } = examined;
        let output = self.train(assignment, initial.as_deref(), table, Keep::Nothing, pulse)?.map_err(hopeless)?;
        let report = report(assignment, output.metrics, &output.evaluation, output.ending.as_ref());
        let outcome = Outcome::of_run(&output, &report);
        let repeated = Repeated::Whole { trace: &output.trace, outcome, published };
        ensure_same(difference(repeated, &judged.claimed, judged.told.as_ref()))
    }

    /// Whether a run that was repeated as a whole came to its last step, and its states are small enough to be published: the
    /// first and the last, one of which is the largest.
    fn ought_to_have_published(&self, examined: &Examined<'_>) -> Result<bool, WorkError> {
        let Examined { assignment, initial, table, .. } = examined;
        let (Assignment { spec, seed, .. }, device) = (assignment, self.devices.get(assignment.device));
        let first = initial_checkpoint(initial.as_deref(), table, spec, seed, device).map_err(of_run)?;
        let last = self.resume(assignment.job)?;
        let last = last.ok_or_else(|| WorkError::Later("the last state of the repeated run is lost".into()))?;
        let is_small = |state: &Checkpoint| is_published(&state.published(), assignment.checkpoints());
        Ok(last.checkpoint().ending().is_none() && is_small(&first) && is_small(last.checkpoint()))
    }
}

/// Why a run could not be repeated.
pub(super) fn of_run(error: neurodata_training::Error) -> WorkError {
    match error {
        neurodata_training::Error::Stopped { .. } => WorkError::Stopped,
        error if error.is_of_device() => later(error),
        error => hopeless(error),
    }
}
