# shellcheck shell=bash
# How bin/test and bin/prove run pytest. Sourced after setup.sh.

# A server starts in half the time when its modules are compiled already.
export PYTHONDONTWRITEBYTECODE=
export COVERAGE_FILE=$PWD/var/test/coverage
mkdir -p var/test

# Where failures are kept for a second try; nowhere else, since two runs at once in one tree would mix.
cache=(-p no:cacheprovider)

# Two tests at a time, since many of them wait for a browser, a database or another process.
run_parallel() {
  run_pytest --numprocesses=2 --dist=worksteal "$@"
}

# Tests of real processes and browsers race against their neighbours for two cores. So what failed is
# run once more, alone, and named: a fault fails twice, and what passes then is to be looked into.
run_with_second_try() {
  local -a cache=(-o cache_dir="$PWD/var/test/failures")
  rm -rf var/test/failures
  run_parallel "$@" && return
  say "Once more, alone, what failed beside others:"
  run_pytest "$@" --last-failed --last-failed-no-failures=none --maxfail=5 --cov-append -rfEp
}

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
