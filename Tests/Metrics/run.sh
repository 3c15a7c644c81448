#!/usr/bin/env bash
# Reads the metrics of fresh runs, one that ends well and one that fails, with the parser of PyPI's prometheus-client and with
# promtool, installed or unpacked from Debian's package; passes over with a message what cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { echo "SKIPPED metrics checks: $1"; exit 0; }
command -v python3 >/dev/null || skip "there is no python3"

python=.build/metrics-venv/bin/python
if ! "$python" -c 'import prometheus_client' 2>/dev/null; then
    python3 -m venv .build/metrics-venv || skip "python3 cannot make a virtual environment"
    "$python" -m pip install --quiet --disable-pip-version-check prometheus-client \
        || skip "prometheus-client cannot be had from PyPI"
fi

program=$PWD/.build/release/belowzero
folder=.build/metrics-run
rm -rf "$folder" && mkdir -p "$folder"
"$program" init --quiet "$folder/nightly.yaml"
cat >> "$folder/nightly.yaml" <<'END'
metrics_file: good.prom
END
sed -e 's/asset: DEMO /asset: "D\\"E\\\\M O" /; s/asset: DEMO,/asset: "D\\"E\\\\M O",/' -e 's/good.prom/odd.prom/' \
    -e 's/max: 0.05/max: 0.0001/; s/^name: .*/name: odd/' "$folder/nightly.yaml" > "$folder/odd.yaml"
sed -e 's/DEMO.csv/GONE.csv/; s/good.prom/bad.prom/; s/^name: .*/name: bad/' "$folder/nightly.yaml" > "$folder/bad.yaml"
(
    cd "$folder"
    "$program" run --quiet nightly.yaml
    "$program" run --quiet odd.yaml --no-fail || true
    "$program" run --quiet bad.yaml 2>/dev/null || true
)
"$python" Tests/Metrics/check_metrics.py "$folder/good.prom" "$folder/odd.prom" "$folder/bad.prom"

# Prints the path of a promtool. The package is unpacked, not installed: nobody wants a server started by a test.
find_promtool() {
    command -v promtool && return
    local place=.build/promtool
    if [ ! -x "$place/usr/bin/promtool" ]; then
        mkdir -p "$place"
        (cd "$place" && apt-get download -qq prometheus && dpkg -x prometheus_*.deb . && rm -f prometheus_*.deb) \
            >/dev/null 2>&1 || return 1
    fi
    echo "$PWD/$place/usr/bin/promtool"
}
if promtool=$(find_promtool); then
    for file in "$folder"/*.prom; do "$promtool" check metrics < "$file"; done
    echo "metrics: $("$promtool" --version 2>&1 | head -1 | cut -d' ' -f1-3) has nothing to say"
else
    echo "SKIPPED promtool: it is not installed, and Debian's package cannot be had"
fi
