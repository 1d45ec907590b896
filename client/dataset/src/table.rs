//! Tables as they come from a file: named columns of text.
//!
//! A cell is text without white space around it; the empty cell has no value. CSV has a header line. JSON is an array
//! of objects, or objects one after another (JSON lines); numbers keep the digits they are written with, `null` and an
//! absent key are empty cells, and columns stand in the order in which they first appear.

use neurodata_primitives::layout::MAX_COLUMNS;
use serde::{
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
    Deserialize, Deserializer,
};
use serde_json::value::RawValue;
use std::{
    collections::{HashMap, HashSet},
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Most bytes of a table's file: 1 GiB.
pub const MAX_TABLE_BYTES: u64 = 1 << 30;

/// Named columns of text. Rows are counted from 1 in what people read and from 0 in code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    columns: Vec<String>,
    rows: u32,
    /// Every cell, row by row, one behind the other.
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<u32>,
}

/// How a file is to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadOptions {
    /// What separates the cells of a CSV line.
    pub delimiter: u8,
    /// Texts that stand for a missing value, beside the empty cell.
    pub missing: Vec<String>,
}

/// Why a file is not a table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be read.
    #[error("cannot read {location}")]
    Io {
        /// The file.
        location: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("the table is empty: {missing}")]
    Empty {
        /// What is not there.
        missing: &'static str,
    },
    /// The file is too large.
    #[error("the file has more than {MAX_TABLE_BYTES} bytes; split it into several datasets")]
    TooLarge,
    /// There are too many rows.
    #[error("the table has more than {} rows; split it into several datasets", u32::MAX)]
    TooManyRows,
    /// There are too many columns.
    #[error("the table has {columns} columns; at most {MAX_COLUMNS} are possible")]
    TooManyColumns {
        /// How many.
        columns: usize,
    },
    /// A column has no name.
    #[error("column {number} has no name; write one into the header")]
    UnnamedColumn {
        /// Which column, from 1.
        number: usize,
    },
    /// Two columns have one name.
    #[error("two columns are called {name:?}; rename one of them")]
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// A row has another number of cells than the header.
    #[error("row {row} has {found} cells instead of {expected}; is the delimiter right, are quotes closed?")]
    ColumnCount {
        /// Which row, from 1.
        row: u64,
        /// Columns of the header.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// The header is not UTF-8.
    #[error("the header, cell {number}, is not UTF-8; save the file as UTF-8")]
    HeaderNotUtf8 {
        /// Which column, from 1.
        number: usize,
    },
    /// A cell is not UTF-8.
    #[error("row {row}, column {column:?}: the text is not UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// Which row, from 1.
        row: u64,
        /// Which column.
        column: String,
    },
    /// The CSV reader gave up.
    #[error("the file is not a CSV table")]
    Csv(#[source] csv::Error),
    /// The file is not JSON.
    #[error("row {row}: not JSON: {problem}")]
    Json {
        /// Row being read, from 1.
        row: u64,
        /// What the JSON reader said.
        problem: String,
    },
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { delimiter: b',', missing: Vec::new() }
    }
}

impl Table {
    /// An empty table with these columns.
    pub fn new(columns: Vec<String>) -> Result<Self, TableError> {
        if columns.is_empty() {
            return Err(TableError::Empty { missing: "it has no columns" });
        }
        if columns.len() > MAX_COLUMNS as usize {
            return Err(TableError::TooManyColumns { columns: columns.len() });
        }
        if let Some(index) = columns.iter().position(String::is_empty) {
            return Err(TableError::UnnamedColumn { number: index + 1 });
        }
        let mut names = HashSet::new();
        if let Some(name) = columns.iter().find(|name| !names.insert(name.as_str())) {
            return Err(TableError::DuplicateColumn { name: name.clone() });
        }
        Ok(Self { columns, rows: 0, text: String::new(), ends: Vec::new() })
    }

    /// Append a row of as many cells as there are columns; the empty cell has no value.
    pub fn push_row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> Result<(), TableError> {
        let row = u64::from(self.rows) + 1;
        let (text, ends) = (self.text.len(), self.ends.len());
        for cell in cells {
            self.text.push_str(cell.trim());
            self.ends.push(u32::try_from(self.text.len()).map_err(|_| TableError::TooLarge)?);
        }
        let found = self.ends.len() - ends;
        if found != self.columns.len() {
            self.text.truncate(text);
            self.ends.truncate(ends);
            return Err(TableError::ColumnCount { row, expected: self.columns.len(), found });
        }
        self.rows = self.rows.checked_add(1).ok_or(TableError::TooManyRows)?;
        Ok(())
    }

