#!/usr/bin/env bash
# Runs a command beside an S3 server of its own (SeaweedFS), and removes it afterwards.
#
#   scripts/with-s3.sh COMMAND [ARGUMENT…]
#
# The command finds it in OUTRO_TEST_S3_URL, as an endpoint, an empty bucket on it in OUTRO_TEST_S3_BUCKET, and its keys in
# AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; its exit code is passed on.
set -euo pipefail

die() { printf 'with-s3: %s\n' "$*" >&2; exit 1; }

here=$(cd "$(dirname "$0")/.." && pwd)
weed="$here/target/tools/venv/bin/weed"
[ -x "$weed" ] || weed=$(command -v weed) || die "no SeaweedFS; run scripts/install.sh test"
[ "$#" -gt 0 ] || die "usage: scripts/with-s3.sh COMMAND [ARGUMENT…]"

export AWS_ACCESS_KEY_ID=outro-test AWS_SECRET_ACCESS_KEY=outro-test-secret

root=$(mktemp -d "${TMPDIR:-/tmp}/outro-s3.XXXXXX")
readonly root
server=
# shellcheck disable=SC2317  # the trap calls it
cleanup() {
  local status=$?
  trap - EXIT INT TERM HUP
  if [ -n "$server" ]; then
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$root"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

cat >"$root/keys.json" <<JSON
{"identities": [{"name": "outro", "actions": ["Admin", "Read", "List", "Tagging", "Write"],
  "credentials": [{"accessKey": "$AWS_ACCESS_KEY_ID", "secretKey": "$AWS_SECRET_ACCESS_KEY"}]}]}
JSON

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3 && grep -q ' 200 ' <&3) 2>/dev/null; }

# Ports below the range the kernel hands out, so that no client's connection takes them; another try if one is taken.
started=no
for _ in 1 2 3 4 5 6; do
  port=$((20000 + RANDOM % 1500 * 8))
  mkdir -p "$root/data"
  "$weed" server -dir="$root/data" -ip=127.0.0.1 -ip.bind=127.0.0.1 \
    -master.port=$((port + 1)) -master.port.grpc=$((port + 2)) -master.volumeSizeLimitMB=256 \
    -volume.port=$((port + 3)) -volume.port.grpc=$((port + 4)) -volume.max=60 -volume.minFreeSpace=1 \
    -filer.port=$((port + 5)) -filer.port.grpc=$((port + 6)) -filer.localSocket="$root/filer.sock" \
    -s3 -s3.port="$port" -s3.port.grpc=$((port + 7)) -s3.port.iceberg=0 -s3.config="$root/keys.json" -s3.localSocket="$root/s3.sock" \
    >"$root/server.log" 2>&1 </dev/null &
  server=$!
  for _ in $(seq 300); do
    kill -0 "$server" 2>/dev/null || break
    if answers "$port"; then started=yes; break 2; fi
    sleep 0.1
  done
  kill -KILL "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -rf "$root/data"
done
[ "$started" = yes ] || { tail -n 20 "$root/server.log" >&2; die "SeaweedFS did not start"; }

export OUTRO_TEST_S3_URL="http://127.0.0.1:$port" OUTRO_TEST_S3_BUCKET=outro-test
echo "s3.bucket.create -name $OUTRO_TEST_S3_BUCKET" \
  | "$weed" shell -master="127.0.0.1:$((port + 1)).$((port + 2))" -filer="127.0.0.1:$((port + 5)).$((port + 6))" >"$root/shell.log" 2>&1 \
  || { cat "$root/shell.log" >&2; die "the bucket could not be made"; }
status=0
"$@" || status=$?
exit "$status"
