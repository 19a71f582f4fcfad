"""What must be right before anything is written: who we are, what we may do, what is missing, and what to do about it.

`pmtrack doctor` shows all of it; a run looks at it once, before its first write, with what it has read already. A run that
writes nothing sends nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.github import mapping
from adapters.github.answers import limit_of, reason_of
from adapters.github.budget import Budget
from adapters.github.client import Client
from adapters.github.due import DueField
from adapters.github.labels import Labels
from adapters.github.people import People
from adapters.github.repository import Repository
from adapters.github.transport import Lost, NotConnected, Redirected
from tracker.errors import AdapterError, RateLimitedError, UnreachableError, UserError
from tracker.models import Severity
from tracker.remote import Problem, Refused

# Fewer requests than this are not enough for a run of some size.
_ENOUGH = 200
_SCOPES_HINT = (
    "Make a classic token with the scope `repo`, or a fine-grained one with Issues: Read and write."
)
_APP_HINT = (
    "Give the App the repository permission Issues: Read and write, and let the organisation accept it."
)


class Preflight:
    """Looks once; remembers what stops every write of the run, and what a person should know."""

    def __init__(
        self, repository: Repository, budget: Budget, *, labels: Labels, due: DueField, people: People
    ) -> None:
        self._repository = repository
        self._budget = budget
        self._labels = labels
        self._due = due
        self._people = people
        self._stopped: Refused | None = None
        self._warnings: list[str] | None = None

    # --- before the first write -------------------------------------------------------------------------------------

    def stopped(self) -> Refused | None:
        """Why nothing at all can be written in this run, None where it can.

        Raises:
            AdapterError: it could not be found out.
        """
        if self._warnings is None:
            warnings = []
            for problem in self._before_writing():
                if not problem.ok and problem.severity is Severity.ERROR:
                    self._stopped = Refused(problem.message, problem.hint)
                    break
                if not problem.ok and problem.severity is Severity.WARNING:
                    warnings.append(
                        f"{problem.message} ({problem.hint})" if problem.hint else problem.message
                    )
            self._warnings = warnings
        return self._stopped

    def warnings(self) -> tuple[str, ...]:
        """What a person should know, told once."""
        told = tuple(self._warnings or ())
        self._warnings = [] if self._warnings is not None else None
        return told

    def _before_writing(self) -> Iterator[Problem]:
        yield from _repository(self._repository)
        yield from self._rights()
        yield from _known_quota(self._repository.client)
        yield from self._fields()

    # --- doctor -----------------------------------------------------------------------------------------------------

    def check(self) -> Iterator[Problem]:
        """See `tracker.remote.Tracker.check`.

        Raises:
            AdapterError: GitHub cannot be reached at all.
        """
        try:
            found = list(_repository(self._repository))
        except UnreachableError:
            raise
        except AdapterError as error:
            yield Problem(error.message, hint=error.hint)
            return
        yield from found
        if any(problem.severity is Severity.ERROR for problem in found if not problem.ok):
            return
        yield from _account(self._repository.client)
        yield from self._rights()
        yield from _quota(self._repository.client)
        yield from self._creates_left()
        yield from _caught(self._fields())
        yield from _caught(self._names())

    # --- its parts --------------------------------------------------------------------------------------------------

    def _rights(self) -> Iterator[Problem]:
        """Whether the token may write issues: told by its scopes, by the App's permissions, or found out by trying."""
        rights = self._repository.client.rights
        if rights.app is not None:
            if rights.app.get("issues") != "write":
                yield Problem("the GitHub App may not write issues", hint=_APP_HINT)
            return
        scopes = rights.scopes
        if scopes and not scopes & {"repo", "public_repo"}:
            yield Problem(f"the token has only the scopes {', '.join(sorted(scopes))}", hint=_SCOPES_HINT)
        elif not scopes:
            yield from self._tried()
        if scopes and self._repository.options.project and "project" not in scopes:
            hint = "Add the scope `project` to the token."
            yield Problem(
                "the token may not write projects, where due dates are to go", Severity.WARNING, hint
            )

    def _tried(self) -> Iterator[Problem]:
        """Ask for an issue without a title: GitHub looks at the permission first, and then refuses the title.

        A fine-grained token does not say what it may do in any other way; see
        https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens.
        """
        if self._budget.admit(content=False):
            return
        path = f"{self._repository.path}/issues"
        try:
            answer = self._repository.client.send("POST", path, body={"title": ""})
        except (NotConnected, Lost, Redirected):
            return  # It proves nothing; the writes themselves will tell.
        if limit := limit_of(answer, self._budget.now()):
            self._budget.limited(limit)
        elif answer.status in (401, 403):
            accepted = answer.headers.get("x-accepted-github-permissions", "issues=write")
            reason = f"the token may not write issues ({reason_of(answer)}; needed: {accepted})"
            yield Problem(reason, hint=_SCOPES_HINT)

    def _creates_left(self) -> Iterator[Problem]:
        for left, most, word in self._budget.creates_left():
            told = f"{left} of {most} new issues {word} are left"
            if left:
                yield Problem(told, Severity.INFO, ok=True)
            else:
                yield Problem(told, Severity.WARNING, "Run again later, or with --wait.")

    def _fields(self) -> Iterator[Problem]:
        """What the configuration names must exist."""
        options = self._repository.options
        if options.milestone and self._labels.milestone(options.milestone) is None:
            hint = "Create it, or remove `milestone`."
            yield Problem(f"there is no open milestone {options.milestone!r}", Severity.WARNING, hint)
        if options.due_field:
            self._due.field_id()
            yield Problem(f"due dates go to the issue field {options.due_field!r}", Severity.INFO, ok=True)
        if options.project:
            self._due.find_project()
            yield Problem(f"due dates go to project {options.project.number}", Severity.INFO, ok=True)

    def _names(self) -> Iterator[Problem]:
        """Labels and people that every issue may need."""
        options = self._repository.options
        priorities = (mapping.priority_label(level, options.labels) for level in range(5))
        missing = self._labels.missing(dict.fromkeys(("pmtrack", *(name for name in priorities if name))))
        named = ", ".join(repr(name) for name in missing)
        if missing and options.create_labels:
            yield Problem(
                f"labels that are not there yet are created when needed: {named}", Severity.INFO, ok=True
            )
        elif missing:
            hint = "Create them, or set create_labels = true."
            yield Problem(f"there are no labels {named}", Severity.WARNING, hint)
        default = options.default_assignee
        if default and not self._people.assignable((default,))[0]:
            hint = "Give the account access to the repository, or change `default_assignee`."
            yield Problem(f"{default} cannot be assigned in {self._repository.name}", Severity.WARNING, hint)


