//! What a table needs for a model of it to be worth having.

use super::limits::{ensure_columns_fit, ensure_size};
use crate::{learner::Targets, targets::targets, Error, TrainingTable};
use neurodata_primitives::{Algorithm, TrainingSpec};

/// Check that training on `table` as `spec` says can be of use: every row has a target, every class has at least two
/// rows, one of which the holdout may take, numbers to be told differ, and no column is the same in all rows. Of images
/// and texts single columns may be: pixels at the border, for instance.
///
/// It is for those who prepare data. A run completes without it: a class without rows is never learnt, and a number that
/// never changes is told as such. Nobody can see the cells before a job is accepted, so that a run could not be refused
/// for them.
pub fn ensure_learnable(table: &TrainingTable, spec: &TrainingSpec) -> Result<(), Error> {
    ensure_columns_fit(table.columns(), spec)?;
    ensure_size(table.columns(), table.rows(), spec)?;
    match (targets(table, spec)?, spec.target) {
        (Targets::Classes(classes), _) => {
            let mut rows = vec![0u32; usize::from(spec.outputs())];
            classes.iter().for_each(|class| rows[usize::from(*class)] += 1);
            for (class, rows) in (0..).zip(rows) {
                match rows {
                    0 => return Err(Error::EmptyClass { class }),
                    1 => return Err(Error::SingleRow { class }),
                    _ => {}
                }
            }
        }
        (Targets::Numbers(numbers), Some(column)) if numbers.windows(2).all(|pair| pair[0] == pair[1]) => {
            return Err(Error::ConstantTarget { column });
        }
        _ => {}
    }
    if matches!(spec.algorithm, Algorithm::ConvolutionalNetwork { .. } | Algorithm::TextClassifier { .. }) {
        return Ok(());
    }
    let first = table.row(0);
    let constant = |index: &usize| table.iter_rows().all(|row| row[*index] == first[*index]);
    match (0..first.len()).filter(|index| spec.target != Some(*index as u16)).find(constant) {
        Some(column) => Err(Error::ConstantColumn { column: column as u16 }),
        None => Ok(()),
    }
}
