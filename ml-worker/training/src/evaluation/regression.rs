//! Errors of a regression.
//!
//! ```text
//! d_i = f64(output_i) - f64(target_i)           in steps of the target
//! rmse = sqrt(tree(d_i^2) / rows)               mae = tree(|d_i|) / rows
//! r2   = 1 - tree(d_i^2) / tree((target_i - tree(target) / rows)^2)
//! ```

use super::millionths;
use neurodata_primitives::training::{Quality, MICRO};
use neurodata_repops::sum::pairwise_sum;
use serde::{Deserialize, Serialize};

/// How good a regression is on the holdout.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegressionEvaluation {
    /// Root of the mean squared error, in millionths of the target's step.
    pub rmse: u64,
    /// Mean absolute error, in millionths of the target's step.
    pub mae: u64,
    /// Coefficient of determination, in millionths, rounded down; 0 if the target is constant on the holdout.
    pub r_squared: i64,
}

impl RegressionEvaluation {
    /// What of it goes on the chain.
    pub(super) fn quality(&self) -> Quality {
        Quality::Regression { rmse: self.rmse, r_squared: self.r_squared }
    }
}

/// Evaluate the `outputs` of rows with these `targets`.
pub(super) fn evaluate(outputs: &[f32], targets: &[u16]) -> RegressionEvaluation {
    let rows = targets.len().max(1) as f64;
    let errors: Vec<f64> =
        outputs.iter().zip(targets).map(|(output, target)| f64::from(*output) - f64::from(*target)).collect();
    let squares: Vec<f64> = errors.iter().map(|error| error * error).collect();
    let sizes: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
    let numbers: Vec<f64> = targets.iter().map(|target| f64::from(*target)).collect();
    let mean = pairwise_sum(&numbers) / rows;
    let deviations: Vec<f64> = numbers.iter().map(|number| (number - mean) * (number - mean)).collect();
    let squared_error = pairwise_sum(&squares);
    RegressionEvaluation {
        rmse: millionths((squared_error / rows).sqrt()),
        mae: millionths(pairwise_sum(&sizes) / rows),
        r_squared: r_squared(squared_error, pairwise_sum(&deviations), targets),
    }
}

fn r_squared(squared_error: f64, deviation: f64, targets: &[u16]) -> i64 {
    if targets.windows(2).all(|pair| pair[0] == pair[1]) {
        return 0;
    }
    let r_squared = 1.0 - squared_error / deviation;
    if r_squared.is_nan() {
        return i64::MIN;
    }
    // The conversion saturates.
    (r_squared * f64::from(MICRO)).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_squared_is_rounded_down_and_saturates() {
        assert_eq!(evaluate(&[1.0, 2.0], &[1, 2]), RegressionEvaluation { rmse: 0, mae: 0, r_squared: 1_000_000 });
        let mean = evaluate(&[1.5, 1.5], &[1, 2]);
        assert_eq!(mean, RegressionEvaluation { rmse: 500_000, mae: 500_000, r_squared: 0 });
        assert_eq!(evaluate(&[f32::MAX, 0.0], &[1, 2]).r_squared, i64::MIN);
        assert_eq!(evaluate(&[0.0; 3], &[0, 1, 3]).r_squared, -1_142_858, "1 - 15 / 7");
    }

    #[test]
    fn a_constant_holdout_has_no_r_squared() {
        assert_eq!(evaluate(&[9.0, 3.0], &[4, 4]).r_squared, 0);
        assert_eq!(evaluate(&[9.0], &[4]), RegressionEvaluation { rmse: 5_000_000, mae: 5_000_000, r_squared: 0 });
    }

    #[test]
    fn what_is_not_finite_is_the_worst() {
        for output in [f32::NAN, f32::INFINITY] {
            let found = evaluate(&[output, 1.0], &[1, 2]);
            assert_eq!(found, RegressionEvaluation { rmse: u64::MAX, mae: u64::MAX, r_squared: i64::MIN });
        }
    }
}
