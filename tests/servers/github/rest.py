"""The part of GitHub's REST API that pmtrack uses, with GitHub's own words and status codes where they are known."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from tests.servers.github import searching, shapes
from tests.servers.github.store import Issue, Repository, Store, User

_DOCS = "https://docs.github.com/rest"
_TITLE_LIMIT, _BODY_LIMIT, _ASSIGNEES = 256, 65_536, 10


@dataclass
class Request:
    """A request without its transport."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    viewer: User
    api: str
    permissions: Mapping[str, str] | None = None


@dataclass
class Response:
    """An answer without its transport."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        return "" if self.body is None else json.dumps(self.body)


Handler = Callable[[Store, Request, Repository, "re.Match[str]"], Response]
_ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    """Register a handler for paths below a repository."""

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, re.compile(pattern + r"\Z"), handler))
        return handler

    return register


def problem(status: int, message: str, **more: Any) -> Response:
    """An error as GitHub words it."""
    return Response(status, {"message": message, "documentation_url": _DOCS, "status": str(status), **more})


def invalid(name: str, value: Any = None, code: str = "invalid", message: str | None = None) -> Response:
    """A 422 for one field of an issue."""
    error: dict[str, Any] = {"resource": "Issue", "field": name, "code": code}
    error |= {key: told for key, told in (("value", value), ("message", message)) if told is not None}
    return problem(422, "Validation Failed", errors=[error])


def handle(store: Store, request: Request) -> Response:
    """The answer to a REST request; the store is locked meanwhile."""
    with store.lock:
        if request.path == "/user":
            return Response(200, shapes.account(request.viewer, request.api))
        if request.path == "/search/issues":
            return Response(200, searching.search(store, request.query, request.api))
        if match := re.fullmatch(r"/orgs/[^/]+/issue-fields", request.path):
            return Response(200, [_org_field(key, name) for key, name in store.org_fields.items()])
        match = re.match(r"/repos/(?P<name>[^/]+/[^/]+)(?P<rest>/.*)?\Z", request.path)
        by_id = re.match(r"/repositories/(?P<id>\d+)(?P<rest>/.*)?\Z", request.path)
        if match:
            return _named(store, request, match["name"], match["rest"] or "")
        if by_id:
            for repository in store.repositories.values():
                if repository.id == int(by_id["id"]):
                    return _inside(store, request, repository, by_id["rest"] or "")
        return problem(404, "Not Found")


def _named(store: Store, request: Request, name: str, rest: str) -> Response:
    repository = store.repository(name)
    if repository is None or request.viewer.role == "none":
        return problem(404, "Not Found")
    if name.casefold() in store.renamed:
        # Reads are 301, writes 307; the query is lost, as on GitHub.
        target = f"{request.api}/repositories/{repository.id}{rest}"
        status, word = (301, "Moved Permanently") if request.method == "GET" else (307, "Temporary Redirect")
        return Response(
            status, {"message": word, "url": target, "documentation_url": _DOCS}, {"Location": target}
        )
    return _inside(store, request, repository, rest)


def _inside(store: Store, request: Request, repository: Repository, rest: str) -> Response:
    if repository.archived and request.method != "GET":
        return problem(403, "Repository was archived so is read-only.")
    limited = request.permissions is not None and request.permissions.get("issues") != "write"
    if limited and request.method != "GET":
        refused = problem(403, "Resource not accessible by personal access token")
        refused.headers["X-Accepted-GitHub-Permissions"] = "issues=write"
        return refused
    for method, pattern, handler in _ROUTES:
        match = pattern.match(rest)
        if match and method == request.method:
            return handler(store, request, repository, match)
    return problem(404, "Not Found")


@route("GET", "")
def _repository(store: Store, request: Request, repository: Repository, _match: re.Match[str]) -> Response:
    owner = store.users.get(repository.owner.casefold(), User(repository.owner, id=1))
    return Response(200, shapes.repository(repository, request.viewer, request.api, owner))


# --- issues ----------------------------------------------------------------------------------------------------------


@route("GET", "/issues")
def _list(store: Store, request: Request, repository: Repository, _match: re.Match[str]) -> Response:
    if not repository.has_issues:
        return problem(410, "Issues has been disabled in this repository.")
    query = request.query
    if int(query.get("page", "1")) > 1 and "after" not in query:
        return problem(
            422, "Pagination with the page parameter is not supported for large datasets, please use cursor"
        )
    issues = [each for each in store.listed(repository) if _listed(each, query)]
    key = "updated" if query.get("sort") == "updated" else "created"
    newest_first = query.get("direction", "desc") == "desc"
    issues.sort(key=lambda each: (getattr(each, key), each.number), reverse=newest_first)
    size, start = min(100, int(query.get("per_page", "30"))), int(query.get("after", "0"))
    body = [shapes.issue(store, repository, each, request.api) for each in issues[start : start + size]]
    return _conditional(request, Response(200, body, _links(request, repository, start, size, len(issues))))


def _listed(issue: Issue, query: Mapping[str, str]) -> bool:
    if query.get("state", "open") not in ("all", issue.state):
        return False
    since = query.get("since")
    return not since or issue.updated >= dt.datetime.fromisoformat(since).replace(microsecond=0)


def _links(request: Request, repository: Repository, start: int, size: int, total: int) -> dict[str, str]:
    """Cursor paging: `next` and `prev` only, and the address names the repository by its id."""
    parts = []
    base = f"{request.api}/repositories/{repository.id}/issues"
    rest = {key: value for key, value in request.query.items() if key not in ("page", "after", "before")}
    if start + size < total:
        page = {**rest, "after": str(start + size), "page": str(start // size + 2)}
        parts.append(f'<{base}?{urlencode(page)}>; rel="next"')
    if start:
        parts.append(f'<{base}?{urlencode({**rest, "before": str(start), "page": "1"})}>; rel="prev"')
    return {"Link": ", ".join(parts)} if parts else {}


def _conditional(request: Request, response: Response) -> Response:
    etag = f'W/"{hashlib.sha256(response.text().encode()).hexdigest()}"'
    if request.headers.get("if-none-match") == etag:
        return Response(304, None, {"ETag": etag})
    response.headers["ETag"] = etag
    return response


@route("POST", "/issues")
def _create(store: Store, request: Request, repository: Repository, _match: re.Match[str]) -> Response:
    if not repository.has_issues:
        return problem(410, "Issues has been disabled in this repository.")
    asked = request.body
    if not isinstance(asked, dict):
        return problem(400, "Problems parsing JSON")
    if refused := _wrong(store, repository, request.viewer, asked, new=True):
        return refused
    issue = store.create(repository, request.viewer.login, str(asked["title"]), asked.get("body"))
    if request.viewer.role == "write":
        _assign(store, repository, issue, asked)
    url = f"{request.api}/repos/{repository.full_name}/issues/{issue.number}"
    return Response(201, shapes.issue(store, repository, issue, request.api), {"Location": url})


@route("GET", r"/issues/(?P<number>\d+)")
def _get(store: Store, request: Request, repository: Repository, match: re.Match[str]) -> Response:
    issue = _find(store, request, repository, match)
    if isinstance(issue, Response):
        return issue
    return _conditional(request, Response(200, shapes.issue(store, repository, issue, request.api)))


@route("PATCH", r"/issues/(?P<number>\d+)")
def _edit(store: Store, request: Request, repository: Repository, match: re.Match[str]) -> Response:
    issue = _find(store, request, repository, match)
    if isinstance(issue, Response):
        return issue
    asked, viewer = request.body, request.viewer
    if viewer.role != "write" and issue.author != viewer.login:
        return problem(403, "Must have admin rights to Repository.")
    if refused := _wrong(store, repository, viewer, asked, new=False):
        return refused
    before = (issue.title, issue.body)
    issue.title = str(asked.get("title", issue.title))
    issue.body = asked.get("body", issue.body)
    if before != (issue.title, issue.body):
        store.touch(issue)
    if "state" in asked:
        store.set_state(issue, asked["state"], asked.get("state_reason"))
    if viewer.role == "write":
        _assign(store, repository, issue, asked)
    return Response(200, shapes.issue(store, repository, issue, request.api))


def _find(store: Store, request: Request, repository: Repository, match: re.Match[str]) -> Issue | Response:
    number = int(match["number"])
    if not repository.has_issues or number in repository.gone:
        return problem(410, "This issue was deleted" if repository.has_issues else "Issues has been disabled")
    if number in repository.moved:
        name, new = repository.moved[number]
        target = store.repository(name)
        url = f"{request.api}/repositories/{target.id if target else 0}/issues/{new}"
        status = 301 if request.method == "GET" else 307
        return Response(status, {"message": "Moved Permanently", "url": url}, {"Location": url})
    issue = repository.issues.get(number)
    return problem(404, "Not Found") if issue is None or number in repository.hidden else issue


def _wrong(  # noqa: PLR0911
    store: Store, repository: Repository, viewer: User, asked: dict[str, Any], *, new: bool
) -> Response | None:
    title, body = asked.get("title"), asked.get("body") or ""
    if (new or title is not None) and not str(title or "").strip():
        return invalid("title", code="missing_field")
    if len(str(title or "")) > _TITLE_LIMIT:
        return invalid(
            "title", code="custom", message=f"title is too long (maximum is {_TITLE_LIMIT} characters)"
        )
    if len(body) > _BODY_LIMIT:
        return invalid(
            "body", code="custom", message=f"body is too long (maximum is {_BODY_LIMIT} characters)"
        )
    if asked.get("state") not in (None, "open", "closed"):
        return invalid("state", asked["state"])
    if viewer.role != "write":
        return None
    for login in asked.get("assignees") or ():
        person = store.users.get(login.casefold())
        if person is None or person.role != "write":
            return invalid("assignees", login)
    if asked.get("milestone") is not None and asked["milestone"] not in repository.milestones:
        return invalid("milestone", asked["milestone"])
    return None


def _assign(store: Store, repository: Repository, issue: Issue, asked: dict[str, Any]) -> None:
    """What only people with push access can set."""
    before = (list(issue.labels), list(issue.assignees), issue.milestone, issue.type, dict(issue.fields))
    if "labels" in asked:
        issue.labels = []
        _add_labels(repository, issue, asked["labels"])
    if "assignees" in asked:
        people = [store.users[login.casefold()].login for login in asked["assignees"]]
        issue.assignees = list(dict.fromkeys(people))[:_ASSIGNEES]
    issue.milestone = asked.get("milestone", issue.milestone)
    issue.type = asked.get("type", issue.type)
    for value in asked.get("issue_field_values") or ():
        if value["field_id"] in store.org_fields:
            issue.fields[value["field_id"]] = value["value"]
    if before != (issue.labels, issue.assignees, issue.milestone, issue.type, issue.fields):
        store.touch(issue)


def _add_labels(repository: Repository, issue: Issue, names: list[Any]) -> None:
    for each in names:
        name = each if isinstance(each, str) else each["name"]
        known = next((label for label in repository.labels if label.casefold() == name.casefold()), name)
        repository.labels.setdefault(known, shapes.COLOUR)
        if known not in issue.labels:
            issue.labels.append(known)


# --- labels, people, the rest ----------------------------------------------------------------------------------------


@route("POST", r"/issues/(?P<number>\d+)/labels")
def _label_issue(store: Store, request: Request, repository: Repository, match: re.Match[str]) -> Response:
    issue = _find(store, request, repository, match)
    if isinstance(issue, Response):
        return issue
    if request.viewer.role != "write":
        return problem(403, "Must have admin rights to Repository.")
    before = list(issue.labels)
    _add_labels(repository, issue, request.body["labels"])
    if before != issue.labels:
        store.touch(issue)
    return Response(200, [shapes.label(repository, name, request.api) for name in issue.labels])


@route("DELETE", r"/issues/(?P<number>\d+)/labels/(?P<label>[^/]+)")
def _unlabel(store: Store, request: Request, repository: Repository, match: re.Match[str]) -> Response:
    issue = _find(store, request, repository, match)
    if isinstance(issue, Response):
        return issue
    name = unquote(match["label"])
    if name not in issue.labels:
        return problem(404, "Label does not exist")
    issue.labels.remove(name)
    store.touch(issue)
    return Response(200, [shapes.label(repository, each, request.api) for each in issue.labels])


@route("GET", "/labels")
def _labels(_store: Store, request: Request, repository: Repository, _match: re.Match[str]) -> Response:
    names = sorted(repository.labels)[: int(request.query.get("per_page", "30"))]
    return Response(200, [shapes.label(repository, name, request.api) for name in names])


@route("POST", "/labels")
def _new_label(_store: Store, request: Request, repository: Repository, _match: re.Match[str]) -> Response:
    if request.viewer.role != "write":
        return problem(404, "Not Found")
    name = request.body["name"]
    if name.casefold() in {each.casefold() for each in repository.labels}:
        return problem(
            422,
            "Validation Failed",
            errors=[{"resource": "Label", "code": "already_exists", "field": "name"}],
        )
    repository.labels[name] = request.body.get("color", shapes.COLOUR)
    return Response(201, shapes.label(repository, name, request.api))


@route("GET", "/milestones")
def _milestones(store: Store, request: Request, repository: Repository, _match: re.Match[str]) -> Response:
    return Response(
        200, [shapes.milestone(store, repository, each, request.api) for each in repository.milestones]
    )


@route("GET", "/assignees/(?P<login>[^/]+)")
def _assignee(store: Store, _request: Request, _repository: Repository, match: re.Match[str]) -> Response:
    person = store.users.get(unquote(match["login"]).casefold())
    return Response(204) if person and person.role == "write" else problem(404, "Not Found")


@route("DELETE", r"/issues/(?P<number>\d+)/issue-field-values/(?P<field>\d+)")
def _clear_field(store: Store, request: Request, repository: Repository, match: re.Match[str]) -> Response:
    issue = _find(store, request, repository, match)
    if isinstance(issue, Response):
        return issue
    if issue.fields.pop(int(match["field"]), None) is None:
        return problem(404, "Not Found")
    store.touch(issue)
    return Response(204)


@route("POST", r"/issues/(?P<number>\d+)/sub_issues")
def _sub_issue(store: Store, request: Request, repository: Repository, match: re.Match[str]) -> Response:
    issue = _find(store, request, repository, match)
    if isinstance(issue, Response):
        return issue
    child = request.body["sub_issue_id"]
    if not any(each.id == child for each in repository.issues.values()) or child in issue.children:
        return problem(422, "Issue may not contain duplicate sub-issues")
    issue.children.append(child)
    return Response(201, shapes.issue(store, repository, issue, request.api))


def _org_field(key: int, name: str) -> dict[str, Any]:
    return {"id": key, "node_id": f"IF_{key}", "name": name, "data_type": "date", "description": None}
