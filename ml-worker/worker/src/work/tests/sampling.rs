//! Long runs, of which an evaluator repeats random segments.

use super::*;
use crate::journal::{EvaluateEntry, JournaledVerdict, Judged, Sample};
use codec::Decode;
use neurodata_primitives::{
    training::{Activation, Algorithm, Descent, Optimiser},
    validation::Instance,
    CourseDigest, ModelDigest, TraceLink,
};
use neurodata_training::{Checkpoint, Conclusion, Ending, Plan};
use std::{collections::BTreeSet, time::Instant};

/// Segments of the run of [`World::long`].
const SEGMENTS: u32 = 64;
/// Segments that are drawn of them.
const DRAWN: usize = 5;

fn sampled(world: &World, claimed: &ResultCommitment) -> Judged {
    Judged { sampled: true, ..world.judged(&Submission::Complete(claimed.clone()), None) }
}

/// The verdict of an evaluator with an empty journal that draws for itself, or these `segments`.
fn verdict(
    world: &World,
    judged: Judged,
    segments: Option<&[u32]>,
    attempt: u32,
) -> Result<JournaledVerdict, WorkError> {
    let workshop = world.workshop("evaluator", EVALUATOR);
    workshop.journal.forget(JOB).unwrap();
    if let Some(segments) = segments {
        let sample = Some(Sample { about: judged.clone(), segments: segments.to_vec() });
        workshop.journal.store_entry(JOB, &EvaluateEntry { sample, ..EvaluateEntry::new(JOB) }).unwrap();
    }
    world.verdict_of(&workshop, judged, attempt)
}

/// Why an evaluator that drew these segments rejects `claimed`; `None` if it accepts.
fn rejection(world: &World, claimed: &ResultCommitment, segments: &[u32]) -> Option<String> {
    let verdict = verdict(world, sampled(world, claimed), Some(segments), 0).unwrap();
    (verdict.verdict == Verdict::Reject).then_some(verdict.reason)
}

/// Publish a state.
fn put(world: &World, state: &[u8]) -> String {
    manifest::put_bytes(&world.store(), state).unwrap().to_string()
}

/// What is submitted of `prepared` with these `links`.
fn relinked(world: &World, prepared: &PreparedResult, links: Vec<TraceLink>) -> ResultCommitment {
    let commitment = ResultCommitment { checkpoints: links.len() as u32, ..prepared.commitment.clone() };
    let links = links.try_into().unwrap();
    world.submitted(&PreparedResult { links, commitment, ..prepared.clone() }, false)
}

/// The checkpoints of the run of `world` on the cells of `table`.
fn checkpoints(world: &World, table: &TrainingTable) -> Vec<Checkpoint> {
    let mut checkpoints = Vec::new();
    let keep = &mut |progress: neurodata_training::Progress<'_>| {
        checkpoints.extend(progress.resume.map(|resume| resume.checkpoint().clone()));
        ControlFlow::Continue(())
    };
    run_from(None, table, &world.spec, &SEED, &Device::Cpu, None, keep).unwrap();
    checkpoints
}

/// The table of `world` with one row's number changed.
fn altered_table(world: &World) -> TrainingTable {
    let table = world.table();
    let mut codes: Vec<u16> = table.iter_rows().flatten().copied().collect();
    let width = table.columns().len();
    (0..40).for_each(|row| codes[row * width] = 0);
    TrainingTable::new(table.columns().to_vec(), codes).unwrap()
}

#[test]
fn an_honest_long_run_is_accepted_after_a_few_segments_of_each_evaluators_own() {
    let world = World::long();
    let claimed = world.honest_result();
    let mut drawn = BTreeSet::new();
    for (name, account) in [("first", 4), ("second", 5), ("third", 6)] {
        let workshop = world.workshop(name, AccountId([account; 32]));
        let judged = sampled(&world, &claimed);
        let segments = [(); 2].map(|()| {
            let verdict = world.verdict_of(&workshop, judged.clone(), 0).unwrap();
            assert_eq!((verdict.verdict, verdict.score), (Verdict::Accept, claimed.metrics.score()));
            let sample = workshop.journal.entry::<EvaluateEntry>(JOB).unwrap().unwrap().sample.unwrap();
            assert_eq!((&sample.about, sample.segments.len()), (&judged, DRAWN));
            assert!(sample.segments.is_sorted_by(|one, next| one < next && *next < SEGMENTS));
            sample.segments
        });
        assert_eq!(segments[0], segments[1], "a restart repeats the same");
        drawn.extend(segments);
        assert_eq!(workshop.checkpoints(JOB).unwrap(), 0, "the run was not trained");
    }
    assert!(drawn.len() > 1, "each draws for itself: {drawn:?}");
}

