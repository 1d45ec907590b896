//! Proofs about single chunks, for audits and for showing possession.

use crate::{ContentKey, Dataset, Package, PackageError};
use neurodata_primitives::{dataset::AuditProof, seams::ProofSubject, FieldBytes};
use neurodata_zk_circuits::{ChunkWitness, Prover, ProverError};
use neurodata_zk_statements::{salt, tree::Tree, Binding, StatementError};
use std::sync::Arc;

/// A decrypted package whose cells were found to be those of the data root.
#[derive(Clone, Debug)]
pub struct Unlocked {
    dataset: Dataset,
    leaves: Vec<FieldBytes>,
    /// Over the leaves.
    tree: Arc<Tree>,
    key: ContentKey,
}

/// What a proof is bound to beside its chunk: it is good for nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProofContext<'a> {
    /// Hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The audited dataset, or the job whose compute provider shows possession.
    pub subject: ProofSubject,
    /// SCALE encoding of the account that submits the proof.
    pub account: &'a [u8],
}

/// Why a chunk was not proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The dataset has no such chunk.
    #[error("the dataset has {chunks} chunks, there is no chunk {chunk}")]
    NoSuchChunk {
        /// The chunk, from 0.
        chunk: u32,
        /// Chunks of the dataset.
        chunks: u32,
    },
    /// The package cannot be used.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The prover failed.
    #[error("chunk {chunk} was not proved")]
    Prover {
        /// The chunk, from 0.
        chunk: u32,
        /// What the prover said.
        #[source]
        source: ProverError,
    },
    /// The statement could not be written down.
    #[error("chunk {chunk} was not proved")]
    Statement {
        /// The chunk, from 0.
        chunk: u32,
        /// What is wrong.
        #[source]
        source: StatementError,
    },
}

impl Unlocked {
    pub(crate) fn new(dataset: Dataset, leaves: Vec<FieldBytes>, tree: Arc<Tree>, key: ContentKey) -> Self {
        Self { dataset, leaves, tree, key }
    }

    /// The cells in clear.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The cells in clear, without what proofs need.
    pub fn into_dataset(self) -> Dataset {
        self.dataset
    }

    /// The leaf of each chunk in the tree of the data root.
    pub fn leaves(&self) -> &[FieldBytes] {
        &self.leaves
    }

    /// The tree of the data root.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The private inputs of the zk statement about `chunk`.
    pub fn chunk_witness(&self, chunk: u32) -> Result<ChunkWitness, ProveError> {
        let chunking = self.dataset.chunking();
        if chunk >= chunking.chunks {
            return Err(ProveError::NoSuchChunk { chunk, chunks: chunking.chunks });
        }
        Ok(ChunkWitness {
            cells: self.dataset.chunk(chunk),
            layout: chunking.bounds(self.dataset.schema(), chunk),
            salt: salt(self.key.as_bytes(), chunk),
        })
    }

    /// Prove that `chunk` is valid and part of the dataset.
    pub fn prove_chunk(&self, prover: &Prover, context: &ProofContext, chunk: u32) -> Result<AuditProof, ProveError> {
        let witness = self.chunk_witness(chunk)?;
        let statement = |source| ProveError::Statement { chunk, source };
        let ProofContext { genesis, subject, account } = *context;
        let inputs = witness.inputs(&Binding { genesis, subject, account, chunk }).map_err(statement)?;
        let path = self.tree.path(chunk).map_err(statement)?;
        let zk_proof = prover.prove(&witness, &inputs).map_err(|source| ProveError::Prover { chunk, source })?;
        Ok(AuditProof {
            chunk,
            leaf: inputs.leaf,
            missing_cells: inputs.missing_cells,
            path: path.try_into().expect("a dataset has at most 2^20 chunks; qed"),
            zk_proof: zk_proof.try_into().expect("a Groth16 proof has 384 bytes; qed"),
        })
    }
}

