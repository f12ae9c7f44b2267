#!/usr/bin/env bash
# Runs the proofs that nothing leaks, and that nothing is left of who has left, at their full size, on both engines, and writes
# what they counted to bench/PROOFS.md.
#
#   scripts/proof.sh [STEP…]        decisions scope surface hidden enemy timing faults: privacy;
#                                   canaries closed_map large never_existed stops kills: erasure; without one, all
#
# `make test` runs the same tests, smaller. Each step ends in bounded time. The times of answers are worth something only on a
# machine that does nothing else meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly out=bench/PROOFS.md
die() { printf 'proof: %s\n' "$*" >&2; exit 1; }
if [ -z "${OUTRO_TEST_POSTGRES_URL:-}" ]; then exec scripts/with-postgres.sh "scripts/proof.sh" "$@"; fi

# Worlds are thrown away: in memory no commit waits for the disk.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi
export RUST_BACKTRACE=0
# What is served is optimised, and so is what is timed; the others are over sooner. Assertions stay.
export CARGO_PROFILE_DEV_OPT_LEVEL=1
export OUTRO_REFERENCE_DECISIONS=${OUTRO_REFERENCE_DECISIONS:-10000000}
export OUTRO_REFERENCE_REQUESTS=${OUTRO_REFERENCE_REQUESTS:-100000}
export OUTRO_REFERENCE_ROUNDS=${OUTRO_REFERENCE_ROUNDS:-10000}
export OUTRO_REFERENCE_SAMPLES=${OUTRO_REFERENCE_SAMPLES:-10000}
export OUTRO_REFERENCE_SIGN_INS=${OUTRO_REFERENCE_SIGN_INS:-10000}
export OUTRO_REFERENCE_SCOPES=${OUTRO_REFERENCE_SCOPES:-3000}
export OUTRO_CANARIES=${OUTRO_CANARIES:-100000}
export OUTRO_NEVER_EXISTED_HISTORIES=${OUTRO_NEVER_EXISTED_HISTORIES:-100000}
export OUTRO_NEVER_EXISTED_ON_POSTGRES=${OUTRO_NEVER_EXISTED_ON_POSTGRES:-1000}

# What a step counted stays here, so that steps may be run one by one.
readonly figures=target/proof
mkdir -p "$figures"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 steps=()

# step NAME SECONDS COMMAND…: its figures are the lines that begin with "proof: ".
step() {
  local name=$1 seconds=$2 began=$SECONDS status=0 word=passed
  shift 2
  steps+=("$name")
  if [ "${#wanted[@]}" -gt 0 ] && [[ " ${wanted[*]} " != *" $name "* ]]; then return; fi
  printf '== %s\n' "$name"
  timeout "$seconds" "$@" >"$work/log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || { word="FAILED ($status)"; failed=1; tail -n 40 "$work/log" >&2; }
  sed -n 's/^.*proof: //p' "$work/log" | tee "$work/$name.lines"
  printf '%s, %d s\n' "$word" $((SECONDS - began))
  {
    printf '\n## %s: %s, %d s\n\n' "$name" "$word" $((SECONDS - began))
    sed 's/^/- /' "$work/$name.lines"
  } >"$figures/$name.md"
}

reference() { cargo test --quiet --workspace --test reference -- --nocapture "$@"; }
never_existed() { cargo test --quiet --workspace --test never_existed -- --nocapture "$@"; }
# A function cannot be given to `timeout`: it runs this script's own words.
if [ "${1:-}" = --run ]; then shift; "$@"; exit; fi
wanted=("$@")

cargo build --quiet --workspace --bins
cargo test --quiet --workspace --test reference --test feed_scope --test canaries --test never_existed --no-run

run() { local name=$1 seconds=$2; shift 2; step "$name" "$seconds" scripts/proof.sh --run "$@"; }
run decisions 600 reference decisions::
run scope 900 cargo test --quiet --workspace --test feed_scope -- --nocapture
run surface 1800 reference surface:: routes::
run hidden 300 reference hidden::
run enemy 1800 reference enemy::
run canaries 1800 cargo test --quiet --workspace --test canaries -- --nocapture --test-threads=1 no_canary
run closed_map 900 never_existed closed_map::
run large 1800 env OUTRO_TAKEOUT_BYTES=4299161600 cargo test --quiet --workspace --test takeout -- --nocapture --test-threads=1 large::
# It works on all cores.
run never_existed 28800 never_existed --test-threads=1 --exact sqlite postgres
# One engine after the other: each has the machine to itself.
run timing 3600 reference --test-threads=1 timing::
# Stopped before each write, sync, rename, delete and commit of erasure, takeout, backup and restore; and killed at any moment.
run stops 7200 env OUTRO_STOPS=all cargo test --quiet --workspace --test stopped -- --nocapture
run kills 5400 env OUTRO_KILLS=500 cargo test --quiet --workspace --test kills -- --nocapture
# Each fault builds anew.
unset CARGO_PROFILE_DEV_OPT_LEVEL
run faults 1800 scripts/planted-faults.sh

# A step that was not run here yet is named, so that the report does not look whole.
{
  printf '# What the proofs counted\n\n'
  printf 'Written by `make proof`. What each step does is said at the top of its file in `crates/testkit/tests/`.\n'
  printf 'Machine: %s cores, %s of memory, %s; %s; ' "$(nproc)" "$(free -h | awk '/^Mem/ { print $2 }')" "$(uname -sr | cut -d- -f1)" "$(rustc --version)"
  printf '%s; our own crates at opt-level 1, with assertions.\n' "$("$(scripts/with-postgres.sh --bindir)/postgres" --version)"
  for name in "${steps[@]}"; do
    if [ -f "$figures/$name.md" ]; then cat "$figures/$name.md"; else printf '\n## %s: not run yet at full size\n' "$name"; fi
  done
} >"$out"
printf 'written: %s\n' "$out"
[ "$failed" -eq 0 ] || die "a proof has failed"
