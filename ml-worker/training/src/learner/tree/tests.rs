use super::*;
use crate::{
    learner::{
        references::{accuracy, ensure_repeats, is_damaged, r_squared, train, Reference},
        Inputs,
    },
    model::file,
    ColumnKind, Device,
};
use neurodata_primitives::training::Objective;
use proptest::prelude::*;

const SEED: [u8; 32] = [9; 32];

fn spec(algorithm: Algorithm, classes: Option<u16>) -> TrainingSpec {
    let objective = classes.map_or(Objective::Regression, |classes| Objective::Classification { classes });
    TrainingSpec { algorithm, objective, target: Some(0), holdout: 200 }
}

fn tree(depth: u8, leaf_rows: u16) -> Algorithm {
    Algorithm::DecisionTree { limits: TreeLimits { depth, leaf_rows } }
}

fn forest(trees: u16, depth: u8, split_columns: Option<u16>) -> Algorithm {
    Algorithm::RandomForest { trees, limits: TreeLimits { depth, leaf_rows: 1 }, split_columns }
}

fn start(spec: &TrainingSpec, examples: &Arc<Examples>, seed: [u8; 32]) -> Box<dyn Learner> {
    begin(&Setting { spec, seed, device: &Device::Cpu }, examples.clone(), None).unwrap()
}

fn examples(columns: &[Column], rows: &[Vec<u16>], targets: Targets) -> Arc<Examples> {
    Arc::new(Examples {
        inputs: Inputs::Codes { values: rows.concat(), width: columns.len() },
        targets,
        training_rows: (0..rows.len() as u32).collect(),
        holdout_rows: Vec::new(),
        columns: columns.to_vec(),
        target: Some(Column { bound: u16::MAX, nullable: false, kind: ColumnKind::Numeric }),
    })
}

const fn column(bound: u16, kind: ColumnKind) -> Column {
    Column { bound, nullable: false, kind }
}

/// The trees of a state.
fn grown(state: &LearnerState) -> Trees {
    Trees::decode_all(&mut state.parameters.as_slice()).unwrap()
}

/// The definition, written down without regard for time: every split of every node, with fractions of integers.
struct Naive<'data> {
    columns: &'data [Column],
    rows: &'data [Vec<u16>],
    targets: &'data [u16],
    is_number: bool,
    depth: usize,
    leaf_rows: usize,
}

