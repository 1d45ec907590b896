//! The schema: which columns a dataset has and what their cells may hold.
//!
//! ```json
//! {"format":"neurodata/schema/1","name":"heart","description":"","columns":[
//!   {"name":"age","kind":{"numeric":{"min":"29","max":"77","step":"1"}},"nullable":false},
//!   {"name":"thal","kind":{"category":{"values":["normal","fixed","reversable"]}},"nullable":true}],"target":"thal"}
//! ```
//!
//! A schema file may be laid out freely, and numbers in it are integers or decimals in quotes. Its canonical bytes have
//! no white space, every key in the order above, and every number in quotes in its shortest form. The digest on chain
//! is BLAKE2b-256 of the canonical bytes.
//!
//! ## Codes
//!
//! ```text
//! numeric:  code = round_half_up((x - min) / step) + nullable
//! category: code = index of the value + nullable
//! missing:  code = 0, only if nullable
//! bound    = code of max, or of the last value
//! ```
//!
//! `x - min` is never negative, so that rounding half up is rounding half away from zero. `nullable` counts as 0 or 1.

use crate::{Decimal, InvalidDecimal};
use neurodata_primitives::{
    layout::{CellBound, MAX_COLUMNS},
    SchemaDigest,
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// What a schema's `format` says.
pub const FORMAT: &str = "neurodata/schema/1";
/// Most bytes of a schema, as a file and in canonical form: 4 MiB.
pub const MAX_SCHEMA_BYTES: usize = 4 << 20;
/// Most bytes of a column's name.
pub const MAX_NAME_BYTES: usize = 256;
/// Most bytes of a category's value.
pub const MAX_VALUE_BYTES: usize = 1_024;

/// The columns of a dataset, checked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Schema {
    format: String,
    name: String,
    description: String,
    columns: Vec<Column>,
    target: Option<String>,
}

/// One column.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name, as in the table's header.
    pub name: String,
    /// What its cells hold.
    pub kind: ColumnKind,
    /// Whether cells may have no value.
    #[serde(default)]
    pub nullable: bool,
}

/// What the cells of a column hold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ColumnKind {
    /// Numbers, kept as multiples of `step` above `min`.
    Numeric {
        /// Smallest value, inclusive.
        min: Decimal,
        /// Largest value, inclusive: `min` and a whole number of steps.
        max: Decimal,
        /// Distance of neighbouring values, above 0.
        step: Decimal,
    },
    /// One of some texts.
    Category {
        /// The texts, in the order of their codes.
        values: Vec<String>,
    },
}

/// The value that a code stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// No value.
    Missing,
    /// A number.
    Number(Decimal),
    /// One of a category's texts.
    Text(&'a str),
}

/// Why a schema is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SchemaError {
    /// The file is not a schema.
    #[error("the file is not a schema: {problem}")]
    Malformed {
        /// What the JSON reader said.
        problem: String,
    },
    /// The format is another one.
    #[error("the schema's format is {found:?} instead of {FORMAT:?}")]
    Format {
        /// The format.
        found: String,
    },
    /// The schema is too large.
    #[error("the schema has {bytes} bytes; at most {MAX_SCHEMA_BYTES} are possible")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
    },
    /// There are no columns, or too many.
    #[error("the schema has {columns} columns; it needs 1 to {MAX_COLUMNS}")]
    ColumnCount {
        /// How many.
        columns: usize,
    },
    /// A name cannot be used.
    #[error(
        "column {number} cannot be called {name:?}: a name has 1 to {MAX_NAME_BYTES} bytes, no control characters and \
         no white space at its ends"
    )]
    Name {
        /// Which column, from 1.
        number: usize,
        /// The name.
        name: String,
    },
    /// Two columns have one name.
    #[error("two columns are called {name:?}; rename one of them")]
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// The target is no column.
    #[error("the target {target:?} is none of the columns")]
    Target {
        /// The target.
        target: String,
    },
    /// The numbers of a numeric column don't fit.
    #[error("column {column:?}: {problem}")]
    Numeric {
        /// Which column.
        column: String,
        /// What doesn't fit.
        problem: NumericProblem,
    },
    /// The values of a category don't fit.
    #[error("column {column:?}: {problem}")]
    Category {
        /// Which column.
        column: String,
        /// What doesn't fit.
        problem: CategoryProblem,
    },
}

