//! Gadget of the Poseidon sponge.
//!
//! Three constraints for each S-box: `x x = x2`, `x2 x2 = x4`, `x4 x = x5`. Round constants and the linear layer cost
//! none: they go into the linear combinations.

use crate::wire::{Builder, Wire};
use ark_relations::gr1cs::SynthesisError;
use neurodata_zk_statements::{
    poseidon::{Parameters, Round},
    Fr,
};

fn sbox(builder: &Builder, input: &Wire) -> Result<Wire, SynthesisError> {
    let second = builder.product(input, input)?;
    let fourth = builder.product(&second, &second)?;
    builder.product(&fourth, input)
}

fn permute<const T: usize>(
    builder: &Builder,
    parameters: &Parameters<T>,
    state: &mut Vec<Wire>,
) -> Result<(), SynthesisError> {
    for (kind, constants) in parameters.rounds() {
        for (element, constant) in state.iter_mut().zip(constants) {
            builder.add_scaled(element, *constant, &builder.constant(Fr::from(1u64)));
        }
        let boxes = if kind == Round::Full { T } else { 1 };
        for element in state.iter_mut().take(boxes) {
            *element = sbox(builder, element)?;
        }
        *state = parameters.mds.iter().map(|row| mix(builder, row, state)).collect();
    }
    Ok(())
}

fn mix(builder: &Builder, row: &[Fr], state: &[Wire]) -> Wire {
    let mut sum = builder.zero();
    row.iter().zip(state).for_each(|(factor, element)| builder.add_scaled(&mut sum, *factor, element));
    sum
}

/// Sponge digest of `elements` under `domain`; the twin of [`Parameters::digest`].
pub fn digest<const T: usize>(
    builder: &Builder,
    parameters: &Parameters<T>,
    domain: Fr,
    elements: &[Wire],
) -> Result<Wire, SynthesisError> {
    let mut state = vec![builder.zero(); T];
    state[0] = builder.constant(domain);
    for block in elements.chunks(T - 1) {
        for (lane, element) in state.iter_mut().skip(1).zip(block) {
            builder.add_scaled(lane, Fr::from(1u64), element);
        }
        permute(builder, parameters, &mut state)?;
    }
    Ok(state.swap_remove(1))
}
