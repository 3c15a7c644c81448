#!/usr/bin/env bash
# What `make run` says while it builds and when it cannot, with stand-ins for the compiler and for apt: takes no second.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "error: $1" >&2; [ ! -s "$scratch/said" ] || sed 's/^/  said: /' "$scratch/said" >&2; exit 1; }

# A copy of the checkout as far as the scripts look at it, and a PATH of stand-ins.
root=$scratch/checkout bin=$scratch/bin
mkdir -p "$root/Tests/Support" "$root/Sources/StressBasics" "$root/Sources/BelowZeroCLI" "$root/Sources/CLibCSV" "$bin"
cp Tests/Support/*.sh "$root/Tests/Support/"
touch "$root/Sources/StressBasics/A.swift" "$root/Sources/BelowZeroCLI/B.swift" "$root/Sources/CLibCSV/shim.h"

# stand_in NAME EXIT [TEXT]: a program that prints TEXT and ends so.
stand_in() {
    printf '%s\n' "${3:-}" >"$scratch/$1.text"
    printf '#!/bin/bash\ncat %q\nexit %s\n' "$scratch/$1.text" "$2" >"$bin/$1" && chmod +x "$bin/$1"
}
# swift_says EXIT TEXT: a compiler of today whose `swift build` prints TEXT.
swift_says() {
    printf '%s\n' "$2" >"$scratch/build.text"
    printf '#!/bin/bash\nif [ "$1" = --version ]; then echo "Swift version %s (swift-RELEASE)"; exit 0; fi\ncat %q\nexit %s\n' \
        "${3:-6.3.1}" "$scratch/build.text" "$1" >"$bin/swift" && chmod +x "$bin/swift"
}
# ends CODE COMMAND...: runs with the stand-ins first in PATH and holds the exit code to CODE.
ends() {
    local wanted=$1 code=0
    shift
    PATH=$bin:$PATH "$@" >"$scratch/said" 2>&1 </dev/null || code=$?
    [ "$code" -eq "$wanted" ] || fail "exit code $code instead of $wanted: $*"
}
says() { grep -qE -- "$1" "$scratch/said" || fail "'$1' is not said"; }
silent() { ! grep -qE -- "$1" "$scratch/said" || fail "'$1' is said"; }
build=$root/Tests/Support/build.sh install=$root/Tests/Support/install-deps.sh

# A build that goes well: a line a module and no more, ours counted.
swift_says 0 'Fetching https://github.com/jpsim/Yams
Building for production...
[1/9] Write sources
[2/9] Compiling api.c
[3/9] Compiling Yams Node.swift
[4/9] Compiling Yams Node.swift
[5/9] Compiling StressBasics A.swift
[6/9] Compiling BelowZeroCLI B.swift
[7/9] Linking belowzero
Build of product '"'belowzero'"' complete! (1.00s)'
ends 0 "$build"
says '1/4 compiler: Swift 6\.3' && says '2/4 packages: fetching Yams' && says '3/4 modules: Yams \(a package\)'
says '3/4 modules: StressBasics \(1 of 2 of BelowZero\)' && says '3/4 modules: BelowZeroCLI \(2 of 2 of BelowZero\)'
says '4/4 linking' && says 'built \.build/release/belowzero' && silent 'api\.c'
[ "$(grep -c Yams "$scratch/said")" -eq 2 ] || fail "Yams is said more than once a stage"
grep -q 'Compiling api.c' "$root/.build/build.log" || fail "the log is not whole"

# failing TEXT STAGE WHY HELP: a build that fails names stage, reason and what to do.
failing() {
    swift_says 1 "$1"
    ends 1 "$build"
    says "error: stage \"$2\" failed" && says "$3" && says "= help: .*$4"
    silent 'built \.build'
}
failing 'Fetching https://github.com/jpsim/Yams
error: Failed to clone repository https://github.com/jpsim/Yams:
    fatal: Could not resolve host: github.com' '2/4 packages' 'cannot be fetched' 'https_proxy'
failing '[3/9] Compiling Yams Node.swift
/a/B.swift:3:1: error: cannot find x in scope' '3/4 modules' 'cannot find x in scope' 'build\.log'
failing '[3/9] Compiling Yams Node.swift
error: compile command failed due to signal 9 (use -v to see invocation)' '3/4 modules' 'out of memory' 'swap'
failing '[3/9] Compiling Yams Node.swift
error: write error: No space left on device' '3/4 modules' 'disk is full' 'free'
failing "[3/9] Compiling Yams Node.swift
/a/shim.h:1:10: error: 'csv.h' file not found" '3/4 modules' 'csv\.h' 'make deps'
failing '[7/9] Linking belowzero
error: link command failed with exit code 1' '4/4 linking' 'link command failed' 'build\.log'
swift_says 0 '' 5.10
ends 69 "$build"
says 'stage "compiler" failed.*5\.10 is too old' && says 'swift\.org/install'

# Libraries: nothing to do where the headers are; what is missing is named where nobody may install.
stand_in clang 0
stand_in apt-get 9
ends 0 "$install"
[ ! -s "$scratch/said" ] || fail "talk where nothing is to be done"
stand_in clang 1
stand_in id 0 1000
stand_in sudo 1
ends 69 "$install"
says 'stage "libraries" failed: installing packages needs root' && says 'missing: libcsv-dev .*libssl-dev' && says 'sudo apt-get install'
stand_in id 0 0
ends 69 "$install"
says 'apt-get update failed' && says 'missing: libcsv-dev'
echo "ok: make run says what it does"
