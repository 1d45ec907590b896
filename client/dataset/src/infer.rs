//! A first schema for a table, to be read and corrected by whoever knows the data.

use crate::{
    decimal::MAX_DIGITS,
    schema::{CategoryProblem, NumericProblem, SchemaError},
    Column, ColumnKind, Decimal, Schema, Table,
};
use std::collections::BTreeSet;

/// A target with at most this many different values is taken for a category: a class label.
pub const MAX_TARGET_CLASSES: usize = 256;

/// What inference cannot read off the table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InferOptions {
    /// Name of the dataset.
    pub name: String,
    /// Human text about the dataset.
    pub description: String,
    /// Name of the target column.
    pub target: Option<String>,
    /// Names of columns that are categories even if their values look like numbers.
    pub categories: Vec<String>,
}

/// A schema that fits `table`.
///
/// A column whose values are all numbers is numeric: `min` and `max` are the extremes seen, `step` is one unit of the
/// last decimal place seen. If that makes more values than there are codes, the step is the smallest of 1, 2 or 5 times
/// a power of ten that doesn't, and `max` moves up to the grid. Any other column is a category of the values seen, in
/// ascending order; so is a target of at most [`MAX_TARGET_CLASSES`] values. A column is nullable if a cell is empty.
pub fn infer(table: &Table, options: &InferOptions) -> Result<Schema, SchemaError> {
    for name in options.categories.iter().chain(&options.target) {
        if !table.columns().contains(name) {
            return Err(SchemaError::Target { target: name.clone() });
        }
    }
    let columns = table.columns().iter().enumerate().map(|(index, name)| infer_column(table, index, name, options));
    let columns = columns.collect::<Result<_, _>>()?;
    Schema::new(options.name.as_str(), options.description.as_str(), columns, options.target.clone())
}

fn infer_column(table: &Table, index: usize, name: &str, options: &InferOptions) -> Result<Column, SchemaError> {
    let nullable = table.column(index).any(|cell| cell.is_none());
    let most = u16::MAX - u16::from(nullable);
    let is_target = options.target.as_deref() == Some(name);
    let is_category = options.categories.iter().any(|category| category == name)
        || (is_target && distinct(table, index, MAX_TARGET_CLASSES).is_some());
    let numbers = if is_category { None } else { numbers(table, index) };
    let kind = match numbers {
        Some(numbers) => {
            numeric(&numbers, most).map_err(|problem| SchemaError::Numeric { column: name.to_owned(), problem })?
        }
        None => {
            let most = usize::from(most) + 1;
            let too_many = || SchemaError::Category {
                column: name.to_owned(),
                problem: CategoryProblem::Count { values: most + 1, most },
            };
            ColumnKind::Category { values: in_order(distinct(table, index, most).ok_or_else(too_many)?) }
        }
    };
    Ok(Column { name: name.to_owned(), kind, nullable })
}

/// The numbers of a column; `None` if a value is no number. A column without values is numeric.
fn numbers(table: &Table, index: usize) -> Option<Vec<Decimal>> {
    table.column(index).flatten().map(|cell| cell.parse().ok()).collect()
}

/// The different values of a column; `None` if there are more than `most`.
fn distinct(table: &Table, index: usize, most: usize) -> Option<BTreeSet<&str>> {
    let mut values = BTreeSet::new();
    for cell in table.column(index).flatten() {
        values.insert(cell);
        if values.len() > most {
            return None;
        }
    }
    Some(values)
}

/// By number if all are numbers, otherwise by bytes.
fn in_order(values: BTreeSet<&str>) -> Vec<String> {
    let mut values: Vec<(Option<Decimal>, &str)> =
        values.into_iter().map(|value| (value.parse().ok(), value)).collect();
    if values.iter().all(|(number, _)| number.is_some()) {
        values.sort();
    }
    values.into_iter().map(|(_, value)| value.to_owned()).collect()
}

