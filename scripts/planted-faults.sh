#!/usr/bin/env bash
# Plants faults in a copy of the tree, one after the other, and fails when one of them is not caught.
#
#   scripts/planted-faults.sh [FAULT…]
#   scripts/planted-faults.sh --anew        writes the patch anew where it fits only loosely; look at it before it is committed
#
# Nothing of it is in the product: crates/testkit/tests/reference/planted.patch adds the faults to the copy, each behind its word in
# OUTRO_FAULT, so that the copy is built once. Without a word the copy must pass, or a failure would say nothing.
set -euo pipefail

root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
# In one place, so that what is built is built once; apart from the tree's own, which must never hold a fault.
copy=$root/target/planted-faults/tree
die() { printf 'planted-faults: %s\n' "$*" >&2; exit 1; }

# The fault, the test binary that must catch it, and the test of it.
readonly surface=surface::every_route_answers_as_the_reference_says::sqlite
readonly enemy=enemy::nothing_posted_after_a_revocation_is_ever_seen::sqlite
faults="
block_filter_dropped      feed_scope the_feed_is_what_the_policy_allows::sqlite
cover_unchecked           reference  $surface
requested_is_follower     reference  $surface
ceiling_ignored_for_bytes reference  $surface
hiatus_ignored_in_lists   reference  $surface
only_me_for_friends       reference  $surface
removing_readable         reference  $surface
stream_not_asked_again    privacy    streams::an_unfollow_ends_it::sqlite
follow_cached             reference  $surface
suspended_visible         reference  $surface
facts_cached              reference  $enemy
snapshot_lost             reference  $enemy
"
# No faults, though they stand in the patch: with them all must pass. Between what the policy is told a look takes its time; only
# without the one snapshot that both are read in, which is the guard that `snapshot_lost` takes away, may that be seen.
harmless="
looks_slowly              reference  $enemy
none                      reference  $enemy
none                      reference  $surface
none                      feed_scope the_feed_is_what_the_policy_allows::sqlite
none                      privacy    streams::an_unfollow_ends_it::sqlite
"

rm -rf "$copy"
mkdir -p "$copy"
(cd "$root" && git ls-files -z | tar --null --files-from=- --create) | tar --extract --directory="$copy"
cd "$copy"
readonly planted=crates/testkit/tests/reference/planted.patch
if [ "${1:-}" = --anew ]; then
  git init --quiet . && git add --all
  patch --strip=1 --fuzz=3 --no-backup-if-mismatch <"$planted" || die "write what did not fit by hand"
  git diff >"$root/$planted"
  exit
fi
patch --strip=1 --quiet --fuzz=0 <"$planted" || die "the faults do not fit the tree any more: run scripts/planted-faults.sh --anew"
# Worlds are thrown away: in memory no commit waits for the disk.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi
export CARGO_TARGET_DIR=$root/target/planted-faults/target RUST_BACKTRACE=0
# What is not ours is the same in both: it need not be built twice.
if [ ! -d "$CARGO_TARGET_DIR" ] && [ -d "$root/target/debug/deps" ]; then
  mkdir -p "$CARGO_TARGET_DIR/debug"
  cp --archive --reflink=auto "$root"/target/debug/{deps,build,.fingerprint} "$CARGO_TARGET_DIR/debug/"
  rm -f "$CARGO_TARGET_DIR"/debug/deps/{*outro*,reference-*,feed_scope-*,privacy-*}
fi
# The jail holds no fault: the tree's own will do.
if [ -x "$root/target/debug/outro-media-sandbox" ]; then
  cp "$root/target/debug/outro-media-sandbox" "$CARGO_TARGET_DIR/debug/"
else
  cargo build --quiet --workspace --bins
fi
export OUTRO_REFERENCE_REQUESTS=${OUTRO_FAULT_REQUESTS:-10000} OUTRO_REFERENCE_ROUNDS=${OUTRO_FAULT_ROUNDS:-400} OUTRO_REFERENCE_SCOPES=60
cargo test --quiet --workspace --test feed_scope --test privacy --test reference --no-run

# Whether a test passes; anything but passing or failing ends the script.
passes() {
  local log=$copy/log
  if OUTRO_FAULT=$1 cargo test --quiet --workspace --test "$2" -- --exact "$3" >"$log" 2>&1; then
    grep -q '1 passed' "$log" || die "there is no test $3"
    return 0
  fi
  grep -q '1 failed' "$log" || { cat "$log" >&2; die "$3 could not be run"; }
  grep -m1 -A3 'panicked at' "$log" | sed -n '2p' | cut -c1-160 | sed 's/^/    /'
  return 1
}

missed=0 caught=0
while read -r fault binary test; do
  [ -n "$fault" ] || continue
  if [ $# -gt 0 ] && [[ " $* " != *" $fault "* ]]; then continue; fi
  if passes "$fault" "$binary" "$test"; then
    printf 'MISSED  %s\n' "$fault"
    missed=$((missed + 1))
  else
    printf 'caught  %s\n' "$fault"
    caught=$((caught + 1))
  fi
done <<<"$faults"

while read -r word binary test; do
  [ -n "$word" ] || continue
  passes "$word" "$binary" "$test" || die "$test fails with no fault planted ($word)"
done <<<"$harmless"
printf 'proof: %d faults planted, %d caught; without a fault every test passes, also where looks are slow\n' $((caught + missed)) "$caught"
[ "$missed" -eq 0 ] || die "$missed faults were not caught"
