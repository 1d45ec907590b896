//! A run is repeated, as far as it was submitted, and compared.

use super::*;
use crate::{
    decide::evaluate::{difference, verdict, Repeated, UNAVAILABLE},
    journal::{EvaluateEntry, JournaledVerdict, Judged},
};
use neurodata_dataset::package::silent;
use neurodata_primitives::Submission;
use neurodata_sealing::evaluation_context;
use rand::{rngs::OsRng, RngCore};

/// Why a run could not be compared.
enum Trouble {
    /// The data that the run is about cannot be had. Others owe them: the data provider, and whoever published the model
    /// that training starts from.
    Unavailable(DataError),
    /// What the compute provider owes for the check cannot be had or is no good: the key, the model.
    Owed(DataError),
    Work(WorkError),
}

impl From<WorkError> for Trouble {
    fn from(error: WorkError) -> Self {
        Self::Work(error)
    }
}

/// Whether nothing better is to be expected after so many attempts.
fn is_final(error: &DataError, attempt: u32) -> bool {
    match error {
        DataError::Missing(_) => attempt >= FETCH_ATTEMPTS,
        error => !error.is_retryable(),
    }
}

impl Workshop {
    /// Repeat the run as far as it was submitted, compare it with what is `judged`, and write the verdict into the journal,
    /// with a salt of its own.
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
        let found = match self.repeat(assignment, secret, &judged.claimed, judged.told.as_ref(), pulse) {
            Ok(None) => (verdict(None, &judged.claimed), "the run repeats to the same bits".into()),
            Ok(Some(difference)) => rejected(difference),
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
        self.journal.store_entry(job, &EvaluateEntry { job, verdict: Some(verdict) }).map_err(later)
    }

    /// How the run differs from what was submitted; `None` if it doesn't.
    fn repeat(
        &self,
        assignment: &Assignment,
        secret: &RecipientSecret,
        submission: &Submission,
        told: Option<&Progress>,
        pulse: &Pulse,
    ) -> Result<Option<String>, Trouble> {
        let context = evaluation_context(&self.genesis, assignment.job, &self.account.0);
        let package = PackageCommitment::from(&assignment.dataset.commitment);
        let key = data::content_key(&package, &assignment.key, secret, &context).map_err(Trouble::Owed)?;
        let package = data::fetch_package(&self.store, &assignment.dataset).map_err(Trouble::Unavailable)?;
        // Nobody trained on a package that the right key does not open: its buyer proves that instead.
        let unlocked = package.unlock(&key, &silent).map_err(|error| Trouble::Owed(error.into()))?;
        let initial = self.initial_model(&self.store, assignment).map_err(Trouble::Unavailable)?;
        match submission {
            Submission::Complete(claimed) => {
                let published = data::published_model(&self.store, claimed).map_err(Trouble::Owed)?;
                let table = data::table(unlocked.dataset()).map_err(hopeless)?;
                let output = self.train(assignment, initial.as_deref(), &table, pulse)?.map_err(hopeless)?;
                let repeated = Repeated::Whole { output: &output, published: &published };
                Ok(difference(repeated, submission, told))
            }
            Submission::Partial { checkpoints, .. } => {
                let table = data::table(unlocked.dataset()).map_err(hopeless)?;
                let trace = self.train_beginning(assignment, initial.as_deref(), &table, *checkpoints, pulse)?;
                Ok(difference(Repeated::Beginning(&trace.map_err(hopeless)?), submission, told))
            }
        }
    }
}
