#!/usr/bin/env bash
# Holds the dependencies against deny.toml. Known vulnerabilities are checked when their database can be fetched.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/target/tools/bin:$PATH"

cargo-deny --workspace check bans licenses sources

if timeout 60 cargo-deny fetch db >/dev/null 2>&1 </dev/null; then
  cargo-deny --workspace check advisories
else
  echo "advisories: not checked, the advisory database could not be fetched"
fi
