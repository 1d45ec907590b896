//! The matrix product with one defined order of operations, on binary32.
//!
//! ```text
//! c[i][j] = fold over k ascending, from +0, of fma(a[i][k], b[k][j], c)
//! ```
//!
//! Source: `docs/design/arithmetic.md`. Elements are computed many at a time: each has a lane of a vector of its own, in
//! which its fold runs from the first `k` to the last. Neither the instructions, nor blocks, nor packing, nor threads
//! change any element's order of operations, hence no bit.

mod blocks;
mod candle;
mod kernel;
mod portable;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use candle::matmul;

use crate::cpu::Isa;
use blocks::Problem;
use kernel::Kernels;

/// How the operands of a product are stored, both row by row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `a` (rows, inner) and `b` (inner, columns).
    Nn,
    /// `a` (rows, inner) and `b` (columns, inner): the product with `b` transposed.
    Nt,
    /// `a` (inner, rows) and `b` (inner, columns): the product with `a` transposed.
    Tn,
}

/// The product of `a` and `b`, shape (rows, columns), row by row, on the threads of rayon's current pool.
///
/// # Panics
/// If a slice is not as long as its shape says.
pub fn product(form: Form, a: &[f32], b: &[f32], rows: usize, inner: usize, columns: usize) -> Vec<f32> {
    let elements = rows.checked_mul(columns).expect("the product must fit memory");
    let mut c = Vec::with_capacity(elements);
    // SAFETY: the capacity is that of the product, of which every element is written.
    unsafe {
        write(Isa::current(), form, a, b, [rows, inner, columns], false, c.as_mut_ptr());
        c.set_len(elements);
    }
    c
}

/// [`product`], written over what `c` holds.
///
/// # Panics
/// If a slice is not as long as its shape says.
pub fn product_into(form: Form, a: &[f32], b: &[f32], rows: usize, inner: usize, columns: usize, c: &mut [f32]) {
    assert_eq!(Some(c.len()), rows.checked_mul(columns), "c must be as long as its shape says");
    // SAFETY: `c` has room for the product.
    unsafe { write(Isa::current(), form, a, b, [rows, inner, columns], false, c.as_mut_ptr()) };
}

/// [`product_into`] with folds that go on from what `c` holds instead of +0, so that a long product can be computed
/// from blocks of its inner dimension, one after the other.
///
/// # Panics
/// If a slice is not as long as its shape says.
pub fn product_onto(form: Form, a: &[f32], b: &[f32], rows: usize, inner: usize, columns: usize, c: &mut [f32]) {
    assert_eq!(Some(c.len()), rows.checked_mul(columns), "c must be as long as its shape says");
    // SAFETY: `c` has room for the product, and holds numbers.
    unsafe { write(Isa::current(), form, a, b, [rows, inner, columns], true, c.as_mut_ptr()) };
}

/// Write the product to `c`, computed with the instructions of `isa`. With `resume`, folds go on from what `c` holds.
///
/// # Panics
/// If an operand is not as long as its shape says.
///
/// # Safety
/// `c` must be writable for all elements of the product; without `resume`, what it holds need not be initialised.
unsafe fn write(isa: Isa, form: Form, a: &[f32], b: &[f32], shape: [usize; 3], resume: bool, c: *mut f32) {
    let [rows, inner, columns] = shape;
    assert_eq!(Some(a.len()), rows.checked_mul(inner), "a must be as long as its shape says");
    assert_eq!(Some(b.len()), inner.checked_mul(columns), "b must be as long as its shape says");
    if rows == 0 || columns == 0 {
        return;
    }
    if inner == 0 {
        if !resume {
            c.write_bytes(0, rows * columns);
        }
        return;
    }
    let (a_row, a_step) = if form == Form::Tn { (1, rows) } else { (inner, 1) };
    let (b_step, b_column) = if form == Form::Nt { (1, inner) } else { (columns, 1) };
    let (a, b) = (a.as_ptr(), b.as_ptr());
    let problem = Problem { rows, inner, columns, a, a_row, a_step, b, b_step, b_column, c, c_step: columns, resume };
    blocks::compute(kernels(isa), problem);
}

/// The kernels for `isa`, or for the best set below it that the processor has.
fn kernels(isa: Isa) -> &'static Kernels {
    match isa.min(Isa::detected()) {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => &x86::avx512::KERNELS,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => &x86::avx2::KERNELS,
        _ => &portable::KERNELS,
    }
}
