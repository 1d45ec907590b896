//! The development setup: deterministic, and therefore insecure.

use crate::DataValidity;
use ark_groth16::{Groth16, ProvingKey};
use ark_relations::gr1cs::SynthesisError;
use ark_serialize::{CanonicalSerialize, SerializationError};
use neurodata_primitives::KeyDigest;
use neurodata_zk_statements::key_digest;
use neurodata_zk_verifier::PlainCurve;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

/// Seed of the development setup. **Insecure**: whoever reads it can prove false statements.
pub const INSECURE_DEVELOPMENT_SEED: [u8; 32] = *b"neurodata INSECURE development 1";

/// Digest of the verifying key of `data-validity/1` that the development setup yields on every machine.
pub const DEVELOPMENT_KEY_DIGEST: KeyDigest = KeyDigest::new([
    0x6c, 0x5b, 0x8b, 0x28, 0x0c, 0xd1, 0xf4, 0x94, 0xc9, 0xef, 0x79, 0xa1, 0xbf, 0x0c, 0x73, 0x95, 0xeb, 0x92, 0x8f,
    0x57, 0x5d, 0xaa, 0x80, 0x79, 0x20, 0x45, 0xac, 0xef, 0x17, 0xb3, 0x7d, 0xb9,
]);

/// Run the development setup of `data-validity/1`.
///
/// Takes tens of seconds. The result depends on [`INSECURE_DEVELOPMENT_SEED`] and the circuit alone.
pub fn development_setup() -> Result<ProvingKey<PlainCurve>, SynthesisError> {
    let mut rng = ChaCha20Rng::from_seed(INSECURE_DEVELOPMENT_SEED);
    Groth16::<PlainCurve>::generate_random_parameters_with_reduction(DataValidity::blank(), &mut rng)
}

/// The uncompressed encoding of the verifying key inside a proving key, as it is registered on chain.
pub fn verifying_key_bytes(key: &ProvingKey<PlainCurve>) -> Result<Vec<u8>, SerializationError> {
    let mut bytes = Vec::new();
    key.vk.serialize_uncompressed(&mut bytes)?;
    Ok(bytes)
}

/// Digest of the verifying key inside a proving key.
pub fn digest_of(key: &ProvingKey<PlainCurve>) -> Result<KeyDigest, SerializationError> {
    Ok(key_digest(&verifying_key_bytes(key)?))
}
