#!/usr/bin/env bash
# Benchmarks: one JSON object a line, {"name", "value", "unit"}.
#
#   scripts/bench.sh zk      circuit, prover, verification natively and in the runtime
#   scripts/bench.sh train   operations and steps over those of candle, training, repeating a sample of a run; in the release profile, since
#                            candle's inner loops are slower with the checks of the development profile. Where scikit-learn and PyTorch
#                            are installed, training over theirs too
#   scripts/bench.sh assets  judging complaints natively and in the runtime, and the size of their evidence
#   scripts/bench.sh work    matching jobs and offers, and the market's hook, as the market grows
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

example() {
    cargo build --workspace --all-targets --locked --quiet >&2
    "$CARGO_TARGET_DIR/debug/examples/$1"
}

release_example() {
    local package="$1" name="$2"
    shift 2
    cargo build --release --package "$package" --example "$name" --locked --quiet >&2
    "$CARGO_TARGET_DIR/release/examples/$name" "$@"
}

case "${1:-}" in
zk)
    example bench_zk
    example bench_runtime
    ;;
train)
    release_example neurodata-repops bench_matmul
    release_example neurodata-repops bench_step
    release_example neurodata-training bench_train
    if "$NEURODATA_REFERENCES/bin/python" -c 'import sklearn' 2>/dev/null; then
        scripts/fetch-datasets.sh digits fashion_mnist >&2
        cargo build --workspace --all-targets --locked --quiet >&2
        "$NEURODATA_REFERENCES/bin/python" scripts/bench_reference.py \
            "$CARGO_TARGET_DIR/debug/examples/quality" "$NEURODATA_DATA"
    fi
    ;;
assets)
    example judge_cost
    example bench_assets
    ;;
work) example bench_matching ;;
*) fail "usage: scripts/bench.sh zk|train|assets|work" ;;
esac
