//! One file per call, and those things that no single call does.

mod close_round;
mod close_sealing;
mod deliver_evaluation_keys;
mod draw_committee;
mod invariants;
mod open_round;
mod register_evaluator;
mod retire_evaluator;
mod reveal_verdict;
mod seal_verdict;
mod set_recipient_key;
mod withdraw_bond;
