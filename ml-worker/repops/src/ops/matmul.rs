//! Matrix products, each element a fold over the inner dimension in ascending order.
//!
//! ## Errors
//! Every function fails for tensors that are no matrices or don't fit each other, for types other than binary32 and for
//! different devices.

use candle_core::{CpuStorage, DType};

use crate::{
    error::{Error, Result},
    matmul::{product, Form},
    ops::{
        dimensions,
        operation::{apply, Operation, View},
    },
    tensor::{count, Tensor},
};

/// `a * b`: (rows, inner) and (inner, columns) give (rows, columns).
pub fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let [rows, inner] = dimensions("matmul", a)?;
    let [b_inner, columns] = dimensions("matmul", b)?;
    multiply("matmul", Form::Nn, (a, b), (inner, b_inner), (rows, columns))
}

/// `a * transpose(b)`: (rows, inner) and (columns, inner) give (rows, columns).
pub fn matmul_nt(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let [rows, inner] = dimensions("matmul_nt", a)?;
    let [columns, b_inner] = dimensions("matmul_nt", b)?;
    multiply("matmul_nt", Form::Nt, (a, b), (inner, b_inner), (rows, columns))
}

/// `transpose(a) * b`: (inner, rows) and (inner, columns) give (rows, columns).
pub fn matmul_tn(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let [inner, rows] = dimensions("matmul_tn", a)?;
    let [b_inner, columns] = dimensions("matmul_tn", b)?;
    multiply("matmul_tn", Form::Tn, (a, b), (inner, b_inner), (rows, columns))
}

fn multiply(
    name: &'static str,
    form: Form,
    (a, b): (&Tensor, &Tensor),
    (inner, b_inner): (usize, usize),
    (rows, columns): (usize, usize),
) -> Result<Tensor> {
    if inner != b_inner {
        return Err(Error::shape(name, format!("an inner dimension of {inner}"), b.shape()));
    }
    // A product can be larger than its factors: a column times a row.
    count(name, &[rows, columns])?;
    let [c] = apply(&Product { name, form, rows, inner, columns }, [a, b], [&[rows, columns]])?;
    Ok(c)
}

/// The operation behind the matrix products.
pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) rows: usize,
    pub(crate) inner: usize,
    pub(crate) columns: usize,
}

impl Operation<2, 1> for Product {
    fn name(&self) -> &'static str {
        self.name
    }

    fn types(&self) -> [DType; 2] {
        [DType::F32; 2]
    }

    fn cpu(&self, [a, b]: [View<'_>; 2]) -> Result<[CpuStorage; 1]> {
        Ok([CpuStorage::F32(product(self.form, a.f32()?, b.f32()?, self.rows, self.inner, self.columns))])
    }
}
