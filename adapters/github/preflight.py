"""What `pmtrack doctor` says about a GitHub tracker: who we are, what we may do, what is missing, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.github.client import Client
from adapters.github.due import DueField
from adapters.github.labels import Labels
from adapters.github.repository import Repository
from tracker.errors import AdapterError, RateLimitedError, UnreachableError, UserError
from tracker.models import Severity
from tracker.remote import Problem

_ENOUGH = 200


def check(repository: Repository, labels: Labels) -> Iterator[Problem]:
    """See `tracker.remote.Tracker.check`.

    Raises:
        AdapterError: GitHub cannot be reached at all.
    """
    try:
        yield from _repository(repository)
    except UnreachableError:
        raise
    except AdapterError as error:
        yield Problem(error.message, hint=error.hint)
        return
    yield from _account(repository.client)
    yield from _quota(repository.client)
    yield from _configured(repository, labels)


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
        yield Problem(f"no write permission in {repository.name}", hint=hint)


def _account(client: Client) -> Iterator[Problem]:
    try:
        answer = client.read("/user", expect=(200, 401, 403, 404))
    except AdapterError as error:
        yield Problem(error.message, Severity.WARNING, error.hint)
        return
    login = answer.record().get("login")
    if not login:
        # An App's installation is nobody: 403.
        yield Problem("signed in as an installation of a GitHub App", Severity.INFO, ok=True)
        return
    yield Problem(f"signed in as {login}", Severity.INFO, ok=True)
    scopes = {scope.strip() for scope in (client.scopes or "").split(",")} - {""}
    if scopes and not scopes & {"repo", "public_repo"}:
        hint = (
            "Make a classic token with the scope `repo`, or a fine-grained one with Issues: Read and write."
        )
        yield Problem(f"the token has only the scopes {', '.join(sorted(scopes))}", Severity.WARNING, hint)


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


def _configured(repository: Repository, labels: Labels) -> Iterator[Problem]:
    options = repository.options
    try:
        if options.milestone and labels.milestone(options.milestone) is None:
            hint = "Create it, or remove `milestone`."
            yield Problem(f"there is no open milestone {options.milestone!r}", Severity.WARNING, hint)
        if options.due_field:
            DueField(repository).field_id()
            yield Problem(f"due dates go to the issue field {options.due_field!r}", Severity.INFO, ok=True)
        if options.project:
            DueField(repository).find_project()
            yield Problem(f"due dates go to project {options.project.number}", Severity.INFO, ok=True)
        if not options.create_labels and "pmtrack" in labels.missing(("pmtrack",)):
            yield Problem(
                "there is no label 'pmtrack'", Severity.WARNING, "Create it, or set create_labels = true."
            )
    except (AdapterError, UserError) as error:
        yield Problem(error.message, hint=error.hint)
