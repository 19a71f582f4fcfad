"""Which action item of today is which item of yesterday. Pure: values in, values out, no clock, no I/O.

The order of evidence is the one of docs/explanation/identity.md: a tracker reference that is already linked, the same text, the
document's own id with some likeness, the best overall assignment by likeness. What is about equally good twice is told as
ambiguous and never guessed.
"""

from __future__ import annotations

from tracker.identity.candidates import grouped
from tracker.identity.marker import marker_of
from tracker.identity.matching import match
from tracker.identity.values import Ambiguity, Binding, Known, KnownDocument, Matching, Place, TodayDocument

__all__ = [
    "Ambiguity",
    "Binding",
    "Known",
    "KnownDocument",
    "Matching",
    "Place",
    "TodayDocument",
    "grouped",
    "marker_of",
    "match",
]
