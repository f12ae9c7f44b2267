#!/usr/bin/env bash
# Measures target/release/outro and writes bench/RESULTS.md. `make bench` calls it; arguments go to bench.py.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/target/tools/venv/bin:$PATH:/usr/sbin"
# One of the measurements uses the browser of the tests.
if [ ! -e e2e/node_modules/.package-lock.json ] || [ e2e/package-lock.json -nt e2e/node_modules/.package-lock.json ]; then
  npm ci --prefix e2e --no-audit --no-fund --loglevel=error </dev/null
fi
exec python3 bench/bench.py "$@"