impl Naive<'_> {
    fn is_left(&self, row: usize, column: usize, threshold: u16) -> bool {
        match self.columns[column].kind {
            ColumnKind::Numeric => self.rows[row][column] <= threshold,
            ColumnKind::Category => self.rows[row][column] == threshold,
        }
    }

    /// Sum over classes of squared counts, or the squared sum of numbers.
    fn squares(&self, rows: &[usize]) -> u128 {
        let of = |target: u16| rows.iter().filter(|row| self.targets[**row] == target).count() as u128;
        let sum: u128 = rows.iter().map(|row| u128::from(self.targets[*row])).sum();
        let mut classes: Vec<u16> = rows.iter().map(|row| self.targets[*row]).collect();
        classes.sort_unstable();
        classes.dedup();
        if self.is_number {
            sum * sum
        } else {
            classes.into_iter().map(|class| of(class) * of(class)).sum()
        }
    }

    fn thresholds(&self, rows: &[usize], column: usize) -> Vec<u16> {
        let mut codes: Vec<u16> = rows.iter().map(|row| self.rows[*row][column]).collect();
        codes.sort_unstable();
        codes.dedup();
        match self.columns[column].kind {
            ColumnKind::Numeric => codes.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2).collect(),
            ColumnKind::Category => codes,
        }
    }

    fn best(&self, rows: &[usize]) -> Option<(usize, u16)> {
        let mut best: Option<((u128, u128), (usize, u16))> = None;
        for column in 0..self.columns.len() {
            for threshold in self.thresholds(rows, column) {
                let (left, right): (Vec<usize>, Vec<usize>) =
                    rows.iter().partition(|row| self.is_left(**row, column, threshold));
                if left.len().min(right.len()) < self.leaf_rows {
                    continue;
                }
                let (n, m) = (left.len() as u128, right.len() as u128);
                let score = (self.squares(&left) * m + self.squares(&right) * n, n * m);
                if best.is_none_or(|(best, _)| score.0 * best.1 > best.0 * score.1) {
                    best = Some((score, (column, threshold)));
                }
            }
        }
        best.map(|(_, split)| split)
    }

    fn grow(&self) -> Trees {
        let frame = Frame { columns: Vec::new(), depth: 0, classes: (!self.is_number).then_some(1), largest: 0 };
        let mut nodes = vec![trees::Node::default()];
        let mut held = vec![((0..self.rows.len()).collect::<Vec<usize>>(), 0)];
        let mut index = 0;
        while index < nodes.len() {
            let (rows, depth) = held[index].clone();
            let is_pure = rows.iter().all(|row| self.targets[*row] == self.targets[rows[0]]);
            if let Some((column, threshold)) = self.best(&rows).filter(|_| !is_pure && depth < self.depth) {
                nodes[index] = trees::Node { column: column as u16, threshold, left: nodes.len() as u32 };
                for side in [true, false] {
                    let rows = rows.iter().copied().filter(|row| self.is_left(*row, column, threshold) == side);
                    held.push((rows.collect(), depth + 1));
                    nodes.push(trees::Node::default());
                }
            }
            index += 1;
        }
        let leaves = nodes.iter().zip(&held).filter(|(node, _)| node.left == 0).map(|(_, (rows, _))| {
            let mut targets: Vec<u16> = rows.iter().map(|row| self.targets[*row]).collect();
            targets.sort_unstable();
            if self.is_number {
                trees::Leaf::Numbers(rows.len() as u32, targets.iter().map(|target| u64::from(*target)).sum())
            } else {
                let classes = targets.chunk_by(|class, next| class == next);
                trees::Leaf::Classes(classes.map(|rows| (rows[0], rows.len() as u32)).collect())
            }
        });
        let mut trees = Trees::new(&frame);
        trees.push(&nodes, leaves.collect::<Vec<_>>()).unwrap();
        trees
    }
}

fn table() -> impl Strategy<Value = (Vec<Column>, Vec<Vec<u16>>, Vec<u16>)> {
    let column = (prop_oneof![1u16..6, 200u16..400, Just(u16::MAX)], any::<bool>()).prop_map(|(bound, is_numeric)| {
        column(bound, if is_numeric { ColumnKind::Numeric } else { ColumnKind::Category })
    });
    proptest::collection::vec(column, 1..5).prop_flat_map(|columns| {
        let code = |column: &Column| prop_oneof![0..=column.bound, 0..=column.bound.min(3)];
        let codes: Vec<_> = columns.iter().map(code).collect();
        let row = (codes, prop_oneof![0u16..4, Just(3u16)]);
        proptest::collection::vec(row, 1..40).prop_map(move |rows| {
            let (rows, targets) = rows.into_iter().unzip();
            (columns.clone(), rows, targets)
        })
    })
}

