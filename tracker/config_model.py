"""The shape of the configuration as pydantic models; imported only where there is a file or variable to validate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from tracker.errors import UserError
from tracker.models import Person
from tracker.settings import Limits, MergeSettings, Route, Settings, TrackerSettings, Winner
from tracker.validation import nearest, validate

# Where people have accounts, configured or not: the built-in types of trackers, and where messages go.
_ACCOUNT_PLACES = ("local", "github", "jira", "beads", "slack")

Describe = Callable[[tuple[str, ...]], str]


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MergeTable(_Strict):
    """Who wins when both sides changed a field since they last agreed; `manual` leaves both and reports the conflict."""

    title: Winner = Field(
        default="document", description="The text of the action item and the title of the issue."
    )
    due: Winner = Field(default="document", description="The due date.")
    priority: Winner = Field(default="document", description="The priority.")
    status: Winner = Field(
        default="tracker", description="Open, in progress, blocked, deferred, done, cancelled."
    )
    assignees: Winner = Field(
        default="tracker", description="Owner in the document, assignee in the tracker."
    )


class LimitsTable(_Strict):
    """The bulk guard: above these numbers a run asks on a terminal, and refuses without one unless `--yes` is given."""

    creates: int = Field(default=20, ge=0, description="Issues made in one run.")
    updates: int = Field(default=40, ge=0, description="Issues changed in one run.")


class RouteTable(_Strict):
    """Documents that go to another tracker than the default one; the first route that matches wins."""

    documents: str = Field(description="Glob, relative to the configuration file.")
    tracker: str = Field(description="Name of a `[trackers.NAME]` table.")


class PersonTable(BaseModel):
    """A person. Every further key is an account in the tracker, or the type of tracker, of that name (`jira`, `github`, `slack`)."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, str]

    names: Texts = Field(default=(), description="Every way in which documents name this person.")
    email: str | None = Field(default=None, description="Where mail to this person goes.")
    team: str | None = Field(default=None, description="For grouping in reports.")
    manager: str | None = Field(
        default=None, description="Key of another `[people.KEY]`; receives escalations."
    )


class Table(_Strict):
    """The whole configuration."""

    documents: Texts = Field(
        default=(), description="Globs of the documents, relative to the configuration file."
    )
    state: str = Field(
        default="sqlite:///.pmtrack/state.db",
        description="SQLAlchemy URL of the state; a relative SQLite path starts at the configuration file.",
    )
    default_tracker: str | None = Field(
        default=None,
        description="Name of the tracker for documents without a route; may be left out where there is only one.",
    )
    trackers: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="`[trackers.NAME]`: the name is free, `type` names the adapter and may be left out where the "
        "name is the type. The other keys belong to the adapter.",
    )
    routes: tuple[RouteTable, ...] = Field(default=(), description="`[[routes]]`, see below.")
    people: dict[str, PersonTable] = Field(default_factory=dict, description="`[people.KEY]`, see below.")
    merge: MergeTable = Field(default=MergeTable(), description="`[merge]`, see below.")
    limits: LimitsTable = Field(default=LimitsTable(), description="`[limits]`, see below.")
    labels: Texts = Field(
        default=("pmtrack",), description="Labels that are put on every issue; never removed again."
    )
    link_base: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="URL under which people read the documents; found from the git remote where it is not set.",
    )
    timezone: str = Field(default="UTC", description="IANA time zone in which a day begins and ends.")
    reading: dict[str, Any] = Field(
        default_factory=dict, description="`[reading]`: own headings, column names and date order."
    )
    policies: dict[str, Any] = Field(
        default_factory=dict, description="`[policies]`: profile, rules, waivers."
    )
    reports: dict[str, Any] = Field(
        default_factory=dict, description="`[reports]`: what audit and review show."
    )
    notify: dict[str, Any] = Field(
        default_factory=dict, description="`[notify.NAME]`: where reports are sent."
    )

    @field_validator("state")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if "://" not in value:
            raise ValueError("must be an SQLAlchemy URL such as sqlite:///.pmtrack/state.db")
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone; write one like Europe/Berlin") from error
        return value


