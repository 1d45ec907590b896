//! The doubles that answer the market's seams.

use super::*;

/// Remembers a seed for every block up to now, for [`SEED_MEMORY`] blocks.
pub struct TestEntropy;

impl seams::Entropy<u64> for TestEntropy {
    fn seed_at(block: u64) -> Option<Seed> {
        let now = System::block_number();
        (block <= now && now - block <= SEED_MEMORY).then(|| seed_of_block(block))
    }
}

pub fn seed_of_block(block: u64) -> Seed {
    Seed::new(sp_io::hashing::blake2_256(&block.to_le_bytes()))
}

/// One dataset, sold to everybody but [`STRANGER`] for linear models.
pub struct TestData;

impl TrainingData<AccountId, Balance> for TestData {
    fn quote(
        dataset: DatasetId,
        buyer: &AccountId,
        family: AlgorithmFamily,
    ) -> Result<TrainingQuote<AccountId, Balance>, DispatchError> {
        let is_sold = Listed::get() && Self::still_permits(dataset, buyer, family);
        is_sold.then_some(()).ok_or(DispatchError::Other("not sold"))?;
        let price = QuotedPrice::get();
        Ok(TrainingQuote { owner: DATA_PROVIDER, price, rows: ROWS, columns: COLUMNS, chunks: CHUNKS, uses: USES })
    }

    fn still_permits(dataset: DatasetId, buyer: &AccountId, family: AlgorithmFamily) -> bool {
        Permitted::get() && dataset == DATASET && *buyer != STRANGER && family == AlgorithmFamily::Linear
    }

    fn open_use(
        _: DatasetId,
        job: JobId,
        provider: &AccountId,
        _: RecipientKey,
        price: Balance,
    ) -> Result<TrainingUseId, DispatchError> {
        let id = TrainingUseId::new(NextUse::get());
        NextUse::set(&(id.get() + 1));
        let mut uses = Uses::get();
        uses.push((id, job, *provider, price));
        Uses::set(&uses);
        Ok(id)
    }

    fn close_use(training_use: TrainingUseId, outcome: UseOutcome) {
        let improvement = match outcome {
            UseOutcome::Ended => None,
            UseOutcome::JobSettled { improvement } => Some(improvement),
        };
        let mut closed = ClosedUses::get();
        closed.push((training_use, improvement));
        ClosedUses::set(&closed);
        Uses::set(&Uses::get().into_iter().filter(|(id, ..)| *id != training_use).collect());
    }

    /// A proof is good if its bytes name the job and the account.
    fn verify_chunk(
        dataset: DatasetId,
        subject: ProofSubject,
        account: &AccountId,
        proof: &AuditProof,
    ) -> DispatchResult {
        let ProofSubject::Job(job) = subject else { return Err(DispatchError::Other("wrong subject")) };
        let is_good = dataset == DATASET && proof.zk_proof == possession_bytes(job, *account);
        is_good.then_some(()).ok_or(DispatchError::Other("bad proof"))
    }
}

pub fn possession_bytes(job: JobId, account: AccountId) -> Vec<u8> {
    [job.get().to_le_bytes(), account.to_le_bytes()].concat()
}

/// Owner, data provider, provider, work units, seed, trace and commitment to a secret of an [`EvaluationRequest`].
pub type StoredRequest = (AccountId, AccountId, AccountId, u64, Seed, TraceRoot, Option<ProbeCommitment>, bool);

/// The rounds that were opened, in order.
pub struct Rounds;

impl Rounds {
    pub fn get() -> Vec<(JobId, EvaluationRequest<AccountId>)> {
        let request = |(job, stored): (JobId, StoredRequest)| {
            let (job_owner, data_provider, provider, work_units, seed, trace, probe, sampled) = stored;
            (job, EvaluationRequest { job_owner, data_provider, provider, work_units, seed, trace, probe, sampled })
        };
        StoredRounds::get().into_iter().map(request).collect()
    }
}

pub struct TestEvaluation;

impl seams::Evaluation<AccountId> for TestEvaluation {
    fn open_round(job: JobId, request: EvaluationRequest<AccountId>) -> DispatchResult {
        let EvaluationRequest { job_owner, data_provider, provider, work_units, seed, trace, probe, sampled } = request;
        let mut rounds = StoredRounds::get();
        rounds.push((job, (job_owner, data_provider, provider, work_units, seed, trace, probe, sampled)));
        StoredRounds::set(&rounds);
        Ok(())
    }
}

/// The models that the leaderboards were told of, in order.
pub struct Achievements;

impl Achievements {
    pub fn get() -> Vec<Achievement<AccountId>> {
        let achievement =
            |(task, model, job, owner, correct, rows)| Achievement { task, model, job, owner, correct, rows };
        StoredAchievements::get().into_iter().map(achievement).collect()
    }
}

/// One task, whose best model is [`BestKnown`].
pub struct TestLeaderboards;

impl seams::Leaderboards<AccountId> for TestLeaderboards {
    fn best(task: &Task) -> Option<u32> {
        assert_eq!(*task, Task::of(DATASET, &spec()));
        BestKnown::get()
    }

    fn note(achievement: Achievement<AccountId>) -> bool {
        let Achievement { task, model, job, owner, correct, rows } = achievement;
        let mut achievements = StoredAchievements::get();
        achievements.push((task, model, job, owner, correct, rows));
        StoredAchievements::set(&achievements);
        true
    }
}