proptest! {
    #[test]
    fn a_tree_is_that_of_all_splits_tried(
        (columns, rows, targets) in table(), depth in 1u8..6, leaf_rows in 1u16..4, is_number: bool,
    ) {
        // Numbers of any size.
        let step = if is_number { 21_845 } else { 1 };
        let targets: Vec<u16> = targets.iter().map(|target| target * step).collect();
        let of_run = if is_number { Targets::Numbers(targets.clone()) } else { Targets::Classes(targets.clone()) };
        let examples = examples(&columns, &rows, of_run);
        let spec = spec(tree(depth, leaf_rows), (!is_number).then_some(4));
        let mut learner = start(&spec, &examples, SEED);
        let (course, has_ended) = train(&mut *learner, 0..u64::from(depth));
        let (columns, rows, targets) = (&columns[..], &rows[..], &targets[..]);
        let limits = (usize::from(depth), usize::from(leaf_rows));
        let expected = Naive { columns, rows, targets, is_number, depth: limits.0, leaf_rows: limits.1 }.grow();
        if course.is_empty() {
            prop_assert!(has_ended && expected.columns.len() == 1);
            prop_assert!(grown(&learner.state().unwrap()).roots.is_empty());
        } else {
            prop_assert_eq!(grown(&learner.state().unwrap()), expected);
        }
        let predictor = learner.predictor().unwrap();
        let bytes = file::write("tree".into(), &predictor.tensors().unwrap()).unwrap();
        let target = Some(column(if is_number { u16::MAX } else { 3 }, ColumnKind::Numeric));
        let opened = TensorFile::open(&bytes).unwrap();
        let again = read(&spec, columns, target, &opened).unwrap();
        opened.ensure_nothing_else().unwrap();
        prop_assert_eq!(again.outputs(&examples.inputs).unwrap(), predictor.outputs(&examples.inputs).unwrap());
    }

    #[test]
    fn a_forest_whose_rows_are_all_the_same_is_one_of_leaves(trees in 1u16..4, rows in 2usize..20) {
        let columns = [column(9, ColumnKind::Numeric), column(9, ColumnKind::Category)];
        let targets = (0..rows).map(|row| (row % 2) as u16).collect();
        let examples = examples(&columns, &vec![vec![4, 5]; rows], Targets::Classes(targets));
        let mut learner = start(&spec(forest(trees, 5, None), Some(2)), &examples, SEED);
        train(&mut *learner, 0..trees.into());
        prop_assert_eq!(grown(&learner.state().unwrap()).columns.len(), usize::from(trees));
    }

    #[test]
    fn altered_model_files_are_refused_or_answer(
        tensor in 0usize..8, position: proptest::sample::Index, byte: u8, is_number: bool, cut in 0usize..3,
    ) {
        let (spec, examples, mut tensors) = small_forest(is_number);
        let count = tensors.len();
        let tensor = &mut tensors[tensor % count];
        if cut == 1 && tensor.shape[0] > 1 {
            let size = tensor.bytes.len() / tensor.shape[0];
            tensor.shape[0] -= 1;
            tensor.bytes.truncate(tensor.shape[0] * size);
        } else {
            let position = position.index(tensor.bytes.len());
            tensor.bytes[position] ^= byte;
        }
        let bytes = file::write("forest".into(), &tensors).unwrap();
        let file = TensorFile::open(&bytes).unwrap();
        if let Ok(predictor) = read(&spec, &examples.columns, examples.target, &file) {
            let outputs = predictor.outputs(&examples.inputs).unwrap();
            prop_assert!(outputs.iter().all(|output| output.is_finite()));
        }
    }

    #[test]
    fn altered_states_are_refused_or_go_on(
        position: proptest::sample::Index, byte: u8, is_number: bool, is_forest: bool,
    ) {
        let (of_forest, examples, _) = small_forest(is_number);
        let spec = if is_forest { of_forest } else { spec(tree(4, 1), of_forest.classes()) };
        let mut learner = start(&spec, &examples, SEED);
        train(&mut *learner, 0..2);
        let mut state = learner.state().unwrap();
        let position = position.index(state.parameters.len());
        state.parameters[position] ^= byte;
        if learner.restore(2, &state).is_ok() {
            train(&mut *learner, 2..3);
            learner.predictor().unwrap().outputs(&examples.inputs).unwrap();
        }
    }
}

fn small_forest(is_number: bool) -> (TrainingSpec, Arc<Examples>, Vec<file::StoredTensor>) {
    let columns = [column(9, ColumnKind::Numeric), column(3, ColumnKind::Category)];
    let rows: Vec<Vec<u16>> = (0..30).map(|row| vec![row * 7 % 10, row % 4]).collect();
    let targets = (0..30).map(|row| row * row % 3).collect();
    let targets = if is_number { Targets::Numbers(targets) } else { Targets::Classes(targets) };
    let examples = examples(&columns, &rows, targets);
    let spec = spec(forest(3, 4, None), (!is_number).then_some(3));
    let mut learner = start(&spec, &examples, SEED);
    train(&mut *learner, 0..3);
    let tensors = learner.predictor().unwrap().tensors().unwrap();
    (spec, examples, tensors)
}

