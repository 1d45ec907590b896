//! Witness of `data-validity/1` and the native twin of its circuit.

use neurodata_primitives::{layout::CellBound, FieldBytes, LayoutDigest};
use neurodata_zk_statements::{data_validity::CELLS, field, layout_digest, leaf_digest, missing_cells};
use neurodata_zk_statements::{Binding, DataValidityInputs, StatementError};

/// The private inputs of `data-validity/1`: one chunk of a dataset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChunkWitness {
    /// Cells in order, 1,024 of them.
    pub cells: Vec<u16>,
    /// Bound and nullability of each cell.
    pub layout: Vec<CellBound>,
    /// Salt of the leaf: a field element.
    pub salt: FieldBytes,
}

impl ChunkWitness {
    /// Refuse a chunk that is not 1,024 cells with as many bounds.
    pub fn ensure_shape(&self) -> Result<(), CheckError> {
        for (what, found) in [("cells", self.cells.len()), ("bounds", self.layout.len())] {
            if found != CELLS {
                return Err(CheckError::Count { what, expected: CELLS, found });
            }
        }
        Ok(())
    }

    /// The public inputs that this chunk satisfies, bound to `binding`, if its cells are within their bounds.
    pub fn inputs(&self, binding: &Binding) -> Result<DataValidityInputs, StatementError> {
        Ok(DataValidityInputs {
            leaf: leaf_digest(self.salt, &self.cells)?,
            layout: layout_digest(&self.layout)?,
            missing_cells: missing_cells(&self.cells, &self.layout),
            binding: binding.to_field_bytes(),
        })
    }
}

/// Why a witness doesn't satisfy its public inputs.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CheckError {
    /// The chunk has another shape.
    #[error("a chunk has {expected} {what}, found {found}")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there must be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A cell is above its bound.
    #[error("cell {cell} holds {value}, above its bound {bound}")]
    OutOfBound {
        /// Position in the chunk, from 0.
        cell: usize,
        /// What it holds.
        value: u16,
        /// The largest valid code.
        bound: u16,
    },
    /// Another number of cells is missing.
    #[error("{claimed} missing cells are claimed, {found} are missing")]
    MissingCells {
        /// The public input.
        claimed: u32,
        /// What the cells show.
        found: u32,
    },
    /// The leaf commits to other cells or under another salt.
    #[error("the cells have leaf {found}, not {claimed}")]
    Leaf {
        /// The public input.
        claimed: FieldBytes,
        /// What the cells show.
        found: FieldBytes,
    },
    /// The layout is another one.
    #[error("the bounds have layout digest {found}, not {claimed}")]
    Layout {
        /// The public input.
        claimed: LayoutDigest,
        /// What the bounds show.
        found: LayoutDigest,
    },
    /// A public input or the salt is no field element.
    #[error("{what} is not a canonical field element")]
    NonCanonical {
        /// Which one.
        what: &'static str,
    },
}

/// Check `witness` against `inputs` as the circuit does, and name what is wrong.
///
/// That bits are bits is what Rust's types say here; everything else is checked one to one.
pub fn check_native(witness: &ChunkWitness, inputs: &DataValidityInputs) -> Result<(), CheckError> {
    witness.ensure_shape()?;
    for (cell, (value, bound)) in witness.cells.iter().zip(&witness.layout).enumerate() {
        if *value > bound.bound {
            return Err(CheckError::OutOfBound { cell, value: *value, bound: bound.bound });
        }
    }
    let missing = missing_cells(&witness.cells, &witness.layout);
    if missing != inputs.missing_cells {
        return Err(CheckError::MissingCells { claimed: inputs.missing_cells, found: missing });
    }
    let leaf = leaf_digest(witness.salt, &witness.cells).map_err(|_| CheckError::NonCanonical { what: "salt" })?;
    if leaf != inputs.leaf {
        return Err(CheckError::Leaf { claimed: inputs.leaf, found: leaf });
    }
    let layout = layout_digest(&witness.layout).map_err(|_| CheckError::NonCanonical { what: "layout digest" })?;
    if layout != inputs.layout {
        return Err(CheckError::Layout { claimed: inputs.layout, found: layout });
    }
    field::decode(&inputs.binding).map(drop).map_err(|_| CheckError::NonCanonical { what: "binding" })
}
