use super::example;
use crate::{
    check_native,
    prover::{assignment, constraint_matrices},
    CheckError, ChunkWitness, DataValidity,
};
use ark_relations::utils::matrix::Matrix;
use neurodata_primitives::{layout::CellBound, FieldBytes, LayoutDigest};
use neurodata_zk_statements::{
    data_validity::{CELLS, INPUTS},
    field, DataValidityInputs, Fr,
};
use proptest::prelude::*;
use std::sync::OnceLock;

/// Variables of one cell, in order: 16 bits, 16 bits of the distance, nullable, missing, inverse.
const CELL_VARIABLES: usize = 35;
const DISTANCE: usize = 16;
const NULLABLE: usize = 32;
const MISSING: usize = 33;
const INVERSE: usize = 34;
/// Variables before the first cell's: the constant 1 and the public inputs.
const BEFORE: usize = 1 + INPUTS;

fn matrices() -> &'static [Matrix<Fr>] {
    static MATRICES: OnceLock<Vec<Matrix<Fr>>> = OnceLock::new();
    MATRICES.get_or_init(|| constraint_matrices().unwrap().0)
}

fn row_holds(row: usize, values: &[Fr]) -> bool {
    let [a, b, c] = [0, 1, 2].map(|matrix: usize| {
        matrices()[matrix][row].iter().map(|(factor, variable)| *factor * values[*variable]).sum::<Fr>()
    });
    a * b == c
}

fn holds(values: &[Fr]) -> bool {
    (0..matrices()[0].len()).all(|row| row_holds(row, values))
}

fn values(witness: &ChunkWitness, inputs: &DataValidityInputs) -> Vec<Fr> {
    let (values, before) = assignment(DataValidity::new(witness, inputs).unwrap()).unwrap();
    assert_eq!(before, BEFORE);
    values
}

fn variable(cell: usize, offset: usize) -> usize {
    BEFORE + cell * CELL_VARIABLES + offset
}

fn one() -> Fr {
    Fr::from(1u64)
}

/// Both refuse, the native twin with `expected`.
#[track_caller]
fn refused(witness: &ChunkWitness, inputs: &DataValidityInputs, expected: CheckError) {
    assert_eq!(check_native(witness, inputs), Err(expected));
    assert!(!holds(&values(witness, inputs)));
}

#[test]
fn a_valid_chunk_passes_both() {
    let (witness, inputs) = example();
    assert!(inputs.missing_cells > 0);
    assert_eq!(check_native(&witness, &inputs), Ok(()));
    assert!(holds(&values(&witness, &inputs)));
}

#[test]
fn the_number_of_constraints_is_pinned() {
    let (matrices, constraints) = constraint_matrices().unwrap();
    assert_eq!(constraints, 43_197);
    assert_eq!(constraints, matrices[0].len());
    let sponges = (9 + 10) * 3 * (9 * 8 + 57);
    assert_eq!(constraints, 35 * CELLS + sponges + 2 + 1 + 1);
}

#[test]
fn extremes_of_cells_and_bounds_pass_both() {
    let (mut witness, _) = example();
    let cases = [(0, 0), (0, u16::MAX), (u16::MAX, u16::MAX), (1, 1), (1, u16::MAX)];
    for (at, (cell, bound)) in cases.into_iter().cycle().take(2 * cases.len()).enumerate() {
        witness.cells[at] = cell;
        witness.layout[at] = CellBound { bound, nullable: at >= cases.len() };
    }
    let inputs = witness.inputs(&crate::example::binding()).unwrap();
    assert_eq!(check_native(&witness, &inputs), Ok(()));
    assert!(holds(&values(&witness, &inputs)));
}

#[test]
fn a_cell_above_its_bound_fails_both() {
    let (original, _) = example();
    for (cell, value, bound) in [(0, 1, 0), (17, u16::MAX, 0), (1_023, 500, 499), (64, u16::MAX, u16::MAX - 1)] {
        let mut witness = original.clone();
        witness.cells[cell] = value;
        witness.layout[cell].bound = bound;
        let inputs = witness.inputs(&crate::example::binding()).unwrap();
        refused(&witness, &inputs, CheckError::OutOfBound { cell, value, bound });
    }
}