fn numeric(numbers: &[Decimal], most: u16) -> Result<ColumnKind, NumericProblem> {
    let min = numbers.iter().min().copied().unwrap_or_default();
    let max = numbers.iter().max().copied().unwrap_or_default();
    let decimals = numbers.iter().map(|number| number.decimals()).max().unwrap_or(0);
    let range = max.units() - min.units();
    let finest = 10i128.pow(MAX_DIGITS - decimals);
    // 1, 2, 5, 10, ... times the finest step, up to half of 10^18: a number has at most 18 digits before the point.
    let factors = (0..2 * MAX_DIGITS).flat_map(|power| [1, 2, 5].map(|factor| factor * 10i128.pow(power)));
    let steps = factors.filter_map(|factor| finest.checked_mul(factor).and_then(Decimal::from_units));
    for step in steps {
        let levels = range / step.units() + i128::from(range % step.units() != 0);
        let max = Decimal::from_units(min.units() + levels * step.units());
        if let Some(max) = max.filter(|_| levels <= i128::from(most)) {
            return Ok(ColumnKind::Numeric { min, max, step });
        }
    }
    Err(NumericProblem::TooManyCodes { codes: range / finest, most })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dataset, ReadOptions};

    fn table(text: &str) -> Table {
        Table::read_csv(text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    fn kind(values: &[&str]) -> ColumnKind {
        let text = format!("x,y\n{}", values.iter().map(|value| format!("{value},1\n")).collect::<String>());
        let schema = infer(&table(&text), &InferOptions::default()).unwrap();
        // What was inferred takes every cell.
        Dataset::encode(&table(&text), &schema).unwrap();
        schema.columns()[0].kind.clone()
    }

    fn numeric_kind(min: &str, max: &str, step: &str) -> ColumnKind {
        let decimal = |text: &str| text.parse().unwrap();
        ColumnKind::Numeric { min: decimal(min), max: decimal(max), step: decimal(step) }
    }

    fn category_kind(values: &[&str]) -> ColumnKind {
        ColumnKind::Category { values: values.iter().map(|value| value.to_string()).collect() }
    }

    #[test]
    fn steps_follow_the_decimals_seen() {
        assert_eq!(kind(&["3", "-1", "7"]), numeric_kind("-1", "7", "1"));
        assert_eq!(kind(&["1.5", "2", "0.25"]), numeric_kind("0.25", "2", "0.01"));
        assert_eq!(kind(&["63.0", "67.0"]), numeric_kind("63", "67", "1"));
        assert_eq!(kind(&["", ""]), numeric_kind("0", "0", "1"));
    }

    #[test]
    fn steps_grow_until_the_codes_suffice() {
        assert_eq!(kind(&["0", "65535"]), numeric_kind("0", "65535", "1"));
        assert_eq!(kind(&["0", "65536"]), numeric_kind("0", "65536", "2"));
        assert_eq!(kind(&["0", "131070"]), numeric_kind("0", "131070", "2"));
        assert_eq!(kind(&["0", "131071"]), numeric_kind("0", "131075", "5"));
        assert_eq!(kind(&["0.000001", "1"]), numeric_kind("0.000001", "1.000001", "0.00002"));
        assert_eq!(kind(&["", "65535"]), numeric_kind("65535", "65535", "1"));
    }

    #[test]
    fn large_ranges_have_a_grid_and_the_largest_an_error() {
        kind(&["-99999999999999999.999999999999999999", "99999999999999999.999999999999999999"]);
        kind(&["0.000000000000000001", "99999999999999999"]);
        let edge = table("x,y\n0,1\n999999999999999999.999999999999999999,1\n");
        let error = infer(&edge, &InferOptions::default()).unwrap_err();
        assert!(error.to_string().contains("choose a larger step"), "{error}");
    }

    #[test]
    fn texts_are_categories_in_order() {
        assert_eq!(kind(&["b", "a", "b"]), category_kind(&["a", "b"]));
        assert_eq!(kind(&["10", "9", "x"]), category_kind(&["10", "9", "x"]));
    }

    #[test]
    fn targets_and_named_columns_are_categories_ordered_by_number() {
        let table = table("grade,code,y\n10,7,1\n9,5,0\n,7,1\n");
        let options = InferOptions {
            name: "t".into(),
            description: "d".into(),
            target: Some("y".into()),
            categories: vec!["grade".into()],
        };
        let schema = infer(&table, &options).unwrap();
        assert_eq!(schema.columns()[0].kind, category_kind(&["9", "10"]));
        assert!(schema.columns()[0].nullable);
        assert_eq!(schema.columns()[1].kind, numeric_kind("5", "7", "1"));
        assert_eq!(schema.columns()[2].kind, category_kind(&["0", "1"]));
        assert_eq!((schema.name(), schema.description(), schema.target()), ("t", "d", Some(2)));
    }

    #[test]
    fn a_target_of_many_values_stays_numeric() {
        let text = format!("x,y\n{}", (0..300).map(|value| format!("1,{value}\n")).collect::<String>());
        let options = InferOptions { target: Some("y".into()), ..Default::default() };
        let schema = infer(&table(&text), &options).unwrap();
        assert_eq!(schema.columns()[1].kind, numeric_kind("0", "299", "1"));
    }

    #[test]
    fn unknown_names_are_refused() {
        let options = InferOptions { target: Some("z".into()), ..Default::default() };
        let error = infer(&table("x,y\n1,2\n"), &options).unwrap_err();
        assert_eq!(error, SchemaError::Target { target: "z".into() });
    }
}
