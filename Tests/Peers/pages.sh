#!/usr/bin/env bash
# Weighs a report page and the front page of the default study, and pages that are named (NAME=PAGE.html), beside a QuantStats sheet and a
# chart of Our World in Data's grapher, and times their first paint; prints a Markdown table. Needs Debian's chromium and chromium-driver.
# Makes a Python environment in .build/pages-venv the first time. Usage: pages.sh <belowzero> [NAME=PAGE.html ...]
set -euo pipefail
program=$(realpath "$1")
shift
cd "$(dirname "$0")/../.."

venv=.build/pages-venv
if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import pandas, quantstats, selenium' 2>/dev/null; then
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check pandas quantstats selenium >&2
fi
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
"$program" run --quiet --no-fail --out "$TMPDIR/run" Data/Studies/default.yaml
"$venv/bin/python" Tests/Peers/bench_pages.py "a report page of the default study=$TMPDIR/run/reports/syn-major-long.html" \
    "its front page=$TMPDIR/run/index.html" "$@" 2>"$TMPDIR/said" || { cat "$TMPDIR/said" >&2; exit 1; }
