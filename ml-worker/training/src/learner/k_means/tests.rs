use super::*;
use crate::{
    learner::{
        references::{ensure_repeats, is_damaged, train, Reference},
        Targets,
    },
    model::file,
    ColumnKind, Device,
};
use neurodata_primitives::training::Objective;
use neurodata_repops::cpu::Isa;
use proptest::prelude::*;

fn spec(clusters: u16) -> TrainingSpec {
    let algorithm = Algorithm::KMeans { clusters, iterations: 300 };
    TrainingSpec { algorithm, objective: Objective::Clustering, target: None, holdout: 200 }
}

fn start(clusters: u16, examples: &Arc<Examples>, seed: u8) -> Box<dyn Learner> {
    begin(&Setting { spec: &spec(clusters), seed: [seed; 32], device: &Device::Cpu }, examples.clone(), None).unwrap()
}

fn examples(width: usize, values: Vec<f32>) -> Arc<Examples> {
    let column = Column { bound: 9, nullable: false, kind: ColumnKind::Numeric };
    Arc::new(Examples {
        training_rows: (0..(values.len() / width) as u32).collect(),
        inputs: Inputs::Numbers { values, width },
        targets: Targets::None,
        holdout_rows: Vec::new(),
        columns: vec![column; width],
        target: None,
    })
}

fn centres(state: &LearnerState) -> Vec<f32> {
    singles(&state.parameters).unwrap()
}

/// Sum of the smallest distances of the training rows.
fn inertia(learner: &dyn Learner, examples: &Examples, clusters: usize) -> f64 {
    let rows = examples.inputs.gather(&examples.training_rows);
    let outputs = learner.predictor().unwrap().outputs(&rows).unwrap();
    let smallest = |row: &[f32]| row.iter().copied().fold(f32::INFINITY, f32::min);
    outputs.chunks_exact(clusters).map(|row| f64::from(smallest(row))).sum()
}

/// One step of the definition, element by element, where no cluster is empty; `None` where one is.
fn documented(rows: &[&[f32]], old: &[f32], width: usize) -> Option<(Vec<f32>, Vec<u8>)> {
    let clusters = old.len() / width;
    let distance = |row: &[f32], cluster: usize| {
        let centre = &old[cluster * width..(cluster + 1) * width];
        row.iter().zip(centre).fold(0.0, |sum, (x, c)| {
            let difference = f64::from(*x) - f64::from(*c);
            sum + difference * difference
        })
    };
    let nearest: Vec<usize> = rows
        .iter()
        .map(|row| {
            (1..clusters)
                .fold(0, |best, cluster| if distance(row, cluster) < distance(row, best) { cluster } else { best })
        })
        .collect();
    let least: Vec<f64> = rows.iter().zip(&nearest).map(|(row, cluster)| distance(row, *cluster)).collect();
    let mut found = pairwise_sum(&least).to_le_bytes().to_vec();
    let mut centres = Vec::new();
    for cluster in 0..clusters {
        let members = rows.iter().zip(&nearest).filter(|(_, of)| **of == cluster);
        let members: Vec<&&[f32]> = members.map(|(row, _)| row).collect();
        if members.is_empty() {
            return None;
        }
        found.extend((members.len() as u32).to_le_bytes());
        for column in 0..width {
            let sum = members.iter().fold(0.0, |sum, row| sum + f64::from(row[column]));
            centres.push((sum / members.len() as f64) as f32);
        }
    }
    Some((centres, found))
}

proptest! {
    #[test]
    fn every_bit_is_that_of_the_definition(
        width in 1usize..20, rows in 20usize..80, clusters in 2u16..12, seed: u8, spread in 1u32..1_000,
    ) {
        let value = |index: usize| ((index as u32).wrapping_mul(2_654_435_761) % spread) as f32 * 0.37 - 3.0;
        let examples = examples(width, (0..width * rows).map(value).collect());
        let numbers = numbers_of(&examples.inputs, width).unwrap();
        let rows: Vec<&[f32]> = numbers.chunks_exact(width).collect();
        let mut before = Vec::new();
        for isa in Isa::available() {
            Isa::with(isa, || {
                let mut learner = start(clusters, &examples, seed);
                let mut states = vec![centres(&learner.state().unwrap())];
                for step in 0..300 {
                    let old = states.last().unwrap().clone();
                    let expected = documented(&rows, &old, width);
                    let (found, has_ended) = train(&mut *learner, step..step + 1);
                    let new = centres(&learner.state().unwrap());
                    if let Some((centres, course)) = expected {
                        assert_eq!(&new, &centres);
                        assert!(has_ended || found == [course]);
                        assert_eq!(has_ended, new == old);
                    }
                    if has_ended {
                        break;
                    }
                    states.push(new);
                }
                assert!(before.is_empty() || before == states, "{isa:?}");
                before = states;
            });
        }
    }
}

/// What this code gave first; it has to stay.
const GOLDEN: u64 = 3661151891016169567;

