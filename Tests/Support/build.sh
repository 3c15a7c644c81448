#!/usr/bin/env bash
# Builds the program, optimised, and says how far it is: one line a stage and one a module, each with the time since the start.
# What the compiler said is kept whole in .build/build.log. Exit code: that of the stage that failed.
set -uo pipefail
cd "$(dirname "$0")/../.."
log=.build/build.log
mkdir -p .build || exit 73
SECONDS=0

say() { printf '%3d:%02d  %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$1"; }
fail() {
    printf 'error: stage "%s" failed after %d s: %s\n' "$1" "$SECONDS" "$2" >&2
    [ -z "${3:-}" ] || printf '   = help: %s\n' "$3" >&2
    exit "${4:-1}"
}

# Stage 1: a compiler that is new enough.
find_compiler() {
    local version
    command -v swift >/dev/null || fail compiler "there is no swift here" \
        "install Swift 6.1 or later, see https://www.swift.org/install, and put it into PATH" 69
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
    [ -n "$version" ] || fail compiler "'swift --version' does not say a version: $(swift --version 2>&1 | tail -1)" \
        "install Swift 6.1 or later again, see https://www.swift.org/install" 69
    [ "$(printf '6.1\n%s\n' "$version" | sort -V | head -1)" = 6.1 ] || fail compiler "Swift $version is too old" \
        "install Swift 6.1 or later, see https://www.swift.org/install" 69
    say "1/4 compiler: Swift $version"
}

# Stages 2 to 4 are told apart by what `swift build` prints: packages fetched, modules compiled, the program linked.
own=$(find Sources -mindepth 2 -name '*.swift' | cut -d/ -f2 | sort -u)
own_count=$(wc -l <<<"$own")
stage="2/4 packages" seen=" " own_done=0
follow() {
    local line module
    while IFS= read -r line; do
        printf '%s\n' "$line" >>$log
        case $line in
            Fetching\ * | Downloading\ *) enter "2/4 packages" ": fetching ${line##*/}" always ;;
            \[*\]\ Compiling\ *\ *)
                module=${line#*Compiling } module=${module%% *}
                case $seen in *" $module "*) continue ;; esac
                seen+="$module "
                compiled "$module"
                ;;
            \[*\]\ Linking\ *) enter "4/4 linking" "" ;;
        esac
    done
    printf '%s\n' "$stage" >.build/build.stage
}
enter() {
    [ "$stage" != "$1" ] || [ -n "${3:-}" ] || return 0
    stage=$1
    say "$1$2"
}
compiled() {
    stage="3/4 modules"
    if grep -qx "$1" <<<"$own"; then
        own_done=$((own_done + 1))
        say "3/4 modules: $1 ($own_done of $own_count of BelowZero)"
    else
        say "3/4 modules: $1 (a package)"
    fi
}

# Why `swift build` failed, as far as its output tells, and what helps.
explain() {
    local stage reason
    stage=$(cat .build/build.stage 2>/dev/null || echo "2/4 packages")
    reason=$(grep -m1 -E '(^|[^a-z])error: ' $log || tail -1 $log)
    grep -E '(^|[^a-z])error: ' $log | head -20 >&2
    case $(<$log) in
        *"No space left on device"*)
            fail "$stage" "the disk is full" "free about 2 GB where this folder is, then run the same command again" ;;
        *"unexpected signal 9"* | *"signal 9"* | *"Killed"* | *"Cannot allocate memory"*)
            fail "$stage" "the machine ran out of memory" "close other programs or add swap; one module needs about 1 GB. Then run the same command again: what is built is kept" ;;
        *"Failed to clone"* | *"failed to clone"* | *"Could not resolve host"* | *"unable to access"* | *"couldn’t fetch updates"*)
            fail "$stage" "a package cannot be fetched" "is there a way to https://github.com? Behind a proxy set https_proxy. Then run the same command again" ;;
        *"' file not found"* | *"unable to find library"* | *"cannot find -l"*)
            fail "$stage" "${reason#*error: }" "a C library is missing or not where the compiler looks: make deps" ;;
        *)
            fail "$stage" "${reason#*error: }" "the whole output is in $log; if nothing there is yours to mend, report it with that file" ;;
    esac
}

find_compiler
: >$log && rm -f .build/build.stage || exit 73
say "2/4 packages and 3/4 modules: a first build takes minutes, later ones seconds"
Tests/Support/release.sh build --product belowzero "$@" 2>&1 | follow
[ "${PIPESTATUS[0]}" -eq 0 ] || explain
say "built .build/release/belowzero"
