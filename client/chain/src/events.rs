//! What a call did.

use crate::{Balance, BlockNumber, Error};
use codec::Decode;

/// An event of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainEvent {
    /// Pallet that deposited it.
    pub pallet: String,
    /// Name of the event.
    pub name: String,
    /// Its fields, SCALE encoded one after the other.
    pub fields: Vec<u8>,
}

/// Where a call was included and what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Hash of the block.
    pub block_hash: [u8; 32],
    /// Height of the block.
    pub block_number: BlockNumber,
    /// Hash of the extrinsic.
    pub extrinsic_hash: [u8; 32],
    /// Fee that the signer paid, in plancks, tip included.
    pub fee: Balance,
    /// Events of the call, in order.
    pub events: Vec<ChainEvent>,
}

impl ChainEvent {
    /// The first fields of the event as `T`, e.g. a tuple.
    pub fn decode<T: Decode>(&self) -> Result<T, Error> {
        T::decode(&mut self.fields.as_slice()).map_err(|error| Error::Incompatible {
            what: format!("event {}.{}", self.pallet, self.name),
            reason: error.to_string(),
        })
    }
}

impl Receipt {
    /// The first event of this pallet and name.
    pub fn event(&self, pallet: &str, name: &str) -> Option<&ChainEvent> {
        self.events.iter().find(|event| event.pallet == pallet && event.name == name)
    }

    /// The first fields of the first event of this pallet and name; an error if the call deposited none.
    pub fn decode<T: Decode>(&self, pallet: &str, name: &str) -> Result<T, Error> {
        let event = self.event(pallet, name).ok_or_else(|| Error::Incompatible {
            what: format!("event {pallet}.{name}"),
            reason: "the call did not deposit it".into(),
        })?;
        event.decode()
    }
}
