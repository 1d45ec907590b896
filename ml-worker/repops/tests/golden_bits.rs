//! One digest over the bits of every operation, which any machine, instruction set, number of threads and profile must
//! reproduce. `cargo run -p neurodata-repops --example bits` prints it by operation.

use std::collections::BTreeSet;

use neurodata_repops::{cpu::Isa, ops, Device};
use sha2::{Digest, Sha256};

#[path = "../examples/bits.rs"]
mod bits;

/// Another value means that an operation changed, and with it every result of training: see
/// `docs/design/arithmetic.md`.
const GOLDEN: &str = "6bf8359a03d54997d35d62b6441ef79aaa297bf3e25e77e4959ac9fe173860a4";

#[test]
fn every_operation_gives_the_golden_bits_under_every_instruction_set_and_number_of_threads() {
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for isa in Isa::available() {
            let digests = Isa::with(isa, || pool.install(|| bits::digests(&Device::Cpu))).unwrap();
            let mut all = Sha256::new();
            digests.iter().for_each(|(_, digest)| all.update(digest));
            assert_eq!(bits::hexadecimal(&all.finalize()), GOLDEN, "{isa:?}, {threads} threads");
        }
    }
}

#[test]
fn every_operation_has_a_digest() {
    let (digests, applied) = ops::record(|| bits::digests(&Device::Cpu).unwrap());
    let named: BTreeSet<&str> = digests.iter().map(|(name, _)| *name).collect();
    let all: BTreeSet<&str> = ops::NAMES.iter().copied().collect();
    assert_eq!((named, applied), (all.clone(), all));
}
