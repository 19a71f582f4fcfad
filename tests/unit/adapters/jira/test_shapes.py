"""Which answers of a Jira count as answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.jira.shapes import fits

ISSUE = {"id": "10001", "key": "OPS-1", "fields": {"status": {"id": "1"}, "labels": [], "assignee": None}}
STEP = {"id": "11", "to": {"id": "3", "statusCategory": {"key": "done"}}, "fields": {"resolution": {}}}


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("search", {"issues": [], "total": 0}),
        ("search/jql", {"issues": [{"id": "10001"}], "nextPageToken": "x"}),
        ("issue/bulkfetch", {"issues": [ISSUE], "issueErrors": [{"id": "2", "errorMessage": "no"}]}),
        ("issue/OPS-1", ISSUE),
        ("issue/10001/transitions", {"transitions": [STEP, {"id": "12", "name": "of an old Jira"}]}),
        ("issue/createmeta/OPS/issuetypes", {"issueTypes": [], "total": 0}),
        ("priority", [{"name": "High"}]),
        ("mypermissions", {"permissions": {"BROWSE_PROJECTS": {"havePermission": True}}}),
        ("something/else", "whatever"),
    ],
)
def test_what_a_jira_tells_fits(path: str, data: Any) -> None:
    assert fits(path, data)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("search", {}),
        ("search", {"issues": [], "total": "many"}),
        ("search/jql", {"issues": [{"key": "OPS-1"}]}),
        ("issue/bulkfetch", {"issues": [{**ISSUE, "fields": {"status": "Open"}}]}),
        ("issue/bulkfetch", {"issues": [ISSUE], "issueErrors": ["no"]}),
        ("issue/OPS-1", {**ISSUE, "id": "1) OR project = X"}),
        ("issue/OPS-1", {**ISSUE, "properties": ["pmtrack"]}),
        ("issue/10001/transitions", {"transitions": [{"name": "Close"}]}),
        ("issue/10001/transitions", {"transitions": [{**STEP, "fields": {"resolution": True}}]}),
        ("mypermissions", {"permissions": {"BROWSE_PROJECTS": True}}),
        ("project/OPS/statuses", [{"name": "Task", "statuses": ["Open"]}]),
        ("project/OPS", []),
        ("user/assignable/search", {"message": "no"}),
    ],
)
def test_anything_else_does_not(path: str, data: Any) -> None:
    assert not fits(path, data)


def test_real_answers_fit(shared: Path) -> None:
    folder = shared / "api" / "recorded" / "jira"
    for name, path in (
        ("andygrunwald+go-jira__mock-data_transitions.json", "issue/10001/transitions"),
        ("ankitpokhrel+jira-cli__testdata_transitions.json", "issue/10001/transitions"),
        ("sumoheavy+jira-ruby__10002_transitions.json", "issue/10001/transitions"),
        ("ankitpokhrel+jira-cli__testdata_createmetav9.json", "issue/createmeta/OPS/issuetypes"),
        ("ankitpokhrel+jira-cli__testdata_users.json", "user/assignable/search"),
        ("andygrunwald+go-jira__mock-data_all_priorities.json", "priority"),
        ("andygrunwald+go-jira__mock-data_all_resolutions.json", "resolution"),
    ):
        assert fits(path, json.loads((folder / name).read_text(encoding="utf-8"))), name
