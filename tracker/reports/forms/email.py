"""A report as the parts of a mail: subject, plain text, and HTML that mail programs show (no script, no SVG)."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.reports.forms import text
from tracker.reports.forms.html import environment
from tracker.reports.page import clip
from tracker.reports.report import Report

ROWS = 25
_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Mail:
    """The parts of a mail; the subject is one line."""

    subject: str
    text: str
    html: str


def mail(report: Report) -> Mail:
    """The mail of a report."""
    page = report.page
    html = (
        environment()
        .get_template("email.html.j2")
        .render(page=page, rows=min(ROWS, report.rows), language="en")
    )
    return Mail(clip(f"{page.title}: {page.headline}", _SUBJECT), text.render(report), html)


def render(report: Report) -> str:
    """The HTML part."""
    return mail(report).html
