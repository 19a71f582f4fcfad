"""The console examples of the README and the tutorial run and show what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import transcripts


@pytest.mark.parametrize("page", transcripts.PAGES)
def test_the_examples_of_a_page_show_what_really_happens(page: str, repository: Path) -> None:
    wrong = [
        f"$ {step.command}\n{actual}"
        for step, actual in transcripts.page_steps(repository / page)
        if not transcripts.matches(step.output, actual)
    ]
    assert wrong == [], "run `make transcripts`, or mend the example"


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("one\n...\nfour\n", "one\ntwo\nthree\nfour\n", True),
        ("...\n", "", True),
        ("one ... four\n", "one two four\n", True),
        ("one\n", "one\ntwo\n", False),
        ("created pm-aaaaaaaaaaaa\n", "created pm-bbbbbbbbbbbb\n", True),
        ("read 2026-01-01 10:00 UTC\n", "read 2027-02-02 11:11 UTC\n", True),
        ("", "something\n", False),
    ],
)
def test_an_output_is_compared_with_what_is_expected(expected: str, actual: str, same: bool) -> None:
    assert transcripts.matches(expected, actual) is same
