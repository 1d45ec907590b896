//! Distances of rows to centres.

use neurodata_repops::cpu::{run, Isa, Work};
use rayon::prelude::*;

/// Centres that are worked on at once.
const PANEL: usize = 8;
/// Rows that are worked on at once.
const ROWS: usize = 4;
/// Rows that one thread takes at a time.
const ROWS_AT_ONCE: usize = 256;

/// What is nearest to each row.
pub(super) struct Nearest {
    /// The cluster with the smallest distance, the first of several.
    pub cluster_of: Vec<u32>,
    /// That distance.
    pub distance: Vec<f64>,
}

/// Centres as binary64, several side by side.
struct Panels {
    numbers: Vec<[f64; PANEL]>,
    width: usize,
    centres: usize,
}

impl Panels {
    fn new(centres: &[f32], width: usize) -> Self {
        let count = centres.len() / width;
        let mut numbers = vec![[0.0; PANEL]; count.div_ceil(PANEL) * width];
        for (index, centre) in centres.chunks_exact(width).enumerate() {
            let panel = &mut numbers[index / PANEL * width..];
            panel.iter_mut().zip(centre).for_each(|(slots, number)| slots[index % PANEL] = f64::from(*number));
        }
        Self { numbers, width, centres: count }
    }

    /// Call `visit` with row, centre and distance; the centres of a row ascend.
    #[inline(always)]
    fn each(&self, rows: &[&[f32]], mut visit: impl FnMut(usize, usize, f64)) {
        for (block, rows) in rows.chunks(ROWS).enumerate() {
            // A block that is not full repeats its first row.
            let mut four = [rows[0]; ROWS];
            four[..rows.len()].copy_from_slice(rows);
            let four = four.map(|row| &row[..self.width]);
            for (panel, columns) in self.numbers.chunks_exact(self.width).enumerate() {
                let mut sums = [[0.0; PANEL]; ROWS];
                for (column, centres) in columns.iter().enumerate() {
                    for (sums, row) in sums.iter_mut().zip(&four) {
                        let number = f64::from(row[column]);
                        for (sum, centre) in sums.iter_mut().zip(centres) {
                            let difference = number - centre;
                            *sum += difference * difference;
                        }
                    }
                }
                let centres = PANEL.min(self.centres - panel * PANEL);
                for (row, sums) in sums.iter().take(rows.len()).enumerate() {
                    for (centre, sum) in sums.iter().take(centres).enumerate() {
                        visit(block * ROWS + row, panel * PANEL + centre, *sum);
                    }
                }
            }
        }
    }
}

/// The distances of some rows to all centres.
struct All<'rows> {
    panels: &'rows Panels,
    rows: &'rows [&'rows [f32]],
    distances: &'rows mut [f64],
}

impl Work for All<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { panels, rows, distances } = self;
        panels.each(rows, |row, centre, distance| distances[row * panels.centres + centre] = distance);
    }
}

/// What is nearest to some rows. Distances begin as infinite.
struct Best<'rows> {
    panels: &'rows Panels,
    rows: &'rows [&'rows [f32]],
    cluster_of: &'rows mut [u32],
    distance: &'rows mut [f64],
}

impl Work for Best<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { panels, rows, cluster_of, distance } = self;
        panels.each(rows, |row, centre, found| {
            if found < distance[row] {
                distance[row] = found;
                cluster_of[row] = centre as u32;
            }
        });
    }
}

/// The distances of each row to all centres, row by row.
pub(super) fn distances(rows: &[&[f32]], centres: &[f32], width: usize) -> Vec<f64> {
    let (panels, isa) = (Panels::new(centres, width), Isa::current());
    let mut distances = vec![0.0; rows.len() * panels.centres];
    let slots = distances.par_chunks_mut(ROWS_AT_ONCE * panels.centres.max(1)).zip(rows.par_chunks(ROWS_AT_ONCE));
    slots.for_each(|(distances, rows)| run(isa, All { panels: &panels, rows, distances }));
    distances
}

/// What is nearest to each row.
pub(super) fn nearest(rows: &[&[f32]], centres: &[f32], width: usize) -> Nearest {
    let (panels, isa) = (Panels::new(centres, width), Isa::current());
    let mut nearest = Nearest { cluster_of: vec![0; rows.len()], distance: vec![f64::INFINITY; rows.len()] };
    let slots = nearest.cluster_of.par_chunks_mut(ROWS_AT_ONCE).zip(nearest.distance.par_chunks_mut(ROWS_AT_ONCE));
    slots.zip(rows.par_chunks(ROWS_AT_ONCE)).for_each(|((cluster_of, distance), rows)| {
        run(isa, Best { panels: &panels, rows, cluster_of, distance });
    });
    nearest
}
