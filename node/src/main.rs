//! # The NeuroData node
//!
//! Authors and finalises blocks, keeps the chain's state and answers clients. It knows no business rule: those are in
//! the runtime.
//!
//! - `cli`, `command`: the command line.
//! - `chain_spec`: the networks it knows by name.
//! - `service`: puts the parts of a node together.
//! - `sealing`: blocks on demand, for tests.
//! - `rpc`: what it answers beside what every node answers.
#![warn(missing_docs)]

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod sealing;
mod service;

fn main() -> sc_cli::Result<()> {
    command::run()
}
