//! How codes become what an algorithm takes.
//!
//! Columns are taken in order, without the target. `v` is the value of a cell, from 0, and `largest` the largest that
//! its column can have.
//!
//! ```text
//! logistic regression, perceptron, linear and ridge regression, k-means: features
//!   numeric    one feature   (v / largest - mean) * scale, 0 if missing
//!   category   one feature for each value, 1 at v and 0 elsewhere; all 0 if missing
//!   nullable   one more feature after those of the column: 1 if missing, else 0
//! convolutional network: one number for each column      v / largest, 0 if missing
//! text classifier, trees: the codes as they are
//! ```
//!
//! `mean` is the mean over the training rows that have a value and `scale` one over their standard deviation (of the
//! population); both are computed in f64 with sums in a fixed tree, rows ascending. A missing number is thus encoded as
//! the mean. A column that has the same value in all training rows has scale 0. Features are rounded to f32 at the end.

use crate::{learner::Inputs, table::TrainingTable, Column, ColumnKind, Error};
use neurodata_primitives::{Algorithm, TrainingSpec};
use neurodata_repops::sum::pairwise_sum;
use rayon::prelude::*;

/// Most numbers (rows times features) of an encoded table: 1 GiB of f32.
pub const MAX_ENCODED_CELLS: u64 = 1 << 28;

/// Rows that one thread encodes at a time.
const ROWS_OF_A_TASK: usize = 1_024;

/// The form that an algorithm takes its inputs in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Standardised numbers and categories value by value.
    Features,
    /// Numbers from 0 to 1.
    Shares,
    /// Codes.
    Codes,
}

impl Form {
    pub(crate) fn of(algorithm: &Algorithm) -> Self {
        match algorithm {
            Algorithm::LogisticRegression { .. }
            | Algorithm::MultilayerPerceptron { .. }
            | Algorithm::LinearRegression
            | Algorithm::RidgeRegression { .. }
            | Algorithm::KMeans { .. } => Self::Features,
            Algorithm::ConvolutionalNetwork { .. } => Self::Shares,
            Algorithm::TextClassifier { .. } | Algorithm::DecisionTree { .. } | Algorithm::RandomForest { .. } => {
                Self::Codes
            }
        }
    }

    /// Numbers or codes of a row of these columns.
    pub(crate) fn width(self, columns: &[Column], target: Option<usize>) -> usize {
        let width = |column: &Column| match (self, column.kind) {
            (Self::Shares | Self::Codes, _) => 1,
            (Self::Features, ColumnKind::Numeric) => 1 + usize::from(column.nullable),
            (Self::Features, ColumnKind::Category) => column.values() as usize + usize::from(column.nullable),
        };
        let inputs = columns.iter().enumerate().filter(|(index, _)| Some(*index) != target);
        inputs.map(|(_, column)| width(column)).sum()
    }
}

/// Means and scales of the columns.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Standard {
    /// One number for each column; 0 for the target and categories.
    pub mean: Vec<f64>,
    /// One number for each column; 0 for the target, categories and constant columns.
    pub scale: Vec<f64>,
}

/// Column definitions with what else turns their codes into inputs.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Encoding {
    columns: Vec<Column>,
    target: Option<usize>,
    form: Form,
    /// Of features; empty for other forms.
    standard: Standard,
}

impl Encoding {
    /// The encoding of these columns for what `spec` trains, with `standard` for its features, if it has any.
    pub(crate) fn new(columns: &[Column], spec: &TrainingSpec, standard: Option<Standard>) -> Self {
        let form = Form::of(&spec.algorithm);
        let zeros = || vec![0.0; if form == Form::Features { columns.len() } else { 0 }];
        let standard = standard.unwrap_or_else(|| Standard { mean: zeros(), scale: zeros() });
        Self { columns: columns.to_vec(), target: spec.target.map(usize::from), form, standard }
    }

    /// The same with means and scales from the rows of `table` whose indices are in `training_rows`, ascending.
    pub(crate) fn fit(table: &TrainingTable, spec: &TrainingSpec, training_rows: &[u32]) -> Result<Self, Error> {
        let mut encoding = Self::new(table.columns(), spec, None);
        encoding.ensure_fits(table.rows())?;
        if encoding.form != Form::Features {
            return Ok(encoding);
        }
        let of_column = |index: usize| encoding.standardise(table, index, training_rows);
        let standard: Vec<(f64, f64)> = (0..table.columns().len()).into_par_iter().map(of_column).collect();
        (encoding.standard.mean, encoding.standard.scale) = standard.into_iter().unzip();
        Ok(encoding)
    }

