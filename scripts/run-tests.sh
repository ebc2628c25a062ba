#!/usr/bin/env bash
# Runs all tests, the end-to-end ones last and by themselves, and ends with one plain line: "N passed, N failed". A test file
# that cannot run at all counts as one failed test.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

counts="$(mktemp -d)"
trap 'rm -rf "$counts"' EXIT
jest() { # jest <project> [options]
  local project="$1" && shift
  node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js \
    --selectProjects="$project" --json --outputFile="$counts/$project.json" "$@" >/dev/null
}

status=0
jest unit || status=1
jest e2e --runInBand || status=1
node -e '
  const counts = process.argv.slice(1).map((file) => {
    try {
      return JSON.parse(require("fs").readFileSync(file, "utf8"));
    } catch {
      return { numPassedTests: 0, numFailedTests: 1, numRuntimeErrorTestSuites: 0 };
    }
  });
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  console.log(`${sum("numPassedTests")} passed, ${sum("numFailedTests") + sum("numRuntimeErrorTestSuites")} failed`);
' "$counts/unit.json" "$counts/e2e.json"
exit "$status"