#[test]
fn what_two_columns_tell_only_together_is_learnt() {
    let columns = [column(1, ColumnKind::Category), column(1, ColumnKind::Numeric)];
    let rows = [vec![0, 0], vec![0, 1], vec![1, 0], vec![1, 1]];
    let examples = examples(&columns, &rows, Targets::Classes(vec![0, 1, 1, 0]));
    let mut learner = start(&spec(tree(3, 1), Some(2)), &examples, SEED);
    assert!(train(&mut *learner, 0..3).1);
    let outputs = learner.predictor().unwrap().outputs(&examples.inputs).unwrap();
    assert_eq!(accuracy(&outputs, &examples, &[0, 1, 2, 3]), 1.0);
}

#[test]
fn answers_are_the_shares_and_means_of_leaves() {
    let columns = [column(1, ColumnKind::Numeric)];
    let rows = [vec![0], vec![0], vec![0], vec![0], vec![1]];
    let of_classes = examples(&columns, &rows, Targets::Classes(vec![0, 1, 1, 1, 2]));
    let mut learner = start(&spec(tree(1, 1), Some(3)), &of_classes, SEED);
    train(&mut *learner, 0..1);
    let logits = learner.predictor().unwrap().outputs(&of_classes.inputs).unwrap();
    let least = (1.0f64 / 1_048_576.0).ln() as f32;
    assert_eq!(logits[..3], [0.25f64.ln() as f32, 0.75f64.ln() as f32, least]);
    assert_eq!(logits[12..], [least, least, 0.0]);
    let of_numbers = examples(&columns, &rows, Targets::Numbers(vec![1, 2, 3, 1, 9]));
    let mut learner = start(&spec(tree(1, 1), None), &of_numbers, SEED);
    train(&mut *learner, 0..1);
    assert_eq!(learner.predictor().unwrap().outputs(&of_numbers.inputs).unwrap(), [1.75, 1.75, 1.75, 1.75, 9.0]);
}

fn reference(name: &str, is_number: bool) -> Reference {
    let data = Reference::load(name);
    if is_number {
        data.for_regression()
    } else {
        data
    }
}

/// What this code gave first; it has to stay.
const GOLDEN: [u64; 4] = [15316556834038936925, 17304442993931070771, 12893286869134019893, 9874660287794672370];

#[test]
fn trees_and_forests_repeat_on_any_threads_and_from_any_checkpoint() {
    let mut found = Vec::new();
    for is_number in [false, true] {
        let data = reference("wine", is_number);
        let examples = data.of_codes(is_number);
        for (algorithm, steps) in [(tree(6, 2), 6), (forest(5, 9, None), 5)] {
            let spec = spec(algorithm, (!is_number).then_some(data.target.bound + 1));
            found.push(ensure_repeats(|| start(&spec, &examples, SEED), steps));
        }
    }
    assert_eq!(found, GOLDEN);
}

#[test]
fn large_nodes_repeat_on_any_threads() {
    let columns = [column(300, ColumnKind::Numeric), column(20, ColumnKind::Category), column(1, ColumnKind::Numeric)];
    let mut stream = neurodata_repops::Stream::new(SEED, neurodata_repops::Purpose::new(2_100));
    let mut draw = |end| stream.below(end) as u16;
    let rows: Vec<Vec<u16>> = (0..9_000).map(|_| vec![draw(301), draw(21), draw(2)]).collect();
    let targets = rows.iter().map(|row| u16::from(row[0] > 150) ^ (row[1] % 2) ^ u16::from(draw(9) == 0)).collect();
    let examples = examples(&columns, &rows, Targets::Classes(targets));
    let spec = spec(tree(4, 3), Some(2));
    ensure_repeats(|| start(&spec, &examples, SEED), 4);
}

#[test]
fn other_seeds_give_other_forests() {
    let (spec, examples, _) = small_forest(false);
    let of_seed = |seed| {
        let mut learner = start(&spec, &examples, [seed; 32]);
        train(&mut *learner, 0..3);
        learner.state().unwrap()
    };
    assert!(of_seed(1) == of_seed(1));
    assert!(of_seed(1) != of_seed(2));
}