/// What is wrong with a numeric column.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NumericProblem {
    /// The step is not above zero.
    #[error("the step must be above 0")]
    Step,
    /// The largest value is below the smallest.
    #[error("the largest value {max} is below the smallest {min}")]
    Order {
        /// The smallest.
        min: Decimal,
        /// The largest.
        max: Decimal,
    },
    /// The largest value is not on the grid.
    #[error("the largest value must be the smallest and a whole number of steps; try {try_max}")]
    Grid {
        /// The next value on the grid.
        try_max: String,
    },
    /// There are more values than codes.
    #[error(
        "{codes} steps lie between the smallest and the largest value, at most {most} are possible; choose a larger \
         step"
    )]
    TooManyCodes {
        /// How many steps.
        codes: i128,
        /// Most steps.
        most: u16,
    },
}

/// What is wrong with a category.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CategoryProblem {
    /// There are no values, or too many.
    #[error("it has {values} values; a category needs 1 to {most}")]
    Count {
        /// How many.
        values: usize,
        /// Most values.
        most: usize,
    },
    /// A value cannot be used.
    #[error(
        "the value {value:?} cannot be used: a value has 1 to {MAX_VALUE_BYTES} bytes and no white space at its ends"
    )]
    Value {
        /// The value, shortened.
        value: String,
    },
    /// A value is there twice.
    #[error("the value {value:?} is there twice")]
    Duplicate {
        /// The value.
        value: String,
    },
}

/// Why a text has no code in a column.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CellProblem {
    /// The cell is empty and the column is not nullable.
    #[error("the value is missing; fill it in, remove the row, or make the column nullable in the schema")]
    Missing,
    /// The text is no number.
    #[error(transparent)]
    Number(#[from] InvalidDecimal),
    /// The number lies outside the column's bounds.
    #[error("it lies outside {min} to {max}; correct it, or widen the bounds in the schema")]
    OutOfRange {
        /// Smallest value.
        min: Decimal,
        /// Largest value.
        max: Decimal,
    },
    /// The text is none of the category's values.
    #[error("it is none of the category's values ({known}); correct it, or add it to the schema")]
    UnknownCategory {
        /// The first values.
        known: String,
    },
}

impl Column {
    /// Largest code, and whether code 0 means that the value is missing.
    pub fn bound(&self) -> CellBound {
        let top = match &self.kind {
            // Bounded by the schema's checks.
            ColumnKind::Numeric { min, max, step } => (max.units() - min.units()) / step.units(),
            ColumnKind::Category { values } => values.len() as i128 - 1,
        };
        CellBound { bound: (top + i128::from(self.nullable)) as u16, nullable: self.nullable }
    }

    /// Values that are not missing.
    pub fn levels(&self) -> u32 {
        let CellBound { bound, nullable } = self.bound();
        u32::from(bound) + 1 - u32::from(nullable)
    }

    /// What `code` counts without the shift for missing values: the steps above `min`, or the index of the value.
    /// `None` if the value is missing.
    pub fn level(&self, code: u16) -> Option<u16> {
        code.checked_sub(u16::from(self.nullable))
    }

    /// A numeric column's value scaled to 0 to 1 inclusive: `level / (levels - 1)`, and 0 if there is one value only.
    /// `None` if the value is missing or the column is a category.
    pub fn scaled(&self, code: u16) -> Option<f64> {
        match self.kind {
            ColumnKind::Category { .. } => None,
            ColumnKind::Numeric { .. } => {
                self.level(code).map(|level| f64::from(level) / f64::from((self.levels() - 1).max(1)))
            }
        }
    }

