//! k-means: Lloyd's iterations from k-means++.
//!
//! ## Definition
//!
//! All arithmetic is binary64; each `+ - *` is rounded on its own. Rows are the training rows, ascending, `x` their
//! features:
//!
//! ```text
//! distance(x, c) = fold over features ascending from +0 of + of (x[j] - c[j]) * (x[j] - c[j])
//! ```
//!
//! First centres, with random numbers of (seed, CLUSTERS, 0): row `below(rows)`, then for each further centre, with
//! `D` the distance of a row to the nearest centre so far:
//!
//! ```text
//! total     = fold of + of D over the rows, from +0
//! u         = (64 bits, the first word above the second, >> 11) * 2^-53
//! candidate = the first row up to which the fold is above u * total; if there is none, up to which it is total
//! potential = tree over the rows of min(D, distance to the candidate)
//! ```
//!
//! Of `2 + floor(log2(clusters))` candidates drawn one after another, that with the smallest potential becomes a
//! centre, the first of several. Source: D. Arthur and S. Vassilvitskii, "k-means++: The Advantages of Careful
//! Seeding", 2007, with the greedy choice of its conclusion.
//!
//! A step:
//!
//! ```text
//! cluster of a row   the one whose centre has the smallest distance, the first of several
//! empty clusters     in order, each takes the row with the largest distance, the first of several, among the rows with
//!                    a distance above 0 that share their cluster; without one it keeps its centre
//! centre             f32((fold over its rows from +0 of + of x[j]) / their number)
//! ```
//!
//! The run ends when a step would leave all centres as they are, which it does once no row changes its cluster.
//!
//! ```text
//! found        tree over the rows of the smallest distance (f64), then the rows of each cluster (u32), little-endian
//! parameters   the centres
//! centres      f32, shape (clusters, features)
//! answer       f32(distance) to each centre
//! ```

mod distance;
mod first;
#[cfg(test)]
mod tests;

use super::{Examples, Inputs, Learner, LearnerState, Predictor, Setting, Taken};
use crate::{
    encoding::Form,
    model::file::{StoredTensor, TensorFile},
    CheckpointError, Column, Error,
};
use distance::{distances, nearest, Nearest};
use first::first_centres;
use neurodata_primitives::{Algorithm, SpecError, TrainingSpec};
use neurodata_repops::sum::pairwise_sum;
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};

const CENTRES: &str = "centres";

/// Begin a clustering.
pub(crate) fn begin(
    setting: &Setting<'_>,
    examples: Arc<Examples>,
    initial: Option<&dyn Predictor>,
) -> Result<Box<dyn Learner>, Error> {
    let Algorithm::KMeans { clusters, .. } = setting.spec.algorithm else {
        return Err(Error::Spec(SpecError::Objective));
    };
    if initial.is_some() {
        return Err(Error::InitialAlgorithm { algorithm: "k-means", initial: None });
    }
    let (clusters, width) = (usize::from(clusters), examples.inputs.width());
    numbers_of(&examples.inputs, width)?;
    Ok(Box::new(KMeans { examples, clusters, width, seed: setting.seed, centres: OnceLock::new() }))
}

/// Read a clustering from a model file.
pub(crate) fn read(
    spec: &TrainingSpec,
    columns: &[Column],
    _target: Option<Column>,
    file: &TensorFile<'_>,
) -> Result<Box<dyn Predictor>, Error> {
    let Algorithm::KMeans { clusters, .. } = spec.algorithm else {
        return Err(Error::Spec(SpecError::Objective));
    };
    let (clusters, width) = (usize::from(clusters), Form::of(&spec.algorithm).width(columns, None));
    let centres = file.singles(CENTRES, &[clusters, width])?;
    Ok(Box::new(Clusters { centres, width }))
}

/// Whole, finite numbers.
fn singles(bytes: &[u8]) -> Option<Vec<f32>> {
    let (words, rest) = bytes.as_chunks();
    let numbers: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
    (rest.is_empty() && numbers.iter().all(|number| number.is_finite())).then_some(numbers)
}

/// The numbers of rows of this `width`.
fn numbers_of(inputs: &Inputs, width: usize) -> Result<&[f32], Error> {
    match inputs {
        Inputs::Numbers { values, width: found } if *found == width && width > 0 => Ok(values),
        _ => Err(Error::Operation(neurodata_repops::Error::Shape {
            operation: "k_means",
            expected: format!("rows of {width} numbers"),
            found: vec![inputs.rows(), inputs.width()],
        })),
    }
}

/// A clustering at work.
struct KMeans {
    examples: Arc<Examples>,
    clusters: usize,
    width: usize,
    seed: [u8; 32],
    /// Row by row. Empty until the first centres are asked for: a run that is restored does not need them.
    centres: OnceLock<Vec<f32>>,
}

impl KMeans {
    /// The training rows, one after another.
    fn rows(&self) -> Result<Vec<&[f32]>, Error> {
        let numbers = numbers_of(&self.examples.inputs, self.width)?;
        let row = |row: &u32| &numbers[*row as usize * self.width..(*row as usize + 1) * self.width];
        Ok(self.examples.training_rows.iter().map(row).collect())
    }

