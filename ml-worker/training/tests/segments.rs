//! What an evaluator finds who repeats segments of a run from published checkpoints.

mod common;

use codec::{Compact, Encode};
use common::*;
use neurodata_primitives::{
    training::{Activation, Algorithm, Descent, Optimiser, MICRO},
    CheckpointDigest, CourseDigest, Seed, TraceLink, TrainingSpec,
};
use neurodata_training::{
    conclude, repeat_segment, Checkpoint, CheckpointError, Device, Error, Plan, Trace, TrainingTable,
};
use sp_crypto_hashing::blake2_256;
use std::ops::ControlFlow;

/// What a compute provider publishes of a sampled run.
#[derive(Clone)]
struct Claim {
    links: Vec<TraceLink>,
    checkpoints: Vec<Checkpoint>,
}

impl Claim {
    fn of(checkpoints: Vec<Checkpoint>) -> Self {
        Self { links: checkpoints.iter().map(Checkpoint::link).collect(), checkpoints }
    }

    fn honest(table: &TrainingTable, spec: &TrainingSpec) -> Self {
        Self::of(checkpoints(&trained(None, table, spec, &SEED, None).unwrap().1))
    }

    /// Whether the segment that begins at checkpoint `position` is found to be as it is claimed.
    fn holds(&self, plan: &Plan<'_>, position: usize) -> bool {
        let from = Checkpoint::from_bytes(&self.checkpoints[position].to_bytes()).unwrap();
        from.link() == self.links[position]
            && plan.repeat_segment(&from, &mut on).is_ok_and(|next| next.link() == self.links[position + 1])
    }

    /// Positions from which on the segments are not as they are claimed.
    fn broken(&self, plan: &Plan<'_>) -> Vec<usize> {
        (0..self.links.len() - 1).filter(|position| !self.holds(plan, *position)).collect()
    }
}

fn plan(table: &TrainingTable, spec: &TrainingSpec, seed: Seed) -> Plan<'static> {
    Plan::new(None, table, spec, &seed, &Device::Cpu).unwrap()
}

/// A checkpoint with other bytes behind its digest. They begin with the run (32 bytes), position (4), steps (8), epoch
/// and batch (4 each); a byte for the ending, the length and the bytes of the parameters follow.
fn altered(checkpoint: &Checkpoint, alter: impl FnOnce(&mut Vec<u8>)) -> Checkpoint {
    let bytes = checkpoint.to_bytes();
    let mut body = bytes[40..].to_vec();
    alter(&mut body);
    Checkpoint::from_bytes(&[&bytes[..8], &blake2_256(&body), &body].concat()).unwrap()
}

const POSITION: usize = 32;
const ENDING: usize = 52;

/// Where the parameters begin, and how many bytes they are.
fn parameters(body: &[u8]) -> (usize, usize) {
    assert_eq!(body[ENDING], 0, "no ending");
    let mut rest = &body[ENDING + 1..];
    let length = <Compact<u32> as codec::Decode>::decode(&mut rest).unwrap().0 as usize;
    (body.len() - rest.len(), length)
}

/// Change the lowest bit of the number at the middle of the parameters.
fn alter_parameter(body: &mut Vec<u8>) {
    let (start, length) = parameters(body);
    body[start + length / 8 * 4] ^= 1;
}

/// Change the lowest bit of the first number of the optimiser.
fn alter_optimiser(body: &mut Vec<u8>) {
    let (start, length) = parameters(body);
    let mut rest = &body[start + length..];
    let before = rest.len();
    let numbers = <Compact<u32> as codec::Decode>::decode(&mut rest).unwrap().0;
    assert!(numbers > 0, "an optimiser with numbers");
    let first = start + length + before - rest.len();
    body[first] ^= 1;
}

/// The checkpoint as if it were of the run that `own` is of, at its place.
fn moved(checkpoint: &Checkpoint, own: &Checkpoint) -> Checkpoint {
    let place = own.to_bytes()[40..][..ENDING].to_vec();
    altered(checkpoint, |body| body[..ENDING].copy_from_slice(&place))
}

/// An honest run up to `position`, and from there on what follows on `checkpoint`.
fn gone_on(honest: &Claim, plan: &Plan<'_>, position: usize, checkpoint: Checkpoint) -> Claim {
    let mut checkpoints = honest.checkpoints[..position].to_vec();
    checkpoints.push(checkpoint);
    while checkpoints.len() < honest.checkpoints.len() {
        checkpoints.push(plan.repeat_segment(&checkpoints[checkpoints.len() - 1], &mut on).unwrap());
    }
    Claim::of(checkpoints)
}