#[test]
fn another_submission_gets_another_draw() {
    let world = World::long();
    let prepared = world.prepared();
    let workshop = world.workshop("evaluator", EVALUATOR);
    for planted in [true, false] {
        let judged = sampled(&world, &world.submitted(&prepared, planted));
        world.verdict_of(&workshop, judged.clone(), 0).unwrap();
        let entry = workshop.journal.entry::<EvaluateEntry>(JOB).unwrap().unwrap();
        assert_eq!(entry.sample.unwrap().about, judged);
    }
}

#[test]
fn a_sample_costs_a_fraction_of_the_run() {
    let descent = Descent {
        optimiser: Optimiser::Sgd { momentum: 0 },
        epochs: 96,
        batch_rows: 48,
        learning_rate: 10_000,
        weight_decay: 0,
        early_stopping: None,
    };
    let hidden = vec![512, 512].try_into().unwrap();
    let activation = Activation::Relu;
    let algorithm = Algorithm::MultilayerPerceptron { hidden, activation, layer_norm: false, descent };
    let spec = TrainingSpec { algorithm, ..World::long().spec };
    let world = World::long().training(spec);
    let claimed = world.honest_result();
    let whole = world.judged(&Submission::Complete(claimed.clone()), None);
    let [whole, sample] = [whole, sampled(&world, &claimed)].map(|judged| {
        let begun = Instant::now();
        assert_eq!(verdict(&world, judged, None, 0).unwrap().verdict, Verdict::Accept);
        begun.elapsed()
    });
    assert!(sample < whole / 2, "{sample:?} of {whole:?}");
}

#[test]
fn a_planted_trace_is_rejected_whichever_segment_is_drawn() {
    let world = World::long();
    let claimed = world.submitted(&world.prepared(), true);
    for segment in 0..SEGMENTS {
        let reason = rejection(&world, &claimed, &[segment]).unwrap();
        assert!(reason.contains(&format!("segment {segment} of the run takes another course")), "{reason}");
    }
    assert_eq!(verdict(&world, sampled(&world, &claimed), None, 0).unwrap().verdict, Verdict::Reject);
}

#[test]
fn a_trace_that_is_not_the_published_one_is_rejected() {
    let world = World::long();
    let prepared = world.prepared();
    let [honest, planted] = [false, true].map(|planted| world.submitted(&prepared, planted));
    for (trace, manifest) in [(planted.trace, honest.manifest), (honest.trace, planted.manifest)] {
        // The other index has left the store.
        world.submitted(&prepared, manifest == planted.manifest);
        let reason = rejection(&world, &ResultCommitment { trace, manifest, ..honest.clone() }, &[0]).unwrap();
        assert!(reason.contains("trace"), "{reason}");
    }
    let mut links = prepared.links.to_vec();
    links.pop();
    let mut short = prepared.clone();
    short.publication.states.pop();
    let reason = rejection(&world, &relinked(&world, &short, links), &[0]).unwrap();
    assert!(reason.contains("64 links instead of 65"), "{reason}");
}

#[test]
fn a_heartbeat_that_told_another_state_is_rejected() {
    let world = World::long();
    let prepared = world.prepared();
    let claimed = world.submitted(&prepared, false);
    let told = prepared.heartbeat;
    for (told, verdict) in [
        (told, Verdict::Accept),
        (Progress { position: told.position - 1, ..told }, Verdict::Reject),
        (Progress { checkpoint: CheckpointDigest::new([1; 32]), ..told }, Verdict::Reject),
    ] {
        let judged = Judged { told: Some(told), ..sampled(&world, &claimed) };
        let found = self::verdict(&world, judged, None, 0).unwrap();
        assert_eq!(found.verdict, verdict, "{}", found.reason);
        assert!(verdict == Verdict::Accept || found.reason.contains("heartbeat"), "{}", found.reason);
    }
}