    /// The value that `code` stands for; `None` if the code is above the bound.
    pub fn value(&self, code: u16) -> Option<Value<'_>> {
        if code > self.bound().bound {
            return None;
        }
        let Some(level) = self.level(code) else { return Some(Value::Missing) };
        match &self.kind {
            ColumnKind::Numeric { min, step, .. } => {
                Decimal::from_units(min.units() + step.units() * i128::from(level)).map(Value::Number)
            }
            ColumnKind::Category { values } => values.get(usize::from(level)).map(|value| Value::Text(value)),
        }
    }

    fn validate(&self) -> Result<(), SchemaError> {
        let most = u16::MAX - u16::from(self.nullable);
        match &self.kind {
            ColumnKind::Numeric { min, max, step } => validate_numeric(*min, *max, *step, most)
                .map_err(|problem| SchemaError::Numeric { column: self.name.clone(), problem }),
            ColumnKind::Category { values } => validate_category(values, usize::from(most) + 1)
                .map_err(|problem| SchemaError::Category { column: self.name.clone(), problem }),
        }
    }
}

fn validate_numeric(min: Decimal, max: Decimal, step: Decimal, most: u16) -> Result<(), NumericProblem> {
    if step <= Decimal::ZERO {
        return Err(NumericProblem::Step);
    }
    if max < min {
        return Err(NumericProblem::Order { min, max });
    }
    let range = max.units() - min.units();
    let codes = range / step.units();
    if codes > i128::from(most) {
        return Err(NumericProblem::TooManyCodes { codes, most });
    }
    if range % step.units() != 0 {
        let next = Decimal::from_units(min.units() + (codes + 1) * step.units());
        let try_max = next.map_or_else(|| "a smaller value".into(), |max| max.to_string());
        return Err(NumericProblem::Grid { try_max });
    }
    Ok(())
}

fn validate_category(values: &[String], most: usize) -> Result<(), CategoryProblem> {
    if values.is_empty() || values.len() > most {
        return Err(CategoryProblem::Count { values: values.len(), most });
    }
    let mut seen = HashSet::new();
    for value in values {
        if value.is_empty() || value.len() > MAX_VALUE_BYTES || value.trim() != value {
            return Err(CategoryProblem::Value { value: value.chars().take(100).collect() });
        }
        if !seen.insert(value) {
            return Err(CategoryProblem::Duplicate { value: value.clone() });
        }
    }
    Ok(())
}

impl Schema {
    /// A schema of these columns, checked.
    pub fn new(
        name: impl Into<String>,
        description: impl Into<String>,
        columns: Vec<Column>,
        target: Option<String>,
    ) -> Result<Self, SchemaError> {
        let schema =
            Self { format: FORMAT.into(), name: name.into(), description: description.into(), columns, target };
        schema.validate()?;
        Ok(schema)
    }

    /// Read a schema file.
    pub fn parse(bytes: &[u8]) -> Result<Self, SchemaError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct SchemaFile {
            format: String,
            name: String,
            #[serde(default)]
            description: String,
            columns: Vec<Column>,
            #[serde(default)]
            target: Option<String>,
        }

        if bytes.len() > MAX_SCHEMA_BYTES {
            return Err(SchemaError::TooLarge { bytes: bytes.len() });
        }
        let file: SchemaFile =
            serde_json::from_slice(bytes).map_err(|error| SchemaError::Malformed { problem: error.to_string() })?;
        if file.format != FORMAT {
            return Err(SchemaError::Format { found: file.format });
        }
        Self::new(file.name, file.description, file.columns, file.target)
    }

    fn validate(&self) -> Result<(), SchemaError> {
        if !(1..=MAX_COLUMNS as usize).contains(&self.columns.len()) {
            return Err(SchemaError::ColumnCount { columns: self.columns.len() });
        }
        let mut names = HashSet::new();
        for (index, column) in self.columns.iter().enumerate() {
            let name = &column.name;
            let usable = (1..=MAX_NAME_BYTES).contains(&name.len()) && name.trim() == name;
            if !usable || name.chars().any(char::is_control) {
                return Err(SchemaError::Name { number: index + 1, name: name.chars().take(100).collect() });
            }
            if !names.insert(name) {
                return Err(SchemaError::DuplicateColumn { name: name.clone() });
            }
            column.validate()?;
        }
        if let Some(target) = self.target.as_ref().filter(|target| !names.contains(target)) {
            return Err(SchemaError::Target { target: target.clone() });
        }
        let bytes = self.canonical().len();
        if bytes > MAX_SCHEMA_BYTES {
            return Err(SchemaError::TooLarge { bytes });
        }
        Ok(())
    }

    /// Name of the dataset.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Human text about the dataset.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Index of the column called `name`.
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Index of the target column.
    pub fn target(&self) -> Option<usize> {
        self.target.as_deref().and_then(|target| self.column_index(target))
    }

    /// The canonical bytes.
    pub fn canonical(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a schema has only texts, numbers and lists; qed")
    }

    /// A schema file for people to edit: the same content, laid out.
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(self).expect("a schema has only texts, numbers and lists; qed")
    }

    /// BLAKE2b-256 of the canonical bytes.
    pub fn digest(&self) -> SchemaDigest {
        SchemaDigest::new(sp_crypto_hashing::blake2_256(&self.canonical()))
    }
}

