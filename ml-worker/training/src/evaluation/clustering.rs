//! Distances and sizes of clusters.
//!
//! ```text
//! nearest_i = the smallest squared distance of row i, the first of several
//! inertia   = tree(nearest_i) / rows
//! spread    = tree over rows of (tree over features of (x - mean)^2) / rows     mean: of the training rows
//! explained = 1 - inertia / spread
//! ```

use super::millionths;
use crate::learner::{Examples, Inputs};
use neurodata_primitives::training::{Quality, MICRO};
use neurodata_repops::sum::pairwise_sum;
use serde::{Deserialize, Serialize};

/// How good a clustering is on the holdout.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusteringEvaluation {
    /// Mean squared distance to the nearest centre, in millionths of a squared feature.
    pub inertia: u64,
    /// 1 less the inertia over that around the one mean of the training rows, in millionths, rounded down; 0 if it is
    /// negative or the holdout has no spread.
    pub explained: u32,
    /// Rows of the holdout in each cluster.
    pub sizes: Vec<u32>,
}

impl ClusteringEvaluation {
    /// What of it goes on the chain.
    pub(super) fn quality(&self) -> Quality {
        Quality::Clustering { inertia: self.inertia, explained: self.explained }
    }
}

/// Cluster of the smallest distance, the first of several.
pub(crate) fn nearest(distances: &[f32]) -> usize {
    (1..distances.len()).fold(0, |best, index| if distances[index] < distances[best] { index } else { best })
}

/// What is kept of the distances of rows to the centres.
#[derive(Default)]
pub(super) struct Assigned {
    /// Rows of each cluster.
    sizes: Vec<u32>,
    /// The smallest distance of each row.
    smallest: Vec<f64>,
}

impl Assigned {
    /// Add rows with squared `distances`, `clusters` for each.
    pub fn add(&mut self, distances: &[f32], clusters: usize) {
        self.sizes.resize(clusters, 0);
        for distances in distances.chunks_exact(clusters.max(1)) {
            let cluster = nearest(distances);
            self.sizes[cluster] += 1;
            self.smallest.push(f64::from(distances[cluster]));
        }
    }
}

/// Evaluate the clusters that the rows of the holdout were assigned to.
pub(super) fn evaluate(Assigned { sizes, smallest }: Assigned, examples: &Examples) -> ClusteringEvaluation {
    let inertia = pairwise_sum(&smallest) / smallest.len().max(1) as f64;
    ClusteringEvaluation { inertia: millionths(inertia), explained: explained(inertia, spread(examples)), sizes }
}

fn explained(inertia: f64, spread: f64) -> u32 {
    let explained = 1.0 - inertia / spread;
    // The conversion makes 0 of what is negative or undefined, as without spread.
    if spread > 0.0 {
        ((explained * f64::from(MICRO)) as u32).min(MICRO)
    } else {
        0
    }
}

/// Mean squared distance of the holdout's rows to the mean of the training rows.
fn spread(examples: &Examples) -> f64 {
    let Inputs::Numbers { values, width } = &examples.inputs else { return 0.0 };
    let row = |row: &u32| &values[*row as usize * width..(*row as usize + 1) * width];
    let mean: Vec<f64> = (0..*width)
        .map(|feature| {
            let numbers: Vec<f64> = examples.training_rows.iter().map(|index| f64::from(row(index)[feature])).collect();
            pairwise_sum(&numbers) / numbers.len().max(1) as f64
        })
        .collect();
    let distance = |index: &u32| {
        let squares: Vec<f64> = row(index)
            .iter()
            .zip(&mean)
            .map(|(number, mean)| (f64::from(*number) - mean) * (f64::from(*number) - mean))
            .collect();
        pairwise_sum(&squares)
    };
    let distances: Vec<f64> = examples.holdout_rows.iter().map(distance).collect();
    pairwise_sum(&distances) / distances.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Targets;

    #[test]
    fn the_inertia_is_weighed_against_the_mean_of_the_training_rows() {
        // Training rows 0 and 4, mean 2; the holdout 1 and 5, so its spread is (1 + 9) / 2.
        let examples = Examples {
            inputs: Inputs::Numbers { values: vec![0.0, 1.0, 4.0, 5.0], width: 1 },
            targets: Targets::None,
            training_rows: vec![0, 2],
            holdout_rows: vec![1, 3],
            columns: vec![],
            target: None,
        };
        // Centres 0 and 4.
        let evaluate = |distances: &[f32]| {
            let mut assigned = Assigned::default();
            distances.chunks(2).for_each(|distances| assigned.add(distances, 2));
            super::evaluate(assigned, &examples)
        };
        let found = evaluate(&[1.0, 9.0, 25.0, 1.0]);
        assert_eq!(found, ClusteringEvaluation { inertia: 1_000_000, explained: 800_000, sizes: vec![1, 1] });
        assert_eq!(evaluate(&[1.0, 9.0, 25.0, 49.0]).explained, 0);
        let worst = evaluate(&[f32::NAN; 4]);
        assert_eq!((worst.inertia, worst.explained, worst.sizes), (u64::MAX, 0, vec![2, 0]));
    }
}
