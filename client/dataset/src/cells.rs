//! Datasets as codes, and how codes become chunks. Source: DESIGN section 5.

use crate::{
    schema::{CellProblem, Encoder},
    Decimal, Schema, Table, Value,
};
use neurodata_primitives::{
    layout::{self, CellBound, CELLS_PER_CHUNK, MAX_COLUMNS},
    LayoutDigest,
};
use std::io::{self, Write};

/// Cells of a chunk.
pub(crate) const CHUNK_CELLS: usize = CELLS_PER_CHUNK as usize;
/// Most chunks of a dataset: the leaves of the deepest tree that the chain takes.
pub const MAX_CHUNKS: u32 = 1 << neurodata_primitives::dataset::MAX_TREE_DEPTH;

/// A table as codes: what is trained on, committed to and sold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dataset {
    schema: Schema,
    rows: u32,
    /// Row by row, as many codes in a row as there are columns.
    codes: Vec<u16>,
}

/// How far a column's codes are from its texts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quantisation {
    /// Name of the column.
    pub column: String,
    /// Cells whose number is not on the column's grid.
    pub inexact: u32,
    /// Largest distance between a number and the one its code stands for; at most half a step.
    pub largest: Decimal,
}

/// Why a table doesn't fit a schema.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EncodeError {
    /// The columns are not those of the schema.
    #[error("the table does not fit the schema: {}", describe_columns(.missing, .unknown))]
    Columns {
        /// Columns of the schema that the table hasn't got.
        missing: Vec<String>,
        /// Columns of the table that the schema doesn't know.
        unknown: Vec<String>,
    },
    /// A cell is outside the schema.
    #[error("row {row}, column {column:?}, value {value:?}: {problem}")]
    Cell {
        /// Which row, from 1.
        row: u32,
        /// Which column.
        column: String,
        /// The text of the cell, shortened.
        value: String,
        /// What is wrong with it.
        problem: CellProblem,
    },
    /// There are no rows.
    #[error("the table has no rows")]
    NoRows,
    /// The table makes more chunks than a dataset may have.
    #[error("the table makes {chunks} chunks; at most {MAX_CHUNKS} are possible: split it into several datasets")]
    TooManyChunks {
        /// How many.
        chunks: u32,
    },
}

fn describe_columns(missing: &[String], unknown: &[String]) -> String {
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("it has no column {}", quoted(missing)));
    }
    if !unknown.is_empty() {
        parts.push(format!("the schema has no column {}", quoted(unknown)));
    }
    parts.join("; ")
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// Why codes are no dataset of a schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidCodes {
    /// The codes don't make whole rows.
    #[error("{codes} codes make no whole rows of {columns} columns")]
    Count {
        /// How many codes.
        codes: usize,
        /// Columns of the schema.
        columns: usize,
    },
    /// A code is above its column's bound.
    #[error("row {row}, column {column}: code {code} is above the bound {bound}")]
    AboveBound {
        /// Which row, from 1.
        row: u32,
        /// Which column, from 1.
        column: u32,
        /// The code.
        code: u16,
        /// Largest code of the column.
        bound: u16,
    },
    /// There are no rows, or too many.
    #[error("{rows} rows are none or too many")]
    RowCount {
        /// How many.
        rows: usize,
    },
}

impl Dataset {
    /// The codes of `table` under `schema`, and how far they are from the texts. Columns are found by name.
    pub fn encode(table: &Table, schema: &Schema) -> Result<(Self, Vec<Quantisation>), EncodeError> {
        Self::encode_columns(table, schema, None)
    }

    /// The codes of a table that may lack the target column, whose codes are 0 then. For prediction.
    pub fn encode_features(table: &Table, schema: &Schema) -> Result<Self, EncodeError> {
        Self::encode_columns(table, schema, schema.target()).map(|(dataset, _)| dataset)
    }

