use super::*;
use ark_crypto_primitives::sponge::{
    poseidon::{find_poseidon_ark_and_mds, PoseidonConfig, PoseidonSponge},
    CryptographicSponge, FieldBasedCryptographicSponge,
};
use ark_ff::{PrimeField, Zero};

const SECURITY_BITS: f64 = 128.0;

fn reference<const T: usize>(parameters: &Parameters<T>) -> PoseidonConfig<Fr> {
    let partial = parameters.partial_rounds();
    let bits = u64::from(Fr::MODULUS_BIT_SIZE);
    let (constants, mds) = find_poseidon_ark_and_mds(bits, T - 1, FULL_ROUNDS as u64, partial as u64, 0);
    PoseidonConfig::new(FULL_ROUNDS, partial, 5, mds, constants, T - 1, 1)
}

fn assert_generated<const T: usize>(parameters: &Parameters<T>) {
    let expected = reference(parameters);
    let constants: Vec<Vec<Fr>> = parameters.round_constants.iter().map(|row| row.to_vec()).collect();
    let mds: Vec<Vec<Fr>> = parameters.mds.iter().map(|row| row.to_vec()).collect();
    assert_eq!(constants, expected.ark);
    assert_eq!(mds, expected.mds);
}

#[test]
fn constants_come_from_the_grain_generator() {
    assert_generated(&WIDTH_3);
    assert_generated(&WIDTH_9);
}

fn assert_sponge_agrees<const T: usize>(parameters: &Parameters<T>) {
    let config = reference(parameters);
    for count in 1..=3 * T as u64 {
        let elements: Vec<Fr> = (0..count).map(|number| Fr::from(number).square() + Fr::from(count)).collect();
        let mut sponge = PoseidonSponge::new(&config);
        sponge.absorb(&elements);
        assert_eq!(parameters.digest(Fr::ZERO, &elements), sponge.squeeze_native_field_elements(1)[0]);
    }
}

#[test]
fn sponge_under_domain_zero_agrees_with_arkworks() {
    assert_sponge_agrees(&WIDTH_3);
    assert_sponge_agrees(&WIDTH_9);
}

/// Base-2 logarithm of the binomial coefficient `n` over `k`.
fn log_binomial(n: f64, k: f64) -> f64 {
    (1..=k as u64).map(|i| ((n - k + i as f64) / i as f64).log2()).sum()
}

/// Whether `full` and `partial` rounds of width `t` with `x^5` resist the attacks of
/// <https://eprint.iacr.org/2019/458>, section 5.5, and <https://eprint.iacr.org/2023/537>, without margin.
fn resists(t: f64, full: f64, partial: f64) -> bool {
    let field = (Fr::MODULUS_BIT_SIZE as f64).min(254.857);
    let per_bit = 1.0 / 5f64.log2();
    let usable = SECURITY_BITS.min(field);
    let statistical = if SECURITY_BITS <= (field.floor() - 2.0) * (t + 1.0) { 6.0 } else { 10.0 };
    let interpolation = 1.0 + (per_bit * usable).ceil() + (t.ln() / 5f64.ln()).ceil() - partial;
    let groebner_1 = per_bit * usable - partial;
    let groebner_2 = t - 1.0 + per_bit * (SECURITY_BITS / (t + 1.0)).min(field / 2.0) - partial;
    let groebner_3 = (t - 2.0 + SECURITY_BITS / (2.0 * 5f64.log2()) - partial) / (t - 1.0);
    let third = (t / 3.0).floor();
    let under = third * (full / 2.0) + partial + 5.0;
    let over = (full - 1.0) * t + partial + third + under;
    let groebner_4 = (2.0 * log_binomial(over, under)).ceil() >= SECURITY_BITS;
    let needed = [statistical, interpolation, groebner_1, groebner_2, groebner_3].map(f64::ceil);
    groebner_4 && needed.into_iter().all(|rounds| full >= rounds)
}

#[test]
fn round_numbers_are_the_cheapest_that_resist_plus_the_margin() {
    for (t, found) in [(3, WIDTH_3.partial_rounds()), (9, WIDTH_9.partial_rounds())] {
        let candidates = (1..200usize).flat_map(|partial| (4..100usize).step_by(2).map(move |full| (full, partial)));
        let with_margin = candidates
            .filter(|(full, partial)| resists(t as f64, *full as f64, *partial as f64))
            .map(|(full, partial)| (full + 2, (partial as f64 * 1.075).ceil() as usize));
        let cheapest = with_margin.min_by_key(|(full, partial)| (t * full + partial, *full));
        assert_eq!(cheapest, Some((FULL_ROUNDS, found)));
    }
}

