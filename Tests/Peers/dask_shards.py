"""The shards of a plan with Dask: the same contract, another scheduler.

usage: dask_shards.py PROGRAM PLAN PARTS [SCHEDULER]     `pip install distributed`; without a scheduler, two local workers
"""
import json
import subprocess
import sys

from distributed import Client, LocalCluster, as_completed


def run(program, plan, parts, shard, attempt):
    words = [program, "shard", "run", "--plan", plan, "--out", parts, "--shard", str(shard)]
    return shard, attempt, subprocess.run(words).returncode


def spread(client, *where):
    shards = json.load(open(where[1]))["shards"]
    work = as_completed([client.submit(run, *where, shard, 1, pure=False) for shard in range(len(shards))])
    wrong = []
    for future in work:
        shard, attempt, code = future.result()
        # 75 and a signal may go better another time; what is wrong for good does not.
        if (code == 75 or code < 0) and attempt < 3:
            work.add(client.submit(run, *where, shard, attempt + 1, pure=False))
        elif code:
            wrong.append(f"shard {shard} ended with {code}")
    return wrong


if __name__ == "__main__":
    local = None if len(sys.argv) > 4 else LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with Client(local or sys.argv[4]) as client:
        wrong = spread(client, *sys.argv[1:4])
    sys.exit("\n".join(wrong) or 0)
