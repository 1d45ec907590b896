//! Proving keys on disk.
//!
//! ```text
//! magic (16 bytes) | digest of the verifying key (32) | BLAKE2b-256 of the body (32) | body: the key, uncompressed
//! ```
//!
//! The two digests tell a truncated or altered file, and a key of another circuit or setup, from the right one, so that
//! the body can be decoded without checking each of its points. Whoever can write the file could put wrong points
//! there: then proofs don't verify, and the prover says so; nothing secret is in it.

use crate::setup;
use ark_groth16::ProvingKey;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use neurodata_primitives::KeyDigest;
use neurodata_zk_statements::key_digest;
use neurodata_zk_verifier::PlainCurve;
use std::{fs, io, io::Write, path::Path};

const MAGIC: [u8; 16] = *b"neurodata-pk/1\0\0";
const DIGEST_BYTES: usize = 32;

/// Why a proving key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It can't be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It does not begin like a proving key file.
    #[error("it is not a proving key file")]
    Foreign,
    /// It is shorter or longer than it was, or some of its bytes changed.
    #[error("it is truncated or damaged")]
    Damaged,
    /// It belongs to another circuit or setup.
    #[error("it belongs to verifying key {found}, not {expected}")]
    OtherKey {
        /// Digest of the verifying key that is wanted.
        expected: KeyDigest,
        /// Digest of the verifying key that the file belongs to.
        found: KeyDigest,
    },
}

/// Write `key` to `path`: first to a temporary file beside it, which then takes its name.
pub fn write(path: &Path, key: &ProvingKey<PlainCurve>) -> Result<(), KeyFileError> {
    let mut body = Vec::with_capacity(key.uncompressed_size());
    key.serialize_uncompressed(&mut body).map_err(io::Error::other)?;
    let digest = setup::digest_of(key).map_err(io::Error::other)?;
    let temporary = path.with_extension(format!("{}.partial", std::process::id()));
    let mut file = fs::File::create(&temporary)?;
    for part in [&MAGIC[..], digest.as_bytes(), key_digest(&body).as_bytes(), &body] {
        file.write_all(part)?;
    }
    file.sync_all()?;
    Ok(fs::rename(&temporary, path)?)
}

/// Read the proving key at `path`, which must belong to the verifying key with digest `expected`.
pub fn read(path: &Path, expected: KeyDigest) -> Result<ProvingKey<PlainCurve>, KeyFileError> {
    let bytes = fs::read(path)?;
    let (found, body) = open(&bytes)?;
    if found != expected {
        return Err(KeyFileError::OtherKey { expected, found });
    }
    let key = ProvingKey::<PlainCurve>::deserialize_uncompressed_unchecked(body).map_err(|_| KeyFileError::Damaged)?;
    if setup::digest_of(&key).map_err(io::Error::other)? != expected {
        return Err(KeyFileError::Damaged);
    }
    Ok(key)
}

/// Digest of the verifying key that a file's bytes belong to, after checking the file's own digest.
pub fn key_digest_of(bytes: &[u8]) -> Result<KeyDigest, KeyFileError> {
    open(bytes).map(|(digest, _)| digest)
}

fn open(bytes: &[u8]) -> Result<(KeyDigest, &[u8]), KeyFileError> {
    let rest = bytes.strip_prefix(&MAGIC).ok_or(KeyFileError::Foreign)?;
    let (found, rest) = rest.split_first_chunk::<DIGEST_BYTES>().ok_or(KeyFileError::Damaged)?;
    let (body_digest, body) = rest.split_first_chunk::<DIGEST_BYTES>().ok_or(KeyFileError::Damaged)?;
    if key_digest(body) != KeyDigest::new(*body_digest) {
        return Err(KeyFileError::Damaged);
    }
    Ok((KeyDigest::new(*found), body))
}
