//! The sums of products of all pairs of columns, over rows.

use neurodata_repops::cpu::{run, Isa, Work};
use rayon::prelude::*;

/// Columns of a panel: the width of what is summed up at once.
const PANEL: usize = 16;
/// Columns of the other side that are summed up at once; divides [`PANEL`].
const LINES: usize = 4;
/// Rows after which the next pair of panels has its turn, so that two panels stay in the fastest cache.
const ROWS: usize = 128;

/// Sums for `width` columns: `G[i][j]` for `i <= j`, row by row.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Sums {
    width: usize,
    packed: Vec<f64>,
}

/// Pairs of `width` columns.
pub(super) const fn packed(width: usize) -> usize {
    width * (width + 1) / 2
}

impl Sums {
    /// Sums over no rows.
    pub fn new(width: usize) -> Self {
        Self { width, packed: vec![0.0; packed(width)] }
    }

    /// The sums that [`Self::packed`] gave; `None` on another number of them.
    pub fn from_packed(width: usize, numbers: Vec<f64>) -> Option<Self> {
        (numbers.len() == packed(width)).then_some(Self { width, packed: numbers })
    }

    /// All sums, row by row from the diagonal.
    pub fn packed(&self) -> &[f64] {
        &self.packed
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// `G[i][j]`, with `i <= j` below the width.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.row(i)[j - i]
    }

    /// `G[i][i]`, `G[i][i + 1]` and so on.
    pub fn row(&self, i: usize) -> &[f64] {
        let start = packed(self.width) - packed(self.width - i);
        &self.packed[start..start + self.width - i]
    }

    /// Add the rows of `features` with these indices and of their `targets`, in this order. A row has two features
    /// fewer than the sums have columns: the target and a 1 follow on them.
    pub fn add(&mut self, features: &[f32], targets: &[u16], rows: &[u32]) {
        let panels = Panels::new(self.width, features, targets, rows);
        let mut rest = self.packed.as_mut_slice();
        let mut bands = Vec::new();
        for start in (0..self.width).step_by(PANEL) {
            let end = self.width.min(start + PANEL);
            let (band, below) = rest.split_at_mut(packed(self.width - start) - packed(self.width - end));
            bands.push((start, band));
            rest = below;
        }
        let (isa, width) = (Isa::current(), self.width);
        bands.into_par_iter().for_each(|(start, band)| run(isa, Band { panels: &panels, width, start, sums: band }));
    }
}

/// Rows as binary64, panel by panel, each with its columns side by side; zeros beyond the last column.
struct Panels {
    numbers: Vec<[f64; PANEL]>,
    rows: usize,
}

impl Panels {
    fn new(width: usize, features: &[f32], targets: &[u16], rows: &[u32]) -> Self {
        let count = width - 2;
        let mut numbers = vec![[0.0; PANEL]; width.div_ceil(PANEL) * rows.len()];
        for (position, row) in rows.iter().enumerate() {
            let row = *row as usize;
            let values = features[row * count..(row + 1) * count].iter().map(|number| f64::from(*number));
            let values = values.chain([f64::from(targets[row]), 1.0]).enumerate();
            values.for_each(|(column, value)| {
                numbers[column / PANEL * rows.len() + position][column % PANEL] = value;
            });
        }
        Self { numbers, rows: rows.len() }
    }

    fn panel(&self, index: usize) -> &[[f64; PANEL]] {
        &self.numbers[index * self.rows..(index + 1) * self.rows]
    }
}

/// The sums of one panel's columns with all columns from there on.
struct Band<'sums> {
    panels: &'sums Panels,
    width: usize,
    /// The panel's first column.
    start: usize,
    sums: &'sums mut [f64],
}

impl Work for Band<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { panels, width, start, sums } = self;
        let (first, last) = (start / PANEL, width.div_ceil(PANEL));
        let lines = PANEL.min(width - start);
        for other in first..last {
            let columns = other * PANEL..width.min((other + 1) * PANEL);
            // The part of a line's sums that this pair of panels adds to, and where in the panel it begins.
            let part = |line: usize| {
                let i = start + line;
                let offset = packed(width - start) - packed(width - i);
                let from = columns.start.max(i);
                (offset + from - i..offset + columns.end - i, from - columns.start)
            };
            let mut totals = [[0.0; PANEL]; PANEL];
            for line in 0..lines {
                let (range, from) = part(line);
                totals[line][from..from + range.len()].copy_from_slice(&sums[range]);
            }
            let (left, right) = (panels.panel(first), panels.panel(other));
            for (left, right) in left.chunks(ROWS).zip(right.chunks(ROWS)) {
                for (block, totals) in totals.chunks_exact_mut(LINES).enumerate() {
                    add_products(left, right, block * LINES, totals);
                }
            }
            for line in 0..lines {
                let (range, from) = part(line);
                let length = range.len();
                sums[range].copy_from_slice(&totals[line][from..from + length]);
            }
        }
    }
}

/// Add the products of [`LINES`] columns of `left` from `first` on with all columns of `right`, row by row.
#[inline(always)]
fn add_products(left: &[[f64; PANEL]], right: &[[f64; PANEL]], first: usize, totals: &mut [[f64; PANEL]]) {
    let mut sums = [[0.0; PANEL]; LINES];
    sums.copy_from_slice(totals);
    for (left, right) in left.iter().zip(right) {
        for (line, sums) in sums.iter_mut().enumerate() {
            let factor = left[first + line];
            for (sum, number) in sums.iter_mut().zip(right) {
                *sum += factor * number;
            }
        }
    }
    totals.copy_from_slice(&sums);
}