#[test]
fn a_wrong_missing_count_fails_both() {
    let (witness, inputs) = example();
    let found = inputs.missing_cells;
    for claimed in [0, found - 1, found + 1, 1_024, u32::MAX] {
        let inputs = DataValidityInputs { missing_cells: claimed, ..inputs };
        refused(&witness, &inputs, CheckError::MissingCells { claimed, found });
    }
}

#[test]
fn a_wrong_leaf_fails_both() {
    let (witness, inputs) = example();
    let found = inputs.leaf;
    let claimed = field::from_number(1);
    refused(&witness, &DataValidityInputs { leaf: claimed, ..inputs }, CheckError::Leaf { claimed, found });
}

#[test]
fn another_salt_or_cell_than_the_leafs_fails_both() {
    let (original, inputs) = example();
    let claimed = inputs.leaf;
    let mut witness = original.clone();
    witness.salt = field::from_number(1);
    let found = witness.inputs(&crate::example::binding()).unwrap().leaf;
    refused(&witness, &inputs, CheckError::Leaf { claimed, found });

    let mut witness = original;
    witness.cells[1_022] -= 1;
    let found = witness.inputs(&crate::example::binding()).unwrap().leaf;
    refused(&witness, &inputs, CheckError::Leaf { claimed, found });
}

#[test]
fn a_wrong_layout_fails_both() {
    let (witness, inputs) = example();
    let found = inputs.layout;
    let claimed = LayoutDigest::new([1; 32].map(|byte: u8| byte & 0x3f));
    refused(&witness, &DataValidityInputs { layout: claimed, ..inputs }, CheckError::Layout { claimed, found });
}

#[test]
fn a_wider_bound_than_the_layouts_fails_both() {
    let (mut witness, inputs) = example();
    let claimed = inputs.layout;
    witness.layout[9].bound = witness.layout[9].bound.saturating_add(1);
    let found = witness.inputs(&crate::example::binding()).unwrap().layout;
    refused(&witness, &inputs, CheckError::Layout { claimed, found });
}

#[test]
fn leaf_and_layout_in_the_wrong_order_fail_both() {
    let (witness, inputs) = example();
    let swapped = DataValidityInputs {
        leaf: FieldBytes::from(inputs.layout),
        layout: LayoutDigest::new(*inputs.leaf.as_bytes()),
        ..inputs
    };
    refused(&witness, &swapped, CheckError::Leaf { claimed: swapped.leaf, found: inputs.leaf });
}

#[test]
fn a_chunk_of_another_size_is_refused_by_both() {
    let (original, inputs) = example();
    let mut witness = original.clone();
    witness.cells.pop();
    let expected = CheckError::Count { what: "cells", expected: 1_024, found: 1_023 };
    assert_eq!(check_native(&witness, &inputs), Err(expected.clone()));
    assert_eq!(DataValidity::new(&witness, &inputs).err(), Some(expected));

    let mut witness = original;
    witness.layout.push(CellBound::default());
    let expected = CheckError::Count { what: "bounds", expected: 1_024, found: 1_025 };
    assert_eq!(check_native(&witness, &inputs), Err(expected.clone()));
    assert_eq!(DataValidity::new(&witness, &inputs).err(), Some(expected));
}

#[test]
fn what_is_no_field_element_is_refused_by_both() {
    let (witness, inputs) = example();
    let bad = FieldBytes::new([0xff; 32]);
    let binding = DataValidityInputs { binding: bad, ..inputs };
    assert_eq!(check_native(&witness, &binding), Err(CheckError::NonCanonical { what: "binding" }));
    assert_eq!(DataValidity::new(&witness, &binding).err(), Some(CheckError::NonCanonical { what: "binding" }));

    let salted = ChunkWitness { salt: bad, ..witness.clone() };
    assert_eq!(check_native(&salted, &inputs), Err(CheckError::NonCanonical { what: "salt" }));
    assert_eq!(DataValidity::new(&salted, &inputs).err(), Some(CheckError::NonCanonical { what: "salt" }));

    let leaf = DataValidityInputs { leaf: bad, ..inputs };
    assert!(check_native(&witness, &leaf).is_err());
    assert_eq!(DataValidity::new(&witness, &leaf).err(), Some(CheckError::NonCanonical { what: "leaf" }));
}

