#!/usr/bin/env bash
# How long a newcomer waits: `make run` until it answers, and `make test`, on a clean clone of what is committed.
set -euo pipefail
cd "$(dirname "$0")/.."

clone=$(mktemp -d)
run=
cleanup() {
  [ -z "$run" ] || kill -- "-$run" 2>/dev/null || true
  rm -rf "$clone"
}
trap cleanup EXIT
unset CARGO_TARGET_DIR
git clone --quiet . "$clone/outro"
# The samples stand beside the repository, where they are there.
[ ! -d ../shared ] || ln -s "$(realpath ../shared)" "$clone/shared"
cd "$clone/outro"

port=$((20000 + RANDOM % 12000))
start=$SECONDS
setsid make run LISTEN="127.0.0.1:$port" DATA="$clone/data" >"$clone/run.log" 2>&1 </dev/null &
run=$!
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
  kill -0 "$run" 2>/dev/null || { tail -n 30 "$clone/run.log" >&2; echo "make run failed" >&2; exit 1; }
  sleep 1
done
echo "make run, until it answers: $((SECONDS - start)) s"
kill -- "-$run"
wait "$run" 2>/dev/null || true
run=

start=$SECONDS
make test >"$clone/test.log" 2>&1 </dev/null || { tail -n 60 "$clone/test.log" >&2; echo "make test failed" >&2; exit 1; }
echo "make test: $((SECONDS - start)) s"