    /// Mean and scale of a column.
    fn standardise(&self, table: &TrainingTable, index: usize, training_rows: &[u32]) -> (f64, f64) {
        let column = &table.columns()[index];
        if Some(index) == self.target || column.kind == ColumnKind::Category {
            return (0.0, 0.0);
        }
        let codes = training_rows.iter().map(|row| table.row(*row)[index]);
        let values: Vec<u16> = codes.filter_map(|code| column.value(code)).collect();
        let Some(first) = values.first() else { return (0.0, 0.0) };
        let numbers: Vec<f64> = values.iter().map(|value| share(column, *value)).collect();
        let count = numbers.len() as f64;
        let mean = pairwise_sum(&numbers) / count;
        if values.iter().all(|value| value == first) {
            return (mean, 0.0);
        }
        let squares: Vec<f64> = numbers.iter().map(|number| (number - mean) * (number - mean)).collect();
        (mean, 1.0 / (pairwise_sum(&squares) / count).sqrt())
    }

    /// Columns of a row, the target among them.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Index of the target.
    pub(crate) fn target(&self) -> Option<usize> {
        self.target
    }

    /// Means and scales, where the form has any.
    pub(crate) fn standard(&self) -> Option<&Standard> {
        (self.form == Form::Features).then_some(&self.standard)
    }

    /// Numbers or codes of a row.
    pub(crate) fn width(&self) -> usize {
        self.form.width(&self.columns, self.target)
    }

    /// Columns without the target.
    pub(crate) fn inputs(&self) -> Vec<Column> {
        let inputs = self.columns.iter().enumerate().filter(|(index, _)| Some(*index) != self.target);
        inputs.map(|(_, column)| *column).collect()
    }

    /// Refuse a table of so many rows whose encoded form would be larger than [`MAX_ENCODED_CELLS`].
    pub(crate) fn ensure_fits(&self, rows: u32) -> Result<(), Error> {
        let (rows, features) = (u64::from(rows), self.width() as u64);
        if rows.saturating_mul(features) > MAX_ENCODED_CELLS {
            return Err(Error::TooLarge { rows, features, limit: MAX_ENCODED_CELLS });
        }
        Ok(())
    }

    /// Inputs of rows, each of which has one valid code for each column; the target's is not read.
    pub(crate) fn encode<'row>(&self, rows: impl ExactSizeIterator<Item = &'row [u16]>) -> Inputs {
        let width = self.width();
        if self.form == Form::Codes {
            let mut values = Vec::with_capacity(rows.len() * width);
            for row in rows {
                values.extend(self.cells(row).map(|(_, _, code)| code));
            }
            return Inputs::Codes { values, width };
        }
        let rows: Vec<&[u16]> = rows.collect();
        let numbers = self.numbers(rows.len());
        let mut values = vec![0.0; rows.len() * width];
        let blocks = values.par_chunks_mut((ROWS_OF_A_TASK * width).max(1)).zip(rows.par_chunks(ROWS_OF_A_TASK));
        blocks.for_each(|(values, rows)| {
            let rows = values.chunks_exact_mut(width.max(1)).zip(rows);
            rows.for_each(|(values, row)| self.encode_row(row, &numbers, values));
        });
        Inputs::Numbers { values, width }
    }

    /// Index, definition and code of each input of a row.
    fn cells<'row>(&'row self, row: &'row [u16]) -> impl Iterator<Item = (usize, &'row Column, u16)> {
        let cells = self.columns.iter().zip(row).enumerate().filter(|(index, _)| Some(*index) != self.target);
        cells.map(|(index, (column, code))| (index, column, *code))
    }

    /// What stands for each code of each column where it is a number; nothing of columns with more codes than there are
    /// `rows`.
    fn numbers(&self, rows: usize) -> Vec<Vec<f32>> {
        let numbers = |(index, column): (usize, &Column)| {
            let is_number = self.form == Form::Shares || column.kind == ColumnKind::Numeric;
            if Some(index) == self.target || !is_number || usize::from(column.bound) >= rows {
                return Vec::new();
            }
            (0..=column.bound).map(|code| self.number(index, column, code)).collect()
        };
        self.columns.iter().enumerate().map(numbers).collect()
    }

    /// What stands for a code of a column where it is a number.
    fn number(&self, index: usize, column: &Column, code: u16) -> f32 {
        let Some(value) = column.value(code) else { return 0.0 };
        match self.standard() {
            Some(Standard { mean, scale }) => ((share(column, value) - mean[index]) * scale[index]) as f32,
            None => share(column, value) as f32,
        }
    }

    /// Write the numbers of a row over zeros.
    fn encode_row(&self, row: &[u16], numbers: &[Vec<f32>], into: &mut [f32]) {
        let mut at = 0;
        for (index, column, code) in self.cells(row) {
            if self.form == Form::Features && column.kind == ColumnKind::Category {
                if let Some(value) = column.value(code) {
                    into[at + usize::from(value)] = 1.0;
                }
                at += column.values() as usize;
            } else {
                let known = numbers[index].get(usize::from(code)).copied();
                into[at] = known.unwrap_or_else(|| self.number(index, column, code));
                at += 1;
            }
            if self.form == Form::Features && column.nullable {
                into[at] = if column.value(code).is_none() { 1.0 } else { 0.0 };
                at += 1;
            }
        }
    }
}

