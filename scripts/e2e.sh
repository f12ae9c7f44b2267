#!/usr/bin/env bash
# Runs the browser tests against target/debug/outro (or OUTRO_BIN). Arguments name test files; none means all.
set -euo pipefail
cd "$(dirname "$0")/../e2e"
PATH="$PWD/../target/tools/venv/bin:$PATH"

# The lock file is newer than what is installed only after a change or on a clean clone.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error </dev/null
fi

[ "$#" -gt 0 ] || set -- ./*.test.js
exec node --test --test-concurrency=1 --test-reporter=spec "$@"
