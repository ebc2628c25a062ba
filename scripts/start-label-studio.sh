#!/usr/bin/env bash
# Starts a real Label Studio on this machine, for tests and for trying things out; installs it first if need be.
#
#   scripts/start-label-studio.sh --data DIR [--port 8080] [--strict] [--files DIR]
#
#   --data    database, uploads and log; an empty folder gives a fresh server
#   --port    a free port: Label Studio would take the next one in silence, so a taken one is an error here
#   --files   document root of local files storages (default DIR/files)
#   --strict  Label Studio's own defaults: legacy tokens off, backends and webhooks on private addresses refused
#
# Environment: LABEL_STUDIO_USER, LABEL_STUDIO_PASSWORD, LABEL_STUDIO_TOKEN (of the first start), SAM_I_AM_CACHE, PYTHON.
# Prints one line when the server answers: pid=… url=… user=… password=… token=… files=…
# Stop it with: kill "$(cat DIR/label-studio.pid)"
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
user="${LABEL_STUDIO_USER:-annotator@example.com}"
password="${LABEL_STUDIO_PASSWORD:-atomic-scale}"
token="${LABEL_STUDIO_TOKEN:-0123456789abcdef0123456789abcdef01234567}"
data='' files='' port=8080 strict=false patience=600

usage() {
  sed -n '2,13s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case "$1" in
    --data) data="${2:?}" && shift 2 ;;
    --port) port="${2:?}" && shift 2 ;;
    --files) files="${2:?}" && shift 2 ;;
    --strict) strict=true && shift ;;
    *) usage ;;
  esac
done
[ -n "$data" ] || usage
mkdir -p "$data" "${files:=$data/files}"
data="$(cd "$data" && pwd)"
files="$(cd "$files" && pwd)"
url="http://127.0.0.1:$port"
# shellcheck source=scripts/say-progress.sh
. "$here/say-progress.sh"

if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  echo "port $port is in use already: choose another one with --port" >&2
  exit 3
fi
label_studio="$("$here/install-label-studio.sh")"

# A name with the prefix LABEL_STUDIO_ wins over the plain one, so both are cleared of what the caller's shell has.
unset LABEL_STUDIO_DATABASE_NAME DATABASE_NAME LABEL_STUDIO_DJANGO_DB LABEL_STUDIO_API_KEY LABEL_STUDIO_URL
settings=(
  DJANGO_DB=sqlite
  "LABEL_STUDIO_BASE_DATA_DIR=$data"
  "LABEL_STUDIO_HOST=$url"
  "LABEL_STUDIO_USERNAME=$user"
  "LABEL_STUDIO_PASSWORD=$password"
  "LABEL_STUDIO_USER_TOKEN=$token"
  LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true
  "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT=$files"
  # Nothing is sent beyond this machine.
  LABEL_STUDIO_LATEST_VERSION_CHECK=false
  LABEL_STUDIO_COLLECT_ANALYTICS=false
  LABEL_STUDIO_SENTRY_DSN= SENTRY_DSN= LABEL_STUDIO_FRONTEND_SENTRY_DSN= FRONTEND_SENTRY_DSN=
)
if ! $strict; then
  settings+=(
    LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN=true
    LABEL_STUDIO_ML_BLOCK_LOCAL_IP=false
    LABEL_STUDIO_SSRF_PROTECTION_ENABLED=false
  )
fi

env "${settings[@]}" nohup "$label_studio" start --no-browser --internal-host 127.0.0.1 --port "$port" --log-level WARNING \
  </dev/null >"$data/label-studio.log" 2>&1 &
pid=$!
echo "$pid" >"$data/label-studio.pid"

# The port opens only after the database is set up (two minutes the first time), so whatever answers is ready.
answers() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
    printf 'GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
    IFS= read -r -t 10 line <&3 && [[ "$line" == *' 200 '* ]]
  ) 2>/dev/null
}
# What it is at: with a new database most of the time goes by in its hundreds of steps.
how_far() {
  local steps
  steps="$("$(dirname "$label_studio")/python" - "$data/label_studio.sqlite3" 2>/dev/null <<'PYTHON' || true
import sqlite3, sys
print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=0.2).execute("select count(*) from django_migrations").fetchone()[0])
PYTHON
  )"
  echo "starting Label Studio: ${steps:-0} steps of its database done, $1 s"
}
for ((second = 0; second < patience; second++)); do
  if answers; then
    end_progress
    echo "pid=$pid url=$url user=$user password=$password token=$token files=$files"
    exit 0
  fi
  if ! kill -0 "$pid" 2>/dev/null; then
    end_progress
    echo "Label Studio stopped: see $data/label-studio.log" >&2
    tail -n 5 "$data/label-studio.log" >&2
    exit 5
  fi
  say_progress how_far "$second"
  sleep 1
done
end_progress
kill "$pid" 2>/dev/null || true
echo "Label Studio is not ready after $patience s: see $data/label-studio.log" >&2
exit 6