    fn centres(&self) -> Result<&[f32], Error> {
        if let Some(centres) = self.centres.get() {
            return Ok(centres);
        }
        let rows = self.rows()?;
        if rows.is_empty() {
            return Err(Error::NeedsData);
        }
        Ok(self.centres.get_or_init(|| first_centres(&rows, self.clusters, self.seed)))
    }

    /// The means of the rows of each cluster; of one without rows its old centre.
    fn means(&self, rows: &[&[f32]], clusters: &[u32], old: &[f32]) -> Vec<f32> {
        let mut members = vec![Vec::new(); self.clusters];
        rows.iter().zip(clusters).for_each(|(row, cluster)| members[*cluster as usize].push(*row));
        let mut centres = old.to_vec();
        let slots = centres.par_chunks_mut(self.width).zip(members).filter(|(_, rows)| !rows.is_empty());
        slots.for_each(|(centre, rows)| {
            let mut sums = vec![0.0; centre.len()];
            for row in &rows {
                sums.iter_mut().zip(*row).for_each(|(sum, number)| *sum += f64::from(*number));
            }
            let count = rows.len() as f64;
            centre.iter_mut().zip(sums).for_each(|(slot, sum)| *slot = (sum / count) as f32);
        });
        centres
    }
}

/// Give each empty cluster a row; returns how many rows each cluster has.
fn fill_empty(clusters: usize, Nearest { cluster_of, distance }: &mut Nearest) -> Vec<u32> {
    let mut counts = vec![0u32; clusters];
    cluster_of.iter().for_each(|cluster| counts[*cluster as usize] += 1);
    let empty: Vec<usize> = (0..clusters).filter(|cluster| counts[*cluster] == 0).collect();
    if empty.is_empty() {
        return counts;
    }
    let mut farthest: Vec<usize> = (0..distance.len()).filter(|row| distance[*row] > 0.0).collect();
    // Stable: of equal distances the first row stays first.
    farthest.sort_by(|a, b| distance[*b].total_cmp(&distance[*a]));
    let mut farthest = farthest.into_iter();
    for cluster in empty {
        // A row that shares no cluster now never will: clusters only lose rows here.
        let Some(row) = farthest.find(|row| counts[cluster_of[*row] as usize] > 1) else { break };
        counts[cluster_of[row] as usize] -= 1;
        counts[cluster] = 1;
        // There are at most 256 clusters.
        cluster_of[row] = cluster as u32;
    }
    counts
}

impl Learner for KMeans {
    fn step(&mut self, _: u64) -> Result<Taken, Error> {
        let (rows, old) = (self.rows()?, self.centres()?);
        let mut found = nearest(&rows, old, self.width);
        let inertia = pairwise_sum(&found.distance);
        let counts = fill_empty(self.clusters, &mut found);
        let centres = self.means(&rows, &found.cluster_of, old);
        if centres.iter().zip(old).all(|(new, old)| new.to_bits() == old.to_bits()) {
            return Ok(Taken::Ended);
        }
        if centres.iter().any(|number| !number.is_finite()) {
            return Ok(Taken::Diverged { tensor: CENTRES.into() });
        }
        let mut bytes = inertia.to_le_bytes().to_vec();
        bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
        self.centres = OnceLock::from(centres);
        Ok(Taken::Step { found: bytes, loss: None })
    }

    fn state(&self) -> Result<LearnerState, Error> {
        let parameters = self.centres()?.iter().flat_map(|number| number.to_le_bytes()).collect();
        Ok(LearnerState { parameters, optimiser: Vec::new() })
    }

    fn restore(&mut self, _: u64, state: &LearnerState) -> Result<(), Error> {
        let centres = singles(&state.parameters).filter(|centres| centres.len() == self.clusters * self.width);
        if !state.optimiser.is_empty() {
            return Err(CheckpointError::Damaged.into());
        }
        self.centres = OnceLock::from(centres.ok_or(CheckpointError::Damaged)?);
        Ok(())
    }

    fn predictor(&self) -> Result<Box<dyn Predictor>, Error> {
        Ok(Box::new(Clusters { centres: self.centres()?.to_vec(), width: self.width }))
    }
}

/// Centres, row by row.
struct Clusters {
    centres: Vec<f32>,
    width: usize,
}

impl Predictor for Clusters {
    fn tensors(&self) -> Result<Vec<StoredTensor>, Error> {
        let shape = [self.centres.len() / self.width.max(1), self.width];
        Ok(vec![StoredTensor::singles(CENTRES, &shape, &self.centres)])
    }

    fn outputs(&self, inputs: &Inputs) -> Result<Vec<f32>, Error> {
        let rows: Vec<&[f32]> = numbers_of(inputs, self.width)?.chunks_exact(self.width).collect();
        Ok(distances(&rows, &self.centres, self.width).into_iter().map(|distance| distance as f32).collect())
    }
}
