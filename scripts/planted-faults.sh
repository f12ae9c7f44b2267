#!/usr/bin/env bash
# Plants faults in a copy of the tree, one after the other, and fails when one of them is not caught.
#
#   scripts/planted-faults.sh [FAULT…]
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
facts_cached              reference  enemy::nothing_posted_after_a_revocation_is_ever_seen::sqlite
"

rm -rf "$copy"
mkdir -p "$copy"
(cd "$root" && git ls-files -z | tar --null --files-from=- --create) | tar --extract --directory="$copy"
cd "$copy"
patch --strip=1 --quiet --fuzz=3 <crates/testkit/tests/reference/planted.patch || die "the faults do not fit the tree any more: write planted.patch anew"
export CARGO_TARGET_DIR=$root/target/planted-faults/target RUST_BACKTRACE=0 OUTRO_REFERENCE_REQUESTS=${OUTRO_REFERENCE_REQUESTS:-10000}
cargo build --quiet -p outro-media --bins
cargo test --quiet -p outro-testkit --test feed_scope --test privacy --test reference --no-run

# Whether a test passes; anything but passing or failing ends the script.
passes() {
  local log=$copy/log
  if OUTRO_FAULT=$1 cargo test --quiet -p outro-testkit --test "$2" -- --exact "$3" >"$log" 2>&1; then
    grep -q '1 passed' "$log" || die "there is no test $3"
    return 0
  fi
  grep -q '1 failed' "$log" || { cat "$log" >&2; die "$3 could not be run"; }
  grep -m1 -A3 'panicked at' "$log" | sed -n '2p' | cut -c1-160 | sed 's/^/    /'
  return 1
}

missed=0
while read -r fault binary test; do
  [ -n "$fault" ] || continue
  if [ $# -gt 0 ] && [[ " $* " != *" $fault "* ]]; then continue; fi
  if passes "$fault" "$binary" "$test"; then
    printf 'MISSED  %s\n' "$fault"
    missed=$((missed + 1))
  else
    printf 'caught  %s\n' "$fault"
  fi
done <<<"$faults"

while read -r binary test; do
  passes none "$binary" "$test" || die "$test fails with no fault planted"
done < <(awk 'NF { print $2, $3 }' <<<"$faults" | sort -u)
[ "$missed" -eq 0 ] || die "$missed faults were not caught"
