"""The state of the local Jira server, and what a person can do there behind pmtrack's back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Literal

from tests.servers.jira.model import (
    ALL_PERMISSIONS,
    PRIORITIES,
    RESOLUTIONS,
    STANDARD_SCREEN,
    STATUSES,
    CustomField,
    Json,
    Project,
    Status,
    Stored,
    Transition,
    User,
    simple_workflow,
)

Deployment = Literal["cloud", "datacenter"]
BOT = {"cloud": "712020:00000000-bot", "datacenter": "pmtrack-bot"}


class Site:
    """One Jira site with a project OPS. All times are aware UTC.

    Args:
        deployment: Whether it behaves like Cloud or like Data Center.
        now: Its clock.
    """

    def __init__(
        self, deployment: Deployment = "cloud", now: Callable[[], dt.datetime] | None = None
    ) -> None:
        self.deployment = deployment
        self.now = now or (lambda: dt.datetime.now(dt.UTC))
        self.index_lag_s = 0.0
        self.time_zone = "Europe/Zurich"
        self.page_limit = 100 if deployment == "cloud" else 1000
        self.statuses: dict[str, Status] = {status.id: replace(status) for status in STATUSES}
        self.resolutions = dict(RESOLUTIONS)
        self.priorities = dict(PRIORITIES)
        self.users: dict[str, User] = {}
        self.projects: dict[str, Project] = {}
        self.issues: dict[str, Stored] = {}
        self.last_id = 10_000
        self.bot = BOT[deployment]
        self.add_user(User(self.bot, "pmtrack", "bot@acme.example", assignable=False))
        self.add_project("OPS", "Operations")

    # --- the site as an administrator sets it up --------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """Add an account."""
        self.users[user.account] = user
        return user

    def add_project(self, key: str, name: str, workflow: Iterable[Transition] | None = None) -> Project:
        """Add a project with the usual screens, Task, Epic and Sub-task."""
        project = Project(
            id=str(10_000 + len(self.projects)),
            key=key,
            name=name,
            issue_types={"10002": "Task", "10001": "Epic", "10003": "Sub-task"},
            workflow=list(workflow or simple_workflow()),
            initial="10000",
            create_screen=set(STANDARD_SCREEN),
            edit_screen=set(STANDARD_SCREEN),
            permissions=set(ALL_PERMISSIONS),
        )
        self.projects[key] = project
        return project

    def add_custom_field(self, project: str, field: CustomField) -> None:
        """Put a custom field on the screens of a project."""
        self.projects[project].custom[field.id] = field

    # --- what people do ---------------------------------------------------------------------------------------------

    def issue(self, name: str) -> Stored | None:
        """The issue with this id or (old or new, any case) key, None where there is none."""
        found = self.issues.get(name)
        if found is None:
            wanted = name.upper()
            found = next((i for i in self.issues.values() if i.key == wanted or wanted in i.old_keys), None)
        return None if found is None or found.deleted_at else found

    def living(self) -> list[Stored]:
        """Every issue that was not deleted, by id."""
        return [issue for issue in self.issues.values() if not issue.deleted_at]

    def add_issue(self, project: str, fields: Json, properties: Json | None = None) -> Stored:
        """Store a new issue with the next key."""
        home = self.projects[project]
        home.counter += 1
        self.last_id += 1
        at = self._tick()
        values: Json = {"status": home.initial, "resolution": None, "labels": [], "priority": "3", **fields}
        issue = Stored(
            str(self.last_id), f"{project}-{home.counter}", project, values, at, at, dict(properties or {})
        )
        self.issues[issue.id] = issue
        issue.remember()
        return issue

    def edit(self, name: str, **fields: Any) -> None:
        """Set stored values of an issue, as a person does."""
        issue = self._need(name)
        issue.fields.update(fields)
        self.touch(issue)

    def change(self, name: str, fields: Json) -> None:
        """Like `edit`, with the values as one object."""
        self.edit(name, **fields)

    def set_status(self, name: str, status: str, resolution: str | None = None) -> None:
        """Put an issue into a status by name, whatever the workflow says."""
        ids = {each.name: key for key, each in self.statuses.items()}
        resolutions = {text: key for key, text in self.resolutions.items()}
        self.edit(name, status=ids[status], resolution=resolutions[resolution] if resolution else None)

    def delete(self, name: str) -> None:
        """Delete an issue; the index may still tell it for a while."""
        self._need(name).deleted_at = self._tick()

    def move(self, name: str, project: str) -> str:
        """Move an issue to another project: a new key, the same id."""
        issue = self._need(name)
        home = self.projects[project]
        home.counter += 1
        issue.old_keys.append(issue.key)
        issue.key, issue.project = f"{project}-{home.counter}", project
        self.touch(issue)
        return issue.key

    def rename_project(self, old: str, new: str) -> None:
        """Give a project another key; old keys keep working."""
        project = self.projects.pop(old)
        project.key = new
        self.projects[new] = project
        for issue in self.living():
            if issue.project == old:
                issue.old_keys.append(issue.key)
                issue.key, issue.project = f"{new}-{issue.key.rpartition('-')[2]}", new
                self.touch(issue)

    def hide(self, name: str) -> None:
        """Give an issue a security level that the bot may not see."""
        issue = self._need(name)
        project = self.projects[issue.project]
        project.security_levels.setdefault("10100", "Reporters only")
        issue.hidden = True
        issue.fields["security"] = "10100"
        self.touch(issue)

    def touch(self, issue: Stored) -> None:
        """Note that an issue changed now."""
        issue.updated = self._tick()
        issue.remember()

    # --- what the search index knows --------------------------------------------------------------------------------

    def indexed(self) -> list[Stored]:
        """Every issue as the index tells it now, which may be late."""
        horizon = self.now() - dt.timedelta(seconds=self.index_lag_s)
        out = []
        for issue in self.issues.values():
            if issue.deleted_at and issue.deleted_at <= horizon:
                continue
            known = [stored for at, stored in issue.snapshots if at <= horizon]
            if known:
                out.append(known[-1])
        return out

    def may_see(self, issue: Stored) -> bool:
        """Whether the bot may read the issue."""
        current = self.issues[issue.id]
        project = self.projects.get(current.project)
        return not current.hidden and project is not None and "BROWSE_PROJECTS" in project.permissions

    def is_archived(self, issue: Stored) -> bool:
        """Whether its project is archived: such issues can be read, but no search tells them."""
        project = self.projects.get(self.issues[issue.id].project)
        return project is not None and project.archived

    def _need(self, name: str) -> Stored:
        issue = self.issue(name)
        if issue is None:
            raise KeyError(name)
        return issue

    def _tick(self) -> dt.datetime:
        at = self.now()
        return at.replace(microsecond=at.microsecond // 1000 * 1000)
