"""What a run of the policy rules gives: findings kept, waived and known, what was skipped, and the rules' descriptions.

Made by `policies.engine`, written by `tracker.reports.findings`. Values and pure functions only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from tracker.models import Finding, Severity
from tracker.values import dataclass

RANK: Mapping[Severity, int] = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
"""Order of severities, the worst first."""


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule as the outputs describe it; `documentation` is its page in Markdown."""

    code: str
    slug: str
    severity: Severity
    summary: str
    documentation: str = ""


@dataclass(frozen=True, slots=True)
class SkippedRule:
    """A rule that was asked for and could not run, and why."""

    code: str
    slug: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of one run.

    Attributes:
        findings: What counts, in the order of path, line and code.
        waived: Covered by a waiver (`waived_by` says which).
        known: Recorded in the baseline.
        unchanged: How many were left out because their lines have not changed since the revision asked for.
        skipped: Rules that lacked what they need.
        rules: Every rule that ran or is named by a finding.
        documents: Documents looked at.
        items: Action items looked at.
        resolved: Entries of the baseline that nothing matches any more.
    """

    findings: tuple[Finding, ...] = ()
    waived: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    unchanged: int = 0
    skipped: tuple[SkippedRule, ...] = ()
    rules: Mapping[str, RuleInfo] = field(default_factory=dict)
    documents: int = 0
    items: int = 0
    resolved: int = 0

    def count(self, severity: Severity) -> int:
        """Findings of a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def worst(self) -> Severity | None:
        """The worst severity among the findings, None without any."""
        return min((finding.severity for finding in self.findings), key=RANK.__getitem__, default=None)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by path, place and code; the order of documents and rules does not matter."""
    return tuple(
        sorted(
            findings,
            key=lambda one: (one.path, one.span.line, one.span.column, one.code, one.key, one.message),
        )
    )


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """A stable name for each finding, in the order given.

    Made of code, path and key; of several equal ones the first, second, ... in the order of lines. Lines and messages do not
    take part, so that a finding keeps its name when lines move and days pass.
    """
    import hashlib  # loads OpenSSL, and most checks have no baseline

    seen: Counter[tuple[str, str, str]] = Counter()
    names: dict[int, str] = {}
    for index in sorted(
        range(len(findings)), key=lambda at: (findings[at].span.line, findings[at].span.column)
    ):
        one = findings[index]
        place = (one.code, one.path, one.key)
        seen[place] += 1
        text = "\0".join((*place, str(seen[place])))
        names[index] = hashlib.sha256(text.encode()).hexdigest()[:32]
    return [names[index] for index in range(len(findings))]
