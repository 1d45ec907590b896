//! Losses with their gradients: one binary64 loss per row, and the gradient of the mean over the rows.

use std::mem::MaybeUninit;

use candle_core::{CpuStorage, DType};
use neurodata_definition::{element, elementary};

use crate::{
    cpu::{each, filled, part, run, Isa, Work},
    error::{Error, Result},
    ops::{
        dimensions, ensure_shape,
        operation::{apply, Operation, View},
        tree::Tree,
    },
    tensor::Tensor,
};

/// Rows computed side by side: two registers of AVX-512.
const LANES: usize = 16;
/// Logits below which another thread costs more than it saves.
const GRAIN: usize = 1 << 12;

/// The cross-entropy of the softmax of `logits`, shape (rows, classes), with the class of each row, u32 of shape
/// (rows): losses, binary64 of shape (rows), and the gradient of their mean, shape (rows, classes).
///
/// The gradient's error is below 0.5001 units in the last place of binary32 in `e[j] / s`.
///
/// ## Errors
/// Other shapes or types, different devices, a class that `logits` has no column for.
pub fn softmax_cross_entropy(logits: &Tensor, classes: &Tensor) -> Result<(Tensor, Tensor)> {
    let [rows, columns] = dimensions("softmax_cross_entropy", logits)?;
    ensure_shape("softmax_cross_entropy", classes, &[rows])?;
    let operation = SoftmaxCrossEntropy { rows, columns };
    let [losses, gradient] = apply(&operation, [logits, classes], [&[rows], logits.shape()])?;
    Ok((losses, gradient))
}

/// The operation behind [`softmax_cross_entropy`].
pub(crate) struct SoftmaxCrossEntropy {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Operation<2, 2> for SoftmaxCrossEntropy {
    fn name(&self) -> &'static str {
        "softmax_cross_entropy"
    }

    fn types(&self) -> [DType; 2] {
        [DType::F32, DType::U32]
    }

    fn cpu(&self, [logits, classes]: [View<'_>; 2]) -> Result<[CpuStorage; 2]> {
        let (logits, classes, columns, isa) = (logits.f32()?, classes.u32()?, self.columns, Isa::current());
        if let Some(position) = classes.iter().position(|class| *class as usize >= columns) {
            return Err(Error::Index { operation: self.name(), position, index: classes[position], end: columns });
        }
        let size = part(self.rows, GRAIN.div_ceil(columns.max(1)), LANES);
        let mut losses = vec![0f64; self.rows];
        // SAFETY: the parts cover all rows, of which there is none if a row has no element, and each writes its own.
        let [gradient] = unsafe {
            filled(logits.len(), |[gradient]: [_; 1]| {
                let width = columns.max(1);
                let inputs = logits.chunks(size * width).zip(classes.chunks(size));
                let results = losses.chunks_mut(size).zip(gradient.chunks_mut(size * width));
                let parts = inputs.zip(results).map(|((logits, classes), (losses, gradient))| Softmax {
                    logits,
                    classes,
                    losses,
                    gradient,
                    rows: self.rows as f64,
                });
                each(parts, |part| run(isa, part));
            })
        };
        Ok([CpuStorage::F64(losses), CpuStorage::F32(gradient)])
    }
}

/// Consecutive rows, for one thread.
struct Softmax<'a> {
    logits: &'a [f32],
    classes: &'a [u32],
    losses: &'a mut [f64],
    gradient: &'a mut [MaybeUninit<f32>],
    rows: f64,
}

impl Work for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let columns = self.logits.len() / self.classes.len().max(1);
        if columns == 0 {
            return;
        }
        // Class by class, and a row in each lane, so that vector code serves any number of classes.
        let mut terms = vec![[0f64; LANES]; columns];
        let mut logarithms = vec![0f64; LANES];
        let mut tree = Tree::new();
        let inputs = self.logits.chunks(LANES * columns).zip(self.classes.chunks(LANES));
        let results = self.losses.chunks_mut(LANES).zip(self.gradient.chunks_mut(LANES * columns));
        for ((logits, classes), (losses, gradient)) in inputs.zip(results) {
            // Lanes without a row compute the first row again.
            let row: [&[f32]; LANES] = std::array::from_fn(|lane| {
                let start = if lane < classes.len() { lane * columns } else { 0 };
                &logits[start..][..columns]
            });
            let mut largest: [f32; LANES] = row.map(|row| row[0]);
            for column in 1..columns {
                for (largest, row) in largest.iter_mut().zip(row) {
                    let logit = row[column];
                    *largest = if logit > *largest { logit } else { *largest };
                }
            }
            for (column, terms) in terms.iter_mut().enumerate() {
                *terms = std::array::from_fn(|lane| f64::from(row[lane][column]) - f64::from(largest[lane]));
            }
            for (lane, (loss, class)) in losses.iter_mut().zip(classes).enumerate() {
                *loss = terms[*class as usize][lane];
            }
            for term in terms.as_flattened_mut() {
                *term = elementary::exp(*term);
            }
            tree.clear();
            terms.iter().for_each(|terms| tree.push(*terms));
            let sums = tree.sums();
            logarithms.copy_from_slice(&sums);
            for logarithm in &mut logarithms {
                *logarithm = elementary::ln(*logarithm);
            }
            for (loss, logarithm) in losses.iter_mut().zip(&logarithms) {
                *loss = logarithm - *loss;
            }
            for terms in &mut terms {
                *terms = std::array::from_fn(|lane| terms[lane] / sums[lane]);
            }
            for (lane, class) in classes.iter().enumerate() {
                terms[*class as usize][lane] -= 1.0;
            }
            for term in terms.as_flattened_mut() {
                *term /= self.rows;
            }
            for (lane, gradient) in gradient.chunks_exact_mut(columns).enumerate() {
                for (gradient, terms) in gradient.iter_mut().zip(&terms) {
                    gradient.write(terms[lane] as f32);
                }
            }
        }
    }
}

/// The squared errors of `outputs` from `targets`, both of shape (rows, 1): losses, binary64 of shape (rows), and the
/// gradient of their mean, shape (rows, 1).
///
/// ## Errors
/// Other shapes, types other than binary32, different devices.
pub fn squared_error(outputs: &Tensor, targets: &Tensor) -> Result<(Tensor, Tensor)> {
    let [rows, columns] = dimensions("squared_error", outputs)?;
    if columns != 1 {
        return Err(Error::shape("squared_error", "one column", outputs.shape()));
    }
    ensure_shape("squared_error", targets, outputs.shape())?;
    let [losses, gradient] = apply(&SquaredError { rows }, [outputs, targets], [&[rows], outputs.shape()])?;
    Ok((losses, gradient))
}

/// The operation behind [`squared_error`].
pub(crate) struct SquaredError {
    pub(crate) rows: usize,
}

impl Operation<2, 2> for SquaredError {
    fn name(&self) -> &'static str {
        "squared_error"
    }

    fn types(&self) -> [DType; 2] {
        [DType::F32; 2]
    }

    fn cpu(&self, [outputs, targets]: [View<'_>; 2]) -> Result<[CpuStorage; 2]> {
        let (outputs, targets) = (outputs.f32()?, targets.f32()?);
        let (losses, gradient) = outputs
            .iter()
            .zip(targets)
            .map(|(output, target)| {
                let gradient = element::squared_error_gradient(*output, *target, self.rows);
                (element::squared_error_loss(*output, *target), gradient)
            })
            .unzip();
        Ok([CpuStorage::F64(losses), CpuStorage::F32(gradient)])
    }
}