// What follows has no native twin: Rust's types cannot express it, a cheating prover can.

#[test]
fn bits_that_are_not_0_or_1_fail_although_they_sum_to_the_number() {
    let (witness, inputs) = example();
    let honest = values(&witness, &inputs);
    for number in [0, DISTANCE] {
        let mut cheated = honest.clone();
        cheated[variable(3, number)] += Fr::from(2u64);
        cheated[variable(3, number + 1)] -= one();
        assert!(!holds(&cheated));
    }
}

#[test]
fn a_nullable_flag_that_is_not_0_or_1_fails_although_the_pair_is_right() {
    let (witness, inputs) = example();
    let mut cheated = values(&witness, &inputs);
    cheated[variable(3, NULLABLE)] += Fr::from(2u64);
    cheated[variable(3, DISTANCE)] -= one();
    assert!(!holds(&cheated));
}

#[test]
fn a_present_cell_cannot_count_as_missing_in_place_of_a_missing_one() {
    let (witness, inputs) = example();
    let missing = |at: &usize| witness.cells[*at] == 0 && witness.layout[*at].nullable;
    let (gone, present) = ((0..CELLS).find(missing).unwrap(), (0..CELLS).find(|at| !missing(at)).unwrap());
    let mut cheated = values(&witness, &inputs);
    cheated[variable(gone, MISSING)] -= one();
    cheated[variable(present, MISSING)] += one();
    assert!(!holds(&cheated));
}

#[test]
fn a_zero_of_a_column_without_missing_values_cannot_count_as_missing() {
    let (witness, inputs) = example();
    let at = (0..CELLS).find(|at| witness.cells[*at] == 0 && !witness.layout[*at].nullable).unwrap();
    let mut cheated = values(&witness, &inputs);
    cheated[variable(at, MISSING)] += one();
    // Claim one missing cell more: the third public input.
    cheated[3] += one();
    assert!(!holds(&cheated));
}

#[test]
fn no_variable_is_free_but_the_inverse_of_zero() {
    let (witness, inputs) = example();
    let mut values = values(&witness, &inputs);
    let mut rows_of = vec![Vec::new(); values.len()];
    for matrix in matrices() {
        for (row, terms) in matrix.iter().enumerate() {
            terms.iter().for_each(|(_, variable)| rows_of[*variable].push(row));
        }
    }
    let free_inverse = |at: usize| {
        let (cell, offset) = ((at - BEFORE) / CELL_VARIABLES, (at - BEFORE) % CELL_VARIABLES);
        cell < CELLS && offset == INVERSE && witness.cells[cell] == 0
    };
    for at in 1..values.len() {
        values[at] += one();
        let noticed = rows_of[at].iter().any(|row| !row_holds(*row, &values));
        values[at] -= one();
        assert_eq!(noticed, at < BEFORE || !free_inverse(at), "variable {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn circuit_and_twin_agree_on_any_chunk(
        cells in proptest::collection::vec(any::<u16>(), 8),
        bounds in proptest::collection::vec(any::<(u16, bool)>(), 8),
    ) {
        let (mut witness, _) = example();
        for (at, (cell, (bound, nullable))) in cells.into_iter().zip(bounds).enumerate() {
            // Half of the cells are brought within their bounds, so that whole chunks pass as well.
            witness.cells[at] = if at % 2 == 0 || nullable { cell.min(bound) } else { cell };
            witness.layout[at] = CellBound { bound, nullable };
        }
        let inputs = witness.inputs(&crate::example::binding()).unwrap();
        prop_assert_eq!(check_native(&witness, &inputs).is_ok(), holds(&values(&witness, &inputs)));
    }
}
