//! # End-to-end support
//!
//! Starts real nodes and real workers, runs the real command line client, and cleans up behind them. Used by the suites
//! in `tests/` and by the demo.
//!
//! ## Properties
//!
//! - Every process dies with the value that stands for it, also when a test panics.
//! - Ports are chosen by the operating system; nothing here assumes that a port is free.
//! - Waiting is for events with a generous deadline, never for a time to pass.
#![warn(missing_docs)]

mod ledger;
mod process;
mod world;

pub use ledger::{events_since, Change, Ledger};
pub use process::{binary, Cli, Node, Worker, WorkerRole};
pub use world::{plancks, text, wait_for, wait_for_block, wait_for_maturity, Actors, Packed, Period, World, DEADLINE};
