"""Starts the program in the ways in which people do, sends it a signal once it is at work, and says how it ended.

stopped_runs.py PROGRAM FOLDER CASE: prints the exit code (128 + the signal for one that a signal ended), or `hangs`.
FOLDER holds prices/SYN-MAJOR.csv, minute bars enough for many seconds. A run is at work when its unfinished folder stands, and a command
that reads a file once it has opened a pipe which nobody writes into.
"""

import atexit
import fcntl
import glob
import os
import pty
import signal
import socket
import subprocess
import sys
import termios
import time

PROGRAM, FOLDER, CASE = sys.argv[1:4]
HANGS = 120  # seconds; nothing takes that long
RUN = [PROGRAM, "sweep", "prices/SYN-MAJOR.csv", "--leverage", "1:125", "--horizon", "30d", "--kernel", "plain",
       "--no-cache", "--out", "out/run"]


def plain_start():
    """An empty mask and default dispositions, as from a person's shell."""
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)


# Most people's environment does not tell Swift's runtime what to do with the signals of crashes, and it takes SIGQUIT for one.
os.environ.pop("SWIFT_BACKTRACE", None)


def start(words, before=plain_start, output=subprocess.DEVNULL, errors=None):
    process = subprocess.Popen(words, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=output,
                               stderr=open(f"{FOLDER}/err", "w") if errors is None else errors, preexec_fn=before)
    # Nothing outlives this script.
    atexit.register(process.kill)
    return process


def wait_until(condition):
    end = time.monotonic() + HANGS
    while not condition():
        if time.monotonic() > end:
            sys.exit("the program never came to its work")
        time.sleep(0.02)


def at_work(path="out/.run.partial"):
    wait_until(lambda: glob.glob(f"{FOLDER}/{path}"))


def told(process):
    try:
        code = process.wait(HANGS)
    except subprocess.TimeoutExpired:
        process.kill()
        return "hangs"
    return 128 - code if code < 0 else code


def signalled(number, before=plain_start, words=RUN):
    process = start(words, before)
    at_work()
    process.send_signal(number)
    return told(process)


def shell(script):
    """`script` in a shell without job control, in which background jobs have SIGINT and SIGQUIT ignored."""
    process = start(["bash", "-c", script.replace("RUN", " ".join(RUN))])
    at_work()
    return process


def in_background(name):
    process = shell("RUN & echo $! >pid; wait $!; exit $?")
    with open(f"{FOLDER}/pid") as file:
        os.kill(int(file.read()), getattr(signal, name))
    return told(process)


def nohup():
    """A closed terminal leaves it at work; SIGTERM still ends it."""
    def ignoring():
        plain_start()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = start(RUN, ignoring)
    at_work()
    process.send_signal(signal.SIGHUP)
    time.sleep(1)
    if process.poll() is not None:
        return "ended"
    process.send_signal(signal.SIGTERM)
    return told(process)


def terminal(act):
    number, screen = pty.fork()
    if number == 0:
        os.chdir(FOLDER)
        plain_start()
        os.execv(PROGRAM, RUN)
    at_work()
    act(screen)
    end = time.monotonic() + HANGS
    while time.monotonic() < end:
        try:
            ended, status = os.waitpid(number, os.WNOHANG)
        except ChildProcessError:
            break
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else code
        time.sleep(0.02)
    os.kill(number, signal.SIGKILL)
    return "hangs"


def blocked():
    signal.pthread_sigmask(signal.SIG_BLOCK, set(range(1, 32)))


def early(words):
    """Before there is anything to tidy up, a signal does what it does to any program."""
    process = start(words)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    return told(process)


STUDY = """version: 1
name: small
data: [{asset: FEW, path: few.csv}, {asset: MANY, path: prices/SYN-MAJOR.csv}]
grid: {leverage: "1:125", horizon: [30d]}
platforms: {typical: {fees: {open: 0.0005, close: 0.0005}, slippage: 0.0005, tiers: [{to: .inf, rate: 0.005}]}}
"""


def write_study(text=STUDY):
    with open(f"{FOLDER}/study.yaml", "w") as file:
        file.write(text)
    with open(f"{FOLDER}/few.csv", "w") as file:
        file.write("time,open,high,low,close\n")
        file.writelines(f"{1_700_000_000 + hour * 3600},100,{101 + hour % 7},99,100\n" for hour in range(1000))


def night(number):
    """A nightly run with a history, stopped when there is something to go on from."""
    write_study()
    process = start([PROGRAM, "run", "study.yaml", "--kernel", "plain", "--no-cache", "--threads", "1"])
    at_work("Reports/small/.*.partial/pieces/*")
    process.send_signal(number)
    return told(process)