#[test]
fn the_first_state_needs_no_rows() {
    for algorithm in [tree(3, 1), forest(2, 3, None)] {
        let (_, full, _) = small_forest(false);
        let spec = spec(algorithm, Some(3));
        let empty = examples(&full.columns, &[], Targets::Classes(Vec::new()));
        assert!(start(&spec, &empty, SEED).state().unwrap() == start(&spec, &full, SEED).state().unwrap());
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let (spec, full, tensors) = small_forest(false);
    let setting = Setting { spec: &spec, seed: SEED, device: &Device::Cpu };
    let predictor = start(&spec, &full, SEED).predictor().unwrap();
    let refused = begin(&setting, full.clone(), Some(&*predictor)).err().unwrap();
    assert_eq!(refused.to_string(), "a random forest does not start from a model");
    let numbers = Inputs::Numbers { values: vec![0.5; 2], width: 2 };
    assert!(matches!(predictor.outputs(&numbers), Err(Error::Operation(_))));
    let narrow = Inputs::Codes { values: vec![0; 3], width: 3 };
    assert!(matches!(predictor.outputs(&narrow), Err(Error::Operation(_))));
    let unknown = examples(&full.columns, &[vec![0, 0]], Targets::Classes(vec![3]));
    assert!(matches!(begin(&setting, unknown, None), Err(Error::Classes { spec: 3, table: 4 })));
    let numbers = examples(&full.columns, &[vec![0, 0]], Targets::Numbers(vec![3]));
    assert!(matches!(begin(&setting, numbers, None), Err(Error::Spec(SpecError::Objective))));
    // A model of three trees is none of two.
    let fewer = TrainingSpec { algorithm: forest(2, 4, None), ..spec.clone() };
    let bytes = file::write("forest".into(), &tensors).unwrap();
    let read = read(&fewer, &full.columns, full.target, &TensorFile::open(&bytes).unwrap());
    assert!(read.is_err_and(|error| error.to_string().contains("forest.roots")));
    let mut learner = start(&spec, &full, SEED);
    let state = learner.state().unwrap();
    assert!(is_damaged(&mut *learner, 1, &state));
    let longer = LearnerState { optimiser: vec![0], ..state };
    assert!(is_damaged(&mut *learner, 0, &longer));
}

#[test]
fn a_tree_of_another_depth_than_its_steps_is_damaged() {
    let (_, examples, _) = small_forest(false);
    let mut learner = start(&spec(tree(4, 1), Some(3)), &examples, SEED);
    for step in 1..4 {
        train(&mut *learner, step - 1..step);
        let state = learner.state().unwrap();
        for other in (0..5).filter(|other| *other != step) {
            assert!(is_damaged(&mut *learner, other, &state), "of {step} steps, before step {other}");
        }
        learner.restore(step, &state).unwrap();
    }
    // No level can be added to a tree that has told all: the run has ended before.
    let columns = [column(1, ColumnKind::Numeric)];
    let two = self::examples(&columns, &[vec![0], vec![1]], Targets::Classes(vec![0, 1]));
    let mut learner = start(&spec(tree(4, 1), Some(2)), &two, SEED);
    assert!(train(&mut *learner, 0..2).1);
    let state = learner.state().unwrap();
    assert!(is_damaged(&mut *learner, 2, &state));
    learner.restore(1, &state).unwrap();
}

#[test]
fn leaves_hold_as_many_rows_as_there_are_and_none_too_few() {
    for is_number in [false, true] {
        let (of_forest, examples, _) = small_forest(is_number);
        for spec in [of_forest.clone(), spec(tree(4, 1), of_forest.classes())] {
            let mut learner = start(&spec, &examples, SEED);
            train(&mut *learner, 0..2);
            let good = learner.state().unwrap();
            let mut trees = grown(&good);
            match &mut trees.leaves {
                trees::Leaves::Classes { counts, .. } | trees::Leaves::Numbers { counts, .. } => counts[1] += 1,
            }
            let parameters = trees.encode();
            assert!(is_damaged(&mut *learner, 2, &LearnerState { parameters, ..good.clone() }));
            learner.restore(2, &good).unwrap();
            // Three leaves of 30 rows are not all of 11.
            let algorithm = match spec.algorithm {
                Algorithm::DecisionTree { .. } => tree(4, 11),
                _ => Algorithm::RandomForest {
                    trees: 3,
                    limits: TreeLimits { depth: 4, leaf_rows: 11 },
                    split_columns: None,
                },
            };
            let mut strict = start(&TrainingSpec { algorithm, ..spec }, &examples, SEED);
            assert!(is_damaged(&mut *strict, 2, &good));
        }
    }
}

#[test]
fn nodes_that_nobody_points_to_are_refused() {
    let frame = Frame { columns: vec![column(9, ColumnKind::Numeric)], depth: 4, classes: None, largest: 9 };
    let trees = |lefts: &[u32]| {
        let leaves = lefts.iter().filter(|left| **left == 0).count();
        Trees {
            roots: vec![0],
            columns: vec![0; lefts.len()],
            thresholds: vec![0; lefts.len()],
            lefts: lefts.to_vec(),
            leaves: trees::Leaves::Numbers { counts: vec![1; leaves], sums: vec![0; leaves] },
        }
    };
    for good in [&[0][..], &[1, 0, 0], &[1, 3, 0, 0, 0], &[1, 0, 3, 0, 0]] {
        trees(good).check(&frame, 1).unwrap();
    }
    // Behind a root that is a leaf, behind a tree that is whole; a node that is its own child.
    for bad in [&[0, 1, 0][..], &[1, 0, 0, 3, 0], &[0, 0, 0], &[1, 0, 0, 0], &[1, 1, 0], &[0, 2, 0]] {
        assert!(trees(bad).check(&frame, 1).is_err(), "{bad:?}");
    }
}

/// Digests over what the steps found, as this code gave them first; they have to stay.
const COURSES: [u64; 4] = [457178090328786852, 3414132828088789115, 3821112279096287152, 7922505053229218075];

#[test]
fn the_course_of_trees_and_forests_stays() {
    let mut courses = Vec::new();
    for is_number in [false, true] {
        // A split chooses from one of two columns, so that the other is often tried after it.
        let (of_forest, examples, _) = small_forest(is_number);
        for spec in [of_forest.clone(), spec(tree(4, 1), of_forest.classes())] {
            let (course, _) = train(&mut *start(&spec, &examples, SEED), 0..4);
            let digest = blake2_256(&course.concat());
            courses.push(digest[..8].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)));
        }
    }
    assert_eq!(courses, COURSES);
}

