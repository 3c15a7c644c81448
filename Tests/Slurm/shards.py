"""Runs that are shared with Slurm, and killed in seven ways: the merged report has the bytes of one machine's run each time.

usage: shards.py PROGRAM [kills|overhead]
"""
import atexit
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cluster import Cluster

program = os.path.abspath(sys.argv[1])
mode = sys.argv[2] if len(sys.argv) > 2 else "kills"
scratch = tempfile.TemporaryDirectory(prefix="shards-")
home = pathlib.Path(os.path.realpath(scratch.name))
home.chmod(0o755)
os.chdir(home)
os.environ.update(BELOWZERO_CACHE=str(home / "cache"), SOURCE_DATE_EPOCH="1700000000")
cluster = Cluster(home / "slurm")


def end():
    cluster.down()
    subprocess.run(["umount", home / "disk"], capture_output=True)
    scratch.cleanup()


atexit.register(end)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda *_: sys.exit(1))


def call(*words, code=0):
    done = subprocess.run([program, *map(str, words)], env=cluster.environment, capture_output=True, text=True)
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
    return found


def synthetic(folder, histories, bars, interval):
    """Invented histories, three of a seed."""
    files = []
    for seed in range((histories + 2) // 3):
        call("synth", "--out", f"{folder}/{seed}", "--seed", seed, "--bars", bars, "--interval", interval)
        files += sorted(str(path) for path in pathlib.Path(folder, str(seed)).glob("*.csv"))
    return files[:histories]


def study(name, files, leverage, extra="", sides="[long, short]"):
    data = ", ".join(f"{{asset: A{place}, path: {file}}}" for place, file in enumerate(files))
    pathlib.Path(name).write_text(f"""version: 1
name: shards
data: [{data}]
grid: {{side: {sides}, leverage: {leverage}, horizon: [4h, 1d]}}
platforms: {{typical: {{tiers: [{{to: .inf, rate: 0.005}}], slippage: 0.0005}}}}
headline: {{asset: A0, side: long, leverage: 20, horizon: 1d}}
{extra}
""")


def submit(parts, *more):
    call("shard", "submit", "--plan", "plan.json", "--parts", parts, "--partition", "shards", *more)


def missing(parts):
    done = call("shard", "status", "--plan", "plan.json", "--parts", parts, "--json", code=None)
    assert done.returncode in (0, 75), done.stderr
    return json.loads(done.stdout)["missing"]


def queued():
    return cluster.call("squeue", "-h", "-a", "-t", "PD,R,CF,CG", "-o", "%i").split()


def finish(parts, seconds=400):
    """Waits until nothing is missing, or nothing is queued any more."""
    cluster.wait_for(lambda: not missing(parts) or not queued(), seconds, "the shards")
    return missing(parts)


def wait_for_workers(node=None):
    nodes = [node] if node else ["n1", "n2"]
    cluster.wait_for(lambda: any(cluster.workers(each, program) for each in nodes), 60, "a worker")
    return [number for each in nodes for number in cluster.workers(each, program)]


# The kills. Each gives what happened in words.

def happy(parts):
    submit(parts)
    return ""


def node_killed(parts):
    submit(parts)
    workers = wait_for_workers("n1")
    # Everything of the node at once, as when its power fails.
    dying = cluster.step_daemons("n1") + cluster.below("n1")
    cluster.kill("n1")
    cluster.kill_all(dying)
    cluster.wait_for(lambda: not cluster.below("n1"), 10, "the dead")
    left = finish(parts)
    cluster.start("n1")
    return f"{len(workers)} workers died" + again(parts, left)


def daemon_killed(parts):
    submit(parts)
    workers = wait_for_workers("n1")
    cluster.kill("n1")
    alive = [number for number in workers if os.path.exists(f"/proc/{number}")]
    left = finish(parts)
    cluster.start("n1")
    return f"{len(alive)} of its {len(workers)} workers lived on" + again(parts, left)


def worker_killed(parts):
    submit(parts)
    workers = wait_for_workers()
    cluster.kill_all(workers)
    return f"{len(workers)} workers died" + again(parts, finish(parts))


def controller_killed(parts):
    submit(parts)
    cluster.kill("slurmctld")
    time.sleep(2)
    cluster.start("slurmctld")
    cluster.wait_for(lambda: "n1" in cluster.call("sinfo", "-h", "-N"), 60, "the controller")
    time.sleep(3)
    lost = not queued()
    return ("it forgot the jobs" if lost else "it remembered the jobs") + again(parts, finish(parts))


def full_disk(parts):
    filler = parts.parent / "filler"
    with open(filler, "wb") as file:
        try:
            while True:
                file.write(b"x" * 65536)
                file.flush()
        except OSError:
            pass
    submit(parts)
    left = finish(parts, 600)
    assert left, "a full disk takes no part"
    log = " ".join(path.read_text() for path in parts.glob("shard-*.log"))
    filler.unlink()
    return f"{left} missing while it was full" + again(parts, left)


def corrupt_part(parts):
    submit(parts)
    assert not finish(parts)
    part = sorted(parts.glob("job-*"))[1]
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    refused = call("shard", "merge", "--plan", "plan.json", "--parts", parts, "--out", "refused", code=75)
    assert "missing" in refused.stderr and not os.path.exists("refused")
    return f"status says that {missing(parts)} is missing" + again(parts, missing(parts))


def again(parts, left):
    """What is missing is submitted once more."""
    if not left:
        return ""
    cluster.wait_for(lambda: not queued(), 400, "an empty queue")
    submit(parts, "--missing")
    still = finish(parts)
    assert not still, f"{still} are missing"
    return f"; submit --missing started {left}"


def settle():
    """Two idle nodes, and nothing queued."""
    cluster.call("scancel", "--me")
    cluster.wait_for(lambda: not queued(), 60, "an empty queue")
    cluster.call("scontrol", "update", "nodename=n1,n2", "state=resume")
    cluster.wait_for_nodes()


def kills():
    files = synthetic("prices", 9, 60_000, "1m")
    study("study.yaml", files, "1:125")
    begin = time.monotonic()
    call("run", "study.yaml", "--out", "one", "--no-cache", "-j", 2)
    one = time.monotonic() - begin
    wanted = contents("one")
    call("shard", "plan", "study.yaml", "--shards", 6, "-o", "plan.json")
    print(f"one machine: {one:.1f} s, {len(wanted)} files\n")
    print("| what happens | seconds | what came of it | bytes |")
    print("|---|--:|---|---|", flush=True)
    cases = [("nothing", happy), ("a node is killed, workers and all", node_killed),
             ("a node's daemon is killed", daemon_killed), ("workers are killed", worker_killed),
             ("the controller is killed right after submit", controller_killed), ("the shared disk is full", full_disk),
             ("a part is corrupt", corrupt_part)]
    wrong = 0
    for place, (name, case) in enumerate(cases):
        settle()
        shutil.rmtree("cache", ignore_errors=True)
        parts = home / f"case{place}" / "parts"
        if case is full_disk:
            disk = home / "disk"
            disk.mkdir()
            size = "size=16m"
            if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", disk], capture_output=True).returncode:
                print(f"| {name} | | SKIPPED: mounting a small disk needs root | |")
                continue
            parts = disk / "parts"
        parts.mkdir(parents=True)
        begin = time.monotonic()
        try:
            words = case(parts)
            left = finish(parts)
            assert not left, f"{left} are missing"
            seconds = time.monotonic() - begin
            out = f"merged{place}"
            call("shard", "merge", "--plan", "plan.json", "--parts", parts, "--out", out)
            same = contents(out) == wanted
        except (AssertionError, TimeoutError) as error:
            same, seconds, words = False, time.monotonic() - begin, str(error)
            for log in sorted(parts.glob("shard-*.log")):
                print(log.name, log.read_text()[-600:])
        wrong += not same
        print(f"| {name} | {seconds:.0f} | {words or 'done'} | {'same' if same else 'OTHER'} |", flush=True)
    if wrong:
        print((home / "slurm/slurmctld.log").read_text()[-3000:])
    return wrong


def overhead():
    """What a shard costs: the same 1000 histories in more and more shards on two nodes."""
    files = synthetic("prices", 1000, 800, "1h")
    study("study.yaml", files, "[1, 5, 20]", "statistics: {resamples: 100}", "[long]")
    begin = time.monotonic()
    call("run", "study.yaml", "--out", "one", "--no-cache", "-j", 2)
    one = time.monotonic() - begin
    wanted = contents("one")
    print(f"one machine: {one:.1f} s\n")
    print("| shards | plan s | all shards s | status s | merge s | bytes of parts | report |")
    print("|--:|--:|--:|--:|--:|--:|---|", flush=True)
    wrong = 0
    for count in (4, 40, 400):
        settle()
        parts = home / f"parts{count}"
        pathlib.Path("plan.json").unlink(missing_ok=True)
        times = []

        def timed(body):
            start = time.monotonic()
            body()
            times.append(time.monotonic() - start)

        timed(lambda: call("shard", "plan", "study.yaml", "--shards", count, "-o", "plan.json"))

        def shards():
            submit(parts)
            cluster.wait_for(lambda: not queued(), 1200, "the shards")
        timed(shards)
        timed(lambda: call("shard", "status", "--plan", "plan.json", "--parts", parts))
        timed(lambda: call("shard", "merge", "--plan", "plan.json", "--parts", parts, "--out", f"merged{count}"))
        size = sum(path.stat().st_size for path in parts.glob("job-*"))
        same = contents(f"merged{count}") == wanted
        wrong += not same
        seconds = " | ".join(f"{each:.1f}" for each in times)
        print(f"| {count} | {seconds} | {size} | {'same' if same else 'OTHER'} |", flush=True)
    return wrong


cluster.up()
sys.exit(1 if (kills if mode == "kills" else overhead)() else 0)
