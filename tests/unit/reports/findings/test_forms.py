"""Every output form: the same findings, valid for the tool that reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from lxml import etree
from syrupy.assertion import SnapshotAssertion

from tests.unit.policies.worlds import run
from tracker.findings import CheckResult, fingerprints
from tracker.models import Finding, Severity, Span
from tracker.reports.findings import FORMATS, renderer
from tracker.reports.findings.text import columns, marked_line, statistics

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
DOCUMENTS = {
    "docs/a b.md": (
        "# Postmortem: spool full\n\n## Action items\n\n"
        "| ID | Action | Owner | Due |\n|---|---|---|---|\n"
        "| A1 | Alert on a full disk | | 2026-05-01 |\n"
        "| A1 | ディスクを増やす | Bob, Eve | 03/04/2026 |\n\n"
        '<!-- pmtrack: ignore PM104 until=2026-05-10 reason="vendor fixes it | soon" by=@alice -->\n'
    ),
    "docs/b.md": (
        "## Action items\n\n"
        '<!-- pmtrack: ignore PM104 until=2026-12-31 reason="waits <b>for</b> @alice" -->\n'
        "- [ ] Improve `monitoring` & [Name]\x1b[31m (owner: Zoë)\n"
    ),
}
SELECT = ["PM101", "PM102", "PM104", "PM107", "PM108", "PM109", "PM201", "PM301", "PM501"]


def result() -> CheckResult:
    return run(DOCUMENTS, {"select": SELECT})


def lines(path: str) -> Sequence[str]:
    return DOCUMENTS[path].split("\n")


@pytest.mark.parametrize("form", FORMATS)
def test_the_output_is_what_it_was(form: str, snapshot: SnapshotAssertion) -> None:
    text = renderer(form)(result(), lines)
    assert text.replace("\x1b", "<ESC>") == snapshot


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_result_can_be_printed(form: str) -> None:
    assert isinstance(renderer(form)(CheckResult(), lines), str)


def test_sarif_is_valid_by_the_official_schema() -> None:
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    for one in (result(), CheckResult(), run(DOCUMENTS, {"select": ["ALL"], "profile": "strict"})):
        jsonschema.Draft4Validator(schema).validate(json.loads(renderer("sarif")(one, lines)))


def test_sarif_places_waived_findings_under_suppressions_and_keeps_fingerprints() -> None:
    told = json.loads(renderer("sarif")(result(), lines))["runs"][0]
    waived = [one for one in told["results"] if "suppressions" in one]
    assert len(waived) == len(result().waived) == 1
    names = [one["partialFingerprints"]["pmtrackFinding/v1"] for one in told["results"]]
    assert names[: len(result().findings)] == fingerprints(result().findings)
    assert (
        told["tool"]["driver"]["rules"][told["results"][0]["ruleIndex"]]["id"] == told["results"][0]["ruleId"]
    )
    assert (
        told["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "docs/a%20b.md"
    )


def test_sarif_names_a_block_where_a_format_has_no_lines() -> None:
    finding = Finding("PM101", "missing-owner", Severity.ERROR, "a.docx", Span(0, 0, 7), "nobody", "name one")
    told = json.loads(renderer("sarif")(CheckResult((finding,)), lines))["runs"][0]["results"][0]
    place = told["locations"][0]
    assert "region" not in place["physicalLocation"]
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "block 7"


def test_junit_is_valid_by_the_schema_of_jenkins() -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
    for one in (result(), CheckResult()):
        schema.assertValid(etree.fromstring(renderer("junit")(one, lines).encode()))


def test_junit_counts_what_fails() -> None:
    tree = etree.fromstring(renderer("junit")(result(), lines).encode())
    failures = len(tree.findall(".//failure"))
    assert str(failures) == tree.get("failures")
    assert failures == result().count(Severity.ERROR) + result().count(Severity.WARNING)


def test_gitlab_gets_what_its_documentation_asks_for() -> None:
    entries = json.loads(renderer("gitlab")(result(), lines))
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == len(result().findings)
    for entry in entries:
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["description"]
        assert entry["check_name"]
        assert entry["location"]["path"]
        assert entry["location"]["lines"]["begin"] > 0


def test_github_commands_cannot_be_broken_out_of() -> None:
    finding = Finding("X", "x", Severity.ERROR, "a,b:c.md", Span(0, 0, 1), "one\n::error::two %", "")
    command = renderer("github")(CheckResult((finding,)), lines)
    assert command == "::error file=a%2Cb%3Ac.md,line=1,endLine=1,col=1,title=X x::one%0A::error::two %25."


def test_markdown_fits_into_a_comment_of_a_pull_request() -> None:
    found = tuple(
        Finding(
            "PM107",
            "placeholder",
            Severity.WARNING,
            f"{n % 5}.md",
            Span(0, 0, n + 1),
            "x_" * 300,
            "Fill it in.",
        )
        for n in range(300)
    )
    waived = tuple(replace(one, waived_by="the vendor fixes it") for one in found)
    text = renderer("markdown")(CheckResult(found, waived), lines)
    assert len(text) < 65_536
    assert text.count("PM107") + int(text.split(" more findings are not shown")[0].split()[-1]) >= 300
    assert "300 waived" in text


def test_markdown_sends_no_mention_and_breaks_no_table() -> None:
    finding = Finding("X", "x", Severity.ERROR, "a.md", Span(0, 0, 1), "ask @alice | <b>", "")
    text = renderer("markdown")(CheckResult((finding,)), lines)
    assert "@alice" not in text
    assert r"\|" in text
    assert r"\<b\>" in text


def test_the_marker_stands_below_the_cell_also_behind_wide_characters() -> None:
    finding = next(one for one in result().findings if one.code == "PM108")
    source, marker = marked_line(finding, lines("docs/a b.md"))
    assert columns(source[: source.index("03/04")]) == marker.index("^")
    assert marker.count("^") == len("03/04/2026")


def test_a_long_line_is_cut_around_the_marker() -> None:
    line = "x" * 300 + "HERE" + "y" * 300
    finding = Finding("X", "x", Severity.INFO, "a", Span(0, 0, 1, 301, 1, 305), "m")
    source, marker = marked_line(finding, [line])
    assert len(source) < 120
    assert source[marker.index("^") : marker.rindex("^") + 1] == "HERE"


def test_a_line_that_is_not_there_has_no_excerpt() -> None:
    assert marked_line(Finding("X", "x", Severity.INFO, "a", Span(0, 0, 9), "m"), ["one"]) == []


def test_statistics_count_each_rule_most_frequent_first() -> None:
    rows = statistics(result()).splitlines()
    counts = [int(row.split()[0]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == len(result().findings)
