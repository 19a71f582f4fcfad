"""The engine selects, judges, skips and survives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from policies.baseline import read_baseline
from policies.calendar import Calendar
from policies.configuration import PolicySettings, read_settings
from policies.engine import choose_rules
from policies.registry import BUILTIN, all_rules, find_rule, load_rule
from policies.rule import Need, NoSettings, Profile, Rule
from tests.unit.policies.worlds import TASKS, codes, run
from tracker.errors import UserError
from tracker.findings import fingerprints
from tracker.models import Finding, Severity
from tracker.world import World


def chosen(**table: object) -> set[str]:
    return {rule.code for rule in choose_rules(all_rules(), read_settings(table))}


def test_each_profile_holds_the_one_before() -> None:
    minimal, standard, strict = (chosen(profile=name) for name in ("minimal", "standard", "strict"))
    assert minimal < standard < strict
    assert minimal == {"PM101", "PM104", "PM109", "PM201", "PM303", "PM308", "PM409"}
    assert "PM408" not in strict


def test_select_takes_codes_beginnings_names_and_all() -> None:
    assert chosen(select=["PM408"]) == {"PM408"}
    assert chosen(select=["overdue", "PM50"]) == {
        "PM201",
        *(code for code in BUILTIN if code.startswith("PM50")),
    }
    assert chosen(select=["ALL"]) == {rule.code for rule in all_rules()}
    assert chosen(select=["PM1"], ignore=["PM10"]) == {"PM110", "PM111"}
    assert "PM408" in chosen(extend_select=["PM408"])


@pytest.mark.parametrize(
    "table", [{"select": ["PM999"]}, {"ignore": ["overdu"]}, {"rules": {"PM9": {}}}, {"ignore": ["X"]}]
)
def test_an_unknown_rule_is_an_error_that_names_the_nearest(table: dict[str, object]) -> None:
    with pytest.raises(UserError) as error:
        chosen(**table)
    assert "no rule is called" in error.value.message


def test_a_notice_is_no_rule_and_is_called_what_it_is() -> None:
    with pytest.raises(UserError) as error:
        chosen(ignore=["PM004"])
    assert error.value.message == "PM004 is a notice of `pmtrack check` itself, not a rule"


def test_the_nearest_rule_is_named() -> None:
    with pytest.raises(UserError) as error:
        find_rule("overdu")
    assert error.value.hint == "Did you mean overdue?"


def test_findings_stand_in_the_order_of_the_document() -> None:
    result = run({"b.md": TASKS, "a.md": TASKS})
    places = [(one.path, one.span.line, one.code) for one in result.findings]
    assert places == [
        (path, line, code)
        for path in ("a.md", "b.md")
        for line, code in ((5, "PM101"), (5, "PM104"), (6, "PM104"))
    ]
    assert (result.documents, result.items) == (2, 4)


def test_the_severity_of_a_rule_can_be_changed() -> None:
    result = run({"a.md": TASKS}, {"severity": {"PM104": "info", "missing-owner": "warning"}})
    assert {(one.code, one.severity) for one in result.findings} == {
        ("PM101", Severity.WARNING),
        ("PM104", Severity.INFO),
    }
    assert result.worst() is Severity.WARNING


def test_an_override_changes_rules_for_some_paths_only() -> None:
    policies = {
        "overrides": [
            {"paths": ["archive/**"], "ignore": ["PM104"], "severity": {"PM101": "info"}},
        ]
    }
    result = run({"archive/2020/a.md": TASKS, "b.md": TASKS}, policies)
    assert [(one.path, one.code, one.severity.value) for one in result.findings] == [
        ("archive/2020/a.md", "PM101", "info"),
        ("b.md", "PM101", "error"),
        ("b.md", "PM104", "error"),
        ("b.md", "PM104", "error"),
    ]


def test_an_override_may_hold_for_an_incident_severity_only() -> None:
    minor = TASKS.replace("## Action", "**Severity:** SEV4\n\n## Action")
    policies = {"overrides": [{"severities": ["low"], "ignore": ["PM101", "PM104"]}]}
    assert {one.path for one in run({"a.md": TASKS, "minor.md": minor}, policies).findings} == {"a.md"}


def test_settings_of_a_rule_can_differ_per_path() -> None:
    late = TASKS.replace("disk\n", "disk (due: 2026-05-01)\n")
    policies = {
        "select": ["PM201"],
        "rules": {"PM201": {"grace_days": 2}},
        "overrides": [{"paths": ["slow/*"], "rules": {"overdue": {"grace_days": 30}}}],
    }
    assert [one.path for one in run({"slow/a.md": late, "b.md": late}, policies).findings] == ["b.md"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"rules": {"PM201": {"grace_day": 1}}}, ["PM201", "grace_day", "grace_days"]),
        ({"rules": {"PM201": {"grace_days": -1}}}, ["grace_days", "greater than or equal to 0"]),
        ({"profil": "strict"}, ["profil", "profile"]),
        ({"profile": "lax"}, ["profile", "minimal"]),
        ({"calendar": {"land": "DE"}}, ["calendar.land"]),
        ({"overrides": [{"path": ["a"]}]}, ["overrides.0.path"]),
    ],
)
def test_a_wrong_setting_is_named(table: dict[str, object], words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        run({"a.md": TASKS}, {"select": ["PM201"], **table})
    assert all(word in error.value.message for word in words), error.value.message


def test_a_rule_that_lacks_what_it_needs_is_skipped_and_counted() -> None:
    result = run({"a.md": TASKS}, {"select": ["PM101", "PM202", "PM301"]})
    assert [one.code for one in result.skipped] == ["PM202", "PM301"]
    assert "history" in result.skipped[0].reason
    assert codes(result) == ["PM101"]


def test_a_rule_that_crashes_is_a_finding_and_the_others_run() -> None:
    def explode(_world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
        raise ValueError("boom")
        yield

    bad = Rule("XY100", "bad", Severity.INFO, Profile.MINIMAL, explode, NoSettings)
    result = run({"a.md": TASKS}, {"select": ["ALL"]}, rules=(*all_rules(), bad))
    crash = next(one for one in result.findings if one.code == "PM001")
    assert crash.message == "the rule XY100 (bad) failed: ValueError: boom"
    assert crash.severity is Severity.ERROR
    assert "PM101" in codes(result)


def test_known_findings_of_the_baseline_do_not_count() -> None:
    first = run({"a.md": TASKS})
    known = frozenset(fingerprints(first.findings))
    moved = "Some words.\n\n" + TASKS + "- [ ] Buy disks (owner: Bob)\n"
    again = run({"a.md": moved}, baseline=known)
    assert [(one.code, one.item) for one in again.findings] == [("PM104", "Buy disks")]
    assert len(again.known) == len(first.findings) == 3
    assert run({"a.md": "# Postmortem\n"}, baseline=known).resolved == 3


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"version": 1, "findings": [{}]}', '{"version": 2, "findings": {}}']
)
def test_a_wrong_baseline_is_an_error_that_says_how_to_make_a_new_one(text: str) -> None:
    with pytest.raises(UserError) as error:
        read_baseline(text, "pmtrack-baseline.json")
    assert "--write-baseline" in (error.value.hint or "")


def test_fingerprints_stay_when_lines_move_and_days_pass() -> None:
    late = TASKS.replace("disk\n", "disk (due: 2026-05-01)\n")
    one = run({"a.md": late}, {"select": ["PM201"]}).findings
    two = run({"a.md": "\n\nMoved.\n\n" + late}, {"select": ["PM201"]}).findings
    assert one[0].span.line != two[0].span.line
    assert fingerprints(one) == fingerprints(two)


def test_two_equal_findings_have_two_fingerprints() -> None:
    twice = "## Action items\n\n- [ ] Alert on a full disk\n- [ ] Alert on a full disk\n"
    names = fingerprints(run({"a.md": twice}, {"select": ["PM101"]}).findings)
    assert len(set(names)) == 2


def test_only_changed_lines_count_with_a_diff_base() -> None:
    result = run({"a.md": TASKS, "b.md": TASKS}, changed={"a.md": [(6, 6)]})
    assert [(one.path, one.span.line) for one in result.findings] == [("a.md", 6)]
    assert result.unchanged == 5


def test_a_finding_about_the_whole_document_counts_where_any_line_changed() -> None:
    bare = {"a.md": "# Postmortem: spool full\n\nText.\n", "b.md": "# Postmortem: spool full\n"}
    result = run(bare, {"select": ["PM401"]}, changed={"a.md": [(3, 3)]})
    assert [one.path for one in result.findings] == ["a.md"]


def test_documents_that_were_not_asked_for_are_looked_up_only() -> None:
    result = run({"a.md": TASKS, "b.md": TASKS}, only=frozenset({"b.md"}))
    assert {one.path for one in result.findings} == {"b.md"}
    assert (result.documents, result.items) == (1, 2)


def test_strict_changes_settings_of_rules() -> None:
    strict = run({"a.md": TASKS}, {"select": ["PM105"], "profile": "strict"})
    assert codes(strict) == ["PM105", "PM105"]
    assert not run({"a.md": TASKS}, {"select": ["PM105"]}).findings


def test_a_rule_needs_no_pydantic_until_something_is_configured() -> None:
    assert read_settings({}) == PolicySettings()
    assert replace(load_rule("PM202"), needs=frozenset({Need.STATE})).code == "PM202"
