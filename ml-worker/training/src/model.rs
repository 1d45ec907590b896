//! The model file and prediction.
//!
//! A model file is a safetensors file with one metadata entry, `neurodata`, that holds a JSON object:
//!
//! ```text
//! format    "neurodata-model/1"
//! spec      the training spec
//! columns   bound, nullable and kind of each column of the table, the target among them
//! ```
//!
//! and these tensors, with `n` the layer from 0:
//!
//! ```text
//! encoding.mean, encoding.scale   f64, shape (columns)            parameters of the feature encoding
//! layers.n.weight                 f32, shape (outputs, inputs)    as in other libraries' linear layers
//! layers.n.bias                   f32, shape (outputs)
//! ```
//!
//! ReLU stands between the layers and softmax after the last. The file says nothing of the job, the seed or the
//! machine, and the same run gives the same bytes.

use crate::{
    encoding::Encoding,
    network::{argmax, bias_name, layer_sizes, softmax, weight_name, Network, StoredLayer},
    run::{ensure_columns_fit, EVALUATION_ROWS},
    table::check_rows,
    Column, Device, Error, ModelFileError,
};
use neurodata_primitives::TrainingSpec;
use safetensors::{tensor::TensorView, Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Name and version of the file format.
const FORMAT: &str = "neurodata-model/1";
/// Key of the description in the file's metadata. There is only one, since the order of several is not fixed.
const DESCRIPTION_KEY: &str = "neurodata";
const MEAN: &str = "encoding.mean";
const SCALE: &str = "encoding.scale";

#[derive(Serialize, Deserialize)]
struct Description {
    format: String,
    spec: TrainingSpec,
    columns: Vec<Column>,
}

/// A trained model, ready to predict.
pub struct Model {
    spec: TrainingSpec,
    encoding: Encoding,
    network: Network,
}

/// What a model says about one row.
#[derive(Clone, PartialEq, Debug)]
pub struct Prediction {
    /// The most probable class: a value of the target column, from 0. The first of several.
    pub class: u16,
    /// Probability of each class. They sum to 1 up to rounding.
    pub probabilities: Vec<f32>,
}

/// Classify `rows` with the model file `model`; see [`Model::predict`].
pub fn predict(model: &[u8], rows: &[u16]) -> Result<Vec<Prediction>, Error> {
    Model::from_bytes(model)?.predict(rows)
}

/// The bytes of the model file.
pub(crate) fn write(encoding: &Encoding, spec: &TrainingSpec, network: &Network) -> Result<Vec<u8>, Error> {
    let description = Description { format: FORMAT.into(), spec: spec.clone(), columns: encoding.columns.clone() };
    let description =
        serde_json::to_string(&description).map_err(|error| ModelFileError::Description(error.to_string()))?;
    let doubles = |numbers: &[f64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let singles = |numbers: &[f32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let mut tensors = vec![
        (MEAN.to_string(), Dtype::F64, vec![encoding.mean.len()], doubles(&encoding.mean)),
        (SCALE.to_string(), Dtype::F64, vec![encoding.scale.len()], doubles(&encoding.scale)),
    ];
    for (index, layer) in network.stored()?.into_iter().enumerate() {
        tensors.push((weight_name(index), Dtype::F32, vec![layer.outputs, layer.inputs], singles(&layer.weight)));
        tensors.push((bias_name(index), Dtype::F32, vec![layer.outputs], singles(&layer.bias)));
    }
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| Ok((name.as_str(), TensorView::new(*dtype, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(ModelFileError::from)?;
    let metadata = HashMap::from([(DESCRIPTION_KEY.to_string(), description)]);
    Ok(safetensors::serialize(views, Some(metadata)).map_err(ModelFileError::from)?)
}

impl Model {
    /// Read a model file; fails unless it is exactly what the [module](self) describes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let file = SafeTensors::deserialize(bytes).map_err(ModelFileError::from)?;
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(ModelFileError::from)?;
        let Description { spec, columns, .. } = description(metadata.metadata().as_ref())?;
        ensure_columns_fit(&columns, &spec)?;
        let target = usize::from(spec.target);
        let mean = doubles(&file, MEAN, columns.len())?;
        let scale = doubles(&file, SCALE, columns.len())?;
        let encoding = Encoding { columns, target, mean, scale };
        let sizes = layer_sizes(&spec.algorithm, encoding.features(), usize::from(spec.classes));
        let layers = sizes.iter().enumerate().map(|(index, (inputs, outputs))| {
            let weight = singles(&file, &weight_name(index), &[*outputs, *inputs])?;
            let bias = singles(&file, &bias_name(index), &[*outputs])?;
            Ok(StoredLayer { inputs: *inputs, outputs: *outputs, weight, bias })
        });
        let layers = layers.collect::<Result<Vec<_>, ModelFileError>>()?;
        Ok(Self { network: Network::restore(layers.into_iter(), &Device::Cpu)?, spec, encoding })
    }

    /// The spec that it was trained by.
    pub fn spec(&self) -> &TrainingSpec {
        &self.spec
    }

    pub(crate) fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// The columns of a row, the target among them.
    pub fn columns(&self) -> &[Column] {
        &self.encoding.columns
    }

    /// Classify rows, given as codes row by row with one for each column; the target's code may be anything.
    ///
    /// Fails on a partial row and on a code above its column's bound.
    pub fn predict(&self, rows: &[u16]) -> Result<Vec<Prediction>, Error> {
        let columns = self.columns();
        check_rows(columns, rows, Some(self.encoding.target))?;
        let mut predictions = Vec::with_capacity(rows.len() / columns.len());
        for rows in rows.chunks(EVALUATION_ROWS * columns.len()) {
            let mut features = Vec::new();
            rows.chunks_exact(columns.len()).for_each(|row| self.encoding.encode(row, &mut features));
            let logits = self.network.logits(features, rows.len() / columns.len(), &Device::Cpu)?;
            predictions.extend(logits.chunks_exact(usize::from(self.spec.classes)).map(|logits| Prediction {
                class: argmax(logits) as u16,
                probabilities: softmax(logits).into_iter().map(|probability| probability as f32).collect(),
            }));
        }
        Ok(predictions)
    }
}

fn description(metadata: Option<&HashMap<String, String>>) -> Result<Description, ModelFileError> {
    let refused = |reason: String| ModelFileError::Description(reason);
    let text = metadata.and_then(|metadata| metadata.get(DESCRIPTION_KEY));
    let text = text.ok_or_else(|| refused(format!("no metadata entry {DESCRIPTION_KEY}")))?;
    let description: Description = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
    if description.format != FORMAT {
        return Err(refused(format!("format {:?}, expected {FORMAT:?}", description.format)));
    }
    Ok(description)
}

fn tensor<'file>(
    file: &SafeTensors<'file>,
    name: &str,
    dtype: Dtype,
    shape: &[usize],
) -> Result<TensorView<'file>, ModelFileError> {
    let refused =
        |found: String| ModelFileError::Tensor { name: name.into(), expected: format!("{dtype:?} {shape:?}"), found };
    let tensor = file.tensor(name).map_err(|_| refused("nothing".into()))?;
    if tensor.dtype() == dtype && tensor.shape() == shape {
        Ok(tensor)
    } else {
        Err(refused(format!("{:?} {:?}", tensor.dtype(), tensor.shape())))
    }
}

fn doubles(file: &SafeTensors<'_>, name: &str, length: usize) -> Result<Vec<f64>, ModelFileError> {
    let tensor = tensor(file, name, Dtype::F64, &[length])?;
    let words = tensor.data().chunks_exact(8).map(|word| word.try_into().map_or(f64::NAN, f64::from_le_bytes));
    let numbers: Vec<f64> = words.collect();
    let finite = numbers.iter().all(|number| number.is_finite());
    finite.then_some(numbers).ok_or_else(|| ModelFileError::NotFinite { name: name.into() })
}

fn singles(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelFileError> {
    let tensor = tensor(file, name, Dtype::F32, shape)?;
    let words = tensor.data().chunks_exact(4).map(|word| word.try_into().map_or(f32::NAN, f32::from_le_bytes));
    let numbers: Vec<f32> = words.collect();
    let finite = numbers.iter().all(|number| number.is_finite());
    finite.then_some(numbers).ok_or_else(|| ModelFileError::NotFinite { name: name.into() })
}
