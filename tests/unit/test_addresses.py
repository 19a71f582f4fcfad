"""Which addresses are sound, and which of them others could listen to."""

from __future__ import annotations

import pytest

from tracker.addresses import is_in_clear, service_address


@pytest.mark.parametrize(
    ("url", "in_clear"),
    [
        ("http://jira.example.org", True),
        ("http://localhost.example.org", True),
        ("http://localhost@example.org", True),
        ("https://jira.example.org", False),
        ("http://LOCALHOST:8080/jira", False),
        ("http://[::1]:8080", False),
        ("http://127.0.0.1", False),
    ],
)
def test_plain_http_is_in_clear_unless_it_stays_on_this_machine(url: str, in_clear: bool) -> None:
    assert is_in_clear(url) is in_clear


def test_the_slash_at_the_end_of_an_address_is_dropped() -> None:
    assert service_address("https://acme.example/jira/", "x") == "https://acme.example/jira"


@pytest.mark.parametrize(
    "url", ["", "acme.example", "ftp://acme.example", "https://", "https://[x", "https://x:y"]
)
def test_what_is_no_address_is_told_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match=r"like https://acme\.example"):
        service_address(url, "https://acme.example")


@pytest.mark.parametrize("url", ["https://me@acme.example", "https://:secret@acme.example"])
def test_a_secret_in_an_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match="user name or password") as caught:
        service_address(url, "x")
    assert "secret" not in str(caught.value)
