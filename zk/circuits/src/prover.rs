//! Making proofs of `data-validity/1`.

use crate::{
    check_native,
    key_file::{self, KeyFileError},
    setup, CheckError, ChunkWitness, DataValidity,
};
use ark_ff::UniformRand;
use ark_groth16::{Groth16, ProvingKey};
use ark_relations::{
    gr1cs::{
        ConstraintSynthesizer, ConstraintSystem, OptimizationGoal, SynthesisError, SynthesisMode, R1CS_PREDICATE_LABEL,
    },
    utils::matrix::Matrix,
};
use ark_serialize::{CanonicalSerialize, SerializationError};
use neurodata_primitives::KeyDigest;
use neurodata_zk_statements::{key_digest, DataValidityInputs, Fr};
use neurodata_zk_verifier::{verify_over, PlainCurve, VerifyError, PROOF_BYTES};
use rand::rngs::OsRng;
use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// Why there is no prover or no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProverError {
    /// The cache of proving keys can't be used.
    #[error("proving key {path}: {source}")]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyFileError,
    },
    /// The setup gave another key than the one that is registered: this program has another circuit.
    #[error(
        "this program's circuit has verifying key {found}, expected {expected}; rebuild it from a matching release"
    )]
    KeyMismatch {
        /// Digest that is pinned.
        expected: KeyDigest,
        /// Digest that was found.
        found: KeyDigest,
    },
    /// The witness doesn't satisfy the statement.
    #[error("nothing to prove: {0}")]
    Witness(#[from] CheckError),
    /// The constraint system could not be built.
    #[error("constraint system: {0}")]
    Synthesis(#[from] SynthesisError),
    /// A key or proof could not be encoded.
    #[error("encoding: {0}")]
    Encoding(#[from] SerializationError),
    /// The proof that was made doesn't verify: the proving key's points are damaged. Delete its file and start again.
    #[error("the proof made here is refused ({0}); delete the cached proving key")]
    Unsound(VerifyError),
}

/// What [`Prover::load_or_generate`] is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Reading the cached proving key.
    Loading {
        /// The file.
        path: PathBuf,
    },
    /// The cached file is no use and will be replaced.
    Discarding {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Generating the proving key, which takes tens of seconds once.
    Generating,
    /// Storing the proving key for the next time.
    Storing {
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loading { path } => write!(formatter, "reading proving key {}", path.display()),
            Self::Discarding { path, reason } => {
                write!(formatter, "replacing proving key {}: {reason}", path.display())
            }
            Self::Generating => formatter.write_str("generating the proving key (once, insecure development setup)"),
            Self::Storing { path } => write!(formatter, "storing proving key {}", path.display()),
        }
    }
}

/// The matrices A, B and C of the circuit, and its number of constraints.
pub(crate) fn constraint_matrices() -> Result<(Vec<Matrix<Fr>>, usize), SynthesisError> {
    let system = ConstraintSystem::<Fr>::new_ref();
    system.set_optimization_goal(OptimizationGoal::Constraints);
    system.set_mode(SynthesisMode::Setup);
    DataValidity::blank().generate_constraints(system.clone())?;
    system.finalize();
    let matrices = system.to_matrices()?.remove(R1CS_PREDICATE_LABEL).unwrap_or_default();
    Ok((matrices, system.num_constraints()))
}

/// The values of all variables, public inputs first after the constant 1, and how many come before the witness.
pub(crate) fn assignment(circuit: DataValidity) -> Result<(Vec<Fr>, usize), SynthesisError> {
    let system = ConstraintSystem::<Fr>::new_ref();
    system.set_mode(SynthesisMode::Prove { construct_matrices: false, generate_lc_assignments: false });
    circuit.generate_constraints(system.clone())?;
    let mut values = system.instance_assignment()?;
    let inputs = values.len();
    values.extend(system.witness_assignment()?);
    Ok((values, inputs))
}

/// Makes proofs of `data-validity/1`. Build it once: it holds the proving key and the constraint matrices, about 50 MB.
pub struct Prover {
    proving_key: ProvingKey<PlainCurve>,
    matrices: Vec<Matrix<Fr>>,
    constraints: usize,
    verifying_key: Vec<u8>,
    digest: KeyDigest,
}

impl Prover {
    /// File name of the cached proving key.
    pub const CACHE_FILE: &'static str = "data-validity-1.dev.pk";

    /// The prover with the development key, from `cache_dir` if it is there, else generated and stored there.
    ///
    /// A cached file that is truncated, damaged or of another key is replaced; `progress` is told so. Several processes
    /// may share a folder: a file appears complete or not at all.
    ///
    /// ## Errors
    /// - [`ProverError::Cache`]: the folder or file can't be read or written; the message names it.
    /// - [`ProverError::KeyMismatch`]: this program's circuit is not the one whose key is registered.
    pub fn load_or_generate(cache_dir: &Path, mut progress: impl FnMut(Progress)) -> Result<Self, ProverError> {
        let path = cache_dir.join(Self::CACHE_FILE);
        let refused = |source: KeyFileError| ProverError::Cache { path: path.clone(), source };
        fs::create_dir_all(cache_dir).map_err(|error| refused(error.into()))?;
        if path.try_exists().map_err(|error| refused(error.into()))? {
            progress(Progress::Loading { path: path.clone() });
            match key_file::read(&path, setup::DEVELOPMENT_KEY_DIGEST) {
                Ok(key) => return Self::new(key),
                Err(KeyFileError::Io(error)) => return Err(refused(error.into())),
                Err(reason) => progress(Progress::Discarding { path: path.clone(), reason: reason.to_string() }),
            }
        }
        progress(Progress::Generating);
        let key = setup::development_setup()?;
        let found = setup::digest_of(&key)?;
        if found != setup::DEVELOPMENT_KEY_DIGEST {
            return Err(ProverError::KeyMismatch { expected: setup::DEVELOPMENT_KEY_DIGEST, found });
        }
        progress(Progress::Storing { path: path.clone() });
        key_file::write(&path, &key).map_err(refused)?;
        Self::new(key)
    }

    /// The prover with this key.
    pub fn new(proving_key: ProvingKey<PlainCurve>) -> Result<Self, ProverError> {
        let (matrices, constraints) = constraint_matrices()?;
        let verifying_key = setup::verifying_key_bytes(&proving_key)?;
        let digest = key_digest(&verifying_key);
        Ok(Self { proving_key, matrices, constraints, verifying_key, digest })
    }

    /// Prove that `witness` satisfies `inputs`. The proof has [`PROOF_BYTES`] bytes.
    ///
    /// ## Errors
    /// - [`ProverError::Witness`]: it doesn't; the message names the cell or the input.
    /// - [`ProverError::Unsound`]: the proving key is damaged.
    pub fn prove(&self, witness: &ChunkWitness, inputs: &DataValidityInputs) -> Result<Vec<u8>, ProverError> {
        check_native(witness, inputs)?;
        let bytes = self.prove_unchecked(DataValidity::new(witness, inputs)?)?;
        verify_over::<PlainCurve>(&self.verifying_key, &inputs.to_field_bytes(), &bytes)
            .map_err(ProverError::Unsound)?;
        Ok(bytes)
    }

    /// A proof of `circuit`, worthless unless its witness satisfies it.
    pub(crate) fn prove_unchecked(&self, circuit: DataValidity) -> Result<Vec<u8>, ProverError> {
        let (assignment, inputs) = assignment(circuit)?;
        let proof = Groth16::<PlainCurve>::create_proof_with_reduction_and_matrices(
            &self.proving_key,
            Fr::rand(&mut OsRng),
            Fr::rand(&mut OsRng),
            &self.matrices,
            inputs,
            self.constraints,
            &assignment,
        )?;
        let mut bytes = Vec::with_capacity(PROOF_BYTES);
        proof.serialize_uncompressed(&mut bytes)?;
        Ok(bytes)
    }

    /// Constraints of the circuit.
    pub fn constraints(&self) -> usize {
        self.constraints
    }

    /// The verifying key, as it is registered on chain.
    pub fn verifying_key(&self) -> &[u8] {
        &self.verifying_key
    }

    /// Digest of the verifying key.
    pub fn key_digest(&self) -> KeyDigest {
        self.digest
    }
}