#[test]
fn clusterings_repeat_on_any_threads_and_from_any_checkpoint() {
    let examples = Reference::load("digits").of_numbers(false);
    assert_eq!(ensure_repeats(|| start(10, &examples, 4), 12), GOLDEN);
}

#[test]
fn an_empty_cluster_takes_the_row_farthest_from_its_centre() {
    let examples = examples(1, vec![0.0, 1.0, 2.0, 10.0, -10.0]);
    let mut learner = start(3, &examples, 0);
    let with = |centres: [f32; 3]| LearnerState {
        parameters: centres.iter().flat_map(|number| number.to_le_bytes()).collect(),
        optimiser: Vec::new(),
    };
    // Both others are empty. 10 and -10 lie equally far: the first goes first.
    learner.restore(1, &with([0.0, 50.0, -50.0])).unwrap();
    let (found, _) = train(&mut *learner, 1..2);
    assert_eq!(centres(&learner.state().unwrap()), [1.0, 10.0, -10.0]);
    let mut expected = 205.0f64.to_le_bytes().to_vec();
    [3u32, 1, 1].iter().for_each(|count| expected.extend(count.to_le_bytes()));
    assert_eq!(found, [expected]);
}

#[test]
fn fewer_different_rows_than_clusters_end_at_once() {
    let examples = examples(2, [1.0, 2.0].repeat(6));
    let mut learner = start(3, &examples, 1);
    assert!(train(&mut *learner, 0..1).1);
    assert_eq!(centres(&learner.state().unwrap()), [1.0, 2.0].repeat(3));
    assert_eq!(inertia(&*learner, &examples, 3), 0.0);
}

#[test]
fn clusterings_are_as_good_as_those_of_scikit_learn() {
    // Smallest and mean inertia of ten: `references/classical.txt`.
    let figures = [
        ("iris", 3, 110.9101799, 123.4056053),
        ("wine", 3, 1027.475627, 1028.348943),
        ("digits", 10, 55394.13527, 56381.06598),
    ];
    for (name, clusters, smallest, mean) in figures {
        let examples = Reference::load(name).of_numbers(false);
        let inertias: Vec<f64> = (0..10)
            .map(|seed| {
                let mut learner = start(clusters, &examples, seed);
                assert!(train(&mut *learner, 0..300).1, "{name} has not ended");
                inertia(&*learner, &examples, clusters.into())
            })
            .collect();
        let least = inertias.iter().copied().fold(f64::INFINITY, f64::min);
        let found = inertias.iter().sum::<f64>() / 10.0;
        println!("{name}: smallest {least:.3} (scikit-learn {smallest:.3}), mean {found:.3} ({mean:.3})");
        assert!(least <= smallest * 1.01, "{name}: {least}");
        assert!(found <= mean * 1.02, "{name}: {found}");
    }
}

#[test]
fn a_model_file_is_read_back() {
    let data = Reference::load("wine");
    let examples = data.of_numbers(false);
    let mut learner = start(3, &examples, 2);
    train(&mut *learner, 0..2);
    let predictor = learner.predictor().unwrap();
    let mut tensors = predictor.tensors().unwrap();
    let bytes = file::write("clusters".into(), &tensors).unwrap();
    let opened = TensorFile::open(&bytes).unwrap();
    let again = read(&spec(3), &examples.columns, None, &opened).unwrap();
    opened.ensure_nothing_else().unwrap();
    assert_eq!(again.outputs(&examples.inputs).unwrap(), predictor.outputs(&examples.inputs).unwrap());
    assert!(read(&spec(4), &examples.columns, None, &opened).is_err());
    let setting = Setting { spec: &spec(3), seed: [5; 32], device: &Device::Cpu };
    assert!(matches!(begin(&setting, examples.clone(), Some(&*again)), Err(Error::InitialAlgorithm { .. })));
    tensors[0].bytes[..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let bytes = file::write("clusters".into(), &tensors).unwrap();
    assert!(read(&spec(3), &examples.columns, None, &TensorFile::open(&bytes).unwrap()).is_err());
}

#[test]
fn what_does_not_fit_is_refused() {
    let empty = examples(2, Vec::new());
    assert!(matches!(start(2, &empty, 0).state(), Err(Error::NeedsData)));
    let full = examples(1, vec![1.0, 2.0, 4.0]);
    let mut learner = start(2, &full, 0);
    let state = learner.state().unwrap();
    let short = LearnerState { parameters: state.parameters[1..].to_vec(), optimiser: Vec::new() };
    let nan = LearnerState { parameters: f32::NAN.to_le_bytes().repeat(2), optimiser: Vec::new() };
    for damaged in [short, nan, LearnerState { optimiser: vec![0], ..state.clone() }] {
        assert!(is_damaged(&mut *learner, 1, &damaged));
    }
    assert!(learner.state().unwrap() == state);
    let predictor = learner.predictor().unwrap();
    assert!(predictor.outputs(&Inputs::Numbers { values: vec![0.0; 2], width: 2 }).is_err());
    let codes = Inputs::Codes { values: vec![0], width: 1 };
    assert!(predictor.outputs(&codes).is_err());
}
