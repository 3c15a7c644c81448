#!/usr/bin/env bash
# Fuzzes the reader with libFuzzer and the address sanitizer, from the broken files of Data/Dirty on.
# Usage: run.sh [seconds]. What it finds is kept in .build/fuzz-corpus; a crash is written to .build/fuzz-crash-*.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-300}
# The crash reporter can hang on a pipe.
export SWIFT_BACKTRACE=enable=no
# Where memory was allocated is not worth half of the time.
export ASAN_OPTIONS=malloc_context_size=0:quarantine_size_mb=4:detect_leaks=0

BELOWZERO_FUZZ=1 swift build --scratch-path .build/fuzz --product ReaderFuzz 2>&1 | grep -v "Cannot export local symbol" >&2
mkdir -p .build/fuzz-corpus
.build/fuzz/debug/ReaderFuzz .build/fuzz-corpus Data/Dirty Data/Dirty/Auxiliary \
    -max_total_time="$seconds" -max_len=8192 -timeout=25 -rss_limit_mb=2048 \
    -artifact_prefix=.build/fuzz-crash- -dict=Tests/Fuzz/prices.dict -print_final_stats=1 -verbosity=1
