//! What the rows of a table are to be told.

use crate::{learner::Targets, ColumnKind, Error, TrainingTable};
use neurodata_primitives::{training::Objective, SpecError, TrainingSpec};

/// The targets of all rows of `table`, whose columns `spec` fits.
///
/// Fails on a row without one.
pub(crate) fn targets(table: &TrainingTable, spec: &TrainingSpec) -> Result<Targets, Error> {
    let Some(target) = spec.target else { return Ok(Targets::None) };
    let index = usize::from(target);
    let column = table.columns().get(index).ok_or(SpecError::Target)?;
    let value = |(row, cells): (usize, &[u16])| {
        column.value(cells[index]).ok_or(Error::TargetMissing { row: row as u32, column: target })
    };
    let values = table.iter_rows().enumerate().map(value).collect::<Result<Vec<u16>, Error>>()?;
    match spec.objective {
        Objective::Classification { .. } => Ok(Targets::Classes(values)),
        Objective::Regression | Objective::Clustering => Ok(Targets::Numbers(values)),
    }
}

/// Check that the objective of `spec` can be had of these columns, whatever the cells.
pub(crate) fn ensure_target_fits(columns: &[crate::Column], spec: &TrainingSpec) -> Result<(), Error> {
    let Some(target) = spec.target else { return Ok(()) };
    let column = columns.get(usize::from(target)).ok_or(SpecError::Target)?;
    match (spec.objective, column.kind) {
        (Objective::Classification { .. }, ColumnKind::Numeric) => Err(Error::TargetNotCategory { column: target }),
        (Objective::Regression, ColumnKind::Category) => Err(Error::TargetNotNumeric { column: target }),
        (Objective::Classification { classes }, ColumnKind::Category) if column.values() != u32::from(classes) => {
            Err(Error::Classes { spec: classes.into(), table: column.values() })
        }
        _ => Ok(()),
    }
}
