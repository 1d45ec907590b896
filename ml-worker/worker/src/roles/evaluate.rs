//! The evaluator: rounds of evaluation here, inspections of packages in `inspect.rs`.

use super::{dataset, parent, work_on, Finished, Tasks};
use crate::{
    decide::evaluate::{decide, decide_registration, judged, Action, Registration},
    journal::{EvaluateEntry, Journal, Judged, Subject},
    service::{Steps, Worker},
    work::{Assignment, Errand, Task, Workshop},
    Error,
};
use neurodata_chain::{calls, Balance, BlockNumber, JobRecord, JobState, RoundRecord, MAX_PAGE};
use neurodata_dataset::RecipientSecret;
use neurodata_primitives::{validation::seal_verdict, InspectionId, JobId, RoundState, WrappedKey};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// File of the recipient secret within the journal's folder.
const SECRET_FILE: &str = "evaluator.key";

/// The evaluator.
pub struct Evaluator {
    pub(super) workshop: Arc<Workshop>,
    secret: RecipientSecret,
    bond: Balance,
    pub(super) tasks: Tasks,
    pub(super) finished: Finished,
    /// Inspections whose deposit the account turned out to lack.
    pub(super) unaffordable: BTreeSet<InspectionId>,
    /// Where the next look at rounds that wait for their committee goes on.
    look_from: JobId,
}

impl Evaluator {
    /// An evaluator with nothing in progress. Its recipient secret is made and kept in the journal's folder at first.
    pub fn new(workshop: Arc<Workshop>, journal: &Journal, bond: Balance) -> Result<Self, Error> {
        let path = journal.base_path().join(SECRET_FILE);
        let secret = if path.exists() {
            RecipientSecret::load(&path)?
        } else {
            let secret = RecipientSecret::generate();
            secret.save(&path)?;
            secret
        };
        Ok(Self {
            workshop,
            secret,
            bond,
            tasks: Tasks::default(),
            finished: Finished::default(),
            unaffordable: BTreeSet::new(),
            look_from: JobId::default(),
        })
    }

    async fn register(&self, worker: &mut Worker, now: BlockNumber) -> Result<(), Error> {
        let evaluator = worker.chain.evaluator(&worker.account).await?;
        let key = self.secret.public();
        match decide_registration(evaluator.as_ref(), key) {
            Registration::Ready => {}
            Registration::Register => {
                worker.act(now, "register as an evaluator", calls::register_evaluator(self.bond, key)).await?;
            }
            Registration::SetRecipientKey => {
                worker.act(now, "replace the recipient key", calls::set_recipient_key(key)).await?;
            }
            Registration::Retired => {
                if worker.is_new("retired") {
                    tracing::warn!("the account retired as an evaluator: open seats are served, new ones do not come");
                }
            }
        }
        Ok(())
    }

    /// Rounds whose committee is not drawn yet, which anybody may do: one page at each block, all of them in turn.
    async fn undrawn_rounds(&mut self, worker: &mut Worker) -> Result<Vec<(JobId, RoundRecord)>, Error> {
        let (mut rounds, next) = worker.chain.list_rounds(self.look_from, MAX_PAGE).await?;
        self.look_from = next.unwrap_or_default();
        rounds.retain(|(_, round)| matches!(round.state, RoundState::Drawing { .. }));
        Ok(rounds)
    }

    async fn serve(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        job: JobId,
        round: &RoundRecord,
        record: Option<&JobRecord>,
    ) -> Result<(), Error> {
        let judged = record.and_then(|record| judged(round, record));
        let verdict = worker.journal.entry::<EvaluateEntry>(job)?.and_then(|entry| entry.verdict);
        let verdict = verdict.filter(|verdict| judged.as_ref() == Some(&verdict.about));
        let evaluating = self.tasks.get(job).is_some();
        let action = decide(now, &worker.account, job, round, verdict.is_some(), evaluating);
        tracing::debug!(%job, ?action, "decided");
        match action {
            Action::Wait => {}
            Action::DrawCommittee => {
                worker.act(now, &format!("draw the committee of job {job}"), calls::draw_committee(job)).await?;
            }
            Action::Evaluate { key } => {
                if let (Some(record), Some(judged)) = (record, judged) {
                    self.evaluate(worker, now, job, record, judged, key).await?;
                }
            }
            Action::Seal => {
                if let Some(verdict) = verdict {
                    let seal = seal_verdict(job, verdict.verdict, verdict.score, &verdict.salt, &worker.account.0);
                    worker.act(now, &format!("seal the verdict on job {job}"), calls::seal_verdict(job, seal)).await?;
                }
            }
            Action::Reveal => {
                if let Some(verdict) = verdict {
                    let call = calls::reveal_verdict(job, verdict.verdict, verdict.score, verdict.salt);
                    worker.act(now, &format!("open the verdict on job {job}"), call).await?;
                }
            }
            Action::CloseSealing => {
                worker.act(now, &format!("end the sealing of job {job}"), calls::close_sealing(job)).await?;
            }
            Action::CloseRound => {
                worker.act(now, &format!("end the round of job {job}"), calls::close_round(job)).await?;
            }
        }
        Ok(())
    }

