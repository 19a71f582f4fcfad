"""No rule crashes on any document, and the order of documents does not matter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.configuration import read_settings
from policies.engine import Request, run_check
from policies.registry import all_rules
from tests.unit.policies.casefile import load_cases
from tests.unit.policies.worlds import world_of
from tracker.findings import fingerprints
from tracker.reports.findings import FORMATS, renderer

TEXTS = sorted(
    {
        text
        for case in load_cases()
        for text in (case.table.get("documents") or {"": case.table["document"]}).values()
    }
)
WORDS = (
    "| Action | Owner | Due | Status |", "|---|---|---|---|", "# INC-1: x", "## Action items", "## Timeline", "- [ ] ", "- [x] ",
    "Due: ", "2026-02-30", "9999-12-31", "0001-01-01", "[Name]", "TBD", "Owner:", "SEV1", "**Date:** ", "| ", " |", "<!-- pmtrack: ignore",
    "PM104", "until=", "-->", "10:02", "### Within 99999 weeks", "改善する", "\ud7ff", "\x00", "\n", "\n\n",
)  # fmt: skip
EVERYTHING = read_settings({"select": ["ALL"], "profile": "strict"})


def findings(documents: dict[str, str]) -> list[tuple[str, str]]:
    result = run_check(world_of(documents), Request(all_rules(), EVERYTHING))
    assert not [one for one in result.findings if one.code == "PM001"]
    return list(zip(fingerprints(result.findings), (one.path for one in result.findings), strict=True))


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=40))
def test_no_rule_crashes_on_any_text(parts: list[str]) -> None:
    documents = {"a.md": "".join(parts)}
    result = run_check(world_of(documents), Request(all_rules(), EVERYTHING))
    assert not [one.message for one in result.findings if one.code == "PM001"]
    for form in FORMATS:
        renderer(form)(result, lambda path: documents[path].split("\n"))


@given(
    st.lists(st.sampled_from(TEXTS), min_size=2, max_size=6, unique=True), st.randoms(use_true_random=False)
)
@settings(max_examples=20)
def test_the_order_of_documents_does_not_matter(texts: list[str], random: object) -> None:
    documents = {f"{number}.md": text for number, text in enumerate(texts)}
    shuffled = list(documents.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert findings(documents) == findings(dict(shuffled))


def test_every_place_lies_in_its_document() -> None:
    for number, text in enumerate(TEXTS):
        name = f"{number}.md"
        result = run_check(world_of({name: text}), Request(all_rules(), EVERYTHING))
        lines = text.split("\n")
        for one in result.findings:
            assert 1 <= one.span.line <= len(lines)
            assert 1 <= one.span.column <= len(lines[one.span.line - 1]) + 1, one


@pytest.mark.timeout(60)
def test_no_rule_crashes_on_the_corpus(shared: Path) -> None:
    documents = {
        path.name: path.read_text(encoding="utf-8", errors="replace")
        for path in sorted((shared / "corpus" / "real" / "raw").iterdir())
        if path.suffix in {".md", ".txt", ".html"}
    }
    result = run_check(world_of(documents), Request(all_rules(), EVERYTHING))
    assert not [one.message for one in result.findings if one.code == "PM001"]
    assert json.loads(renderer("sarif")(result, lambda _: ()))["runs"]
