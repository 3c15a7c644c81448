#!/usr/bin/env bash
# Opens the pages of a fresh run in a real Chromium and checks them; passes over with a message where there is none.
# Screenshots and the printed pages go to .build/browser-shots. With the word `examples` the pictures of Reports/Examples are
# made instead.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { echo "SKIPPED browser checks: $1"; exit 0; }
[ -x /usr/bin/chromium ] && [ -x /usr/bin/chromedriver ] || skip "Debian's chromium and chromium-driver are not installed"
command -v python3 >/dev/null || skip "there is no python3"

python=.build/browser-venv/bin/python
if ! "$python" -c 'import selenium, axe_playwright_python' 2>/dev/null; then
    python3 -m venv .build/browser-venv || skip "python3 cannot make a virtual environment"
    "$python" -m pip install --quiet --disable-pip-version-check selenium axe-playwright-python \
        || skip "selenium and axe-playwright-python cannot be had from PyPI"
fi

# What browsers leave behind goes with this folder.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

rm -rf .build/browser-run .build/browser-shots
program=.build/release/belowzero
# Twice, a day apart, so that the page of all nights has a line to draw.
for night in 1 2; do
    SOURCE_DATE_EPOCH=$((1760000000 + night * 86400)) "$program" run --quiet --no-fail --out ".build/browser-run/night$night" \
        --store .build/browser-run/belowzero.sqlite Data/Studies/default.yaml
done
run=.build/browser-run/night2
# Another study on the same prices, to be compared: exit code 1 says that the two differ.
compare() {
    sed 's/slippage: 0.0005/slippage: 0.002/' Data/Studies/default.yaml >.build/browser-run/other.yaml
    "$program" run --quiet --no-fail --out .build/browser-run/other --prices Data/Studies .build/browser-run/other.yaml
    "$program" diff "$run" .build/browser-run/other --quiet --out .build/browser-run/diff >/dev/null || [ $? -eq 1 ]
    "$program" explain Data/Studies/default.yaml --quiet --page .build/browser-run/explained.html >/dev/null
}
if [ "${1:-}" = examples ]; then
    "$python" -m pip install --quiet --disable-pip-version-check pillow pypdfium2
    "$python" Tests/Browser/make_examples.py --to Reports/Examples --report "$run/reports/syn-major-long.html" \
        --index "$run/index.html" --nights .build/browser-run/index.html
    exit
fi
compare
# Who pays, with what liquidations do to prices: its front page has drawings of its own.
sed 's/^  recourse: platform.*/&\n  impact: {depth: 100000}/; s|path: \.\./|path: ../../Data/|' Data/Studies/who-pays.yaml >.build/browser-run/who-pays.yaml
"$program" run --quiet --no-fail --out .build/browser-run/who-pays .build/browser-run/who-pays.yaml
mv .build/browser-run/who-pays/index.html .build/browser-run/who-pays/who-pays.html
"$program" scenario matrix --quiet --leverage 1,2,3,5,10,20,50,100 --out .build/browser-run/scenarios.html >/dev/null
"$python" Tests/Browser/check_report.py --shots .build/browser-shots \
    .build/browser-run/scenarios.html .build/browser-run/diff/diff.html .build/browser-run/explained.html \
    .build/browser-run/index.html "$run/index.html" "$run"/reports/*.html "$run"/charts/syn-major-long-*.svg \
    .build/browser-run/who-pays/who-pays.html .build/browser-run/who-pays/charts/{who-pays,fund,queue}-*.svg
