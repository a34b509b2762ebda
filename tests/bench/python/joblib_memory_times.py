"""Times joblib.Memory, which keeps results of functions on disk.

Reads {"folder", "count", "rounds"} from standard input; writes {"hit": [...], "miss": [...]}: microseconds for each call of
a function of one number that gives a small dictionary, one figure per round.
"""

import json
import sys
import time

from joblib import Memory


def describe(seed):
    return {"mean": seed / 3, "count": seed, "label": f"sample {seed}"}


def microseconds_each(count, operate):
    started = time.perf_counter()
    for index in range(count):
        operate(index)
    return (time.perf_counter() - started) * 1e6 / count


def main():
    request = json.load(sys.stdin)
    count = request["count"]
    kept = Memory(request["folder"], verbose=0).cache(describe)
    kept(-1)

    def hit(_):
        if kept(-1)["count"] != -1:
            raise ValueError("wrong value")

    microseconds_each(count, hit)
    times = {"hit": [], "miss": []}
    for turn in range(request["rounds"]):
        times["hit"].append(microseconds_each(count, hit))
        times["miss"].append(microseconds_each(count, lambda index: kept(turn * count + index)))
    json.dump(times, sys.stdout)


main()
