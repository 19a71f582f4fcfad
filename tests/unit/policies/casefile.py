"""Reads the cases of the rules: documents and what is known of their items in, expected findings out.

A file holds `rule`, optionally `now` and `people` for all its cases, and `cases`. A case has

* `name`: a sentence;
* `document`: a text, or `documents`: file name -> text (the name chooses the format);
* `items`: what the state and the tracker know, by the line of the item: `issue`, `events`, `first_seen`, ...;
* `settings`: the rule's settings; `timezone` and `country`: those of the calendar;
* `findings`: the expected ones, each with its `line` and where it matters `column`, `path`, `says` (part of the message);
* `unusual: true` for a case in a format that is seldom met.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.calendar import Calendar
from policies.options import make_settings
from policies.registry import load_rule
from tracker.models import Finding, Issue, IssueRef, Person, PostMortem, Status
from tracker.reading import read
from tracker.world import Event, Side, TrackedItem, World

FOLDER = Path(__file__).parent / "cases"
NOW = dt.date(2026, 5, 6)
_TIMES = ("created_at", "updated_at", "closed_at")


@dataclass(frozen=True)
class Case:
    """One case of one rule."""

    rule: str
    name: str
    table: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.rule}: {self.name}"

    @property
    def expected(self) -> list[Mapping[str, Any]]:
        return list(self.table.get("findings") or [])

    def world(self) -> World:
        """The documents, read, and what the case says is known of their items."""
        texts = self.table.get("documents") or {"post-mortem.md": self.table["document"]}
        documents = tuple(read(path, text.encode()) for path, text in texts.items())
        known = {
            (one.get("path", "post-mortem.md"), one["line"]): one for one in self.table.get("items") or []
        }
        has_state = bool(known) or bool(self.table.get("state"))
        items = (*_tracked(documents, known, has_state=has_state), *_removed(self.table))
        return World(
            _moment(self.table.get("now", NOW)),
            documents,
            items,
            people=_people(self.table.get("people") or {}),
            has_state=has_state,
            has_trackers=any(item.issue is not None or item.issue_gone or item.unreadable for item in items),
        )

    def run(self) -> list[Finding]:
        rule = load_rule(self.rule)
        settings = make_settings(rule.settings, self.table.get("settings") or {}, self.rule)
        calendar = Calendar(self.table.get("timezone", "UTC"), self.table.get("country"))
        return list(rule.check(self.world(), settings, calendar))


def load_cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.yaml")):
        yield from _load(path)


@cache
def _load(path: Path) -> tuple[Case, ...]:
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    shared = {key: table[key] for key in ("now", "people") if key in table}
    return tuple(Case(table["rule"], case["name"], {**shared, **case}) for case in table["cases"])


def _tracked(
    documents: tuple[PostMortem, ...], known: Mapping[tuple[str, int], Mapping[str, Any]], *, has_state: bool
) -> Iterator[TrackedItem]:
    found = set()
    for document in documents:
        for item in document.items:
            facts = known.get((document.path, item.line), {})
            found.add((document.path, item.line))
            item_id = f"01ITEM{item.line:04d}" if has_state else ""
            yield TrackedItem(item_id, item, document.path, **_facts(facts))
    assert set(known) <= found, f"no item stands at {set(known) - found}; there are {found}"


def _removed(table: Mapping[str, Any]) -> Iterator[TrackedItem]:
    """Items whose rows are gone: `removed` holds a one-entry document for each, and the facts."""
    for one in table.get("removed") or []:
        document = read("post-mortem.md", one["was"].encode())
        facts = {"removed_at": "2026-05-01", **{key: value for key, value in one.items() if key != "was"}}
        yield TrackedItem("01REMOVED", document.items[0], "post-mortem.md", **_facts(facts))


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {key: facts[key] for key in ("tracker", "unreadable", "issue_gone") if key in facts}
    out |= {key: _moment(facts[key]) for key in ("first_seen", "removed_at") if key in facts}
    out |= {key: tuple(facts[key]) for key in ("candidates", "conflicts") if key in facts}
    if "issue" in facts:
        out["issue"] = _issue(facts["issue"])
        out["ref"] = out["issue"].ref
    elif "key" in facts:
        out["ref"] = IssueRef("1", facts["key"])
    out["events"] = tuple(_event(one) for one in facts.get("events") or [])
    return out


def _issue(table: Mapping[str, Any]) -> Issue:
    values = {key: value for key, value in table.items() if key not in ("key", "status", *_TIMES)}
    values |= {key: tuple(values[key]) for key in ("assignees", "evidence") if key in values}
    values |= {key: _moment(table[key]) for key in _TIMES if key in table}
    ref = IssueRef("1", table.get("key", "OPS-12"))
    return Issue(ref, table.get("title", "An issue"), Status(table.get("status", "open")), **values)


def _event(table: Mapping[str, Any]) -> Event:
    old, new = (str(table[key]) if key in table else None for key in ("old", "new"))
    return Event(
        _moment(table["at"]),
        "01ITEM",
        Side(table.get("side", "document")),
        table["field"],
        old,
        new,
        table.get("by"),
    )


def _people(table: Mapping[str, Any]) -> dict[str, Person]:
    return {
        key: Person(
            key, tuple(one.get("names", ())), one.get("accounts") or {}, one.get("email"), one.get("team")
        )
        for key, one in table.items()
    }


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    return dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC)
