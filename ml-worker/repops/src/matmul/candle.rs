//! The matrix product as a candle operation.

use super::{product, Form};
use candle_core::{CpuStorage, CustomOp2, DType, Layout, Result, Shape, Tensor};

/// The product of `a`, shape (rows, inner), and `b`, shape (inner, columns), both f32 on the CPU.
///
/// Fails on other shapes, types and devices.
pub fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    a.contiguous()?.apply_op2_no_bwd(&b.contiguous()?, &MatMul)
}

/// The operation behind [`matmul`].
struct MatMul;

impl CustomOp2 for MatMul {
    fn name(&self) -> &'static str {
        "reproducible-matmul"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, inner) = a_layout.shape().dims2()?;
        let (b_inner, columns) = b_layout.shape().dims2()?;
        if inner != b_inner {
            let (lhs, rhs) = (a_layout.shape().clone(), b_layout.shape().clone());
            return Err(candle_core::Error::ShapeMismatchBinaryOp { lhs, rhs, op: self.name() });
        }
        let c = product(Form::Nn, elements(a, a_layout)?, elements(b, b_layout)?, rows, inner, columns);
        Ok((CpuStorage::F32(c), Shape::from((rows, columns))))
    }
}

fn elements<'storage>(storage: &'storage CpuStorage, layout: &Layout) -> Result<&'storage [f32]> {
    let elements = storage.as_slice::<f32>()?;
    let not_contiguous = candle_core::Error::RequiresContiguous { op: "reproducible-matmul" };
    let (start, end) = layout.contiguous_offsets().ok_or(not_contiguous)?;
    elements.get(start..end).ok_or(candle_core::Error::UnsupportedDTypeForOp(DType::F32, "reproducible-matmul"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn tensors_may_be_transposed_views() {
        let a = Tensor::from_vec(vec![1f32, 2.0, 3.0, 4.0, 5.0, 6.0], (3, 2), &Device::Cpu).unwrap();
        let b = Tensor::from_vec(vec![1f32, 0.0, 2.0, 1.0, 0.0, 1.0], (3, 2), &Device::Cpu).unwrap();
        let found = matmul(&a.t().unwrap(), &b).unwrap();
        assert_eq!(found.to_vec2::<f32>().unwrap(), [[7.0, 8.0], [10.0, 10.0]]);
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let zeros = |shape: (usize, usize)| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        assert!(matmul(&zeros((2, 3)), &zeros((2, 3))).is_err());
        assert!(matmul(&zeros((2, 3)), &zeros((3, 2)).to_dtype(DType::F64).unwrap()).is_err());
    }
}
