"""The world as it is: screens, required fields, permissions, archived projects, moved and hidden issues, people."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.suite import DUE, created, new_issue, read
from tests.jira import Bench
from tests.servers.jira import CustomField, Fault, User
from tracker.errors import BadResponseError
from tracker.models import Person
from tracker.remote import (
    Adopted,
    Confirmed,
    Field,
    Found,
    Gone,
    IssueChange,
    NewIssue,
    NotSent,
    ProbeQuery,
    Refused,
    Unknown,
    Unreadable,
)


def outcome(bench: Bench, new: NewIssue, **options: object) -> Confirmed | Refused | NotSent | Unknown:
    """What becomes of one create."""
    (only,) = bench.tracker(**options).create([new])  # type: ignore[arg-type]
    return only.outcome


# --- screens and fields ----------------------------------------------------------------------------------------------


def test_a_due_date_without_a_place_on_the_screen_is_left_out_and_said(either: Bench) -> None:
    either.site.projects["OPS"].create_screen.discard("duedate")
    told = outcome(either, new_issue(due=DUE))
    assert isinstance(told, Confirmed)
    assert told.issue.due is None
    assert any("duedate" in warning for warning in told.warnings)
    assert not either.tracker().capabilities.due


def test_a_required_field_is_named_with_its_values_before_anything_is_created(either: Bench) -> None:
    field = CustomField(
        "customfield_10100", "Root cause", "option", required=True, allowed=("Code", "Config")
    )
    either.site.add_custom_field("OPS", field)
    told = outcome(either, new_issue())
    assert isinstance(told, Refused)
    assert "Root cause" in told.reason
    assert "Code, Config" in told.reason
    assert "fields" in (told.hint or "")
    assert either.server.creates == []


def test_required_and_other_custom_fields_come_from_the_configuration(either: Bench) -> None:
    for field in (
        CustomField("customfield_10100", "Root cause", "option", required=True, allowed=("Code", "Config")),
        CustomField("customfield_10101", "Category"),
    ):
        either.site.add_custom_field("OPS", field)
    new = NewIssue("k0000000cafe", "Title", extra={"category": "Detection"})
    told = outcome(
        either, new, fields={"Root cause": "Config", "customfield_10101": "{category}", "Team": ""}
    )
    assert isinstance(told, Confirmed), told
    issue = either.site.living()[0]
    assert issue.fields["customfield_10100"] == {"value": "Config"}
    assert issue.fields["customfield_10101"] == "Detection"


def test_components_security_reporter_and_parent_are_set_as_configured(either: Bench) -> None:
    project = either.site.projects["OPS"]
    project.components = {"200": "Backend"}
    project.security_levels = {"300": "Internal"}
    project.create_screen.add("security")
    reporter = "5b10ac8d82e05b22cc7d4ef5" if either.site.deployment == "cloud" else "asmith"
    new = NewIssue("k0000000beef", "Title", group="INC-7", group_title="INC-7: the outage")
    options = {
        "components": ["Backend"],
        "security_level": "Internal",
        "reporter": reporter,
        "parent": "epic",
    }
    told = outcome(either, new, **options)
    assert isinstance(told, Confirmed), told
    epic, issue = either.site.living()
    assert epic.fields["summary"] == "INC-7: the outage"
    assert issue.fields["parent"] == epic.id
    assert (issue.fields["components"], issue.fields["security"]) == (["200"], "300")
    assert issue.fields["reporter"] == reporter
    assert epic.fields["security"] == "300", "its summary says as much as theirs"


def test_without_its_security_level_nothing_is_created(either: Bench) -> None:
    new = NewIssue("k0000000beef", "Title", group="INC-7")
    options: dict[str, Any] = {"security_level": "Internal", "parent": "epic"}
    told = outcome(either, new, **options)
    assert isinstance(told, Refused), told
    assert "nothing is created without 'Internal' in OPS" in told.reason
    ahead = either.tracker(**options).foresee([new], [])
    assert "nothing is created without 'Internal'" in ahead.refused[new.marker].reason
    assert any("nothing is created without" in each.message for each in either.tracker(**options).check())
    project = either.site.projects["OPS"]
    project.security_levels = {"300": "Restricted"}
    project.create_screen.add("security")
    told = outcome(either, new, security_level="Internal")
    assert isinstance(told, Refused), told
    assert "security" in told.reason
    assert either.site.living() == []


def test_data_center_names_and_links_epics_in_its_own_fields(datacenter: Bench) -> None:
    for field in (
        CustomField("customfield_10001", "Epic Link"),
        CustomField("customfield_10002", "Epic Name"),
    ):
        datacenter.site.add_custom_field("OPS", field)
    new = NewIssue("k0000000epic", "Item", group="INC-7", group_title="Outage")
    assert isinstance(outcome(datacenter, new, parent="epic"), Confirmed)
    epic, issue = datacenter.site.living()
    assert epic.fields["customfield_10002"] == "Outage"
    assert issue.fields["customfield_10001"] == epic.key
    assert "parent" not in issue.fields


def test_one_parent_serves_all_items_of_a_post_mortem_and_later_runs(either: Bench) -> None:
    news = [
        NewIssue(f"k000000000{n:02d}", f"Item {n}", group="INC-7", group_title="Outage") for n in range(3)
    ]
    created(either.tracker(parent="epic").create(news[:2]))
    created(either.tracker(parent="epic").create(news[2:]))
    assert len([each for each in either.site.living() if each.fields["issuetype"] == "10001"]) == 1


def test_a_parent_whose_answer_was_lost_is_found_by_the_next_run(either: Bench) -> None:
    new = NewIssue("k0000000face", "Item", group="INC-7", group_title="Outage")
    either.server.faults.append(Fault("drop-after", "POST", "issue"))
    assert isinstance(outcome(either, new, parent="epic"), NotSent)
    assert isinstance(outcome(either, new, parent="epic"), Confirmed)
    assert len(either.site.living()) == 2


def test_a_remote_link_is_made_once_however_often_it_is_sent(either: Bench) -> None:
    context = "**Document:** [docs/a.md, line 3](https://git.example.org/docs/a.md#L3)"
    new = NewIssue("k0000000link", "Item", context)
    told = outcome(either, new, remote_link=True)
    assert isinstance(told, Confirmed)
    (link,) = either.site.living()[0].links.values()
    assert link["globalId"] == "pmtrack=k0000000link"
    assert link["object"]["url"] == "https://git.example.org/docs/a.md#L3"


def test_an_assignee_whom_jira_refuses_does_not_cost_the_issue(either: Bench) -> None:
    guest = "5b1-guest" if either.site.deployment == "cloud" else "guest"
    told = outcome(either, NewIssue("k0000000gues", "Item", assignees=(guest,)))
    assert isinstance(told, Confirmed), told
    assert any("cannot be assigned" in warning for warning in told.warnings)
    assert told.issue.assignees == ()
    assert len(either.site.living()) == 1


def test_labels_with_spaces_and_titles_of_several_lines_are_made_fit(either: Bench) -> None:
    new = NewIssue("k0000000labe", "two\nlines " + "x" * 300, labels=("post mortem", "pmtrack"))
    told = outcome(either, new)
    assert isinstance(told, Confirmed)
    assert told.issue.labels == ("post-mortem", "pmtrack")
    assert len(told.issue.title) == 255


def test_a_text_that_is_too_long_is_cut_and_said(either: Bench) -> None:
    context = "\n".join(f"line {number} of a very long story" for number in range(1100))
    told = outcome(either, new_issue(context=context))
    assert isinstance(told, Confirmed)
    assert len(either.text(told.issue.ref.id)) <= 32_767
    assert any("cut" in warning for warning in told.warnings)
    assert read(either.tracker(), told.issue.ref).context == told.issue.context


def test_one_field_that_jira_does_not_take_does_not_cost_the_others(either: Bench) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    either.site.projects["OPS"].edit_screen.discard("duedate")
    change = IssueChange(issue.ref, issue.marker or "", {Field.TITLE: "New", Field.DUE: DUE}, base=issue)
    (only,) = either.tracker().update([change])
    assert isinstance(only.outcome, Confirmed)
    assert only.outcome.issue.title == "New"
    assert any("duedate" in warning for warning in only.outcome.warnings)


def test_localised_priorities_are_told_apart_by_their_order(either: Bench) -> None:
    either.site.priorities = {"1": "Kritisch", "2": "Hoch", "3": "Mittel", "4": "Niedrig", "5": "Trivial"}
    (issue,) = created(either.tracker().create([new_issue(priority=1)]))
    assert either.site.living()[0].fields["priority"] == "2"
    assert read(either.tracker(), issue.ref).priority == 1


def test_priorities_can_be_named_in_the_configuration(either: Bench) -> None:
    names = ["Highest", "Highest", "High", "Low", "Lowest"]
    told = outcome(either, new_issue(priority=2), priorities=names)
    assert isinstance(told, Confirmed)
    assert either.site.living()[0].fields["priority"] == "2"
    assert told.issue.priority == 2


# --- gone, hidden, moved ---------------------------------------------------------------------------------------------


def test_losing_the_right_to_browse_is_not_losing_the_issues(either: Bench) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    either.site.projects["OPS"].permissions.discard("BROWSE_PROJECTS")
    (result,) = either.tracker().fetch([issue.ref.id])
    assert isinstance(result, Unreadable)


def test_one_unknown_key_in_a_list_does_not_spoil_the_others(either: Bench) -> None:
    issues = created(either.tracker().create([new_issue("One"), new_issue("Two")]))
    found = either.tracker().lookup(["OPS-1", "OPS-999", issues[1].ref.key])
    assert isinstance(found["OPS-1"], Found)
    assert isinstance(found["OPS-999"], Gone)
    assert isinstance(found["OPS-2"], Found)


def test_old_keys_of_a_renamed_project_and_addresses_lead_to_the_issue(either: Bench) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    either.site.rename_project("OPS", "SRE")
    url = f"{either.server.url}/browse/OPS-1"
    found = either.tracker(project="SRE").lookup(
        ["OPS-1", url, f"{either.server.url}/issues/?selectedIssue=SRE-1"]
    )
    assert len(found) == 3
    for result in found.values():
        assert isinstance(result, Found)
        assert (result.issue.ref.id, result.issue.ref.key) == (issue.ref.id, "SRE-1")


def test_an_archived_project_takes_no_issues_and_says_so(either: Bench) -> None:
    either.site.projects["OPS"].archived = True
    told = outcome(either, new_issue())
    assert isinstance(told, NotSent | Refused)
    assert any("archived" in problem.message for problem in either.tracker().check())


def test_a_missing_project_and_issue_type_are_named(either: Bench) -> None:
    told = outcome(either, new_issue(), project="NOPE")
    assert isinstance(told, NotSent)
    assert "NOPE" in told.reason
    told = outcome(either, new_issue(), issue_type="Aufgabe")
    assert isinstance(told, NotSent)
    assert "Aufgabe" in told.reason


def test_the_preflight_names_what_the_configuration_lacks(either: Bench) -> None:
    project = either.site.projects["OPS"]
    project.create_screen.discard("duedate")
    either.site.add_custom_field("OPS", CustomField("customfield_10100", "Root cause", required=True))
    either.site.resolutions.pop("10001")
    tracker = either.tracker(components=["Nowhere"], fields={"Colour": "red"})
    project.components = {"200": "Backend"}
    told = " | ".join(problem.message for problem in tracker.check() if not problem.ok)
    for what in ("duedate", "Root cause", "Nowhere", "Colour", "Won't Do"):
        assert what in told, told


def test_a_clone_of_an_issue_does_not_confuse_the_block(either: Bench) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    text = either.text(issue.ref.id)
    either.site.edit(issue.ref.id, description=f"by hand\n{text}\nquoted again:\n{text}")
    now = read(either.tracker(), issue.ref)
    change = IssueChange(issue.ref, issue.marker or "", {Field.CONTEXT: "new text"}, base=now)
    list(either.tracker().update([change]))
    after = either.text(issue.ref.id)
    assert after.startswith("by hand\n")
    assert after.endswith("quoted again:\n" + text)


def test_a_block_that_somebody_removed_is_put_behind_the_text(either: Bench) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    either.site.edit(issue.ref.id, description="all rewritten\r\nby hand")
    now = read(either.tracker(), issue.ref)
    assert now.context is None
    list(
        either.tracker().update(
            [IssueChange(issue.ref, issue.marker or "", {Field.CONTEXT: "back"}, base=now)]
        )
    )
    lines = either.text(issue.ref.id).replace("\r", "").split("\n")
    assert lines[:2] == ["all rewritten", "by hand"]
    assert read(either.tracker(), issue.ref).context == "back"


def test_the_entity_property_identifies_an_issue_whose_text_was_rewritten(either: Bench) -> None:
    tracker = either.tracker()
    watermark = tracker.watermark()
    (issue,) = created(tracker.create([new_issue()]))
    either.site.edit(issue.ref.id, description="all rewritten by hand")
    (settled,) = either.tracker().probe([ProbeQuery(issue.marker or "", watermark)])
    assert isinstance(settled, Adopted)


def test_a_scan_tells_issues_that_the_index_does_not_know_yet(either: Bench) -> None:
    created(either.tracker().create([new_issue("old")]))
    either.clock.forward(hours=1)
    either.site.index_lag_s = 900
    (recent,) = created(either.tracker().create([new_issue("recent")]))
    either.site.edit("OPS-1", labels=[])
    assert {issue.title for issue in either.tracker().scan()} == {"old", "recent"}
    assert recent.marker


# --- people ----------------------------------------------------------------------------------------------------------


def test_people_are_found_by_map_name_and_e_mail_and_never_guessed(either: Bench) -> None:
    cloud = either.site.deployment == "cloud"
    either.site.add_user(User("account-of-carol", "Carol Lind", "carol@acme.example"))
    people = [
        Person("carol", ("Carol", "@cc"), {"jira": "account-of-carol"}),
        Person("dan", ("Dan",), {"jira": "account-of-nobody"}),
        Person("bob", ("Robert",), email="bob@acme.example"),
    ]
    names = [
        "@cc",
        "carol",
        "Robert",
        "alice@acme.example",
        "ALICE SMITH",
        "Alice",
        "Sam Lee",
        "Nobody",
        "Guest",
        "Dan",
    ]
    told = either.tracker().resolve(names, people)
    assert told["@cc"].account == told["carol"].account == "account-of-carol"
    assert told["Robert"].account == ("5b109f2e9729b51b54dc274d" if cloud else "bjones")
    assert told["alice@acme.example"].account == told["ALICE SMITH"].account is not None
    for name, word in (
        ("Alice", "exactly"),
        ("Sam Lee", "several"),
        ("Nobody", "nobody"),
        ("Guest", "nobody"),
        ("Dan", "account-of-nobody cannot be assigned in OPS; change [people.dan]"),
    ):
        assert told[name].account is None
        assert word in (told[name].reason or "")


def test_a_search_for_people_that_fails_is_said_and_not_remembered(either: Bench) -> None:
    either.server.faults.append(Fault("answer", path="user/assignable/search", status=403, times=1))
    tracker = either.tracker()
    assert "could not be looked up" in (tracker.resolve(["Alice Smith"], [])["Alice Smith"].reason or "")
    assert tracker.resolve(["Alice Smith"], [])["Alice Smith"].account


def test_an_account_of_the_people_map_is_believed_when_it_cannot_be_asked_for(either: Bench) -> None:
    either.server.faults.append(Fault("answer", path="user/assignable/search", status=403))
    carol = Person("carol", ("Carol",), {"jira": "account-of-carol"})
    assert either.tracker().resolve(["Carol"], [carol])["Carol"].account == "account-of-carol"


def test_a_site_that_is_no_jira_is_named(either: Bench) -> None:
    either.server.faults.append(Fault("answer", path="serverInfo", status=200, body='{"hello": "world"}'))
    with pytest.raises(BadResponseError, match="does not answer like a Jira"):
        either.tracker().check()
