//! The first centres: k-means++.

use super::distance::distances;
use neurodata_repops::{sum::pairwise_sum, Purpose, Stream};
use rayon::prelude::*;

/// The first centres of so many clusters, row by row. There is at least one row.
pub(super) fn first_centres(rows: &[&[f32]], clusters: usize, seed: [u8; 32]) -> Vec<f32> {
    let mut stream = Stream::new(seed, Purpose::CLUSTERS);
    let trials = 2 + clusters.max(1).ilog2() as usize;
    let width = rows[0].len();
    // Rows of a table are counted by 32 bits.
    let mut centres = rows[stream.below(rows.len() as u32) as usize].to_vec();
    let mut nearest = distances(rows, &centres, width);
    for _ in 1..clusters {
        let mut total = 0.0;
        let folds: Vec<f64> = nearest
            .iter()
            .map(|distance| {
                total += distance;
                total
            })
            .collect();
        let candidates: Vec<&[f32]> = (0..trials).map(|_| rows[draw(&mut stream, &folds, total)]).collect();
        let distances = distances(rows, &candidates.concat(), width);
        let potential = |candidate: usize| {
            let distances = distances.chunks_exact(trials).map(|distances| distances[candidate]);
            let smaller = nearest.iter().zip(distances).map(|(nearest, other)| smaller(*nearest, other));
            pairwise_sum(&smaller.collect::<Vec<f64>>())
        };
        let potentials: Vec<f64> = (0..trials).into_par_iter().map(potential).collect();
        let best = (1..trials).fold(0, |best, trial| if potentials[trial] < potentials[best] { trial } else { best });
        centres.extend_from_slice(candidates[best]);
        let distances = distances.chunks_exact(trials).map(|distances| distances[best]);
        nearest.iter_mut().zip(distances).for_each(|(nearest, other)| *nearest = smaller(*nearest, other));
    }
    centres
}

fn smaller(a: f64, b: f64) -> f64 {
    if b < a {
        b
    } else {
        a
    }
}

/// A row, with a probability in proportion to its part of the fold.
fn draw(stream: &mut Stream, folds: &[f64], total: f64) -> usize {
    let bits = u64::from(stream.next_word()) << 32 | u64::from(stream.next_word());
    // 53 bits fit the significand.
    let above = (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64) * total;
    let first = folds.partition_point(|fold| *fold <= above);
    first.min(folds.partition_point(|fold| *fold < total))
}
