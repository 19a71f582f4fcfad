"""References of the usual trackers, as URLs and as bare keys."""

from __future__ import annotations

import pytest

from tracker.reading.references import find, is_issue_url


@pytest.mark.parametrize(
    "url",
    [
        "https://linear.app/acme/issue/PAY-12/raise-the-pool",
        "https://phabricator.example.org/T12345",
        "https://phabricator.example.org/D1234",
        "https://bugzilla.example.org/show_bug.cgi?id=1234567",
        "https://gitlab.com/acme/api/-/issues/45",
        "https://gitlab.com/acme/api/-/merge_requests/45",
        "https://gitlab.com/acme/api/-/work_items/45",
        "https://trello.com/c/AbCd1234/12-raise",
        "https://app.asana.com/0/1200/3400",
        "https://app.clickup.com/t/8abc12",
        "https://acme.monday.com/boards/12/pulses/34",
        "https://app.shortcut.com/acme/story/123/raise",
        "https://dev.azure.com/acme/proj/_workitems/edit/12",
        "https://issues.apache.org/jira/browse/KAFKA-1234",
        "https://bugs.launchpad.net/nova/+bug/12345",
        "https://todo.sr.ht/~kim/pool/12",
        "https://review.example.org/c/acme/api/+/12345",
        "https://redmine.example.org/issues/123",
    ],
)
def test_a_url_of_an_issue_is_known_as_such(url: str) -> None:
    assert is_issue_url(url)
    assert [ref.ref for ref in find(f"Raise the pool, see {url}.")] == [url]


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/api/commit/0123456789",
        "https://github.com/acme/api/blob/main/issues/12.md",
        "https://grafana.example.org/d/12/pool",
        "https://acme.slack.com/archives/C12/p34",
        "https://docs.example.org/runbooks/12",
    ],
)
def test_commits_documents_dashboards_and_chats_are_no_issues(url: str) -> None:
    assert not is_issue_url(url)


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("ENG-123", ["ENG-123"]),
        ("T12345", ["T12345"]),
        ("AB#1234", ["AB#1234"]),
        ("Bug 5554823", ["Bug 5554823"]),
        ("rhbz#123456", ["rhbz#123456"]),
        ("acme/api#45 and !46", ["acme/api#45", "!46"]),
        ("bd-a1b2, pm-abcdefghijkl", ["bd-a1b2", "pm-abcdefghijkl"]),
        ("UTF-8 over TLS-1 on T3", []),
    ],
)
def test_bare_keys(text: str, refs: list[str]) -> None:
    assert [ref.ref for ref in find(text)] == refs
