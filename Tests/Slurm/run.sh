#!/bin/bash
# Shares runs with a real Slurm: controller and two nodes on loopback ports, kills, and the bytes of one machine's run each time.
#
# usage: run.sh [PROGRAM [overhead]]     `overhead` measures what shards cost instead
set -eu
cd "$(dirname "$0")/../.."
program=${1:-.build/release/belowzero}
missing=()
for command in munged slurmctld slurmd sbatch squeue scontrol python3; do
    command -v "$command" >/dev/null || [ -x "/usr/sbin/$command" ] || missing+=("$command")
done
if [ "$(uname)" != Linux ] || [ ${#missing[@]} -gt 0 ]; then
    echo "SKIPPED sharing runs with Slurm: needs Linux and ${missing[*]:-it} (apt-get install slurm-wlm munge)"
    exit 0
fi
# A small disk of its own, to be filled, is mounted where nobody else sees it.
if [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null; then
    exec unshare --mount python3 Tests/Slurm/shards.py "$program" "${2:-kills}"
fi
exec python3 Tests/Slurm/shards.py "$program" "${2:-kills}"
