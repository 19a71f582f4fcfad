"""What the local Jira server holds: people, projects, workflows, issues, and the defaults of a fresh site."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

CATEGORIES = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}


@dataclass
class User:
    """An account; `account` is the accountId on Cloud and the name on Data Center."""

    account: str
    display: str
    email: str = ""
    time_zone: str = "Etc/UTC"
    assignable: bool = True
    active: bool = True
    email_visible: bool = True


@dataclass
class Status:
    """A status of the site; `category` is a key of CATEGORIES."""

    id: str
    name: str
    category: str


@dataclass
class Transition:
    """A way from some statuses (None: from all) to another; `screen` field -> required."""

    id: str
    name: str
    to: str
    sources: tuple[str, ...] | None = None
    screen: dict[str, bool] = field(default_factory=dict)
    resolution: str | None = None
    clears_resolution: bool = False


@dataclass
class CustomField:
    """A field beyond the built-in ones; `kind` is string, textarea, option, user or array."""

    id: str
    name: str
    kind: str = "string"
    required: bool = False
    allowed: tuple[str, ...] = ()
    default: Any = None


@dataclass
class Project:
    """A project with its screens; `required` adds to what every create screen requires."""

    id: str
    key: str
    name: str
    issue_types: dict[str, str]
    workflow: list[Transition]
    initial: str
    create_screen: set[str]
    edit_screen: set[str]
    custom: dict[str, CustomField] = field(default_factory=dict)
    components: dict[str, str] = field(default_factory=dict)
    security_levels: dict[str, str] = field(default_factory=dict)
    permissions: set[str] = field(default_factory=set)
    archived: bool = False
    counter: int = 0


@dataclass
class Stored:
    """An issue as stored; `fields` holds ids and plain values, `snapshots` what the search index could know and when."""

    id: str
    key: str
    project: str
    fields: Json
    created: dt.datetime
    updated: dt.datetime
    properties: Json = field(default_factory=dict)
    links: dict[str, Json] = field(default_factory=dict)
    old_keys: list[str] = field(default_factory=list)
    hidden: bool = False
    deleted_at: dt.datetime | None = None
    blocked_transitions: set[str] = field(default_factory=set)
    snapshots: list[tuple[dt.datetime, Stored]] = field(default_factory=list, repr=False)

    def remember(self) -> None:
        """Note this state for the search index."""
        self.snapshots.append((self.updated, self._bare()))

    def _bare(self) -> Stored:
        return Stored(
            self.id,
            self.key,
            self.project,
            copy.deepcopy(self.fields),
            self.created,
            self.updated,
            copy.deepcopy(self.properties),
            hidden=self.hidden,
        )


STANDARD_SCREEN = {
    "summary",
    "issuetype",
    "project",
    "description",
    "priority",
    "labels",
    "assignee",
    "reporter",
    "components",
    "parent",
    "duedate",
}
ALL_PERMISSIONS = {
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "TRANSITION_ISSUES",
    "LINK_ISSUES",
    "RESOLVE_ISSUES",
    "CLOSE_ISSUES",
    "SCHEDULE_ISSUES",
    "MODIFY_REPORTER",
    "SET_ISSUE_SECURITY",
}
STATUSES = (
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10010", "In Review", "indeterminate"),
    Status("10001", "Done", "done"),
    Status("10002", "Reopened", "new"),
)
RESOLUTIONS = {
    "10000": "Done",
    "10001": "Won't Do",
    "10002": "Duplicate",
    "10003": "Cannot Reproduce",
}
PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low", "5": "Lowest"}


def simple_workflow() -> list[Transition]:
    """Every status from every status; done shows a screen with an optional resolution."""
    return [
        Transition("11", "To Do", "10000", clears_resolution=True),
        Transition("21", "In Progress", "3", clears_resolution=True),
        Transition("31", "Done", "10001", screen={"resolution": False}, resolution="10000"),
    ]


def strict_workflow() -> list[Transition]:
    """To Do -> In Progress -> In Review -> Done with a required resolution, and back only by re-opening."""
    return [
        Transition("4", "Start", "3", ("10000", "10002")),
        Transition("5", "Ask for review", "10010", ("3",)),
        Transition("6", "Send back", "3", ("10010",)),
        Transition("7", "Finish", "10001", ("10010",), screen={"resolution": True}),
        Transition("8", "Reopen", "10002", ("10001",), clears_resolution=True),
    ]


def one_way_workflow() -> list[Transition]:
    """Like the strict one without a way back from done."""
    return [step for step in strict_workflow() if step.name != "Reopen"]
