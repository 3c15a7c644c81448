"""A Slurm cluster on this machine: munge, one controller and two nodes on loopback ports, started and ended by its owner.

The nodes are daemons that share one file system; there is no network between them that could fail.
"""
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import time

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
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


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

    def start(self, name):
        folder = self.folder
        words = {
            "munged": ["munged", "--foreground", f"--key-file={folder}/munge.key", f"--socket={folder}/munge.sock",
                       f"--pid-file={folder}/munged.pid", f"--log-file={folder}/munged.log",
                       f"--seed-file={folder}/munged.seed"],
            "slurmctld": ["slurmctld", "-D"],
            "n1": ["slurmd", "-D", "-N", "n1"],
            "n2": ["slurmd", "-D", "-N", "n2"],
        }[name]
        # A session of its own: what ends the daemon must not end its workers, nor the other way round.
        output = open(folder / f"{name}.out", "ab")
        self.daemons[name] = subprocess.Popen(
            words, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True)

    def up(self):
        self.start("munged")
        self.wait_for(lambda: (self.folder / "munge.sock").exists(), 20, "munged")
        for name in ("slurmctld", "n1", "n2"):
            self.start(name)
        self.wait_for_nodes()

    def wait_for_nodes(self):
        self.wait_for(lambda: self.call("sinfo", "-h", "-N", "-o", "%t").split().count("idle") == 2, 60, "two idle nodes")

    @staticmethod
    def wait_for(condition, seconds, what):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds} s for {what}")
            time.sleep(0.2)

    def call(self, *words):
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60)
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
                parent = int(pathlib.Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[1])
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
        self.call("scancel", "--me") if "slurmctld" in self.daemons else None
        for node in ("n1", "n2"):
            self.kill_all(self.step_daemons(node) + self.below(node))
        for name in ("n1", "n2", "slurmctld", "munged"):
            daemon = self.daemons.pop(name, None)
            if daemon is None:
                continue
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
