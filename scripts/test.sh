#!/usr/bin/env bash
# Build everything and run every test: the unit tests of all crates, then the end-to-end suites against a real node with
# real workers, the polkadot.js suite among them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

scripts/setup.sh --test
. scripts/env.sh
scripts/fetch-datasets.sh
say "building (the first time takes half an hour on two cores)"
cargo build --workspace --all-targets --locked
say "checking that the definitions of the arithmetic need nothing that a runtime lacks"
cargo check --package neurodata-definition --no-default-features --target wasm32v1-none --locked
say "testing"
cargo test --workspace --locked --no-fail-fast -- --test-threads "${TEST_THREADS:-2}"