    fn encode_columns(
        table: &Table,
        schema: &Schema,
        optional: Option<usize>,
    ) -> Result<(Self, Vec<Quantisation>), EncodeError> {
        let columns = schema.columns();
        let positions: Vec<Option<usize>> =
            columns.iter().map(|column| table.columns().iter().position(|name| *name == column.name)).collect();
        let missing = positions.iter().enumerate().filter(|(index, at)| at.is_none() && Some(*index) != optional);
        let missing: Vec<_> = missing.map(|(index, _)| columns[index].name.clone()).collect();
        let unknown = table.columns().iter().filter(|name| schema.column_index(name).is_none());
        let unknown: Vec<_> = unknown.cloned().collect();
        if !missing.is_empty() || !unknown.is_empty() {
            return Err(EncodeError::Columns { missing, unknown });
        }
        let chunks = layout::chunk_count(table.rows(), columns.len() as u32).ok_or(EncodeError::NoRows)?;
        if chunks > MAX_CHUNKS {
            return Err(EncodeError::TooManyChunks { chunks });
        }
        let encoders: Vec<_> = columns.iter().map(Encoder::new).collect();
        let mut errors = vec![(0u32, 0u128); columns.len()];
        let mut codes = Vec::with_capacity(table.rows() as usize * columns.len());
        for row in 0..table.rows() {
            for ((encoder, at), (inexact, largest)) in encoders.iter().zip(&positions).zip(&mut errors) {
                let Some(at) = *at else {
                    codes.push(0);
                    continue;
                };
                let cell = table.cell(row, at);
                let encoded = encoder.encode(cell).map_err(|problem| EncodeError::Cell {
                    row: row + 1,
                    column: table.columns()[at].clone(),
                    value: cell.unwrap_or_default().chars().take(100).collect(),
                    problem,
                })?;
                codes.push(encoded.code);
                *inexact += u32::from(encoded.error > 0);
                *largest = (*largest).max(encoded.error);
            }
        }
        let quantisation = columns.iter().zip(errors).map(|(column, (inexact, largest))| Quantisation {
            column: column.name.clone(),
            inexact,
            // At most half a step, which is a decimal.
            largest: Decimal::from_units(largest as i128).unwrap_or_default(),
        });
        let quantisation = quantisation.collect();
        Ok((Self { schema: schema.clone(), rows: table.rows(), codes }, quantisation))
    }

    /// The dataset of these codes, row by row.
    pub fn from_codes(schema: Schema, codes: Vec<u16>) -> Result<Self, InvalidCodes> {
        let columns = schema.columns().len();
        if codes.len() % columns != 0 {
            return Err(InvalidCodes::Count { codes: codes.len(), columns });
        }
        let invalid_rows = InvalidCodes::RowCount { rows: codes.len() / columns };
        let rows = u32::try_from(codes.len() / columns).map_err(|_| invalid_rows)?;
        layout::chunk_count(rows, columns as u32).filter(|chunks| *chunks <= MAX_CHUNKS).ok_or(invalid_rows)?;
        let bounds: Vec<u16> = schema.columns().iter().map(|column| column.bound().bound).collect();
        for (row, cells) in codes.chunks_exact(columns).enumerate() {
            if let Some(column) = cells.iter().zip(&bounds).position(|(code, bound)| code > bound) {
                let (code, bound) = (cells[column], bounds[column]);
                return Err(InvalidCodes::AboveBound { row: row as u32 + 1, column: column as u32 + 1, code, bound });
            }
        }
        Ok(Self { schema, rows, codes })
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Number of rows, at least 1.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Number of columns, 1 to 1,024 inclusive.
    pub fn columns(&self) -> u32 {
        self.schema.columns().len() as u32
    }

    /// Every code, row by row.
    pub fn codes(&self) -> &[u16] {
        &self.codes
    }

    /// The codes of one row, from 0. Panics outside the table.
    pub fn row(&self, row: u32) -> &[u16] {
        let columns = self.schema.columns().len();
        &self.codes[row as usize * columns..][..columns]
    }

    /// The codes of one column from the first row on. Panics outside the table.
    pub fn column(&self, column: usize) -> impl Iterator<Item = u16> + '_ {
        assert!(column < self.schema.columns().len(), "column {column} is outside the table");
        self.codes.iter().copied().skip(column).step_by(self.schema.columns().len())
    }

    /// Cells without a value, over the whole table.
    pub fn missing_cells(&self) -> u64 {
        let nullable: Vec<bool> = self.schema.columns().iter().map(|column| column.nullable).collect();
        let rows = self.codes.chunks_exact(nullable.len());
        rows.map(|row| row.iter().zip(&nullable).filter(|(code, nullable)| **nullable && **code == 0).count() as u64)
            .sum()
    }

    /// The shape of its chunks.
    pub fn chunking(&self) -> Chunking {
        Chunking::of(&self.schema, self.rows)
    }

