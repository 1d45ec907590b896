//! What can go wrong between a client and the chain.

use std::fmt;

/// Why a call to the chain did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The chain looked at the call and said no; sending the same again is pointless until its state changes.
    #[error("the chain refused {call}: {refusal}")]
    Refused {
        /// Pallet and call.
        call: String,
        /// What the chain said.
        refusal: Refusal,
    },
    /// The node could not be reached, or the answer was lost on the way; the same may work later.
    #[error("cannot reach the node at {url}: {reason}; is it running, and is this its WebSocket address?")]
    Unreachable {
        /// Address of the node.
        url: String,
        /// What the connection said.
        reason: String,
    },
    /// The transaction was sent but did not make it into a block; the same may work later.
    #[error("{call} was not included in a block: {reason}")]
    NotIncluded {
        /// Pallet and call.
        call: String,
        /// What the node said.
        reason: String,
    },
    /// The node runs another chain than the one that was expected.
    #[error("the node at {url} runs the chain with genesis 0x{found}, not 0x{expected}; check the address")]
    WrongChain {
        /// Address of the node.
        url: String,
        /// Genesis hash that was expected, hexadecimal.
        expected: String,
        /// Genesis hash of the node, hexadecimal.
        found: String,
    },
    /// The chain's runtime and this program do not agree on a type; one of them is older.
    #[error("the runtime does not understand {what}: {reason}; update this program to the chain's version")]
    Incompatible {
        /// Call or storage item.
        what: String,
        /// What did not fit.
        reason: String,
    },
    /// The node keeps the state of recent blocks only.
    #[error("the node no longer keeps the state of block {block}; ask a node that runs with --state-pruning archive")]
    Forgotten {
        /// Height of the block.
        block: crate::BlockNumber,
    },
    /// A secret URI that cannot be read.
    #[error("this is no secret URI (a mnemonic or //Name): {0}")]
    InvalidSigner(String),
}

/// What the chain said when it refused a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A pallet's own error.
    Pallet {
        /// Name of the pallet.
        pallet: String,
        /// Name of the error.
        error: String,
        /// What the pallet's documentation says about it.
        docs: String,
        /// The errors inside it, outermost first; most errors have none.
        reasons: Vec<Reason>,
    },
    /// Any other dispatch error, e.g. a lack of funds.
    Dispatch(String),
    /// The transaction was not accepted into the pool, e.g. because the account cannot pay its fee.
    Invalid(String),
}

/// An error inside a pallet's error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Its name.
    pub name: String,
    /// What its documentation says about it.
    pub docs: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pallet { pallet, error, docs, reasons } => {
                write!(formatter, "{pallet}.{error}")?;
                reasons.iter().try_for_each(|reason| write!(formatter, ".{}", reason.name))?;
                let docs: Vec<&str> = std::iter::once(docs)
                    .chain(reasons.iter().map(|reason| &reason.docs))
                    .map(|docs| docs.trim_end_matches('.'))
                    .filter(|docs| !docs.is_empty())
                    .collect();
                if docs.is_empty() {
                    return Ok(());
                }
                write!(formatter, " ({})", docs.join(": "))
            }
            Self::Dispatch(reason) | Self::Invalid(reason) => formatter.write_str(reason),
        }
    }
}

impl Error {
    /// Whether doing the same again later can help.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::NotIncluded { .. })
    }

    /// The innermost name of a pallet's refusal, e.g. `Buyer` of `NotForSale(Buyer)`.
    pub fn refusal_reason(&self) -> Option<&str> {
        match self {
            Self::Refused { refusal: Refusal::Pallet { error, reasons, .. }, .. } => {
                Some(reasons.last().map_or(error, |reason| &reason.name))
            }
            _ => None,
        }
    }

    /// Whether the chain refused the call with this error of this pallet.
    pub fn is_refusal(&self, pallet: &str, error: &str) -> bool {
        matches!(self, Self::Refused { refusal: Refusal::Pallet { pallet: p, error: e, .. }, .. } if p == pallet && e == error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_why_down_to_the_last_reason() {
        let plain = |docs: &str, reasons| Refusal::Pallet {
            pallet: "Sales".into(),
            error: "NotForSale".into(),
            docs: docs.into(),
            reasons,
        };
        assert_eq!(plain("", vec![]).to_string(), "Sales.NotForSale");
        assert_eq!(plain("Not sold.", vec![]).to_string(), "Sales.NotForSale (Not sold)");
        let reasons = vec![Reason { name: "Buyer".into(), docs: "The buyer is not on the list.".into() }];
        let refusal = plain("Not sold.", reasons);
        assert_eq!(refusal.to_string(), "Sales.NotForSale.Buyer (Not sold: The buyer is not on the list)");
        let error = Error::Refused { call: "Sales.purchase".into(), refusal };
        assert!(error.is_refusal("Sales", "NotForSale") && !error.is_refusal("Sales", "Buyer"));
        assert_eq!(error.refusal_reason(), Some("Buyer"));
    }
}
