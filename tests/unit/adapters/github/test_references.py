"""The names of an issue."""

from __future__ import annotations

import pytest

from adapters.github.references import make_id, number_in, place_of_key, split_id

HOSTS = frozenset({"github.com", "api.github.com"})


@pytest.mark.parametrize(
    ("ref", "number"),
    [
        ("#45", 45),
        ("GH-45", 45),
        ("gh-45", 45),
        ("acme/incidents#45", 45),
        ("ACME/Incidents#45", 45),
        ("https://github.com/acme/incidents/issues/45", 45),
        ("https://github.com/acme/incidents/issues/45#issuecomment-1", 45),
        ("https://github.com/Acme/incidents/issues/45/?q=1", 45),
        ("https://github.com/acme/incidents/pull/45", None),
        ("https://github.com/acme/other/issues/45", None),
        ("https://evil.example/acme/incidents/issues/45", None),
        ("https://github.com.evil.example/acme/incidents/issues/45", None),
        ("other/repo#45", None),
        ("PAY-45", None),
        ("#45a", None),
        ("http://[bad", None),
        ("#2147483647", 2_147_483_647),
        ("#2147483648", None),  # GraphQL refuses the query that asks for it, and with it all others
        ("https://github.com/acme/incidents/issues/11111111111", None),
        ("#" + "1" * 5000, None),
        ("", None),
    ],
)
def test_a_reference_is_owned_by_its_own_repository_only(ref: str, number: int | None) -> None:
    assert number_in(ref, "acme/incidents", HOSTS) == number


def test_ids_and_keys_are_read_back() -> None:
    assert split_id(make_id(7, "I_kwDO=")) == (7, "I_kwDO=")
    assert split_id("PAY-7") is None
    place = place_of_key("acme/incidents#7")
    assert place is not None
    assert (place.path, place.key) == ("/repos/acme/incidents/issues/7", "acme/incidents#7")
    assert place_of_key("#7") is None
