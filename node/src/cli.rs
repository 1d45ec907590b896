//! The command line.

use clap::ValueEnum;
use sc_cli::RunCmd;

/// The NeuroData node.
#[derive(Debug, clap::Parser)]
pub struct Cli {
    /// What to do instead of running a node.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// Make blocks on demand instead of by the clock. For tests: the node is alone, and the chain's time runs 3 seconds
    /// a block however fast blocks are made.
    #[arg(long, value_enum, value_name = "HOW")]
    pub sealing: Option<Sealing>,

    /// Options of a running node.
    #[command(flatten)]
    pub run: RunCmd,
}

/// When blocks are made on demand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Sealing {
    /// A block for every extrinsic that arrives, final at once.
    Instant,
    /// A block for every call of the RPC `engine_createBlock`.
    Manual,
}

/// What the node can do instead of running.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
    /// Make, inspect and insert keys.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),

    /// Write a chain spec as JSON.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Write a chain spec as JSON, with a boot node (older form of export-chain-spec).
    #[allow(deprecated)]
    BuildSpec(sc_cli::BuildSpecCmd),

    /// Execute a block again and check it.
    CheckBlock(sc_cli::CheckBlockCmd),

    /// Write blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),

    /// Read blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),

    /// Write the state at a block as a chain spec.
    ExportState(sc_cli::ExportStateCmd),

    /// Delete the chain's database.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Undo the last blocks.
    Revert(sc_cli::RevertCmd),

    /// Show what the database holds.
    ChainInfo(sc_cli::ChainInfoCmd),
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_command_line_has_no_conflicts() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sealing_is_off_unless_asked_for() {
        assert_eq!(Cli::parse_from(["node", "--dev"]).sealing, None);
        assert_eq!(Cli::parse_from(["node", "--dev", "--sealing", "manual"]).sealing, Some(Sealing::Manual));
        assert_eq!(Cli::parse_from(["node", "--dev", "--sealing", "instant"]).sealing, Some(Sealing::Instant));
    }
}
