//! The addition of one number per column.

use std::mem::MaybeUninit;

use candle_core::{CpuStorage, DType};
use neurodata_definition::element;

use crate::{
    cpu::{each, filled, part, run, Isa, Work},
    error::Result,
    ops::{
        dimensions, ensure_shape,
        operation::{apply, Operation, View},
    },
    tensor::Tensor,
};

/// Elements below which another thread costs more than it saves.
const GRAIN: usize = 1 << 15;

/// `x[i][j] + bias[j]` for `x` of shape (rows, columns) and `bias` of shape (columns).
///
/// ## Errors
/// Other shapes, types other than binary32, different devices.
pub fn add_bias(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let [_, columns] = dimensions("add_bias", x)?;
    ensure_shape("add_bias", bias, &[columns])?;
    let [sums] = apply(&AddBias { columns }, [x, bias], [x.shape()])?;
    Ok(sums)
}

/// The operation behind [`add_bias`].
pub(crate) struct AddBias {
    pub(crate) columns: usize,
}

impl Operation<2, 1> for AddBias {
    fn name(&self) -> &'static str {
        "add_bias"
    }

    fn types(&self) -> [DType; 2] {
        [DType::F32; 2]
    }

    fn cpu(&self, [x, bias]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        let (x, bias, columns, isa) = (x.f32()?, bias.f32()?, self.columns.max(1), Isa::current());
        let size = part(x.len() / columns, GRAIN.div_ceil(columns), 1) * columns;
        // SAFETY: the parts cover all elements, and each part writes its own.
        let [sums] = unsafe {
            filled(x.len(), |[sums]: [_; 1]| {
                let parts = x.chunks(size).zip(sums.chunks_mut(size));
                each(parts.map(|(x, sums)| Rows { x, bias, sums }), |rows| run(isa, rows));
            })
        };
        Ok([CpuStorage::F32(sums)])
    }
}

/// Whole rows, for one thread.
struct Rows<'a> {
    x: &'a [f32],
    bias: &'a [f32],
    sums: &'a mut [MaybeUninit<f32>],
}

impl Work for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let columns = self.bias.len();
        if columns == 0 {
            return;
        }
        for (x, sums) in self.x.chunks_exact(columns).zip(self.sums.chunks_exact_mut(columns)) {
            for ((x, bias), sum) in x.iter().zip(self.bias).zip(sums) {
                sum.write(element::add_bias(*x, *bias));
            }
        }
    }
}
