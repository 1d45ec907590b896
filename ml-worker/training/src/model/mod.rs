//! The model file and prediction.
//!
//! A model file is a safetensors file with one metadata entry, `neurodata`, that holds a JSON object:
//!
//! ```text
//! format    "neurodata-model/2"
//! spec      the training spec
//! columns   bound, nullable and kind of each column of the table, the target among them
//! ```
//!
//! and these tensors:
//!
//! ```text
//! encoding.mean, encoding.scale    f64, shape (columns)    where the algorithm takes features; see [`crate::encoding`]
//! those of the algorithm           see the README of the crate
//! ```
//!
//! The file says nothing of the job, the seed or the machine, and the same run gives the same bytes.

pub(crate) mod file;

use crate::{
    encoding::{Encoding, Standard},
    evaluation::{argmax, nearest, probabilities, EVALUATION_ROWS},
    learner::{self, Predictor},
    run::ensure_columns_fit,
    table::check_rows,
    Column, Error, ModelFileError,
};
use file::{StoredTensor, TensorFile};
use neurodata_primitives::{layout::MAX_COLUMNS, training::Objective, TrainingSpec};
use serde::{Deserialize, Serialize};

/// Name and version of the file format.
const FORMAT: &str = "neurodata-model/2";
/// Most numbers of rows that are encoded together: 64 MiB, unless one row has more.
const BLOCK_NUMBERS: usize = 1 << 24;
const MEAN: &str = "encoding.mean";
const SCALE: &str = "encoding.scale";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    format: String,
    spec: TrainingSpec,
    columns: Vec<Column>,
}

/// A trained model, ready to predict.
pub struct Model {
    spec: TrainingSpec,
    encoding: Encoding,
    predictor: Box<dyn Predictor>,
}

/// What a model says about one row.
#[derive(Clone, PartialEq, Debug)]
pub enum Prediction {
    /// Of a classifier.
    Class {
        /// The most probable class: a value of the target column, from 0. The first of several.
        class: u16,
        /// Probability of each class. They sum to 1 up to rounding.
        probabilities: Vec<f32>,
    },
    /// Of a regression.
    Number {
        /// The target, in steps of its column from 0. It may lie outside of the column's bounds.
        value: f32,
    },
    /// Of a clustering.
    Cluster {
        /// The nearest cluster, from 0. The first of several.
        cluster: u16,
        /// Squared distance to its centre.
        distance: f32,
    },
}

impl Prediction {
    /// The class, if it is one.
    pub fn class(&self) -> Option<u16> {
        match self {
            Self::Class { class, .. } => Some(*class),
            Self::Number { .. } | Self::Cluster { .. } => None,
        }
    }
}

/// Tell `rows` with the model file `model`; see [`Model::predict`].
pub fn predict(model: &[u8], rows: &[u16]) -> Result<Vec<Prediction>, Error> {
    Model::from_bytes(model)?.predict(rows)
}

/// The bytes of the model file.
pub(crate) fn write(encoding: &Encoding, spec: &TrainingSpec, predictor: &dyn Predictor) -> Result<Vec<u8>, Error> {
    let description = Description { format: FORMAT.into(), spec: spec.clone(), columns: encoding.columns().to_vec() };
    let description =
        serde_json::to_string(&description).map_err(|error| ModelFileError::Description(error.to_string()))?;
    let mut tensors = predictor.tensors()?;
    if let Some(Standard { mean, scale }) = encoding.standard() {
        tensors.push(StoredTensor::doubles(MEAN, &[mean.len()], mean));
        tensors.push(StoredTensor::doubles(SCALE, &[scale.len()], scale));
    }
    Ok(file::write(description, &tensors)?)
}

/// A model file whose description is read, and its tensors not yet.
pub(crate) struct Opened<'file> {
    tensors: TensorFile<'file>,
    pub spec: TrainingSpec,
    pub columns: Vec<Column>,
}

