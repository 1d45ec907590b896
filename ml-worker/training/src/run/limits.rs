//! What a run may be, told from the columns alone.

use crate::{
    encoding::{Encoding, Form},
    evaluation::{self, EVALUATION_ROWS},
    learner::{least_squares, network, Predictor},
    model::Opened,
    targets::ensure_target_fits,
    Column, ColumnKind, Error, TableError,
};
use neurodata_primitives::{
    layout::MAX_COLUMNS,
    training::{Algorithm, MAX_TREE_DEPTH},
    TrainingSpec,
};
use std::mem::discriminant;

pub use crate::learner::network::MAX_PARAMETERS;

/// Most bytes of the trees of a model: the longest model file that evaluators fetch, 1 GiB, less room for what else it
/// holds.
const MAX_TREE_BYTES: u64 = (1 << 30) - (1 << 20);
/// Most numbers that a column may become, in the mean over the columns.
const NUMBERS_OF_A_COLUMN: u64 = 16;
/// Most numbers that a row may become however few its columns are.
const LEAST_NUMBERS: u64 = 256;

/// What an algorithm is called.
pub(crate) fn name(algorithm: &Algorithm) -> &'static str {
    match algorithm {
        Algorithm::LogisticRegression { .. } => "multinomial logistic regression",
        Algorithm::MultilayerPerceptron { .. } => "a multilayer perceptron",
        Algorithm::ConvolutionalNetwork { .. } => "a convolutional network",
        Algorithm::TextClassifier { .. } => "a text classifier",
        Algorithm::LinearRegression => "linear regression",
        Algorithm::RidgeRegression { .. } => "ridge regression",
        Algorithm::DecisionTree { .. } => "a decision tree",
        Algorithm::RandomForest { .. } => "a random forest",
        Algorithm::KMeans { .. } => "k-means",
    }
}

/// Check that a model can be trained as `spec` says on any table of so many `rows` of these columns of which so many
/// cells are missing: the target is of the kind that the objective asks for, has as many values as the spec has classes
/// and lacks none, there is another column, and neither the encoded table nor the model is too large.
///
/// [`super::run`] completes on every table that this lets pass. Since nobody can tell without the content key which
/// cells are missing, a table with any is refused if its target is nullable; `run` itself only minds those of the
/// target.
pub fn ensure_fits(columns: &[Column], rows: u32, missing_cells: u64, spec: &TrainingSpec) -> Result<(), Error> {
    ensure_columns_fit(columns, spec)?;
    ensure_size(columns, rows, spec)?;
    match spec.target {
        Some(column) if missing_cells > 0 && columns.get(usize::from(column)).is_some_and(|target| target.nullable) => {
            Err(Error::TargetMayMiss { column, missing_cells })
        }
        _ => Ok(()),
    }
}

/// Check that a model can be trained on these columns as `spec` says, whatever the cells and their number.
pub(crate) fn ensure_columns_fit(columns: &[Column], spec: &TrainingSpec) -> Result<(), Error> {
    let count = u32::try_from(columns.len()).ok().filter(|count| *count <= MAX_COLUMNS);
    spec.validate_for(u32::MAX, count.ok_or(TableError::TooLarge)?)?;
    ensure_target_fits(columns, spec)?;
    if matches!(spec.algorithm, Algorithm::TextClassifier { .. }) {
        let numeric = |(index, column): (usize, &Column)| {
            (spec.target != Some(index as u16) && column.kind == ColumnKind::Numeric).then_some(index as u16)
        };
        if let Some(column) = columns.iter().enumerate().find_map(numeric) {
            return Err(Error::NotTokens { column });
        }
    }
    ensure_priced(columns, u32::MAX, spec)
}

/// Check that a run on a table of so many `rows` does not take many times the work that it is priced by.
///
/// [`TrainingSpec::work_units`] counts columns, since the chain knows nothing else of them; but a category becomes as
/// many numbers as it has values, up to 65,536, and a batch of texts changes as many rows of the embedding as there are
/// tokens. Whoever trains or repeats a run is paid by those units, so a column may become [`NUMBERS_OF_A_COLUMN`] in
/// the mean, and there may be that many tokens for each place of a batch. Small runs may always have
/// [`LEAST_NUMBERS`].
fn ensure_priced(columns: &[Column], rows: u32, spec: &TrainingSpec) -> Result<(), Error> {
    let inputs = inputs(columns, spec);
    let columns = inputs.len() as u64;
    let limit = |places: u64| LEAST_NUMBERS.max(NUMBERS_OF_A_COLUMN * places);
    if let Algorithm::TextClassifier { descent, .. } = &spec.algorithm {
        let tokens = inputs.iter().map(|column| u64::from(column.bound) + 1).max().unwrap_or(1);
        let rows = spec.training_rows(rows).min(descent.batch_rows.into());
        let limit = limit(columns * u64::from(rows));
        if tokens > limit {
            return Err(Error::UnpricedTokens { columns, tokens, limit });
        }
        return Ok(());
    }
    // Other forms have one number for each column.
    let (features, limit) = (Form::of(&spec.algorithm).width(&inputs, None) as u64, limit(columns));
    if features > limit {
        return Err(Error::Unpriced { columns, features, limit });
    }
    Ok(())
}