pub struct TestModels;

/// Everybody may derive from [`PARENT`] but [`STRANGER`].
impl seams::Models<AccountId> for TestModels {
    fn ensure_derivable(parent: ModelId, owner: &AccountId, spec: &TrainingSpec) -> DispatchResult {
        let may = parent == PARENT && *owner != STRANGER && spec.classes() == Some(2);
        may.then_some(()).ok_or(DispatchError::Other("not derivable"))
    }

    fn record(origin: ModelOrigin<AccountId>) -> Result<ModelId, DispatchError> {
        let ModelOrigin { owner, job, parent, seed, score, .. } = origin;
        assert_eq!((origin.dataset, origin.data_provider, origin.uses), (DATASET, DATA_PROVIDER, USES));
        let JobState::Evaluating { submission, .. } = state(job) else { panic!("the job is not under evaluation") };
        assert_eq!((origin.spec, Submission::Complete(origin.result)), (super::job(job).request.spec, submission));
        assert_eq!(state(job).provider(), Some(&origin.compute_provider));
        let mut models = RecordedModels::get();
        models.push((owner, job, parent, seed, score));
        RecordedModels::set(&models);
        Ok(ModelId::new(models.len() as u64 - 1))
    }
}

/// Credits by the default split.
pub struct TestPayouts;

fn credit(who: AccountId, amount: Balance) {
    let mut credited = Credited::get();
    credited.push((who, amount));
    Credited::set(&credited);
}

fn note_reason(reason: PayoutReason) {
    let mut reasons = Reasons::get();
    reasons.push(reason);
    Reasons::set(&reasons);
}

impl seams::Payouts<AccountId, Balance> for TestPayouts {
    fn pot() -> AccountId {
        POT
    }

    fn settle_job(settlement: JobSettlement<AccountId, Balance>) -> DispatchResult {
        let shares = JobSplit::default().shares(settlement.price, settlement.evaluators.len() as u32);
        let mut scores = Scores::get();
        scores.push((settlement.job, settlement.compute_score, settlement.data_score));
        Scores::set(&scores);
        credit(settlement.data_provider, shares.data);
        credit(settlement.provider, shares.compute);
        settlement.evaluators.into_iter().for_each(|evaluator| credit(evaluator, shares.each_evaluator));
        credit(TREASURY, shares.treasury);
        Ok(())
    }

    fn evaluation_share(price: Balance) -> Balance {
        JobSplit::default().evaluation.mul_floor(price)
    }

    fn settle_evaluation(_: JobId, amount: Balance, evaluators: Vec<AccountId>) -> DispatchResult {
        let each = amount.checked_div(evaluators.len() as u128).unwrap_or(0);
        credit(TREASURY, amount - each * evaluators.len() as u128);
        evaluators.into_iter().for_each(|evaluator| credit(evaluator, each));
        Ok(())
    }

    fn settle_sale(reason: PayoutReason, owner: &AccountId, price: Balance) -> DispatchResult {
        note_reason(reason);
        let to_treasury = Self::treasury_share(price);
        credit(*owner, price - to_treasury);
        credit(TREASURY, to_treasury);
        Ok(())
    }

    fn treasury_share(price: Balance) -> Balance {
        price / 20
    }

    fn settle_treasury(amount: Balance) -> DispatchResult {
        credit(TREASURY, amount);
        Ok(())
    }

    fn settle_credit(account: &AccountId, amount: Balance, reason: PayoutReason) -> DispatchResult {
        note_reason(reason);
        credit(*account, amount);
        Ok(())
    }

    fn settle_known_answer(_: JobId, _: Vec<AccountId>) {
        unreachable!("the market does not pay for known answers");
    }

    fn note(account: &AccountId, amount: Balance, event: HistoryEvent) {
        let mut notes = Notes::get();
        notes.push((*account, amount, event));
        Notes::set(&notes);
    }

    fn forget_job(job: JobId) {
        let mut forgotten = Forgotten::get();
        forgotten.push(job);
        Forgotten::set(&forgotten);
    }
}

pub struct TestReputation;

impl seams::Reputation<AccountId, Balance> for TestReputation {
    fn of(account: &AccountId) -> u8 {
        Reputations::get().into_iter().rev().find(|(who, _)| who == account).map_or(50, |(_, reputation)| reputation)
    }

    fn note_penalty(account: &AccountId, amount: Balance, cause: PenaltyCause) {
        assert_eq!(cause.kind(), ContributionKind::Compute);
        let mut penalties = Penalties::get();
        penalties.push((*account, amount, cause));
        Penalties::set(&penalties);
    }
}

/// Counts what is burned, then lets it drop out of the issuance.
pub struct TestBurn;

impl OnUnbalanced<CreditOf<Test>> for TestBurn {
    fn on_nonzero_unbalanced(credit: CreditOf<Test>) {
        Burned::set(&(Burned::get() + credit.peek()));
    }
}

#[cfg(feature = "runtime-benchmarks")]
pub struct TestBenchmarkHelper;

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper<AccountId, u64> for TestBenchmarkHelper {
    fn create_dataset(_: &AccountId) -> DatasetId {
        DATASET
    }

    fn set_seed(_: u64) {}

    fn possession_proof(_: DatasetId, job: JobId, provider: &AccountId, chunk: u32) -> AuditProof {
        proof(job, *provider, chunk)
    }
}
