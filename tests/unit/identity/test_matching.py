"""What keeps an item's identity, what makes a new one, and what is left to a person."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.identity import Known, KnownDocument, Matching, Place, TodayDocument, likeness, marker_of, match
from tracker.models import ActionItem

ALERT = ActionItem(
    "Add alerting for payment queue depth", 10, local_id="P1", owners=("Alice",), due=dt.date(2026, 12, 1)
)
RUNBOOK = ActionItem("Write a runbook for broker failover", 11, local_id="P2", owners=("Bob",))
POOL = ActionItem("Raise the connection pool limit of the ledger", 12, local_id="P3", owners=("Carol",))
THREE = (ALERT, RUNBOOK, POOL)


def edited(item: ActionItem, **fields: object) -> ActionItem:
    return ActionItem(**{**{name: getattr(item, name) for name in item.__slots__}, **fields})


def known(
    items: tuple[ActionItem, ...] = THREE, path: str = "a.md", incident: str | None = "INC-1"
) -> KnownDocument:
    return KnownDocument(
        path, "old" + path, incident, tuple(Known(f"{path}#{each.title}", each) for each in items)
    )


def today(items: tuple[ActionItem, ...], path: str = "a.md", incident: str | None = "INC-1") -> TodayDocument:
    return TodayDocument(path, "new" + path, incident, items)


def titles(result: Matching, documents: list[TodayDocument]) -> dict[str, str | None]:
    """Title of today -> title of yesterday, "?" where it is left to a person, None where it is new."""
    found: dict[str, str | None] = {}
    for document in documents:
        for index, item in enumerate(document.items):
            place = Place(document.path, index)
            bound = result.bound.get(place)
            found[item.title] = (
                bound.item_id.partition("#")[2] if bound else "?" if place in result.ambiguous else None
            )
    return found


def in_one_document(*items: ActionItem) -> dict[str, str | None]:
    document = today(items)
    return titles(match([document], [known()]), [document])


def test_rows_keep_their_identity_when_they_are_re_ordered() -> None:
    assert in_one_document(POOL, ALERT, RUNBOOK) == {item.title: item.title for item in THREE}


def test_a_row_inserted_above_is_new_and_the_others_stay() -> None:
    new = ActionItem("Document the on-call rotation", 9)
    assert in_one_document(new, *THREE) == {new.title: None, **{item.title: item.title for item in THREE}}


@pytest.mark.parametrize(
    "after",
    [
        edited(ALERT, title="Add alertnig for payment queue depth"),
        edited(ALERT, owners=("Zoë",)),
        edited(ALERT, due=dt.date(2027, 1, 1)),
        edited(ALERT, title="Add alerting for the depth of the payment queue", owners=("Zoë",)),
        edited(ALERT, local_id="P9", title="Add alerts for payment queue depth"),
        edited(ALERT, title="ADD ALERTING FOR PAYMENT QUEUE DEPTH!"),
    ],
)
def test_an_edited_row_keeps_its_identity(after: ActionItem) -> None:
    assert in_one_document(after, RUNBOOK, POOL)[after.title] == ALERT.title


def test_the_opposite_action_is_not_taken_for_the_same_item() -> None:
    opposite = edited(ALERT, title="Remove alerting for payment queue depth")
    assert in_one_document(opposite, RUNBOOK, POOL)[opposite.title] == "?"
    stranger = edited(opposite, owners=(), due=None, local_id=None)
    assert in_one_document(RUNBOOK, POOL, stranger)[stranger.title] != ALERT.title


def test_the_opposite_action_beside_the_original_is_a_new_item() -> None:
    opposite = ActionItem("Remove alerting for payment queue depth", 20)
    assert in_one_document(*THREE, opposite)[opposite.title] is None


def test_another_number_is_another_item() -> None:
    shards = tuple(ActionItem(f"Move shard {number} to the new cluster", number) for number in (1, 2, 3))
    document = today((*shards[:2], ActionItem("Move shard 4 to the new cluster", 4)))
    assert (
        titles(match([document], [known(shards)]), [document])["Move shard 4 to the new cluster"]
        != shards[2].title
    )


def of_pool(number: int, **fields: object) -> ActionItem:
    return edited(
        ActionItem("", 1, local_id="AI-3", owners=("Alice",), due=dt.date(2026, 12, 1)),
        title=f"Raise the pool of the ledger to {number} connections",
        **fields,
    )


def matched(before: tuple[ActionItem, ...], *after: ActionItem) -> list[str | None]:
    """What the first row of today is: a title of yesterday, "?" or None."""
    document = today(after)
    return list(titles(match([document], [known(before)]), [document]).values())


@pytest.mark.parametrize(
    ("fields", "who"),
    [
        ({}, "itself"),
        ({"due": dt.date(2027, 3, 3)}, "itself"),
        ({"owners": ("Zoe",)}, "itself"),
        ({"owners": ("Zoe",), "due": dt.date(2027, 3, 3)}, "?"),
        ({"local_id": "AI-4"}, "?"),
    ],
)
def test_a_row_with_its_own_id_stays_itself_with_another_number_in_its_text(
    fields: dict[str, object], who: str
) -> None:
    before = of_pool(50)
    assert matched((before, RUNBOOK), of_pool(80, **fields), RUNBOOK)[0] == (
        before.title if who == "itself" else who
    )


def test_rows_that_differ_in_their_numbers_are_told_apart_by_their_own_ids() -> None:
    before = of_pool(50), of_pool(60, local_id="AI-4", owners=("Bob",))
    after = of_pool(65, local_id="AI-4", owners=("Bob",)), of_pool(55)
    assert matched(before, *after) == [before[1].title, before[0].title]


def test_ids_that_were_given_to_other_rows_do_not_bind_them() -> None:
    """The first row was removed, the second has now its id, and another number as well."""
    before = of_pool(50), of_pool(60, local_id="AI-4", owners=("Bob",), due=dt.date(2027, 5, 5))
    assert matched(before, edited(before[1], title=of_pool(65).title, local_id="AI-3")) == ["?"]


def test_a_plain_number_names_a_row_only_while_owner_and_date_agree() -> None:
    before = of_pool(50, local_id="3")
    assert matched((before,), of_pool(80, local_id="3")) == [before.title]
    assert matched((before,), of_pool(80, local_id="3", owners=("Zoe",))) == ["?"]


def test_a_plain_number_does_not_name_one_of_several_rows_that_differ_in_a_number() -> None:
    """The first was removed, so the second is number 1 now; its figure is another one, too."""
    before = of_pool(50, local_id="1"), of_pool(60, local_id="2")
    assert matched(before, of_pool(65, local_id="1")) == ["?"]


def test_an_id_that_another_row_has_too_names_neither() -> None:
    other = edited(RUNBOOK, local_id="AI-3")
    assert matched((of_pool(50), other), of_pool(80), other)[0] == "?"


def test_the_id_of_a_row_that_moved_to_another_document_does_not_bind_a_new_row() -> None:
    moved = of_pool(50)
    documents = [today((of_pool(80), RUNBOOK)), today((edited(moved, local_id=None), ALERT), "b.md", "INC-2")]
    result = match(documents, [known((moved, RUNBOOK)), known((ALERT,), "b.md", "INC-2")])
    assert result.bound[Place("b.md", 0)].item_id == f"a.md#{moved.title}"
    assert Place("a.md", 0) not in result.bound
    assert Place("a.md", 0) not in result.ambiguous


def test_a_row_that_is_only_like_an_item_that_moved_away_is_new() -> None:
    new = edited(ALERT, title="Add alerting for the payment queue of region 7", local_id=None)
    documents = [today((new, RUNBOOK)), today((POOL, ALERT), "b.md", "INC-2")]
    result = match(documents, [known((ALERT, RUNBOOK)), known((POOL,), "b.md", "INC-2")])
    assert result.bound[Place("b.md", 1)].item_id == f"a.md#{ALERT.title}"
    assert result.ambiguous == {}
    assert Place("a.md", 0) not in result.bound


def test_rows_that_changed_documents_with_each_other_are_followed() -> None:
    here, there = of_pool(50, local_id=None), of_pool(60, local_id=None)
    documents = [today((there, RUNBOOK)), today((here, ALERT), "b.md")]
    result = match(documents, [known((here, RUNBOOK)), known((there, ALERT), "b.md")])
    assert result.bound[Place("a.md", 0)].item_id == f"b.md#{there.title}"
    assert result.bound[Place("b.md", 0)].item_id == f"a.md#{here.title}"


def test_twins_whose_plain_numbers_were_counted_anew_keep_their_order() -> None:
    first, one, two = RUNBOOK, edited(ALERT, local_id="2"), edited(ALERT, local_id="3")
    before = KnownDocument("a.md", "x", None, (Known("first", first), Known("one", one), Known("two", two)))
    result = match([today((edited(one, local_id="1"), edited(two, local_id="2")))], [before])
    assert [result.bound[Place("a.md", index)].item_id for index in (0, 1)] == ["one", "two"]


def test_re_numbered_ids_do_not_move_identities() -> None:
    rows = (
        ActionItem("Document the on-call rotation", 9, local_id="P1"),
        edited(ALERT, local_id="P2"),
        edited(RUNBOOK, local_id="P3"),
        edited(POOL, local_id="P4"),
    )
    assert in_one_document(*rows) == {rows[0].title: None, **{item.title: item.title for item in THREE}}


def test_the_own_id_keeps_the_identity_of_a_re_worded_row() -> None:
    after = edited(ALERT, title="Add alerting when the payment queue grows", owners=("Zoë",), due=None)
    assert in_one_document(POOL, RUNBOOK, after)[after.title] == ALERT.title


def test_a_removed_row_is_lost() -> None:
    assert match([today((ALERT, POOL))], [known()]).lost == (f"a.md#{RUNBOOK.title}",)


def test_twins_in_one_document_stay_two_items() -> None:
    twins = (edited(ALERT, local_id=None), edited(ALERT, local_id=None))
    before = KnownDocument("a.md", "x", None, (Known("one", twins[0]), Known("two", twins[1])))
    result = match([today(twins)], [before])
    assert {binding.item_id for binding in result.bound.values()} == {"one", "two"}


def test_one_of_two_twins_removed_is_not_guessed() -> None:
    twins = (edited(ALERT, local_id=None), edited(ALERT, local_id=None))
    before = KnownDocument("a.md", "x", None, (Known("one", twins[0]), Known("two", twins[1])))
    result = match([today(twins[:1])], [before])
    assert result.bound == {}
    assert result.ambiguous[Place("a.md", 0)].candidates == ("one", "two")
    assert result.lost == ()


def test_a_split_row_is_left_to_a_person_or_goes_to_one_half() -> None:
    whole = ActionItem("Add alerts for queue depth and for consumer lag", 1)
    halves = (ActionItem("Add alerts for queue depth", 1), ActionItem("Add alerts for consumer lag", 2))
    document = today(halves)
    result = match([document], [known((whole,))])
    assert len(result.bound) + len(result.ambiguous) >= 1
    assert len(result.bound) <= 1


def test_a_renamed_document_keeps_its_items() -> None:
    document = TodayDocument("b.md", "olda.md", "INC-1", THREE)
    result = match([document], [known()])
    assert titles(result, [document]) == {item.title: item.title for item in THREE}
    assert result.renamed == {"a.md": "b.md"}


def test_a_renamed_and_edited_document_keeps_its_items() -> None:
    document = today((edited(ALERT, title="Add alertnig for payment queue depth"), RUNBOOK), "b.md")
    assert titles(match([document], [known()]), [document]) == {
        "Add alertnig for payment queue depth": ALERT.title,
        RUNBOOK.title: RUNBOOK.title,
    }


def test_an_item_that_moves_to_another_document_keeps_its_identity() -> None:
    other = ActionItem("Rotate the signing keys every quarter", 3)
    documents = [today((RUNBOOK, POOL)), today((other, ALERT), "b.md", "INC-2")]
    result = match(documents, [known(), known((other,), "b.md", "INC-2")])
    assert titles(result, documents)[ALERT.title] == ALERT.title
    assert result.lost == ()


def test_a_copy_of_a_document_for_the_next_incident_has_new_items() -> None:
    copy = today(THREE, "b.md", "INC-2")
    assert titles(match([copy], []), [copy]) == dict.fromkeys([item.title for item in THREE])


def test_a_copy_beside_an_edited_original_takes_nothing_from_it() -> None:
    documents = [today((ALERT, RUNBOOK)), today(THREE, "b.md", "INC-2")]
    result = match(documents, [known()])
    places = {place: binding.item_id for place, binding in result.bound.items()}
    assert all(place.path == "a.md" for place in places)
    assert set(result.ambiguous) == {Place("b.md", 2)}


def test_two_copies_of_a_deleted_document_are_not_guessed() -> None:
    documents = [today(THREE, "b.md"), today(THREE, "c.md")]
    result = match(documents, [known()])
    assert result.bound == {}
    assert len(result.ambiguous) == 6


def test_a_document_re_used_for_another_incident_under_another_name_is_not_followed_silently() -> None:
    document = today(THREE, "b.md", "INC-2")
    assert match([document], [known()]).bound == {}


def test_a_linked_reference_decides() -> None:
    before = KnownDocument(
        "a.md", "x", None, (Known("one", ALERT, frozenset({"pay-1"})), Known("two", RUNBOOK))
    )
    row = ActionItem("Something completely different", 3, refs=("PAY-1",))
    assert match([today((row, RUNBOOK))], [before]).bound[Place("a.md", 0)].evidence == "reference"


def test_a_row_elsewhere_that_mentions_a_linked_issue_does_not_take_the_item() -> None:
    before = KnownDocument("a.md", "x", None, (Known("one", ALERT, frozenset({"pay-1"})),))
    mention = ActionItem("Follow up on the alerting work of the other team", 3, refs=("PAY-1",))
    result = match([today((ALERT,)), today((mention,), "b.md")], [before, known((), "b.md")])
    assert result.bound[Place("a.md", 0)].item_id == "one"
    assert Place("b.md", 0) not in result.bound


def test_a_row_that_was_removed_and_comes_back_is_the_old_item() -> None:
    stray = Known("one", ALERT, path="a.md")
    assert match([today((ALERT,))], [known(())], [stray]).bound[Place("a.md", 0)].item_id == "one"


def test_a_row_like_an_item_of_an_unreadable_document_is_not_new_yet() -> None:
    other = ActionItem("Rotate the signing keys every quarter", 3)
    document = today((other, ALERT), "b.md", "INC-2")
    result = match([document], [known((other,), "b.md", "INC-2")], hidden=[Known("one", ALERT, path="a.md")])
    assert result.ambiguous[Place("b.md", 1)].candidates == ("one",)


def test_a_new_row_with_the_text_of_a_re_worded_one_is_left_to_a_person() -> None:
    re_worded = edited(ALERT, title=f"{ALERT.title} in production")
    new = edited(ALERT, local_id="P9", owners=("Dave",), due=dt.date(2027, 5, 5))
    result = in_one_document(re_worded, new, RUNBOOK, POOL)
    assert result[re_worded.title] == "?"
    assert result[new.title] == "?"


def test_a_word_with_a_syllable_before_it_is_another_word() -> None:
    move = ActionItem("Move the runbook of the payment queue", 10, owners=("Alice",))
    remove = edited(move, title="Remove the runbook of the payment queue", owners=("Bob",))
    assert likeness.titles(move.title, remove.title) <= likeness.SUBSTITUTED
    document = today((edited(move, title=f"{move.title} before the next release"), remove))
    result = titles(match([document], [known((move,))]), [document])
    assert result[remove.title] != move.title


def test_a_row_whose_owner_date_and_words_are_others_is_left_to_a_person() -> None:
    other = edited(
        ALERT, title=f"{ALERT.title}, second part", owners=("Zoe",), due=dt.date(2027, 3, 3), local_id=None
    )
    assert in_one_document(other, RUNBOOK, POOL)[other.title] == "?"


def test_rows_of_one_text_that_changed_documents_with_each_other_are_left_to_a_person() -> None:
    twin = edited(ALERT, owners=("Zoe",))
    documents = [today((twin, RUNBOOK)), today((ALERT, POOL), "b.md")]
    result = match(documents, [known((ALERT, RUNBOOK)), known((twin, POOL), "b.md")])
    assert {Place("a.md", 0), Place("b.md", 0)} == set(result.ambiguous)


def test_a_row_of_a_copy_for_another_incident_is_not_taken_for_one_that_it_is_only_like() -> None:
    part = edited(ALERT, title=f"{ALERT.title}, first part")
    documents = [today((RUNBOOK, POOL)), today((ALERT,), "copy.md", "INC-2")]
    result = titles(match(documents, [known((part, RUNBOOK, POOL))]), documents)
    assert result[ALERT.title] == "?"


def test_a_marker_is_short_stable_and_safe() -> None:
    marker = marker_of("01JD0000000000000000000000")
    assert marker == marker_of("01JD0000000000000000000000")
    assert len(marker) == 12
    assert marker.isalnum()
    assert marker == marker.lower()
    assert len({marker_of(str(number)) for number in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Add alerting for payment queue depth", "Add alerts for the payment queue's depth"),
        ("Fix typo in runbok", "Fix typo in runbook"),
        ("Fehlende Überwachung ergänzen", "Fehlende Uberwachung ergänzen"),
    ],
)
def test_re_worded_titles_are_more_alike_than_opposites(one: str, other: str) -> None:
    assert likeness.titles(one, other) > likeness.titles("Add alerting for x", "Remove alerting for x")
