#!/usr/bin/env bash
# On a machine with an NVIDIA GPU and the CUDA toolkit (nvcc, NVRTC, cuBLAS, cuRAND): whether every operation gives the
# bits of the CPU there, and how long it takes beside candle's own. One JSON object a line, {"name", "value", "unit"}.
#
#   scripts/cuda.sh          equality, then times
#   scripts/cuda.sh equal    equality alone
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

command -v nvcc >/dev/null || fail "nvcc is not in the path: candle's own kernels are built by it"
nvidia-smi --query-gpu=name,driver_version,compute_cap --format=csv,noheader >&2 || fail "no NVIDIA GPU"

repops=(--package neurodata-repops --features cuda --locked --quiet)
cargo test "${repops[@]}" --test cuda_equality -- --test-threads=1 >&2
echo '{"name": "train.cuda.equal", "value": 1, "unit": "all tests passed"}'
if [ "${1:-}" != equal ]; then
    cargo run "${repops[@]}" --example bench_cuda
fi
