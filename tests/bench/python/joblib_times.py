"""Times joblib's default backend (processes) on two workers.

Reads {"what": "burst" | "single" | "payload" | "start", "count"?, "bytes"?, "rounds", "turn"} from standard input;
writes {"times": [milliseconds per operation, one per round], "share"}: the share of the tasks that the second busiest
process did, or null.
"""

import collections
import json
import os
import sys
import time

from joblib import Parallel, delayed

WORKERS = 2


def increment(x):
    return x + 1


def increment_where(x):
    """Tells which process did it, for the count of shares only."""
    return os.getpid() if increment(x) > x else 0


def touch(values):
    # Large arguments arrive as read-only maps of a file.
    if not values.flags.writeable:
        values = values.copy()
    values[0] += 1
    return values


def take_turn(perform, turn):
    """Repeats perform(), which gives a number of operations, for `turn` milliseconds; milliseconds per operation."""
    operations, started = 0, time.perf_counter()
    while True:
        operations += perform()
        elapsed = (time.perf_counter() - started) * 1e3
        if elapsed >= turn:
            return elapsed / operations


def measure_start():
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True)
    started = time.perf_counter()
    with Parallel(n_jobs=WORKERS) as parallel:
        parallel([delayed(increment)(1)])
        return (time.perf_counter() - started) * 1e3


def performer(parallel, request):
    what = request["what"]
    if what == "burst":
        count = request["count"]

        def perform():
            if sum(parallel(delayed(increment)(x) for x in range(count))) != count * (count + 1) // 2:
                raise ValueError("wrong result")
            return count

        return perform
    if what == "single":

        def perform():
            if parallel([delayed(increment)(1)]) != [2]:
                raise ValueError("wrong result")
            return 1

        return perform
    if what == "payload":
        import numpy

        values = numpy.zeros(request["bytes"] // 8)

        def perform():
            if parallel([delayed(touch)(values)])[0][0] != 1:
                raise ValueError("wrong result")
            return 1

        return perform
    raise ValueError(f"cannot do {what}")


def main():
    request = json.load(sys.stdin)
    if request["what"] == "start":
        json.dump({"times": [measure_start() for _ in range(request["rounds"])], "share": None}, sys.stdout)
        return
    share = None
    with Parallel(n_jobs=WORKERS) as parallel:
        perform = performer(parallel, request)
        # The first turn starts the processes.
        take_turn(perform, request["turn"])
        times = [take_turn(perform, request["turn"]) for _ in range(request["rounds"])]
        if request["what"] == "burst":
            processes = parallel(delayed(increment_where)(x) for x in range(request["count"]))
            counts = sorted(collections.Counter(processes).values(), reverse=True)
            share = (counts[1] if len(counts) > 1 else 0) / len(processes)
    json.dump({"times": times, "share": share}, sys.stdout)


main()
