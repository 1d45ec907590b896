use core::fmt;

/// Why a digest, path or input could not be computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatementError {
    /// The bytes are not below the field's modulus, so they encode no field element.
    NonCanonical,
    /// A chunk has another number of cells.
    CellCount {
        /// Cells of a chunk.
        expected: usize,
        /// Cells that were given.
        found: usize,
    },
    /// The index lies outside the tree that the path or the leaves span.
    IndexOutsideTree,
}

impl fmt::Display for StatementError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonCanonical => formatter.write_str("bytes are not a canonical field element"),
            Self::CellCount { expected, found } => write!(formatter, "a chunk has {expected} cells, found {found}"),
            Self::IndexOutsideTree => formatter.write_str("the index lies outside the tree"),
        }
    }
}

impl core::error::Error for StatementError {}
