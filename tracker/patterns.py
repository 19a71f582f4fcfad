"""Regular expressions that are compiled when they are first used.

Compiling the 180 expressions of reading and rules took a quarter of the start of `pmtrack check`, and one document uses half of
them. A `Pattern` takes over the methods of the compiled one as they are asked for, so that later uses cost the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pattern = re.compile
else:

    def pattern(source, flags=0):
        """As `re.compile`; a wrong expression is found by its first use (tests/unit/reading/test_patterns.py uses them all)."""
        return Pattern(source, flags)


class Pattern:
    """Looks like a `re.Pattern` to whoever calls its methods; it is none to `isinstance` and to the functions of `re`."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, value)
        return value