/// Check that neither side of the split is empty, and that neither the encoded table nor the model is too large.
pub(super) fn ensure_size(columns: &[Column], rows: u32, spec: &TrainingSpec) -> Result<(), Error> {
    spec.work_units(rows, columns.len() as u32)?;
    ensure_priced(columns, rows, spec)?;
    Encoding::new(columns, spec, None).ensure_fits(rows)?;
    ensure_parameters(columns, Some(rows), spec)
}

/// Check that the model is not too large, of trees if the table's `rows` are known.
pub(super) fn ensure_parameters(columns: &[Column], rows: Option<u32>, spec: &TrainingSpec) -> Result<(), Error> {
    if spec.algorithm.descent().is_some() {
        return network::memory_bytes(spec, &inputs(columns, spec), rows.unwrap_or(1)).map(drop);
    }
    if matches!(spec.algorithm, Algorithm::LinearRegression | Algorithm::RidgeRegression { .. }) {
        let width = Form::of(&spec.algorithm).width(columns, spec.target.map(usize::from));
        least_squares::ensure_width(name(&spec.algorithm), width)?;
    }
    if let Some(trees) = Forest::of(spec, rows.unwrap_or(1)) {
        let bytes = trees.bytes();
        if bytes > MAX_TREE_BYTES {
            return Err(Error::TreesTooLarge { bytes, limit: MAX_TREE_BYTES });
        }
        return Ok(());
    }
    let parameters = parameters(columns, spec);
    if parameters > MAX_PARAMETERS {
        return Err(Error::TooManyParameters { parameters, limit: MAX_PARAMETERS });
    }
    Ok(())
}

/// Columns without the target.
fn inputs(columns: &[Column], spec: &TrainingSpec) -> Vec<Column> {
    Encoding::new(columns, spec, None).inputs()
}

/// The model that a run starts from.
pub(super) struct InitialModel {
    pub predictor: Box<dyn Predictor>,
    /// Its encoding, if its columns are those of the run.
    pub encoding: Option<Encoding>,
}

/// Check that a run on these columns as `spec` says can start from the model file `initial`: it can be read, all its
/// numbers are finite, and it is a network of the shape that is asked for. The columns are checked too, as
/// [`ensure_fits`] does.
pub fn ensure_continues(columns: &[Column], spec: &TrainingSpec, initial: &[u8]) -> Result<(), Error> {
    ensure_columns_fit(columns, spec)?;
    initial_model(initial, columns, spec).map(drop)
}

/// The model in `file`, if training on these columns as `spec` says can start from it.
pub(super) fn initial_model(file: &[u8], columns: &[Column], spec: &TrainingSpec) -> Result<InitialModel, Error> {
    let refused = |error| match error {
        Error::ModelFile(error) => Error::InitialModel(error),
        error => error,
    };
    let algorithm = name(&spec.algorithm);
    if spec.algorithm.descent().is_none() {
        return Err(Error::InitialAlgorithm { algorithm, initial: None });
    }
    let file = Opened::new(file).map_err(refused)?;
    if discriminant(&spec.algorithm) != discriminant(&file.spec.algorithm) {
        return Err(Error::InitialAlgorithm { algorithm, initial: Some(name(&file.spec.algorithm)) });
    }
    let predictor = file.predictor(spec, columns).map_err(refused)?;
    if !spec.algorithm.continues(&file.spec.algorithm) {
        return Err(Error::InitialNetwork);
    }
    let encoding = file.encoding().map_err(refused)?;
    file.ensure_nothing_else().map_err(refused)?;
    Ok(InitialModel { predictor, encoding: Some(encoding).filter(|_| file.columns == columns) })
}

