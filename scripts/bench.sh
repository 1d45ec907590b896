#!/usr/bin/env bash
# Benchmarks: one JSON object a line, {"name", "value", "unit"}.
#
#   scripts/bench.sh zk      circuit, prover, verification natively and in the runtime
#   scripts/bench.sh train   training
#   scripts/bench.sh assets  judging complaints natively and in the runtime, and the size of their evidence
#   scripts/bench.sh work    matching jobs and offers, and the market's hook, as the market grows
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

example() {
    cargo build --workspace --all-targets --locked --quiet >&2
    "$CARGO_TARGET_DIR/debug/examples/$1"
}

case "${1:-}" in
zk)
    example bench_zk
    example bench_runtime
    ;;
train) example bench_train ;;
assets)
    example judge_cost
    example bench_assets
    ;;
work) example bench_matching ;;
*) fail "usage: scripts/bench.sh zk|train|assets|work" ;;
esac
