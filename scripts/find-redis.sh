#!/usr/bin/env bash
# Prints the path of a Redis or Valkey server: REDIS_SERVER, else what is installed, else what can be (see find-debian-program.sh).
set -euo pipefail

exec "$(dirname "${BASH_SOURCE[0]}")/find-debian-program.sh" redis-server redis-install.log \
  "Redis is missing: install it with 'apt-get install redis-server', or set REDIS_SERVER to a Redis or Valkey server" \
  "${REDIS_SERVER:-}" redis-server valkey-server
