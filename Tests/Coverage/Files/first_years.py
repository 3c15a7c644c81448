"""How far the first year of a coin is from its later years, by itself and among other coins.

Usage: first_years.py PROGRAM FOLDER SCRATCH. FOLDER holds one price file a coin (.csv or .csv.gz, of days or shorter bars); those of less
than two years are left out. A coin's first 365 days are judged among the others' histories, as they were on the day that year ended and as
they are now, and `pooled.csv` stands against the program's `results.csv` of the coin's later days. Prints Markdown: the share of cells
that are off by more than three times, of those that had ten effective events in the later days.
"""

import csv
import datetime
import gzip
import math
import pathlib
import re
import shutil
import subprocess
import sys

LEVERAGES = ["3", "5", "10", "20"]
HORIZONS = ["1d", "7d"]
FIRST_DAYS, FEWEST_DAYS = 365, 730
# A later share is taken for known where so many separate events stand behind it.
FEWEST_EVENTS = 10
FAR = 3.0
FORMATS = ["%Y-%m-%d", "%d-%m-%Y", "%d-%m-%y", "%b %d, %Y", "%Y%m%d"]


def day_of(text):
    """Days since 1970 of a date or a Unix time; None for anything else."""
    text = text.strip().strip('"')
    if re.fullmatch(r"\d{9,19}(\.\d+)?", text):
        seconds = float(text)
        while seconds > 1e11:
            seconds /= 1000
        return int(seconds // 86400)
    for form in FORMATS:
        try:
            date = datetime.datetime.strptime(text if form.startswith("%b") else re.split("[ T]", text)[0], form)
        except ValueError:
            continue
        return (date - datetime.datetime(1970, 1, 1)).days
    return None


def dated(rows):
    """The column that holds a time in nearly every row, and its days."""
    best = (0, None)
    for column in range(min(8, max(map(len, rows[:50])))):
        days = [day_of(row[column]) if column < len(row) else None for row in rows]
        known = sum(1 for day in days if day is not None and day > 14_000)
        if known > best[0]:
            best = known, days
    return best[1] if best[0] >= 0.9 * len(rows) else None


class Coin:
    """The rows of a file with their days."""

    def __init__(self, path):
        self.name = path.name.removesuffix(".gz").removesuffix(".csv")
        opened = gzip.open(path, "rt", encoding="utf-8-sig") if path.suffix == ".gz" else open(path, encoding="utf-8-sig")
        with opened as file:
            lines = [line for line in file.read().splitlines() if line.strip()]
        rows = list(csv.reader(lines))
        days = dated(rows) if len(rows) == len(lines) >= 300 else None
        if days is None:
            raise ValueError("no column of times found")
        self.head = [line for line, day in zip(lines, days) if day is None][:1]
        self.rows = [(day, line) for line, day in zip(lines, days) if day is not None]
        self.start, self.end = min(self.rows)[0], max(self.rows)[0]
        self.first_end = self.start + FIRST_DAYS
        if self.end - self.start < FEWEST_DAYS:
            raise ValueError(f"{self.end - self.start} days are too few")

    def write(self, folder, begin, end):
        """Its rows from a day to another as a file of the same form; None where there are fewer than two months of them."""
        kept = [line for day, line in self.rows if begin <= day < end]
        if not kept or min(end, self.end + 1) - max(begin, self.start) < 60:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.csv"
        path.write_text("\n".join(self.head + kept) + "\n")
        return path


def coins_of(folder):
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.name.endswith((".csv", ".csv.gz"))):
        try:
            found.append(Coin(path))
        except (ValueError, UnicodeDecodeError) as reason:
            print(f"{path.name} is left out: {reason}", file=sys.stderr)
    return found


def run(program, files, out):
    command = [program, "sweep", *map(str, files), "--leverage", ",".join(LEVERAGES), "--horizon", ",".join(HORIZONS)]
    command += ["--no-store", "--no-cache", "--quiet", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 3, 4):
        sys.exit(f"the program ended with {done.returncode}: {done.stderr[:2000]}")


def table(out, name):
    with open(out / name) as file:
        return list(csv.DictReader(file))


def key(row):
    return row["asset"], row["side"], row["leverage_x"], row["horizon_h"]


def apart(share, truth):
    """Logarithm of how many times one is the other."""
    return math.inf if share <= 0 else abs(math.log(share / truth))


def pooled(program, coin, others, end, scratch):
    """The rows of a coin's first year among the others' histories up to a day, and the mean of the others' shares, by cell."""
    shutil.rmtree(scratch, ignore_errors=True)
    files = [coin.write(scratch, coin.start, coin.first_end)] + [other.write(scratch, other.start, end) for other in others]
    run(program, [file for file in files if file], scratch / "out")
    rows, means = {}, {}
    for row in table(scratch / "out", "pooled.csv") if (scratch / "out" / "pooled.csv").exists() else []:
        if row["asset"] == coin.name:
            rows[key(row)[1:]] = row
        else:
            means.setdefault(key(row)[1:], []).append(float(row["negative_equity_frac"]))
    return rows, {cell: sum(shares) / len(shares) for cell, shares in means.items()}


def judge(program, coin, others, scratch):
    """Of each cell whose later share is known: how far from it the estimates are, and whether their intervals hold it."""
    shutil.rmtree(scratch, ignore_errors=True)
    run(program, [coin.write(scratch, coin.first_end, coin.end + 1)], scratch / "out")
    later = {key(row)[1:]: row for row in table(scratch / "out", "results.csv")}
    then, then_means = pooled(program, coin, others, coin.first_end, scratch)
    whole, whole_means = pooled(program, coin, others, coin.end + 40_000, scratch)
    cells = []
    for cell, row in whole.items():
        truth = later.get(cell)
        if not truth or not truth["negative_equity_frac"] or float(truth["events_effective_count"] or 0) < FEWEST_EVENTS:
            continue
        share = float(truth["negative_equity_frac"])
        early = then.get(cell, {}).get("pooled_frac")
        estimates = [
            row["negative_equity_frac"], early and then_means[cell], early, row["pooled_frac"] and whole_means[cell],
            row["pooled_frac"]]
        intervals = [(row, "ci"), (then.get(cell, {}), "pooled"), (row, "pooled")]
        cells.append((
            [None if value in ("", None) else apart(float(value), share) for value in estimates],
            [float(r[f"{name}_low_frac"]) <= share <= float(r[f"{name}_high_frac"]) if r.get(f"{name}_low_frac") else None
             for r, name in intervals]))
    return cells


def words(values):
    known = [value for value in values if value is not None]
    return f"{100 * sum(known) / len(known):.0f} % of {len(known)}" if known else "none"


def line(name, days, cells):
    far = [words([None if cell[0][place] is None else cell[0][place] > math.log(FAR) for cell in cells]) for place in range(5)]
    held = [words([cell[1][place] for cell in cells]) for place in range(3)]
    return "| " + " | ".join([name, days, *far, *held]) + " |"


def main():
    program, folder, scratch = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    coins, every = coins_of(folder), []
    print("| coin | later days | own first year | others then | **pooled then** | others whole | **pooled whole** "
          "| own interval holds | pooled then | pooled whole |")
    print("|---|---:|" + "---:|" * 8)
    for coin in coins:
        cells = judge(program, coin, [other for other in coins if other is not coin], scratch)
        every += cells
        print(line(coin.name, str(coin.end + 1 - coin.first_end), cells), flush=True)
    print(line("all", "", every))


main()
