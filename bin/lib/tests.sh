# shellcheck shell=bash
# How bin/test and bin/prove run pytest. Sourced after setup.sh.

# A server starts in half the time when its modules are compiled already.
export PYTHONDONTWRITEBYTECODE=
export COVERAGE_FILE=$PWD/var/test/coverage
mkdir -p var/test

# Two tests at a time, since many of them wait for a browser, a database or another process.
run_parallel() {
  run_pytest --numprocesses=2 --dist=worksteal "$@"
}

# Where failures are kept for a second try; nowhere else, since two runs at once in one tree would mix.
cache=(-p no:cacheprovider)

run_pytest() {
  .venv/bin/python -m pytest -q "${cache[@]}" "$@"
}

# Keeps databases of tests in memory where so many kB are free: each commit waits for a disk otherwise.
use_memory() {
  local free_kb memory
  free_kb=$(df --output=avail /dev/shm 2>/dev/null | tail -n 1) || return 0
  [ "${free_kb:-0}" -gt "$1" ] || return 0
  memory=$(mktemp -d /dev/shm/shop-XXXXXX)
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$memory'" EXIT
  chmod 755 "$memory"
  export TMPDIR=$memory
}
