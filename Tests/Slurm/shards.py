"""Runs that are shared with Slurm, and killed in many ways: the merged report has the bytes of one machine's run each time.

usage: shards.py PROGRAM kills|overhead SCRATCH [WORDS]     only the kills with these words in their names
"""
import atexit
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cluster import Cluster, Unavailable, end_descendants, furnish_network

mode, home = sys.argv[2], pathlib.Path(os.path.realpath(sys.argv[3]))
# A plan belongs to one build of the program, and whoever builds another meanwhile does not disturb us.
program = str(home / "belowzero")
shutil.copy(sys.argv[1], program)
home.chmod(0o755)
os.chdir(home)
os.environ.update(BELOWZERO_CACHE=str(home / "cache"), SOURCE_DATE_EPOCH="1700000000")
# Where run.sh gave us a network of our own.
if os.environ.get("OWN_NETWORK"):
    furnish_network()
# No machine is so busy that it takes longer.
MOST_SECONDS = 1800


def end():
    end_descendants()
    subprocess.run(["umount", home / "disk"], capture_output=True)


atexit.register(end)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda *_: sys.exit(1))
signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"error: it took more than {MOST_SECONDS} s"))
# A measurement takes as long as it takes.
signal.alarm(MOST_SECONDS if mode == "kills" else 0)


def call(*words, code=0):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=600)
    if code is not None and done.returncode != code:
        raise AssertionError(f"{words} ended with {done.returncode}, not {code}:\n{done.stdout}\n{done.stderr}")
    return done


def contents(folder):
    """The files of a run without the clock's own fields."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file():
            mark = b"<footer" if path.suffix == ".html" else b'"circumstances"'
            found[str(path.relative_to(folder))] = path.read_bytes().split(mark)[0]
    assert len(found) > 10, f"{folder} is no run"
    return found


def synthetic(folder, histories, bars, interval):
    """Invented histories, three of a seed."""
    files = []
    for seed in range((histories + 2) // 3):
        call("synth", "--out", f"{folder}/{seed}", "--seed", seed, "--bars", bars, "--interval", interval)
        files += sorted(str(path) for path in pathlib.Path(folder, str(seed)).glob("*.csv"))
    return files[:histories]


class Study:
    """A study, the report that one machine makes of it, and a plan."""

    def __init__(self, name, files, leverage, extra="", sides="[long, short]"):
        data = ", ".join(f"{{asset: A{place}, path: {file}}}" for place, file in enumerate(files))
        self.file, self.plan, self.one = f"{name}.yaml", f"{name}.json", f"{name}-one"
        pathlib.Path(self.file).write_text(f"""version: 1
