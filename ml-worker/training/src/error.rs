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
    /// The target of a classifier is a numeric column.
    #[error("the target, column {column}, is numeric; a classifier needs a category")]
    TargetNotCategory {
        /// Index of the target, from 0.
        column: u16,
    },
    /// The target of a regression is a category.
    #[error("the target, column {column}, is a category; a regression needs numbers")]
    TargetNotNumeric {
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
    /// No row of the table has this class.
    #[error("no row has class {class} of the target; remove it from the column")]
    EmptyClass {
        /// The class, from 0.
        class: u16,
    },
    /// One row of the table has this class.
    #[error("only one row has class {class} of the target, which cannot be both learnt and tested")]
    SingleRow {
        /// The class, from 0.
        class: u16,
    },
    /// All rows have the same value in the target column.
    #[error("the target, column {column}, is the same in all rows: there is nothing to learn")]
    ConstantTarget {
        /// Index of the target, from 0.
        column: u16,
    },
    /// All rows have the same value in a column.
    #[error("column {column} is the same in all rows; remove it")]
    ConstantColumn {
        /// Index of the column, from 0.
        column: u16,
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
    /// A column of a text classifier holds numbers instead of tokens.
    #[error("column {column} is numeric; a text consists of tokens, which are categories")]
    NotTokens {
        /// Index of the column, from 0.
        column: u16,
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
    /// Rows have more features than the algorithm takes.
    #[error("{algorithm} takes at most {limit} features, these columns become {features}")]
    TooWide {
        /// The algorithm.
        algorithm: &'static str,
        /// Features of a row.
        features: u64,
        /// Most features.
        limit: u64,
    },
    /// Rows become more numbers than the price of their columns covers.
    #[error("{columns} columns become {features} numbers a row; work that is priced by columns may have {limit}")]
    Unpriced {
        /// Columns without the target.
        columns: u64,
        /// Numbers of an encoded row.
        features: u64,
        /// Most numbers.
        limit: u64,
    },
    /// A text classifier has more tokens than the price of a batch covers.
    #[error("{tokens} tokens are more than the {limit} that batches of {columns} places and this many rows may have")]
    UnpricedTokens {
        /// Places of a text.
        columns: u64,
        /// Tokens of the vocabulary.
        tokens: u64,
        /// Most tokens.
        limit: u64,
    },
    /// Trees could become larger than a model file may be.
    #[error(
        "the trees may take {bytes} bytes, which are more than the {limit} of a model; allow fewer or smaller ones"
    )]
    TreesTooLarge {
        /// Most bytes that they may take.
        bytes: u64,
        /// Most bytes of a model.
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
    /// The algorithm's initial state follows from the data, which are not there.
    #[error("the initial state of this algorithm follows from the data")]
    NeedsData,
    /// Something else in this process made subnormal numbers 0.
    #[error("another library switched off subnormal numbers on a thread of this process: no run could be repeated")]
    SubnormalsOff,
    /// Something else in this process changed how numbers are rounded, or the processor rounds otherwise.
    #[error(
        "a thread of this process does not round to the nearest, or not once in a fused multiplication and addition"
    )]
    Rounding,
    /// The caller stopped the run.
    #[error("the run was stopped after {steps} steps")]
    Stopped {
        /// Steps that were taken.
        steps: u64,
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
    /// Training cannot start from the initial model's file.
    #[error("training cannot start from the initial model: {0}")]
    InitialModel(ModelFileError),
    /// Training by this algorithm does not start from a model, or not from a model of that algorithm.
    #[error("{algorithm} does not start from a model{}", .initial.map(|of| format!(" of {of}")).unwrap_or_default())]
    InitialAlgorithm {
        /// The algorithm that is to be trained.
        algorithm: &'static str,
        /// The algorithm of the initial model; `None` where no model would do.
        initial: Option<&'static str>,
    },
    /// The initial model is a network of the same tensors that does something else with them.
    #[error("the initial model's activation, normalisation, image, filters or layers are not those of the spec")]
    InitialNetwork,
    /// An operation was refused or the device failed.
    #[error(transparent)]
    Operation(#[from] neurodata_repops::Error),
}

impl Error {
    /// Whether the device or the process failed, so that the same may work later.
    pub fn is_of_device(&self) -> bool {
        let of_process = matches!(self, Self::SubnormalsOff | Self::Rounding);
        of_process || matches!(self, Self::Operation(neurodata_repops::Error::Device { .. }))
    }
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

/// Why a checkpoint cannot be resumed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The bytes are no checkpoint or were altered, or its state does not fit the algorithm, or
    /// the run does not end there as it says.
    #[error("the checkpoint is damaged")]
    Damaged,
    /// It belongs to another table, spec, seed or initial model.
    #[error("the checkpoint belongs to another run")]
    OtherRun,
    /// The run has no such position, or another number of steps there.
    #[error("the run has no checkpoint at position {position} after {steps} steps")]
    Position {
        /// Index of the checkpoint, from 0 for the initial state.
        position: u32,
        /// Steps that it says were taken.
        steps: u64,
    },
    /// No segment follows on the last checkpoint of a run.
    #[error("no segment follows on checkpoint {position}, the run's last")]
    Last {
        /// Index of the checkpoint, from 0 for the initial state.
        position: u32,
    },
    /// Training is not over at this checkpoint.
    #[error("checkpoint {position} is not the run's last, {last}")]
    NotLast {
        /// Index of the checkpoint, from 0 for the initial state.
        position: u32,
        /// Index of the run's last checkpoint.
        last: u32,
    },
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
    /// The file has a tensor that the description does not ask for.
    #[error("the model file has a tensor {name} that its description does not ask for")]
    Unknown {
        /// Name of the tensor.
        name: String,
    },
    /// A parameter is infinite or undefined.
    #[error("tensor {name} of the model file holds a number that is not finite")]
    NotFinite {
        /// Name of the tensor.
        name: String,
    },
    /// A tensor holds a number that the model cannot have.
    #[error("tensor {name} of the model file: {reason}")]
    Content {
        /// Name of the tensor.
        name: String,
        /// What is wrong.
        reason: String,
    },
}
