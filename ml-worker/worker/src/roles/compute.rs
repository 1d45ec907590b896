//! The compute provider: its jobs here, its place in the market in `market.rs`.

mod market;

use super::{dataset, parent, work_on, Finished, Tasks};
use crate::{
    data::{self, chained, fitness, Fitness},
    decide::{
        compute::{decide, decide_besides, may_submit, unknown, Action, JobView, Local, Look, Work},
        offers::{BondLimits, Offer},
    },
    journal::{what_is_wrong, ComputeEntry, Failure, Subject},
    service::{Steps, Worker},
    work::{Assignment, Errand, Task, WorkError, Workshop},
    Error,
};
use market::Market;
use neurodata_chain::{calls, AccountId, BlockNumber, JobRecord, JobState, RoundRecord, TrainingUse};
use neurodata_dataset::wrap_key;
use neurodata_primitives::{Complaint, JobId, OfferId, PackageCommitment, TrainingUseId, TrainingUseState};
use neurodata_sealing::{evaluation_context, training_use_context};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use tokio::task::JoinHandle;

/// The compute provider.
pub struct ComputeProvider {
    workshop: Arc<Workshop>,
    /// What is offered.
    wanted: Vec<Offer>,
    limits: BondLimits,
    /// Offers on chain that are this provider's.
    offers: BTreeSet<OfferId>,
    /// Block before which the offers are not moved again.
    refresh_at: BlockNumber,
    tasks: Tasks,
    finished: Finished,
    /// What is known, or being found out, of jobs that were matched to this worker.
    looks: HashMap<JobId, Looking>,
    /// For each running job its heartbeat deadline and the block at which it was first seen.
    deadlines: HashMap<JobId, (BlockNumber, BlockNumber)>,
    /// For each running job the block at which its last heartbeat was sent.
    heartbeats: HashMap<JobId, BlockNumber>,
}

/// A job as the chain and the journal have it.
struct Case {
    id: JobId,
    job: JobRecord,
    training_use_id: Option<TrainingUseId>,
    training_use: Option<TrainingUse>,
    round: Option<RoundRecord>,
    entry: Option<ComputeEntry>,
}

