"""Several requests at once: a few threads, results in the order of the tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    connections: int,
    *,
    steady: Callable[[], bool] = lambda: True,
) -> Iterator[Result]:
    """The result of each task, in order, with at most `connections` tasks under way.

    No task begins before the result of the one `connections` places ahead was taken, so that whoever stores each result
    before asking for the next loses no more than these if the process dies. Left early, no further task begins.

    Args:
        work: Does one task, in a thread of its own.
        tasks: Taken one by one, in the caller's thread.
        connections: Most tasks under way.
        steady: While it says no, no task begins before all results ahead were taken.
    """
    if connections == 1:
        yield from map(work, tasks)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(connections, thread_name_prefix="pmtrack") as threads:
        try:
            for task in tasks:
                waiting.append(threads.submit(work, task))
                while len(waiting) >= (connections if steady() else 1):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