    /// Read the file at `path`: JSON if its name ends in `.json`, `.jsonl` or `.ndjson`; tab-separated if it ends in
    /// `.tsv` or `.tab`; otherwise CSV.
    pub fn read_file(path: &Path, options: &ReadOptions) -> Result<Self, TableError> {
        let io = |source| TableError::Io { location: path.display().to_string(), source };
        let file = File::open(path).map_err(io)?;
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "json" | "jsonl" | "ndjson" => {
                let mut bytes = Vec::new();
                file.take(MAX_TABLE_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
                Self::read_json(&bytes, options)
            }
            "tsv" | "tab" => Self::read_csv(file, &ReadOptions { delimiter: b'\t', ..options.clone() }),
            _ => Self::read_csv(file, options),
        }
    }

    /// Read CSV whose first line names the columns. Empty lines are skipped.
    pub fn read_csv(source: impl Read, options: &ReadOptions) -> Result<Self, TableError> {
        let mut limited = source.take(MAX_TABLE_BYTES + 1);
        let table = {
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(options.delimiter)
                .has_headers(false)
                .flexible(true)
                .from_reader(&mut limited);
            Self::read_records(&mut reader, options)
        };
        if limited.limit() == 0 {
            return Err(TableError::TooLarge);
        }
        table
    }

    fn read_records(reader: &mut csv::Reader<impl Read>, options: &ReadOptions) -> Result<Self, TableError> {
        let mut record = csv::ByteRecord::new();
        if !reader.read_byte_record(&mut record).map_err(TableError::Csv)? {
            return Err(TableError::Empty { missing: "it has no header" });
        }
        let names = record.iter().enumerate().map(|(index, name)| match std::str::from_utf8(name) {
            Ok(name) => Ok(name.trim().to_owned()),
            Err(_) => Err(TableError::HeaderNotUtf8 { number: index + 1 }),
        });
        let mut table = Self::new(names.collect::<Result<_, _>>()?)?;
        while reader.read_byte_record(&mut record).map_err(TableError::Csv)? {
            let row = u64::from(table.rows) + 1;
            if record.len() != table.columns.len() {
                let (expected, found) = (table.columns.len(), record.len());
                return Err(TableError::ColumnCount { row, expected, found });
            }
            let mut cells = Vec::with_capacity(table.columns.len());
            for (bytes, column) in record.iter().zip(&table.columns) {
                let cell =
                    std::str::from_utf8(bytes).map_err(|_| TableError::NotUtf8 { row, column: column.clone() })?.trim();
                cells.push(if options.missing.iter().any(|missing| missing == cell) { "" } else { cell });
            }
            table.push_row(cells.iter().copied())?;
        }
        table.ensure_rows()
    }

    /// Read JSON: an array of objects, or objects one after another.
    pub fn read_json(bytes: &[u8], options: &ReadOptions) -> Result<Self, TableError> {
        if bytes.len() as u64 > MAX_TABLE_BYTES {
            return Err(TableError::TooLarge);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut records = Records::default();
        let read = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => return Err(TableError::Empty { missing: "it has no rows" }),
            Some(b'[') => {
                let mut deserializer = serde_json::Deserializer::from_slice(bytes);
                records.read_array(&mut deserializer).and_then(|()| deserializer.end())
            }
            Some(_) => serde_json::Deserializer::from_slice(bytes)
                .into_iter::<Record>()
                .try_for_each(|record| records.push(record?)),
        };
        read.map_err(|error| TableError::Json { row: records.rows.len() as u64 + 1, problem: error.to_string() })?;
        records.into_table(options)?.ensure_rows()
    }

    fn ensure_rows(self) -> Result<Self, TableError> {
        if self.rows == 0 {
            return Err(TableError::Empty { missing: "it has no rows" });
        }
        Ok(self)
    }

    /// Names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Number of rows.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The cell at `row` and `column`, both from 0; `None` without a value and outside the table.
    pub fn cell(&self, row: u32, column: usize) -> Option<&str> {
        if column >= self.columns.len() {
            return None;
        }
        let index = row as usize * self.columns.len() + column;
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some(&self.text[start..end]).filter(|cell| !cell.is_empty())
    }

