#!/usr/bin/env bash
# Runs every Rust test, on SQLite and on a PostgreSQL cluster, beside an S3 server, both made for the run. `make test` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."

if cargo nextest --version >/dev/null 2>&1; then
  exec scripts/with-postgres.sh scripts/with-s3.sh cargo nextest run --workspace "$@"
fi

# cargo test closes every test binary with a line of its own: add them up for one closing line.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
scripts/with-postgres.sh scripts/with-s3.sh cargo test --workspace --no-fail-fast "$@" 2>&1 | tee "$log" || status=$?
sed -nE 's/^test result: .* ([0-9]+) passed; ([0-9]+) failed; ([0-9]+) ignored.*/\1 \2 \3/p' "$log" \
  | awk '{ p += $1; f += $2; i += $3 } END { printf "%d passed, %d failed, %d skipped\n", p, f, i }'
exit "$status"
