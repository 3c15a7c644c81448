#!/usr/bin/env python3
"""Builds a fresh copy of the checkout and runs the default study; prints a table with wall and processor seconds of each stage.

Usage: cold.py FOLDER [REVISION]. FOLDER is emptied first. With a REVISION of git the copy is that commit, to compare with: one
table before and one after from the same machine. Otherwise the files that git does not ignore are copied as they
are in the working folder.
Called by the compiler's driver as a frontend (COLD_LOG is set then), it runs the real frontend and notes what that cost.
"""
import collections
import os
import pathlib
import shutil
import subprocess
import sys
import time

# How `make run` builds, and how it did before it had a script for that.
BUILD = ["Tests/Support/release.sh", "build", "--product", "belowzero"]
PLAIN = ["swift", "build", "-c", "release", "--product", "belowzero"]


def frontend() -> int:
    """One call of the compiler's frontend: a line `module, start, end, processor seconds` in COLD_LOG."""
    arguments = sys.argv[1:]
    module = arguments[arguments.index("-module-name") + 1] if "-module-name" in arguments else "?"
    start = time.time()
    status, usage = spawn([os.environ["COLD_FRONTEND"], *arguments])
    with open(os.environ["COLD_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{module}\t{start:.3f}\t{time.time():.3f}\t{usage:.3f}\n")
    return status


def spawn(command: list[str], cwd=None, env=None, stdout=None) -> tuple[int, float]:
    """Exit code, and user and system seconds of the command and everything it waited for."""
    process = subprocess.Popen(command, cwd=cwd, env=env, stdout=stdout)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode & 255, usage.ru_utime + usage.ru_stime


class Table:
    def __init__(self) -> None:
        self.wall = self.processor = 0.0

    def head(self, title: str) -> None:
        print(f"# {title}\n\n| stage | wall, s | processor, s |\n|---|---:|---:|", flush=True)

    def row(self, name: str, wall: float | None, processor: float) -> None:
        print(f"| {name} | {'' if wall is None else f'{wall:.1f}'} | {processor:.1f} |", flush=True)

    def stage(self, name: str, command: list[str], cwd: pathlib.Path, env=None, total=True) -> float:
        start = time.time()
        status, processor = spawn(command, cwd, env, stdout=sys.stderr)
        wall = time.time() - start
        if status != 0:
            sys.exit(f"error: stage '{name}' failed with exit code {status}: {' '.join(command)}")
        self.row(name, wall, processor)
        if total:
            self.wall += wall
            self.processor += processor
        return processor


def copy_checkout(to: pathlib.Path, revision: str | None) -> None:
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    if revision:
        archive = subprocess.run(["git", "archive", revision], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", str(to)], input=archive, check=True)
        return
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        source = pathlib.Path(name)
        # A link to a folder is no file, and the build needs it.
        if source.is_file() or source.is_symlink():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, to / name, follow_symlinks=False)


def modules(log: pathlib.Path) -> dict[str, list[float]]:
    """Start, end and processor seconds of every module in the log, in the order in which they ended."""
    found: dict[str, list[float]] = collections.defaultdict(lambda: [float("inf"), 0.0, 0.0])
    for line in log.read_text(encoding="utf-8").splitlines():
        name, start, end, processor = line.split("\t")
        entry = found[name]
        found[name] = [min(entry[0], float(start)), max(entry[1], float(end)), entry[2] + float(processor)]
    return dict(sorted(found.items(), key=lambda item: item[1][1]))


def print_modules(table: Table, log: pathlib.Path, folder: pathlib.Path, total: float) -> None:
    own = {source.name for source in (folder / "Sources").iterdir() if any(source.rglob("*.swift"))}
    rest = total
    sums = {True: 0.0, False: 0.0}
    found = modules(log)
    for ours in (False, True):
        for name, (start, end, processor) in found.items():
            if (name in own) == ours and name not in ("?", "main"):
                table.row(f"— {'own module' if ours else 'third party'} {name}", end - start, processor)
                sums[ours] += processor
                rest -= processor
        table.row(f"— {'own modules' if ours else 'third party'} together", None, sums[ours])
    table.row("— C files, link, manifests and SwiftPM itself", None, rest)


def main() -> None:
    folder = pathlib.Path(sys.argv[1]).resolve()
    revision = sys.argv[2] if len(sys.argv) > 2 else None
    copy_checkout(folder, revision)
    log = folder.parent / "frontends.tsv"
    log.write_text("", encoding="utf-8")
    swift = pathlib.Path(shutil.which("swift") or sys.exit("error: there is no swift here")).resolve()
    real = swift.parent / "swift-frontend"
    if not real.exists():
        sys.exit(f"error: no swift-frontend beside {swift}")
    env = dict(os.environ, COLD_LOG=str(log), COLD_FRONTEND=str(real), SWIFT_DRIVER_SWIFT_FRONTEND_EXEC=str(pathlib.Path(__file__).resolve()))
    plain = {name: value for name, value in env.items() if name not in ("SWIFT_DRIVER_SWIFT_FRONTEND_EXEC", "COLD_LOG")}

    build = BUILD if (folder / BUILD[0]).exists() else PLAIN
    table = Table()
    cores = len(os.sched_getaffinity(0))
    version = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    table.head(f"From a clone to an answer: {revision or 'working folder'}, {cores} cores, load {os.getloadavg()[0]:.1f}, {version}")
    table.stage("fetch", ["swift", "package", "resolve"], folder, plain)
    processor = table.stage("build", build, folder, env)
    print_modules(table, log, folder, processor)
    (folder / ".build/release/belowzero").unlink()
    table.stage("link again (nothing else changed)", build, folder, plain, total=False)
    table.stage("run", [".build/release/belowzero", "run", "--quiet", "Data/Studies/default.yaml"], folder, plain)
    table.row("fetch, build and run", table.wall, table.processor)
    changed = folder / "Sources/BelowZeroCLI/BelowZero.swift"
    changed.write_text(changed.read_text(encoding="utf-8") + "\nprivate let changedLine = 0\n", encoding="utf-8")
    table.stage("a line changed in BelowZeroCLI", build, folder, plain, total=False)
    log.unlink()


if __name__ == "__main__":
    if "COLD_LOG" in os.environ:
        sys.exit(frontend())
    main()