/// The value as a share of the largest one, 0 to 1; 0 in a column with one value.
fn share(column: &Column, value: u16) -> f64 {
    f64::from(value) / f64::from(column.values().saturating_sub(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::training::{Descent, Image, Objective, Optimiser, TreeLimits};

    fn column(bound: u16, nullable: bool, kind: ColumnKind) -> Column {
        Column { bound, nullable, kind }
    }

    fn table() -> TrainingTable {
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

    fn spec(algorithm: Algorithm) -> TrainingSpec {
        TrainingSpec { algorithm, objective: Objective::Classification { classes: 2 }, target: Some(2), holdout: 200 }
    }

    fn descent() -> Descent {
        Descent {
            optimiser: Optimiser::Sgd { momentum: 0 },
            epochs: 1,
            batch_rows: 1,
            learning_rate: 1,
            weight_decay: 0,
            early_stopping: None,
        }
    }

    fn logistic() -> TrainingSpec {
        spec(Algorithm::LogisticRegression { descent: descent() })
    }

    #[test]
    fn features_follow_the_definition() {
        let table = table();
        let encoding = Encoding::fit(&table, &logistic(), &[0, 1]).unwrap();
        assert_eq!(encoding.width(), 7);
        let Inputs::Numbers { values, width: 7 } = encoding.encode(table.iter_rows()) else { panic!("numbers") };
        // Training rows hold 0 and 1 (as shares) in the first two columns: mean 0.5, standard deviation 0.5.
        assert_eq!(values[..7], [-1.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(values[7..14], [1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        // Missing: the mean and the indicator; no category and the indicator.
        assert_eq!(values[14..], [-1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn a_constant_column_is_zero_and_an_empty_one_too() {
        let encoding = Encoding::fit(&table(), &logistic(), &[2]).unwrap();
        let standard = encoding.standard().unwrap();
        assert_eq!((standard.scale.clone(), standard.mean[1]), (vec![0.0; 5], 0.0));
        let encoded = encoding.encode([table().row(1)].into_iter());
        assert_eq!(encoded, Inputs::Numbers { values: vec![0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0], width: 7 });
    }

    #[test]
    fn images_are_shares_and_trees_take_codes() {
        let table = table();
        let image = Image { height: 2, width: 2, channels: 1 };
        let (filters, hidden) = (vec![1].try_into().unwrap(), Default::default());
        let image = spec(Algorithm::ConvolutionalNetwork { image, filters, hidden, descent: descent() });
        let encoding = Encoding::fit(&table, &image, &[0, 1]).unwrap();
        let Inputs::Numbers { values, width: 4 } = encoding.encode(table.iter_rows()) else { panic!("numbers") };
        assert_eq!(values[..8], [0.0, 0.0, 0.0, 5.0 / 9.0, 1.0, 1.0, 1.0, 5.0 / 9.0]);
        assert_eq!(values[8..], [0.0, 0.0, 0.0, 5.0 / 9.0]);

        let tree = spec(Algorithm::DecisionTree { limits: TreeLimits { depth: 1, leaf_rows: 1 } });
        let encoding = Encoding::fit(&table, &tree, &[0, 1]).unwrap();
        let values = vec![0, 1, 1, 5, 4, 3, 2, 5, 0, 0, 0, 5];
        assert_eq!(encoding.encode(table.iter_rows()), Inputs::Codes { values, width: 4 });
        assert_eq!((encoding.standard(), encoding.inputs().len()), (None, 4));
    }

    #[test]
    fn a_table_that_would_not_fit_memory_is_refused() {
        let wide = column(u16::MAX, false, ColumnKind::Category);
        let table = TrainingTable::new(vec![wide; 1_024], vec![0; 1_024 * 5]).unwrap();
        assert!(matches!(Encoding::fit(&table, &logistic(), &[0]), Err(Error::TooLarge { rows: 5, .. })));
    }
}
