//! The training rows as trees read them: column by column.

use crate::{
    learner::{Examples, Inputs},
    Column, ColumnKind, Error,
};
use rayon::prelude::*;

/// Codes of one column, one for each training row.
pub(super) enum Codes {
    /// Of a column whose codes fit one byte.
    Narrow(Vec<u8>),
    /// Of any other.
    Wide(Vec<u16>),
}

impl Codes {
    /// The code of a training row.
    pub fn at(&self, row: u32) -> u16 {
        match self {
            Self::Narrow(codes) => codes[row as usize].into(),
            Self::Wide(codes) => codes[row as usize],
        }
    }
}

/// The training rows, numbered from 0 in the order of the table.
pub(super) struct TreeData {
    pub columns: Vec<Column>,
    pub codes: Vec<Codes>,
    pub targets: Vec<u16>,
}

/// A training row in a node.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Row {
    /// Its number among the training rows.
    pub index: u32,
    /// How often it counts.
    pub weight: u32,
    /// Its target.
    pub target: u16,
}

impl TreeData {
    /// The training rows of `examples` with `targets` of all rows.
    pub fn new(examples: &Examples, targets: &[u16]) -> Result<Self, Error> {
        let values = codes_of(&examples.inputs, examples.columns.len())?;
        let (columns, width) = (examples.columns.clone(), examples.columns.len());
        let rows = &examples.training_rows;
        let codes = columns.par_iter().enumerate().map(|(index, column)| {
            let codes = rows.iter().map(|row| values[*row as usize * width + index]);
            match u8::try_from(column.bound) {
                Ok(_) => Codes::Narrow(codes.map(|code| code as u8).collect()),
                Err(_) => Codes::Wide(codes.collect()),
            }
        });
        let codes = codes.collect();
        let targets = rows.iter().map(|row| targets[*row as usize]).collect();
        Ok(Self { columns, codes, targets })
    }

    /// Every row once.
    pub fn rows(&self) -> Vec<Row> {
        let targets = (0u32..).zip(&self.targets);
        targets.map(|(index, target)| Row { index, weight: 1, target: *target }).collect()
    }

    /// Whether a row goes to the left of a split.
    pub fn is_left(&self, row: u32, column: u16, threshold: u16) -> bool {
        let column = usize::from(column);
        goes_left(self.columns[column].kind, self.codes[column].at(row), threshold)
    }
}

/// Whether a code goes to the left of a split at `threshold`.
#[inline(always)]
pub(super) fn goes_left(kind: ColumnKind, code: u16, threshold: u16) -> bool {
    match kind {
        ColumnKind::Numeric => code <= threshold,
        ColumnKind::Category => code == threshold,
    }
}

/// The codes of rows of `width` columns.
pub(super) fn codes_of(inputs: &Inputs, width: usize) -> Result<&[u16], Error> {
    match inputs {
        Inputs::Codes { values, width: found } if *found == width && width > 0 => Ok(values),
        _ => Err(Error::Operation(neurodata_repops::Error::Shape {
            operation: "tree",
            expected: format!("rows of {width} codes"),
            found: vec![inputs.rows(), inputs.width()],
        })),
    }
}