def settings_from(table: Mapping[str, Any], root: Path, describe: Describe) -> Settings:
    """Validated settings.

    Args:
        table: File and environment, merged.
        root: Folder to which relative paths belong.
        describe: Says where a key stands, for messages.

    Raises:
        UserError: a key is unknown, wrong, or names a tracker or person that is not there.
    """
    model = validate(Table, table, "configuration", describe)
    trackers = _trackers(model, describe)
    default = _default_tracker(model, trackers, describe)
    return Settings(
        root=root,
        documents=model.documents,
        state=model.state,
        default_tracker=default,
        trackers=trackers,
        routes=_routes(model, trackers, describe),
        people=_people(model, trackers, describe),
        merge=MergeSettings(**model.merge.model_dump()),
        limits=Limits(**model.limits.model_dump()),
        labels=model.labels,
        link_base=model.link_base,
        timezone=model.timezone,
        reading=model.reading,
        policies=model.policies,
        reports=model.reports,
        notify=model.notify,
    )


def _trackers(model: Table, describe: Describe) -> Mapping[str, TrackerSettings]:
    if not model.trackers:
        return Settings(root=Path()).trackers
    found = {}
    for name, table in model.trackers.items():
        kind = table.get("type", name)
        if not isinstance(kind, str):
            raise UserError(f"{describe(('trackers', name, 'type'))}: the type of a tracker is a text")
        found[name] = TrackerSettings(
            name, kind, {key: value for key, value in table.items() if key != "type"}
        )
    return found


def _default_tracker(model: Table, trackers: Mapping[str, TrackerSettings], describe: Describe) -> str:
    if model.default_tracker is None and len(trackers) == 1:
        return next(iter(trackers))
    if model.default_tracker is None:
        raise UserError(
            f"several trackers are configured ({', '.join(trackers)}) and none is the default",
            hint=f'Set default_tracker = "{next(iter(trackers))}" or another of them.',
        )
    _known_tracker(model.default_tracker, trackers, describe(("default_tracker",)))
    return model.default_tracker


def _known_tracker(name: str, trackers: Mapping[str, TrackerSettings], where: str) -> None:
    if name in trackers:
        return
    guess = nearest(name, list(trackers))
    raise UserError(
        f"{where}: there is no tracker {name!r}" + (f", did you mean {guess!r}?" if guess else ""),
        hint=f"Configured trackers: {', '.join(trackers)}. Add a table [trackers.{name}] for a new one.",
    )


def _routes(model: Table, trackers: Mapping[str, TrackerSettings], describe: Describe) -> tuple[Route, ...]:
    for route in model.routes:
        _known_tracker(route.tracker, trackers, f"{describe(('routes',))}, documents {route.documents!r}")
    return tuple(Route(route.documents, route.tracker) for route in model.routes)


def _people(
    model: Table, trackers: Mapping[str, TrackerSettings], describe: Describe
) -> Mapping[str, Person]:
    places = {*trackers, *(tracker.type for tracker in trackers.values()), *_ACCOUNT_PLACES}
    known = [*PersonTable.model_fields, *sorted(places)]
    people = {}
    for key, person in model.people.items():
        accounts = dict(person.__pydantic_extra__)
        for name in accounts:
            if name not in places:
                guess = nearest(name, known)
                raise UserError(
                    f"unknown key {describe(('people', key, name))}"
                    + (f", did you mean {guess!r}?" if guess else ""),
                    hint=f"Known keys: {', '.join(known)}.",
                )
        people[key] = Person(key, person.names, accounts, person.email, person.team, person.manager)
    for key, found in people.items():
        if found.manager is not None and found.manager not in people:
            raise UserError(
                f"{describe(('people', key, 'manager'))}: there is no [people.{found.manager}]",
                hint=f"Known people: {', '.join(people)}.",
            )
    return people
