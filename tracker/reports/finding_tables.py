"""What the rules found, for a reader: each rule with what to do, then where, one row a rule and file.

An item that a section of the audit lists already is told there and counted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tracker.models import Finding, Severity
from tracker.reports.audit import Audit
from tracker.reports.lines import ItemLine
from tracker.reports.page import (
    Cell,
    Column,
    Row,
    Rows,
    Section,
    Table,
    Tone,
    count_of,
    few,
    number,
    plain,
    words,
)
from tracker.values import dataclass

_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.INFO: Tone.PLAIN}
_TITLES = {
    "overdue": "Overdue by owner",
    "due-soon": "Due soon",
    "unowned": "Nobody owns it",
    "undated": "No due date",
    "stale": "Stale",
    "drift": "Document and tracker differ",
    "unidentified": "Items that could not be identified",
}
_ORDER = {severity: place for place, severity in enumerate(Severity)}
_LINES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Group:
    """Findings of one rule in one document, in the order of their lines."""

    findings: tuple[Finding, ...]
    advice: str

    @property
    def first(self) -> Finding:
        return self.findings[0]


def findings_section(audit: Audit) -> Section:
    """The findings that are not waived."""
    found = [one for one in audit.findings.findings if one.waived_by is None]
    rest = _not_listed(audit, found)
    advices = _advices(found)
    skipped = ", ".join(map(plain, audit.findings.skipped))
    parts = (
        f"{count_of(len(found), 'finding')}, {audit.waived} waived.",
        _listed_told(len(found) - len(rest)),
        f"Skipped for lack of data: {skipped}." if skipped else "",
    )
    tone = next((_TONES[rule.severity] for rule in audit.rules), Tone.PLAIN)
    tables = (_rule_table(audit, advices), _place_table(_groups(rest, advices)))
    return Section("findings", "Findings", " ".join(filter(None, parts)), tables, tone=tone)


def _listed_told(listed: int) -> str:
    if not listed:
        return ""
    return f"{listed} of them {'is an item of another section' if listed == 1 else 'are items of other sections'}."


def _not_listed(audit: Audit, found: Sequence[Finding]) -> Sequence[Finding]:
    """The findings whose item no section lists."""
    sections: Mapping[str, Iterable[ItemLine]] = {
        "overdue": (line for group in audit.overdue for line in group.lines),
        "due-soon": audit.due_soon,
        "unowned": audit.unowned,
        "undated": audit.undated,
        "stale": audit.stale,
        "drift": audit.drift,
        "unidentified": audit.unidentified,
    }
    wanted = set(audit.findings.sections.values())
    places = {
        key: {(line.path, line.line) for line in lines} for key, lines in sections.items() if key in wanted
    }
    listed = {code: places[key] for code, key in audit.findings.sections.items()}
    return [
        one for one in found if one.code not in listed or (one.path, one.span.line) not in listed[one.code]
    ]


def _advices(found: Iterable[Finding]) -> Mapping[str, str]:
    """What to do by rule; "" for a rule that advises something else from case to case."""
    advices: dict[str, str] = {}
    for one in found:
        if advices.setdefault(one.code, one.advice) != one.advice:
            advices[one.code] = ""
    return advices


def _rule_table(audit: Audit, advices: Mapping[str, str]) -> Table:
    columns = (
        Column("Severity"), Column("Code"), Column("Rule"), Column("Findings", numeric=True),
        Column("What to do", wide=True), Column("Items under"),
    )  # fmt: skip
    rows = [
        Row(
            (
                _severity(rule.severity),
                words(rule.code),
                words(rule.slug),
                number(rule.count),
                words(advices.get(rule.code, "")),
                words(_TITLES.get(audit.findings.sections.get(rule.code, ""), "")),
            )
        )
        for rule in audit.rules
    ]
    return Table("Findings by severity and rule", columns, few(rows))


def _groups(found: Iterable[Finding], advices: Mapping[str, str]) -> Sequence[_Group]:
    """One group a rule and document, the worst first."""
    together: dict[tuple[int, str, str], list[Finding]] = {}
    for one in found:
        together.setdefault((_ORDER[one.severity], one.code, one.path), []).append(one)
    return [
        _Group(
            tuple(sorted(group, key=lambda one: one.span.line)),
            "" if advices[group[0].code] else group[0].advice,
        )
        for _, group in sorted(together.items())
    ]


def _place_table(groups: Sequence[_Group]) -> Table:
    columns = (
        Column("Severity", folds=True), Column("Code", folds=True), Column("Where"), Column("Findings", numeric=True),
        Column("What is wrong", wide=True), Column("What to do", wide=True),
    )  # fmt: skip
    return Table("Findings by rule and document", columns, Rows(groups, _place_row))


def _place_row(group: _Group) -> Row:
    one, many = group.first, len(group.findings)
    alike = all(other.message == one.message for other in group.findings)
    message = one.message if alike else f"{one.message}; and {many - 1} more like it"
    return Row(
        (
            _severity(one.severity),
            words(one.code),
            words(_places(group)),
            number(many),
            words(message),
            words(group.advice),
        )
    )


def _places(group: _Group) -> str:
    """The file with its lines."""
    path = group.first.path
    if not path:
        return ""
    lines = [str(line) for line in sorted({one.span.line for one in group.findings})]
    more = ", …" if len(lines) > _LINES_SHOWN else ""
    return f"{path}:{', '.join(lines[:_LINES_SHOWN])}{more}"


def _severity(severity: Severity) -> Cell:
    return Cell(severity, sort=_ORDER[severity], tone=_TONES[severity])
