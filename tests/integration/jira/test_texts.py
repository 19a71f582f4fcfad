"""Descriptions: what people wrote there stays, and only the owner of an item is notified by its text."""

from __future__ import annotations

import copy
import dataclasses

from tests.contract.suite import confirmed, created, new_issue
from tests.jira import Bench
from tests.servers.jira import documents
from tests.servers.jira.model import CustomField
from tests.unit.adapters.jira.test_documents import PEOPLE
from tracker.models import Person
from tracker.remote import Field, Found, IssueChange

CONTEXT = "**Owner:** @alice\n\nAsk @alice and @bob, not @everyone or `@alice`."
TEAM = (
    Person("alice", ("Alice Smith", "@alice"), email="alice@acme.example"),
    Person("bob", ("Bob Jones", "@bob"), email="bob@acme.example"),
)


def test_what_wiki_markup_cannot_say_survives_an_update(cloud: Bench) -> None:
    (issue,) = created(cloud.tracker().create([new_issue(context="old")]))
    stored = cloud.site.issues[issue.ref.id].fields["description"]
    written = copy.deepcopy({**stored, "content": [*PEOPLE, *stored["content"], *PEOPLE]})
    cloud.site.edit(issue.ref.id, description=written)
    change = IssueChange(issue.ref, issue.marker or "", {Field.CONTEXT: "**new**"}, base=issue)
    after = confirmed(cloud.tracker().update([change])).issue
    assert after.context == "**new**"
    now = cloud.site.issues[issue.ref.id].fields["description"]["content"]
    assert now[: len(PEOPLE)] == PEOPLE
    assert now[-len(PEOPLE) :] == PEOPLE


def test_a_description_is_not_sent_when_something_else_changes(either: Bench) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    either.server.forget()
    change = IssueChange(issue.ref, issue.marker or "", {Field.TITLE: "Another"}, base=issue)
    confirmed(either.tracker().update([change]))
    (edit,) = [request for request in either.server.writes if request.method == "PUT"]
    assert set(edit.body["fields"]) == {"summary"}


def test_the_owner_is_mentioned_and_nobody_else(either: Bench) -> None:
    tracker = either.tracker()
    found = tracker.resolve(["@alice", "@bob"], TEAM)
    owner, other = found["@alice"].account, found["@bob"].account
    assert owner
    assert other
    new = dataclasses.replace(new_issue(context=CONTEXT), assignees=(owner,))
    (issue,) = created(tracker.create([new]))
    stored = str(either.site.issues[issue.ref.id].fields["description"])
    mention = f"'id': '{owner}'" if either.site.deployment == "cloud" else f"[~{owner}]"
    assert stored.count(mention) == 2
    assert other not in stored
    (now,) = [each.issue for each in either.tracker().fetch([issue.ref.id]) if isinstance(each, Found)]
    assert now.context == CONTEXT


def test_the_mention_follows_the_owner(either: Bench) -> None:
    tracker = either.tracker()
    found = tracker.resolve(["@alice", "@bob"], TEAM)
    first, second = str(found["@alice"].account), str(found["@bob"].account)
    (issue,) = created(tracker.create([dataclasses.replace(new_issue(), assignees=(first,))]))
    fields = {Field.CONTEXT: "now for @bob, no more for @alice", Field.ASSIGNEES: (second,)}
    confirmed(tracker.update([IssueChange(issue.ref, issue.marker or "", fields, base=issue)]))
    stored = str(either.site.issues[issue.ref.id].fields["description"])
    assert second in stored
    assert first not in stored


def test_without_the_entity_property_nobody_is_mentioned_on_cloud(cloud: Bench) -> None:
    tracker = cloud.tracker(entity_property=False)
    owner = str(tracker.resolve(["@alice"], TEAM)["@alice"].account)
    (issue,) = created(tracker.create([dataclasses.replace(new_issue(context=CONTEXT), assignees=(owner,))]))
    assert owner not in str(cloud.site.issues[issue.ref.id].fields["description"])
    (now,) = [each.issue for each in tracker.fetch([issue.ref.id]) if isinstance(each, Found)]
    assert now.context == CONTEXT


def test_a_text_that_became_too_long_is_cut_and_what_people_wrote_is_not(either: Bench) -> None:
    either.server.checker = None
    (issue,) = created(either.tracker().create([new_issue(context="short")]))
    theirs = "\n".join(f"written by a person, line {number}" for number in range(500))
    either.site.edit(issue.ref.id, description=f"{theirs}\n\n{either.text(issue.ref.id)}")
    longer = "\n".join(f"our line {number}" for number in range(1600))
    change = IssueChange(issue.ref, issue.marker or "", {Field.CONTEXT: longer}, base=issue)
    done = confirmed(either.tracker().update([change]))
    assert done.warnings == ()
    text = either.text(issue.ref.id)
    assert len(text) <= 32_767
    assert text.startswith(theirs)
    assert str(done.issue.context).startswith("our line 0\nour line 1\n")
    assert "(cut: the document holds the rest)" in text


def test_long_texts_of_custom_fields_take_the_form_of_their_deployment(either: Bench) -> None:
    either.site.add_custom_field("OPS", CustomField("customfield_10111", "Impact", "textarea"))
    created(either.tracker(fields={"Impact": "Orders **lost**\n\n- 41,200 parcels"}).create([new_issue()]))
    stored = either.site.living()[0].fields["customfield_10111"]
    if either.site.deployment == "cloud":
        assert documents.text_of(stored) == "Orders lost\n41,200 parcels"
    else:
        assert stored == "Orders **lost**\n\n- 41,200 parcels"
