"""What a document is: a post-mortem, a template, or something else."""

from __future__ import annotations

import pytest

from tracker.reading import read


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("a.md", "## Action items\n\n- [ ] Alert on a full disk\n", "post-mortem"),
        ("a.md", "# Postmortem: spool full\n\nText.\n", "post-mortem"),
        ("incidents/2026-05-06.md", "# Spool full\n\nText.\n", "post-mortem"),
        ("a.md", "# Spool full\n\n**Severity:** SEV2\n\nText.\n", "post-mortem"),
        ("a.md", "# 障害報告\n\n本文。\n", "post-mortem"),
        ("a.md", "# Post-Mortem: [Incident Title]\n\n## Action items\n\n- [ ] [Action]\n", "template"),
        ("a.md", "# Post-Mortem: [Incident Title]\n\nText.\n", "template"),
        ("style.md", "# Style guide\n\n## Headings\n\nUse sentence case.\n", "other"),
        ("a.md", "", "other"),
    ],
)
def test_a_document_is_told_by_what_it_holds(path: str, text: str, kind: str) -> None:
    assert read(path, text.encode()).kind == kind
