"""Every rule finds what its cases say, where they say it, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from policies.registry import BUILTIN
from tests.unit.policies.casefile import Case, load_cases

CASES = list(load_cases())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_finds_what_the_case_says(case: Case) -> None:
    found = case.run()
    told = [(one.path, one.span.line, one.message) for one in found]
    assert len(found) == len(case.expected), told
    for finding, expected in zip(found, case.expected, strict=True):
        assert finding.code == case.rule
        assert finding.span.line == expected["line"], told
        assert finding.span.column == expected.get("column", finding.span.column), (finding.span, told)
        assert finding.path.endswith(expected.get("path", "")), told
        assert str(expected.get("says", "")) in finding.message, told
        assert finding.advice


@pytest.mark.parametrize("code", BUILTIN)
def test_every_rule_has_three_cases_that_pass_three_that_fail_and_an_unusual_one(code: str) -> None:
    cases = [case for case in CASES if case.rule == code]
    count = Counter(bool(case.expected) for case in cases)
    assert count[False] >= 3, f"{count[False]} pass"
    assert count[True] >= 3, f"{count[True]} fail"
    assert any(case.table.get("unusual") for case in cases)
    assert len({case.name for case in cases}) == len(cases)
