#!/usr/bin/env bash
# Runs studies and reads every table with pandas, polars and DuckDB; holds summary.json, run.json and the studies to their schemas.
# Makes a Python environment in .build/readers-venv the first time. R and LibreOffice read them, too, where they are installed.
# Usage: run.sh <belowzero>
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/../.."

command -v python3 >/dev/null || { echo "SKIPPED readers: there is no python3"; exit 0; }
venv=.build/readers-venv
if ! "$venv/bin/python" -c 'import pandas, polars, duckdb, pyarrow, numpy, jsonschema, yaml, openpyxl' 2>/dev/null; then
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check pandas polars duckdb pyarrow numpy jsonschema pyyaml openpyxl >&2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Many cells without any loss before the first with one: a reader that looks at the first hundred rows must not be misled.
{
    printf 'version: 1\nname: readers\ndata:\n'
    for i in $(seq 1 60); do printf '  - {asset: "A%s", path: %s}\n' "$i" "$PWD/Data/Samples/SYN-MAJOR.csv"; done
    printf '  - {asset: "0042", path: %s, reference: {path: %s}}\n' "$PWD/Data/Samples/SYN-COLLAPSE.csv" "$PWD/Data/Samples/SYN-COLLAPSE.csv"
    printf '  - {asset: "a, \\"quoted\\" <name>", path: %s}\n' "$PWD/Data/Samples/SYN-SQUEEZE.csv"
    printf 'grid: {leverage: [1, 1.5, 2.5], horizon: [4h], side: [long, short]}\n'
    printf 'platforms: {typical: {fees: {open: 0.0005, close: 0.0005}, tiers: [{to: .inf, rate: 0.005}], liquidation: {fill: bounds}}}\n'
    printf 'statistics: {resamples: 0}\n'
    printf 'limits: [{measure: negative_equity_frac, max: 0.0001, leverage: 2.5}, {max_age: 36h}]\n'
} >"$work/readers.yaml"

"$venv/bin/python" Tests/Readers/check_studies.py "$program"
"$venv/bin/python" Tests/Readers/check_events.py
"$program" run --quiet --out "$work/default" Data/Studies/default.yaml >/dev/null
"$program" run --quiet --no-fail --out "$work/readers" "$work/readers.yaml" >/dev/null 2>&1
# What commands print for programs: two runs of one study on one store, another study, one cell.
for night in 1 2; do
    SOURCE_DATE_EPOCH=$((1760000000 + night * 86400)) "$program" run --quiet --no-fail --out "$work/night$night" \
        --store "$work/belowzero.sqlite" Data/Studies/default.yaml >/dev/null
done
"$program" index --quiet --store "$work/belowzero.sqlite" --json >"$work/nights.json"
"$program" explain --quiet --json Data/Studies/default.yaml >"$work/explain.json"
sed 's/slippage: 0.0005/slippage: 0.002/' Data/Studies/default.yaml >"$work/other.yaml"
"$program" run --quiet --no-fail --out "$work/other" --prices Data/Studies "$work/other.yaml" >/dev/null
"$program" diff --quiet --json "$work/default" "$work/other" >"$work/diff.json" || [ $? -eq 1 ]

for run in default readers; do
    for format in sqlite npy csv.gz; do "$program" export --quiet "$work/$run" --to "$format" -o "$work/$run.$format"; done
    mkdir "$work/$run-parquet"
    for table in $(cut -d, -f1 "$work/$run/columns.csv" | tail -n +2 | sort -u); do
        "$program" export --quiet "$work/$run" --to parquet --table "${table%.csv}" -o "$work/$run-parquet/${table%.csv}.parquet"
    done
    "$venv/bin/python" Tests/Readers/check_tables.py "$work/$run" "$work/$run.sqlite" "$work/$run.npy" "$work/$run.csv.gz" "$work/$run-parquet"/*.parquet "$work/readers.yaml" \
        "$work/nights.json" "$work/explain.json" "$work/diff.json"
done

if command -v Rscript >/dev/null; then
    for run in default readers; do Rscript Tests/Readers/check_tables.R "$work/$run"; done
else
    echo "SKIPPED R: there is no Rscript"
fi
if command -v soffice >/dev/null; then
    for run in default readers; do
        mkdir "$work/$run-sheets"
        "$venv/bin/python" Tests/Readers/check_spreadsheet.py "$work/$run" "$work/$run-sheets"
    done
else
    echo "SKIPPED spreadsheet: there is no soffice"
fi
