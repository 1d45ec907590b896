//! What is published of a result: an index of files, addressed by content.
//!
//! The digest in [`ResultCommitment::manifest`](neurodata_primitives::ResultCommitment::manifest) is the SHA-256 of
//! the index, i.e. the digest in the CID of its blob. The index is a JSON object that names the CID of each file's
//! manifest; files are fetched as any other file of the store.

use neurodata_primitives::{DatasetId, JobId, ModelId, Seed, TrainingMetrics, TrainingSpec};
use serde::{Deserialize, Serialize};

/// Name and version of the index.
const FORMAT: &str = "neurodata/model/1";

/// The index: CIDs of the manifests of the published files.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelIndex {
    format: String,
    /// The model file: safetensors.
    pub model: String,
    /// The model card: Markdown with YAML front matter.
    pub card: String,
    /// [`RunReport`] as JSON.
    pub report: String,
}

/// What a compute provider says about a run beyond what it commits to on chain.
///
/// Neither the trace nor anything of the losses in training is part of it: whoever could read them here would tell a
/// planted trace ([`neurodata_primitives::probe`]) without repeating the run. With one batch an epoch its mean loss is
/// that batch's.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunReport {
    /// The job.
    pub job: JobId,
    /// The dataset version that was trained on.
    pub dataset: DatasetId,
    /// The spec.
    pub spec: TrainingSpec,
    /// The seed that the chain drew.
    pub seed: Seed,
    /// The model that the training started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ModelId>,
    /// Metrics on the holdout, as committed on chain.
    pub metrics: TrainingMetrics,
    /// The step at which the run diverged, if it did: the model is the one before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diverged_at: Option<u64>,
}

/// Why bytes are no index.
#[derive(Debug, thiserror::Error)]
#[error("the model's index cannot be read: {0}")]
pub struct InvalidIndex(String);

impl ModelIndex {
    /// The index of these files.
    pub fn new(model: String, card: String, report: String) -> Self {
        Self { format: FORMAT.into(), model, card, report }
    }

    /// The bytes that are published. The same index gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings are always written as JSON; qed")
    }

    /// Read what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidIndex> {
        let index: Self = serde_json::from_slice(bytes).map_err(|error| InvalidIndex(error.to_string()))?;
        if index.format == FORMAT {
            Ok(index)
        } else {
            Err(InvalidIndex(format!("its format is {:?} instead of {FORMAT:?}", index.format)))
        }
    }
}

impl RunReport {
    /// The bytes that are published.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("strings and whole numbers are always written as JSON; qed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_this_text() {
        let index = ModelIndex::new("a".into(), "b".into(), "c".into());
        let bytes = index.to_bytes();
        assert_eq!(bytes, br#"{"format":"neurodata/model/1","model":"a","card":"b","report":"c"}"#);
        assert_eq!(ModelIndex::from_bytes(&bytes).unwrap(), index);
    }

    #[test]
    fn other_files_are_no_index() {
        for other in ["", "{}", r#"{"format":"neurodata/model/2","model":"a","card":"b","report":"c"}"#] {
            assert!(ModelIndex::from_bytes(other.as_bytes()).is_err());
        }
    }
}
