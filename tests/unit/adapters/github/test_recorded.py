"""Real answers of GitHub, recorded by others (the shared folder's manifest says by whom), read by the mapping."""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.github import mapping
from adapters.github.answers import Answer, hint_for, is_issue, limit_of, reason_of
from adapters.github.config import GitHubOptions
from tracker.models import Status

OPTIONS = GitHubOptions(repository="acme/incidents")
NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def answers(shared: Path) -> list[Answer]:
    folder = shared / "api" / "recorded" / "github"
    return [each for path in sorted(folder.iterdir()) for each in _exchanges(path)]


def _exchanges(path: Path) -> Iterator[Answer]:
    if path.suffix == ".json":
        for each in json.loads(path.read_text(encoding="utf-8")):
            headers = {key.lower(): str(value) for key, value in (each.get("responseHeaders") or {}).items()}
            yield Answer(each["status"], headers, json.dumps(each["response"]), each["path"])
        return
    # PyGithub's form: ten lines for each exchange and a blank one; status and body are the last but two and the last.
    lines = path.read_text(encoding="utf-8").split("\n")
    for start in range(0, len(lines) - 9, 11):
        status, told, body = lines[start + 7 : start + 10]
        pairs = ast.literal_eval(told)
        yield Answer(int(status), {key.lower(): value for key, value in pairs}, body, lines[start + 4])


def _issues(answers: list[Answer]) -> list[dict[str, Any]]:
    found = []
    for answer in answers:
        data = answer.json()
        entries = (
            data if isinstance(data, list) else data.get("items", [data]) if isinstance(data, dict) else []
        )
        found += [each for each in entries if is_issue(each) and answer.status < 300]
    return found


def test_every_recorded_issue_is_read(answers: list[Answer]) -> None:
    raws = _issues(answers)
    assert len(raws) > 50
    for raw in raws:
        issue = mapping.to_issue(raw, OPTIONS)
        assert issue.title == raw["title"]
        assert issue.ref.key.endswith(f"#{raw['number']}")
        assert (issue.status is Status.OPEN) == (raw["state"] == "open")
        assert len(issue.labels) == len(raw["labels"])
        assert issue.updated_at is not None
        assert issue.updated_at.utcoffset() == dt.timedelta(0)
        assert issue.version == mapping.version_of(json.loads(json.dumps(raw)), OPTIONS)


def test_every_recorded_error_has_a_reason(answers: list[Answer]) -> None:
    errors = [each for each in answers if each.status >= 400]
    assert {each.status for each in errors} >= {401, 403, 404, 422}
    for each in errors:
        message = str(each.record().get("message") or "no JSON")
        assert message.split(maxsplit=1)[0] in reason_of(each)
        hint_for(each, "acme/incidents")


def test_recorded_limits_are_known_as_such(answers: list[Answer]) -> None:
    limits = [
        limit_of(each, NOW)
        for each in answers
        if "rate limit" in each.text.lower() or "abuse" in each.text.lower()
    ]
    told = [each for each in limits if each]
    assert len(told) >= 2
    assert any(each.wait_s == 60 for each in told)


def test_nothing_else_that_was_recorded_is_taken_for_an_issue(answers: list[Answer]) -> None:
    for each in answers:
        data = each.json()
        if each.status >= 300 or (isinstance(data, dict) and "number" not in data):
            assert not is_issue(data)
