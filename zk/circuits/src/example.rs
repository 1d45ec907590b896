//! A chunk that satisfies `data-validity/1`, the same every time: for tests, measurements and the committed example
//! proof.

use crate::ChunkWitness;
use neurodata_primitives::{layout::CellBound, seams::ProofSubject, DatasetId};
use neurodata_zk_statements::{data_validity::CELLS, key, Binding, DataValidityInputs, StatementError};

/// Genesis hash that the example is bound to.
pub const GENESIS: [u8; 32] = [1; 32];
/// Encoded account that the example is bound to.
pub const ACCOUNT: [u8; 32] = [2; 32];
/// Content key from which the salt derives.
pub const CONTENT_KEY: [u8; 32] = [3; 32];
/// Index of the chunk.
pub const CHUNK: u32 = 5;

/// What the example is bound to: dataset 7 among others.
pub fn binding() -> Binding<'static> {
    let subject = ProofSubject::Dataset(DatasetId::new(7));
    Binding { genesis: GENESIS, subject, account: &ACCOUNT, chunk: CHUNK }
}

/// The chunk and its public inputs.
///
/// Cells are spread over all 16 bits, some of them 0. Every third cell is nullable. Bounds lie 0, 1, .. above the cell.
pub fn chunk() -> Result<(ChunkWitness, DataValidityInputs), StatementError> {
    // Odd factor: cells run through residues of 2^16; every 64th is 0.
    let cell = |at: u16| if at % 64 == 0 { 0 } else { at.wrapping_mul(40_503) };
    let bound = |at: u16| CellBound { bound: cell(at).saturating_add(at / 4), nullable: at % 3 == 0 };
    let positions = 0..CELLS as u16;
    let witness = ChunkWitness {
        cells: positions.clone().map(cell).collect(),
        layout: positions.map(bound).collect(),
        salt: key::salt(&CONTENT_KEY, CHUNK),
    };
    let inputs = witness.inputs(&binding())?;
    Ok((witness, inputs))
}
