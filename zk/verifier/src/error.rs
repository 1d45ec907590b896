use core::fmt;

/// Why a verifying key is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyError {
    /// The length doesn't fit the number of points that the key states, or there are too many inputs.
    Length {
        /// Bytes that were given.
        found: usize,
    },
    /// A point is not encoded canonically.
    Encoding,
    /// A point is not on its curve or not in the subgroup of prime order.
    Point,
    /// A point is the identity, so that part of the equation says nothing.
    Identity,
    /// Gamma and delta are equal: the setup was never completed, and proofs of false statements can be computed.
    GammaEqualsDelta,
}

impl fmt::Display for KeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found } => write!(formatter, "no verifying key has the {found} bytes given"),
            Self::Encoding => formatter.write_str("a point of the verifying key is not encoded canonically"),
            Self::Point => formatter.write_str("a point of the verifying key is off its curve or subgroup"),
            Self::Identity => formatter.write_str("a point of the verifying key is the identity"),
            Self::GammaEqualsDelta => formatter.write_str("gamma equals delta: the setup was never completed"),
        }
    }
}

impl core::error::Error for KeyError {}

/// Why a proof is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VerifyError {
    /// The key is not one that `validate_key` accepts.
    Key,
    /// The key has another number of public inputs.
    InputCount {
        /// Inputs of the key.
        expected: usize,
        /// Inputs that were given.
        found: usize,
    },
    /// An input is not below the field's modulus.
    NonCanonicalInput {
        /// Its position, from 0.
        index: usize,
    },
    /// A proof has another length.
    ProofLength {
        /// Bytes of a proof.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// A point of the proof is not encoded canonically.
    ProofEncoding,
    /// A point of the proof is not on its curve or not in the subgroup of prime order.
    ProofPoint,
    /// The proof doesn't prove the statement with these inputs.
    Rejected,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => formatter.write_str("the verifying key is not valid"),
            Self::InputCount { expected, found } => {
                write!(formatter, "the key has {expected} public inputs, found {found}")
            }
            Self::NonCanonicalInput { index } => write!(formatter, "public input {index} is not a canonical element"),
            Self::ProofLength { expected, found } => write!(formatter, "a proof has {expected} bytes, found {found}"),
            Self::ProofEncoding => formatter.write_str("a point of the proof is not encoded canonically"),
            Self::ProofPoint => formatter.write_str("a point of the proof is off its curve or subgroup"),
            Self::Rejected => formatter.write_str("the proof does not prove the statement"),
        }
    }
}

impl core::error::Error for VerifyError {}
