"""Times Dask on a graph that was written down as a list of calls.

Reads {"calls": [{"operation", "dependencies", "constant"?}], "variant": "dask" | "dask-delayed", "rounds", "budget"}
from standard input; writes {"value", "samples": [{"runs", "build", "evaluate", "cpu"}]} in milliseconds.
The synchronous scheduler is used: one thread, like the other contenders.
"""

import json
import sys
import time

import dask
from dask.delayed import delayed


def increment(x):
    return x + 1


def join(left, right):
    return (left + right) & 0xFFFF


def total(values):
    return sum(values)


BODIES = {"inc": increment, "join": join, "sum": total}


def build_dict(calls, keys):
    graph = {}
    for key, (body, dependencies, constant) in zip(keys, calls):
        if constant is not None:
            graph[key] = (body, constant)
        elif body is total:
            graph[key] = (body, [keys[i] for i in dependencies])
        else:
            graph[key] = (body, *[keys[i] for i in dependencies])
    return graph


def build_delayed(calls, lazy):
    nodes = []
    for body, dependencies, constant in calls:
        if constant is not None:
            nodes.append(lazy[body](constant))
        elif body is total:
            nodes.append(lazy[body]([nodes[i] for i in dependencies]))
        else:
            nodes.append(lazy[body](*[nodes[i] for i in dependencies]))
    return nodes[-1]


def contender(variant, calls):
    """Gives the two steps to time: build() and evaluate(built)."""
    if variant == "dask":
        # Keys are made beforehand: only the graph itself is timed.
        keys = [f"n{i}" for i in range(len(calls))]
        return (lambda: build_dict(calls, keys)), (lambda graph: dask.get(graph, keys[-1]))
    lazy = {body: delayed(body) for body in BODIES.values()}
    return (lambda: build_delayed(calls, lazy)), (lambda target: target.compute(scheduler="synchronous"))


def main():
    request = json.load(sys.stdin)
    calls = [(BODIES[c["operation"]], c["dependencies"], c.get("constant")) for c in request["calls"]]
    build, evaluate = contender(request["variant"], calls)
    samples, value = [], None
    started = time.perf_counter()
    while not samples or (
        len(samples) < request["rounds"] and (time.perf_counter() - started) * 1e3 < request["budget"]
    ):
        begun, cpu = time.perf_counter(), time.process_time()
        built = build()
        middle = time.perf_counter()
        value = evaluate(built)
        ended = time.perf_counter()
        cpu = (time.process_time() - cpu) * 1e3
        samples.append({"runs": 1, "build": (middle - begun) * 1e3, "evaluate": (ended - middle) * 1e3, "cpu": cpu})
    json.dump({"value": value, "samples": samples}, sys.stdout)


main()