impl Case {
    /// Read what belongs to `job`.
    async fn read(worker: &Worker, id: JobId, job: JobRecord) -> Result<Self, Error> {
        let is_ours = job.state.provider() == Some(&worker.account);
        let training_use_id = match &job.state {
            JobState::AwaitingKey { training_use, .. }
            | JobState::Running { training_use, .. }
            | JobState::Stopping { training_use, .. }
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
        Ok(Self { id, job, training_use_id, training_use, round, entry })
    }

    fn view<'a>(&'a self, now: BlockNumber, market: &'a Market) -> JobView<'a> {
        let (training_use, round) = (self.training_use.as_ref(), self.round.as_ref());
        JobView { now, standing: market.standing(), id: self.id, job: &self.job, training_use, round }
    }
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
    pub fn new(workshop: Arc<Workshop>, wanted: Vec<Offer>, limits: BondLimits) -> Self {
        Self {
            workshop,
            wanted,
            limits,
            offers: BTreeSet::new(),
            refresh_at: 0,
            tasks: Tasks::default(),
            finished: Finished::default(),
            looks: HashMap::new(),
            deadlines: HashMap::new(),
            heartbeats: HashMap::new(),
        }
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

    /// Note when the job's present heartbeat deadline was first seen, and the outcome of looking at its data.
    async fn note(&mut self, now: BlockNumber, case: &Case) {
        if let JobState::Running { heartbeat_by, .. } = case.job.state {
            let seen = self.deadlines.entry(case.id).or_insert((heartbeat_by, now));
            if seen.0 != heartbeat_by {
                *seen = (heartbeat_by, now);
            }
        }
        if let Some(looking) = self.looks.get_mut(&case.id) {
            looking.update().await;
        }
    }

    /// What this worker itself knows of a job.
    fn local<'a>(&'a self, now: BlockNumber, case: &'a Case) -> Local<'a> {
        let look = self.looks.get(&case.id).map(|looking| match looking {
            Looking::InProgress(_) => Look::InProgress,
            Looking::Done(fitness) => Look::Done(fitness),
        });
        let work = self.tasks.get(case.id).map(|task| Work { reached: task.reached() });
        let checkpoints = match &case.job.state {
            JobState::Stopping { .. } if case.training_use_id.is_some() && work.is_none() => self.checkpoints(case.id),
            _ => 0,
        };
        let deadline_seen_at = self.deadlines.get(&case.id).map_or(now, |(_, seen_at)| *seen_at);
        let heartbeat_at = self.heartbeats.get(&case.id).copied();
        Local { entry: case.entry.as_ref(), look, work, checkpoints, deadline_seen_at, heartbeat_at }
    }

    /// Say loudly, once for each job, which of them the journal does not know; whether there are any.
    fn say_unknown(&self, worker: &mut Worker, now: BlockNumber, cases: &[Case], market: &Market) -> bool {
        let mut any = false;
        for case in cases {
            let Some(reason) = unknown(&case.view(now, market), &self.local(now, case)) else { continue };
            any = true;
            if worker.is_new(&format!("unknown {}", case.id)) {
                tracing::error!(
                    job = %case.id,
                    "{reason}, but this account holds it, and its bond is at stake. If another worker runs with this \
                     account, stop one of them; if this one has another --base-path than before, start it with the old \
                     one; if the journal is lost, release the job by hand, which costs the penalty. Until then nothing \
                     is done about it, and no offer is changed"
                );
            }
        }
        any
    }

    /// Send all heartbeats that are among `actions`, side by side.
    async fn send_heartbeats(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        cases: &[Case],
        actions: &[Action],
    ) -> Result<(), Error> {
        let due = cases.iter().zip(actions).filter_map(|(case, action)| match action {
            Action::Heartbeat { reached } => Some((case.id, *reached)),
            _ => None,
        });
        let (jobs, heartbeats): (Vec<_>, Vec<_>) = due
            .map(|(id, reached)| {
                (id, (format!("heartbeat of job {id}"), calls::heartbeat(id, reached.position, reached.checkpoint)))
            })
            .unzip();
        if heartbeats.is_empty() {
            return Ok(());
        }
        let outcomes = worker.act_all(now, heartbeats).await?;
        let sent = jobs.into_iter().zip(outcomes).filter(|(_, outcome)| outcome.is_done());
        self.heartbeats.extend(sent.map(|(id, _)| (id, now)));
        Ok(())
    }

    /// Tell work in progress what the chain was told, for which its result waits.
    fn tell(&self, now: BlockNumber, case: &Case) {
        if let (Some(task), JobState::Running { progress, .. }) = (self.tasks.get(case.id), &case.job.state) {
            let position = if may_submit(now, &case.job) { Some(u32::MAX) } else { progress.map(|told| told.position) };
            task.tell(position.unwrap_or(0));
        }
    }

    /// Decide about a job, heartbeats apart, and act.
    async fn serve(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        case: &Case,
        market: &mut Market,
    ) -> Result<(), Error> {
        self.note(now, case).await;
        let action = decide_besides(&case.view(now, market), &self.local(now, case));
        self.act(worker, now, case, market, action).await
    }

    async fn act(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        case: &Case,
        market: &mut Market,
        action: Action,
    ) -> Result<(), Error> {
        let Case { id, job, training_use_id, .. } = case;
        let (id, training_use_id, training_use) = (*id, *training_use_id, case.training_use.as_ref());
        let entry = case.entry.clone();
        tracing::debug!(job = %id, ?action, "decided");
        match action {
            // Heartbeats were sent before anything else.
            Action::Ignore | Action::Wait | Action::Heartbeat { .. } => {}
            Action::Match { offer } => {
                let what = format!("match job {id} with offer {offer}");
                // One job for each offer and step, whatever becomes of it.
                market.note_match(offer);
                worker.act(now, &what, calls::match_job(id, Some(offer))).await?;
            }
            Action::Look => self.look(worker, now, id, job, market.memory_of(job, &self.wanted)).await?,
            Action::Accept => {
                let entry = entry.unwrap_or_else(|| ComputeEntry::generate(id));
                // The secrets are on disk before anybody can wrap a key for one and the chain binds the other.
                worker.journal.store_entry(id, &entry)?;
                let call = calls::accept_job(id, entry.recipient_key(), entry.probe_commitment(&worker.account));
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
            Action::Train => self.work(worker, now, id, job, training_use, None).await?,
            Action::ProveProgress { checkpoints } => {
                self.work(worker, now, id, job, training_use, Some(checkpoints)).await?;
            }
            Action::Submit { planted } => {
                if let Some(entry) = entry {
                    self.submit(worker, now, id, &entry, planted).await?;
                }
            }
            Action::SubmitProgress { checkpoints, trace } => {
                let proof = entry.and_then(|entry| match entry.result {
                    Some(result) if result.commitment.checkpoints == checkpoints => Some(result.proof),
                    _ => entry.progress.map(|progress| progress.proof),
                });
                if let Some(proof) = proof {
                    let what = format!("submit the progress of job {id}, whose owner cancelled it");
                    worker.act(now, &what, calls::submit_progress(id, checkpoints, trace, proof)).await?;
                }
            }
            Action::Expire => {
                worker.act(now, &format!("end job {id}, whose time is over"), calls::expire_job(id)).await?;
            }
            Action::OpenProbe { links } => {
                if let Some(entry) = entry {
                    let call = calls::open_probe(id, *entry.probe_secret(), links);
                    worker.act(now, &format!("open the secret of job {id}"), call).await?;
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

    /// Publish what goes with the trace that is shown, and submit the result in the journal.
    async fn submit(
        &self,
        worker: &mut Worker,
        now: BlockNumber,
        id: JobId,
        entry: &ComputeEntry,
        planted: bool,
    ) -> Result<(), Error> {
        let Some(result) = &entry.result else { return Ok(()) };
        match self.workshop.show(result, entry.probe_secret(), planted) {
            Ok(commitment) => {
                let call = calls::submit_result(id, commitment, result.proof.clone());
                worker.act(now, &format!("submit the result of job {id}"), call).await?;
            }
            Err(error) => {
                let message = format!("the result of job {id} cannot be published yet: {}", chained(&error));
                if worker.is_new(&message) {
                    tracing::error!("{message}");
                }
            }
        }
        Ok(())
    }

    /// Start to look at the data of a job, for which so many bytes of `memory` are there, and to keep them.
    async fn look(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        id: JobId,
        job: &JobRecord,
        memory: u64,
    ) -> Result<(), Error> {
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
            let fitness = match workshop.keeping(id) {
                Ok(store) => fitness(&store, &dataset, &spec, parent.as_ref(), memory),
                Err(error) => Fitness::Later(chained(&error)),
            };
            ended.notify_one();
            fitness
        });
        self.looks.insert(id, Looking::InProgress(handle));
        Ok(())
    }

    /// Checkpoints of a job that the journal holds; 0 if it cannot be read.
    fn checkpoints(&self, id: JobId) -> u32 {
        self.workshop.checkpoints(id).unwrap_or_else(|error| {
            tracing::error!(job = %id, "{error}");
            0
        })
    }

    /// Train, or prove that many `checkpoints` of a cancelled run, on a thread of its own.
    async fn work(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        id: JobId,
        job: &JobRecord,
        training_use: Option<&TrainingUse>,
        checkpoints: Option<u32>,
    ) -> Result<(), Error> {
        let (training_use_id, seed, challenged_chunk, errand) = match job.state {
            JobState::Running { training_use, seed, challenged_chunk, .. } => {
                (training_use, seed, challenged_chunk, Errand::Run(seed))
            }
            JobState::Stopping { training_use, seed, challenged_chunk, .. } => {
                (training_use, seed, challenged_chunk, Errand::Progress(seed))
            }
            _ => return Ok(()),
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
            device: job.request.requirements.device,
            work_units: job.work_units,
            seed,
            parent,
            key: key.clone(),
        };
        let workshop = self.workshop.clone();
        let attempt = self.tasks.attempts(id);
        tracing::info!(job = %id, attempt, ?errand, "working");
        let work = Task::start(errand, worker.task_ended.clone(), move |pulse| match checkpoints {
            Some(checkpoints) => {
                workshop.prove_progress(&assignment, training_use_id, challenged_chunk, checkpoints, attempt, pulse)
            }
            None => workshop.compute(&assignment, training_use_id, challenged_chunk, attempt, pulse),
        });
        if may_submit(now, job) {
            work.tell(u32::MAX);
        }
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
        let mut market = self.market(worker).await?;
        let jobs = worker.chain.provider_jobs(&worker.account).await?;
        let held: BTreeSet<JobId> = jobs.iter().map(|(id, _)| *id).collect();
        let errand = |(id, job): &(JobId, JobRecord)| match job.state {
            JobState::Running { seed, .. } => Some((Subject::from(*id), Errand::Run(seed))),
            JobState::Stopping { seed, .. } => Some((Subject::from(*id), Errand::Progress(seed))),
            _ => None,
        };
        self.tasks.stop_all_but(&jobs.iter().filter_map(errand).collect());
        self.deadlines.retain(|job, _| held.contains(job));
        self.heartbeats.retain(|job, _| held.contains(job));
        self.looks.retain(|job, _| held.contains(job));
        let mut cases = Vec::with_capacity(jobs.len());
        for (id, job) in jobs {
            let case = Case::read(worker, id, job).await?;
            self.note(now, &case).await;
            self.tell(now, &case);
            cases.push(case);
        }
        // A heartbeat that is late costs a job; nothing else is as urgent, and all else may take blocks.
        let actions: Vec<_> =
            cases.iter().map(|case| decide(&case.view(now, &market), &self.local(now, case))).collect();
        self.send_heartbeats(worker, now, &cases, &actions).await?;
        let is_any_unknown = self.say_unknown(worker, now, &cases, &market);
        if is_any_unknown {
            if worker.is_new("offers") {
                tracing::error!("offers and bond are left as they are, because the account holds unknown jobs");
            }
        } else {
            self.take_part(worker, now, &market).await?;
        }
        for case in &cases {
            self.serve(worker, now, case, &mut market).await?;
        }
        for (id, job) in self.open_jobs(worker, &market).await? {
            let case = Case::read(worker, id, job).await?;
            self.serve(worker, now, &case, &mut market).await?;
        }
        let journaled = worker.journal.jobs()?;
        for id in worker.journal.kept()? {
            // Looked at, but not accepted.
            if !held.contains(&id) && !journaled.contains(&id) {
                worker.journal.forget(id)?;
            }
        }
        for id in journaled.into_iter().filter(|id| !held.contains(id)) {
            match worker.chain.job(id).await? {
                // It came in since the jobs were listed.
                Some(job) if job.state.provider() == Some(&worker.account) => {
                    let case = Case::read(worker, id, job).await?;
                    self.serve(worker, now, &case, &mut market).await?;
                }
                Some(job)
                    if !matches!(job.state, JobState::Closed { .. })
                        && !job.failed_providers.contains(&worker.account) => {}
                Some(_) | None => self.finished.note(worker, id, now)?,
            }
        }
        Ok(())
    }

    async fn stop(self) {
        self.tasks.stop().await;
    }
}
