#!/usr/bin/env python3
"""Shows that the tests find faults: puts one after the other into the program and expects the tests beside it to fail.

Usage: power.py FOLDER [--here] [--scratch PATH] [NAME...], or power.py --check, which builds nothing and says which faults no longer fit
the sources. All faults are compiled in at once, each asleep until BELOWZERO_FAULT names it (mutant
schemata: R. Untch, J. Offutt, M. Harrold, "Mutation Analysis Using Mutant Schemata", ISSTA 1993): one build instead of one a fault.
The checkout is copied to FOLDER and patched there; with --here FOLDER is a clone whose sources are patched where they are and put
back afterwards, so that what it has built is used. Every selection of tests must pass with all faults asleep. Exit code 1 when a
fault was not found or the tests fail without one.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

# Name, file below Sources, the text to be changed (it stands there once), what it becomes, the tests that must see it.
# FAULT stands for "this fault is awake".
FAULTS = [
    # Margin model.
    ("linear-trigger-amount", "MarginModel/Positions/LinearPosition.swift", "sign * (margin + amount)",
     "sign * (margin + (FAULT ? 0 : amount))", "MarginModelTests"),
    ("linear-bankruptcy-funding", "MarginModel/Positions/LinearPosition.swift", "entryPrice - sign * (cash - carry.funding) / quantity",
     "entryPrice - sign * (FAULT ? cash : cash - carry.funding) / quantity", "MarginModelTests"),
    ("linear-opening-fee", "MarginModel/Positions/LinearPosition.swift",
     "cash = terms.notional / terms.leverage.value - terms.rules.fees.open * terms.notional",
     "cash = terms.notional / terms.leverage.value - (FAULT ? 0 : terms.rules.fees.open) * terms.notional", "MarginModelTests"),
    ("inverse-trigger-rate", "MarginModel/Positions/InversePosition.swift", "(sign + tier.rate)", "(FAULT ? sign - tier.rate : sign + tier.rate)",
     "MarginModelTests"),
    ("inverse-bankruptcy-fee", "MarginModel/Positions/InversePosition.swift", "sign * (initialMargin - openingFee - carry.funding + credited) + entryValue",
     "sign * (initialMargin - (FAULT ? 0 : openingFee) - carry.funding + credited) + entryValue", "MarginModelTests"),
    # Engine.
    ("passage-skips-one", "StressEngine/Kernels/FirstPassage.swift", "index += skipped", "index += FAULT ? skipped + 1 : skipped",
     "FirstPassageTests|StressEngineTests.AgreementTests"),
    ("gap-fill-ignores-open", "StressEngine/Fills/ExitPricing.swift", "return sign * (open - trigger) <= 0 ? open : trigger",
     "return !FAULT && sign * (open - trigger) <= 0 ? open : trigger", "PaperCases|PeerPitfalls|ContractCases|LifetimeFiles|GoldenDays"),
    ("slippage-helps", "StressEngine/Fills/ExitPricing.swift", "return price - sign * fraction * abs(price)",
     "return FAULT ? price + sign * fraction * abs(price) : price - sign * fraction * abs(price)", "PaperCases|PeerPitfalls|ContractCases|LifetimeFiles|GoldenDays"),
    ("funding-never-received", "StressEngine/Kernels/FundingSums.swift", "sum += $0", "sum += FAULT ? abs($0) : $0", "BehaviourAgreementTests"),
    ("walk-passes-over-worse", "StressEngine/Kernels/PlainKernel.swift", "return !any(sign", "return FAULT || !any(sign", "PlainWalkTests"),
    ("walk-passes-over-funding", "StressEngine/Kernels/PlainKernel.swift", "allSatisfy { funding[$0] == 0 }",
     "allSatisfy { FAULT || funding[$0] == 0 }", "PlainWalkTests"),
    ("closes-for-marks", "StressEngine/Kernels/PassageTrees.swift", "(trigger == .close ? closes : marks)",
     "(trigger == .close && !FAULT ? closes : marks)", "StressEngineTests.AgreementTests"),
    # The ledger.
    ("early-at-half-the-fall", "PlatformLedger/Run/FundWatch.swift", "(1 - rule.fall)", "(1 - (FAULT ? rule.fall / 2 : rule.fall))",
     "LedgerAgreementTests"),
    ("surplus-all-to-fund", "PlatformLedger/Run/LedgerRun+Liquidation.swift", "Double(equity) * input.safeguards.surplusToFund",
     "Double(equity) * (FAULT ? 1 : input.safeguards.surplusToFund)", "LedgerAgreementTests"),
    ("winners-give-a-hundredth-more", "PlatformLedger/Run/LedgerRun+Deleveraging.swift", "Double(rest) * (coins / self.coins)",
     "Double(rest) * (FAULT ? 1.01 : 1) * (coins / self.coins)", "DeleveragingLawTests"),
    # Reader.
    ("one-missing-bar-is-no-gap", "CSVIngest/Checks/GapCheck.swift", "if step - delta > delta / 2 {",
     "if step - delta > (FAULT ? delta : delta / 2) {", "SeriesCheckTests|DirtyFileTests"),
    ("one-bar-too-many-missing", "CSVIngest/Checks/GapCheck.swift", "? whole : whole - 1)", "? whole : FAULT ? whole : whole - 1)",
     "SeriesCheckTests|DirtyFileTests"),
    ("stamps-before-1970", "CSVIngest/Fields/EpochText.swift", "0 &- value &- (rest ? 1 : 0)", "0 &- value &- (rest && !FAULT ? 1 : 0)",
     "CSVIngestTests.*Time"),
    ("decimals-rounded-twice", "CSVIngest/Fields/ShortDecimal.swift", "return Double(mantissa) / fractionPowers[fraction]",
     "return FAULT ? Double(mantissa) * (1 / fractionPowers[fraction]) : Double(mantissa) / fractionPowers[fraction]", "DecimalTests"),
    # Statistics.
    ("zero-seen-is-wilson", "StressStatistics/Frequency/FrequencyInterval.swift", "        if share == 0 {\n            let bound",
     "        if !FAULT, share == 0 {\n            let bound", "IntervalTests"),
    ("every-entry-a-trial", "StressStatistics/Frequency/FrequencyInterval.swift", "share: share, trials: Double(windows), confidence",
     "share: share, trials: Double(FAULT ? entries : windows), confidence", "IntervalTests"),
    ("histogram-half-a-bin-off", "StressStatistics/Tallies/LogHistogram.swift", "exp((Double($0) - 0.5)", "exp((Double($0) - (FAULT ? 0 : 0.5))",
     "HistogramTests|CellAnatomyTests|TailFitTests"),
    # Pages.
    ("colour-of-an-edge", "StressReport/Pages/ColourBins.swift", "edges.lastIndex { fraction >= $0 }!", "edges.lastIndex { FAULT ? fraction > $0 : fraction >= $0 }!",
     "ColourTests"),
    ("text-not-escaped", "StressBasics/Texts/HostileText.swift", 'append("&lt;", to: &bytes)', 'append(FAULT ? "<" : "&lt;", to: &bytes)', "HostileTextTests|PageTests"),
    # Nights.
    ("tenth-run-before-second", "RunStore/RunName.swift", "if a.number.count != b.number.count {", "if !FAULT && a.number.count != b.number.count {",
     "RunNameTests"),
    ("one-run-too-many-kept", "RunStore/History/Pruning.swift", "place >= $0", "place >= (FAULT ? $0 + 1 : $0)", "PruningTests"),
    ("latest-pruned", "RunStore/History/Pruning.swift", "name != latest else", "FAULT || name != latest else", "PruningTests"),
]

# What a patched file gets: of its own name, so that no interface changes, and open to what is inlined elsewhere.
SWITCH = """
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@usableFromInline let SWITCHED = getenv("BELOWZERO_FAULT").map { String(cString: $0) }
"""


def switch(path: pathlib.Path) -> str:
    return "awakeFaultOf" + "".join(filter(str.isalnum, path.stem))


def astray(folder: pathlib.Path, faults: list) -> list[str]:
    """Why faults cannot be put where they belong: one line each."""
    lines = []
    for name, file, old, _, _ in faults:
        path = folder / "Sources" / file
        times = path.read_text(encoding="utf-8").count(old) if path.is_file() else 0
        if times != 1:
            lines.append(f"{name}: its text stands {times} times in {file}; the fault must follow the source")
    return lines


def patch(folder: pathlib.Path, faults: list) -> dict[pathlib.Path, str]:
    """Puts the faults into the sources; returns what stood in them before."""
    before: dict[pathlib.Path, str] = {}
    for name, file, old, new, _ in faults:
        path = folder / "Sources" / file
        text = path.read_text(encoding="utf-8")
        before.setdefault(path, text)
        path.write_text(text.replace(old, new.replace("FAULT", f'({switch(path)} == "{name}")')), encoding="utf-8")
    for path in before:
        path.write_text(path.read_text(encoding="utf-8") + SWITCH.replace("SWITCHED", switch(path)), encoding="utf-8")
    return before


def restore(before: dict[pathlib.Path, str]) -> None:
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")


def test(folder: pathlib.Path, program: str, tests: str, fault: str | None) -> tuple[int, float, str]:
    """Exit code, processor seconds, and the last line of a run of the tests with one fault awake."""
    env = {name: value for name, value in os.environ.items() if name != "BELOWZERO_FAULT"}
    env |= {"BELOWZERO_FAULT": fault} if fault else {}
    log = folder / ".build" / "power.log"
    with open(log, "w", encoding="utf-8") as out:
        process = subprocess.Popen([program, "--testing-library", "swift-testing", "--filter", tests], cwd=folder, env=env, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() or ["nothing said"]
    return process.returncode, usage.ru_utime + usage.ru_stime, lines[-1]


def judge(folder: pathlib.Path, program: str, faults: list) -> int:
    missed, healthy = [], {}
    print("| fault | tests | found | processor, s |\n|---|---|---|---:|", flush=True)
    for name, _, _, _, tests in faults:
        if tests not in healthy:
            code, _, said = test(folder, program, tests, None)
            # A selection that matches nothing would pass with every fault.
            healthy[tests] = code == 0 and " 0 tests" not in said and "passed" in said
            if not healthy[tests]:
                print(f"error: without a fault {tests} end with {code}: {said}", file=sys.stderr)
        code, processor, said = test(folder, program, tests, name)
        found = healthy[tests] and code != 0
        missed += [] if found else [name]
        print(f"| {name} | {tests.replace('|', ', ')} | {'yes' if found else 'NO'} | {processor:.1f} |", flush=True)
    print(f"\n{len(faults) - len(missed)} of {len(faults)} faults found" + (f"; not: {', '.join(missed)}" if missed else ""))
    return 1 if missed else 0


def main() -> None:
    parser = argparse.ArgumentParser(description="Shows that the tests find faults.")
    parser.add_argument("folder", type=pathlib.Path, nargs="?", default=".")
    parser.add_argument("--check", action="store_true", help="only see whether every fault fits the sources")
    parser.add_argument("--here", action="store_true", help="patch the clone FOLDER and put it back")
    parser.add_argument("--scratch", default=".build", help="where it is built")
    parser.add_argument("names", nargs="*", help="only these faults")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    faults = [fault for fault in FAULTS if not arguments.names or fault[0] in arguments.names]
    if lost := astray(pathlib.Path("." if not arguments.here else folder), faults):
        sys.exit("\n".join(f"error: {line}" for line in lost))
    if arguments.check:
        return
    if not arguments.here:
        names = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout.split("\0")
        shutil.rmtree(folder / "Sources", ignore_errors=True)
        for name in filter(lambda name: name and (os.path.isfile(name) or os.path.islink(name)), names):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, folder / name, follow_symlinks=False)
    before = patch(folder, faults)
    start = time.time()
    build = ["Tests/Support/release.sh", "build", "--build-tests", "--scratch-path", arguments.scratch]
    try:
        if subprocess.run(build, cwd=folder, stdout=sys.stderr).returncode != 0:
            sys.exit("error: the program with its faults asleep does not build")
        print(f"built in {time.time() - start:.0f} s", file=sys.stderr)
        code = judge(folder, f"{arguments.scratch}/release/BelowZeroPackageTests.xctest", faults)
    finally:
        restore(before)
    sys.exit(code)


if __name__ == "__main__":
    main()
