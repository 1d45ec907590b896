//! Random segments of a long run are repeated, and what follows from its last state.
//!
//! ```text
//! links          published; they make the submitted trace, the last heartbeat tells one of their states, and the first
//!                is that of the own initial state
//! segment i      from published state i, whose digest is that of link i, with the course of link i, to link i + 1
//! conclusion     from the last published state to the submitted and published model, metrics and report
//! ```
//!
//! A run that ended before its last step publishes no states and is repeated as a whole: otherwise whoever let a run end as
//! soon as it pleases would alter a single segment and save many.

use super::{
    evaluate::{ensure_same, of_run, Examined, Trouble},
    publish::report,
    *,
};
use crate::{
    decide::evaluate::{outcome_difference, trace_difference, Outcome, Published},
    journal::{EvaluateEntry, Judged, Sample},
};
use neurodata_training::{Checkpoint, Error, ModelIndex, Plan, TraceIndex, PUBLISHED_BYTES};
use rand::{rngs::OsRng, seq::index};

/// Longest trace index that is fetched, in bytes: 65 links and addresses take a quarter of it.
const MAX_TRACE_INDEX_BYTES: u64 = 1 << 16;

fn differs(what: String) -> Trouble {
    Trouble::Differs(what)
}

impl Workshop {
    /// The trace that was published with the states of a long run; `None` if there are no states.
    pub(super) fn shown_trace(&self, index: &ModelIndex) -> Result<Option<TraceIndex>, Trouble> {
        let Some(cid) = &index.trace else { return Ok(None) };
        let bytes = data::published_file(&*self.store, cid, MAX_TRACE_INDEX_BYTES).map_err(Trouble::Owed)?;
        let trace = TraceIndex::from_bytes(&bytes).map_err(|error| differs(format!("the published trace: {error}")))?;
        Ok(Some(trace).filter(|trace| !trace.checkpoints.is_empty()))
    }

    /// Repeat random segments of the run whose trace and states are `shown`, and what follows from the last state.
    pub(super) fn repeat_sample(
        &self,
        examined: &Examined<'_>,
        claimed: &ResultCommitment,
        shown: &TraceIndex,
        published: &Published,
        pulse: &Pulse,
    ) -> Result<(), Trouble> {
        let Examined { assignment, judged, initial, table } = examined;
        let Assignment { job, spec, seed, .. } = assignment;
        let trace = Trace::new(shown.links.clone());
        if let Some(what) = trace_difference(&trace, &judged.claimed, judged.told.as_ref()) {
            return Err(differs(format!("the {what} is not that of the published links")));
        }
        let device = self.devices.get(assignment.device);
        let plan = Plan::new(initial.as_deref(), table, spec, seed, device).map_err(of_run)?;
        if trace.checkpoints() != plan.checkpoints() {
            let (found, expected) = (trace.checkpoints(), plan.checkpoints());
            return Err(differs(format!("the published trace has {found} links instead of {expected}")));
        }
        if trace.link(0) != Some(&plan.initial_checkpoint().map_err(of_run)?.link()) {
            return Err(differs("the initial state differs from that of the repeated run".into()));
        }
        let last = self.state(shown, &trace, plan.segments())?;
        if last.ending().is_some() {
            return Err(differs("the run is said to have ended early, but its states were published".into()));
        }
        let segments = self.sample(*job, judged, plan.segments(), spec.sampled_segments(table.rows()))?;
        tracing::info!(%job, ?segments, of = plan.segments(), "repeating segments");
        for segment in segments {
            follow(&plan, &trace, &self.state(shown, &trace, segment)?, pulse)?;
            tracing::info!(%job, segment, "repeated");
        }
        let conclusion = plan.conclude(&last).map_err(|error| of_state(plan.segments(), error))?;
        pulse.ensure_wanted()?;
        let report = report(assignment, conclusion.metrics, &conclusion.evaluation, last.ending());
        ensure_same(outcome_difference(Outcome::of_state(&conclusion, &report), claimed, published))
    }

    /// The segments that this evaluator repeats, so many of all: drawn at first, the same ever after.
    fn sample(&self, job: JobId, judged: &Judged, of: u32, count: u32) -> Result<Vec<u32>, WorkError> {
        let entry = self.round_entry(job)?;
        if let Some(sample) = entry.sample.as_ref().filter(|sample| sample.about == *judged) {
            return Ok(sample.segments.clone());
        }
        // A run has at most 64 segments, of which a twelfth is drawn.
        let drawn = index::sample(&mut OsRng, of as usize, count.min(of) as usize);
        let mut segments: Vec<u32> = drawn.into_iter().map(|segment| segment as u32).collect();
        segments.sort_unstable();
        let sample = Sample { about: judged.clone(), segments: segments.clone() };
        self.journal.store_entry(job, &EvaluateEntry { sample: Some(sample), ..entry }).map_err(later)?;
        Ok(segments)
    }

    /// The published state at this position, with the course of its link.
    fn state(&self, shown: &TraceIndex, trace: &Trace, position: u32) -> Result<Checkpoint, Trouble> {
        let cid = usize::try_from(position).ok().and_then(|position| shown.checkpoints.get(position));
        let (Some(cid), Some(link)) = (cid, trace.link(position)) else {
            return Err(differs(format!("the run has no state {position}")));
        };
        let limit = PUBLISHED_BYTES / u64::from(trace.checkpoints().max(1));
        let bytes = data::published_file(&*self.store, cid, limit).map_err(|error| match error {
            DataError::Missing(reason) => Trouble::Owed(DataError::Missing(format!("state {position}: {reason}"))),
            error if error.is_retryable() => Trouble::Owed(error),
            error => differs(format!("state {position} of the run cannot be read: {error}")),
        })?;
        let state = Checkpoint::from_bytes(&bytes).map_err(|error| of_state(position, error.into()))?;
        let state = state.with_course(link.course);
        if state.link() != *link {
            Err(differs(format!("state {position} of the run is not the one in the published trace")))
        } else if state.position() != position {
            Err(differs(format!("state {position} of the run is that of another position, {}", state.position())))
        } else {
            Ok(state)
        }
    }
}

/// Repeat the segment that begins with `from`, and compare what it leads to with the published trace.
fn follow(plan: &Plan<'_>, trace: &Trace, from: &Checkpoint, pulse: &Pulse) -> Result<(), Trouble> {
    let segment = from.position();
    let stop = &mut || if pulse.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let reached = plan.repeat_segment(from, stop).map_err(|error| of_state(segment, error))?;
    let (link, repeated) = (trace.link(reached.position()), reached.link());
    if link.map(|link| link.state) != Some(repeated.state) {
        Err(differs(format!("segment {segment} of the run leads to another state than was published")))
    } else if link.map(|link| link.course) != Some(repeated.course) {
        Err(differs(format!("segment {segment} of the run takes another course than was published")))
    } else {
        Ok(())
    }
}

/// Why nothing follows from the published state at this position.
fn of_state(position: u32, error: Error) -> Trouble {
    match error {
        Error::Checkpoint(error) => differs(format!("nothing follows from state {position} of the run: {error}")),
        error => of_run(error).into(),
    }
}