    /// The cells of one column from the first row on.
    pub fn column(&self, column: usize) -> impl Iterator<Item = Option<&str>> {
        (0..self.rows).map(move |row| self.cell(row, column))
    }
}

/// JSON objects on their way to a table.
#[derive(Default)]
struct Records {
    names: Vec<String>,
    index: HashMap<String, usize>,
    /// Last row, from 1, in which each column had a value.
    last_rows: Vec<usize>,
    rows: Vec<Vec<(usize, String)>>,
}

/// One JSON object: keys and cells in order.
struct Record(Vec<(String, String)>);

impl Records {
    fn push(&mut self, record: Record) -> serde_json::Result<()> {
        let rows = self.rows.len() + 1;
        let mut row = Vec::with_capacity(record.0.len());
        for (name, cell) in record.0 {
            let column = match self.index.get(&name) {
                Some(column) => *column,
                None => {
                    self.index.insert(name.clone(), self.names.len());
                    self.names.push(name);
                    self.last_rows.push(0);
                    self.names.len() - 1
                }
            };
            if std::mem::replace(&mut self.last_rows[column], rows) == rows {
                let name = &self.names[column];
                return Err(serde::de::Error::custom(format!("column {name:?} is there twice")));
            }
            row.push((column, cell));
        }
        self.rows.push(row);
        Ok(())
    }

    /// Push the objects of an array while it is being read, so that an error finds the rows before it.
    fn read_array<'de>(
        &mut self,
        deserializer: impl Deserializer<'de, Error = serde_json::Error>,
    ) -> serde_json::Result<()> {
        struct ArraySeed<'a>(&'a mut Records);

        impl<'de> Visitor<'de> for ArraySeed<'_> {
            type Value = ();

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an array of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut objects: A) -> Result<(), A::Error> {
                while let Some(record) = objects.next_element()? {
                    self.0.push(record).map_err(serde::de::Error::custom)?;
                }
                Ok(())
            }
        }

        impl<'de> DeserializeSeed<'de> for ArraySeed<'_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_seq(self)
            }
        }

        ArraySeed(self).deserialize(deserializer)
    }

    fn into_table(self, options: &ReadOptions) -> Result<Table, TableError> {
        let mut table = Table::new(self.names.iter().map(|name| name.trim().to_owned()).collect())?;
        for row in &self.rows {
            let mut cells = vec![""; self.names.len()];
            for (column, cell) in row {
                let missing = options.missing.iter().any(|missing| missing == cell.trim());
                cells[*column] = if missing { "" } else { cell };
            }
            table.push_row(cells)?;
        }
        Ok(table)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RecordVisitor;

        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = Record;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object with a value for each column")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Record, A::Error> {
                let mut cells: Vec<(String, String)> = Vec::new();
                while let Some((name, value)) = pairs.next_entry::<String, &RawValue>()? {
                    let cell = cell_text(value.get())
                        .map_err(|problem| serde::de::Error::custom(format!("column {name:?}: {problem}")))?;
                    cells.push((name, cell));
                }
                Ok(Record(cells))
            }
        }

        deserializer.deserialize_map(RecordVisitor)
    }
}

