//! The compute provider.

use super::{dataset, parent, work_on, Finished, Tasks};
use crate::{
    data::{self, fitness, Fitness},
    decide::compute::{decide, decide_registration, Action, JobView, Local, Look, Registration},
    journal::{what_is_wrong, ComputeEntry, Failure, Subject},
    service::{Steps, Worker},
    work::{Assignment, Errand, Task, WorkError, Workshop},
    Error,
};
use neurodata_chain::{calls, AccountId, Balance, BlockNumber, JobRecord, JobState, OfferRecord, TrainingUse};
use neurodata_dataset::{wrap_key, RecipientSecret};
use neurodata_primitives::{Capability, Complaint, JobId, PackageCommitment, TrainingUseState};
use neurodata_sealing::{evaluation_context, training_use_context};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use tokio::task::JoinHandle;

/// What a compute provider offers.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// What the machine has.
    pub capability: Capability,
    /// Price of a work unit, in plancks.
    pub unit_price: Balance,
    /// Jobs side by side.
    pub slots: u32,
    /// Bond to put up when registering, in plancks.
    pub bond: Balance,
}

/// The compute provider.
pub struct ComputeProvider {
    workshop: Arc<Workshop>,
    offer: Offer,
    tasks: Tasks,
    finished: Finished,
    /// What is known, or being found out, of jobs that were matched to this worker.
    looks: HashMap<JobId, Looking>,
    /// For each running job its heartbeat deadline and the block at which it was first seen.
    deadlines: HashMap<JobId, (BlockNumber, BlockNumber)>,
}

/// A look at the data of a job.
enum Looking {
    InProgress(JoinHandle<Fitness>),
    Done(Fitness),
}

impl Looking {
    /// Note the outcome, if there is one.
    async fn update(&mut self) {
        if let Self::InProgress(handle) = self {
            if handle.is_finished() {
                let fitness =
                    handle.await.unwrap_or_else(|error| Fitness::Never(format!("looking at it failed: {error}")));
                *self = Self::Done(fitness);
            }
        }
    }
}

impl ComputeProvider {
    /// A compute provider with nothing in progress.
    pub fn new(workshop: Arc<Workshop>, offer: Offer) -> Self {
        let (tasks, finished) = (Tasks::default(), Finished::default());
        Self { workshop, offer, tasks, finished, looks: HashMap::new(), deadlines: HashMap::new() }
    }

    /// Register and make the offer as far as that is needed. Returns the offer on chain.
    async fn register(&self, worker: &mut Worker, now: BlockNumber) -> Result<Option<OfferRecord>, Error> {
        let provider = worker.chain.provider(&worker.account).await?;
        let offer = worker.chain.offer(&worker.account).await?;
        let Offer { capability, unit_price, slots, bond } = self.offer;
        match decide_registration(provider.as_ref(), offer.as_ref(), capability, unit_price, slots) {
            Registration::Ready => {}
            Registration::Register => {
                worker.act(now, "register as a compute provider", calls::register_provider(bond)).await?;
            }
            Registration::SetOffer => {
                worker.act(now, "make the offer", calls::set_offer(capability, unit_price, slots)).await?;
            }
            Registration::Retired => {
                if worker.is_new("retired") {
                    tracing::warn!(
                        "the account retired as a compute provider: open jobs are finished, new ones do not come"
                    );
                }
            }
        }
        Ok(offer)
    }

    /// Note failures of work in the journal, from where they lead to a complaint or the job's release.
    async fn note_failures(&mut self, worker: &mut Worker, now: BlockNumber) -> Result<(), Error> {
        for (subject, error) in self.tasks.take_hopeless(worker, now).await {
            tracing::error!(%subject, "{error}");
            if let Some(mut entry) = worker.journal.entry::<ComputeEntry>(subject)? {
                entry.failure = Some(match error {
                    WorkError::Faulty { key, claim } => Failure::Faulty { key, claim: *claim },
                    error => Failure::Other(error.to_string()),
                });
                worker.journal.store_entry(subject, &entry)?;
            }
        }
        Ok(())
    }

    fn deadline_seen_at(&mut self, id: JobId, job: &JobRecord, now: BlockNumber) -> BlockNumber {
        let JobState::Running { heartbeat_by, .. } = job.state else { return now };
        let seen = self.deadlines.entry(id).or_insert((heartbeat_by, now));
        if seen.0 != heartbeat_by {
            *seen = (heartbeat_by, now);
        }
        seen.1
    }

