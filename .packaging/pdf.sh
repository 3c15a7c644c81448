#!/usr/bin/env bash
# Prints the report pages of a run as summaries of two sheets: pdf.sh RUN_FOLDER. Needs Chromium; anything else that prints pages
# does it by hand, from the address of a page with ?summary behind it.
set -euo pipefail
run=${1:-}
[ -n "$run" ] || run=$(find Reports -maxdepth 3 -name run.json -printf '%T@ %h\n' 2>/dev/null | sort -n | tail -1 | cut -d' ' -f2-)
[ -d "$run/reports" ] || { echo "error: no run with pages at '${run:-Reports}'; name one: make pdf RUN=FOLDER" >&2; exit 66; }
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo "error: there is no Chromium; install Debian's package chromium, or print a page with ?summary behind its address" >&2
    exit 69
}
mkdir -p "$run/pdf"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
# Root may not use Chromium's sandbox.
sandbox=()
[ "$(id -u)" -ne 0 ] || sandbox=(--no-sandbox)
for page in "$run"/reports/*.html; do
    name=$(basename "$page" .html)
    "$browser" --headless=new --disable-gpu --user-data-dir="$profile" "${sandbox[@]}" --no-pdf-header-footer \
        --print-to-pdf="$run/pdf/$name.pdf" "file://$(realpath "$page")?summary" >/dev/null 2>&1
    [ -s "$run/pdf/$name.pdf" ] || { echo "error: $browser did not print $page" >&2; exit 73; }
    echo "$run/pdf/$name.pdf"
done
