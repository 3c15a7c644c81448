#!/usr/bin/env python3
"""Runs each suite of tests alone and prints its processor seconds, dearest first, with those of the programs that it starts.

Usage: suites.py TEST_PROGRAM. What a suite waits for is not counted; how long it took stands beside it. Every line includes about
0.1 s for starting the test program. Exit code 1 when a suite fails.
"""
import os
import re
import subprocess
import sys
import time

ARGUMENTS = ["--testing-library", "swift-testing"]


def suites(program: str) -> list[str]:
    """Every suite as `Module.Suite`."""
    listed = subprocess.run([program, *ARGUMENTS, "--list-tests"], check=True, capture_output=True, text=True).stdout
    return sorted({line.rsplit("/", 1)[0] for line in listed.splitlines() if "/" in line})


def run(program: str, suite: str) -> tuple[int, float, float]:
    """Exit code, wall and processor seconds of one suite."""
    start = time.time()
    process = subprocess.Popen(
        [program, *ARGUMENTS, "--filter", f"^{re.escape(suite)}/"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.time() - start, usage.ru_utime + usage.ru_stime


def main() -> int:
    program = sys.argv[1]
    measured = [(suite, *run(program, suite)) for suite in suites(program)]
    print(f"# Suites of tests, load {os.getloadavg()[0]:.1f}\n\n| suite | wall, s | processor, s |\n|---|---:|---:|")
    for suite, code, wall, processor in sorted(measured, key=lambda one: -one[3]):
        print(f"| {suite}{'' if code == 0 else ' FAILED'} | {wall:.1f} | {processor:.1f} |")
    print(f"| all {len(measured)} | {sum(m[2] for m in measured):.1f} | {sum(m[3] for m in measured):.1f} |")
    return 1 if any(code for _, code, _, _ in measured) else 0


if __name__ == "__main__":
    sys.exit(main())
