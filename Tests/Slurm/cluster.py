"""A Slurm cluster on this machine: munge, one controller and two nodes on loopback ports, started and ended by its owner.

The nodes are daemons that share one file system; there is no network between them that could fail.
"""
import contextlib
import ctypes
import fcntl
import os
import pathlib
import pwd
import random
import signal
import socket
import struct
import subprocess
import time

# What daemons leave behind becomes ours, so that it can be found and ended.
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
libc = ctypes.CDLL(None)
libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

CONFIGURATION = """ClusterName=shards
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.sock,cred_expire=5
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=6
MessageTimeout=5
TCPTimeout=2
MinJobAge=600
JobRequeue=1
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={first} CPUs=2 Sockets=1 CoresPerSocket=2 RealMemory=4000
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={second} CPUs=2 Sockets=1 CoresPerSocket=2 RealMemory=4000
PartitionName=shards Nodes=n[1-2] Default=YES State=UP
"""


def free_ports(count):
    """Ports that nobody listens at, below those that the system gives away by itself."""
    ports = []
    while len(ports) < count:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            ports += [port] if port not in ports else []
    return ports


def furnish_network():
    """Switches on the loopback device of a fresh network, and gives it an address besides: with 127.0.0.1 alone the system's
    resolver takes a machine for one without a network."""
    SIOCSIFFLAGS, SIOCSIFADDR, IFF_UP, IFF_RUNNING = 0x8914, 0x8916, 0x1, 0x40
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        fcntl.ioctl(door, SIOCSIFFLAGS, struct.pack("16sH", b"lo", IFF_UP | IFF_RUNNING))
        address = struct.pack("16sH2x4s8x", b"lo:1", socket.AF_INET, socket.inet_aton("10.77.0.1"))
        fcntl.ioctl(door, SIOCSIFADDR, address)


def stat_of(number):
    """State and parent of a process; raises OSError when it is gone."""
    fields = pathlib.Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()
    return fields[0], int(fields[1])


def descendants():
    """Processes below this one that are not dead, the daemons' orphans among them."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = stat_of(entry.name)
    found, known = [], {os.getpid()}
    while fresh := [number for number, (_, parent) in parents.items() if parent in known and number not in known]:
        known.update(fresh)
        found += fresh
    return [number for number in found if parents[number][0] not in "ZX"]


def end_descendants(seconds=20):
    """Kills what is below this process until nothing is."""
    deadline = time.monotonic() + seconds
    while (left := descendants()) and time.monotonic() < deadline:
        for number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.05)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return left


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Unavailable(Exception):
    """A command of Slurm that did not answer: what it would have said is not known."""


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.daemons = {}
        self.environment = dict(os.environ, SLURM_CONF=str(self.folder / "slurm.conf"))
        self.environment["PATH"] += ":/usr/sbin:/sbin"
        port, first, second = free_ports(3)
        user = pwd.getpwuid(os.getuid()).pw_name
        # munged wants its socket where everybody could reach it.
        self.folder.mkdir(mode=0o755)
        for name in ("state", "spool.n1", "spool.n2"):
            (self.folder / name).mkdir()
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], port=port, first=first, second=second, user=user, folder=folder))
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)

    def start(self, name, *more):
        folder = self.folder
        words = {
            "munged": ["munged", "--foreground", "--force", f"--key-file={folder}/munge.key", f"--socket={folder}/munge.sock",
                       f"--pid-file={folder}/munged.pid", f"--log-file={folder}/munged.log",
                       f"--seed-file={folder}/munged.seed"],
            "slurmctld": ["slurmctld", "-D"],
            "n1": ["slurmd", "-D", "-N", "n1"],
            "n2": ["slurmd", "-D", "-N", "n2"],
        }[name]
        # A session of its own: what ends the daemon must not end its workers, nor the other way round.
        output = open(folder / f"{name}.out", "ab")
        self.daemons[name] = subprocess.Popen(
            [*words, *more], env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, preexec_fn=die_with_parent)
        output.close()

    def up(self):
        self.start("munged")
        self.wait_for(lambda: (self.folder / "munge.sock").exists(), 60, "munged")
        for name in ("slurmctld", "n1", "n2"):
            self.start(name)
        self.wait_for(
            lambda: self.call("sinfo", "-h", "-N", "-o", "%t").split().count("idle") == 2, 120, "two idle nodes")

    def wait_for(self, condition, seconds, what):
        """Asks until it is so. A command that does not answer is asked again."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(Unavailable):
                if condition():
                    return
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds} s for {what}")
            time.sleep(0.2)

    def call(self, *words):
        try:
            done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired as late:
            raise Unavailable(f"{words[0]} took more than {late.timeout} s") from late
        if done.returncode:
            raise Unavailable(f"{words[0]}: {done.stderr.strip()}")
        return done.stdout

    def kill(self, name):
        """SIGKILL to one daemon alone."""
        daemon = self.daemons.pop(name)
        daemon.kill()
        daemon.wait()

    def below(self, node):
        """Processes that a node's daemon started, by the environment that Slurm gives them."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"SLURM_CONF={self.folder}/slurm.conf".encode() not in environment:
                continue
            if f"SLURMD_NODENAME={node}".encode() in environment.split(b"\0"):
                found.append(int(entry.name))
        return found

    def step_daemons(self, node):
        """The step daemons of a node: parents of its workers, in sessions of their own. Slurm gives them no environment."""
        found = set()
        for number in self.below(node):
            try:
                _, parent = stat_of(number)
                if "slurmstepd" in os.readlink(f"/proc/{parent}/exe"):
                    found.add(parent)
            except OSError:
                continue
        return list(found)

    def workers(self, node, program):
        """Processes of a node that are the program itself."""
        found = []
        for number in self.below(node):
            try:
                if os.path.samefile(f"/proc/{number}/exe", program):
                    found.append(number)
            except OSError:
                continue
        return found

    def kill_all(self, numbers):
        for number in numbers:
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def down(self):
        """Ends everything at once: nothing of it is to be kept."""
        self.daemons.clear()
        assert not end_descendants(), "processes of Slurm do not end"