/// The cell that a JSON value stands for: a string's content, a number's or truth value's digits or letters.
fn cell_text(json: &str) -> Result<String, String> {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).map_err(|error| error.to_string()),
        Some(b'{' | b'[') => Err("a cell is a text, a number or null, not an array or object".into()),
        _ if json == "null" => Ok(String::new()),
        _ => Ok(json.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &[u8]) -> Result<Table, String> {
        Table::read_csv(text, &ReadOptions::default()).map_err(|error| error.to_string())
    }

    fn json(text: &str) -> Result<Table, String> {
        Table::read_json(text.as_bytes(), &ReadOptions::default()).map_err(|error| error.to_string())
    }

    fn cells(table: &Table) -> Vec<Vec<Option<&str>>> {
        (0..table.rows())
            .map(|row| (0..table.columns().len()).map(|column| table.cell(row, column)).collect())
            .collect()
    }

    #[test]
    fn csv_with_quotes_empty_cells_a_byte_order_mark_and_windows_line_ends() {
        let table = csv(b"\xef\xbb\xbfage ,\"city, state\"\r\n 1 ,\"a \"\"b\"\", c\"\r\n\r\n,x\r\n").unwrap();
        assert_eq!(table.columns(), ["age", "city, state"]);
        assert_eq!(cells(&table), [[Some("1"), Some("a \"b\", c")], [None, Some("x")]]);
        assert_eq!(table.cell(2, 0), None);
        assert_eq!(table.cell(0, 2), None);
    }

    #[test]
    fn other_delimiters_and_words_for_missing() {
        let options = ReadOptions { delimiter: b';', missing: vec!["?".into(), "NA".into()] };
        let table = Table::read_csv(&b"a;b\n?;1\nNA;NAN\n"[..], &options).unwrap();
        assert_eq!(cells(&table), [[None, Some("1")], [None, Some("NAN")]]);
    }

    #[test]
    fn a_row_with_another_number_of_cells_is_named() {
        let expected = "row 2 has 3 cells instead of 2; is the delimiter right, are quotes closed?";
        assert_eq!(csv(b"a,b\n\n1,2\n1,2,3\n").unwrap_err(), expected);
        assert!(csv(b"a,b\n1\n").unwrap_err().starts_with("row 1 has 1 cells instead of 2"));
    }

    #[test]
    fn empty_files_are_refused() {
        assert_eq!(csv(b"").unwrap_err(), "the table is empty: it has no header");
        assert_eq!(csv(b"a,b\n").unwrap_err(), "the table is empty: it has no rows");
        assert_eq!(json(" \n").unwrap_err(), "the table is empty: it has no rows");
        assert_eq!(json("[]").unwrap_err(), "the table is empty: it has no columns");
        assert_eq!(json("[{}]").unwrap_err(), "the table is empty: it has no columns");
    }

    #[test]
    fn text_that_is_not_utf8_is_named() {
        let error = csv(b"name,city\nAnna,K\xf6ln\n").unwrap_err();
        assert_eq!(error, "row 1, column \"city\": the text is not UTF-8; save the file as UTF-8");
        assert_eq!(
            csv(b"name,K\xf6ln\n1,2\n").unwrap_err(),
            "the header, cell 2, is not UTF-8; save the file as UTF-8"
        );
    }

    #[test]
    fn headers_without_names_or_with_the_same_twice_are_refused() {
        assert_eq!(csv(b"a,,c\n1,2,3\n").unwrap_err(), "column 2 has no name; write one into the header");
        assert_eq!(csv(b"a,b, a\n1,2,3\n").unwrap_err(), "two columns are called \"a\"; rename one of them");
        let wide = vec!["x"; 1_025].join(",");
        assert!(csv(wide.as_bytes()).unwrap_err().starts_with("the table has 1025 columns"));
    }

    #[test]
    fn json_arrays_and_lines_are_the_same_table() {
        let array = json(r#"[{"a": 1.50, "b": "x"}, {"b": null, "c": true}, {"a": 1e-3}]"#).unwrap();
        let lines = json("{\"a\": 1.50, \"b\": \"x\"}\n{\"b\": null, \"c\": true}\n{\"a\": 1e-3}\n").unwrap();
        assert_eq!(array, lines);
        assert_eq!(array.columns(), ["a", "b", "c"]);
        assert_eq!(
            cells(&array),
            [[Some("1.50"), Some("x"), None], [None, None, Some("true")], [Some("1e-3"), None, None]]
        );
    }

    #[test]
    fn json_errors_name_the_row() {
        assert!(json(r#"[{"a": 1}, {"a": [2]}]"#).unwrap_err().starts_with("row 2: not JSON: column \"a\": a cell is"));
        assert!(json("{\"a\": 1}\n{\"a\": }").unwrap_err().starts_with("row 2: not JSON"));
        assert!(json(r#"[{"a": 1, "a": 2}]"#).unwrap_err().contains("there twice"));
        assert!(json(r#"[{"a": 1}] x"#).unwrap_err().contains("trailing"));
        assert!(json("[1]").unwrap_err().contains("an object with a value for each column"));
    }

    #[test]
    fn a_file_is_read_by_the_end_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("t.csv", "a,b\n1,2\n"), ("t.TSV", "a\tb\n1\t2\n"), ("t.jsonl", r#"{"a":1,"b":2}"#)] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let table = Table::read_file(&path, &ReadOptions::default()).unwrap();
            assert_eq!(cells(&table), [[Some("1"), Some("2")]], "{name}");
        }
        let error = Table::read_file(&folder.path().join("none.csv"), &ReadOptions::default()).unwrap_err();
        assert!(error.to_string().contains("none.csv"));
    }
}
