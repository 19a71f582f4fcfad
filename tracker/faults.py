"""Fault points: named places where the fault campaigns of tests/faults kill a real process.

`PMTRACK_FAULT=NAME` in the environment makes the process die by SIGKILL when it reaches the point for the first time,
`PMTRACK_FAULT=NAME:3` at the third. Nothing else reads the variable, and without it a point costs one comparison. The
points, in the order in which a sync passes them:

=========================  ============================================================================
`before-intent`            the plan stands, nothing is written
`after-intent`             the intents are committed, nothing was sent
`while-sent`               an adapter is about to make its write effective
`after-commit`             the tracker has it, the answer was not read
`before-link`              an answer was read, its link is not committed
`after-link`               one link is committed, the rest of the batch answer is not read
`before-update`            the intent of a change is committed, nothing was sent
`after-update`             the tracker has the change, nothing is recorded
`before-books`             all is applied, the run is not closed
`before-replace`           a document was rewritten into its temporary file
`after-replace`            the document is replaced, nothing is recorded
`during-migration`         the back-up stands, the new schema is not committed
=========================  ============================================================================
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "before-intent",
    "after-intent",
    "while-sent",
    "after-commit",
    "before-link",
    "after-link",
    "before-update",
    "after-update",
    "before-books",
    "before-replace",
    "after-replace",
    "during-migration",
)

_name, _, _count = os.environ.get("PMTRACK_FAULT", "").partition(":")
_left = int(_count) if _count.isdigit() else 1


def reach(point: str) -> None:
    """Die here if the environment asked for it; see the module."""
    global _left  # noqa: PLW0603 - one process dies once
    if point != _name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
