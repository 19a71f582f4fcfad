"""A row that names a change to the code names no issue: the change is evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tracker.sync.linking import Verdict, look_up


def _nobody(_tracker: str, _ids: Sequence[str]) -> Mapping[str, str]:
    """No issue is linked yet."""
    return {}


def _verdict(ref: str) -> Verdict:
    """What is found about a row that names this, where no tracker can be asked."""
    found = look_up({"item": (ref,)}, {}, (), own_tracker=lambda _item: "jira", owners_of=_nobody)
    return found["item"]


@pytest.mark.parametrize(
    "ref",
    [
        "https://github.com/acme/shop/pull/12",
        "https://github.com/acme/shop/pull/12/files#diff-1",
        "https://github.com/acme/shop/commit/0123456789abcdef0123456789abcdef01234567",
        "https://gitlab.com/acme/sre/shop/-/merge_requests/7",
        "https://bitbucket.org/acme/shop/pull-requests/3",
        "https://bitbucket.acme.org/projects/OPS/repos/shop/pull-requests/3/overview",
    ],
)
def test_the_address_of_a_change_is_evidence_on_every_host(ref: str) -> None:
    assert _verdict(ref) == Verdict()


@pytest.mark.parametrize(
    "ref", ["https://github.com/acme/shop/issues/12", "https://tracker.example/pull/abc-x", "PAY-12"]
)
def test_anything_else_that_no_tracker_owns_keeps_an_issue_from_being_created_beside_it(ref: str) -> None:
    assert "belongs to no configured tracker" in str(_verdict(ref).obstacle)
