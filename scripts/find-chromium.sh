#!/usr/bin/env bash
# Prints the path of a Chromium or Chrome: CHROMIUM_PATH, else what is installed, else what can be (see find-debian-program.sh).
set -euo pipefail

exec "$(dirname "${BASH_SOURCE[0]}")/find-debian-program.sh" chromium chromium-install.log \
  "Chromium is missing: install it with 'apt-get install chromium', or set CHROMIUM_PATH to a Chromium or Chrome" \
  "${CHROMIUM_PATH:-}" chromium chromium-browser google-chrome google-chrome-stable
