"""What can go wrong on the way: each fault is armed for some requests and then used up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How a request fails."""

    DROP = "drop"  # the connection ends before anything is done
    DROP_AFTER = "drop-after"  # it is done, then the connection ends
    HANG = "hang"  # nothing is done, and no answer comes
    HANG_AFTER = "hang-after"  # it is done, and no answer comes
    STATUS = "status"  # nothing is done, an error is answered
    STATUS_AFTER = "status-after"  # it is done, an error is answered
    TRUNCATED = "truncated"  # it is done, half of the JSON is answered with a matching length
    CUT = "cut"  # it is done, the body ends before its announced length
    HTML = "html"  # a login page with status 200, nothing is done
    GARBAGE = "garbage"  # it is done, bytes that are no text are answered
    EMPTY = "empty"  # it is done, nothing is in the body

    @property
    def commits(self) -> bool:
        """Whether the request takes place."""
        return self not in (Kind.DROP, Kind.HANG, Kind.STATUS, Kind.HTML)


@dataclass
class Fault:
    """A fault and the requests that it meets."""

    kind: Kind
    method: str = "POST"
    path: str = r"/issues$"
    times: int = 1
    skip: int = 0
    status: int = 502
    body: str = '{"message": "Server Error"}'
    headers: Mapping[str, str] = field(default_factory=dict)


class Faults:
    """The armed faults, in order."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Arm one more."""
        self._armed.append(fault)

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that meets this request."""
        for fault in self._armed:
            if fault.method in (method, "*") and re.search(fault.path, path):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._armed.remove(fault)
                return fault
        return None
