"""A finished report: the values, the page made of them, and any form of it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from tracker.reports.audit import Audit
from tracker.reports.audit_page import audit_page
from tracker.reports.page import Page
from tracker.reports.review import Review
from tracker.reports.review_page import review_page
from tracker.values import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """One report for all renderers.

    Attributes:
        values: The numbers and lines; what JSON and CSV hold.
        page: The same as a page; what people read.
        rows: Most rows of one table in HTML, Markdown and mail.
    """

    values: Audit | Review
    page: Page
    rows: int = 500


def report_of(values: Audit | Review, rows: int = 500) -> Report:
    """The report of an audit or review."""
    page = audit_page(values) if isinstance(values, Audit) else review_page(values)
    return Report(values, page, rows)


def render(report: Report, form: str) -> str:
    """The report in a form of `tracker.reports.forms.FORMS` as one text.

    Raises:
        KeyError: there is no such form.
    """
    return "".join(parts(report, form))


def parts(report: Report, form: str) -> Iterator[str]:
    """The report in a form, part by part where it can be long: no more than a part is in memory at a time.

    Raises:
        KeyError: there is no such form.
    """
    from tracker.reports.forms import FORMS

    module, _, name = FORMS[form].partition(":")
    made: str | Iterator[str] = getattr(import_module(module), name)(report)
    yield from [made] if isinstance(made, str) else made
