#!/usr/bin/env bash
# Prints the path of a Chromium or Chrome: CHROMIUM_PATH, else what is installed. As root on Debian it installs one if there
# is none; otherwise it says in one line how to get it.
set -euo pipefail

found() {
  local name path
  for name in "${CHROMIUM_PATH:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && path="$(command -v "$name")"; then
      echo "$path"
      return
    fi
  done
  return 1
}

found && exit
log="${SAM_I_AM_CACHE:-$HOME/.cache/sam-i-am}/chromium-install.log"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  mkdir -p "$(dirname "$log")"
  echo "installing chromium ..." >&2
  if apt-get update -qq >"$log" 2>&1 &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >>"$log" 2>&1; then
    found && exit
  fi
fi
echo "Chromium is missing: install it with 'apt-get install chromium', or set CHROMIUM_PATH to a Chromium or Chrome" >&2
exit 4
