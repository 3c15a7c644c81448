#!/usr/bin/env bash
# Times our reading of a generated kline file beside other readers', and prints a Markdown table.
# Makes a Python environment with the other readers in .build/peers-venv the first time. Usage: run.sh <StressBench>
set -euo pipefail
bench=$(realpath "$1")
cd "$(dirname "$0")/../.."

venv=.build/peers-venv
if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import polars, pandas, pyarrow, duckdb, numba' 2>/dev/null; then
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check polars pandas pyarrow duckdb numpy numba >&2
fi
mkdir -p .build/bench
klines=.build/bench/klines-240mb.csv
[ -s "$klines" ] || "$bench" --write-klines "$klines"
"$venv/bin/python" Tests/Peers/read_peers.py "$bench" "$klines" .build/bench/cache
