"""`pmtrack` with its arguments, and at the end how many seconds of the processor the embedded tracker took.

What a tracker costs is bounded by the service; the first run's target is for all the rest.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from adapters.local import LocalTracker
from tracker.cli.main import run

SAID = "seconds in the tracker: "


class Watch:
    """Adds up the processor time of calls."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def over(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, watched; of an iterator every step."""

        @wraps(call)
        def watched(*args: Any) -> Any:
            start = time.process_time()
            result = call(*args)
            self.seconds += time.process_time() - start
            return self._steps(result) if isinstance(result, Iterator) else result

        return watched

    def _steps(self, steps: Iterator[Any]) -> Iterator[Any]:
        end = object()
        while True:
            start = time.process_time()
            step = next(steps, end)
            self.seconds += time.process_time() - start
            if step is end:
                return
            yield step


def main() -> None:
    """Run the command and say it on the last line of standard error."""
    watch = Watch()
    for name in ("create", "update", "changes", "fetch", "probe"):
        setattr(LocalTracker, name, watch.over(getattr(LocalTracker, name)))
    try:
        run()
    finally:
        print(f"{SAID}{watch.seconds:.3f}", file=sys.stderr)


if __name__ == "__main__":
    main()
