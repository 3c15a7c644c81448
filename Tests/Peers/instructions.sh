#!/usr/bin/env bash
# Counts instructions of a run on 30,000 minute bars with callgrind, whole and by the engine's parts: the same on every machine with
# the same compiler, whatever else it is doing. Prints a Markdown table. Usage: instructions.sh <belowzero>
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/../.."

mkdir -p .build/bench
# valgrind 3.19 cannot read the compiler's line tables; names are enough.
strip --strip-debug -o .build/bench/belowzero "$program"
program=.build/bench/belowzero
klines=.build/bench/klines-30000.csv
[ -s "$klines" ] || .build/peers-venv/bin/python Tests/Peers/make_klines.py "$klines" 30000
echo "# Instructions"
echo
echo "By \`make bench-instructions\`: 30,000 minute bars, long and short, horizons of 1 and 7 days, one thread, no cache."
echo
echo "| leverages | whole run | answering entries | pushing records | per entry, side and leverage |"
echo "|---|---|---|---|---|"
for leverages in "1,2,3,5,10,20,25,50,100,125" "1:125"; do
    out=.build/bench/callgrind.out
    valgrind --tool=callgrind --callgrind-out-file="$out" "$program" sweep "$klines" --leverage "$leverages" \
        --horizon 1d,7d --side both --fill next --resamples 0 --no-cache --quiet -j 1 --out - >/dev/null 2>&1
    callgrind_annotate --inclusive=yes --threshold=100 "$out" >"$out.txt"
    count() { awk -v name="$1" 'index($0, name) {gsub(",", "", $1); print $1; exit}' "$out.txt"; }
    cells=$(echo "$leverages" | awk -F'[:,]' '/:/ {print $2 - $1 + 1; next} {print NF}')
    whole=$(count "PROGRAM TOTALS") answer=$(count "SweepTaskC6answer") push=$(count "SweepTaskC4push")
    echo "| $cells | $whole | ${answer:-0} | ${push:-0} | $(( ${answer:-0} / (30000 * 2 * cells) )) |"
done
