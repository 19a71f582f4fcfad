"""The documentation of every rule says what, why and how, and its examples are true."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from policies.calendar import Calendar
from policies.documentation import catalogue, docstring, page, summary
from policies.registry import BUILTIN, all_rules, load_rule
from policies.rule import Need
from tracker.models import Person
from tracker.reading import read
from tracker.world import TrackedItem, World

RULES = [load_rule(code) for code in BUILTIN]
# Rules whose examples are told in words, for they are about more than one document and a day.
TOLD = {rule.code for rule in RULES if rule.needs & {Need.STATE, Need.TRACKERS, Need.HISTORY}} | {
    "PM406",
    "PM409",
    "PM411",
}


@pytest.mark.parametrize("code", BUILTIN)
def test_the_documentation_has_all_its_parts(code: str) -> None:
    rule = load_rule(code)
    text = docstring(rule)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Why", "Fails", "Passes"]
    assert 10 < len(summary(rule)) < 130
    assert page(rule).startswith(f"# {code} {rule.slug}\n")


@pytest.mark.parametrize("code", sorted(set(BUILTIN) - TOLD))
def test_the_example_that_fails_fails_and_the_one_that_passes_passes(code: str) -> None:
    assert _findings(code, "Fails")
    assert not _findings(code, "Passes")


def _findings(code: str, part: str) -> int:
    rule = load_rule(code)
    found = re.search(rf"^## {part}\n(.*?)(?=^## |\Z)", docstring(rule), re.MULTILINE | re.DOTALL)
    assert found
    lines = [line for line in found[1].splitlines() if line.startswith("    ") or not line]
    text = "\n".join(line[4:] for line in lines).strip()
    assert text, "no example"
    document = read("post-mortem.md", text.encode())
    day = (
        dt.datetime(2026, 6, 6 if code == "PM407" else 1, tzinfo=dt.UTC)
        if code in ("PM201", "PM407")
        else None
    )
    world = World(
        day or dt.datetime(2026, 5, 6, tzinfo=dt.UTC),
        (document,),
        tuple(TrackedItem("", item, document.path) for item in document.items),
        people={"alice": Person("alice", ("Alice",))},
    )
    return len(list(rule.check(world, rule.settings(), Calendar())))


@pytest.mark.parametrize("code", BUILTIN)
def test_the_page_of_a_rule_is_up_to_date(code: str, repository: Path) -> None:
    stands = (repository / "docs" / "rules" / f"{code}.md").read_text(encoding="utf-8")
    assert stands == page(load_rule(code)), "run `make reference`"


def test_the_catalogue_is_up_to_date(repository: Path) -> None:
    stands = (repository / "docs" / "rules" / "index.md").read_text(encoding="utf-8")
    assert stands == catalogue(all_rules()), "run `make reference`"


def test_a_page_lists_every_setting_with_its_default() -> None:
    assert "| `days` | `30` | days without a touch by a person |" in page(load_rule("PM202"))
    assert "None." in page(load_rule("PM101"))