def waiting(number, command):
    """For the turn that another run has, in a folder with a history."""
    write_study()
    with open(f"{FOLDER}/first.yaml", "w") as file:
        file.write(STUDY.replace("small", "first").replace("prices/SYN-MAJOR.csv", "few.csv").replace("1:125", "10"))
    assert start([PROGRAM, "run", "first.yaml", "--no-cache", "--quiet"]).wait() == 0
    with open(f"{FOLDER}/Reports/.belowzero.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = start([PROGRAM, *command, "--wait", "10m"])
        wait_until(lambda: "aiting for another run" in open(f"{FOLDER}/err").read())
        process.send_signal(number)
        return told(process)


def fetching(number):
    """From a server that takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
        process = start([PROGRAM, "fetch", "BTCUSDT", "--from", "2023-01", "--to", "2023-01", "--base", base, "--allow-http",
                         "--stall", "10m"])
        server.settimeout(HANGS)
        connection, _ = server.accept()
        process.send_signal(number)
        with connection:
            return told(process)


def reading(*words, pipe="pipe.csv", rows=b"time,open,high,low,close\n1700000000,1,1,1,1\n"):
    """Stopped while it reads a pipe, which holds a few rows and is never closed."""
    os.mkfifo(f"{FOLDER}/{pipe}")
    end = os.open(f"{FOLDER}/{pipe}", os.O_RDWR)
    os.write(end, rows)
    process = start([PROGRAM, *words])
    # It waits for more once it has taken what there was.
    wait_until(lambda: fcntl.ioctl(end, termios.FIONREAD, bytes(4)) == bytes(4) or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    return told(process)


def reading_study(*words):
    write_study(STUDY.replace("prices/SYN-MAJOR.csv", "pipe.csv").replace("few.csv", "pipe.csv"))
    return reading(*words)


def two_runs():
    words = [PROGRAM, "sweep", "few.csv", "--leverage", "100", "--horizon", "4h", "--quiet", "--no-cache"]
    write_study()
    for folder, fee in (("before", "0.0005"), ("after", "0.01")):
        assert start([*words, "--fee", fee, "--out", folder]).wait() == 0


def exporting(form):
    """Stopped in the middle of a table, of which a part is written."""
    two_runs()
    table = f"{FOLDER}/before/results.csv"
    with open(table, "rb") as file:
        rows = file.read()
    os.remove(table)
    return reading("export", "before", "--to", form, "-o", "exported", pipe="before/results.csv", rows=rows)


def comparing():
    """A diff that reads prices again, which have become a pipe."""
    two_runs()
    os.remove(f"{FOLDER}/few.csv")
    return reading("diff", "before", "after", "--no-cache", pipe="few.csv")


def stuck_output(words):
    """A program whose output nobody takes, nor will."""
    two_runs()
    theirs, ours = os.pipe()
    # A pipe that is full from the start.
    os.set_blocking(ours, False)
    try:
        while os.write(ours, bytes(4096)):
            pass
    except BlockingIOError:
        os.set_blocking(ours, True)
    process = start([PROGRAM, *words], output=ours)
    # It sleeps in the write, or is still on its way there; either has to end.
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    code = told(process)
    os.close(theirs)
    return code


def unread():
    """The end of a pipe whose reader has gone."""
    theirs, ours = os.pipe()
    os.close(theirs)
    return ours


def left_reader(before=plain_start):
    """Writes for a reader that has gone."""
    return told(start([PROGRAM, "manual"], before, output=unread()))


def left_run(**ends):
    """A small run of which somebody no longer reads what it says."""
    write_study()
    words = [PROGRAM, "sweep", "few.csv", "--leverage", "100", "--horizon", "4h", "--no-cache", "--out", "out/run"]
    return told(start(words, **ends))


def ignoring_pipes():
    plain_start()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


CASES = {
    "INT to a night": lambda: night(signal.SIGINT),
    "TERM to a night": lambda: night(signal.SIGTERM),
    "HUP to a night": lambda: night(signal.SIGHUP),
    "INT to a run that waits": lambda: waiting(signal.SIGINT, ["run", "study.yaml"]),
    "TERM to a run that waits": lambda: waiting(signal.SIGTERM, ["run", "study.yaml"]),
    "HUP to a run that waits": lambda: waiting(signal.SIGHUP, ["run", "study.yaml"]),
    "INT to a fetch": lambda: fetching(signal.SIGINT),
    "TERM to a fetch": lambda: fetching(signal.SIGTERM),
    "HUP to a fetch": lambda: fetching(signal.SIGHUP),
    "INT to check": lambda: reading("check", "pipe.csv"),
    "INT to check of a study": lambda: reading_study("check", "study.yaml"),
    "INT to explain": lambda: reading_study("explain", "study.yaml", "--asset", "FEW", "--leverage", "10", "--horizon", "30d"),
    "INT to a sweep that reads": lambda: reading("sweep", "pipe.csv", "--out", "out/run"),
    "INT to a run that reads": lambda: reading_study("run", "study.yaml", "--out", "out/run"),
    "INT to diff": comparing,
    "INT to export as sqlite": lambda: exporting("sqlite"),
    "INT to export as parquet": lambda: exporting("parquet"),
    "INT to export into a full pipe": lambda: stuck_output(["export", "before", "--to", "sqlite", "-o", "-"]),
    "INT to diff into a full pipe": lambda: stuck_output(["diff", "before", "after", "--no-recompute"]),
    "a reader that left": left_reader,
    "a reader that left, its signal ignored": lambda: left_reader(ignoring_pipes),
    "a reader of a run that left": lambda: left_run(output=unread()),
    "a reader of a log that left": lambda: left_run(errors=unread()),
    "INT": lambda: signalled(signal.SIGINT),
    "TERM": lambda: signalled(signal.SIGTERM),
    "HUP": lambda: signalled(signal.SIGHUP),
    "QUIT": lambda: signalled(signal.SIGQUIT),
    "INT, all blocked by the parent": lambda: signalled(signal.SIGINT, blocked),
    "INT to a background job": lambda: in_background("SIGINT"),
    "QUIT to a background job": lambda: in_background("SIGQUIT"),
    "HUP under nohup, then TERM": nohup,
    "Ctrl-C on a terminal": lambda: terminal(lambda screen: os.write(screen, b"\x03")),
    "a terminal that is closed": lambda: terminal(os.close),
    "INT to synth": lambda: early([PROGRAM, "synth", "--out", "never", "--bars", "5000000"]),
}

print(CASES[CASE]())
