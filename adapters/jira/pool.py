"""Several requests at once: a few threads, results in the order of the tasks.

Jira Cloud allows bursts of 100 reads and POSTs and 50 PUTs a second for each end point, shared by everybody on the site, and
20 writes in 2 seconds to one issue (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/). A few connections,
each of which waits for its answer (0.3 to 2 s on Cloud), stay far below. A 429 on one of them stops all: `client.Client`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_order(work: Callable[[Task], Result], tasks: Iterable[Task], connections: int) -> Iterator[Result]:
    """The result of each task, in order, with at most `connections` tasks under way.

    No task begins before the result of the one `connections` places ahead was taken, so that whoever stores each result
    before asking for the next loses no more than these if the process dies. Left early, no further task begins.
    """
    if connections == 1:
        yield from map(work, tasks)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(connections, thread_name_prefix="jira") as threads:
        try:
            for task in tasks:
                waiting.append(threads.submit(work, task))
                if len(waiting) >= connections:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
