//! How codes become features.
//!
//! Columns are taken in order, without the target. With `v` the value of a cell, from 0:
//!
//! ```text
//! numeric    one feature   (v / largest value - mean) * scale, 0 if missing
//! category   one feature for each value, 1 at v and 0 elsewhere; all 0 if missing
//! nullable   one more feature after those of the column: 1 if missing, else 0
//! ```
//!
//! `mean` is the mean over the training rows that have a value and `scale` one over their standard deviation (of the
//! population); both are computed in f64 with sums in a fixed tree, rows ascending. A missing number is thus encoded as
//! the mean. A column that has the same value in all training rows has scale 0. Features are rounded to f32 at the end.

use crate::{table::TrainingTable, Column, ColumnKind, Error};
use neurodata_repops::sum::pairwise_sum;

/// Most numbers (rows times features) of an encoded table: 1 GiB of f32.
pub const MAX_ENCODED_CELLS: u64 = 1 << 28;

/// Column definitions with the parameters that the training rows gave them.
#[derive(Clone, PartialEq, Debug)]
pub struct Encoding {
    pub(crate) columns: Vec<Column>,
    pub(crate) target: usize,
    /// One number for each column; 0 for the target and categories.
    pub(crate) mean: Vec<f64>,
    /// One number for each column; 0 for the target, categories and constant columns.
    pub(crate) scale: Vec<f64>,
}

impl Encoding {
    /// Take means and scales from the rows of `table` whose indices are in `training_rows`, ascending.
    pub(crate) fn fit(table: &TrainingTable, target: usize, training_rows: &[u32]) -> Result<Self, Error> {
        ensure_encodable(table.columns(), target, table.rows())?;
        let columns = table.columns().to_vec();
        let (mut mean, mut scale) = (vec![0.0; columns.len()], vec![0.0; columns.len()]);
        for (index, column) in columns.iter().enumerate() {
            if index == target || column.kind == ColumnKind::Category {
                continue;
            }
            let codes = training_rows.iter().map(|row| table.row(*row)[index]);
            let values: Vec<u16> = codes.filter_map(|code| column.value(code)).collect();
            let Some(first) = values.first() else { continue };
            let numbers: Vec<f64> = values.iter().map(|value| fraction(column, *value)).collect();
            let count = numbers.len() as f64;
            mean[index] = pairwise_sum(&numbers) / count;
            if values.iter().any(|value| value != first) {
                let squares: Vec<f64> =
                    numbers.iter().map(|number| (number - mean[index]) * (number - mean[index])).collect();
                scale[index] = 1.0 / (pairwise_sum(&squares) / count).sqrt();
            }
        }
        Ok(Self { columns, target, mean, scale })
    }

    /// Features of a row.
    pub fn features(&self) -> usize {
        features(&self.columns, self.target)
    }

    /// Replace means and scales by those of `other`, which has the same columns.
    pub(crate) fn take_parameters(&mut self, other: &Self) {
        self.mean.clone_from(&other.mean);
        self.scale.clone_from(&other.scale);
    }

    /// Append the features of one row to `into`. The row has one valid code for each column; the target's is not read.
    pub(crate) fn encode(&self, row: &[u16], into: &mut Vec<f32>) {
        for (index, (column, code)) in self.columns.iter().zip(row).enumerate() {
            if index == self.target {
                continue;
            }
            let value = column.value(*code);
            match column.kind {
                ColumnKind::Numeric => into
                    .push(value.map_or(0.0, |value| {
                        ((fraction(column, value) - self.mean[index]) * self.scale[index]) as f32
                    })),
                ColumnKind::Category => {
                    let start = into.len();
                    into.resize(start + column.values() as usize, 0.0);
                    if let Some(value) = value {
                        into[start + usize::from(value)] = 1.0;
                    }
                }
            }
            if column.nullable {
                into.push(if value.is_none() { 1.0 } else { 0.0 });
            }
        }
    }
}

/// Features of a row of these columns.
pub(crate) fn features(columns: &[Column], target: usize) -> usize {
    let width = |column: &Column| match column.kind {
        ColumnKind::Numeric => 1 + usize::from(column.nullable),
        ColumnKind::Category => column.values() as usize + usize::from(column.nullable),
    };
    let inputs = columns.iter().enumerate().filter(|(index, _)| *index != target);
    inputs.map(|(_, column)| width(column)).sum()
}

/// Refuse a table of so many rows of these columns whose encoded form would be larger than [`MAX_ENCODED_CELLS`].
pub(crate) fn ensure_encodable(columns: &[Column], target: usize, rows: u32) -> Result<(), Error> {
    let (rows, features) = (u64::from(rows), features(columns, target) as u64);
    if rows * features > MAX_ENCODED_CELLS {
        return Err(Error::TooLarge { rows, features, limit: MAX_ENCODED_CELLS });
    }
    Ok(())
}

/// The value as a share of the largest one, 0 to 1; 0 in a column with one value.
fn fraction(column: &Column, value: u16) -> f64 {
    f64::from(value) / f64::from(column.values().saturating_sub(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TrainingTable {
        let column = |bound, nullable, kind| Column { bound, nullable, kind };
        let columns = vec![
            column(4, false, ColumnKind::Numeric),
            column(3, true, ColumnKind::Numeric),
            column(1, false, ColumnKind::Category),
            column(2, true, ColumnKind::Category),
            column(9, false, ColumnKind::Numeric),
        ];
        let codes = vec![0, 1, 0, 1, 5, 4, 3, 1, 2, 5, 0, 0, 0, 0, 5];
        TrainingTable::new(columns, codes).unwrap()
    }

    fn encoded(encoding: &Encoding, table: &TrainingTable, row: u32) -> Vec<f32> {
        let mut features = Vec::new();
        encoding.encode(table.row(row), &mut features);
        features
    }

    #[test]
    fn features_follow_the_definition() {
        let table = table();
        let encoding = Encoding::fit(&table, 2, &[0, 1]).unwrap();
        assert_eq!(encoding.features(), 7);
        // Training rows hold 0 and 1 (as fractions) in the first two columns: mean 0.5, standard deviation 0.5.
        assert_eq!(encoded(&encoding, &table, 0), [-1.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(encoded(&encoding, &table, 1), [1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        // Missing: the mean and the indicator; no category and the indicator.
        assert_eq!(encoded(&encoding, &table, 2), [-1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn a_constant_column_is_zero_and_an_empty_one_too() {
        let table = table();
        let encoding = Encoding::fit(&table, 2, &[2]).unwrap();
        assert_eq!((encoding.scale.clone(), encoding.mean[1]), (vec![0.0; 5], 0.0));
        assert_eq!(encoded(&encoding, &table, 1), [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_table_that_would_not_fit_memory_is_refused() {
        let wide = Column { bound: u16::MAX, nullable: false, kind: ColumnKind::Category };
        let table = TrainingTable::new(vec![wide; 1_024], vec![0; 1_024 * 5]).unwrap();
        assert!(matches!(Encoding::fit(&table, 0, &[0]), Err(Error::TooLarge { rows: 5, .. })));
    }
}
