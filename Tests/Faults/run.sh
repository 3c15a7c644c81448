#!/bin/bash
# Builds the faulty file layer and runs nights on it. FAULT_STEP=1 tries every call.
set -eu
cd "$(dirname "$0")/../.."
if ! command -v clang >/dev/null || ! command -v python3 >/dev/null || [ "$(uname)" != Linux ]; then
    echo "SKIPPED faults of whole nights: needs Linux, clang and python3"
    exit 0
fi
mkdir -p .build/faults
clang -shared -fPIC -O1 -o .build/faults/faults.so Tests/Faults/faults.c -ldl
python3 Tests/Faults/faults.py .build/release/belowzero .build/faults/faults.so "${FAULT_STEP:-7}"
