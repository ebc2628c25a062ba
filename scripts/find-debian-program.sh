#!/usr/bin/env bash
# Prints the path of the first program that is there. As root on Debian it installs a package that has one if there is none;
# otherwise it says in one line how to get it.
#
#   scripts/find-debian-program.sh PACKAGE LOG HINT NAME...
#
#   LOG   name of the installation's log in the cache folder
#   HINT  what to say where there is none and it can't be installed
#   NAME  program or path; an empty one is passed over
set -euo pipefail

package="$1" log="${SAM_I_AM_CACHE:-$HOME/.cache/sam-i-am}/$2" hint="$3"
shift 3
names=("$@")

found() {
  local name path
  for name in "${names[@]}"; do
    if [ -n "$name" ] && path="$(command -v "$name")"; then
      echo "$path"
      return
    fi
  done
  return 1
}

found && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  mkdir -p "$(dirname "$log")"
  echo "installing $package ..." >&2
  if apt-get update -qq >"$log" 2>&1 &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >>"$log" 2>&1; then
    found && exit
  fi
fi
echo "$hint" >&2
exit 4
