//! Entries: what the journal holds of one job or inspection.

use crate::publication::Publication;
use codec::{DecodeAll, Encode};
use neurodata_chain::AccountId;
use neurodata_dataset::RecipientSecret;
use neurodata_primitives::{
    job::Progress, probe, validation::Instance, AuditProof, Claim, InspectionId, JobId, ProbeCommitment, PurchaseId,
    RecipientKey, ResultCommitment, Seed, Submission, TraceLinks, Verdict, WrappedKey,
};
use rand::{rngs::OsRng, RngCore};
use serde::{Deserialize, Serialize};

/// A job of a compute provider, from just before it is accepted until it is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputeEntry {
    /// The job.
    pub job: JobId,
    /// Secret of the one-time key that the content key is wrapped for.
    #[serde(with = "hex_bytes")]
    recipient_secret: [u8; 32],
    /// Secret that decides whether a known-answer task is planted; the chain knows what binds it.
    #[serde(with = "hex_bytes")]
    probe_secret: [u8; 32],
    /// Why the job cannot be done, once that is known.
    pub failure: Option<Failure>,
    /// The result, once there is one.
    pub result: Option<PreparedResult>,
    /// The beginning of the run, if the job's owner cancelled it, once it can be proved.
    pub progress: Option<PreparedProgress>,
}

/// Why a job cannot be done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Failure {
    /// This delivered key, or the package that it opens, is bad, and this proves it.
    Faulty {
        /// The delivered key. A fork may bring another one.
        key: WrappedKey,
        /// What is claimed.
        #[serde(with = "hex_scale")]
        claim: Claim,
    },
    /// Anything else, for people.
    Other(String),
}

/// What is submitted as the result of a job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparedResult {
    /// Seed of the run. A fork may draw another one; the result is then worth nothing.
    pub seed: Seed,
    /// The result, with the true trace and without a manifest, which follows from the trace that is shown.
    pub commitment: ResultCommitment,
    /// Links of the true trace.
    #[serde(with = "hex_scale")]
    pub links: TraceLinks,
    /// What is published.
    pub publication: Publication,
    /// The last checkpoint but one: the chain is told of it before the result.
    pub heartbeat: Progress,
    /// Proof of the challenged chunk.
    pub proof: AuditProof,
}

/// What is submitted of a run that its owner cancelled.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreparedProgress {
    /// Seed of the run, as in [`PreparedResult`].
    pub seed: Seed,
    /// Links of the checkpoints reached, the initial one's first.
    #[serde(with = "hex_scale")]
    pub links: TraceLinks,
    /// Proof of the challenged chunk.
    pub proof: AuditProof,
}

/// A round of an evaluator, from when it is first worked on until it is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluateEntry {
    /// The job.
    pub job: JobId,
    /// The segments that are repeated, once they are drawn, where they are.
    pub sample: Option<Sample>,
    /// The verdict, once there is one.
    pub verdict: Option<JournaledVerdict>,
}

/// Segments that an evaluator repeats of a long run: drawn once, so that a restart repeats the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What they are of.
    pub about: Judged,
    /// Their indices, ascending, from 0 for the segment that begins with the initial state.
    pub segments: Vec<u32>,
}

/// What a committee judges. A job can come before several; no two of them that an evaluator sits on judge the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// Which committee it is.
    pub instance: Instance,
    /// Whether the states of the run are published, so that the first committee repeats random segments.
    pub sampled: bool,
    /// Seed of the run. A fork may draw another one.
    pub seed: Seed,
    /// What was submitted. After a known-answer task the true trace stands in place of the planted one.
    pub claimed: Submission,
    /// The last heartbeat, which has to agree with it.
    pub told: Option<Progress>,
}

impl Judged {
    /// Whether the committee repeats random segments instead of the whole.
    pub fn repeats_segments(&self) -> bool {
        self.sampled && self.instance == Instance::First
    }
}

/// A verdict with what opens its seal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournaledVerdict {
    /// What it is about.
    pub about: Judged,
    /// The verdict.
    pub verdict: Verdict,
    /// The score, 1 to 100 inclusive.
    pub score: u8,
    /// 32 random bytes, new for each verdict: opening a seal makes its salt public.
    #[serde(with = "hex_bytes")]
    pub salt: [u8; 32],
    /// What the verdict is based on, for people.
    pub reason: String,
}