/// Finds the codes of one column's texts.
pub(crate) struct Encoder<'a> {
    column: &'a Column,
    codes: HashMap<&'a str, u16>,
}

/// A cell's code, and how far the value it stands for is from the text, in units of 10^-18.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Encoded {
    pub code: u16,
    pub error: u128,
}

impl<'a> Encoder<'a> {
    pub(crate) fn new(column: &'a Column) -> Self {
        let values: &[String] = match &column.kind {
            ColumnKind::Category { values } => values,
            ColumnKind::Numeric { .. } => &[],
        };
        let shift = usize::from(column.nullable);
        // A checked schema has no more values than codes.
        let codes = values.iter().enumerate().map(|(index, value)| (value.as_str(), (index + shift) as u16));
        Self { column, codes: codes.collect() }
    }

    pub(crate) fn encode(&self, cell: Option<&str>) -> Result<Encoded, CellProblem> {
        let Some(cell) = cell else {
            return if self.column.nullable { Ok(Encoded { code: 0, error: 0 }) } else { Err(CellProblem::Missing) };
        };
        match &self.column.kind {
            ColumnKind::Category { .. } => match self.codes.get(cell) {
                Some(code) => Ok(Encoded { code: *code, error: 0 }),
                None => Err(CellProblem::UnknownCategory { known: self.known() }),
            },
            ColumnKind::Numeric { min, max, step } => {
                let value: Decimal = cell.parse()?;
                if value < *min || value > *max {
                    return Err(CellProblem::OutOfRange { min: *min, max: *max });
                }
                let (above, step) = (value.units() - min.units(), step.units());
                // Half up without a division of odd numbers: floor((2 above + step) / (2 step)).
                let level = (2 * above + step) / (2 * step);
                let error = (above - level * step).unsigned_abs();
                Ok(Encoded { code: level as u16 + u16::from(self.column.nullable), error })
            }
        }
    }

    /// The category's first values, as an error shows them.
    fn known(&self) -> String {
        const SHOWN: usize = 5;
        let ColumnKind::Category { values } = &self.column.kind else { return String::new() };
        let shown: Vec<_> = values.iter().take(SHOWN).map(|value| format!("{value:?}")).collect();
        let more = if values.len() > SHOWN { format!(" and {} more", values.len() - SHOWN) } else { String::new() };
        shown.join(", ") + &more
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn numeric(min: &str, max: &str, step: &str, nullable: bool) -> Column {
        let kind = ColumnKind::Numeric { min: decimal(min), max: decimal(max), step: decimal(step) };
        Column { name: "x".into(), kind, nullable }
    }

    fn category(values: &[&str], nullable: bool) -> Column {
        let values = values.iter().map(|value| value.to_string()).collect();
        Column { name: "x".into(), kind: ColumnKind::Category { values }, nullable }
    }

    fn checked(column: Column) -> Result<Column, SchemaError> {
        Schema::new("t", "", vec![column], None).map(|schema| schema.columns[0].clone())
    }

    const FILE: &str = r#"{
        "target": "thal", "format": "neurodata/schema/1", "name": "heart",
        "columns": [
            {"name": "age", "kind": {"numeric": {"min": 29, "max": "77.0", "step": 1}}},
            {"nullable": true, "kind": {"category": {"values": ["normal", "fixed"]}}, "name": "thal"}
        ]
    }"#;

