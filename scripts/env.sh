# Sourced by the other scripts: where things are built and which toolchain builds them.
# shellcheck shell=bash

# The toolchain that the project is built and tested with.
NEURODATA_RUST=1.95.0
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export ROOT NEURODATA_RUST
# One target folder for everything, outside the checkout, so that several checkouts share what they have built.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/neurodata/target}"
export NEURODATA_DATA="${NEURODATA_DATA:-${XDG_CACHE_HOME:-$HOME/.cache}/neurodata/datasets}"
export NEURODATA_PROVING_KEYS="${NEURODATA_PROVING_KEYS:-${XDG_CACHE_HOME:-$HOME/.cache}/neurodata/proving-keys}"
# Python libraries that figures are compared with; scripts/quality.sh installs them.
export NEURODATA_REFERENCES="${NEURODATA_REFERENCES:-${XDG_CACHE_HOME:-$HOME/.cache}/neurodata/references}"
[ -d "$HOME/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

# Use the pinned toolchain if rustup has it beside another default.
if command -v rustc >/dev/null && [ "$(rustc --version | cut -d' ' -f2)" != "$NEURODATA_RUST" ] &&
    command -v rustup >/dev/null && rustup toolchain list 2>/dev/null | grep -q "^$NEURODATA_RUST-"; then
    export RUSTUP_TOOLCHAIN="$NEURODATA_RUST"
fi