#[test]
fn every_segment_of_an_honest_run_leads_to_the_next_link() {
    for (name, table, spec) in all() {
        let (whole, stored) = trained(None, &table, &spec, &SEED, None).unwrap();
        let (claim, plan) = (Claim::of(checkpoints(&stored)), plan(&table, &spec, SEED));
        assert_eq!(claim.links, whole.trace.links(), "{name}");
        // Backwards: nothing is carried over from one repetition to the next.
        for position in (0..plan.segments() as usize).rev() {
            let next = plan.repeat_segment(&claim.checkpoints[position], &mut on).unwrap();
            assert_eq!(next, claim.checkpoints[position + 1], "{name} at {position}");
        }
        let last = &claim.checkpoints[plan.segments() as usize];
        let concluded = plan.conclude(last).unwrap();
        assert_eq!((&concluded.model, concluded.model_digest), (&whole.model, whole.model_digest), "{name}");
        assert_eq!((concluded.metrics, &concluded.evaluation), (whole.metrics, &whole.evaluation), "{name}");
        assert_eq!(conclude(None, &table, &spec, &SEED, &Device::Cpu, last).unwrap(), concluded, "{name}");
        let first = repeat_segment(None, &table, &spec, &SEED, &Device::Cpu, &claim.checkpoints[0], &mut on).unwrap();
        assert_eq!(first, claim.checkpoints[1], "{name}");
    }
}

#[test]
fn a_single_altered_parameter_is_found() {
    for (name, table, spec) in all().into_iter().filter(|(_, _, spec)| spec.algorithm.descent().is_some()) {
        let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
        let claim = gone_on(&honest, &plan, 3, altered(&honest.checkpoints[3], alter_parameter));
        assert_eq!(claim.broken(&plan), [2], "{name}");
        assert_ne!(claim.links[4..], honest.links[4..], "{name}");
        // Nor can it be had of a link that was published before.
        let forged = Claim { links: honest.links, ..claim };
        assert!(!forged.holds(&plan, 3), "{name}");
    }
}

#[test]
fn an_altered_state_of_any_algorithm_is_found_or_refused() {
    for (name, table, spec) in all() {
        let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
        // The state after the first step: the first there is of a tree.
        let checkpoint = altered(&honest.checkpoints[1], alter_parameter);
        let mut claim = honest;
        claim.links[1] = checkpoint.link();
        claim.checkpoints[1] = checkpoint;
        assert!(claim.broken(&plan).contains(&0), "{name}");
    }
}

#[test]
fn a_single_altered_number_of_the_optimiser_is_found() {
    let adam = logistic(Descent { epochs: 5, ..ADAM });
    for (table, spec) in [(mixed(150), logistic(SGD)), (mixed(150), adam), (texts(90), text(SGD))] {
        let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
        let checkpoint = altered(&honest.checkpoints[2], alter_optimiser);
        let mut claim = honest.clone();
        claim.links[2] = checkpoint.link();
        claim.checkpoints[2] = checkpoint;
        assert!(claim.broken(&plan).contains(&1));
        let forged = Claim { links: honest.links, ..claim };
        assert!(!forged.holds(&plan, 2));
    }
}

#[test]
fn a_segment_that_was_not_trained_is_found() {
    for (name, table, spec) in all().into_iter().filter(|(_, _, spec)| spec.algorithm.descent().is_some()) {
        let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
        let lazy = moved(&honest.checkpoints[2], &honest.checkpoints[3]);
        if plan.repeat_segment(&lazy, &mut on).is_ok() {
            assert_eq!(gone_on(&honest, &plan, 3, lazy).broken(&plan), [2], "{name}");
        } else {
            // The state tells that it is one of fewer steps.
            let mut claim = honest;
            claim.links[3] = lazy.link();
            claim.checkpoints[3] = lazy;
            assert_eq!(claim.broken(&plan), [2, 3], "{name}");
        }
    }
}

