//! Processes: the node, the workers, the command line client.

use anyhow::{anyhow, bail, Context, Result};
use serde_json::Value;
use std::{
    fs::File,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Longest wait for a node to answer: its runtime is compiled at every start.
const NODE_START: Duration = Duration::from_secs(180);

/// Path of one of the project's binaries, beside or above the running one.
pub fn binary(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this program lies")?;
    own.ancestors()
        .skip(1)
        .take(3)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| anyhow!("no binary '{name}' near {}; build it with: cargo build --workspace --bins", own.display()))
}

/// Have the kernel kill the child when the thread that starts it ends, however it ends.
fn dies_with_us(command: &mut Command) -> &mut Command {
    // SAFETY: prctl is async-signal-safe and touches nothing of the parent's memory.
    unsafe {
        command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        })
    }
}

/// A child that is killed when it is dropped, with its output in a file.
struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    fn spawn(command: &mut Command, log: PathBuf) -> Result<Self> {
        let file = File::options().create(true).append(true).open(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = dies_with_us(command)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {:?}", command.get_program()))?;
        Ok(Self { child, log })
    }

    fn kill(&mut self) {
        // Errors mean that the child is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    fn ensure_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the process ended with {status}; its last words:\n{}", self.tail()),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A development node with its own chain.
pub struct Node {
    process: Process,
    base_path: PathBuf,
    url: String,
}

impl Node {
    /// Start a node whose chain and log lie in `folder`, and wait until it answers. The same folder continues its chain.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_at(folder, 0)
    }

    fn start_at(folder: &Path, rpc_port: u16) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let log = folder.join("node.log");
        let written = std::fs::metadata(&log).map_or(0, |metadata| metadata.len() as usize);
        let mut command = Command::new(binary("neurodata-node")?);
        command
            .args(["--dev", "--force-authoring", "--no-prometheus", "--no-telemetry", "--port", "0"])
            .args(["--rpc-methods", "unsafe", "--rpc-cors", "all", "--state-pruning", "archive"])
            .args(["--rpc-port", &rpc_port.to_string()])
            .arg("--base-path")
            .arg(folder.join("chain"));
        let mut process = Process::spawn(&mut command, log)?;
        let started = Instant::now();
        let url = loop {
            process.ensure_running().context("the node did not start")?;
            let text = std::fs::read_to_string(&process.log).unwrap_or_default();
            if let Some(address) = rpc_address(text.get(written..).unwrap_or_default()) {
                break format!("ws://{address}");
            }
            if started.elapsed() > NODE_START {
                bail!("the node did not answer within {NODE_START:?}; its last words:\n{}", process.tail());
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        Ok(Self { process, base_path: folder.to_owned(), url })
    }

    /// WebSocket address of the node.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Resident memory of the node in bytes.
    pub fn resident_bytes(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS line")?;
        let kilobytes: u64 = line.split_whitespace().nth(1).context("no number in VmRSS")?.parse()?;
        Ok(kilobytes * 1_024)
    }

    /// Kill the node and start it again on the same chain and the same port.
    pub fn restart(&mut self) -> Result<()> {
        self.process.kill();
        let port = self.url.rsplit(':').next().and_then(|port| port.parse().ok()).context("no port in the address")?;
        let base_path = self.base_path.clone();
        *self = Self::start_at(&base_path, port)?;
        Ok(())
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        self.process.tail()
    }
}

fn rpc_address(log: &str) -> Option<&str> {
    let (_, rest) = log.split_once("Running JSON-RPC server: addr=")?;
    rest.split(|c: char| c == ',' || c.is_whitespace()).next().filter(|address| address.contains(':'))
}

/// What a worker does.
#[derive(Clone, Debug)]
pub enum WorkerRole {
    /// Delivers content keys from this folder.
    ServeKeys {
        /// Folder of content keys.
        keys: PathBuf,
    },
    /// Trains, at this price per work unit in NRC.
    Compute {
        /// Price of a work unit, in NRC.
        unit_price: String,
    },
    /// Checks results.
    Evaluate,
}

/// A running worker.
pub struct Worker {
    process: Option<Process>,
    command: WorkerCommand,
}

struct WorkerCommand {
    arguments: Vec<String>,
    log: PathBuf,
}

impl Worker {
    /// Start a worker of `role` for the account of `suri`, with its journal and log under `folder`.
    pub fn start(
        role: &WorkerRole,
        url: &str,
        suri: &str,
        store: &Path,
        proving_keys: &Path,
        folder: &Path,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut arguments: Vec<String> = match role {
            WorkerRole::ServeKeys { keys } => vec!["serve-keys".into(), "--keys-dir".into(), keys.display().to_string()],
            WorkerRole::Compute { unit_price } => {
                vec!["compute".into(), "--unit-price".into(), unit_price.clone(), "--slots".into(), "2".into()]
            }
            WorkerRole::Evaluate => vec!["evaluate".into()],
        };
        arguments.extend(["--url".into(), url.into(), "--suri".into(), suri.into()]);
        arguments.extend(["--store".into(), store.display().to_string()]);
        arguments.extend(["--base-path".into(), folder.display().to_string()]);
        if matches!(role, WorkerRole::Compute { .. }) {
            arguments.extend(["--proving-keys".into(), proving_keys.display().to_string()]);
        }
        let command = WorkerCommand { arguments, log: folder.join("worker.log") };
        Ok(Self { process: Some(command.spawn()?), command })
    }

    /// Kill it without warning (SIGKILL).
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Start it again after [`Worker::kill`].
    pub fn revive(&mut self) -> Result<()> {
        self.kill();
        self.process = Some(self.command.spawn()?);
        Ok(())
    }

    /// Fail with its last words if it has ended by itself.
    pub fn ensure_running(&mut self) -> Result<()> {
        self.process.as_mut().map_or(Ok(()), Process::ensure_running)
    }

    /// Whether its log, over all its lives, contains `text`.
    pub fn has_said(&self, text: &str) -> bool {
        std::fs::read_to_string(&self.command.log).is_ok_and(|log| log.contains(text))
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        self.process.as_ref().map(Process::tail).unwrap_or_default()
    }
}

impl WorkerCommand {
    fn spawn(&self) -> Result<Process> {
        Process::spawn(Command::new(binary("neurodata-worker")?).args(&self.arguments), self.log.clone())
    }
}

/// The command line client, with its standing arguments.
#[derive(Clone, Debug)]
pub struct Cli {
    url: String,
    store: PathBuf,
    purchases: PathBuf,
    suri: Option<String>,
    proving_keys: Option<PathBuf>,
    progress: bool,
}

impl Cli {
    /// A client of the node at `url` that keeps blobs in `store`, and one-time keys in `purchases` beside it.
    pub fn new(url: &str, store: &Path) -> Self {
        let purchases = store.with_file_name("purchases");
        Self { url: url.into(), store: store.into(), purchases, suri: None, proving_keys: None, progress: false }
    }

    /// The same client, signing for the account of `suri`.
    pub fn with_suri(&self, suri: &str) -> Self {
        Self { suri: Some(suri.into()), ..self.clone() }
    }

    /// The same client, keeping proving keys in `folder`.
    pub fn with_proving_keys(&self, folder: &Path) -> Self {
        Self { proving_keys: Some(folder.into()), ..self.clone() }
    }

    /// The same client, with its progress shown on standard error.
    pub fn with_progress(&self) -> Self {
        Self { progress: true, ..self.clone() }
    }

    /// Run a command and return the JSON that it prints.
    pub fn run(&self, arguments: &[&str]) -> Result<Value> {
        let mut command = Command::new(binary("neurodata")?);
        dies_with_us(&mut command);
        command.args(["--json", "--url", &self.url, "--store"]).arg(&self.store);
        command.arg("--purchases").arg(&self.purchases);
        if let Some(suri) = &self.suri {
            command.args(["--suri", suri]);
        }
        if let Some(folder) = &self.proving_keys {
            command.arg("--proving-keys").arg(folder);
        }
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(if self.progress { Stdio::inherit() } else { Stdio::piped() });
        let output = command.spawn()?.wait_with_output()?;
        if !output.status.success() {
            bail!(
                "`neurodata {}` ended with {}\n{}{}",
                arguments.join(" "),
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let text = String::from_utf8(output.stdout)?;
        serde_json::from_str(text.trim())
            .with_context(|| format!("`neurodata {}` printed no JSON: {text}", arguments.join(" ")))
    }

    /// Run a command that must fail, and return what it says on standard error.
    pub fn refused(&self, arguments: &[&str]) -> Result<String> {
        match self.run(arguments) {
            Ok(value) => bail!("`neurodata {}` should have failed but printed {value}", arguments.join(" ")),
            Err(error) => Ok(format!("{error:#}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_once_it_is_whole() {
        let line = "2026-01-01 00:00:00 Running JSON-RPC server: addr=127.0.0.1:40123,[::1]:40124\n";
        assert_eq!(rpc_address(line), Some("127.0.0.1:40123"));
        assert_eq!(rpc_address("Running JSON-RPC server: addr="), None);
    }
}
