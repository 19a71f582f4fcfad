"""The preflight of `pmtrack doctor`: everything that must be right before the first sync, each with what mends it."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from tracker.errors import NoInputError, PmtrackError
from tracker.models import Severity
from tracker.remote import Problem

if TYPE_CHECKING:
    from tracker.cli.context import Invocation
    from tracker.models import PostMortem
    from tracker.remote import Tracker

Area = tuple[str, Problem]
_MOST_NAMED = 8
_MOST_ASKED = 20
_MOST_EXPLAINED = 3


def preflight(invocation: Invocation) -> Iterator[Area]:
    """Every finding with the area that it belongs to; an area that fails does not stop the others."""
    try:
        settings = invocation.settings
    except PmtrackError as error:
        yield "configuration", Problem(error.message, hint=error.hint)
        return
    yield from _area("configuration", _configuration, invocation)
    owners: dict[str, Counter[str]] = {}
    yield from _area("documents", partial(_documents, owners=owners), invocation)
    yield from _area("state", _state, invocation)
    for name in settings.trackers:
        yield from _area(
            f"tracker {name}", partial(_tracker, name=name, owners=owners.get(name, Counter())), invocation
        )


def _area(
    name: str, look: Callable[[Invocation], Iterator[Problem]], invocation: Invocation
) -> Iterator[Area]:
    try:
        for problem in look(invocation):
            yield name, problem
    except PmtrackError as error:
        # An adapter's message begins with the name of the tracker, which the area says already.
        message = error.message.removeprefix(f"{name.removeprefix('tracker ')}: ")
        yield name, Problem(message, hint=error.hint)


def _ok(message: str) -> Problem:
    return Problem(message, severity=Severity.INFO, ok=True)


def _configuration(invocation: Invocation) -> Iterator[Problem]:
    settings = invocation.settings
    if settings.source is None:
        yield Problem(
            f"no pmtrack.toml from {settings.root} upwards; the embedded defaults hold",
            severity=Severity.INFO,
            hint="`pmtrack init` proposes one.",
        )
    else:
        yield _ok(
            f"{settings.source}: default tracker {settings.default_tracker}, {len(settings.people)} people"
        )
    if settings.policies:
        from policies.configuration import read_settings

        read_settings(settings.policies)


def _documents(invocation: Invocation, owners: dict[str, Counter[str]]) -> Iterator[Problem]:
    """What the documents hold; counts the owners of open items by tracker into `owners`."""
    from tracker.cli.sources import document_source

    settings = invocation.settings
    if not settings.documents:
        yield Problem(
            "no documents are configured; every call has to name paths",
            severity=Severity.INFO,
            hint='Set documents = ["docs/postmortems/**/*.md"] in pmtrack.toml.',
        )
        return
    source = document_source((), settings)
    found = list(source.read(source.files))
    items = [item for document in found for item in document.action_items]
    yield _ok(f"{len(found)} documents with {len(items)} action items")
    if not items:
        yield Problem(
            "no document holds an action item",
            severity=Severity.WARNING,
            hint="`pmtrack parse --explain FILE` says why each section was taken or left.",
        )
    yield from _reading(found)
    yield from _people(found, invocation)
    _count_owners(found, invocation, owners)


def _reading(found: list[PostMortem]) -> Iterator[Problem]:
    """What could not be read, worst first."""
    errors = [
        f"{document.path}:{one.line}: {one.message}"
        for document in found
        for one in document.diagnostics
        if one.severity is Severity.ERROR
    ]
    for text in errors[:_MOST_NAMED]:
        yield Problem(text, hint="Correct the document; its other items are read.")
    if len(errors) > _MOST_NAMED:
        yield Problem(
            f"{len(errors) - _MOST_NAMED} more errors in documents", hint="`pmtrack parse` lists all."
        )


def _people(found: list[PostMortem], invocation: Invocation) -> Iterator[Problem]:
    """Owners whom no entry of the people map names: the tracker has to find them by their names."""
    from tracker.people import people_of

    people = invocation.settings.people
    known = people_of(people)
    counts = Counter(owner for document in found for item in document.items for owner in item.owners)
    unknown = [name for name, _ in counts.most_common() if known.key_of(name) is None]
    if people and unknown:
        names = ", ".join(unknown[:_MOST_NAMED]) + (", ..." if len(unknown) > _MOST_NAMED else "")
        yield Problem(
            f"{len(unknown)} owners stand in no people map: {names}",
            severity=Severity.INFO,
            hint='Add [people.KEY] with names = ["..."] and the account, where the tracker does not know them by name.',
        )


def _count_owners(found: list[PostMortem], invocation: Invocation, owners: dict[str, Counter[str]]) -> None:
    from tracker.sync.desk import route_of
    from tracker.sync.source import key_of

    for document in found:
        name = route_of(key_of(document.path, invocation.settings.root), invocation.settings)
        still = (item for item in document.action_items if not (item.status and item.status.is_closed))
        owners.setdefault(name, Counter()).update(owner for item in still for owner in item.owners)


def _state(invocation: Invocation) -> Iterator[Problem]:
    from tracker.cli.stores import open_state, state_file

    path = state_file(invocation.settings)
    try:
        with open_state(invocation, create=False, migrate=False) as store:
            info = store.info()
    except NoInputError:
        yield from _new_state(invocation)
        return
    yield _ok(f"{info['place']}: {info['items']} items, {info['links']} links, schema {info['schema']}")
    if info["open_intents"]:
        yield Problem(
            f"{info['open_intents']} writes of unknown outcome",
            severity=Severity.WARNING,
            hint="`pmtrack sync` settles them.",
        )
    if path is not None and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Problem(
            f"{path} can be read by other users", severity=Severity.WARNING, hint=f"chmod 600 {path}"
        )


def _new_state(invocation: Invocation) -> Iterator[Problem]:
    from tracker.cli.stores import state_file

    path = state_file(invocation.settings)
    if path is None:
        return
    folder = next(above for above in path.parents if above.exists())
    if os.access(folder, os.W_OK):
        yield _ok(f"{path} will be made by the first sync")
    else:
        yield Problem(
            f"{folder} cannot be written", hint="Set `state` to a place that can, or change its permissions."
        )


def _tracker(invocation: Invocation, name: str, owners: Counter[str]) -> Iterator[Problem]:
    from tracker.cli.stores import open_state
    from tracker.cli.trackers import Opener

    opener = Opener(invocation)
    # What earlier runs used of a budget counts; a first run has used nothing.
    with suppress(PmtrackError), open_state(invocation, create=False, migrate=False) as store:
        opener.recall(store, writing=False)
    tracker = opener(name)
    try:
        found = list(tracker.check())
        yield from found
        if not any(problem.severity is Severity.ERROR and not problem.ok for problem in found):
            yield from _assignable(tracker, owners, invocation)
    finally:
        tracker.close()


def _assignable(tracker: Tracker, owners: Counter[str], invocation: Invocation) -> Iterator[Problem]:
    """Owners of open items whom the tracker cannot assign: some trackers are asked once for each name, so the most frequent."""
    if not tracker.capabilities.assignees:
        return
    names = [name for name, _ in owners.most_common(_MOST_ASKED)]
    resolved = tracker.resolve(names, tuple(invocation.settings.people.values())) if names else {}
    unknown = {
        name: found.reason or "nobody in the tracker matches"
        for name in names
        if (found := resolved.get(name)) is not None and found.account is None
    }
    hint = "Their items get no assignee. Add them to [people], with their account in the tracker."
    if len(unknown) > _MOST_EXPLAINED:
        told = f"{len(unknown)} owners cannot be assigned: {', '.join(unknown)}"
        yield Problem(told, severity=Severity.WARNING, hint=hint)
        return
    for name, reason in unknown.items():
        yield Problem(f"owner {name}: {reason}", severity=Severity.WARNING, hint=hint)
