"""The people map joins every way of writing one person."""

from __future__ import annotations

import pytest

from tracker.models import Person
from tracker.people import people_of

ALICE = Person("alice", ("Alice Smith", "@asmith"), {"jira": "5b10ac"}, "alice@example.com", "Platform", None)
BOB = Person("bob", ("Bob Jones",), {}, None, None, None)
PEOPLE = people_of({"alice": ALICE, "bob": BOB})


@pytest.mark.parametrize(
    "name", ["alice", "@alice", "Alice Smith", "alice  SMITH", "asmith", "alice@example.com", "5b10ac"]
)
def test_every_way_of_writing_her_is_alice(name: str) -> None:
    assert PEOPLE.person(name) == ALICE
    assert PEOPLE.team_of(name) == "Platform"


def test_somebody_whom_the_map_does_not_hold_is_only_like_themselves() -> None:
    assert PEOPLE.key_of("Carol") is None
    assert PEOPLE.person("Carol") is None
    assert PEOPLE.identity("@Carol") == PEOPLE.identity("carol")


def test_a_person_named_twice_is_one_owner_as_first_written() -> None:
    assert PEOPLE.joined(["@asmith", "Carol", "Alice Smith", "bob"]) == ("@asmith", "Carol", "bob")


def test_owners_are_the_same_people_in_any_order_and_writing() -> None:
    assert PEOPLE.same(["alice", "Bob Jones"], ["bob", "alice@example.com"])
    assert not PEOPLE.same(["alice"], ["alice", "bob"])
    assert not PEOPLE.same(["alice"], [])


def test_the_first_entry_has_a_name_that_two_claim() -> None:
    other = Person("al", ("Alice Smith",), {}, None, None, None)
    assert people_of({"alice": ALICE, "al": other}).key_of("Alice Smith") == "alice"