name: shards
data: [{data}]
grid: {{side: {sides}, leverage: {leverage}, horizon: [4h, 1d]}}
platforms: {{typical: {{tiers: [{{to: .inf, rate: 0.005}}], slippage: 0.0005}}}}
headline: {{asset: A0, side: long, leverage: 20, horizon: 1d}}
{extra}
""")
        begin = time.monotonic()
        call("run", self.file, "--out", self.one, "--no-cache", "-j", 2)
        self.seconds = time.monotonic() - begin
        self.wanted = contents(self.one)

    def divide(self, shards):
        pathlib.Path(self.plan).unlink(missing_ok=True)
        return json.loads(call("shard", "plan", self.file, "--shards", shards, "-o", self.plan, "--json").stdout)


class Share:
    """A plan at work on a cluster, with its parts in a folder."""

    def __init__(self, study, cluster, parts):
        self.plan, self.cluster, self.parts = study.plan, cluster, parts

    def submit(self, *more):
        environment = dict(self.cluster.environment)
        words = [program, "shard", "submit", "--plan", self.plan, "--parts", self.parts, "--partition", "shards", *more]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"submit ended with {done.returncode}: {done.stderr}"

    def missing(self):
        done = call("shard", "status", "--plan", self.plan, "--parts", self.parts, "--json", code=None)
        assert done.returncode in (0, 75), done.stderr
        return json.loads(done.stdout)["missing"]

    def queued(self):
        return self.cluster.call("squeue", "-h", "-a", "-o", "%i").split()

    def finish(self, seconds=400):
        """Waits until nothing is missing, or until Slurm says again and again that it has nothing left to do; what is missing."""
        quiet, deadline = 0, time.monotonic() + seconds
        while left := self.missing():
            try:
                quiet = 0 if self.queued() else quiet + 1
            except Unavailable:
                quiet = 0
            if quiet == 3:
                return self.missing()
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds} s for the shards {left}")
            time.sleep(0.5)
        return ""

    def again(self, left):
        """What is missing is submitted once more."""
        if not left:
            return ""
        self.cluster.wait_for(lambda: not self.queued(), 400, "an empty queue")
        self.submit("--missing")
        still = self.finish()
        assert not still, f"{still} are missing"
        return f"; submit --missing started {left}"

    def wait_for_workers(self, *nodes):
        """The program at work on some nodes. Those that are found may have ended by now."""
        found = []

        def look():
            found[:] = [number for node in nodes for number in self.cluster.workers(node, program)]
            return found
        self.cluster.wait_for(look, 120, "a worker")
        return found


# The kills. Each gives what happened in words.

def happy(share):
    share.submit()
    return ""


def twice(share):
    """Schedulers start a second attempt while the first still lives."""
    share.submit()
    share.submit()
    share.wait_for_workers("n1", "n2")
    share.cluster.wait_for(lambda: not share.queued(), 400, "an empty queue")
    return "each shard had two jobs"


def node_killed(share):
    share.submit()
    workers = share.wait_for_workers("n1")
    # Everything of the node at once, as when its power fails.
    dying = share.cluster.step_daemons("n1") + share.cluster.below("n1")
    share.cluster.kill("n1")
    share.cluster.kill_all(dying)
    share.cluster.wait_for(lambda: not share.cluster.below("n1"), 30, "the dead")
    left = share.finish()
    share.cluster.start("n1")
    return f"{len(workers)} workers died" + share.again(left)


def daemon_killed(share):
    share.submit()
    workers = share.wait_for_workers("n1")
    share.cluster.kill("n1")
    alive = [number for number in workers if number in share.cluster.workers("n1", program)]
    left = share.finish()
    share.cluster.start("n1")
    return f"{len(alive)} of its {len(workers)} workers lived on" + share.again(left)


def worker_killed(share):
    share.submit()
    workers = share.wait_for_workers("n1", "n2")
    share.cluster.kill_all(workers)
    return f"{len(workers)} workers died" + share.again(share.finish())


def controller_lost(share):
    return controller_killed(share, "-c")


def controller_killed(share, *options):
    share.submit()
    share.cluster.kill("slurmctld")
    # It is away for a while.
    time.sleep(2)
    share.cluster.start("slurmctld", *options)
    remembered = []

    def answers():
        remembered[:] = share.queued()
        return True
    share.cluster.wait_for(answers, 120, "the controller")
    assert not (options and remembered), "nobody told it to forget"
    words = "it remembered the jobs" if remembered else "it forgot the jobs"
    return words + share.again(share.finish())


def full_disk(share):
    filler = share.parts.parent / "filler"
    file = os.open(filler, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(file, b"x" * 4096)
    except OSError:
        os.close(file)
    share.submit()
    left = share.finish(800)
    assert left, "a full disk takes no part"
    filler.unlink()
    return f"{left} missing while it was full" + share.again(left)


def corrupt_part(share):
    share.submit()
    assert not share.finish()
    part = sorted(share.parts.glob("job-*"))[1]
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    refused = call(
        "shard", "merge", "--plan", share.plan, "--parts", share.parts, "--out", "refused", code=75)
    assert "missing" in refused.stderr and not os.path.exists("refused")
    left = share.missing()
    assert left, "status has seen nothing"
    return f"status says that {left} is missing" + share.again(left)


def small_disk():
    disk = home / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], capture_output=True)
    return None if done.returncode else disk / "parts"


def attempt(place, name, study, case):
    """One kill on a cluster of its own, and the merge; whether it went well."""
    parts = home / f"case{place}" / "parts"
    if case is full_disk and not (parts := small_disk()):
        # Not a tool that could be installed: some machines let nobody mount anything.
        print(f"| {name} | | SKIPPED: no small disk can be mounted here | |")
        return True
    shutil.rmtree("cache", ignore_errors=True)
    cluster = Cluster(home / f"slurm{place}")
    begin = time.monotonic()
    try:
        cluster.up()
        parts.mkdir(parents=True)
        begin = time.monotonic()
        share = Share(study, cluster, parts)
        words = case(share)
        left = share.finish()
        assert not left, f"{left} are missing"
        seconds = time.monotonic() - begin
        call("shard", "merge", "--plan", study.plan, "--parts", parts, "--out", f"merged{place}")
        same = contents(f"merged{place}") == study.wanted
    except (AssertionError, TimeoutError, Unavailable, subprocess.TimeoutExpired) as error:
        same, seconds, words = False, time.monotonic() - begin, str(error)
        for log in [*sorted(parts.glob("shard-*.log")), *sorted(cluster.folder.glob("*.log"))]:
            print(f"--- {log.name}", log.read_text(errors="replace")[-1500:], sep="\n")
    finally:
        cluster.down()
    print(f"| {name} | {seconds:.0f} | {words or 'done'} | {'same' if same else 'OTHER'} |", flush=True)
    return same


def kills():
    many = Study("many", synthetic("prices", 9, 60_000, "1m"), "1:80")
    long = Study(
        "long", synthetic("minutes", 1, 400_000, "1m"), "1:125", "statistics: {resamples: 0}")
    plan = many.divide(6)
    assert plan["shards_count"] == 6, plan
    divided = long.divide(6)
    assert divided["divided_count"] == 1 and divided["shards_count"] > 3, divided
    print(f"one machine: {many.seconds:.1f} s for 9 histories, {long.seconds:.1f} s for one long history\n")
    print("| what happens | seconds | what came of it | bytes |")
    print("|---|--:|---|---|", flush=True)
    cases = [
        ("nothing", many, happy), ("every shard is started twice at once", many, twice),
        ("a node is killed, workers and all", many, node_killed), ("a node's daemon is killed", many, daemon_killed),
        ("workers are killed", many, worker_killed),
        ("the controller is killed right after submit", many, controller_killed),
        ("the controller is killed with all that it knows", many, controller_lost),
        ("the shared disk is full", many, full_disk), ("a part is corrupt", many, corrupt_part),
        (f"one history in {divided['shards_count']} stretches of time: a node is killed", long, node_killed),
        (f"one history in {divided['shards_count']} stretches of time: a part is corrupt", long, corrupt_part),
    ]
    words = sys.argv[4] if len(sys.argv) > 4 else ""
    cases = [case for case in cases if words in case[0]]
    assert cases, f"no kill is called {words}"
    wrong = [name for place, (name, *case) in enumerate(cases) if not attempt(place, name, *case)]
    return f"error: other bytes, or no report, when: {'; '.join(wrong)}" if wrong else None


class Clock:
    """What the program's processes take: seconds of the wall and of processors."""

    def __init__(self):
        self.wall, self.processor = time.monotonic(), self.children()

    @staticmethod
    def children():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    def read(self):
        return time.monotonic() - self.wall, self.children() - self.processor


