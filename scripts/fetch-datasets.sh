#!/usr/bin/env bash
# Fetch real datasets as CSV into $NEURODATA_DATA: those named, or those of the demo and the tests. Leaves alone what is there.
# Usage: scripts/fetch-datasets.sh [--packages DIR] [NAME...]   (see scripts/fetch_datasets.py --help)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

command -v python3 >/dev/null || fail "python3 is missing; scripts/setup.sh installs it"
exec python3 "$ROOT/scripts/fetch_datasets.py" --into "$NEURODATA_DATA" "$@"
