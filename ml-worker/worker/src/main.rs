//! The binary: options, log, signals. See the library for what it does.

use anyhow::Result;
use clap::Parser;
use neurodata_worker::{data::chained, options::Options};
use std::{
    io::{self, IsTerminal},
    process::ExitCode,
    time::Duration,
};
use tokio::{
    signal::unix::{signal, SignalKind},
    sync::watch,
};
use tracing_subscriber::EnvFilter;

/// Longest wait for threads that still train when the worker ends.
const EXIT_PATIENCE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let options = Options::parse();
    start_log(options.role.common().log_json);
    match serve(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}", chained(&*error));
            ExitCode::FAILURE
        }
    }
}

fn start_log(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,neurodata_worker=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    let log = log.with_ansi(io::stderr().is_terminal());
    if json {
        log.json().init();
    } else {
        log.init();
    }
}

fn serve(options: Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let (ending, shutdown) = watch::channel(false);
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            ending.send_replace(true);
        });
        neurodata_worker::run(options.role, shutdown).await.map_err(anyhow::Error::from)
    });
    runtime.shutdown_timeout(EXIT_PATIENCE);
    outcome
}