/// Prove that `chunk` of `package` is valid and part of the dataset. For several chunks, [`Package::unlock`] once.
pub fn prove_chunk(
    prover: &Prover,
    package: &Package,
    key: &ContentKey,
    context: &ProofContext,
    chunk: u32,
) -> Result<AuditProof, ProveError> {
    package.unlock(key, &crate::package::silent)?.prove_chunk(prover, context, chunk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::tests::{numeric, schema};
    use neurodata_primitives::DatasetId;
    use neurodata_zk_circuits::check_native;
    use neurodata_zk_statements::tree;

    /// Four columns, one of them nullable: 256 rows in a chunk, 300 rows.
    fn unlocked() -> (Package, Unlocked) {
        let columns = ["a", "b", "c", "d"].map(|name| (name, numeric("0", "100", "1"), name == "b"));
        let codes = (0..1_200u16).map(|cell| cell % 90).collect();
        let dataset = Dataset::from_codes(schema(&columns, None), codes).unwrap();
        let key = ContentKey::new([9; 32]);
        let package = Package::seal(&dataset, &key, &crate::package::silent);
        let unlocked = package.unlock(&key, &crate::package::silent).unwrap();
        (package, unlocked)
    }

    #[test]
    fn every_chunk_has_a_witness_that_satisfies_the_commitment() {
        let (package, unlocked) = unlocked();
        let commitment = package.commitment();
        let mut missing = 0;
        for chunk in 0..2 {
            let witness = unlocked.chunk_witness(chunk).unwrap();
            let subject = ProofSubject::Dataset(DatasetId::new(1));
            let binding = Binding { genesis: [1; 32], subject, account: &[2; 32], chunk };
            let inputs = witness.inputs(&binding).unwrap();
            assert_eq!(check_native(&witness, &inputs), Ok(()));
            assert_eq!(inputs.layout, if chunk == 0 { commitment.layout } else { commitment.last_layout });
            let path = tree::path(unlocked.leaves(), chunk).unwrap();
            assert_eq!(tree::root_from_path(&inputs.leaf, chunk, &path), Ok(commitment.data_root));
            missing += u64::from(inputs.missing_cells);
        }
        assert_eq!(missing, commitment.missing_cells);
    }

    #[test]
    fn a_chunk_that_is_not_there_is_refused() {
        let (_, unlocked) = unlocked();
        assert!(matches!(unlocked.chunk_witness(2), Err(ProveError::NoSuchChunk { chunk: 2, chunks: 2 })));
    }

    /// Needs the proving key, which takes tens of seconds to generate once; the folder is shared with the prover's
    /// tests.
    #[test]
    fn a_proof_verifies_for_its_chunk_account_and_subject_only() {
        let folder = std::env::temp_dir().join("neurodata-proving-keys");
        let prover = Prover::load_or_generate(&folder, |_| ()).unwrap();
        let (package, unlocked) = unlocked();
        let account = [2u8; 32];
        let subject = ProofSubject::Dataset(DatasetId::new(1));
        let context = ProofContext { genesis: [1; 32], subject, account: &account };
        let proof = prove_chunk(&prover, &package, &ContentKey::new([9; 32]), &context, 1).unwrap();
        assert_eq!((proof.chunk, proof.path.len()), (1, 1));
        let inputs = |chunk, subject, account: &[u8]| neurodata_zk_statements::DataValidityInputs {
            leaf: proof.leaf,
            layout: package.commitment().last_layout,
            missing_cells: proof.missing_cells,
            binding: Binding { genesis: [1; 32], subject, account, chunk }.to_field_bytes(),
        };
        let verify = |inputs: neurodata_zk_statements::DataValidityInputs| {
            neurodata_zk_verifier::verify(prover.verifying_key(), &inputs.to_field_bytes(), &proof.zk_proof).is_ok()
        };
        assert!(verify(inputs(1, subject, &account)));
        assert!(!verify(inputs(0, subject, &account)));
        assert!(!verify(inputs(1, ProofSubject::Dataset(DatasetId::new(2)), &account)));
        assert!(!verify(inputs(1, subject, &[3; 32])));
        assert_eq!(unlocked.leaves()[1], proof.leaf);
    }
}