#[test]
fn a_single_altered_state_file_is_rejected_by_whoever_uses_it() {
    let world = World::long();
    let honest = world.prepared();
    for state in [0, 7, SEGMENTS] {
        let mut prepared = honest.clone();
        let states = &mut prepared.publication.states;
        let file = manifest::read_to_vec(&world.store(), &states[state as usize].parse().unwrap(), 1 << 20).unwrap();
        let mut damaged = file.clone();
        *damaged.last_mut().unwrap() ^= 1;
        let other = states[10].clone();
        for (altered, what) in [
            (put(&world, &damaged), "damaged"),
            (put(&world, b"no state"), "damaged"),
            (other, "not the one in the published trace"),
            ("no address".into(), "cannot be read"),
        ] {
            prepared.publication.states[state as usize] = altered;
            let claimed = world.submitted(&prepared, false);
            // Everybody uses the last state.
            let user = if state == SEGMENTS { 20 } else { state };
            let reason = rejection(&world, &claimed, &[user]).unwrap();
            assert!(reason.contains(&format!("state {state} of the run")) && reason.contains(what), "{reason}");
            if state != SEGMENTS {
                assert_eq!(rejection(&world, &claimed, &[20, 30]), None);
            }
        }
    }
}

#[test]
fn a_swapped_link_is_rejected_by_whoever_comes_to_it() {
    let world = World::long();
    let prepared = world.prepared();
    let mut links = prepared.links.to_vec();
    links.swap(20, 21);
    let claimed = relinked(&world, &prepared, links);
    for (segment, what) in [(19, "segment 19"), (20, "state 20"), (21, "state 21")] {
        let reason = rejection(&world, &claimed, &[segment]).unwrap();
        assert!(reason.contains(what), "{reason}");
    }
    let mut links = prepared.links.to_vec();
    links[20].course = CourseDigest::new([1; 32]);
    let claimed = relinked(&world, &prepared, links);
    for segment in [19, 20] {
        let reason = rejection(&world, &claimed, &[segment]).unwrap();
        assert!(reason.contains(&format!("segment {segment} of the run takes another course")), "{reason}");
    }
}

#[test]
fn a_state_that_stands_in_for_others_is_rejected() {
    let world = World::long();
    let mut prepared = world.prepared();
    let mut links = prepared.links.to_vec();
    for position in 10..SEGMENTS as usize {
        links[position] = links[3];
        prepared.publication.states[position] = prepared.publication.states[3].clone();
    }
    let claimed = relinked(&world, &prepared, links);
    for segment in 10..SEGMENTS {
        let reason = rejection(&world, &claimed, &[segment]).unwrap();
        assert!(reason.contains("that of another position, 3"), "{reason}");
    }
}

#[test]
fn a_wrong_first_state_is_rejected_by_everybody() {
    let world = World::long();
    let prepared = world.prepared();
    for (state, course) in [(5, 0), (0, 5)] {
        let mut links = prepared.links.to_vec();
        links[0] = TraceLink { state: links[state].state, course: links[course].course };
        let reason = rejection(&world, &relinked(&world, &prepared, links), &[30]).unwrap();
        assert!(reason.contains("initial state"), "{reason}");
    }
}

#[test]
fn a_model_that_does_not_follow_from_the_last_state_is_rejected_by_everybody() {
    let world = World::long();
    let honest = world.prepared();
    let model = honest.publication.files.model.parse().unwrap();
    let mut model = manifest::read_to_vec(&world.store(), &model, 1 << 20).unwrap();
    *model.last_mut().unwrap() ^= 1;
    let mut forged = honest.clone();
    forged.publication.files.model = put(&world, &model);
    let reason = rejection(&world, &world.submitted(&forged, false), &[30]).unwrap();
    assert!(reason.contains("published model"), "{reason}");
    forged.commitment.model = neurodata_primitives::model::file_digest(&model);
    let reason = rejection(&world, &world.submitted(&forged, false), &[30]).unwrap();
    assert!(reason.contains("the model differs"), "{reason}");
    for (claimed, what) in [
        (ResultCommitment { model: ModelDigest::new([1; 32]), ..honest.commitment.clone() }, "the model"),
        (ResultCommitment { metrics: Default::default(), ..honest.commitment.clone() }, "metrics"),
        (ResultCommitment { model_bytes: honest.commitment.model_bytes + 1, ..honest.commitment.clone() }, "size"),
    ] {
        let claimed = world.submitted(&PreparedResult { commitment: claimed, ..honest.clone() }, false);
        let reason = rejection(&world, &claimed, &[30]).unwrap();
        assert!(reason.contains(what), "{reason}");
    }
}

