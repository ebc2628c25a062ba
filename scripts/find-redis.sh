#!/usr/bin/env bash
# Prints the path of a Redis or Valkey server: REDIS_SERVER, else what is installed. As root on Debian it installs one if there
# is none; otherwise it says in one line how to get it.
set -euo pipefail

found() {
  local name path
  for name in "${REDIS_SERVER:-}" redis-server valkey-server; do
    if [ -n "$name" ] && path="$(command -v "$name")"; then
      echo "$path"
      return
    fi
  done
  return 1
}

found && exit
log="${SAM_I_AM_CACHE:-$HOME/.cache/sam-i-am}/redis-install.log"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  mkdir -p "$(dirname "$log")"
  echo "installing redis-server ..." >&2
  if apt-get update -qq >"$log" 2>&1 &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >>"$log" 2>&1; then
    found && exit
  fi
fi
echo "Redis is missing: install it with 'apt-get install redis-server', or set REDIS_SERVER to a Redis or Valkey server" >&2
exit 4
