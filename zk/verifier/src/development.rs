//! Verifying keys of the development setup.
//!
//! **Insecure.** The setup's seed is part of the source code, so that every machine derives the same keys; whoever
//! reads it can prove false statements. A chain that carries value registers keys of a multi-party setup instead.

use neurodata_primitives::FieldBytes;
use neurodata_zk_statements::{data_validity::INPUTS, field};

/// Verifying key of `data-validity/1`, uncompressed.
pub const DATA_VALIDITY_1: &[u8] = include_bytes!("../../setup/keys/data-validity-1.dev.vk");

/// An example proof of `data-validity/1` against [`DATA_VALIDITY_1`], for tests and benchmarks.
pub const EXAMPLE_PROOF: &[u8] = include_bytes!("../../setup/keys/data-validity-1.dev.proof");

const EXAMPLE_INPUTS: &[u8; 32 * INPUTS] = include_bytes!("../../setup/keys/data-validity-1.dev.inputs");

/// The public inputs of [`EXAMPLE_PROOF`].
pub fn example_inputs() -> [FieldBytes; INPUTS] {
    let mut inputs = [FieldBytes::default(); INPUTS];
    for (input, bytes) in inputs.iter_mut().zip(EXAMPLE_INPUTS.chunks_exact(field::FIELD_BYTES)) {
        *input = FieldBytes::new(bytes.try_into().unwrap_or_default());
    }
    inputs
}
