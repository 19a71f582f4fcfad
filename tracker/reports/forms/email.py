"""A report as the parts of a mail: subject, plain text, and HTML that mail programs show (no script, no SVG)."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.reports.forms import text
from tracker.reports.forms.html import environment
from tracker.reports.item_tables import ACTION, DUE, INCIDENT, ISSUE, LATE, PLACE, PRIORITY, table_of
from tracker.reports.lines import ItemLine
from tracker.reports.page import clip
from tracker.reports.report import Report
from tracker.values import dataclass

ROWS = 25
_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Mail:
    """The parts of a mail; the subject is one line."""

    subject: str
    text: str
    html: str


def mail(report: Report, link: str | None = None) -> Mail:
    """The mail of a report; `link` says where the whole of it can be read."""
    page = report.page
    html = (
        environment()
        .get_template("email.html.j2")
        .render(page=page, rows=min(ROWS, report.rows), language="en", link=link)
    )
    told = text.render(report) + (f"\nThe whole report: {link}\n" if link is not None else "")
    return Mail(clip(f"{page.title}: {page.headline}", _SUBJECT), told, html)


def notice(subject: str, lines: Sequence[ItemLine], more: int) -> str:
    """The HTML part of a digest to one person.

    Args:
        subject: Stands above the list.
        lines: The items.
        more: How many are left out, 0 or less for none.
    """
    table = table_of(subject, lines, (ACTION, DUE, LATE, PRIORITY, INCIDENT, ISSUE, PLACE))
    return (
        environment()
        .get_template("notice.html.j2")
        .render(subject=subject, table=table, more=max(0, more), language="en")
    )


def render(report: Report) -> str:
    """The HTML part."""
    return mail(report).html
