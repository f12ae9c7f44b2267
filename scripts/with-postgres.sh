#!/usr/bin/env bash
# Runs a command beside a PostgreSQL cluster of its own, and removes the cluster afterwards.
#
#   scripts/with-postgres.sh COMMAND [ARGUMENT…]
#   scripts/with-postgres.sh --bindir          prints where PostgreSQL's programs are
#
# The command finds the cluster in OUTRO_TEST_POSTGRES_URL; its exit code is passed on.
# OUTRO_TEST_PG_FSYNC=on makes the cluster as durable as a real one (default off: it is thrown away).
set -euo pipefail

readonly oldest=15

die() { printf 'with-postgres: %s\n' "$*" >&2; exit 1; }

# The newest installed server, which distributions keep out of PATH.
bindir() {
  local candidate candidates major
  mapfile -t candidates < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV)
  if command -v pg_config >/dev/null 2>&1; then candidates+=("$(pg_config --bindir)"); fi
  if command -v postgres >/dev/null 2>&1; then candidates+=("$(dirname "$(command -v postgres)")"); fi
  for candidate in "${candidates[@]}"; do
    if [ ! -x "$candidate/initdb" ] || [ ! -x "$candidate/postgres" ]; then continue; fi
    major=$("$candidate/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
    if [ "$major" -ge "$oldest" ]; then printf '%s\n' "$candidate"; return; fi
  done
}

bin=$(bindir)
[ -n "$bin" ] || die "no PostgreSQL $oldest or later; run scripts/install.sh test"
if [ "${1:-}" = --bindir ]; then printf '%s\n' "$bin"; exit 0; fi
[ "$#" -gt 0 ] || die "usage: scripts/with-postgres.sh COMMAND [ARGUMENT…]"

# PostgreSQL refuses to run as root.
owner=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
  owner=nobody
  if id postgres >/dev/null 2>&1; then owner=postgres; fi
fi
as_owner() (
  cd "$root"
  if [ "$owner" = "$(id -un)" ]; then "$@"; else runuser -u "$owner" -- "$@"; fi
)

root=$(mktemp -d "${TMPDIR:-/tmp}/outro-pg.XXXXXX")
readonly root
# shellcheck disable=SC2317  # the trap calls it
cleanup() {
  local status=$?
  trap - EXIT INT TERM HUP
  if [ -e "$root/data/postmaster.pid" ]; then
    as_owner "$bin/pg_ctl" stop -D "$root/data" -m immediate -s >/dev/null 2>&1 || true
  fi
  rm -rf "$root"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

[ "$(id -u)" -ne 0 ] || chown "$owner" "$root"
as_owner "$bin/initdb" -D "$root/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$root/initdb.log" 2>&1 \
  || { cat "$root/initdb.log" >&2; die "initdb failed"; }

cat >>"$root/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$root'
max_connections = 200
CONF
if [ "${OUTRO_TEST_PG_FSYNC:-off}" != on ]; then
  printf '%s = off\n' fsync synchronous_commit full_page_writes >>"$root/data/postgresql.conf"
fi

# A port below the range the kernel hands out, so that no client's connection takes it; another try if it is taken.
started=no
for _ in 1 2 3 4 5 6 7 8; do
  port=$((20000 + RANDOM % 12000))
  if as_owner "$bin/pg_ctl" start -D "$root/data" -w -t 60 -s -l "$root/server.log" -o "-p $port" >/dev/null 2>&1; then
    started=yes
    break
  fi
done
[ "$started" = yes ] || { tail -n 20 "$root/server.log" >&2; die "PostgreSQL did not start"; }

export OUTRO_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
status=0
"$@" || status=$?
exit "$status"
