#!/usr/bin/env bash
# Measures target/release/outro and writes bench/RESULTS.md. `make bench` calls it; arguments go to bench.py.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin" exec python3 bench/bench.py "$@"
