#!/usr/bin/env bash
# Builds a commit beside the working folder and keeps its program as what bench-quick compares with. Usage: reference.sh REVISION
set -euo pipefail
cd "$(dirname "$0")/../.."
revision=$(git rev-parse --verify "$1^{commit}")
folder=.build/reference/checkout
rm -rf "$folder"
mkdir -p "$folder"
git archive "$revision" | tar -x -C "$folder"
(cd "$folder" && Tests/Support/release.sh build --scratch-path ../build --product belowzero)
cp .build/reference/build/release/belowzero .build/reference/belowzero
echo "$revision" > .build/reference/revision
echo "Reference: $(git log -1 --format='%h %s' "$revision")"
