//! The audit of an own dataset: waiting for the challenge, proving, submitting.

use super::{blocking, dataset::record_of, POLL};
use crate::{
    context::Context,
    output::{bar, spinner},
};
use anyhow::{bail, ensure, Context as _, Result};
use codec::Encode;
use neurodata_chain::{account_of, calls, BlockNumber, Chain, DatasetRecord, Keypair};
use neurodata_dataset::{ProofContext, Unlocked};
use neurodata_primitives::{
    dataset::MAX_PROOFS_PER_CALL, draw, layout::MAX_AUDITED_CHUNKS, seams::ProofSubject, AuditProof, DatasetId,
    DatasetState,
};
use neurodata_zk_circuits::Prover;
use std::sync::Arc;

/// The prover; generates its key, which takes a minute, if it isn't cached.
pub async fn load_prover(context: &Context) -> Result<Arc<Prover>> {
    let folder = context.proving_keys()?;
    blocking(move || {
        let waiting = spinner("preparing the prover");
        let prover = Prover::load_or_generate(&folder, |step| waiting.set_message(step.to_string()));
        waiting.finish_and_clear();
        Ok(Arc::new(prover.context("the prover cannot be prepared")?))
    })
    .await?
}

/// Prove what the audit of `dataset` still asks for, until the dataset is for sale. Goes on where an earlier attempt
/// stopped: what is proved is on chain.
pub async fn complete(
    chain: &Chain,
    signer: &Keypair,
    dataset: DatasetId,
    unlocked: Unlocked,
    prover: Arc<Prover>,
) -> Result<()> {
    let unlocked = Arc::new(unlocked);
    let record = record_of(chain, dataset).await?;
    ensure!(
        record.owner == account_of(signer),
        "dataset {dataset} belongs to {}, who alone can prove it",
        record.owner
    );
    let (challenge_at, prove_by) = match record.state {
        DatasetState::Auditing { challenge_at, prove_by } => (challenge_at, prove_by),
        DatasetState::Active => return Ok(()),
        DatasetState::Delisted { .. } => bail!("dataset {dataset} is delisted; register it anew, under a new key"),
    };
    wait_for_block(chain, challenge_at).await?;
    let mut open = open_chunks(chain, dataset, &record, challenge_at).await?;
    let progress = bar(open.len() as u64, "proving chunks");
    while !open.is_empty() {
        let best = chain.best_block().await?.number;
        ensure!(
            best < prove_by,
            "the audit of dataset {dataset} ended at block {prove_by}; delist the dataset and register the data anew, \
             under a new key"
        );
        let batch: Vec<u32> = open.iter().copied().take(MAX_PROOFS_PER_CALL as usize).collect();
        let mut proofs = Vec::with_capacity(batch.len());
        for chunk in batch {
            proofs.push(prove(chain, signer, dataset, &unlocked, &prover, chunk).await?);
            progress.inc(1);
        }
        chain.submit(signer, calls::submit_audit(dataset, proofs)).await.context("the proofs were not accepted")?;
        open = match record_of(chain, dataset).await?.state {
            DatasetState::Auditing { .. } => open_chunks(chain, dataset, &record, challenge_at).await?,
            _ => Vec::new(),
        };
    }
    progress.finish_and_clear();
    Ok(())
}

async fn wait_for_block(chain: &Chain, block: BlockNumber) -> Result<()> {
    let waiting = spinner(format!("waiting for block {block}, whose randomness draws the chunks"));
    while chain.best_block().await?.number < block {
        tokio::time::sleep(POLL).await;
    }
    waiting.finish_and_clear();
    Ok(())
}

/// The challenged chunks that are not proved yet. Before the first proof the chain has not drawn them; then they follow
/// from the randomness of `challenge_at`.
async fn open_chunks(
    chain: &Chain,
    dataset: DatasetId,
    record: &DatasetRecord,
    challenge_at: BlockNumber,
) -> Result<Vec<u32>> {
    if let Some(audit) = chain.audit(dataset).await? {
        return Ok(audit.open_chunks.into_inner());
    }
    let seed = chain.seed(challenge_at).await?;
    let seed = seed.with_context(|| {
        format!("the chain forgot the randomness of block {challenge_at}; delist the dataset and register it anew")
    })?;
    let seed = draw::derive(&seed, draw::AUDIT_DOMAIN, &dataset);
    Ok(draw::distinct(&seed, record.commitment.chunks, MAX_AUDITED_CHUNKS))
}

async fn prove(
    chain: &Chain,
    signer: &Keypair,
    dataset: DatasetId,
    unlocked: &Arc<Unlocked>,
    prover: &Arc<Prover>,
    chunk: u32,
) -> Result<AuditProof> {
    let (unlocked, prover) = (unlocked.clone(), prover.clone());
    let (genesis, account) = (chain.genesis(), account_of(signer).encode());
    let prove = move || {
        let context = ProofContext { genesis, subject: ProofSubject::Dataset(dataset), account: &account };
        unlocked.prove_chunk(&prover, &context, chunk)
    };
    Ok(blocking(prove).await??)
}