/// An inspection of a package by an evaluator, from just before the invitation is accepted until it is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionEntry {
    /// The inspection.
    pub inspection: InspectionId,
    /// Secret of the one-time key that the content key is wrapped for.
    #[serde(with = "hex_bytes")]
    recipient_secret: [u8; 32],
    /// What was found, once that is known.
    pub report: Option<InspectionReport>,
}

/// What an inspector found in a package.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionReport {
    /// The purchase that the key was delivered for. A fork may give the inspection another one.
    pub purchase: PurchaseId,
    /// The delivered key. A fork may bring another one.
    pub key: WrappedKey,
    /// What was found.
    pub finding: Finding,
}

/// What was found in a package.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It is what the chain says.
    Clean,
    /// It is not, and this proves it.
    Faulty(#[serde(with = "hex_scale")] Claim),
    /// It is not, in a way that no complaint covers: what is wrong, for people.
    Unprovable(String),
}

impl InspectionEntry {
    /// An inspection that is about to be accepted with the public key of `secret`.
    pub fn new(inspection: InspectionId, secret: &RecipientSecret) -> Self {
        Self { inspection, recipient_secret: *secret.as_bytes(), report: None }
    }

    /// The one-time secret.
    pub fn recipient_secret(&self) -> RecipientSecret {
        RecipientSecret::new(self.recipient_secret)
    }

    /// The one-time public key.
    pub fn recipient_key(&self) -> RecipientKey {
        self.recipient_secret().public()
    }
}

/// What `claim` says, for people.
pub fn what_is_wrong(claim: &Claim) -> &'static str {
    match claim {
        Claim::WrongKey => "the delivered key is not the one that was committed to",
        Claim::BadChunk(_) => "a chunk of the package is not the one that was committed to",
        Claim::OutOfSchema { .. } => "a cell of the package is above its bound",
    }
}

impl PreparedProgress {
    /// Checkpoints reached, the initial one included.
    pub fn checkpoints(&self) -> u32 {
        // As many as their bound at most.
        self.links.len() as u32
    }
}

impl EvaluateEntry {
    /// A round of which nothing is known yet.
    pub fn new(job: JobId) -> Self {
        Self { job, sample: None, verdict: None }
    }
}

impl ComputeEntry {
    /// A job that is about to be accepted with the public key of `secret`, and with what binds `probe_secret`.
    pub fn new(job: JobId, secret: &RecipientSecret, probe_secret: [u8; 32]) -> Self {
        let recipient_secret = *secret.as_bytes();
        Self { job, recipient_secret, probe_secret, failure: None, result: None, progress: None }
    }

    /// The same with new secrets.
    pub fn generate(job: JobId) -> Self {
        let mut probe_secret = [0; 32];
        OsRng.fill_bytes(&mut probe_secret);
        Self::new(job, &RecipientSecret::generate(), probe_secret)
    }

    /// The one-time secret.
    pub fn recipient_secret(&self) -> RecipientSecret {
        RecipientSecret::new(self.recipient_secret)
    }

    /// The one-time public key.
    pub fn recipient_key(&self) -> RecipientKey {
        self.recipient_secret().public()
    }

    /// The secret of the known-answer task.
    pub fn probe_secret(&self) -> &[u8; 32] {
        &self.probe_secret
    }

    /// What binds the secret of the known-answer task, for `provider`.
    pub fn probe_commitment(&self, provider: &AccountId) -> ProbeCommitment {
        probe::commitment(self.job, &provider.0, &self.probe_secret)
    }
}

/// Serde of a value as the hexadecimal digits of its SCALE encoding.
mod hex_scale {
    use super::{DecodeAll, Encode};
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &impl Encode, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(value.encode()))
    }

    pub fn deserialize<'de, T: DecodeAll, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let bytes = hex::decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        T::decode_all(&mut bytes.as_slice()).map_err(D::Error::custom)
    }
}

/// Serde of 32 bytes as hexadecimal digits.
mod hex_bytes {
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(String::deserialize(deserializer)?, &mut bytes).map_err(D::Error::custom)?;
        Ok(bytes)
    }
}