def _caught(problems: Iterable[Problem]) -> Iterator[Problem]:
    """One problem more where the rest could not be found out."""
    try:
        yield from problems
    except (AdapterError, UserError) as error:
        yield Problem(error.message, hint=error.hint)


def _repository(repository: Repository) -> Iterator[Problem]:
    asked = repository.options.repository
    permissions = repository.ensure()
    if repository.name.casefold() != asked.casefold():
        hint = f'Set repository = "{repository.name}".'
        yield Problem(f"{asked} is called {repository.name} now", Severity.WARNING, hint)
    if refused := repository.refusal():
        yield Problem(refused.reason, hint=refused.hint)
        return
    yield Problem(f"{repository.name} can be read and has issues", Severity.INFO, ok=True)
    if permissions.may_write:
        yield Problem("labels, assignees and closing are allowed", Severity.INFO, ok=True)
    else:
        hint = "Give the account the role Triage or Write; GitHub drops labels and assignees silently without it."
        yield Problem(f"no write permission in {repository.name}", Severity.WARNING, hint)


def _account(client: Client) -> Iterator[Problem]:
    if client.rights.app is not None:
        yield Problem("signed in as an installation of a GitHub App", Severity.INFO, ok=True)
        return
    try:
        answer = client.read("/user", expect=(200, 401, 403, 404))
    except AdapterError as error:
        yield Problem(error.message, Severity.WARNING, error.hint)
        return
    login = answer.record().get("login")
    # The token of a workflow is nobody: 403.
    told = f"signed in as {login}" if login else "signed in as an installation of a GitHub App"
    yield Problem(told, Severity.INFO, ok=True)


def _known_quota(client: Client) -> Iterator[Problem]:
    """The quota as the answers so far told it."""
    quota = client.quota
    if quota and quota.left < _ENOUGH:
        told = f"{quota.left} of {quota.most} requests are left until {quota.resets_at:%H:%M} UTC"
        yield Problem(
            told, Severity.WARNING, "What does not fit is put off; run again later, or with --wait."
        )


def _quota(client: Client) -> Iterator[Problem]:
    try:
        answer = client.read("/rate_limit", expect=(200, 404))
    except RateLimitedError as error:
        yield Problem(error.message, Severity.WARNING, error.hint)
        return
    except AdapterError:
        return
    if answer.status == 404:
        yield Problem("the server has no rate limits", Severity.INFO, ok=True)
        return
    core = (answer.record().get("resources") or {}).get("core") or {}
    left, most = core.get("remaining"), core.get("limit")
    if isinstance(left, int) and left < _ENOUGH:
        yield Problem(f"{left} of {most} requests are left this hour", Severity.WARNING, "Run again later.")
    elif isinstance(left, int):
        yield Problem(f"{left} of {most} requests are left this hour", Severity.INFO, ok=True)
