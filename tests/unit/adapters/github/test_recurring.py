"""The questions that go along with a read."""

from __future__ import annotations

from adapters.github import queries
from adapters.github.config import GitHubOptions
from adapters.github.recurring import MOST_NUMBERS, MOST_SEARCHES, Recurring
from adapters.github.references import Place

OPTIONS = GitHubOptions(repository="acme/incidents")


def remembered(searches: list[str], numbers: list[int]) -> dict[str, str]:
    """What a run leaves that asked this."""
    memory: dict[str, str] = {}
    before = Recurring(memory)
    before.users(searches)
    before.issues(numbers)
    before.keep()
    return memory


def test_the_questions_of_a_run_are_those_that_the_next_one_asks_first() -> None:
    next_one = Recurring(remembered(["Alice", "Bob", "Alice"], [7, 9]))
    assert next_one
    asked = next_one.take()
    assert (asked.searches, asked.numbers) == (("Alice", "Bob"), (7, 9))
    assert not next_one
    next_one.answered(asked, {"p0": {"nodes": [{"login": "al"}]}, "p1": None, "n7": {"number": 7}}, [])
    assert next_one.users(["Bob", "Alice", "Carol"]) == {"Bob": [], "Alice": [{"login": "al"}]}
    assert next_one.issues([7, 8, 9]) == {7: {"number": 7}, 9: None}


def test_what_failed_or_was_not_answered_at_all_is_not_known() -> None:
    some, none = Recurring(remembered(["Alice", "Bob"], [7, 8])), Recurring(remembered(["Alice"], [7]))
    some.answered(some.take(), {"p0": {"nodes": []}, "n8": None}, ["p1", "n7"])
    assert some.users(["Alice", "Bob"]) == {"Alice": []}
    assert some.issues([7, 8]) == {8: None}
    none.answered(none.take(), None, [])
    assert none.users(["Alice"]) == {}
    assert none.issues([7]) == {}


def test_only_so_many_go_along_and_a_run_that_asks_nothing_leaves_nothing() -> None:
    memory = remembered([f"Person {n}" for n in range(500)], list(range(500)))
    coming = Recurring(memory).take()
    assert (len(coming.searches), len(coming.numbers)) == (MOST_SEARCHES, MOST_NUMBERS)
    Recurring(memory).keep()
    assert not Recurring(memory)
    for text in ("", "null", "[1, 2]", '[["a"], ["x"]]', "{}"):
        assert not Recurring({"questions": text})


def test_a_query_declares_what_it_uses_and_quotes_what_comes_from_documents() -> None:
    text = queries.together(OPTIONS, nodes=False, searches=['Eve") { secrets }'])
    assert text.startswith("query($owner: String!, $name: String!) { repository(")
    assert 'query: "Eve\\") { secrets }"' in text
    assert "fragment" not in text
    moved = queries.together(OPTIONS, nodes=False, places=[Place("acme/platform", 3)])
    assert moved.startswith('query { m0: repository(owner: "acme", name: "platform")')
    assert "fragment issue on Issue" in moved
