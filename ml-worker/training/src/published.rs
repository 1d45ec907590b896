//! What is published of a result: an index of files, addressed by content.
//!
//! The digest in [`ResultCommitment::manifest`](neurodata_primitives::ResultCommitment::manifest) is the SHA-256 of
//! the index, i.e. the digest in the CID of its blob. The index is a JSON object that names the CID of each file's
//! manifest; files are fetched as any other file of the store.

use crate::{Ending, Evaluation};
use neurodata_primitives::{
    training::MAX_CHECKPOINTS, DatasetId, JobId, ModelId, Seed, TraceLink, TrainingMetrics, TrainingSpec,
};
use serde::{Deserialize, Serialize};

/// Name and version of the index.
const FORMAT: &str = "neurodata/model/2";
/// Name and version of the trace.
const TRACE_FORMAT: &str = "neurodata/trace/1";

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
    /// [`TraceIndex`] as JSON, of a run of which segments are repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
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
    /// How good the model is on the holdout, in full.
    pub evaluation: Evaluation,
    /// How the run came to its end, if it did before its last step: the model is the one of the state there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
}

/// The trace of a run of which segments are repeated, and the checkpoints that they begin with.
///
/// In a known-answer task the links are those of the planted trace; the checkpoints are the same, since they are published
/// without their courses: [`crate::Checkpoint::published`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceIndex {
    format: String,
    /// The links, the initial state's first.
    pub links: Vec<TraceLink>,
    /// CIDs of the manifests of the checkpoints' bytes, in the order of the links; none if they are not published, see
    /// [`crate::is_published`].
    pub checkpoints: Vec<String>,
}

/// Why bytes are no index.
#[derive(Debug, thiserror::Error)]
#[error("the index cannot be read: {0}")]
pub struct InvalidIndex(String);

impl InvalidIndex {
    fn format(found: &str, expected: &str) -> Self {
        Self(format!("its format is {found:?} instead of {expected:?}"))
    }
}

impl ModelIndex {
    /// The index of these files.
    pub fn new(model: String, card: String, report: String, trace: Option<String>) -> Self {
        Self { format: FORMAT.into(), model, card, report, trace }
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
            Err(InvalidIndex::format(&index.format, FORMAT))
        }
    }
}

impl TraceIndex {
    /// The index of these links and checkpoints.
    pub fn new(links: Vec<TraceLink>, checkpoints: Vec<String>) -> Self {
        Self { format: TRACE_FORMAT.into(), links, checkpoints }
    }

    /// The bytes that are published. The same index gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings are always written as JSON; qed")
    }

    /// Read what [`Self::to_bytes`] wrote; fails also on more links than a run can have, and if there are checkpoints
    /// but not one for each link.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidIndex> {
        let index: Self = serde_json::from_slice(bytes).map_err(|error| InvalidIndex(error.to_string()))?;
        let (links, checkpoints) = (index.links.len(), index.checkpoints.len());
        if index.format != TRACE_FORMAT {
            Err(InvalidIndex::format(&index.format, TRACE_FORMAT))
        } else if links > MAX_CHECKPOINTS as usize {
            Err(InvalidIndex(format!("{links} links, of which a run has at most {MAX_CHECKPOINTS}")))
        } else if checkpoints != 0 && checkpoints != links {
            Err(InvalidIndex(format!("{checkpoints} checkpoints for {links} links")))
        } else {
            Ok(index)
        }
    }
}

impl RunReport {
    /// The bytes that are published.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("strings and whole numbers are always written as JSON; qed")
    }

    /// Read what [`Self::to_bytes`] wrote; fails also on an ending with a longer tensor name than there is.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidIndex> {
        let report: Self = serde_json::from_slice(bytes).map_err(|error| InvalidIndex(error.to_string()))?;
        match report.ending.as_ref().is_none_or(Ending::is_bounded) {
            true => Ok(report),
            false => Err(InvalidIndex("the name of the tensor that diverged is too long".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::RegressionEvaluation;
    use neurodata_primitives::{
        training::{Algorithm, Objective},
        CheckpointDigest, CourseDigest,
    };

    #[test]
    fn the_index_is_this_text() {
        let index = ModelIndex::new("a".into(), "b".into(), "c".into(), None);
        let bytes = index.to_bytes();
        assert_eq!(bytes, br#"{"format":"neurodata/model/2","model":"a","card":"b","report":"c"}"#);
        assert_eq!(ModelIndex::from_bytes(&bytes).unwrap(), index);
        let traced = ModelIndex { trace: Some("d".into()), ..index };
        let bytes = traced.to_bytes();
        assert_eq!(bytes, br#"{"format":"neurodata/model/2","model":"a","card":"b","report":"c","trace":"d"}"#);
        assert_eq!(ModelIndex::from_bytes(&bytes).unwrap(), traced);
    }

    #[test]
    fn other_files_are_no_index() {
        for other in ["", "{}", r#"{"format":"neurodata/model/1","model":"a","card":"b","report":"c"}"#] {
            assert!(ModelIndex::from_bytes(other.as_bytes()).is_err());
            assert!(TraceIndex::from_bytes(other.as_bytes()).is_err());
        }
    }

    #[test]
    fn a_trace_has_a_checkpoint_for_each_link_or_none() {
        let link =
            |byte: u8| TraceLink { state: CheckpointDigest::new([byte; 32]), course: CourseDigest::new([byte; 32]) };
        let index = |checkpoints: &[&str]| {
            let checkpoints = checkpoints.iter().map(|cid| (*cid).into()).collect();
            TraceIndex::new(vec![link(1), link(2)], checkpoints)
        };
        for read in [index(&[]), index(&["a", "b"])] {
            assert_eq!(TraceIndex::from_bytes(&read.to_bytes()).unwrap(), read);
        }
        assert!(TraceIndex::from_bytes(&index(&["a"]).to_bytes()).is_err());
        let long = |count| TraceIndex::from_bytes(&TraceIndex::new(vec![link(1); count], Vec::new()).to_bytes());
        assert!(long(65).is_ok() && long(66).is_err());
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let evaluation = Evaluation::Regression(RegressionEvaluation { rmse: u64::MAX, mae: 3, r_squared: i64::MIN });
        let report = RunReport {
            job: JobId::new(1),
            dataset: DatasetId::new(2),
            spec: TrainingSpec {
                algorithm: Algorithm::LinearRegression,
                objective: Objective::Regression,
                target: Some(3),
                holdout: 200,
            },
            seed: Seed::new([4; 32]),
            parent: None,
            metrics: TrainingMetrics { training_rows: 8, holdout_rows: 2, quality: evaluation.quality() },
            evaluation,
            ending: Some(Ending::Diverged { step: 5, tensor: "weight".into() }),
        };
        assert_eq!(RunReport::from_bytes(&report.to_bytes()).unwrap(), report);
        let ending = Some(Ending::Diverged { step: 5, tensor: "w".repeat(65) });
        assert!(RunReport::from_bytes(&RunReport { ending, ..report }.to_bytes()).is_err());
    }
}
