//! The matrix product with one defined order of operations, on binary32.
//!
//! ```text
//! c[i][j] = fold over k ascending, from +0, of fma(a[i][k], b[k][j], c)
//! ```
//!
//! Source: DESIGN section 9. Elements are computed in blocks of rows and columns, which changes no element's order of
//! operations, hence no bit.

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
        let c = product(elements(a, a_layout)?, elements(b, b_layout)?, rows, inner, columns);
        Ok((CpuStorage::F32(c), Shape::from((rows, columns))))
    }
}

fn elements<'storage>(storage: &'storage CpuStorage, layout: &Layout) -> Result<&'storage [f32]> {
    let elements = storage.as_slice::<f32>()?;
    let not_contiguous = candle_core::Error::RequiresContiguous { op: "reproducible-matmul" };
    let (start, end) = layout.contiguous_offsets().ok_or(not_contiguous)?;
    elements.get(start..end).ok_or(candle_core::Error::UnsupportedDTypeForOp(DType::F32, "reproducible-matmul"))
}

/// Columns computed side by side: two registers of eight numbers on AVX2.
const COLUMN_BLOCK: usize = 16;
/// Rows computed side by side: with the columns, eight of the sixteen registers of AVX2.
const ROW_BLOCK: usize = 4;

/// The product of `a` (rows x inner) and `b` (inner x columns), all row by row.
///
/// # Panics
/// If a slice is not as long as its shape says.
pub fn product(a: &[f32], b: &[f32], rows: usize, inner: usize, columns: usize) -> Vec<f32> {
    assert_eq!((a.len(), b.len()), (rows * inner, inner * columns), "elements must fit the shapes");
    let mut c = vec![0f32; rows * columns];
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        // SAFETY: the processor has the features that the function is compiled for.
        unsafe { blocks_avx2(a, b, &mut c, inner, columns) };
        return c;
    }
    blocks(a, b, &mut c, inner, columns);
    c
}

/// [`blocks`], compiled for processors with AVX2 and fused multiply-add.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn blocks_avx2(a: &[f32], b: &[f32], c: &mut [f32], inner: usize, columns: usize) {
    blocks(a, b, c, inner, columns);
}

#[inline(always)]
fn blocks(a: &[f32], b: &[f32], c: &mut [f32], inner: usize, columns: usize) {
    if inner == 0 || columns == 0 {
        return;
    }
    let mut a_blocks = a.chunks_exact(ROW_BLOCK * inner);
    let mut c_blocks = c.chunks_exact_mut(ROW_BLOCK * columns);
    for (a_rows, c_rows) in a_blocks.by_ref().zip(c_blocks.by_ref()) {
        row_block::<ROW_BLOCK>(a_rows, b, c_rows, inner, columns);
    }
    let rest = c_blocks.into_remainder().chunks_exact_mut(columns);
    for (a_row, c_row) in a_blocks.remainder().chunks_exact(inner).zip(rest) {
        row_block::<1>(a_row, b, c_row, inner, columns);
    }
}

#[inline(always)]
fn row_block<const ROWS: usize>(a: &[f32], b: &[f32], c: &mut [f32], inner: usize, columns: usize) {
    let mut first = 0;
    while first + COLUMN_BLOCK <= columns {
        let mut sums = [[0f32; COLUMN_BLOCK]; ROWS];
        for k in 0..inner {
            let from = k * columns + first;
            let b_block = &b[from..from + COLUMN_BLOCK];
            for (row, sums) in sums.iter_mut().enumerate() {
                let factor = a[row * inner + k];
                for (sum, value) in sums.iter_mut().zip(b_block) {
                    *sum = factor.mul_add(*value, *sum);
                }
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            let into = row * columns + first;
            c[into..into + COLUMN_BLOCK].copy_from_slice(sums);
        }
        first += COLUMN_BLOCK;
    }
    for row in 0..ROWS {
        for column in first..columns {
            let factors = a[row * inner..(row + 1) * inner].iter();
            let values = b[column..].iter().step_by(columns);
            c[row * columns + column] =
                factors.zip(values).fold(0f32, |sum, (factor, value)| factor.mul_add(*value, sum));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};
    use candle_core::Device;
    use proptest::prelude::*;

    fn by_definition(a: &[f32], b: &[f32], rows: usize, inner: usize, columns: usize) -> Vec<u32> {
        let element = |i: usize, j: usize| {
            (0..inner).fold(0f32, |sum, k| a[i * inner + k].mul_add(b[k * columns + j], sum)).to_bits()
        };
        (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| element(i, j)).collect()
    }

    fn numbers(length: usize, purpose: u32) -> Vec<f32> {
        let mut stream = Stream::new([1; 32], Purpose::new(purpose));
        (0..length).map(|_| stream.uniform() * 2.0 - 1.0).collect()
    }

    fn bits(numbers: &[f32]) -> Vec<u32> {
        numbers.iter().map(|number| number.to_bits()).collect()
    }

    proptest! {
        #[test]
        fn every_bit_follows_the_definition(rows in 0usize..11, inner in 0usize..40, columns in 0usize..40) {
            let (a, b) = (numbers(rows * inner, 1), numbers(inner * columns, 2));
            let expected = by_definition(&a, &b, rows, inner, columns);
            prop_assert_eq!(bits(&product(&a, &b, rows, inner, columns)), expected.clone());
            let mut portable = vec![0f32; rows * columns];
            blocks(&a, &b, &mut portable, inner, columns);
            prop_assert_eq!(bits(&portable), expected);
        }
    }

    #[test]
    fn a_long_inner_dimension_follows_the_definition() {
        let (a, b) = (numbers(5 * 3_000, 3), numbers(3_000 * 19, 4));
        assert_eq!(bits(&product(&a, &b, 5, 3_000, 19)), by_definition(&a, &b, 5, 3_000, 19));
    }

    #[test]
    fn tensors_may_be_transposed_views() {
        let a = Tensor::from_vec(numbers(6 * 5, 5), (5, 6), &Device::Cpu).unwrap();
        let b = Tensor::from_vec(numbers(5 * 7, 6), (5, 7), &Device::Cpu).unwrap();
        let found = matmul(&a.t().unwrap(), &b).unwrap();
        let a_transposed = a.t().unwrap().contiguous().unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let b = b.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(found.dims(), [6, 7]);
        assert_eq!(bits(&found.flatten_all().unwrap().to_vec1().unwrap()), by_definition(&a_transposed, &b, 6, 5, 7));
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let zeros = |shape: (usize, usize)| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        assert!(matmul(&zeros((2, 3)), &zeros((2, 3))).is_err());
        assert!(matmul(&zeros((2, 3)), &zeros((3, 2)).to_dtype(DType::F64).unwrap()).is_err());
    }
}
