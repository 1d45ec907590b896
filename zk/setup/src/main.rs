//! `neurodata-setup`: parameters of the zk circuits.
//!
//! - `dev`: runs the insecure development setup and writes keys and an example proof.
//! - `inspect`: tells what a key or proof file holds and whether it is valid.

use anyhow::{bail, Context, Result};
use clap::{Parser, Subcommand};
use indicatif::ProgressBar;
use neurodata_zk_circuits::{example, key_file, setup, Prover};
use neurodata_zk_statements::key_digest;
use neurodata_zk_verifier::{key_bytes, validate_key, MAX_INPUTS, PROOF_BYTES};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

const INSECURE: &str = "\
INSECURE: these keys come from a seed that everybody can read (INSECURE_DEVELOPMENT_SEED).
Whoever knows it can prove false statements. Use them on development chains only.";

/// Name of the development files, before their extensions.
const DEVELOPMENT: &str = "data-validity-1.dev";

#[derive(Parser)]
#[command(name = "neurodata-setup", version, about = "Parameters of the zk circuits")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the INSECURE development setup; write its keys and an example proof.
    Dev {
        /// Folder that gets the files.
        #[arg(long)]
        out: PathBuf,
    },
    /// Tell what a key or proof file holds.
    Inspect {
        /// The file.
        file: PathBuf,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Dev { out } => dev(&out),
        Command::Inspect { file } => inspect(&file),
    }
}

fn dev(out: &Path) -> Result<()> {
    eprintln!("{INSECURE}");
    fs::create_dir_all(out).with_context(|| format!("folder {}", out.display()))?;
    let spinner = ProgressBar::new_spinner().with_message("development setup of data-validity/1");
    spinner.enable_steady_tick(Duration::from_millis(100));
    let key = setup::development_setup()?;
    let proving_key = out.join(Prover::CACHE_FILE);
    key_file::write(&proving_key, &key).with_context(|| format!("writing {}", proving_key.display()))?;

    spinner.set_message("example proof");
    let prover = Prover::new(key)?;
    let (witness, inputs) = example::chunk()?;
    let proof = prover.prove(&witness, &inputs)?;
    let encoded = inputs.to_field_bytes().map(|input| *input.as_bytes()).concat();
    write(out, "vk", prover.verifying_key())?;
    write(out, "inputs", &encoded)?;
    write(out, "proof", &proof)?;
    spinner.finish_and_clear();

    println!("{}", prover.key_digest());
    if prover.key_digest() != setup::DEVELOPMENT_KEY_DIGEST {
        bail!("the circuit changed: set DEVELOPMENT_KEY_DIGEST to this digest and commit the new files");
    }
    Ok(())
}

fn write(folder: &Path, extension: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(format!("{DEVELOPMENT}.{extension}"));
    fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))
}

fn inspect(file: &Path) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    println!("{}", describe(&bytes)?);
    Ok(())
}

fn describe(bytes: &[u8]) -> Result<String> {
    let length = bytes.len();
    if let Ok(digest) = key_file::key_digest_of(bytes) {
        return Ok(format!("proving key, {length} bytes, of verifying key {digest}{}", remark(digest)));
    }
    if (0..=MAX_INPUTS).any(|inputs| length == key_bytes(inputs)) {
        let inputs = validate_key(bytes)?;
        let digest = key_digest(bytes);
        return Ok(format!("verifying key {digest}, {inputs} public inputs, {length} bytes{}", remark(digest)));
    }
    if length == PROOF_BYTES {
        return Ok(format!("as long as a proof ({length} bytes); a key and public inputs are needed to check it"));
    }
    bail!("neither a proving key, a verifying key nor a proof: {length} bytes");
}

fn remark(digest: neurodata_primitives::KeyDigest) -> &'static str {
    if digest == setup::DEVELOPMENT_KEY_DIGEST {
        " (INSECURE development setup)"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_zk_verifier::development::{DATA_VALIDITY_1, EXAMPLE_PROOF};

    #[test]
    fn the_committed_key_is_described_as_insecure() {
        let text = describe(DATA_VALIDITY_1).unwrap();
        assert!(text.starts_with(&format!("verifying key {}, 4 public inputs", setup::DEVELOPMENT_KEY_DIGEST)));
        assert!(text.contains("INSECURE"));
    }

    #[test]
    fn a_proof_is_told_by_its_length() {
        assert!(describe(EXAMPLE_PROOF).unwrap().starts_with("as long as a proof"));
    }

    #[test]
    fn a_damaged_key_and_anything_else_are_refused() {
        let mut key = DATA_VALIDITY_1.to_vec();
        key[95] ^= 1;
        assert_eq!(
            describe(&key).unwrap_err().to_string(),
            "a point of the verifying key is off its curve or subgroup"
        );
        assert!(describe(b"PNG").unwrap_err().to_string().contains("3 bytes"));
    }
}
