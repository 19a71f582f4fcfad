"""What the engine itself has to say (PM0xx): crashed rules, and waivers that are expired, ending, unused or wrong."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.models import Finding, Severity, Span

NOTICES: Mapping[str, tuple[str, Severity, str]] = {
    "PM001": ("rule-crashed", Severity.ERROR, "A rule failed with an exception; the others ran."),
    "PM002": ("expired-waiver", Severity.WARNING, "A waiver has ended, and what it covered is still there."),
    "PM003": ("ending-waiver", Severity.INFO, "A waiver ends soon."),
    "PM004": ("unused-waiver", Severity.INFO, "A waiver covers nothing."),
    "PM005": ("unknown-code", Severity.ERROR, "A waiver names a rule that does not exist."),
    "PM006": (
        "incomplete-waiver",
        Severity.ERROR,
        "A waiver lacks its reason or its end date, and has no effect.",
    ),
}
"""Code -> slug, severity, what it says."""


def notice(code: str, path: str, line: int, message: str, advice: str, *, key: str = "") -> Finding:
    """A finding of the engine."""
    slug, severity, _ = NOTICES[code]
    return Finding(code, slug, severity, path, Span(0, 0, line), message, advice, key=key)