/// What somebody submits and publishes whose run has these states, with the model of the last if there is one.
fn forged(world: &World, plan: &Plan<'_>, honest: &PreparedResult, states: &[Checkpoint]) -> ResultCommitment {
    let (last, mut forged) = (states.last().unwrap(), honest.clone());
    if let Ok(conclusion) = plan.conclude(last) {
        let Conclusion { model, model_digest, metrics, evaluation } = conclusion;
        let assignment = world.assignment(&RecipientSecret::new([7; 32]), b"");
        let report = super::super::publish::report(&assignment, metrics, &evaluation, last.ending());
        forged.publication.files.model = put(world, &model);
        forged.publication.files.report = put(world, &report);
        let model_bytes = model.len() as u64;
        forged.commitment = ResultCommitment { model: model_digest, model_bytes, metrics, ..forged.commitment };
    }
    forged.publication.states = states.iter().map(|state| put(world, &state.published())).collect();
    relinked(world, &forged, states.iter().map(Checkpoint::link).collect())
}

/// The state of `checkpoint` at another position, where the run is said to have ended.
fn ended(checkpoint: &Checkpoint, position: u32) -> Checkpoint {
    const BEFORE_POSITION: usize = 32;
    const BEFORE_ENDING: usize = BEFORE_POSITION + 4 + 8 + 8;
    let bytes = checkpoint.encode();
    let (run, after_run) = bytes.split_at(BEFORE_POSITION);
    let steps_and_cursor = &after_run[4..BEFORE_ENDING - BEFORE_POSITION];
    let ending = Some(Ending::Ended { step: checkpoint.steps() }).encode();
    let forged = [run, &position.encode(), steps_and_cursor, &ending, &bytes[BEFORE_ENDING + 1..]].concat();
    Checkpoint::decode(&mut forged.as_slice()).unwrap()
}

#[test]
fn a_run_that_is_said_to_have_ended_is_rejected_by_everybody() {
    const LAST: u32 = 20;
    let world = World::long();
    let (table, honest) = (world.table(), world.prepared());
    let mut states = checkpoints(&world, &table);
    states.truncate(LAST as usize + 1);
    let last = states.last().unwrap().clone();
    states.extend((LAST + 1..=SEGMENTS).map(|position| ended(&last, position)));
    let plan = Plan::new(None, &table, &world.spec, &SEED, &Device::Cpu).unwrap();
    let claimed = forged(&world, &plan, &honest, &states);
    for _ in 0..5 {
        let found = verdict(&world, sampled(&world, &claimed), None, 0).unwrap();
        assert_eq!(found.verdict, Verdict::Reject);
        assert!(found.reason.contains("said to have ended early"), "{}", found.reason);
    }
}

#[test]
fn a_long_run_that_ended_publishes_no_states_and_is_repeated_as_a_whole() {
    let world = World::long().training(diverging_spec());
    let prepared = world.prepared();
    assert!(prepared.publication.states.is_empty());
    let claimed = world.honest_result();
    let found = verdict(&world, sampled(&world, &claimed), None, 0).unwrap();
    assert_eq!(found.verdict, Verdict::Accept, "{}", found.reason);
    assert_eq!(found.reason, "the run repeats to the same bits");
}

#[test]
fn a_run_that_ended_and_publishes_states_is_rejected() {
    let world = World::long().training(diverging_spec());
    let (table, honest) = (world.table(), world.prepared());
    let plan = Plan::new(None, &table, &world.spec, &SEED, &Device::Cpu).unwrap();
    let claimed = forged(&world, &plan, &honest, &checkpoints(&world, &table));
    let found = verdict(&world, sampled(&world, &claimed), None, 0).unwrap();
    assert_eq!(found.verdict, Verdict::Reject);
    assert!(found.reason.contains("ended early"), "{}", found.reason);
}