/// Memory that a run takes beside the package it comes from, in bytes. An estimate, rather too high:
///
/// ```text
/// 2 * rows * columns                       codes
/// size * rows * width + 64 * rows          encoded table, of numbers of 4 bytes or codes of 2; order of the rows
/// 20 * rows * threads                      while means and scales are taken, if that is more than the encoded table
/// 1,024 * (4 * width + 16 * answers)       rows that are evaluated together, and what is said of them
/// ```
///
/// and beside what the metrics take ([`evaluation::memory_bytes`]) for each algorithm:
///
/// ```text
/// by descent           what the network says
/// linear, ridge        64 * numbers of the state: sums, model file, checkpoint
/// k-means              the same; 256 * rows: distances to candidates, nearest centres, members
/// trees                7 * bytes of all trees: state, checkpoint and copies, model file; of the one that grows
///                      2 * leaves * (8 * outputs + 64); rows * (2 * columns + 64);
///                      16 * values of all columns * outputs: what is counted
/// ```
///
/// [`u64::MAX`] of a spec that does not fit the columns.
pub fn memory_bytes(columns: &[Column], rows: u32, spec: &TrainingSpec) -> u64 {
    let form = Form::of(&spec.algorithm);
    let width = form.width(columns, spec.target.map(usize::from)) as u64;
    let encoded = match form {
        Form::Codes => 2 * width,
        Form::Shares => 4 * width,
        Form::Features => (4 * width).max(20 * columns.len().min(rayon::current_num_threads()) as u64),
    };
    let answers = match spec.algorithm {
        Algorithm::KMeans { clusters, .. } => u64::from(clusters),
        _ => u64::from(spec.outputs()),
    };
    let gathered = (EVALUATION_ROWS as u64).min(rows.into()) * (4 * width + 16 * answers);
    let every = u64::from(rows) * (2 * columns.len() as u64 + encoded + 64);
    let training = if spec.algorithm.descent().is_some() {
        network::memory_bytes(spec, &inputs(columns, spec), rows).unwrap_or(u64::MAX)
    } else if let Some(trees) = Forest::of(spec, rows) {
        let outputs = u64::from(spec.outputs());
        let values: u64 = columns.iter().map(|column| u64::from(column.bound) + 1).sum();
        let of_rows = u64::from(rows) * (2 * width + 64);
        let growing = trees.leaves * 2 * (8 * outputs + 64) + of_rows + 16 * values * outputs;
        trees.bytes().saturating_mul(7).saturating_add(growing)
    } else {
        let of_rows = if matches!(spec.algorithm, Algorithm::KMeans { .. }) { 256 * u64::from(rows) } else { 0 };
        parameters(columns, spec).saturating_mul(64).saturating_add(of_rows)
    };
    [gathered, training, evaluation::memory_bytes(spec, rows)].into_iter().fold(every, u64::saturating_add)
}

/// Numbers of a model, or of the state it is trained in if those are more. Networks and trees count their own.
fn parameters(columns: &[Column], spec: &TrainingSpec) -> u64 {
    let width = Form::of(&spec.algorithm).width(columns, spec.target.map(usize::from)) as u64;
    match &spec.algorithm {
        // Sums of products in f64, and what solves them.
        Algorithm::LinearRegression | Algorithm::RidgeRegression { .. } => 4 * (width + 2) * (width + 2),
        Algorithm::KMeans { clusters, .. } => u64::from(*clusters) * width,
        _ => 0,
    }
}

/// The largest trees that there can be.
struct Forest {
    trees: u64,
    /// Leaves of each tree.
    leaves: u64,
    /// Classes in the leaves of each tree, as often as there are leaves that have them; `None` of numbers.
    entries: Option<u64>,
}

impl Forest {
    /// Those of a table with so many `rows`; `None` if `spec` asks for no trees.
    fn of(spec: &TrainingSpec, rows: u32) -> Option<Self> {
        let (trees, limits) = match &spec.algorithm {
            Algorithm::DecisionTree { limits } => (1, limits),
            Algorithm::RandomForest { trees, limits, .. } => (u64::from(*trees), limits),
            _ => return None,
        };
        let rows = u64::from(spec.training_rows(rows)).max(1);
        let leaves = (rows / u64::from(limits.leaf_rows.max(1))).clamp(1, 1 << limits.depth.min(MAX_TREE_DEPTH));
        let entries = spec.classes().map(|classes| rows.min(leaves * u64::from(classes)));
        Some(Self { trees, leaves, entries })
    }

    /// Bytes that a state or a model file has of them: 8 for each node, 12 for the rows and the sum of a leaf of
    /// numbers, 4 for the end of a leaf of classes and 6 for each class in it.
    fn bytes(&self) -> u64 {
        let of_leaves = self.entries.map_or(12 * self.leaves, |entries| 4 * self.leaves + 6 * entries);
        self.trees.saturating_mul(4 + 16 * self.leaves + of_leaves)
    }
}
