"""Gives the order in which Dask would run each graph.

Reads [[[id, [parent id, …]], …], …] from standard input, one list of tasks per graph; writes one list of positions of
tasks per graph. Ties are broken by id, as they would be for a user of Dask.
"""

import json
import sys

from dask.order import order


def positions(tasks):
    index = {task: i for i, (task, _) in enumerate(tasks)}
    # A task's function does not matter to the order; its arguments are its parents.
    ranks = order({task: (len, [*parents]) for task, parents in tasks})
    return [index[task] for task in sorted(ranks, key=ranks.get)]


json.dump([positions(tasks) for tasks in json.load(sys.stdin)], sys.stdout)
