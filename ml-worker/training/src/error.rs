//! What can go wrong.

use neurodata_primitives::SpecError;

/// Why a training run or a prediction failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The spec's numbers are out of range or don't fit the table.
    #[error("the training spec is refused: {0}")]
    Spec(SpecError),
    /// The table is malformed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The target is a numeric column.
    #[error("the target, column {column}, is numeric; a classifier needs a category")]
    TargetNotCategory {
        /// Index of the target, from 0.
        column: u16,
    },
    /// The spec's classes are not the values of the target.
    #[error("the spec says {spec} classes, the target has {table} values")]
    Classes {
        /// Classes of the spec.
        spec: u32,
        /// Values of the target column.
        table: u32,
    },
    /// A row has no value in the target column.
    #[error("row {row} has no value in the target, column {column}; remove such rows before packing")]
    TargetMissing {
        /// Index of the row, from 0.
        row: u32,
        /// Index of the target, from 0.
        column: u16,
    },
    /// A row may have no value in the target column: the dataset has missing cells, and nobody can tell where.
    #[error("the target, column {column}, may lack values: {missing_cells} cells of the dataset are missing")]
    TargetMayMiss {
        /// Index of the target, from 0.
        column: u16,
        /// Missing cells of the whole dataset.
        missing_cells: u64,
    },
    /// The encoded table is larger than [`crate::encoding::MAX_ENCODED_CELLS`].
    #[error("{rows} rows of {features} features are more than the {limit} numbers that a run may hold")]
    TooLarge {
        /// Rows of the table.
        rows: u64,
        /// Features of a row.
        features: u64,
        /// Most numbers.
        limit: u64,
    },
    /// The model would have more than [`crate::run::MAX_PARAMETERS`].
    #[error("{parameters} parameters are more than the {limit} that a model may have")]
    TooManyParameters {
        /// Parameters of the model.
        parameters: u64,
        /// Most parameters.
        limit: u64,
    },
    /// The caller stopped the run.
    #[error("the run was stopped after epoch {epoch}")]
    Stopped {
        /// Epochs that were completed.
        epoch: u32,
    },
    /// The run does not have that many checkpoints, or none were asked for.
    #[error("a run with {run} checkpoints cannot be repeated up to {asked} of them")]
    Checkpoints {
        /// Checkpoints that were asked for.
        asked: u32,
        /// Checkpoints of the whole run.
        run: u32,
    },
    /// A checkpoint cannot be resumed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A model file cannot be read.
    #[error(transparent)]
    ModelFile(#[from] ModelFileError),
    /// Training cannot start from the initial model.
    #[error("training cannot start from the initial model: {0}")]
    InitialModel(ModelFileError),
    /// The tensor library or the device failed.
    #[error("the device failed: {0}")]
    Device(#[from] candle_core::Error),
}

impl From<SpecError> for Error {
    fn from(error: SpecError) -> Self {
        Self::Spec(error)
    }
}

/// Why cells are no table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TableError {
    /// There are no columns.
    #[error("the table has no columns")]
    NoColumns,
    /// There are no rows.
    #[error("the table has no rows")]
    NoRows,
    /// There are more columns or rows than can be counted.
    #[error("the table has more columns or rows than are allowed")]
    TooLarge,
    /// The number of cells is no multiple of the number of columns.
    #[error("{cells} cells are no whole rows of {columns} columns")]
    PartialRow {
        /// Cells.
        cells: usize,
        /// Columns.
        columns: usize,
    },
    /// A cell lies outside its column's bound.
    #[error("row {row}, column {column}: code {code} is above the bound {bound}")]
    OutOfBounds {
        /// Index of the row, from 0.
        row: usize,
        /// Index of the column, from 0.
        column: usize,
        /// The cell's code.
        code: u16,
        /// Largest valid code.
        bound: u16,
    },
}

/// Why a checkpoint cannot be resumed. The caller starts the run anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The bytes are no checkpoint or were altered.
    #[error("the checkpoint is damaged")]
    Damaged,
    /// It belongs to another table, spec or seed.
    #[error("the checkpoint belongs to another run")]
    OtherRun,
}

/// Why a model file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// It is no safetensors file.
    #[error("the model file is no safetensors file: {0}")]
    Safetensors(#[from] safetensors::SafeTensorError),
    /// The description is missing or not understood.
    #[error("the model file's description is missing or malformed: {0}")]
    Description(String),
    /// A tensor is missing or has another shape or type than the description asks for.
    #[error("tensor {name} of the model file: expected {expected}, found {found}")]
    Tensor {
        /// Name of the tensor.
        name: String,
        /// Type and shape that the description asks for.
        expected: String,
        /// What the file holds.
        found: String,
    },
    /// A parameter is infinite or undefined.
    #[error("tensor {name} of the model file holds a number that is not finite")]
    NotFinite {
        /// Name of the tensor.
        name: String,
    },
}
