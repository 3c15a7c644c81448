"""Starts the program in the ways in which people do, sends it a signal once it is at work, and says how it ended.

stopped_runs.py PROGRAM FOLDER CASE: prints the exit code (128 + the signal for one that a signal ended), or `hangs`.
FOLDER holds prices/SYN-MAJOR.csv, minute bars enough for many seconds. A run is at work when its unfinished folder stands.
"""

import os
import pty
import signal
import subprocess
import sys
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


def start(words, before=plain_start):
    return subprocess.Popen(words, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=open(f"{FOLDER}/err", "w"), preexec_fn=before)


def at_work(path="out/.run.partial"):
    end = time.monotonic() + HANGS
    while not os.path.exists(f"{FOLDER}/{path}"):
        if time.monotonic() > end:
            sys.exit("the run never began")
        time.sleep(0.02)


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


CASES = {
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
