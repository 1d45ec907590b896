//! One file for each call, one for genesis and the seam.

mod genesis_and_seam;
mod register_key;
mod retire_key;
mod verify_proof;

use crate::{mock::*, Error, Event, KeyBytesOf, KeyHistory, Keys};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use neurodata_primitives::{seams::StatementId, FieldBytes, KeyDigest};
use neurodata_zk_statements::key_digest;
use neurodata_zk_verifier::{development::*, key_bytes};

const STATEMENT: StatementId = StatementId::DataValidity1;

/// Positions of gamma and delta in a key, and the bytes of each point of the second group.
const GAMMA_AT: usize = 96 + 192;
const DELTA_AT: usize = GAMMA_AT + 192;
const G2_BYTES: usize = 192;

fn bounded(key: &[u8]) -> KeyBytesOf<Test> {
    BoundedVec::try_from(key.to_vec()).unwrap()
}

fn development_digest() -> KeyDigest {
    key_digest(DATA_VALIDITY_1)
}

/// A valid key of another setup: the last two points of the development key change places.
fn other_key() -> Vec<u8> {
    let mut key = DATA_VALIDITY_1.to_vec();
    let (head, last) = key.split_at_mut(key_bytes(3));
    head[key_bytes(2)..].swap_with_slice(last);
    key
}