#[test]
fn a_step_that_was_left_out_is_found() {
    // A segment of two steps: the second of them is that of a run with segments of one step.
    let (table, spec) = (mixed(150), logistic(SGD));
    let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
    let mut checkpoint = None;
    let mut steps = 0;
    let stopped = plan.repeat_segment(&honest.checkpoints[3], &mut || {
        steps += 1;
        if steps > 1 {
            ControlFlow::Break(())
        } else {
            on()
        }
    });
    assert!(matches!(stopped, Err(Error::Stopped { steps: 5 })));
    // Whoever trains on the first batch of the segment twice, instead of on both.
    let once = logistic(Descent { epochs: 16, ..SGD });
    let other = Plan::new(None, &table, &once, &SEED, &Device::Cpu).unwrap();
    assert_eq!(once.steps_at(150, 1), 1);
    let own = other.initial_checkpoint().unwrap();
    let place = |position: u32, steps: u64| {
        let mut place = own.to_bytes()[40..][..ENDING].to_vec();
        place[POSITION..POSITION + 4].copy_from_slice(&position.to_le_bytes());
        place[POSITION + 4..POSITION + 12].copy_from_slice(&steps.to_le_bytes());
        place[POSITION + 12..POSITION + 16].copy_from_slice(&((steps / 4) as u32).to_le_bytes());
        place[POSITION + 16..ENDING].copy_from_slice(&((steps % 4) as u32).to_le_bytes());
        place
    };
    let at = |from: &Checkpoint, steps: u64| {
        let place = place(steps as u32, steps);
        altered(from, |body| body[..ENDING].copy_from_slice(&place))
    };
    let first = other.repeat_segment(&at(&honest.checkpoints[3], 4), &mut on).unwrap();
    let both = other.repeat_segment(&first, &mut on).unwrap();
    assert_eq!(moved(&both, &honest.checkpoints[4]).link(), honest.links[4], "both steps are the segment");
    let twice = other.repeat_segment(&at(&first, 4), &mut on).unwrap();
    for wrong in [&first, &twice] {
        checkpoint.replace(moved(wrong, &honest.checkpoints[4]));
        assert_eq!(gone_on(&honest, &plan, 4, checkpoint.clone().unwrap()).broken(&plan), [3]);
    }
}

#[test]
fn batches_of_another_seed_or_epoch_are_found() {
    let (table, spec) = (mixed(150), logistic(SGD));
    let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
    let other = self::plan(&table, &spec, OTHER_SEED);
    let foreign = checkpoints(&trained(None, &table, &spec, &OTHER_SEED, None).unwrap().1);
    // The third segment with the batches of another seed, and of another epoch: two segments are one.
    let reordered = other.repeat_segment(&moved(&honest.checkpoints[2], &foreign[2]), &mut on).unwrap();
    let later = plan.repeat_segment(&moved(&honest.checkpoints[2], &honest.checkpoints[4]), &mut on).unwrap();
    for wrong in [reordered, later] {
        let wrong = moved(&wrong, &honest.checkpoints[3]);
        assert_ne!(wrong.link(), honest.links[3]);
        assert_eq!(gone_on(&honest, &plan, 3, wrong).broken(&plan), [2]);
    }
}

#[test]
fn an_altered_hyper_parameter_is_found() {
    let (table, spec) = (mixed(150), logistic(SGD));
    let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
    for descent in [
        Descent { learning_rate: SGD.learning_rate + 1, ..SGD },
        Descent { weight_decay: SGD.weight_decay + 1, ..SGD },
        Descent { optimiser: Optimiser::Sgd { momentum: MICRO - 1 }, ..SGD },
        Descent { batch_rows: 31, ..SGD },
    ] {
        let spec = logistic(descent);
        let other = self::plan(&table, &spec, SEED);
        let own = checkpoints(&trained(None, &table, &spec, &SEED, None).unwrap().1);
        let wrong = other.repeat_segment(&moved(&honest.checkpoints[2], &own[2]), &mut on).unwrap();
        let wrong = moved(&wrong, &honest.checkpoints[3]);
        assert_eq!(gone_on(&honest, &plan, 3, wrong).broken(&plan), [2], "{descent:?}");
    }
    let forest = |columns| {
        let (trees, split_columns) = (5, Some(columns));
        of(Algorithm::RandomForest { trees, limits: LIMITS, split_columns })
    };
    let table = mixed(200);
    let (honest, other) = (Claim::honest(&table, &forest(2)), Claim::honest(&table, &forest(1)));
    let wrong = other.checkpoints.iter().zip(&honest.checkpoints).map(|(wrong, own)| moved(wrong, own));
    let plan = self::plan(&table, &forest(2), SEED);
    assert!(Claim::of(wrong.collect()).broken(&plan).contains(&0));
}

#[test]
fn an_altered_course_is_found() {
    let (table, spec) = (mixed(150), logistic(SGD));
    let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
    let mut claim = honest.clone();
    let course = CourseDigest::new([7; 32]);
    claim.checkpoints[5] = honest.checkpoints[5].with_course(course);
    claim.links[5] = TraceLink { course, ..honest.links[5] };
    assert_eq!(claim.broken(&plan), [4, 5]);
    // States that are right do not help whoever has not got the course.
    assert!(claim.links.iter().zip(&honest.links).all(|(left, right)| left.state == right.state));
}

