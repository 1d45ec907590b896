//! The commands, by what they are about.

mod account;
mod audit;
mod dataset;
mod job;
mod model;
mod parties;
mod status;

use crate::{
    args::{Arguments, Command},
    context::Context,
};
use anyhow::{Context as _, Result};
use std::{fs, io::Write, path::Path, time::Duration};

/// Time between two looks at the chain while a command waits: a third of the block time.
const POLL: Duration = Duration::from_secs(1);

/// Run a command.
pub async fn run(arguments: Arguments) -> Result<()> {
    let context = Context::new(arguments.shared);
    match arguments.command {
        Command::Dataset(command) => dataset::run(&context, command).await,
        Command::Job(command) => job::run(&context, command).await,
        Command::Model(command) => model::run(&context, command).await,
        Command::Provider(command) => parties::run_provider(&context, command).await,
        Command::Evaluator(command) => parties::run_evaluator(&context, command).await,
        Command::Rewards(command) => account::run_rewards(&context, command).await,
        Command::Account(command) => account::run_account(&context, command).await,
        Command::Key(command) => account::run_key(&context, command),
        Command::Chain(command) => status::run(&context, command).await,
    }
}

/// Write a file that appears complete or not at all; one that is there is replaced.
fn write_file(path: &Path, write: impl FnOnce(&mut fs::File) -> std::io::Result<()>) -> Result<()> {
    let name = path.file_name().with_context(|| format!("{} is not the name of a file", path.display()))?;
    let unfinished = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let result = fs::File::create(&unfinished)
        .and_then(|mut file| {
            write(&mut file)?;
            file.flush()?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&unfinished, path));
    if result.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    result.with_context(|| format!("cannot write {}", path.display()))
}

/// Run work that keeps a core busy, without holding up the connection.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.context("a thread of this program died")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_finished_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_file(&path, |file| file.write_all(b"old")).unwrap();
        let fail = |file: &mut fs::File| file.write_all(b"half").and(Err(std::io::Error::other("broken")));
        assert!(write_file(&path, fail).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write_file(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
