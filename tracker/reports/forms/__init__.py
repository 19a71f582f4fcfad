"""The forms of a report, one file each; found by name and imported only when asked for."""

from __future__ import annotations

from collections.abc import Mapping

# name -> the module's function; it gives one text, or the parts of one
FORMS: Mapping[str, str] = {
    "text": "tracker.reports.forms.text:render",
    "markdown": "tracker.reports.forms.markdown:render",
    "html": "tracker.reports.forms.html:render",
    "json": "tracker.reports.forms.json:parts",
    "csv": "tracker.reports.forms.csv:parts",
    "slack": "tracker.reports.forms.slack:render",
    "email": "tracker.reports.forms.email:render",
}