#[test]
fn a_planted_trace_breaks_in_every_segment_with_steps() {
    for (name, table, spec) in all() {
        let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
        let planted = Trace::new(honest.links.clone()).planted(&[7; 32]);
        let pairs = honest.checkpoints.iter().zip(planted.links());
        let published = pairs.map(|(checkpoint, link)| checkpoint.with_course(link.course));
        let claim = Claim::of(published.collect());
        assert_eq!(claim.links, planted.links(), "{name}: a checkpoint tells no other course than its link");
        // After a run has ended there is nothing that could break.
        let steps = |position: &usize| honest.checkpoints[*position].steps();
        let trained = (0..plan.segments() as usize).filter(|position| steps(position) < steps(&(position + 1)));
        assert_eq!(claim.broken(&plan), trained.collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn a_checkpoint_of_another_job_is_refused() {
    let (table, spec) = (mixed(150), logistic(SGD));
    let plan = plan(&table, &spec, SEED);
    let initial = |table: &TrainingTable, spec: &TrainingSpec, seed| self::plan(table, spec, seed).initial_checkpoint();
    let mut columns = table.columns().to_vec();
    columns[1].bound += 1;
    let finer = TrainingTable::new(columns, table.iter_rows().flatten().copied().collect()).unwrap();
    for foreign in [
        initial(&table, &spec, OTHER_SEED),
        initial(&table, &logistic(Descent { weight_decay: 0, ..SGD }), SEED),
        initial(&table, &logistic(ADAM), SEED),
        initial(&finer, &spec, SEED),
    ] {
        let foreign = foreign.unwrap();
        let refused = plan.repeat_segment(&foreign, &mut on);
        assert!(matches!(refused, Err(Error::Checkpoint(CheckpointError::OtherRun))));
        assert!(matches!(plan.conclude(&foreign), Err(Error::Checkpoint(CheckpointError::OtherRun))));
    }
}

#[test]
fn what_was_stored_of_another_run_is_refused() {
    let (table, spec) = (mixed(60), logistic(SGD));
    let parent = train(&table, &spec, &OTHER_SEED).unwrap().model;
    let (_, stored) = trained(None, &table, &spec, &SEED, None).unwrap();
    let resume = || Some(stored[5].clone());
    trained(None, &table, &spec, &SEED, resume()).unwrap();
    let mut codes: Vec<u16> = table.iter_rows().flatten().copied().collect();
    codes[0] ^= 1;
    let other_cell = TrainingTable::new(table.columns().to_vec(), codes).unwrap();
    for refused in [
        trained(None, &mixed(61), &spec, &SEED, resume()),
        trained(None, &other_cell, &spec, &SEED, resume()),
        trained(None, &table, &logistic(Descent { epochs: 26, ..SGD }), &SEED, resume()),
        trained(None, &table, &spec, &OTHER_SEED, resume()),
        trained(Some(&parent), &table, &spec, &SEED, resume()),
    ] {
        assert!(matches!(refused, Err(Error::Checkpoint(CheckpointError::OtherRun))));
    }
}

#[test]
fn a_checkpoint_of_another_position_is_refused_or_found() {
    let (table, spec) = (mixed(150), logistic(SGD));
    let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
    let mut claim = honest.clone();
    claim.checkpoints.swap(3, 4);
    assert_eq!(claim.broken(&plan), [3, 4]);
    let place = |position: u32, steps: u64, cursor: [u32; 2]| {
        altered(&honest.checkpoints[3], |body| {
            body[POSITION..POSITION + 4].copy_from_slice(&position.to_le_bytes());
            body[POSITION + 4..POSITION + 12].copy_from_slice(&steps.to_le_bytes());
            body[POSITION + 12..ENDING].copy_from_slice(&cursor.map(u32::to_le_bytes).concat());
        })
    };
    assert_eq!(place(3, 4, [1, 0]), honest.checkpoints[3]);
    let ended = altered(&honest.checkpoints[3], |body| {
        body.splice(ENDING..=ENDING, [vec![1, 2], 4u64.encode()].concat());
    });
    let wrong = [
        place(4, 4, [1, 0]),
        place(3, 5, [1, 1]),
        place(3, 4, [1, 1]),
        place(3, 4, [2, 0]),
        place(u32::MAX, 100, [25, 0]),
        ended,
    ];
    for wrong in wrong {
        let refused = plan.repeat_segment(&wrong, &mut on).unwrap_err();
        let expected = CheckpointError::Position { position: wrong.position(), steps: wrong.steps() };
        assert!(matches!(refused, Error::Checkpoint(error) if error == expected), "{refused}");
    }
    let last = plan.repeat_segment(&honest.checkpoints[64], &mut on);
    assert!(matches!(last, Err(Error::Checkpoint(CheckpointError::Last { position: 64 }))));
    let early = plan.conclude(&honest.checkpoints[63]);
    assert!(matches!(early, Err(Error::Checkpoint(CheckpointError::NotLast { position: 63, last: 64 }))));
}

#[test]
fn an_ending_that_the_run_does_not_have_is_refused() {
    let damaged = |error| matches!(error, Some(Error::Checkpoint(CheckpointError::Damaged)));
    let diverged = |step: u64| [vec![1, 1], step.encode(), "loss".encode()].concat();
    for (name, table, spec) in all() {
        let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
        // A run that goes on, as if it had ended or diverged before it is over.
        let (segments, first) = (plan.segments() as usize, &honest.checkpoints[0]);
        for ending in [[vec![1, 2], 0u64.encode()].concat(), diverged(0)] {
            for position in [1, segments] {
                let forged = altered(first, |body| {
                    body[POSITION..POSITION + 4].copy_from_slice(&(position as u32).to_le_bytes());
                    body.splice(ENDING..=ENDING, ending.clone());
                });
                match position == segments {
                    true => assert!(damaged(plan.conclude(&forged).err()), "{name}"),
                    false => assert!(damaged(plan.repeat_segment(&forged, &mut on).err()), "{name}"),
                }
            }
        }
        // One that has ended, as if it had diverged there.
        let Some(ended) = honest.checkpoints.iter().rfind(|checkpoint| checkpoint.ending().is_some()) else { continue };
        plan.conclude(ended).unwrap();
        let step = ended.ending().unwrap().step();
        let ending = [vec![1, 2], step.encode()].concat();
        let forged = altered(ended, |body| drop(body.splice(ENDING..ENDING + ending.len(), diverged(step))));
        assert!(damaged(plan.conclude(&forged).err()), "{name}");
    }
}

#[test]
fn a_checkpoint_that_was_cut_short_is_refused() {
    for (name, table, spec) in all() {
        let (honest, plan) = (Claim::honest(&table, &spec), plan(&table, &spec, SEED));
        let checkpoint = &honest.checkpoints[1];
        let bytes = checkpoint.to_bytes();
        for length in [0, 7, 20, 40, bytes.len() / 2, bytes.len() - 1] {
            assert_eq!(Checkpoint::from_bytes(&bytes[..length]), Err(CheckpointError::Damaged), "{name}");
        }
        // A state that lacks numbers, or has too many, though its digest fits.
        let shorter = altered(checkpoint, |body| {
            let (start, length) = parameters(body);
            let kept = length.saturating_sub(4);
            body.splice(
                ENDING + 1..start + length,
                [Compact(kept as u32).encode(), body[start..start + kept].to_vec()].concat(),
            );
        });
        let longer = altered(checkpoint, |body| {
            let (start, length) = parameters(body);
            let numbers = [&body[start..start + length], &[0; 4]].concat();
            body.splice(ENDING + 1..start + length, numbers.encode());
        });
        for wrong in [shorter, longer] {
            let refused = plan.repeat_segment(&wrong, &mut on);
            assert!(matches!(refused, Err(Error::Checkpoint(CheckpointError::Damaged))), "{name}");
        }
    }
}

#[test]
fn a_repetition_can_be_stopped() {
    let (table, spec) = (mixed(150), plain_perceptron());
    let plan = plan(&table, &spec, SEED);
    let stopped = plan.repeat_segment(&plan.initial_checkpoint().unwrap(), &mut || ControlFlow::Break(()));
    assert!(matches!(stopped, Err(Error::Stopped { steps: 0 })));
}

#[test]
fn the_first_state_depends_on_the_run_and_not_on_the_cells() {
    let (table, spec) = (mixed(150), perceptron(&[4], Activation::Relu, false, SGD));
    let first = |table: &TrainingTable, seed| plan(table, &spec, seed).initial_checkpoint().unwrap().link();
    assert_eq!(first(&table, SEED), first(&mixed(151), SEED));
    assert_ne!(first(&table, SEED).state, first(&table, OTHER_SEED).state);
    assert_eq!(first(&table, SEED).course, CourseDigest::new([0; 32]));
    assert_ne!(first(&table, SEED).state, CheckpointDigest::new([0; 32]));
}
