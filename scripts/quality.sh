#!/usr/bin/env bash
# Quality on real datasets beside scikit-learn and PyTorch, trained and judged on the very same rows (docs/quality.md).
# Prints a table; fails if a model is more than a point below the reference.
#
#   scripts/quality.sh [--without-torch] [--seeds COUNT] [CASE...]
#
# Fetches the datasets, and installs the references into a virtual environment in $NEURODATA_REFERENCES: with PyTorch,
# whose package for Linux brings CUDA along, that takes 6 GB.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

DATASETS=(heart breast_cancer iris wine digits diabetes fashion_mnist spam)
REFERENCES="$ROOT/ml-worker/training/references"
python="$NEURODATA_REFERENCES/bin/python"
out="${XDG_CACHE_HOME:-$HOME/.cache}/neurodata/quality"

requirements="$(cat "$REFERENCES/requirements.txt")"
if [ "${1:-}" = --without-torch ]; then
    requirements="$(grep -v '^torch==' <<<"$requirements")"
    shift
fi
if [ ! -x "$python" ]; then
    python3 -m venv "$NEURODATA_REFERENCES" || fail "python3 cannot make a virtual environment (Debian: python3-venv)"
fi
say "installing the references into $NEURODATA_REFERENCES, unless they are there"
"$python" -m pip install --disable-pip-version-check --quiet --requirement /dev/stdin <<<"$requirements" ||
    fail "pip could not install the references (its message is above); --without-torch leaves PyTorch out"

scripts/fetch-datasets.sh "${DATASETS[@]}" >&2
cargo build --workspace --all-targets --locked --quiet >&2
# Cases of earlier runs are not judged again.
rm -rf "$out"
mkdir -p "$out"
say "training"
"$CARGO_TARGET_DIR/debug/examples/quality" "$NEURODATA_DATA" "$out" "$@" | tee "$out/ours.jsonl" >&2
say "training the references"
"$python" "$REFERENCES/quality.py" "$out" --table
