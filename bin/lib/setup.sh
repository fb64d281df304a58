# shellcheck shell=bash
# What the commands in bin/ share: sets up what is missing, once, and leaves alone what is there.
# Sourced; afterwards the working directory is the top of the tree.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() {
  printf '%s\n' "$*" >&2
}

give_up() {
  say "$*"
  exit 2
}

# A command of which --help is asked shows the comment that it begins with.
help_if_asked() {
  case "${1-}" in
    -h | --help) sed -n '2,/^[^#]/ s/^# \{0,1\}//p' "bin/${0##*/}" && exit ;;
  esac
}

set_up_shop() {
  set_up requirements.lock .venv
}

set_up_tools() {
  set_up_shop
  set_up requirements-dev.lock .venv
}

# What only bin/prove needs; some of it uses the packages in .venv too.
set_up_proof() {
  set_up requirements-proof.lock .venv-proof
}

set_up() {
  installed "$@" || alone install "$@"
}

# Fails, rather than giving up, where there is no Python 2.7: few machines still have one.
set_up_autobahn() {
  autobahn_installed || alone install_autobahn
}

# Fails, rather than giving up, where there is no Node.js: much can be tested without.
set_up_node() {
  have node npm || alone install_for_debian nodejs npm || return 1
  node_installed || alone install_node
}

# Chromium without a window costs half of what all of it costs, which does where there is no other.
set_up_chromium() {
  have chromium-headless-shell || alone install_for_debian chromium-headless-shell fonts-liberation ||
    have chromium
}

# What a shop on several machines needs beside Python.
set_up_servers() {
  { have_postgresql && have redis-server haproxy nginx pgbouncer; } ||
    alone install_for_debian postgresql redis-server haproxy nginx pgbouncer
}

have_postgresql() {
  compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null
}

have() {
  local name
  for name; do
    command -v "$name" >/dev/null || return 1
  done
}

# A copy of the lock file in an environment says that all of it is installed there.
installed() {
  [ -x "$2/bin/python" ] && cmp -s "$1" "$2/$1"
}

install() {
  ! installed "$@" || return 0
  is_usable "$2/bin/python" || make_venv "$2"
  say "Installing what $1 lists into $2 …"
  # A lock lists everything. Left to look for dependencies itself, pip takes “coverage[toml]” for
  # something else than the coverage that is pinned, and refuses as soon as there is a newer one.
  "$2/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input \
    --no-deps --require-hashes --requirement "$1" ||
    give_up "Not everything that $1 lists could be installed: pip says why above. Run this again to go on."
  cp "$1" "$2/$1"
}

# Every other environment is of the same Python as .venv.
make_venv() {
  local python=.venv/bin/python
  [ "$1" != .venv ] || python=$(find_python)
  say "Making $1 with $("$python" --version) …"
  "$python" -m venv --clear "$1"
}

find_python() {
  local name bare=
  for name in python3.13 python3.12 python3.11 python3 python; do
    is_new_enough "$name" || continue
    ! can_make_venv "$name" || { printf '%s\n' "$name" && return; }
    bare=$name
  done
  [ -z "$bare" ] ||
    give_up "$bare cannot make virtual environments: add that part of it (on Debian: apt-get install python3-venv) and run this again."
  give_up "The shop needs Python 3.11 or newer, and there is none here: install it (on Debian: apt-get install python3 python3-venv) and run this again."
}

is_new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

can_make_venv() {
  "$1" -c 'import ensurepip, venv' 2>/dev/null
}

is_usable() {
  is_new_enough "$1" && "$1" -c 'import pip' 2>/dev/null
}

autobahn_installed() {
  [ -x .venv-autobahn/bin/wstest ] && cmp -s requirements-autobahn.lock .venv-autobahn/requirements-autobahn.lock
}

# Python 2.7 has no venv. It takes a folder for the packages of one user, if PYTHONUSERBASE names it,
# and what is installed there finds them by that name only.
install_autobahn() {
  ! autobahn_installed || return 0
  local python output
  python=$(find_python_2) || return 1
  say "Installing what requirements-autobahn.lock lists into .venv-autobahn …"
  output=$(PYTHONUSERBASE=$PWD/.venv-autobahn "$python" -m pip install --disable-pip-version-check --no-input \
    --user --ignore-installed --no-deps --require-hashes --requirement requirements-autobahn.lock 2>&1) ||
    { printf '%s\n' "$output" | tail -n 20 >&2 && return 1; }
  cp requirements-autobahn.lock .venv-autobahn/
}

# On PATH, or where pyenv keeps all that it has made.
find_python_2() {
  local python
  for python in python2.7 pypy2.7 pypy "${PYENV_ROOT:-$HOME/.pyenv}"/versions/{,pypy}2.7*/bin/python; do
    ! is_python_2 "$python" || { printf '%s\n' "$python" && return; }
  done
  return 1
}

is_python_2() {
  "$1" -c 'import pip, sys; sys.exit(sys.version_info[:2] != (2, 7))' 2>/dev/null
}

node_installed() {
  cmp -s package-lock.json node_modules/.installed
}

install_node() {
  ! node_installed || return 0
  say "Installing what package-lock.json lists into node_modules …"
  npm ci --loglevel=error && cp package-lock.json node_modules/.installed
}

install_for_debian() {
  local output
  { [ "$(id -u)" = 0 ] && have apt-get; } || return 1
  say "Installing $* with apt-get …"
  export DEBIAN_FRONTEND=noninteractive
  output=$({ apt-get update && apt-get install --yes --no-install-recommends "$@"; } </dev/null 2>&1) ||
    { printf '%s\n' "$output" | tail -n 20 >&2 && return 1; }
}

# Does something while no other command in this tree is setting up. The lock is Python's flock on
# a file that this subshell holds open, since Python is all that is sure to be here.
alone() (
  python=.venv/bin/python
  is_new_enough "$python" || python=$(find_python)
  exec 9<bin/lib/setup.sh
  "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
  "$@"
)
