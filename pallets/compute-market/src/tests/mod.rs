//! Behaviour of the compute market: a file for each call, for each seam that it answers, and for whole flows.

mod accept_job;
mod add_bond;
mod cancel_job;
mod decided;
mod decline_job;
mod expire_job;
mod flows;
mod heartbeat;
mod idle_matching;
mod invariants;
mod key_delivery;
mod match_job;
mod post_job;
mod prune_job;
mod register_provider;
mod release_job;
mod retire_provider;
mod set_offer;
mod submit_result;
mod withdraw_bond;
mod withdraw_offer;

pub(crate) use crate::{mock::*, *};
pub(crate) use frame_support::{assert_noop, assert_ok};
pub(crate) use neurodata_primitives::{
    seams::{OnDecision, OnTrainingKey},
    *,
};
pub(crate) use sp_runtime::{ArithmeticError, DispatchError, TokenError};

/// The market's error as a dispatch error, for refusals whose result type is not the call's.
pub(crate) fn refused(error: Error<Test>) -> DispatchError {
    error.into()
}
