"""What `pmtrack doctor` asks a Jira before the first sync."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.jira import mapping
from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.metadata import Screen, described
from adapters.jira.people import People
from adapters.jira.permissions import ON_CLOUD, PERMISSIONS, Permissions, wanted
from adapters.jira.site import Site
from adapters.jira.workflow import Workflow
from tracker.errors import AdapterError, NotFoundError
from tracker.models import Person, Severity
from tracker.remote import NewIssue, Problem, Refused


class Preflight:
    """Asks, and says what is fine and what is missing."""

    def __init__(
        self,
        client: Client,
        options: JiraOptions,
        site: Site,
        people: People,
        *,
        permissions: Permissions,
        people_map: Sequence[Person] = (),
    ) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._people = people
        self._permissions = permissions
        self._map = people_map
        self._told: list[str] | None = None

    def before_creating(self, batch: Sequence[NewIssue]) -> Refused | None:
        """Why nothing can be created in this run. What else these issues need and is missing is told by `warnings`.

        What the create screen wants is looked at with each issue.

        Raises:
            AdapterError: it could not be found out.
        """
        if "CREATE_ISSUES" in self._permissions.missing():
            problem = self._permissions.problem("CREATE_ISSUES")
            return Refused(problem.message, problem.hint)
        if self._told is None:
            found = self._permissions.problems(wanted(batch, (), self._options))
            self._told = [f"{each.message} ({each.hint})" for each in found]
        return None

    def was_told(self) -> None:
        """The whole plan was looked at: single issues need not tell it again."""
        self._told = []

    def warnings(self) -> list[str]:
        """What is missing beyond creating, told once."""
        told, self._told = self._told or [], [] if self._told is not None else None
        return told

    def problems(self) -> Iterator[Problem]:
        """Who am I, what may I do, what does the project want.

        Raises:
            AdapterError: the site cannot be reached at all, or does not let us in.
        """
        self._site.forget()
        self._permissions.forget()
        kind = "Jira Cloud" if self._site.ask() == "cloud" else "Jira Data Center"
        me = self._client.read("GET", "myself")
        who = me.get("displayName") or me.get("name") or "somebody"
        account = me.get("accountId") or me.get("name")
        yield _fine(f"{self._options.url}: {kind}, logged in as {who} ({account})")
        if abs(self._client.skew_s) > 60:
            yield Problem(f"the clock of Jira is {self._client.skew_s:.0f} s off", Severity.INFO)
        try:
            yield from self._project()
        except NotFoundError as error:
            hint = error.hint or "Check `project`, and that this account may browse it."
            yield self._of_project(error, hint)
        except AdapterError as error:
            yield self._of_project(error, error.hint)

    def _of_project(self, error: AdapterError, hint: str | None) -> Problem:
        reason = error.message.removeprefix(f"{self._client.name}: ")
        return Problem(f"project {self._options.project}: {reason}", hint=hint)

    def _project(self) -> Iterator[Problem]:
        key = self._options.project
        about = self._client.read("GET", f"project/{key}")
        if about.get("archived"):
            yield _archived(key)
            return
        yield _fine(f"project {key}: {about.get('name')}")
        yield from self._rights()
        screen = self._site.screen()
        yield from self._screen(screen)
        yield from Workflow(self._client, self._options, self._site).problems()
        yield from self._resolutions()
        yield from self._people.problems(self._map, cloud=self._site.is_cloud)

    def archived(self) -> Problem | None:
        """The problem that the project is archived, None where it is not.

        Raises:
            AdapterError: the project cannot be read.
        """
        key = self._options.project
        return _archived(key) if self._client.read("GET", f"project/{key}").get("archived") else None

    def _rights(self) -> Iterator[Problem]:
        wanted_here = [key for key in PERMISSIONS if self._site.is_cloud or key not in ON_CLOUD]
        missing = self._permissions.problems(wanted_here)
        yield from missing
        if not missing:
            yield _fine(f"permissions: {', '.join(PERMISSIONS[key][1] for key in wanted_here)}")

    def _screen(self, screen: Screen) -> Iterator[Problem]:
        yield _fine(
            f"issue type {self._options.issue_type}: {len(screen.fields)} fields on the create screen"
        )
        for name, what in (("duedate", "due dates"), ("priority", "priorities"), ("assignee", "assignees")):
            if not screen.offers(name):
                hint = f"Put the field on the create screen, or live with {what} in the text only."
                yield Problem(f"{name} is not on the create screen", Severity.WARNING, hint)
        names = {field.id for each in self._options.fields if (field := screen.find(each))}
        for field in screen.missing(names | {"description", "labels"} | self._filled()):
            hint = "Name a value under `fields` of this tracker in the configuration."
            yield Problem(f"the create screen requires {described(field)}", hint=hint)
        yield from self.configured(screen)

    def configured(self, screen: Screen) -> Iterator[Problem]:
        """Fields and values that the configuration names and the create screen does not have."""
        for each in self._options.fields:
            if screen.find(each) is None:
                hint = f"The screen has: {', '.join(sorted(field.name for field in screen.fields.values()))}."
                yield Problem(f"configured field {each!r} is not on the create screen", hint=hint)
        unprotected = mapping.unprotected(self._options, screen)
        if unprotected:
            hint = "Ask an administrator for the field and the permission, or take `security_level` out."
            yield Problem(unprotected, hint=hint)
        yield from self._choices(screen)

    def _filled(self) -> set[str]:
        given = {
            "components": self._options.components,
            "security": self._options.security_level,
            "parent": self._options.parent != "none",
        }
        return {name for name, value in given.items() if value}

    def _choices(self, screen: Screen) -> Iterator[Problem]:
        wanted = {
            "priority": self._options.priorities,
            "components": self._options.components,
            "security": (self._options.security_level,) if self._options.security_level else (),
        }
        for name, values in wanted.items():
            allowed = screen.fields[name].allowed if screen.offers(name) else ()
            for value in dict.fromkeys(values):
                if allowed and value not in allowed:
                    hint = f"There is: {', '.join(allowed)}."
                    yield Problem(f"there is no {name} {value!r}", Severity.WARNING, hint)

    def _resolutions(self) -> Iterator[Problem]:
        names = [str(each.get("name")) for each in self._client.read("GET", "resolution")]
        for kind, name in self._options.resolutions:
            if names and name not in names:
                hint = f"Set resolutions.{kind} to one of: {', '.join(names)}."
                yield Problem(f"there is no resolution {name!r}", Severity.WARNING, hint)


def _archived(key: str) -> Problem:
    return Problem(f"project {key} is archived", hint="Restore it, or configure another `project`.")


def _fine(text: str) -> Problem:
    return Problem(text, Severity.INFO, ok=True)
