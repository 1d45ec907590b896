//! Values on their way through a circuit.

use ark_relations::gr1cs::{ConstraintSystemRef, LinearCombination, SynthesisError, Variable};
use neurodata_zk_statements::Fr;

/// A value together with the linear combination of variables that yields it.
///
/// The combination stays empty while a proof is made: the prover already has the constraint matrices.
#[derive(Clone)]
pub struct Wire {
    /// The value under the current assignment; meaningless during setup.
    pub value: Fr,
    /// The value in terms of variables.
    pub terms: LinearCombination<Fr>,
}

/// What gadgets use to create variables and constraints.
pub struct Builder {
    system: ConstraintSystemRef<Fr>,
    symbolic: bool,
}

impl Builder {
    /// A builder into `system`.
    pub fn new(system: ConstraintSystemRef<Fr>) -> Self {
        let symbolic = system.should_construct_matrices();
        Self { system, symbolic }
    }

    /// A constant.
    pub fn constant(&self, value: Fr) -> Wire {
        self.wire(value, Variable::One, value)
    }

    /// A new public input.
    pub fn input(&self, value: Fr) -> Result<Wire, SynthesisError> {
        let variable = self.system.new_input_variable(|| Ok(value))?;
        Ok(self.wire(Fr::from(1u64), variable, value))
    }

    /// A new witness variable.
    pub fn witness(&self, value: Fr) -> Result<Wire, SynthesisError> {
        let variable = self.system.new_witness_variable(|| Ok(value))?;
        Ok(self.wire(Fr::from(1u64), variable, value))
    }

    /// `wire + factor * other`.
    pub fn add_scaled(&self, wire: &mut Wire, factor: Fr, other: &Wire) {
        wire.value += factor * other.value;
        if self.symbolic {
            wire.terms = std::mem::take(&mut wire.terms) + (factor, &other.terms);
        }
    }

    /// Enforce `left * right = product`.
    pub fn enforce(&self, left: &Wire, right: &Wire, product: &Wire) -> Result<(), SynthesisError> {
        self.system.enforce_r1cs_constraint(|| left.terms.clone(), || right.terms.clone(), || product.terms.clone())
    }

    /// Enforce that two wires carry the same value.
    pub fn enforce_equal(&self, left: &Wire, right: &Wire) -> Result<(), SynthesisError> {
        self.enforce(left, &self.constant(Fr::from(1u64)), right)
    }

    /// A witness variable that is the product of two wires.
    pub fn product(&self, left: &Wire, right: &Wire) -> Result<Wire, SynthesisError> {
        let product = self.witness(left.value * right.value)?;
        self.enforce(left, right, &product)?;
        Ok(product)
    }

    /// A witness variable that is 0 or 1: `bit * (1 - bit) = 0`.
    pub fn bit(&self, value: bool) -> Result<Wire, SynthesisError> {
        let bit = self.witness(Fr::from(value))?;
        let mut complement = self.constant(Fr::from(1u64));
        self.add_scaled(&mut complement, Fr::from(-1i64), &bit);
        self.enforce(&bit, &complement, &self.zero())?;
        Ok(bit)
    }

    /// A 16-bit number, bit by bit, and its value `sum 2^k bit_k`.
    pub fn number(&self, value: u16) -> Result<Wire, SynthesisError> {
        let mut number = self.zero();
        for position in 0..u16::BITS {
            let bit = self.bit(value >> position & 1 == 1)?;
            self.add_scaled(&mut number, Fr::from(1u64 << position), &bit);
        }
        Ok(number)
    }

    /// The constant 0.
    pub fn zero(&self) -> Wire {
        Wire { value: Fr::from(0u64), terms: LinearCombination::zero() }
    }

    fn wire(&self, factor: Fr, variable: Variable, value: Fr) -> Wire {
        let terms = if self.symbolic { (factor, variable).into() } else { LinearCombination::zero() };
        Wire { value, terms }
    }
}
