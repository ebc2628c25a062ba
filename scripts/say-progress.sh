# To be sourced by scripts that take minutes: shows how far they are, in one line that is written anew on a terminal, elsewhere in a new
# line every ten seconds.

progress_said=-10

# say_progress COMMAND...: shows what the command prints; it runs only when its turn has come.
say_progress() {
  if [ -t 2 ]; then
    printf '\r\033[K%s' "$("$@")" >&2
  elif ((SECONDS - progress_said >= ${SAM_I_AM_PROGRESS_SECONDS:-10})); then
    progress_said=$SECONDS
    "$@" >&2
  fi
}

# Leaves a terminal's line for what comes next.
end_progress() {
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

# while_running PID COMMAND...: shows what the command prints until the process ends; gives its status.
while_running() {
  local pid="$1" status=0
  shift
  while kill -0 "$pid" 2>/dev/null; do
    say_progress "$@"
    sleep 1
  done
  end_progress
  wait "$pid" || status=$?
  return "$status"
}