    /// The 1,024 cells of one chunk, padding included. Panics if there is no such chunk.
    pub fn chunk(&self, chunk: u32) -> Vec<u16> {
        let chunking = self.chunking();
        let (first, rows) = chunking.rows_of(chunk);
        let mut cells = vec![0; CHUNK_CELLS];
        for (row, into) in (first..first + rows).zip(cells.chunks_exact_mut(chunking.padded_columns as usize)) {
            into[..chunking.columns as usize].copy_from_slice(self.row(row));
        }
        cells
    }

    /// Write the table as CSV: the header, then each value in its shortest form; an empty cell has no value.
    pub fn write_csv(&self, into: impl Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(into);
        writer.write_record(self.schema.columns().iter().map(|column| &column.name))?;
        for codes in self.codes.chunks_exact(self.schema.columns().len()) {
            for (column, code) in self.schema.columns().iter().zip(codes) {
                match column.value(*code) {
                    Some(Value::Number(number)) => writer.write_field(number.to_string())?,
                    Some(Value::Text(text)) => writer.write_field(text)?,
                    Some(Value::Missing) | None => writer.write_field("")?,
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
        writer.flush()
    }
}

/// How the rows of a table lie in chunks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chunking {
    /// Rows of the table.
    pub rows: u32,
    /// Columns before padding.
    pub columns: u32,
    /// Columns after padding to a power of two.
    pub padded_columns: u32,
    /// Whole rows in a chunk.
    pub rows_per_chunk: u32,
    /// Chunks.
    pub chunks: u32,
}

impl Chunking {
    /// The chunks of `rows` rows under `schema`.
    pub(crate) fn of(schema: &Schema, rows: u32) -> Self {
        let columns = schema.columns().len() as u32;
        // A schema has 1 to 1,024 columns and a dataset at least one row.
        let padded_columns = layout::padded_columns(columns).unwrap_or(MAX_COLUMNS);
        let rows_per_chunk = CELLS_PER_CHUNK / padded_columns;
        Self { rows, columns, padded_columns, rows_per_chunk, chunks: rows.div_ceil(rows_per_chunk) }
    }

    /// The first row of a chunk, from 0, and how many of its rows are in the table. Panics if there is no such chunk.
    pub fn rows_of(&self, chunk: u32) -> (u32, u32) {
        assert!(chunk < self.chunks, "chunk {chunk} of {}", self.chunks);
        let first = chunk * self.rows_per_chunk;
        (first, self.rows_per_chunk.min(self.rows - first))
    }

    /// The 1,024 bounds of one chunk, padding included. Panics if there is no such chunk.
    pub(crate) fn bounds(&self, schema: &Schema, chunk: u32) -> Vec<CellBound> {
        let (_, rows) = self.rows_of(chunk);
        self.bounds_of_rows(schema, rows)
    }

    fn bounds_of_rows(&self, schema: &Schema, rows: u32) -> Vec<CellBound> {
        let row: Vec<CellBound> = schema.columns().iter().map(|column| column.bound()).collect();
        let mut bounds = vec![CellBound::default(); CHUNK_CELLS];
        for into in bounds.chunks_exact_mut(self.padded_columns as usize).take(rows as usize) {
            into[..row.len()].copy_from_slice(&row);
        }
        bounds
    }

    /// The layout of every chunk but the last, and that of the last.
    pub(crate) fn layouts(&self, schema: &Schema) -> (LayoutDigest, LayoutDigest) {
        let digest = |bounds: &[CellBound]| {
            neurodata_zk_statements::layout_digest(bounds).expect("a chunk has 1,024 bounds; qed")
        };
        let full = digest(&self.bounds_of_rows(schema, self.rows_per_chunk));
        (full, digest(&self.bounds(schema, self.chunks - 1)))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Column, ColumnKind, ReadOptions};
    use proptest::prelude::*;

    pub(crate) fn table(text: &str) -> Table {
        Table::read_csv(text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    pub(crate) fn schema(columns: &[(&str, ColumnKind, bool)], target: Option<&str>) -> Schema {
        let columns = columns.iter().map(|(name, kind, nullable)| Column {
            name: name.to_string(),
            kind: kind.clone(),
            nullable: *nullable,
        });
        Schema::new("test", "", columns.collect(), target.map(Into::into)).unwrap()
    }

    pub(crate) fn numeric(min: &str, max: &str, step: &str) -> ColumnKind {
        let decimal = |text: &str| text.parse().unwrap();
        ColumnKind::Numeric { min: decimal(min), max: decimal(max), step: decimal(step) }
    }

    pub(crate) fn category(values: &[&str]) -> ColumnKind {
        ColumnKind::Category { values: values.iter().map(|value| value.to_string()).collect() }
    }

    fn three_columns() -> Schema {
        let columns = [
            ("a", numeric("0", "1", "0.25"), false),
            ("b", category(&["x", "y"]), true),
            ("c", category(&["0", "1"]), false),
        ];
        schema(&columns, Some("c"))
    }

    #[test]
    fn cells_become_codes_whatever_the_order_of_columns() {
        let (dataset, quantisation) = Dataset::encode(&table("c,b,a\n1,x,0.3\n0,,1\n"), &three_columns()).unwrap();
        assert_eq!(dataset.codes(), [1, 1, 1, 4, 0, 0]);
        assert_eq!((dataset.row(1), dataset.column(2).collect::<Vec<_>>()), (&[4, 0, 0][..], vec![1, 0]));
        assert_eq!(dataset.missing_cells(), 1);
        let errors: Vec<_> =
            quantisation.iter().map(|q| (q.column.as_str(), q.inexact, q.largest.to_string())).collect();
        assert_eq!(errors, [("a", 1, "0.05".into()), ("b", 0, "0".into()), ("c", 0, "0".into())]);
        assert_eq!(Dataset::from_codes(three_columns(), dataset.codes().to_vec()), Ok(dataset));
    }

    #[test]
    fn cells_outside_the_schema_name_row_and_column() {
        let error = |text: &str| Dataset::encode(&table(text), &three_columns()).unwrap_err().to_string();
        assert_eq!(
            error("a,b,c\n0,x,1\n1.5,x,1\n"),
            "row 2, column \"a\", value \"1.5\": it lies outside 0 to 1; correct it, or widen the bounds in the schema"
        );
        assert_eq!(
            error("a,b,c\n0,z,1\n"),
            "row 1, column \"b\", value \"z\": it is none of the category's values (\"x\", \"y\"); correct it, or \
             add it to the schema"
        );
        assert_eq!(error("a,b,c\nten,x,1\n"), "row 1, column \"a\", value \"ten\": it is not a decimal number");
        assert!(error("a,b,c\n,x,1\n").contains("the value is missing; fill it in"));
    }

    #[test]
    fn a_table_with_other_columns_is_refused() {
        let error = |text: &str| Dataset::encode(&table(text), &three_columns()).unwrap_err().to_string();
        assert_eq!(
            error("a,d,e\n0,1,1\n"),
            "the table does not fit the schema: it has no column \"b\", \"c\"; the schema has no column \"d\", \"e\""
        );
    }

    #[test]
    fn only_the_target_may_be_absent_from_features() {
        let dataset = Dataset::encode_features(&table("a,b\n1,y\n"), &three_columns()).unwrap();
        assert_eq!(dataset.codes(), [4, 2, 0]);
        let whole = Dataset::encode_features(&table("a,b,c\n1,y,1\n"), &three_columns()).unwrap();
        assert_eq!(whole.codes(), [4, 2, 1]);
        let error = Dataset::encode_features(&table("a\n1\n"), &three_columns()).unwrap_err();
        assert!(matches!(error, EncodeError::Columns { missing, .. } if missing == ["b"]));
    }

    #[test]
    fn codes_that_are_no_dataset_are_refused() {
        let refused = |codes: &[u16]| Dataset::from_codes(three_columns(), codes.to_vec()).unwrap_err();
        assert_eq!(refused(&[1, 1]), InvalidCodes::Count { codes: 2, columns: 3 });
        assert_eq!(refused(&[]), InvalidCodes::RowCount { rows: 0 });
        let above = InvalidCodes::AboveBound { row: 2, column: 2, code: 3, bound: 2 };
        assert_eq!(refused(&[4, 2, 1, 0, 3, 0]), above);
    }

    #[test]
    fn chunks_hold_whole_rows_and_the_last_is_padded_with_empty_ones() {
        // Three columns are padded to four: 256 rows in a chunk.
        let codes = (0..300u16).flat_map(|row| [row % 5, row % 3, row % 2]).collect();
        let dataset = Dataset::from_codes(three_columns(), codes).unwrap();
        let chunking = dataset.chunking();
        assert_eq!((chunking.chunks, chunking.rows_of(0), chunking.rows_of(1)), (2, (0, 256), (256, 44)));
        let (first, last) = (dataset.chunk(0), dataset.chunk(1));
        assert_eq!(first[4..8], [1, 1, 1, 0]);
        assert_eq!(last[43 * 4..43 * 4 + 3], [299 % 5, 299 % 3, 299 % 2]);
        assert!(last[44 * 4..].iter().all(|cell| *cell == 0));
        let bounds = chunking.bounds(dataset.schema(), 1);
        let bound = |bound, nullable| CellBound { bound, nullable };
        assert_eq!(bounds[..4], [bound(4, false), bound(2, true), bound(1, false), bound(0, false)]);
        assert!(bounds[44 * 4..].iter().all(|cell| *cell == CellBound::default()));
        let (full, last) = chunking.layouts(dataset.schema());
        assert_ne!(full, last);
        let digest = |chunk| neurodata_zk_statements::layout_digest(&chunking.bounds(dataset.schema(), chunk)).unwrap();
        assert_eq!((full, last), (digest(0), digest(1)));
    }

    #[test]
    fn csv_is_written_as_it_can_be_read_again() {
        let text = "a,b,c\n0.25,x,1\n1,,0\n";
        let (dataset, _) = Dataset::encode(&table(text), &three_columns()).unwrap();
        let mut written = Vec::new();
        dataset.write_csv(&mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), text);
    }

    /// A small schema and codes within its bounds.
    pub(crate) fn any_dataset() -> impl Strategy<Value = Dataset> {
        let numeric = (-500i64..500, 0u16..300, 1i64..50).prop_map(|(min, levels, step)| {
            let hundredths = |number: i64| Decimal::from_units(i128::from(number) * 10i128.pow(16)).unwrap();
            ColumnKind::Numeric {
                min: hundredths(min),
                max: hundredths(min + i64::from(levels) * step),
                step: hundredths(step),
            }
        });
        let category = proptest::collection::btree_set("[a-z\"][a-z, ü\n]{0,5}[a-zß]", 1..8)
            .prop_map(|values| ColumnKind::Category { values: values.into_iter().collect() });
        let columns = proptest::collection::vec((prop_oneof![numeric, category], any::<bool>()), 1..9);
        (columns, proptest::collection::vec(any::<u16>(), 1..2_500)).prop_map(|(columns, mut codes)| {
            let columns = columns.into_iter().enumerate().map(|(index, (kind, nullable))| Column {
                name: format!("column {index}"),
                kind,
                nullable,
            });
            let schema = Schema::new("any", "ä\"", columns.collect(), Some("column 0".into())).unwrap();
            let columns = schema.columns().len();
            codes.resize(codes.len().div_ceil(columns) * columns, 0);
            let bounds: Vec<u16> = schema.columns().iter().map(|column| column.bound().bound).collect();
            for (index, code) in codes.iter_mut().enumerate() {
                let values = u32::from(bounds[index % columns]) + 1;
                *code = (u32::from(*code) % values) as u16;
            }
            Dataset::from_codes(schema, codes).unwrap()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_dataset_survives_csv(dataset in any_dataset()) {
            let mut text = Vec::new();
            dataset.write_csv(&mut text).unwrap();
            let table = Table::read_csv(&text[..], &ReadOptions::default()).unwrap();
            let (again, quantisation) = Dataset::encode(&table, dataset.schema()).unwrap();
            prop_assert_eq!(again, dataset);
            prop_assert!(quantisation.iter().all(|column| column.inexact == 0));
        }

        #[test]
        fn chunks_hold_every_code_once(dataset in any_dataset()) {
            let chunking = dataset.chunking();
            let mut codes = Vec::new();
            for chunk in 0..chunking.chunks {
                let cells = dataset.chunk(chunk);
                prop_assert_eq!(cells.len(), CHUNK_CELLS);
                let (_, rows) = chunking.rows_of(chunk);
                for row in cells.chunks_exact(chunking.padded_columns as usize).take(rows as usize) {
                    codes.extend_from_slice(&row[..chunking.columns as usize]);
                }
            }
            prop_assert_eq!(&codes[..], dataset.codes());
        }
    }
}
