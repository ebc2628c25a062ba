#!/usr/bin/env bash
# Installs a pinned Label Studio into the cache folder, once, and prints the path of its command.
#
#   scripts/install-label-studio.sh
#
# Environment: SAM_I_AM_CACHE (default ~/.cache/sam-i-am), PYTHON (default python3).
# The first run takes minutes and 1 GB, and says how far it is; later ones return at once. Two at the same time do not disturb each other.
set -euo pipefail

version=1.23.2
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${SAM_I_AM_CACHE:-$HOME/.cache/sam-i-am}"
python="${PYTHON:-python3}"
home="$cache/label-studio-$version"
log="$cache/label-studio-install.log"
# shellcheck source=scripts/say-progress.sh
. "$here/say-progress.sh"

# Runs as root on Debian can help themselves; everyone else is told in one line what to do.
need() { # need <what is missing> <Debian packages>
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing $2 ..." >&2
    # shellcheck disable=SC2086 # $2 is a list of package names
    if apt-get update -qq >>"$log" 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $2 >>"$log" 2>&1; then return; fi
  fi
  echo "$1 is missing: install it with 'apt-get install $2' (or your system's package of that name) and run this again" >&2
  exit 4
}

# How far pip is: it fetches all packages, and then it installs them.
how_far() {
  local all fetched installed
  all="$(grep -c '==' "$here/label-studio-constraints.txt")"
  fetched="$(grep -c '^Collecting ' "$log.pip" 2>/dev/null || true)"
  installed="$(find "$home/lib" -maxdepth 3 -name '*.dist-info' 2>/dev/null | wc -l)"
  if grep -q '^Installing collected packages' "$log.pip" 2>/dev/null; then
    echo "installing Label Studio $version: $((installed)) of about $all packages installed, $SECONDS s"
  else
    echo "installing Label Studio $version: $((fetched)) of about $all packages fetched, $SECONDS s"
  fi
}

install() {
  command -v "$python" >/dev/null || need "Python 3 (3.10 or newer)" "python3 python3-venv"
  "$python" -c 'import ensurepip, venv' 2>/dev/null || need "Python's venv module" python3-venv
  rm -rf "$home"
  echo "installing Label Studio $version into $home: some minutes, 1 GB" >&2
  "$python" -m venv "$home"
  "$home/bin/pip" install --no-input --disable-pip-version-check --progress-bar off \
    -c "$here/label-studio-constraints.txt" "label-studio==$version" >"$log.pip" 2>&1 &
  while_running $! how_far || {
    echo "installing Label Studio failed: see $log.pip" >&2
    tail -n 5 "$log.pip" >&2
    exit 4
  }
  touch "$home/.complete"
}

mkdir -p "$cache"
if [ ! -f "$home/.complete" ]; then
  exec 9>"$cache/label-studio-install.lock"
  if command -v flock >/dev/null; then flock 9; fi
  if [ ! -f "$home/.complete" ]; then install; fi
fi
echo "$home/bin/label-studio"
