#!/bin/bash
# The shards of a plan without Slurm: one line of GNU parallel, and thirty of Dask. Both reports have the bytes of one machine's run.
#
# usage: shards.sh PROGRAM
# BELOWZERO_REQUIRE=1 makes it a failure when one of them is not here; without, it is passed over.
set -eu
skip() {
    echo "SKIPPED $1"
    [ "${BELOWZERO_REQUIRE:-0}" = 0 ] || exit 1
}
program=$(realpath "$1")
peers=$(cd "$(dirname "$0")" && pwd)
venv=$peers/../../.build/dask-venv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export SOURCE_DATE_EPOCH=1700000000 BELOWZERO_CACHE=$scratch/cache
"$program" synth --out prices --bars 5000
cat > study.yaml <<'YAML'
version: 1
name: peers
data: [{asset: A, path: prices/SYN-MAJOR.csv}, {asset: B, path: prices/SYN-SQUEEZE.csv}, {asset: C, path: prices/SYN-COLLAPSE.csv}]
grid: {leverage: [1, 5, 20], horizon: [4h, 1d]}
platforms: {typical: {tiers: [{to: .inf, rate: 0.005}]}}
headline: {asset: A, side: long, leverage: 20, horizon: 1d}
YAML
# 3 says that a limit is breached, 0 that none is.
"$program" run study.yaml --out one --quiet
"$program" shard plan study.yaml --shards 3 -o plan.json

compare() {
    "$program" shard merge --plan plan.json --parts "$1" --out "$1-report" --quiet
    for file in $(cd one && find . -type f ! -name run.json ! -name '*.html'); do cmp "one/$file" "$1-report/$file"; done
    echo "$1: the same bytes"
}

if command -v parallel >/dev/null; then
    timeout --foreground 300 parallel --will-cite --retries 3 "$program" shard run --plan plan.json --out parallel --shard ::: 0 1 2
    compare parallel
else
    skip "GNU parallel: it is not here (apt-get install parallel)"
fi
if ! [ -x "$venv/bin/python" ]; then
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check distributed || true
fi
if "$venv/bin/python" -c 'import distributed' 2>/dev/null; then
    timeout --foreground 300 "$venv/bin/python" "$peers/dask_shards.py" "$program" plan.json dask
    compare dask
else
    skip "Dask: it cannot be installed here (pip install distributed)"
fi
