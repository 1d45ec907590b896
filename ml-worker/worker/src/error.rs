//! Why a worker cannot go on, and whether trying again can help.

use crate::journal::JournalError;
use neurodata_storage::StoreError;

/// Why something did not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The chain, or the way there.
    #[error(transparent)]
    Chain(#[from] neurodata_chain::Error),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store of blobs.
    #[error("cannot use the store of blobs: {0}")]
    Store(#[from] StoreError),
    /// A key.
    #[error(transparent)]
    Key(#[from] neurodata_dataset::KeyError),
    /// The options contradict each other or the machine.
    #[error("{0}")]
    Setup(String),
}

/// What can be done about an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The chain said no. The state of the chain decides what comes next.
    Refused,
    /// The same may work later.
    Retryable,
    /// It will not work until a person changes something.
    Failed,
}

impl Error {
    /// What can be done about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Chain(neurodata_chain::Error::Refused { .. }) => Kind::Refused,
            Self::Chain(error) if error.is_retryable() => Kind::Retryable,
            Self::Chain(_) | Self::Journal(_) | Self::Store(_) | Self::Key(_) | Self::Setup(_) => Kind::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_chain::Refusal;

    #[test]
    fn the_type_tells_what_can_be_done() {
        let refused = neurodata_chain::Error::Refused { call: "x".into(), refusal: Refusal::Dispatch("no".into()) };
        let unreachable = neurodata_chain::Error::Unreachable { url: "x".into(), reason: "no".into() };
        let incompatible = neurodata_chain::Error::Incompatible { what: "x".into(), reason: "no".into() };
        assert_eq!(Error::from(refused).kind(), Kind::Refused);
        assert_eq!(Error::from(unreachable).kind(), Kind::Retryable);
        assert_eq!(Error::from(incompatible).kind(), Kind::Failed);
        assert_eq!(Error::Setup("x".into()).kind(), Kind::Failed);
    }
}
