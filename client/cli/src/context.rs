//! What commands share: the chain, the signer, the store, how results are shown.

use crate::{args::Shared, output::Output};
use anyhow::{Context as _, Result};
use neurodata_chain::{account_of, folders, signer_from_suri, AccountId, Chain, Keypair};
use neurodata_storage::DirectoryStore;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Longest file of a secret URI that is read, in bytes.
const MAX_SURI_BYTES: u64 = 4_096;

/// Longest wait for a first answer of the node.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);

/// What commands share.
pub struct Context {
    shared: Shared,
    /// How results are shown.
    pub output: Output,
}

impl Context {
    /// The context of a command line.
    pub fn new(shared: Shared) -> Self {
        let output = Output { json: shared.json };
        Self { shared, output }
    }

    /// Address of the node.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// A connection to the node.
    ///
    /// A connection that is lost later is made again in the background; one that cannot be made at all is given up
    /// soon.
    pub async fn chain(&self) -> Result<Chain> {
        let url = &self.shared.url;
        let connected = tokio::time::timeout(CONNECT_TIMEOUT, Chain::connect(url)).await;
        let reason = format!("no answer within {} seconds", CONNECT_TIMEOUT.as_secs());
        Ok(connected.map_err(|_| neurodata_chain::Error::Unreachable { url: url.clone(), reason })??)
    }

    /// Folder of the blob store.
    pub fn store_folder(&self) -> Result<PathBuf> {
        Ok(self.shared.store.clone().map_or_else(folders::store, Ok)?)
    }

    /// The blob store.
    pub fn store(&self) -> Result<DirectoryStore> {
        Ok(DirectoryStore::open(self.store_folder()?)?)
    }

    /// Folder of cached proving keys.
    pub fn proving_keys(&self) -> Result<PathBuf> {
        Ok(self.shared.proving_keys.clone().map_or_else(folders::proving_keys, Ok)?)
    }

    /// Folder of one-time keys and bought content keys.
    pub fn purchases(&self) -> Result<PathBuf> {
        Ok(self.shared.purchases.clone().map_or_else(folders::purchases, Ok)?)
    }

    /// Whether a signing account was named.
    pub fn has_signer(&self) -> bool {
        self.shared.suri.is_some() || self.shared.suri_file.is_some()
    }

    /// The signing account.
    pub fn signer(&self) -> Result<Keypair> {
        if let Some(suri) = &self.shared.suri {
            if !suri.starts_with("//") {
                eprintln!("warning: other programs can read a secret on the command line; use --suri-file");
            }
            return signer_from_suri(suri).context("the value of --suri is not usable");
        }
        let path = self.shared.suri_file.as_deref().context(
            "this command needs a signing account: give --suri-file FILE (made by `neurodata key generate`), or --suri \
             //Alice on a development chain",
        )?;
        let suri = read_suri(path)?;
        signer_from_suri(&suri).with_context(|| format!("{} does not hold a usable secret URI", path.display()))
    }

    /// The account that `given` names: an address or a development path; without it the signing account.
    pub fn account(&self, given: Option<&str>) -> Result<AccountId> {
        match given {
            None => Ok(account_of(&self.signer()?)),
            Some(text) => parse_account(text),
        }
    }
}

/// An address, or a development path such as `//Alice`.
pub fn parse_account(text: &str) -> Result<AccountId> {
    if text.starts_with("//") {
        return Ok(account_of(&signer_from_suri(text)?));
    }
    text.parse().map_err(|error| anyhow::anyhow!("{text:?} is not an account: {error}; expected an address or //Name"))
}

fn read_suri(path: &Path) -> Result<String> {
    let cannot = || format!("cannot read the secret URI from {}", path.display());
    let metadata = fs::metadata(path).with_context(cannot)?;
    anyhow::ensure!(metadata.len() <= MAX_SURI_BYTES, "{} is too large to hold a secret URI", path.display());
    let suri = fs::read_to_string(path).with_context(cannot)?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 && !suri.starts_with("//") {
        eprintln!("warning: others can read {}; run `chmod 600 {}`", path.display(), path.display());
    }
    Ok(suri.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    #[test]
    fn accounts_are_addresses_or_development_paths() {
        assert_eq!(parse_account("//Alice").unwrap(), parse_account(ALICE).unwrap());
        assert!(parse_account("Alice").unwrap_err().to_string().contains("expected an address"));
    }

    fn context(suri: Option<&str>, suri_file: Option<PathBuf>) -> Context {
        Context::new(Shared {
            url: "ws://127.0.0.1:1".into(),
            store: Some("store".into()),
            purchases: Some("purchases".into()),
            proving_keys: Some("keys".into()),
            suri_file,
            suri: suri.map(Into::into),
            json: false,
        })
    }

    #[test]
    fn the_signer_comes_from_a_file_or_the_command_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("suri");
        fs::write(&path, "//Alice\n").unwrap();
        assert_eq!(context(None, Some(path.clone())).account(None).unwrap().to_string(), ALICE);
        assert_eq!(context(Some("//Alice"), Some(path)).account(None).unwrap().to_string(), ALICE);
        assert!(context(None, None).signer().unwrap_err().to_string().contains("--suri-file"));
        let error = context(None, Some(folder.path().join("none"))).signer().unwrap_err();
        assert!(error.to_string().contains("none"), "{error}");
        assert!(context(Some("//"), None).account(Some("//Bob")).is_ok());
    }

    #[test]
    fn a_given_folder_wins() {
        assert_eq!(context(None, None).store_folder().unwrap(), Path::new("store"));
        assert_eq!(context(None, None).proving_keys().unwrap(), Path::new("keys"));
        assert_eq!(context(None, None).purchases().unwrap(), Path::new("purchases"));
    }
}
