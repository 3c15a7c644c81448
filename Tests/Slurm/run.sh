#!/bin/bash
# Shares runs with a real Slurm: controller and two nodes on loopback ports, kills, and the bytes of one machine's run each time.
#
# usage: run.sh [PROGRAM [kills [WORDS]|overhead]]     WORDS: only the kills that are called so; `overhead` measures what shards cost
# BELOWZERO_REQUIRE=1 makes it a failure when Slurm is not here; without, the test is passed over.
set -eu
cd "$(dirname "$0")/../.."
program=${1:-.build/release/belowzero}
missing=()
for command in munged slurmctld slurmd sbatch squeue scontrol python3; do
    command -v "$command" >/dev/null || [ -x "/usr/sbin/$command" ] || missing+=("$command")
done
if [ "$(uname)" != Linux ] || [ ${#missing[@]} -gt 0 ]; then
    echo "SKIPPED sharing runs with Slurm: needs Linux and ${missing[*]:-it} (apt-get install slurm-wlm munge)"
    [ "${BELOWZERO_REQUIRE:-0}" = 0 ] || exit 1
    exit 0
fi
# A box of its own where that may be had: its processes end with it, its ports are nobody else's, and its small disk is seen by
# nobody else.
box=()
if [ "$(id -u)" -eq 0 ]; then
    for options in "--net" ""; do
        # shellcheck disable=SC2086
        if unshare --mount --pid --fork --kill-child --mount-proc $options true 2>/dev/null; then
            box=(unshare --mount --pid --fork --kill-child --mount-proc $options)
            [ -z "$options" ] || export OWN_NETWORK=1
            break
        fi
    done
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/shards-XXXXXX")
child=
end() {
    # All that is in a box is gone with it. Without one the test ends what it started.
    if [ -n "$child" ]; then
        kill -"$([ ${#box[@]} -gt 0 ] && echo KILL || echo TERM)" "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap end EXIT
trap 'exit 1' INT TERM HUP
"${box[@]}" python3 Tests/Slurm/shards.py "$program" "${2:-kills}" "$scratch" "${@:3}" &
child=$!
code=0
wait "$child" || code=$?
child=
exit "$code"
