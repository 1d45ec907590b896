//! Behaviour of the compute market: a file for each call, for each seam that it answers, for the hook, for attacks, and for
//! what holds over long runs and large numbers.

mod accept_job;
mod add_bond;
mod add_offer;
mod best_offer;
mod cancel_job;
mod conservation;
mod counting;
mod decided;
mod decline_job;
mod expire_job;
mod flows;
mod heartbeat;
mod histories;
mod hook;
mod invariants;
mod key_delivery;
mod liability;
mod match_job;
mod parameters;
mod post_job;
mod probe_skipped;
mod probed;
mod prune_job;
mod refresh_offers;
mod register_provider;
mod release_job;
mod retire_provider;
mod scale;
mod silence;
mod submit_progress;
mod submit_result;
mod support;
mod update_offer;
mod views;
mod withdraw_bond;
mod withdraw_offer;

pub(crate) use crate::{mock::*, *};
pub(crate) use frame_support::{assert_noop, assert_ok, traits::Get};
pub(crate) use neurodata_primitives::{
    seams::{self, EvaluationRequest, OnDecision, OnTrainingKey},
    *,
};
pub(crate) use sp_runtime::{ArithmeticError, DispatchError, Permill, TokenError};
pub(crate) use support::*;
