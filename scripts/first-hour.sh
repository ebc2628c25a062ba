#!/usr/bin/env bash
# A new user's first hour, from what is committed: a clone that is installed and started as the README says, then the package, installed
# into an empty folder and used from another one. A home of its own, and npm as it comes: what it has fetched before is reused.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository="$PWD"

work="$(mktemp -d)"
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
fail() { echo "first hour: $*" >&2 && exit 1; }

npm_config_cache="$(npm config get cache)"
export npm_config_cache npm_config_prefer_offline=true npm_config_audit=false npm_config_fund=false
# Nobody has set a proxy for the runtime's install step, a folder for data, or a model.
unset DATA_DIR MODEL ORT_DISABLE_TELEMETRY ONNXRUNTIME_NODE_INSTALL npm_config_onnxruntime_node_install
export HOME="$work/home"
mkdir "$HOME"

# predict LOG: asks the server that writes LOG for the materials of an example, as Label Studio does.
predict() {
  node "$repository/scripts/ask-prediction.mjs" "$1" "$repository/examples/layered-oxides.png" \
    "$repository/label-config/materials-3.xml"
}

serve() { # serve FOLDER COMMAND...: starts it there, on any free port
  local folder="$1" && shift
  (cd "$folder" && PORT=0 exec "$@") 2>"$work/serve.log" >/dev/null &
  server=$!
  predict "$work/serve.log" || fail "no prediction; the server said: $(cat "$work/serve.log")"
  # npm passes the signal on to the program.
  kill "$server" && wait "$server" || true
  server=
}

echo '== clone, npm ci, npm start, predict'
git clone --quiet "$repository" "$work/clone"
(cd "$work/clone" && npm ci) 2>&1 | tee "$work/ci.log"
! grep -i 'warn.*\(sam-i-am\|config\|scripts\)' "$work/ci.log" || fail 'npm ci warned'
serve "$work/clone" npm start

echo '== npm pack'
(cd "$work/clone" && npm pack --ignore-scripts=false --silent) >/dev/null
package="$(echo "$work"/clone/sam-i-am-*.tgz)"
tar -tzf "$package" >"$work/packed"
for file in CHANGELOG.md README.md docs/pictures/overview.png docs/pictures/label-studio.png assets/fonts/LICENSE \
  node_modules/onnxruntime-node/LICENSE; do
  grep -qx "package/$file" "$work/packed" || fail "$file is not in the package"
done
! grep '/dist/.*\.map$' "$work/packed" | grep -v node_modules || fail 'source maps are in the package'
! grep 'onnxruntime-node/script/' "$work/packed" || fail "the runtime's install step is in the package"

echo '== npm install -g, segment, serve, predict, from another folder'
mkdir "$work/elsewhere"
npm install -g --prefix "$work/global" "$package"
program="$work/global/bin/sam-i-am"
(cd "$work/elsewhere" && "$program" segment "$repository/examples/layered-oxides.png" --out results)
for suffix in labels.png overlay.png masks.json task.json; do
  [ -s "$work/elsewhere/results/layered-oxides.$suffix" ] || fail "segment wrote no $suffix"
done
serve "$work/elsewhere" "$program" serve

# The runtime has reported nothing, and what is kept is where the system keeps it.
[ "$(ls "$work/elsewhere")" = results ] || fail "files were left in the current folder: $(ls "$work/elsewhere")"
[ "$(ls -A "$HOME")" = .local ] || fail "files were left in the home: $(ls -A "$HOME")"
[ "$(ls -A "$HOME/.local/share")" = sam-i-am ] || fail "files were left in the home: $(ls -A "$HOME/.local/share")"
echo 'first hour: fine'
