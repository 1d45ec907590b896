//! The solution by Cholesky's factors.

use super::{sums::Sums, Linear};
use neurodata_repops::cpu::{run, Isa, Work};
use rayon::prelude::*;

/// Rows of the factor that are found before the rows below take them in.
const BLOCK: usize = 32;
/// Columns that are worked on at once.
const COLUMNS: usize = 16;

/// A solved regression.
pub(super) struct Solution {
    pub linear: Linear,
    /// `U[k][j]`, with zeros for `j < k`, then `U[k][d]`, row by row.
    pub factor: Vec<f64>,
}

/// Solve the sums of features, target and 1 as the [module](super) says.
pub(super) fn solve(sums: &Sums, penalty: f64, tolerance: f64) -> Solution {
    let features = sums.width() - 2;
    let stride = features + 1;
    let rows = sums.at(features + 1, features + 1);
    // Without rows there is nothing to divide, and every sum is +0.
    let rows = if rows > 0.0 { rows } else { 1.0 };
    let total = |i: usize| sums.at(i, features + 1);
    let totals: Vec<f64> = (0..=features).map(total).collect();
    let mut factor = vec![0.0; features * stride];
    factor.par_chunks_mut(stride.max(1)).enumerate().for_each(|(i, line)| {
        let products = totals[i..].iter().map(|other| totals[i] * other / rows);
        let centred = sums.row(i).iter().zip(products).map(|(sum, product)| sum - product);
        line[i..].iter_mut().zip(centred).for_each(|(slot, number)| *slot = number);
        line[i] += penalty;
    });
    let least: Vec<f64> = (0..features).map(|i| tolerance * (sums.at(i, i) + penalty)).collect();
    factorise(&mut factor, &least, stride);
    let mut weight = vec![0.0; features];
    for k in (0..features).rev() {
        let line = &factor[k * stride..(k + 1) * stride];
        if line[k] != 0.0 {
            let terms = line[k + 1..features].iter().zip(&weight[k + 1..]);
            weight[k] = terms.fold(line[features], |rest, (number, weight)| rest - number * weight) / line[k];
        }
    }
    let means = totals.iter().map(|total| total / rows);
    let terms = weight.iter().zip(means);
    let intercept = terms.fold(totals[features] / rows, |rest, (weight, mean)| rest - weight * mean);
    Solution { linear: Linear { weight, intercept }, factor }
}

/// Turn C into U, block of rows by block of rows.
fn factorise(factor: &mut [f64], least: &[f64], stride: usize) {
    let isa = Isa::current();
    let mut rest = factor;
    let mut start = 0;
    while start < least.len() {
        let end = least.len().min(start + BLOCK);
        let (block, below) = rest.split_at_mut((end - start) * stride);
        for k in start..end {
            let (above, line) = block.split_at_mut((k - start) * stride);
            run(isa, Eliminate { above, stride, first: k, line: &mut line[..stride] });
            finish(&mut line[k..stride], least[k]);
        }
        let lines = below.par_chunks_mut(stride).enumerate();
        lines.for_each(|(index, line)| run(isa, Eliminate { above: block, stride, first: end + index, line }));
        (rest, start) = (below, end);
    }
}

/// Turn the row `A[k]`, from its diagonal on, into `U[k]`.
fn finish(line: &mut [f64], least: f64) {
    if line[0] <= least {
        line.fill(0.0);
    } else {
        line[0] = line[0].sqrt();
        let diagonal = line[0];
        line[1..].iter_mut().for_each(|number| *number /= diagonal);
    }
}

/// Take rows of U into a row below them.
struct Eliminate<'factor> {
    /// Rows of U, ascending.
    above: &'factor [f64],
    stride: usize,
    /// The row's index, which is the column that it begins at.
    first: usize,
    line: &'factor mut [f64],
}

impl Work for Eliminate<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { above, stride, first, line } = self;
        let whole = first + (stride - first) / COLUMNS * COLUMNS;
        for start in (first..whole).step_by(COLUMNS) {
            let mut numbers = [0.0; COLUMNS];
            numbers.copy_from_slice(&line[start..start + COLUMNS]);
            for row in above.chunks_exact(stride) {
                let factor = row[first];
                for (number, other) in numbers.iter_mut().zip(&row[start..start + COLUMNS]) {
                    *number -= factor * other;
                }
            }
            line[start..start + COLUMNS].copy_from_slice(&numbers);
        }
        for column in whole..stride {
            line[column] =
                above.chunks_exact(stride).fold(line[column], |number, row| number - row[first] * row[column]);
        }
    }
}