impl<'file> Opened<'file> {
    /// Read the description; fails if no run on its columns can be as its spec says.
    pub fn new(bytes: &'file [u8]) -> Result<Self, Error> {
        let tensors = TensorFile::open(bytes)?;
        let refused = |reason: String| ModelFileError::Description(reason);
        let Description { format, spec, columns } =
            serde_json::from_str(tensors.description()).map_err(|error| refused(error.to_string()))?;
        if format != FORMAT {
            return Err(refused(format!("format {format:?}, expected {FORMAT:?}")).into());
        }
        if columns.len() > MAX_COLUMNS as usize {
            return Err(refused(format!("{} columns, of which {MAX_COLUMNS} are allowed", columns.len())).into());
        }
        ensure_columns_fit(&columns, &spec)?;
        Ok(Self { tensors, spec, columns })
    }

    /// The predictor, as `spec` and `columns` ask for it.
    pub fn predictor(&self, spec: &TrainingSpec, columns: &[Column]) -> Result<Box<dyn Predictor>, Error> {
        let encoding = Encoding::new(columns, spec, None);
        let target = encoding.target().and_then(|target| columns.get(target).copied());
        learner::read(spec, &encoding.inputs(), target, &self.tensors)
    }

    /// Fails if the file has a tensor that was not asked for.
    pub fn ensure_nothing_else(&self) -> Result<(), Error> {
        Ok(self.tensors.ensure_nothing_else()?)
    }

    /// The encoding, with its means and scales where it has any.
    pub fn encoding(&self) -> Result<Encoding, Error> {
        let bare = Encoding::new(&self.columns, &self.spec, None);
        if bare.standard().is_none() {
            return Ok(bare);
        }
        let numbers = |name| self.tensors.doubles(name, &[self.columns.len()]);
        let standard = Standard { mean: numbers(MEAN)?, scale: numbers(SCALE)? };
        Ok(Encoding::new(&self.columns, &self.spec, Some(standard)))
    }
}

impl Model {
    /// Read a model file; fails unless it is exactly what the [module](self) describes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let file = Opened::new(bytes)?;
        let encoding = file.encoding()?;
        let predictor = file.predictor(&file.spec, &file.columns)?;
        file.ensure_nothing_else()?;
        Ok(Self { spec: file.spec, encoding, predictor })
    }

    /// The spec that it was trained by.
    pub fn spec(&self) -> &TrainingSpec {
        &self.spec
    }

    /// The columns of a row, the target among them.
    pub fn columns(&self) -> &[Column] {
        self.encoding.columns()
    }

    /// Tell rows, given as codes row by row with one for each column; the target's code may be anything.
    ///
    /// Fails on a partial row and on a code above its column's bound.
    pub fn predict(&self, rows: &[u16]) -> Result<Vec<Prediction>, Error> {
        let columns = self.columns();
        check_rows(columns, rows, self.encoding.target())?;
        let mut predictions = Vec::with_capacity(rows.len() / columns.len());
        let rows_at_once = (BLOCK_NUMBERS / self.encoding.width().max(1)).clamp(1, EVALUATION_ROWS);
        for rows in rows.chunks(rows_at_once * columns.len()) {
            let inputs = self.encoding.encode(rows.chunks_exact(columns.len()));
            let outputs = self.predictor.outputs(&inputs)?;
            let width = outputs.len() / inputs.rows().max(1);
            predictions.extend(outputs.chunks_exact(width.max(1)).map(|outputs| self.prediction(outputs)));
        }
        Ok(predictions)
    }

    fn prediction(&self, outputs: &[f32]) -> Prediction {
        match self.spec.objective {
            Objective::Classification { .. } => Prediction::Class {
                class: argmax(outputs) as u16,
                probabilities: probabilities(outputs).into_iter().map(|probability| probability as f32).collect(),
            },
            Objective::Regression => Prediction::Number { value: outputs[0] },
            Objective::Clustering => {
                let cluster = nearest(outputs);
                Prediction::Cluster { cluster: cluster as u16, distance: outputs[cluster] }
            }
        }
    }
}
