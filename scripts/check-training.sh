#!/usr/bin/env bash
# Style, order of imports, annotations and types of training/: ruff and mypy in a virtual environment of their own, which
# holds nothing else (no torch), in a cache folder. The tests of training/ need torch and are run by hand (training/README.md).
set -euo pipefail
cd "$(dirname "$0")/../training"
venv="${SAM_I_AM_CACHE:-$HOME/.cache/sam-i-am}/check-training"
pins=(ruff==0.17.6 mypy==2.4.1)
if [ "$(cat "$venv/installed" 2>/dev/null)" != "${pins[*]}" ]; then
  rm -rf "$venv"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "${pins[@]}"
  echo "${pins[*]}" > "$venv/installed"
fi
"$venv/bin/ruff" check .
"$venv/bin/ruff" format --check .
"$venv/bin/mypy" --cache-dir "$venv/mypy-cache"
