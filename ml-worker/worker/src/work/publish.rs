//! What is published of a run.

use super::*;
use crate::publication::Publication;
use neurodata_dataset::Schema;
use neurodata_primitives::TrainingMetrics;
use neurodata_storage::{manifest, ManifestError};
use neurodata_training::{card, CardText, Checkpoint, Ending, Evaluation, ModelIndex, RunReport};

impl Workshop {
    /// Put model, card, report and the states of a long run into the store. None of them tells the trace or a loss in
    /// training: a committee that is shown a planted trace must find out by itself.
    pub(super) fn publish(
        &self,
        assignment: &Assignment,
        schema: &Schema,
        output: &RunOutput,
    ) -> Result<Publication, WorkError> {
        let is_sampled = assignment.is_long() && output.ending.is_none();
        let states = if is_sampled { self.publish_states(assignment.job, &output.trace)? } else { Vec::new() };
        let files = self.publish_files(assignment, schema, output).map_err(later)?;
        Ok(Publication { files, states })
    }

    /// What `result` commits to on the chain, the true trace or the planted one. What shows that trace is in the store
    /// when this returns, and nothing that shows the other.
    ///
    /// The same arguments give the same, however often.
    pub fn show(
        &self,
        result: &PreparedResult,
        secret: &[u8; 32],
        planted: bool,
    ) -> Result<ResultCommitment, ManifestError> {
        let links = Trace::new(result.links.to_vec());
        let plant = links.planted(secret);
        let (shown, other) = if planted { (plant, links) } else { (links, plant) };
        let manifest = result.publication.show(&*self.store, shown.links(), other.links())?;
        Ok(ResultCommitment { manifest, trace: shown.root(), ..result.commitment.clone() })
    }

    /// Put the states of a run into the store, from the journal; none if they are too large. The CIDs of their
    /// manifests.
    fn publish_states(&self, job: JobId, trace: &Trace) -> Result<Vec<String>, WorkError> {
        for position in 0..trace.checkpoints() {
            if self.journal.state_bytes(job, position).map_err(later)? == Some(0) {
                tracing::info!(%job, "the states of the run are too large to be published; it is repeated as a whole");
                return Ok(Vec::new());
            }
        }
        let mut states = Vec::with_capacity(trace.links().len());
        for (position, link) in (0..).zip(trace.links()) {
            let kept = self.journal.state(job, position).map_err(later)?;
            let is_whole = |state: &Vec<u8>| {
                Checkpoint::from_bytes(state).is_ok_and(|checkpoint| checkpoint.link().state == link.state)
            };
            let Some(state) = kept.filter(is_whole) else {
                self.journal.forget_run(job).map_err(later)?;
                return Err(WorkError::Later(format!("state {position} of the run is lost: training from the start")));
            };
            states.push(manifest::put_bytes(&*self.store, &state).map_err(later)?.to_string());
        }
        Ok(states)
    }

    /// Put model, card and report into the store. Their index.
    fn publish_files(
        &self,
        assignment: &Assignment,
        schema: &Schema,
        output: &RunOutput,
    ) -> Result<ModelIndex, ManifestError> {
        let Assignment { job, dataset_id, spec, seed, parent, .. } = assignment;
        let target = spec.target.and_then(|target| schema.columns().get(usize::from(target)));
        let target = target.map(|column| column.name.clone());
        let mut provenance = vec![
            ("chain".into(), format!("0x{}", hex::encode(self.genesis))),
            ("job".into(), job.to_string()),
            ("dataset".into(), dataset_id.to_string()),
            ("data root".into(), assignment.dataset.commitment.data_root.to_string()),
            ("seed".into(), seed.to_string()),
            ("model digest".into(), output.model_digest.to_string()),
            ("compute provider".into(), self.account.to_string()),
        ];
        provenance.extend(parent.as_ref().map(|parent| ("parent model".into(), parent.id.to_string())));
        provenance.extend(output.ending.as_ref().map(|ending| match ending {
            Ending::Diverged { step, tensor } => ("diverged".into(), format!("at step {step}, in {tensor}")),
            Ending::Ended { step } => ("ended".into(), format!("before step {step}")),
        }));
        let text = CardText {
            title: format!("{}: {}", schema.name(), target.as_deref().unwrap_or("model")),
            dataset: schema.name().into(),
            target: target.unwrap_or_default(),
            licence: "other".into(),
            provenance,
        };
        let report = report(assignment, output.metrics, &output.evaluation, output.ending.as_ref());
        let card = card(&text, spec, &output.metrics, &output.evaluation);
        let put = |bytes: &[u8]| manifest::put_bytes(&*self.store, bytes).map(|cid| cid.to_string());
        Ok(ModelIndex::new(put(&output.model)?, put(card.as_bytes())?, put(&report)?, None))
    }
}

/// The report of a run as it is published. Whoever repeats the run comes to the same bytes.
pub(super) fn report(
    assignment: &Assignment,
    metrics: TrainingMetrics,
    evaluation: &Evaluation,
    ending: Option<&Ending>,
) -> Vec<u8> {
    let Assignment { job, dataset_id, spec, seed, parent, .. } = assignment;
    let report = RunReport {
        job: *job,
        dataset: *dataset_id,
        spec: spec.clone(),
        seed: *seed,
        parent: parent.as_ref().map(|parent| parent.id),
        metrics,
        evaluation: evaluation.clone(),
        ending: ending.cloned(),
    };
    report.to_bytes()
}