def timed(*words):
    clock = Clock()
    call(*words)
    return clock.read()


# Starts the program on a node, and notes what it took.
TIMED_PROGRAM = """#!/bin/bash
TIMEFORMAT='%U %S'
{{ time {program} "$@" 2>&3 3>&-; }} 3>&2 2>> {folder}/$SLURM_ARRAY_TASK_ID.$SLURM_JOB_ID
"""


def shards_of(study, count, place):
    """Runs a plan with so many shards; wall and processor seconds of all shards, and where the parts are."""
    times = home / f"times{place}"
    times.mkdir()
    node_program = home / f"timed{place}"
    node_program.write_text(TIMED_PROGRAM.format(program=program, folder=times))
    node_program.chmod(0o755)
    parts = home / f"parts{place}"
    cluster = Cluster(home / f"slurm{place}")
    try:
        cluster.up()
        share, begin = Share(study, cluster, parts), time.monotonic()
        share.submit("--program", node_program)
        cluster.wait_for(lambda: not share.queued(), 1500, "an empty queue")
        wall = time.monotonic() - begin
    finally:
        cluster.down()
    notes = [path.read_text().split() for path in times.iterdir()]
    assert len(notes) == count, f"{len(notes)} of {count} shards ran"
    return wall, sum(float(word) for note in notes for word in note), parts


def overhead():
    """What a shard costs: the same 1000 histories in more and more shards on two nodes."""
    files = synthetic("prices", 1000, 300, "1h")
    clock = Clock()
    study = Study("many", files, "[1, 5, 20]", "statistics: {resamples: 0}", "[long]")
    wall, processor = clock.read()
    print(f"1000 histories of 300 hours, 6 cells each; one machine: {wall:.1f} s, {processor:.1f} s of processors.")
    print(f"Seconds of the wall and, behind the slash, of processors. {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.\n")
    print("| shards | plan | all shards | processor seconds a shard more | status | merge | bytes of parts | report |")
    print("|--:|--:|--:|--:|--:|--:|--:|---|", flush=True)
    wrong, first = [], None
    for place, count in enumerate((1, 4, 16, 64)):
        shutil.rmtree("cache", ignore_errors=True)
        clock = Clock()
        assert study.divide(count)["shards_count"] == count
        plan = clock.read()
        *shards, parts = shards_of(study, count, place)
        first = first or shards[1]
        more = f"{(shards[1] - first) / (count - 1):.2f}" if count > 1 else ""
        where = ("--plan", study.plan, "--parts", parts)
        status = timed("shard", "status", *where)
        merge = timed("shard", "merge", *where, "--out", f"merged{place}")
        size = sum(path.stat().st_size for path in parts.glob("job-*"))
        same = contents(f"merged{place}") == study.wanted
        wrong += [] if same else [str(count)]
        plan, shards, status, merge = (f"{a:.1f} / {b:.1f}" for a, b in (plan, shards, status, merge))
        print(f"| {count} | {plan} | {shards} | {more} | {status} | {merge} | {size} | {'same' if same else 'OTHER'} |", flush=True)
    return f"error: other bytes with {', '.join(wrong)} shards" if wrong else None


sys.exit(kills() if mode == "kills" else overhead())
