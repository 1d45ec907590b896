//! Cells as canonical codes, with the bounds of their columns.

use crate::TableError;
use codec::Encode;
use neurodata_primitives::layout::MAX_COLUMNS;
use serde::{Deserialize, Serialize};

/// How a column's codes are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Codes are evenly spaced numbers.
    Numeric,
    /// Codes are names without order.
    Category,
}

/// One column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Largest valid code, inclusive.
    pub bound: u16,
    /// Whether code 0 means that the value is missing; the other codes are then shifted by one.
    pub nullable: bool,
    /// How the codes are meant.
    pub kind: ColumnKind,
}

impl Column {
    /// Values that a cell may have, without "missing".
    pub fn values(&self) -> u32 {
        u32::from(self.bound) + 1 - u32::from(self.nullable)
    }

    /// The value that a valid code stands for, from 0; `None` if it is missing.
    pub fn value(&self, code: u16) -> Option<u16> {
        if self.nullable {
            code.checked_sub(1)
        } else {
            Some(code)
        }
    }
}

/// A table of valid cells.
#[derive(Clone, PartialEq, Eq, Debug, Encode)]
pub struct TrainingTable {
    columns: Vec<Column>,
    codes: Vec<u16>,
}

impl TrainingTable {
    /// The table of `codes`, row by row.
    ///
    /// Fails without rows or columns, on a partial row, and on a code above its column's bound.
    pub fn new(columns: Vec<Column>, codes: Vec<u16>) -> Result<Self, TableError> {
        check_rows(&columns, &codes, None)?;
        if codes.is_empty() {
            return Err(TableError::NoRows);
        }
        Ok(Self { columns, codes })
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Number of rows, at least 1.
    pub fn rows(&self) -> u32 {
        (self.codes.len() / self.columns.len()) as u32
    }

    /// The rows in order, each with one code for each column.
    pub fn iter_rows(&self) -> impl ExactSizeIterator<Item = &[u16]> {
        self.codes.chunks_exact(self.columns.len())
    }

    /// The codes of one row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, index: u32) -> &[u16] {
        let start = index as usize * self.columns.len();
        &self.codes[start..start + self.columns.len()]
    }
}

/// Check that `codes` are whole rows within the bounds of `columns`; the column `unchecked` may hold anything.
pub(crate) fn check_rows(columns: &[Column], codes: &[u16], unchecked: Option<usize>) -> Result<(), TableError> {
    if columns.is_empty() {
        return Err(TableError::NoColumns);
    }
    if columns.len() > MAX_COLUMNS as usize || codes.len() / columns.len() > u32::MAX as usize {
        return Err(TableError::TooLarge);
    }
    if !codes.len().is_multiple_of(columns.len()) {
        return Err(TableError::PartialRow { cells: codes.len(), columns: columns.len() });
    }
    for (row, cells) in codes.chunks_exact(columns.len()).enumerate() {
        for (column, (definition, code)) in columns.iter().zip(cells).enumerate() {
            if *code > definition.bound && unchecked != Some(column) {
                return Err(TableError::OutOfBounds { row, column, code: *code, bound: definition.bound });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMN: Column = Column { bound: 3, nullable: false, kind: ColumnKind::Numeric };

    #[test]
    fn nullable_columns_shift_their_values_by_one() {
        let nullable = Column { nullable: true, ..COLUMN };
        assert_eq!((COLUMN.values(), COLUMN.value(0), COLUMN.value(3)), (4, Some(0), Some(3)));
        assert_eq!((nullable.values(), nullable.value(0), nullable.value(3)), (3, None, Some(2)));
    }

    #[test]
    fn malformed_tables_are_refused() {
        let table = |columns: usize, codes: &[u16]| TrainingTable::new(vec![COLUMN; columns], codes.to_vec());
        assert_eq!(table(2, &[0, 1, 2, 3]).unwrap().row(1), [2, 3]);
        assert_eq!(table(0, &[1]), Err(TableError::NoColumns));
        assert_eq!(table(2, &[]), Err(TableError::NoRows));
        assert_eq!(table(1_025, &[0; 1_025]), Err(TableError::TooLarge));
        assert_eq!(table(2, &[0, 1, 2]), Err(TableError::PartialRow { cells: 3, columns: 2 }));
        assert_eq!(table(2, &[0, 1, 2, 4]), Err(TableError::OutOfBounds { row: 1, column: 1, code: 4, bound: 3 }));
    }
}
