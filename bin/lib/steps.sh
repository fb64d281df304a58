# shellcheck shell=bash
# What the commands that check share: each step is taken, whatever became of those before it.
# Sourced after setup.sh.

failed=
left_out=
done_without=
beside=

tool() {
  .venv/bin/python -m "$@"
}

step() {
  local name=$1 began=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" || failed="$failed $name,"
  printf '   %s: %s s\n' "$name" "$((SECONDS - began))"
}

# Begins a step beside others; finish waits for it and shows its output.
begin() {
  local name=$1
  shift
  mkdir -p var/test
  "$@" >"var/test/$name.txt" 2>&1 &
  beside=$!
}

finish() {
  step "$1" show_finished "$1"
}

show_finished() {
  local ended=0
  wait "$beside" || ended=$?
  cat "var/test/$1.txt"
  return "$ended"
}

# What is missing is only said on a machine of one's own, and is a failure in CI.
leave_out() {
  left_out="$left_out $2,"
  missing "$@"
}

# What cannot be had everywhere is no failure in CI either.
do_without() {
  done_without="$done_without $2,"
  missing "$@"
}

missing() {
  say "!! $1 is not here and could not be installed. Left out: $2."
}

sum_up() {
  printf '\n== in all: %s s\n' "$SECONDS"
  [ -z "$left_out" ] || printf '   LEFT OUT:%s\n' "${left_out%,}"
  [ -z "$done_without" ] || printf '   DONE WITHOUT:%s\n' "${done_without%,}"
  [ -z "$failed" ] || printf '   FAILED:%s\n' "${failed%,}"
  [ -z "$failed" ] || return 1
  [ -z "$left_out" ] || [ "${CI:-}" != true ] || return 1
  printf '   Everything that ran is well.\n'
}
