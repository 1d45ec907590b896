#!/usr/bin/env bash
# Build everything and watch it work: two datasets proved and sold, two models trained, checked and paid for.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

scripts/setup.sh
. scripts/env.sh
scripts/fetch-datasets.sh
say "building (the first time takes half an hour on two cores)"
cargo build --workspace --bins --locked


WORK="$(mktemp -d)"
# What the demo starts dies with it, also on Ctrl-C; this removes what it wrote, unless it failed.
trap '[ "${status:-1}" -eq 1 ] || rm -rf "$WORK"' EXIT
status=0
"$CARGO_TARGET_DIR/debug/neurodata-demo" --data "$NEURODATA_DATA" --proving-keys "$NEURODATA_PROVING_KEYS" --work "$WORK" || status=$?
exit "$status"