/// A provider alters its state once and goes on honestly: one segment of its run does not repeat.
#[test]
fn a_run_with_one_altered_step_is_rejected_by_whoever_draws_it_and_by_whoever_repeats_the_whole() {
    const ALTERED: u32 = 20;
    let world = World::long();
    let (table, honest) = (world.table(), world.prepared());
    let mut states = checkpoints(&world, &table);
    states.truncate(ALTERED as usize);
    // A state of the same run on other cells, with the course that the provider found so far.
    let foreign = checkpoints(&world, &altered_table(&world)).swap_remove(ALTERED as usize);
    states.push(foreign.with_course(honest.links[ALTERED as usize].course));
    let plan = Plan::new(None, &table, &world.spec, &SEED, &Device::Cpu).unwrap();
    while states.len() < plan.checkpoints() as usize {
        states.push(plan.repeat_segment(states.last().unwrap(), &mut || ControlFlow::Continue(())).unwrap());
    }
    let claimed = forged(&world, &plan, &honest, &states);
    for segment in 0..SEGMENTS {
        let found = rejection(&world, &claimed, &[segment]);
        if segment == ALTERED - 1 {
            let reason = found.unwrap();
            assert!(reason.contains("segment 19 of the run leads to another state"), "{reason}");
        } else {
            assert_eq!(found, None);
        }
    }
    assert_eq!(world.verdict_on(&claimed, 0).unwrap().verdict, Verdict::Reject);
}

#[test]
fn a_run_on_other_cells_is_rejected_whichever_segment_is_drawn() {
    let world = World::long();
    let honest = world.prepared();
    let states = checkpoints(&world, &altered_table(&world));
    let mut forged = honest.clone();
    forged.publication.states = states.iter().map(|state| put(&world, &state.published())).collect();
    let claimed = relinked(&world, &forged, states.iter().map(Checkpoint::link).collect());
    for segment in 0..SEGMENTS {
        let reason = rejection(&world, &claimed, &[segment]).unwrap();
        assert!(reason.contains(&format!("segment {segment} of the run")), "{reason}");
    }
}

#[test]
fn a_state_that_is_missing_is_asked_for_and_then_rejected() {
    let world = World::long();
    let prepared = world.prepared();
    let claimed = world.submitted(&prepared, false);
    world.store().remove(&prepared.publication.states[7].parse().unwrap()).unwrap();
    let of = |segments: &[u32], attempt| verdict(&world, sampled(&world, &claimed), Some(segments), attempt);
    assert!(matches!(of(&[7], 0), Err(WorkError::Later(_))));
    let rejected = of(&[7], FETCH_ATTEMPTS).unwrap();
    assert_eq!(rejected.verdict, Verdict::Reject);
    assert!(rejected.reason.contains("state 7"), "{}", rejected.reason);
    assert_eq!(of(&[8, 20], 0).unwrap().verdict, Verdict::Accept);
}

#[test]
fn a_long_run_without_its_states_is_rejected_although_it_repeats() {
    let world = World::long();
    let mut prepared = world.prepared();
    prepared.publication.states.clear();
    let claimed = world.submitted(&prepared, false);
    let reason = rejection(&world, &claimed, &[0]).unwrap();
    assert!(reason.contains("were not published"), "{reason}");
    // A second committee, which uses none, asks for them too: else who keeps them from the first is paid all the same.
    let second = Judged { instance: Instance::Second, ..sampled(&world, &claimed) };
    let found = verdict(&world, second, None, 0).unwrap();
    assert!(found.verdict == Verdict::Reject && found.reason.contains("were not published"), "{}", found.reason);
    let honest = Judged { instance: Instance::Second, ..sampled(&world, &world.honest_result()) };
    assert_eq!(verdict(&world, honest, None, 0).unwrap().verdict, Verdict::Accept);
    // Where no committee was to use them, nobody asks.
    assert_eq!(world.verdict_on(&claimed, 0).unwrap().verdict, Verdict::Accept);
}

#[test]
fn a_planted_publication_is_repeated_as_a_whole_for_the_true_trace() {
    let world = World::long();
    let prepared = world.prepared();
    let planted = world.submitted(&prepared, true);
    let truth = ResultCommitment { trace: prepared.commitment.trace, ..planted };
    assert_eq!(world.verdict_on(&truth, 0).unwrap().verdict, Verdict::Accept);
}