    async fn serve(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        id: JobId,
        job: &JobRecord,
        offer: Option<&OfferRecord>,
    ) -> Result<(), Error> {
        let account = worker.account.clone();
        let is_ours = job.state.provider() == Some(&account);
        let training_use_id = match &job.state {
            JobState::AwaitingKey { training_use, .. }
            | JobState::Running { training_use, .. }
            | JobState::Evaluating { training_use, .. }
                if is_ours =>
            {
                Some(*training_use)
            }
            _ => None,
        };
        let training_use = match training_use_id {
            Some(training_use) => worker.chain.training_use(training_use).await?,
            None => None,
        };
        let round = match &job.state {
            JobState::Evaluating { .. } if is_ours => worker.chain.round(id).await?,
            _ => None,
        };
        let entry = worker.journal.entry::<ComputeEntry>(id)?;
        let training_use = training_use.as_ref();
        let view = JobView { now, account: &account, offer, id, job, training_use, round: round.as_ref() };
        let training = self.tasks.get(id).map(Task::position);
        let deadline_seen_at = self.deadline_seen_at(id, job, now);
        if let Some(looking) = self.looks.get_mut(&id) {
            looking.update().await;
        }
        let look = self.looks.get(&id).map(|looking| match looking {
            Looking::InProgress(_) => Look::InProgress,
            Looking::Done(fitness) => Look::Done(fitness),
        });
        let action = decide(&view, &Local { entry: entry.as_ref(), look, training, deadline_seen_at });
        tracing::debug!(job = %id, ?action, "decided");
        match action {
            Action::Ignore | Action::Wait => {}
            Action::Match => {
                worker.act(now, &format!("match job {id}"), calls::match_job(id)).await?;
            }
            Action::Look => self.look(worker, now, id, job).await?,
            Action::Accept => {
                let entry = entry.unwrap_or_else(|| ComputeEntry::new(id, &RecipientSecret::generate()));
                // The secret is on disk before anybody can wrap a key for it.
                worker.journal.store_entry(id, &entry)?;
                let call = calls::accept_job(id, entry.recipient_key());
                worker.act(now, &format!("accept job {id}"), call).await?;
            }
            Action::Decline { reason } => {
                worker.act(now, &format!("decline job {id}, because {reason}"), calls::decline_job(id)).await?;
            }
            Action::ExpireDelivery => {
                if let Some(training_use) = training_use_id {
                    let what = format!("end training use {training_use}, whose key did not come");
                    worker.act(now, &what, calls::expire_delivery(training_use)).await?;
                }
            }
            Action::Complain { claim } => {
                if let (Some(entry), Some(training_use)) = (entry, training_use_id) {
                    let what = format!("prove about training use {training_use}: {}", what_is_wrong(&claim));
                    let complaint = Complaint { secret: *entry.recipient_secret().as_bytes(), claim };
                    worker.act(now, &what, calls::complain_training_key(training_use, complaint)).await?;
                }
            }
            Action::Release { reason } => {
                worker.act(now, &format!("release job {id}, because {reason}"), calls::release_job(id)).await?;
            }
            Action::Train => self.train(worker, now, id, job, training_use).await?,
            Action::Heartbeat { position } => {
                worker.act(now, &format!("heartbeat of job {id}"), calls::heartbeat(id, position)).await?;
            }
            Action::Submit => {
                if let Some(result) = entry.and_then(|entry| entry.result) {
                    let call = calls::submit_result(id, result.commitment, result.proof);
                    worker.act(now, &format!("submit the result of job {id}"), call).await?;
                }
            }
            Action::DrawCommittee => {
                worker.act(now, &format!("draw the committee of job {id}"), calls::draw_committee(id)).await?;
            }
            Action::DeliverEvaluationKeys { members } => {
                if let (Some(entry), Some(training_use)) = (entry, training_use) {
                    self.deliver_keys(worker, now, id, &entry, job, training_use, &members).await?;
                }
            }
            Action::CloseSealing => {
                worker.act(now, &format!("end the sealing of job {id}"), calls::close_sealing(id)).await?;
            }
            Action::CloseRound => {
                worker.act(now, &format!("end the round of job {id}"), calls::close_round(id)).await?;
            }
        }
        Ok(())
    }

    /// Start to look at the data of a job.
    async fn look(&mut self, worker: &mut Worker, now: BlockNumber, id: JobId, job: &JobRecord) -> Result<(), Error> {
        let what = format!("look at the data of job {id}");
        if let Some(Looking::Done(Fitness::Later(reason))) = self.looks.get(&id) {
            let message = format!("job {id} is not accepted yet: {reason}");
            if worker.is_new(&message) {
                tracing::warn!("{message}");
            }
            if !worker.may_retry(now, &what) {
                return Ok(());
            }
        }
        worker.note_failure(now, &what);
        let found = (dataset(worker, job.request.dataset).await?, parent(worker, job.request.parent).await?);
        let (Some(dataset), Some(parent)) = found else {
            let reason = "its dataset or the model that it starts from is not on chain".into();
            self.looks.insert(id, Looking::Done(Fitness::Later(reason)));
            return Ok(());
        };
        let (workshop, spec, ended) = (self.workshop.clone(), job.request.spec.clone(), worker.task_ended.clone());
        let handle = tokio::task::spawn_blocking(move || {
            let fitness = fitness(&workshop.store, &dataset, &spec, parent.as_ref());
            ended.notify_one();
            fitness
        });
        self.looks.insert(id, Looking::InProgress(handle));
        Ok(())
    }

