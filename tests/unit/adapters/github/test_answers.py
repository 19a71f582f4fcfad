"""What an HTTP answer means."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from adapters.github.answers import (
    Answer,
    Limit,
    hint_for,
    is_issue,
    limit_of,
    next_page,
    reason_of,
    retry_after,
)

NOW = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
ABUSE = {"message": "You have triggered an abuse detection mechanism. Please wait."}


def answer(status: int, body: object = None, **headers: str) -> Answer:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Answer(status, named, json.dumps(body) if body is not None else "")


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        (answer(429), Limit(60, False)),
        (answer(429, retry_after="7"), Limit(7, False)),
        (answer(403, retry_after="7"), Limit(7, False)),
        (answer(403, ABUSE), Limit(60, False)),
        (answer(403, {"message": "Must have admin rights"}), None),
        (
            answer(403, x_ratelimit_remaining="0", x_ratelimit_reset=str(NOW.timestamp() + 90)),
            Limit(90, True),
        ),
        (answer(429, x_ratelimit_remaining="0", x_ratelimit_reset="nonsense"), Limit(60, True)),
        (answer(503, retry_after="7"), None),
        (answer(200, ABUSE), None),
    ],
)
def test_a_limit_is_told_from_a_refusal(given: Answer, limit: Limit | None) -> None:
    assert limit_of(given, NOW) == limit


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12", 12),
        ("0", 0),
        ("-5", 0),
        ("Sat, 21 Nov 2026 08:01:00 GMT", 60),
        ("soon", None),
        (None, None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


def test_a_reason_names_field_and_value_in_one_short_line() -> None:
    error = {"resource": "Issue", "field": "assignees", "code": "invalid", "value": "x\ny"}
    text = reason_of(answer(422, {"message": "Validation Failed", "errors": [error, "and more"]}))
    assert text == "HTTP 422: Validation Failed; Issue assignees x y invalid; and more"
    assert len(reason_of(answer(500, {"message": "x" * 9999}))) <= 300
    assert "no JSON" in reason_of(Answer(200, {"content-type": "text/html"}, "<html>"))


@pytest.mark.parametrize(
    "data", [None, [], {}, {"number": "1"}, {"number": 1, "title": "x"}, {"message": "Moved", "url": "x"}]
)
def test_what_is_no_issue_is_not_taken_for_one(data: object) -> None:
    assert not is_issue(data)


def test_only_next_is_followed() -> None:
    link = '<https://x/r?page=1&before=a>; rel="prev", <https://x/r?page=3&after=b%3D>; rel="next"'
    assert next_page(link) == "https://x/r?page=3&after=b%3D"
    assert next_page('<https://x/r?page=1>; rel="prev"') is None
    assert next_page(None) is None


def test_what_is_not_found_may_be_misspelt_or_out_of_sight() -> None:
    assert hint_for(answer(404), "acme/incidents") == (
        "Check `repository`; the token needs access to acme/incidents: scope `repo`, or fine-grained `Issues: Read and write`."
    )
    assert str(hint_for(answer(403), "acme/incidents")).startswith("The token needs access to acme/incidents")
