#!/usr/bin/env bash
# Prints docker-compose.yml as Compose understands it, and fails where it does not; no Docker engine is needed for that. As root
# on Debian it installs Compose if there is none; otherwise it says in one line how to get it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose "$@"
  elif command -v docker-compose >/dev/null; then
    docker-compose "$@"
  else
    return 127
  fi
}

log="${SAM_I_AM_CACHE:-$HOME/.cache/sam-i-am}/compose-install.log"
if ! compose version >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  mkdir -p "$(dirname "$log")"
  echo "installing docker-compose ..." >&2
  apt-get update -qq >"$log" 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker-compose >>"$log" 2>&1 || true
fi
if ! compose version >/dev/null 2>&1; then
  echo "Docker Compose is missing: install it with 'apt-get install docker-compose' (no engine is needed)" >&2
  exit 4
fi
export LABEL_STUDIO_PASSWORD="${LABEL_STUDIO_PASSWORD:-checked}"
compose config