    async fn train(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        id: JobId,
        job: &JobRecord,
        training_use: Option<&TrainingUse>,
    ) -> Result<(), Error> {
        let JobState::Running { training_use: training_use_id, seed, challenged_chunk, .. } = job.state else {
            return Ok(());
        };
        let Some(TrainingUse { state: TrainingUseState::Delivered { key }, .. }) = training_use else { return Ok(()) };
        if !worker.may_retry(now, &work_on(id)) {
            return Ok(());
        }
        let Some(dataset) = dataset(worker, job.request.dataset).await? else { return Ok(()) };
        let Some(parent) = parent(worker, job.request.parent).await? else { return Ok(()) };
        let assignment = Assignment {
            job: id,
            dataset_id: job.request.dataset,
            dataset,
            spec: job.request.spec.clone(),
            seed,
            parent,
            key: key.clone(),
        };
        let workshop = self.workshop.clone();
        let attempt = self.tasks.attempts(id);
        tracing::info!(job = %id, attempt, "training");
        let work = Task::start(Errand::Run(seed), worker.task_ended.clone(), move |pulse| {
            workshop.compute(&assignment, training_use_id, challenged_chunk, attempt, pulse)
        });
        self.tasks.start(id, work);
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    async fn deliver_keys(
        &self,
        worker: &mut Worker,
        now: BlockNumber,
        id: JobId,
        entry: &ComputeEntry,
        job: &JobRecord,
        training_use: &TrainingUse,
        members: &[AccountId],
    ) -> Result<(), Error> {
        let JobState::Evaluating { training_use: training_use_id, .. } = job.state else { return Ok(()) };
        let TrainingUseState::Delivered { key: wrapped } = &training_use.state else { return Ok(()) };
        let genesis = worker.chain.genesis();
        let context = training_use_context(&genesis, training_use_id);
        let Some(dataset) = dataset(worker, job.request.dataset).await? else { return Ok(()) };
        let package = PackageCommitment::from(&dataset.commitment);
        let content_key = match data::content_key(&package, wrapped, &entry.recipient_secret(), &context) {
            Ok(content_key) => content_key,
            Err(error) => {
                if worker.is_new(&format!("{id} {error}")) {
                    tracing::error!(job = %id, "the committee gets no keys: {error}");
                }
                return Ok(());
            }
        };
        let mut keys = Vec::new();
        for member in members {
            // A member that is gone, or whose key is no key, gets none; the others do.
            let Some(evaluator) = worker.chain.evaluator(member).await? else { continue };
            match wrap_key(&content_key, &evaluator.recipient_key, &evaluation_context(&genesis, id, &member.0)) {
                Ok(wrapped) => keys.push((member.clone(), wrapped)),
                Err(error) => {
                    if worker.is_new(&format!("{id} {member}")) {
                        tracing::warn!(job = %id, %member, "{error}");
                    }
                }
            }
        }
        if !keys.is_empty() {
            let what = format!("deliver the keys of job {id} to its committee");
            worker.act(now, &what, calls::deliver_evaluation_keys(id, keys)).await?;
        }
        Ok(())
    }
}

impl Steps for ComputeProvider {
    async fn step(&mut self, worker: &mut Worker, now: BlockNumber) -> Result<(), Error> {
        self.note_failures(worker, now).await?;
        let offer = self.register(worker, now).await?;
        let jobs = worker.chain.jobs().await?;
        let held: BTreeSet<JobId> =
            jobs.iter().filter(|(_, job)| job.state.provider() == Some(&worker.account)).map(|(id, _)| *id).collect();
        let seed = |(id, job): &(JobId, JobRecord)| match job.state {
            JobState::Running { seed, .. } if held.contains(id) => Some((Subject::from(*id), Errand::Run(seed))),
            _ => None,
        };
        self.tasks.stop_all_but(&jobs.iter().filter_map(seed).collect());
        self.deadlines.retain(|job, _| held.contains(job));
        self.looks.retain(|job, _| held.contains(job));
        for (id, job) in &jobs {
            self.serve(worker, now, *id, job, offer.as_ref()).await?;
        }
        for id in worker.journal.jobs()? {
            let record = jobs.iter().find(|(job, _)| *job == id).map(|(_, record)| record);
            let is_over = record.is_none_or(|record| {
                matches!(record.state, JobState::Closed { .. }) || record.failed_providers.contains(&worker.account)
            });
            if is_over {
                self.finished.note(worker, id, now)?;
            }
        }
        Ok(())
    }

    async fn stop(self) {
        self.tasks.stop().await;
    }
}