    async fn evaluate(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        job: JobId,
        record: &JobRecord,
        judged: Judged,
        key: WrappedKey,
    ) -> Result<(), Error> {
        if !worker.may_retry(now, &work_on(job)) {
            return Ok(());
        }
        let Some(dataset) = dataset(worker, record.request.dataset).await? else { return Ok(()) };
        let Some(parent) = parent(worker, record.request.parent).await? else { return Ok(()) };
        // The entry comes first, so that the job is known to be one of ours even if the work never ends.
        if worker.journal.entry::<EvaluateEntry>(job)?.is_none() {
            worker.journal.store_entry(job, &EvaluateEntry::new(job))?;
        }
        let assignment = Assignment {
            job,
            dataset_id: record.request.dataset,
            dataset,
            spec: record.request.spec.clone(),
            device: record.request.requirements.device,
            work_units: record.work_units,
            seed: judged.seed,
            parent,
            key,
        };
        let (workshop, secret) = (self.workshop.clone(), self.secret.clone());
        let attempt = self.tasks.attempts(job);
        let (checkpoints, sampled) = (judged.claimed.checkpoints(), judged.repeats_segments());
        tracing::info!(%job, attempt, checkpoints, sampled, "repeating the run");
        let work = Task::start(Errand::Run(judged.seed), worker.task_ended.clone(), move |pulse| {
            workshop.evaluate(&assignment, &secret, &judged, attempt, pulse)
        });
        self.tasks.start(job, work);
        Ok(())
    }
}

impl Steps for Evaluator {
    async fn step(&mut self, worker: &mut Worker, now: BlockNumber) -> Result<(), Error> {
        for (subject, error) in self.tasks.take_hopeless(worker, now).await {
            // A panic. All else that is hopeless becomes a rejection, or an inspection that is abandoned.
            tracing::error!(%subject, "{error}");
            worker.note_failure(now, &work_on(subject));
        }
        self.register(worker, now).await?;
        let (mut open, mut wanted) = (BTreeSet::new(), BTreeMap::new());
        for (job, round) in &worker.chain.committee_duties(&worker.account).await? {
            open.insert(*job);
            let record = worker.chain.job(*job).await?;
            if let Some(JobState::Evaluating { seed, .. }) = record.as_ref().map(|record| &record.state) {
                wanted.insert(Subject::from(*job), Errand::Run(*seed));
            }
            self.serve(worker, now, *job, round, record.as_ref()).await?;
        }
        for (job, round) in self.undrawn_rounds(worker).await? {
            self.serve(worker, now, job, &round, None).await?;
        }
        self.serve_inspections(worker, now, &mut wanted).await?;
        self.tasks.stop_all_but(&wanted);
        for job in worker.journal.jobs()? {
            if open.contains(&job) {
                continue;
            }
            let record = worker.chain.job(job).await?;
            if record.is_none_or(|record| matches!(record.state, JobState::Closed { .. })) {
                self.finished.note(worker, job, now)?;
            }
        }
        Ok(())
    }

    async fn stop(self) {
        self.tasks.stop().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_chain::AccountId;
    use neurodata_primitives::{Verdict, VerdictSeal};

    #[test]
    fn the_seal_is_over_the_bytes_that_the_chain_has_of_the_account() {
        // The runtime's account id encodes as its 32 bytes; a reference would encode the same.
        let account = AccountId([9; 32]);
        let seal = seal_verdict(JobId::new(1), Verdict::Accept, 80, &[7; 32], &account.0);
        let expected: VerdictSeal = seal_verdict(JobId::new(1), Verdict::Accept, 80, &[7; 32], &account);
        assert_eq!(seal, expected);
    }
}