    #[test]
    fn a_file_has_one_canonical_form_and_digest() {
        let schema = Schema::parse(FILE.as_bytes()).unwrap();
        let expected = concat!(
            r#"{"format":"neurodata/schema/1","name":"heart","description":"","columns":["#,
            r#"{"name":"age","kind":{"numeric":{"min":"29","max":"77","step":"1"}},"nullable":false},"#,
            r#"{"name":"thal","kind":{"category":{"values":["normal","fixed"]}},"nullable":true}],"target":"thal"}"#,
        );
        assert_eq!(String::from_utf8(schema.canonical()).unwrap(), expected);
        assert_eq!(Schema::parse(expected.as_bytes()), Ok(schema.clone()));
        assert_eq!(Schema::parse(schema.pretty().as_bytes()), Ok(schema.clone()));
        assert_eq!(schema.target(), Some(1));
        assert_eq!(schema.digest().as_bytes(), &sp_crypto_hashing::blake2_256(expected.as_bytes()));
    }

    #[test]
    fn files_that_are_no_schema_are_refused() {
        let error = |text: &str| Schema::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error("{").starts_with("the file is not a schema"));
        assert!(error(&FILE.replace("schema/1", "schema/2")).contains("\"neurodata/schema/2\""));
        assert!(error(&FILE.replace("\"nullable\": true", "\"nulable\": true")).contains("nulable"));
        assert!(error(&FILE.replace("29", "29.5")).contains("in quotes"));
        assert!(error(&FILE.replace("\"target\": \"thal\"", "\"target\": \"tall\"")).contains("\"tall\""));
        assert!(error(&FILE.replace("\"age\"", "\"thal\"")).contains("two columns are called"));
        assert!(error(&FILE.replace("\"age\"", "\" age\"")).contains("column 1 cannot be called"));
        assert!(matches!(Schema::new("t", "", vec![], None), Err(SchemaError::ColumnCount { columns: 0 })));
        assert!(matches!(Schema::parse(&vec![b' '; MAX_SCHEMA_BYTES + 1]), Err(SchemaError::TooLarge { .. })));
    }

    #[test]
    fn numeric_columns_must_lie_on_their_grid_and_fit_16_bits() {
        let problem = |column| match checked(column) {
            Err(SchemaError::Numeric { problem, .. }) => Some(problem),
            _ => None,
        };
        assert_eq!(problem(numeric("0", "1", "0", false)), Some(NumericProblem::Step));
        assert_eq!(problem(numeric("0", "1", "-1", false)), Some(NumericProblem::Step));
        let (min, max) = (decimal("1"), decimal("0.5"));
        assert_eq!(problem(numeric("1", "0.5", "1", false)), Some(NumericProblem::Order { min, max }));
        let try_max = "1.2".to_string();
        assert_eq!(problem(numeric("0", "1", "0.4", false)), Some(NumericProblem::Grid { try_max }));
        let too_many = NumericProblem::TooManyCodes { codes: 65_535, most: 65_534 };
        assert_eq!(problem(numeric("0", "65535", "1", true)), Some(too_many));
        assert_eq!(checked(numeric("0", "65535", "1", false)).unwrap().bound().bound, u16::MAX);
        assert_eq!(checked(numeric("0", "65534", "1", true)).unwrap().bound().bound, u16::MAX);
        assert_eq!(checked(numeric("5", "5", "1", false)).unwrap().bound().bound, 0);
        let wide = "999999999999999999.999999999999999999";
        let step = "0.000000000000000001";
        assert!(matches!(
            problem(numeric(&format!("-{wide}"), wide, step, false)),
            Some(NumericProblem::TooManyCodes { .. })
        ));
    }

    #[test]
    fn categories_need_distinct_usable_values() {
        let problem = |column| match checked(column) {
            Err(SchemaError::Category { problem, .. }) => Some(problem),
            _ => None,
        };
        assert_eq!(problem(category(&[], false)), Some(CategoryProblem::Count { values: 0, most: 65_536 }));
        assert_eq!(problem(category(&["a", "a"], false)), Some(CategoryProblem::Duplicate { value: "a".into() }));
        for value in ["", " a", "a\n"] {
            assert!(matches!(problem(category(&[value], false)), Some(CategoryProblem::Value { .. })), "{value:?}");
        }
        let many: Vec<String> = (0..65_536).map(|index| index.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(checked(category(&many, false)).unwrap().bound().bound, u16::MAX);
        assert_eq!(problem(category(&many, true)), Some(CategoryProblem::Count { values: 65_536, most: 65_535 }));
    }

    #[test]
    fn numbers_round_half_up_to_the_grid() {
        let column = numeric("-1", "1", "0.5", false);
        let encoder = Encoder::new(&column);
        for (text, code, error) in [
            ("-1", 0, "0"),
            ("-0.75", 1, "0.25"),
            ("-0.76", 0, "0.24"),
            ("0.249999999999999999", 2, "0.249999999999999999"),
            ("0.25", 3, "0.25"),
            ("1.0", 4, "0"),
        ] {
            let error = decimal(error).units() as u128;
            assert_eq!(encoder.encode(Some(text)), Ok(Encoded { code, error }), "{text}");
        }
        assert_eq!(column.value(3), Some(Value::Number(decimal("0.5"))));
        assert_eq!(column.value(5), None);
        assert_eq!((column.scaled(0), column.scaled(1), column.scaled(4)), (Some(0.0), Some(0.25), Some(1.0)));
    }

    #[test]
    fn nullable_columns_shift_their_codes_by_one() {
        let column = numeric("10", "12", "1", true);
        assert_eq!(column.bound(), CellBound { bound: 3, nullable: true });
        assert_eq!(column.levels(), 3);
        let encoder = Encoder::new(&column);
        assert_eq!(encoder.encode(None).map(|encoded| encoded.code), Ok(0));
        assert_eq!(encoder.encode(Some("10")).map(|encoded| encoded.code), Ok(1));
        assert_eq!(column.value(0), Some(Value::Missing));
        assert_eq!((column.scaled(0), column.scaled(2)), (None, Some(0.5)));
        let column = category(&["a", "b"], true);
        let encoder = Encoder::new(&column);
        assert_eq!(encoder.encode(Some("b")).map(|encoded| encoded.code), Ok(2));
        assert_eq!((column.value(2), column.level(2), column.scaled(2)), (Some(Value::Text("b")), Some(1), None));
    }

    #[test]
    fn cells_outside_the_schema_say_what_is_wrong() {
        let column = numeric("0", "1", "0.1", false);
        let problem = |cell| Encoder::new(&column).encode(cell).unwrap_err();
        assert_eq!(problem(None), CellProblem::Missing);
        assert_eq!(problem(Some("x")), CellProblem::Number(InvalidDecimal::NotANumber));
        for text in ["1.0000000001", "-0.01"] {
            assert!(matches!(problem(Some(text)), CellProblem::OutOfRange { .. }), "{text}");
        }
        let column = category(&["a", "b", "c", "d", "e", "f"], false);
        assert_eq!(
            Encoder::new(&column).encode(Some("A")).unwrap_err().to_string(),
            "it is none of the category's values (\"a\", \"b\", \"c\", \"d\", \"e\" and 1 more); correct it, or \
             add it to the schema"
        );
    }

    proptest! {
        #[test]
        fn every_code_survives_its_text(
            levels in 0u16..2_000,
            min in -1_000_000i64..1_000_000,
            step in 1i64..5_000,
            nullable: bool,
        ) {
            let units = |thousandths: i64| Decimal::from_units(i128::from(thousandths) * 10i128.pow(15)).unwrap();
            let (min, max) = (units(min), units(min + i64::from(levels) * step));
            let kind = ColumnKind::Numeric { min, max, step: units(step) };
            let column = checked(Column { name: "x".into(), kind, nullable }).unwrap();
            let encoder = Encoder::new(&column);
            for code in 0..=column.bound().bound {
                let text = match column.value(code).unwrap() {
                    Value::Missing => None,
                    Value::Number(number) => Some(number.to_string()),
                    Value::Text(_) => unreachable!("a numeric column"),
                };
                prop_assert_eq!(encoder.encode(text.as_deref()), Ok(Encoded { code, error: 0 }));
            }
        }
    }
}
