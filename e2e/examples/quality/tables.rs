//! Real datasets as codes, by the way that a provider packs them: CSV, schema, codes.

use neurodata_dataset::{
    infer, Column as SchemaColumn, ColumnKind as SchemaKind, Dataset, InferOptions, ReadOptions, Schema, Table,
};
use neurodata_training::{Column, ColumnKind, TrainingTable};
use std::{error::Error, fs, path::Path};

/// How the schema of a dataset comes about. The target is its last column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// As `neurodata dataset infer-schema` does; the target is a category.
    Classes,
    /// The same; the target is a number.
    Numbers,
    /// Pixels from 0 to `largest`; the target is a category.
    Pixels { largest: u16 },
    /// Numbers of tokens below `tokens`, the same in all positions; the target is a category.
    Tokens { tokens: u16 },
}

/// A dataset that `scripts/fetch-datasets.sh` fetches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Its name there.
    pub name: &'static str,
    /// Form of its columns.
    pub form: Form,
}

/// The table of a dataset.
pub struct RealTable {
    /// Its cells.
    pub table: TrainingTable,
    /// Index of the target: that of the last column.
    pub target: u16,
}

impl RealTable {
    /// Read NAME.csv in `folder`.
    pub fn read(folder: &Path, subject: &Subject) -> Result<Self, Box<dyn Error>> {
        let path = folder.join(format!("{}.csv", subject.name));
        if !path.is_file() {
            return Err(format!(
                "{} is missing; `scripts/fetch-datasets.sh {}` fetches it",
                path.display(),
                subject.name
            )
            .into());
        }
        let table = Table::read_file(&path, &ReadOptions::default())?;
        let (dataset, _) = Dataset::encode(&table, &schema(&table, subject)?)?;
        let columns: Vec<Column> = dataset.schema().columns().iter().map(column).collect();
        let target = u16::try_from(columns.len() - 1)?;
        Ok(Self { table: TrainingTable::new(columns, dataset.codes().to_vec())?, target })
    }

    /// Classes of the target, if it is a category.
    pub fn classes(&self) -> Option<u16> {
        let target = self.table.columns().get(usize::from(self.target))?;
        (target.kind == ColumnKind::Category).then(|| target.values() as u16)
    }

    /// The table without the target.
    pub fn inputs(&self) -> Result<TrainingTable, Box<dyn Error>> {
        let inputs = usize::from(self.target);
        let columns = self.table.columns()[..inputs].to_vec();
        let codes = self.table.iter_rows().flat_map(|row| &row[..inputs]).copied().collect();
        Ok(TrainingTable::new(columns, codes)?)
    }

    /// Write NAME.codes, the cells row by row as little-endian 16-bit numbers, and NAME.json, the columns.
    pub fn write(&self, name: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
        let codes: Vec<u8> = self.table.iter_rows().flatten().flat_map(|code| code.to_le_bytes()).collect();
        fs::write(folder.join(format!("{name}.codes")), codes)?;
        let description = serde_json::json!({
            "rows": self.table.rows(),
            "target": self.target,
            "columns": self.table.columns(),
        });
        Ok(fs::write(folder.join(format!("{name}.json")), description.to_string())?)
    }
}

fn schema(table: &Table, subject: &Subject) -> Result<Schema, Box<dyn Error>> {
    let names = table.columns();
    let target = names.last().ok_or("the table has no column")?;
    let categories = if subject.form == Form::Numbers { Vec::new() } else { vec![target.clone()] };
    let options = InferOptions { name: subject.name.into(), categories, ..InferOptions::default() };
    let inputs = match subject.form {
        Form::Classes | Form::Numbers => return Ok(infer(table, &options)?),
        Form::Pixels { largest } => {
            SchemaKind::Numeric { min: "0".parse()?, max: largest.to_string().parse()?, step: "1".parse()? }
        }
        Form::Tokens { tokens } => {
            SchemaKind::Category { values: (0..tokens).map(|token| token.to_string()).collect() }
        }
    };
    // Only the target is left to be inferred.
    let mut targets = Table::new(vec![target.clone()])?;
    for cell in table.column(names.len() - 1) {
        targets.push_row([cell.unwrap_or_default()])?;
    }
    let mut columns: Vec<SchemaColumn> = names[..names.len() - 1]
        .iter()
        .map(|name| SchemaColumn { name: name.clone(), kind: inputs.clone(), nullable: false })
        .collect();
    columns.extend_from_slice(infer(&targets, &options)?.columns());
    Ok(Schema::new(subject.name, "", columns, None)?)
}

fn column(column: &SchemaColumn) -> Column {
    let bound = column.bound();
    let kind = match column.kind {
        SchemaKind::Numeric { .. } => ColumnKind::Numeric,
        SchemaKind::Category { .. } => ColumnKind::Category,
    };
    Column { bound: bound.bound, nullable: bound.nullable, kind }
}