/// Mean score on the holdout over `seeds`.
fn score(data: &Reference, is_number: bool, algorithm: Algorithm, steps: u64, seeds: u8) -> f64 {
    let spec = spec(algorithm, (!is_number).then_some(data.target.bound + 1));
    let examples = data.of_codes(is_number);
    let held = examples.inputs.gather(&examples.holdout_rows);
    let scores = (0..seeds).map(|seed| {
        let mut learner = start(&spec, &examples, [seed; 32]);
        train(&mut *learner, 0..steps);
        let outputs = learner.predictor().unwrap().outputs(&held).unwrap();
        let score = if is_number { r_squared } else { accuracy };
        score(&outputs, &examples, &examples.holdout_rows)
    });
    scores.sum::<f64>() / f64::from(seeds)
}

#[test]
fn trees_and_forests_are_as_good_as_those_of_scikit_learn() {
    // Name, whether the target is a number, smallest and largest score of ten trees, mean score of ten forests:
    // `references/classical.txt`.
    let figures = [
        ("iris", false, 0.9666666667, 0.9666666667, 0.9666666667),
        ("wine", false, 0.8611111111, 0.9166666667, 0.9972222222),
        ("breast_cancer", false, 0.9035087719, 0.9210526316, 0.9631578947),
        ("digits", false, 0.7888888889, 0.7972222222, 0.9705555556),
        ("wine", true, 0.4606360823, 0.5473892527, 0.7268165051),
    ];
    for (name, is_number, smallest, largest, forests) in figures {
        let data = reference(name, is_number);
        let of_tree = score(&data, is_number, tree(6, 2), 6, 1);
        let of_forests = score(&data, is_number, forest(100, 16, None), 100, 3);
        println!("{name}: tree {of_tree:.4} ({smallest:.4} to {largest:.4}), forest {of_forests:.4} ({forests:.4})");
        assert!(of_tree >= smallest - 0.01, "{name}: {of_tree}");
        assert!(of_forests >= forests - 0.01, "{name}: {of_forests}");
    }
}
