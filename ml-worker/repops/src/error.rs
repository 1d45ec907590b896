//! What can be wrong with the inputs of an operation, or with the device that runs it.

/// The result of an operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation gave no result. Every variant names the operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A tensor's shape does not fit the operation.
    #[error("{operation}: expected {expected}, found shape {found:?}")]
    Shape {
        /// The operation.
        operation: &'static str,
        /// The shape that the operation takes, given its other inputs.
        expected: String,
        /// The shape found.
        found: Vec<usize>,
    },
    /// A tensor's elements are of another type than the operation takes.
    #[error("{operation}: expected elements of type {expected}, found {found}")]
    Type {
        /// The operation.
        operation: &'static str,
        /// The type that the operation takes.
        expected: &'static str,
        /// The type found.
        found: &'static str,
    },
    /// An index points outside of what it indexes.
    #[error("{operation}: expected indices below {end}, found {index} at position {position}")]
    Index {
        /// The operation.
        operation: &'static str,
        /// The position of the index in its tensor, row by row.
        position: usize,
        /// The index found.
        index: u32,
        /// The end of the range, excluded.
        end: usize,
    },
    /// The inputs lie on different devices.
    #[error("{operation}: expected every tensor on {expected}, found one on {found}")]
    Devices {
        /// The operation.
        operation: &'static str,
        /// The device of the first input.
        expected: String,
        /// The device of another input.
        found: String,
    },
    /// A setting of the operation is out of its range.
    #[error("{operation}: expected {expected}, found {found}")]
    Setting {
        /// The operation.
        operation: &'static str,
        /// The range of the setting.
        expected: &'static str,
        /// The setting found.
        found: String,
    },
    /// The device could not do its work: no memory, no such device, no kernel for it.
    #[error("{operation}: the device failed: {source}")]
    Device {
        /// The operation.
        operation: &'static str,
        /// What candle or the driver says.
        source: Box<candle_core::Error>,
    },
}

impl Error {
    /// An [`Error::Shape`].
    pub(crate) fn shape(operation: &'static str, expected: impl Into<String>, found: &[usize]) -> Self {
        Self::Shape { operation, expected: expected.into(), found: found.to_vec() }
    }

    /// A conversion from candle's error into [`Error::Device`], for `map_err`.
    pub(crate) fn device(operation: &'static str) -> impl FnOnce(candle_core::Error) -> Self {
        move |source| Self::Device { operation, source: Box::new(source) }
    }
}

impl From<Error> for candle_core::Error {
    fn from(error: Error) -> Self {
        Self::wrap(error)
    }
}
