//! Commands about accounts, keys and the chain.

use clap::{Subcommand, ValueEnum};
use neurodata_chain::{amount::parse_nrc, Balance};
use std::path::PathBuf;

/// Commands about accounts.
#[derive(Subcommand, Debug)]
pub enum AccountCommand {
    /// Show what an account owns.
    Balance {
        /// An address, or a path such as //Alice [default: the signing account].
        account: Option<String>,
    },
    /// Send NRC to an account.
    Transfer {
        /// An address, or a path such as //Alice.
        to: String,
        /// Amount in NRC.
        #[arg(value_parser = parse_nrc)]
        amount: Balance,
    },
}

/// What a key is for.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    /// Signing as an account: a mnemonic for --suri-file.
    Account,
    /// Receiving content keys: an X25519 secret.
    Recipient,
}

/// Commands about keys.
#[derive(Subcommand, Debug)]
pub enum KeyCommand {
    /// Make a new secret in a new file that only its owner can read.
    Generate {
        /// The file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// What it is for.
        #[arg(long, value_enum, default_value = "account")]
        kind: KeyKind,
    },
}

/// Commands about the chain.
#[derive(Subcommand, Debug)]
pub enum ChainCommand {
    /// Check the node, the store, the proving key and the signing account, and say what is wrong.
    Info,
}
