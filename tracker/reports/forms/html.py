"""One self-contained HTML file: no request to anywhere, readable without scripts, sortable and filterable with them.

A content security policy in the file itself forbids every request and every script but the one whose hash it names.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.reports.forms.charts import svg
from tracker.reports.report import Report

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

LANGUAGE = "en"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja2 over the packaged templates, with escaping always on and undefined names as errors."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("tracker.reports.forms"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["svg"] = svg
    made.filters["whole_days"] = whole_days
    return made


_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def whole_days(text: str) -> Markup:
    """The text escaped, with days that no line break parts."""
    from markupsafe import Markup, escape

    # Digits and hyphens stay what they are when a text is escaped.
    return Markup(_DAY.sub(r'<span class="d">\g<0></span>', str(escape(text))))  # noqa: S704


def source(name: str) -> str:
    """The text of a packaged template file, as it is."""
    made = environment()
    assert made.loader is not None  # noqa: S101 -- given above
    return made.loader.get_source(made, name)[0]


def render(report: Report) -> str:
    """The page as HTML."""
    from markupsafe import Markup

    script = source("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    tables = [table for part in report.page.sections for table in part.tables]
    owners = {row.owner for table in tables for row in table.rows.first(report.rows)}
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            page=report.page,
            rows=report.rows,
            language=LANGUAGE,
            owners=sorted(owner for owner in owners if owner),
            style=Markup(source("page.css")),  # noqa: S704 -- our own files, not a document's text
            script=Markup(script),  # noqa: S704 -- the same
            script_hash=f"sha256-{digest}",
        )
    )
