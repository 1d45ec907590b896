//! Targets of regressions as networks are trained on them.
//!
//! ```text
//! mean     of the values on the training rows, in steps of the column
//! scale    their standard deviation (of the population); 1 if it is 0 or there are no rows
//! target   f32((value - mean) / scale)
//! told     f32(mean + scale * output)
//! ```
//!
//! Everything in binary64 with sums in the fixed tree, rows ascending. The loss is that of these targets.

use crate::{
    learner::Targets,
    model::file::{StoredTensor, TensorFile},
    ModelFileError,
};
use neurodata_repops::sum::pairwise_sum;
use safetensors::Dtype;

/// Names of mean and scale in the model file.
pub(super) const NAMES: [&str; 2] = ["target.mean", "target.scale"];

/// Mean and scale of a numeric target, in its steps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Standard {
    pub mean: f64,
    /// Above 0.
    pub scale: f64,
}

impl Standard {
    /// Mean and scale of the targets of `rows`.
    pub fn fit(targets: &Targets, rows: &[u32]) -> Self {
        let Targets::Numbers(values) = targets else { return Self { mean: 0.0, scale: 1.0 } };
        if rows.is_empty() {
            return Self { mean: 0.0, scale: 1.0 };
        }
        let numbers: Vec<f64> = rows.iter().map(|row| f64::from(values[*row as usize])).collect();
        let count = numbers.len() as f64;
        let mean = pairwise_sum(&numbers) / count;
        let squares: Vec<f64> = numbers.iter().map(|number| (number - mean) * (number - mean)).collect();
        let scale = (pairwise_sum(&squares) / count).sqrt();
        Self { mean, scale: if scale > 0.0 { scale } else { 1.0 } }
    }

    /// What a network is to tell for a value.
    pub fn target(&self, value: u16) -> f32 {
        ((f64::from(value) - self.mean) / self.scale) as f32
    }

    /// The number, in steps, that an output of a network stands for.
    pub fn told(&self, output: f32) -> f32 {
        (self.mean + self.scale * f64::from(output)) as f32
    }

    pub fn read(file: &TensorFile<'_>) -> Result<Self, ModelFileError> {
        let [mean, scale] = NAMES.map(|name| file.doubles(name, &[1]));
        Self::checked(mean?[0], scale?[0])
    }

    /// Those of a model that training starts from.
    pub fn continued(from: &[StoredTensor]) -> Result<Self, ModelFileError> {
        let number = |name: &str| {
            let refused = |found| ModelFileError::Tensor {
                name: name.into(),
                expected: format!("{:?} {:?}", Dtype::F64, [1]),
                found,
            };
            let stored = from.iter().find(|tensor| tensor.name == name).ok_or_else(|| refused("nothing".into()))?;
            let bytes = stored.bytes.as_slice().try_into().ok().filter(|_| stored.dtype == Dtype::F64);
            let found = || refused(format!("{:?} {:?}", stored.dtype, stored.shape));
            bytes.map(f64::from_le_bytes).ok_or_else(found)
        };
        let [mean, scale] = NAMES.map(number);
        Self::checked(mean?, scale?)
    }

    pub fn stored(&self) -> [StoredTensor; 2] {
        let [mean, scale] = NAMES;
        [StoredTensor::doubles(mean, &[1], &[self.mean]), StoredTensor::doubles(scale, &[1], &[self.scale])]
    }

    fn checked(mean: f64, scale: f64) -> Result<Self, ModelFileError> {
        if scale > 0.0 && scale.is_finite() && mean.is_finite() {
            Ok(Self { mean, scale })
        } else {
            let reason = format!("expected a finite mean and a finite scale above 0, found {mean} and {scale}");
            Err(ModelFileError::Content { name: NAMES[1].into(), reason })
        }
    }
}
