//! One file per call, and those things that no single call does.

mod add_bond;
mod close_round;
mod close_sealing;
mod deliver_evaluation_keys;
mod draw_committee;
mod incentives;
mod inspectors;
mod invariants;
mod leaderboards;
mod open_probe;
mod open_round;
mod register_evaluator;
mod retire_evaluator;
mod reveal_verdict;
mod seal_verdict;
mod second_instance;
mod set_recipient_key;
mod views;
mod withdraw_bond;