fn rank<const T: usize>(mut rows: Vec<[Fr; T]>) -> usize {
    let mut rank = 0;
    for column in 0..T {
        let Some(pivot) = (rank..rows.len()).find(|row| !rows[*row][column].is_zero()) else { continue };
        rows.swap(rank, pivot);
        let pivot_row = rows[rank];
        let inverse = pivot_row[column].inverse().unwrap();
        for row in rows.iter_mut().skip(rank + 1) {
            let factor = row[column] * inverse;
            row.iter_mut().zip(pivot_row).for_each(|(entry, pivot)| *entry -= factor * pivot);
        }
        rank += 1;
    }
    rank
}

fn transposed<const T: usize>(matrix: &[[Fr; T]; T]) -> [[Fr; T]; T] {
    std::array::from_fn(|row| std::array::from_fn(|column| matrix[column][row]))
}

fn times<const T: usize>(matrix: &[[Fr; T]; T], vector: &[Fr; T]) -> [Fr; T] {
    matrix.map(|row| row.iter().zip(vector).map(|(entry, element)| *entry * element).sum())
}

/// No subspace below the whole is kept by `M^k` with the S-box inactive, nor with it active: the first coordinate's
/// orbit spans everything, forwards and transposed. This is stronger than the paper's three tests (section 2.3).
fn assert_no_subspace_trail<const T: usize>(mds: &[[Fr; T]; T]) {
    for matrix in [*mds, transposed(mds)] {
        for period in 1..=4 * T {
            let mut vector = [Fr::ZERO; T];
            vector[0] = Fr::ONE;
            let mut orbit = Vec::new();
            for _ in 0..T {
                orbit.push(vector);
                (0..period).for_each(|_| vector = times(&matrix, &vector));
            }
            assert_eq!(rank(orbit), T, "period {period}");
        }
    }
}

#[test]
fn matrices_admit_no_subspace_trail() {
    assert_no_subspace_trail(&MDS_3);
    assert_no_subspace_trail(&MDS_9);
}

#[test]
fn domains_and_blocks_separate_digests() {
    let elements = [Fr::ONE, Fr::ZERO];
    let digest = WIDTH_3.digest(Fr::ONE, &elements);
    assert_ne!(digest, WIDTH_3.digest(Fr::ZERO, &elements));
    assert_ne!(digest, WIDTH_3.digest(Fr::ONE, &[Fr::ZERO, Fr::ONE]));
    assert_ne!(digest, WIDTH_3.digest(Fr::ONE, &[Fr::ONE, Fr::ZERO, Fr::ZERO]));
}

type Matrix = Vec<Vec<Fr>>;

fn matrix_product(left: &Matrix, right: &Matrix) -> Matrix {
    let columns = right[0].len();
    let entry = |row: &[Fr], column: usize| row.iter().zip(right).map(|(a, line)| *a * line[column]).sum();
    left.iter().map(|row| (0..columns).map(|column| entry(row, column)).collect()).collect()
}

/// The inverse, by Gauss and Jordan.
fn inverse(matrix: &Matrix) -> Matrix {
    let size = matrix.len();
    let unit = |row: usize| (0..size).map(move |column| Fr::from(u64::from(row == column)));
    let mut rows: Matrix = matrix.iter().enumerate().map(|(at, row)| row.iter().copied().chain(unit(at)).collect()).collect();
    for at in 0..size {
        let pivot = (at..size).find(|row| !rows[*row][at].is_zero()).expect("the matrix is regular");
        rows.swap(at, pivot);
        let scale = rows[at][at].inverse().expect("the pivot is not zero");
        rows[at].iter_mut().for_each(|entry| *entry *= scale);
        let line = rows[at].clone();
        for row in (0..size).filter(|row| *row != at) {
            let factor = rows[row][at];
            rows[row].iter_mut().zip(&line).for_each(|(entry, pivot)| *entry -= factor * pivot);
        }
    }
    rows.into_iter().map(|row| row[size..].to_vec()).collect()
}

