//! The circuit of `data-validity/1`.

use crate::{
    poseidon,
    wire::{Builder, Wire},
    CheckError, ChunkWitness,
};
use ark_ff::Field;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use neurodata_primitives::layout::CellBound;
use neurodata_zk_statements::{
    data_validity::{
        CELLS, CELLS_PER_ELEMENT, CELL_BITS, INPUTS, LAYOUT_DOMAIN, LEAF_DOMAIN, PAIRS_PER_ELEMENT, PAIR_BITS,
    },
    field,
    poseidon::WIDTH_9,
    DataValidityInputs, Fr,
};

/// The relation of `data-validity/1` between its public inputs and a chunk of cells.
///
/// Public inputs in order: leaf, layout digest, missing cells, binding. Witness: cells, layout, salt.
///
/// ```text
/// for each of the 1,024 cells i, with 16 bits a_ik of the cell and s_ik of its distance to the bound:
///   a_ik (1 - a_ik) = 0,  s_ik (1 - s_ik) = 0,  n_i (1 - n_i) = 0                             33 constraints
///   cell_i = sum 2^k a_ik,  bound_i = cell_i + sum 2^k s_ik                                     none
///   m_i cell_i = 0,  cell_i v_i = n_i - m_i                    m_i = 1 iff n_i = 1 and cell_i = 0     2
/// leaf    = Poseidon_9(LEAF, salt, pack_16(cell_i))            9 permutations of 129 S-boxes      3,484
/// layout  = Poseidon_9(LAYOUT, pack_18(2 bound_i + n_i))       10 permutations                    3,871
/// missing = sum m_i                                                                                   1
/// binding^2 = q                                                keeps the binding in the relation      1
/// ```
///
/// Not proved: that the layout's bounds are those of a schema (the verifier knows the layout digest), that the leaf
/// belongs to a dataset (a storage proof shows it), that the salt derives from a content key.
pub struct DataValidity {
    cells: Vec<u16>,
    layout: Vec<CellBound>,
    salt: Fr,
    inputs: [Fr; INPUTS],
}

impl DataValidity {
    /// The circuit for `witness` and `inputs`, whether or not they satisfy it.
    ///
    /// ## Errors
    /// Those of [`ChunkWitness::ensure_shape`], and an input that is no field element.
    pub fn new(witness: &ChunkWitness, inputs: &DataValidityInputs) -> Result<Self, CheckError> {
        witness.ensure_shape()?;
        let decode = |bytes, what| field::decode(&bytes).map_err(|_| CheckError::NonCanonical { what });
        let [leaf, layout, missing, binding] = inputs.to_field_bytes();
        Ok(Self {
            cells: witness.cells.clone(),
            layout: witness.layout.clone(),
            salt: decode(witness.salt, "salt")?,
            inputs: [
                decode(leaf, "leaf")?,
                decode(layout, "layout digest")?,
                decode(missing, "missing cells")?,
                decode(binding, "binding")?,
            ],
        })
    }

    /// The circuit without meaning, for setup: the constraints don't depend on the values.
    pub fn blank() -> Self {
        let zero = Fr::from(0u64);
        Self { cells: vec![0; CELLS], layout: vec![CellBound::default(); CELLS], salt: zero, inputs: [zero; INPUTS] }
    }
}

/// What the rest of the circuit needs of a cell.
struct Cell {
    code: Wire,
    /// `2 bound + nullable`.
    pair: Wire,
    missing: Wire,
}

fn cell(builder: &Builder, value: u16, bound: CellBound) -> Result<Cell, SynthesisError> {
    let code = builder.number(value)?;
    // Of a cell above its bound the distance wraps around: the bound in the circuit is then not the one of the layout.
    let distance = builder.number(bound.bound.wrapping_sub(value))?;
    let nullable = builder.bit(bound.nullable)?;

    let missing = builder.witness(Fr::from(bound.nullable && value == 0))?;
    builder.enforce(&missing, &code, &builder.zero())?;
    let inverse = if bound.nullable { code.value.inverse().unwrap_or_default() } else { Fr::from(0u64) };
    let mut present = nullable.clone();
    builder.add_scaled(&mut present, Fr::from(-1i64), &missing);
    builder.enforce(&code, &builder.witness(inverse)?, &present)?;

    let mut pair = nullable;
    builder.add_scaled(&mut pair, Fr::from(2u64), &code);
    builder.add_scaled(&mut pair, Fr::from(2u64), &distance);
    Ok(Cell { code, pair, missing })
}

/// Pack wires of `bits` bits, `per_element` to an element, the first in the lowest bits.
fn pack<'a>(builder: &Builder, wires: impl Iterator<Item = &'a Wire>, bits: usize, per_element: usize) -> Vec<Wire> {
    let mut elements: Vec<Wire> = Vec::new();
    let base = Fr::from(1u64 << bits);
    let mut factor = Fr::from(1u64);
    for (at, wire) in wires.enumerate() {
        if at % per_element == 0 {
            elements.push(builder.zero());
            factor = Fr::from(1u64);
        }
        if let Some(element) = elements.last_mut() {
            builder.add_scaled(element, factor, wire);
        }
        factor *= base;
    }
    elements
}

impl ConstraintSynthesizer<Fr> for DataValidity {
    fn generate_constraints(self, system: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let builder = Builder::new(system);
        let [leaf, layout, missing, binding] = self.inputs;
        let (leaf, layout) = (builder.input(leaf)?, builder.input(layout)?);
        let (missing, binding) = (builder.input(missing)?, builder.input(binding)?);

        let pairs = self.cells.iter().zip(&self.layout);
        let cells = pairs.map(|(value, bound)| cell(&builder, *value, *bound)).collect::<Result<Vec<_>, _>>()?;

        let mut committed = vec![builder.witness(self.salt)?];
        committed.extend(pack(&builder, cells.iter().map(|cell| &cell.code), CELL_BITS, CELLS_PER_ELEMENT));
        builder.enforce_equal(&poseidon::digest(&builder, &WIDTH_9, LEAF_DOMAIN, &committed)?, &leaf)?;

        let described = pack(&builder, cells.iter().map(|cell| &cell.pair), PAIR_BITS, PAIRS_PER_ELEMENT);
        builder.enforce_equal(&poseidon::digest(&builder, &WIDTH_9, LAYOUT_DOMAIN, &described)?, &layout)?;

        let mut counted = builder.zero();
        cells.iter().for_each(|cell| builder.add_scaled(&mut counted, Fr::from(1u64), &cell.missing));
        builder.enforce_equal(&counted, &missing)?;

        builder.product(&binding, &binding)?;
        Ok(())
    }
}
