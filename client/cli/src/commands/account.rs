//! Accounts and keys.

use crate::{
    args::{AccountCommand, KeyCommand, KeyKind},
    context::{parse_account, Context},
    output::{lines, spinner},
};
use anyhow::{Context as _, Result};
use neurodata_chain::{account_of, amount::format_nrc, calls, signer_from_suri};
use neurodata_dataset::RecipientSecret;
use rand::{rngs::OsRng, RngCore};
use serde_json::json;
use std::{fs::OpenOptions, io::Write, path::Path};
use subxt_signer::bip39::Mnemonic;

/// Entropy of a mnemonic of twelve words, in bytes. Source: BIP-39.
const MNEMONIC_ENTROPY: usize = 16;

pub async fn run_account(context: &Context, command: AccountCommand) -> Result<()> {
    match command {
        AccountCommand::Balance { account } => {
            let account = context.account(account.as_deref())?;
            let balance = context.chain().await?.balance(&account).await?;
            let text = lines(&[
                ("account", account.to_string()),
                ("free", format_nrc(balance.free)),
                ("on hold", format_nrc(balance.held)),
            ]);
            let value = json!({
                "account": account.to_string(),
                "free": balance.free.to_string(),
                "held": balance.held.to_string(),
            });
            context.output.show(text, value);
        }
        AccountCommand::Transfer { to, amount } => {
            let (signer, to) = (context.signer()?, parse_account(&to)?);
            let chain = context.chain().await?;
            let waiting = spinner("sending");
            let receipt = chain.submit(&signer, calls::transfer(to, amount)).await?;
            waiting.finish_and_clear();
            let text = format!(
                "sent {} to {to} in block {}, fee {}",
                format_nrc(amount),
                receipt.block_number,
                format_nrc(receipt.fee)
            );
            let value = json!({
                "to": to.to_string(),
                "amount": amount.to_string(),
                "block": receipt.block_number,
                "fee": receipt.fee.to_string(),
            });
            context.output.show(text, value);
        }
    }
    Ok(())
}

pub fn run_key(context: &Context, command: KeyCommand) -> Result<()> {
    let KeyCommand::Generate { out, kind } = command;
    match kind {
        KeyKind::Account => {
            let account = generate_account(&out)?;
            let text = format!("account {account}\nits secret is in {}; keep a copy in a safe place", out.display());
            context.output.show(text, json!({ "account": account, "file": out }));
        }
        KeyKind::Recipient => {
            let secret = RecipientSecret::generate();
            secret.save(&out)?;
            let text = format!("public key {}\nits secret is in {}", secret.public(), out.display());
            context.output.show(text, json!({ "public_key": secret.public(), "file": out }));
        }
    }
    Ok(())
}

/// Write a new mnemonic into a new file that only its owner can read, and return its address.
fn generate_account(path: &Path) -> Result<String> {
    let mut entropy = [0; MNEMONIC_ENTROPY];
    OsRng.fill_bytes(&mut entropy);
    let mnemonic = Mnemonic::from_entropy(&entropy).context("cannot make a mnemonic")?.to_string();
    let account = account_of(&signer_from_suri(&mnemonic)?);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| writeln!(file, "{mnemonic}").and_then(|()| file.sync_all()))
        .with_context(|| format!("cannot make {}; a secret is never written over", path.display()))?;
    Ok(account.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_account_signs_and_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("suri");
        let account = generate_account(&path).unwrap();
        let suri = std::fs::read_to_string(&path).unwrap();
        assert_eq!(suri.split_whitespace().count(), 12);
        assert_eq!(account_of(&signer_from_suri(&suri).unwrap()).to_string(), account);
        assert!(generate_account(&path).unwrap_err().to_string().contains("suri"));
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