/// The sparse partial rounds and the matrix after them, from the definition.
fn sparse_rounds<const T: usize>(parameters: &Parameters<T>) -> (Vec<[Vec<Fr>; 3]>, Matrix) {
    let mds = parameters.mds;
    let kernel: Matrix = mds[1..].iter().map(|row| row[1..].to_vec()).collect();
    let (row, column): (Matrix, Matrix) =
        (vec![mds[0][1..].to_vec()], mds[1..].iter().map(|row| vec![row[0]]).collect());
    let mut power: Matrix = (0..T - 1).map(|at| (0..T - 1).map(|to| Fr::from(u64::from(at == to))).collect()).collect();
    let constants = &parameters.round_constants[FULL_ROUNDS / 2..][..parameters.partial_rounds()];
    let mut rounds = Vec::new();
    for constants in constants {
        let rest: Matrix = constants[1..].iter().map(|constant| vec![*constant]).collect();
        let rest = matrix_product(&inverse(&power), &rest);
        let constants = core::iter::once(constants[0]).chain(rest.into_iter().map(|entry| entry[0])).collect();
        let row = core::iter::once(mds[0][0]).chain(matrix_product(&row, &power)[0].clone()).collect();
        power = matrix_product(&kernel, &power);
        let column = matrix_product(&inverse(&power), &column).into_iter().map(|entry| entry[0]);
        rounds.push([constants, row, core::iter::once(Fr::ZERO).chain(column).collect()]);
    }
    let unit = (0..T).map(|at| Fr::from(u64::from(at == 0))).collect();
    let last = core::iter::once(unit);
    (rounds, last.chain(power.into_iter().map(|row| core::iter::once(Fr::ZERO).chain(row).collect())).collect())
}

fn assert_sparse<const T: usize>(parameters: &Parameters<T>) {
    let (rounds, last) = sparse_rounds(parameters);
    let stored: Vec<[Vec<Fr>; 3]> =
        parameters.sparse.rounds.iter().map(|round| round.each_ref().map(|row| row.to_vec())).collect();
    assert!(stored == rounds, "the sparse rounds are others; `cargo test print_sparse -- --ignored --nocapture`");
    assert_eq!(parameters.sparse.last.iter().map(|row| row.to_vec()).collect::<Vec<_>>(), last);
}

#[test]
fn the_sparse_rounds_are_those_of_the_definition() {
    assert_sparse(&WIDTH_3);
    assert_sparse(&WIDTH_9);
}

/// The permutation as it is defined.
fn permute_by_definition<const T: usize>(parameters: &Parameters<T>, state: &mut [Fr; T]) {
    for (kind, constants) in parameters.rounds() {
        add(state, constants);
        let boxes = if kind == Round::Full { T } else { 1 };
        state.iter_mut().take(boxes).for_each(sbox);
        *state = parameters.mds.each_ref().map(|row| dot(row, state));
    }
}

fn assert_permutations_agree<const T: usize>(parameters: &Parameters<T>) {
    for seed in 0..50u64 {
        let mut state: [Fr; T] = core::array::from_fn(|at| Fr::from(seed * 31 + at as u64).pow([5 + seed]));
        let mut expected = state;
        permute_by_definition(parameters, &mut expected);
        parameters.permute(&mut state);
        assert_eq!(state, expected);
    }
}

#[test]
fn the_permutation_is_the_one_that_is_defined() {
    assert_permutations_agree(&WIDTH_3);
    assert_permutations_agree(&WIDTH_9);
}

fn print_rows(rows: &[Vec<Fr>], indent: &str) {
    for row in rows {
        println!("{indent}[");
        for element in row {
            let limbs = element.into_bigint().0.map(|limb| format!("{limb:#018x}"));
            println!("{indent}    [{}],", limbs.join(", "));
        }
        println!("{indent}],");
    }
}

fn print_sparse_rounds<const T: usize>(parameters: &Parameters<T>) {
    let (rounds, last) = sparse_rounds(parameters);
    println!("//! Partial rounds of the permutation of width {T}, in the form of appendix B of the Poseidon paper");
    println!("//! (<https://eprint.iacr.org/2019/458>): field elements as four 64-bit limbs, least significant first.");
    println!("//!");
    println!("//! Written by the test `print_sparse`, checked by `the_sparse_rounds_are_those_of_the_definition`.");
    println!("\n/// Constants, row and column of each of the {} rounds.", rounds.len());
    println!("#[rustfmt::skip]\npub const ROUNDS: [[[[u64; 4]; {T}]; 3]; {}] = [", rounds.len());
    for round in &rounds {
        println!("    [");
        print_rows(round, "        ");
        println!("    ],");
    }
    println!("];\n\n/// The matrix after the last of them.");
    println!("#[rustfmt::skip]\npub const LAST: [[[u64; 4]; {T}]; {T}] = [");
    print_rows(&last, "    ");
    println!("];");
}

#[test]
#[ignore = "writes the constants anew"]
fn print_sparse() {
    print_sparse_rounds(&WIDTH_3);
    println!("-- 8< --");
    print_sparse_rounds(&WIDTH_9);
}
