"""A report as CSV: one row an item and section, then one row a number; safe to open in a spreadsheet.

A cell that a spreadsheet would run as a formula gets an apostrophe before it
(https://owasp.org/www-community/attacks/CSV_Injection); numbers and days are never touched.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from tracker.models import Finding
from tracker.reports.audit import Audit
from tracker.reports.forms.json import names_of
from tracker.reports.lines import ItemLine
from tracker.reports.report import Report
from tracker.reports.review import Review

_FORMULA = re.compile(r" *[=+\-@\t\r\n＝＋－＠]")
_FIELDS = (
    "item_id", "local_id", "title", "status", "owner", "team", "due", "first_due", "late_days", "slips", "slipped_days",
    "opened", "closed", "age_days", "priority", "severity", "category", "incident", "service", "tracker", "issue", "url",
    "path", "line",
)  # fmt: skip
COLUMNS = ("section", "remark", *_FIELDS, "value")


def parts(report: Report) -> Iterator[str]:
    """The report as CSV with a header line, row by row; every cell is quoted."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield writer.writerow(COLUMNS)
    for row in _rows(report.values):
        yield writer.writerow(row)


class _Line:
    """Gives what is written back to the caller of the CSV writer."""

    def write(self, text: str) -> str:
        return text


def safe(value: object) -> str:
    """The value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, (bool, int, float, dt.date)):
        return text
    if "\0" in text:
        text = text.replace("\0", "")
    if text[:1].isalnum():  # most do, and a million cells are asked about
        return text
    return f"'{text}" if _FORMULA.match(text) else text


def _rows(values: Audit | Review) -> Iterator[Sequence[str]]:
    """One cell a column."""
    for section, remark, line in _audit_lines(values) if isinstance(values, Audit) else _review_lines(values):
        yield [section, safe(remark), *map(safe, _fields(line)), ""]
    if isinstance(values, Audit):
        yield from map(_finding, values.findings.findings)
    for name, number in numbers(values):
        yield _row({"section": "number", "remark": name, "value": number})


_fields = attrgetter(*_FIELDS)


def _row(cells: Mapping[str, object]) -> Sequence[str]:
    row = [""] * len(COLUMNS)
    for name, value in cells.items():
        row[_PLACES[name]] = safe(value)
    return row


_PLACES = {name: number for number, name in enumerate(COLUMNS)}
_ITEM_ID, _TITLE, _PATH, _LINE = (_PLACES[name] for name in ("item_id", "title", "path", "line"))
_BLANK = ("",) * (len(COLUMNS) - 2)


def _audit_lines(audit: Audit) -> Iterator[tuple[str, str, ItemLine]]:
    yield from (("new", f"{one.told}: {one.detail}", one.line) for one in audit.new)
    yield from (("resolved", f"{one.told}: {one.detail}", one.line) for one in audit.resolved)
    yield from _plain("overdue", (line for group in audit.overdue for line in group.lines))
    for name in ("due_soon", "stale", "unowned", "undated", "drift", "unidentified"):
        yield from _plain(name.replace("_", "-"), getattr(audit, name))


def _review_lines(review: Review) -> Iterator[tuple[str, str, ItemLine]]:
    yield from (("agenda", "; ".join(one.reasons), one.line) for one in review.agenda)
    yield from _plain("overdue", (line for group in review.overdue_by_owner for line in group.lines))
    yield from _plain("due", review.due_14)
    yield from _plain("slipping", review.slipping)
    for one in review.known:
        name = one.incident.incident or one.incident.path
        yield from (
            ("known-but-unfixed", f"{one.why}: open when {name} happened", line) for line in one.lines
        )
    yield from _plain("unverified", review.unverified)


def _plain(section: str, lines: Iterable[ItemLine]) -> Iterator[tuple[str, str, ItemLine]]:
    return ((section, "; ".join(line.flags), line) for line in lines)


def _finding(finding: Finding) -> Sequence[str]:
    """Cell by cell: a large archive has a hundred thousand."""
    waived = f" (waived: {finding.waived_by})" if finding.waived_by else ""
    remark = f"{finding.severity} {finding.code} {finding.slug}: {finding.message}{waived}"
    row = ["finding", safe(remark), *_BLANK]
    row[_ITEM_ID] = safe(finding.item_id)
    row[_TITLE] = safe(finding.item)
    row[_PATH] = safe(finding.path)
    row[_LINE] = str(finding.span.line)
    return row


def numbers(values: Audit | Review) -> Iterator[tuple[str, float]]:
    """Every single number of the report with its dotted name, as in the JSON form."""
    yield from _leaves(values, "")


def _leaves(value: Any, name: str) -> Iterator[tuple[str, float]]:
    if hasattr(value, "__dataclass_fields__"):
        value = {key: getattr(value, key) for key in names_of(type(value))}
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield name, value
