//! # The `neurodata` command
//!
//! What data providers, job owners, compute providers, evaluators and model users do by hand.
//!
//! ## Overview
//!
//! - [`args`]: the command line.
//! - [`context`]: what commands share: the chain, the signer, the store, how results are shown.
//! - [`commands`]: one module for each kind of thing that is commanded.
//! - [`output`], [`describe`]: progress, and records as people and programs read them.
//!
//! ## Properties
//!
//! - Results go to standard output, as text or with `--json` as one JSON value, and for `job watch` as one for each change;
//!   progress and warnings go to standard error.
//! - Amounts are in NRC on the command line and in text, and in plancks, as JSON strings, with `--json`.
//! - The exit code tells what kind of failure it was: see [`failure_code`].
#![warn(missing_docs)]

mod args;
mod commands;
mod context;
mod describe;
mod output;

use clap::Parser;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments = args::Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report(&anyhow::Error::new(error).context("cannot start the program's threads")),
    };
    match runtime.block_on(commands::run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Say what went wrong, outermost first, and return the exit code.
fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error}");
    let mut before = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        // Errors that only pass on their source repeat its text.
        if !before.contains(&cause) {
            eprintln!("  because: {cause}");
        }
        before = cause;
    }
    ExitCode::from(failure_code(error))
}

/// 3 if the chain refused, 4 if the same command may work later, 1 otherwise. The command line's own errors are 2.
fn failure_code(error: &anyhow::Error) -> u8 {
    use neurodata_chain::Error;
    match error.chain().find_map(|cause| cause.downcast_ref::<Error>()) {
        Some(Error::Refused { .. }) => 3,
        Some(Error::Unreachable { .. } | Error::NotIncluded { .. }) => 4,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_chain::{Error, Refusal};

    #[test]
    fn exit_codes_tell_kinds_of_failure_apart() {
        let refused = Error::Refused { call: "a.b".into(), refusal: Refusal::Dispatch("no".into()) };
        let unreachable = Error::Unreachable { url: "ws://x".into(), reason: "closed".into() };
        assert_eq!(failure_code(&anyhow::Error::new(refused).context("registering")), 3);
        assert_eq!(failure_code(&unreachable.into()), 4);
        assert_eq!(failure_code(&anyhow::anyhow!("a file is missing")), 1);
    }
}
