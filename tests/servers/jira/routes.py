"""The end points of the REST API: one method per path and verb, answers as (status, JSON or None).

Cloud and Data Center differ as the vendors' descriptions say: Cloud lost `/search`, Data Center never had `/search/jql`
and `/issue/bulkfetch`; the create metadata is paged under other keys; users are told by accountId or by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.servers.jira import jql, writing
from tests.servers.jira.model import Json, Project, Stored, Transition
from tests.servers.jira.shapes import Shapes
from tests.servers.jira.site import Site
from tests.servers.jira.writing import Rejected

Answer = tuple[int, Any]
Params = dict[str, str]
CREATE_LIMIT = 50
FETCH_LIMIT = 100
NO_ISSUE = "Issue does not exist or you do not have permission to see it."


class HttpError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(status, messages)
        self.status = status
        self.body = {"errorMessages": list(messages), "errors": errors or {}}


class Routes:
    """Answers requests on a site."""

    def __init__(self, site: Site, base: str) -> None:
        self.site = site
        self.base = base

    def answer(self, method: str, version: str, path: str, params: Params, body: Any) -> Answer:
        """The answer to a request below `/rest/api/{version}/`."""
        for verb, pattern, only, name in _TABLE:
            match = re.fullmatch(pattern, path)
            if verb == method and match and only in ("", self.site.deployment):
                call = _Call(self.site, Shapes(self.site, self.base, version), params, body)
                handler: Callable[..., Answer] = getattr(call, name)
                return _guarded(handler, match.groups())
        if path == "search" and self.site.deployment == "cloud":
            text = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
            return 410, {"errorMessages": [text], "errors": {}}
        return 404, None


def _guarded(handler: Callable[..., Answer], arguments: tuple[str, ...]) -> Answer:
    try:
        return handler(*arguments)
    except HttpError as error:
        return error.status, error.body
    except Rejected as error:
        return 400, error.body()


_TABLE = (
    ("GET", "serverInfo", "", "server_info"),
    ("GET", "myself", "", "myself"),
    ("GET", "mypermissions", "", "permissions"),
    ("GET", "field", "", "field_list"),
    ("GET", "priority", "", "priority_list"),
    ("GET", "resolution", "", "resolution_list"),
    ("GET", "project/([^/]+)", "", "project"),
    ("GET", "project/([^/]+)/statuses", "", "project_statuses"),
    ("GET", "project/([^/]+)/securitylevel", "", "security_levels"),
    ("GET", "issue/createmeta/([^/]+)/issuetypes", "", "create_types"),
    ("GET", "issue/createmeta/([^/]+)/issuetypes/([^/]+)", "", "create_fields"),
    ("POST", "issue", "", "create"),
    ("POST", "issue/bulk", "", "create_bulk"),
    ("POST", "issue/bulkfetch", "cloud", "bulk_fetch"),
    ("GET", "issue/([^/]+)", "", "issue"),
    ("PUT", "issue/([^/]+)", "", "edit"),
    ("DELETE", "issue/([^/]+)", "", "delete"),
    ("GET", "issue/([^/]+)/transitions", "", "transitions"),
    ("POST", "issue/([^/]+)/transitions", "", "transition"),
    ("GET", "issue/([^/]+)/properties/([^/]+)", "", "property"),
    ("PUT", "issue/([^/]+)/properties/([^/]+)", "", "set_property"),
    ("GET", "issue/([^/]+)/remotelink", "", "remote_links"),
    ("POST", "issue/([^/]+)/remotelink", "", "set_remote_link"),
    ("POST", "search/jql", "cloud", "search_cloud"),
    ("GET", "search/jql", "cloud", "search_cloud"),
    ("POST", "search", "datacenter", "search_dc"),
    ("GET", "search", "datacenter", "search_dc"),
    ("GET", "user/assignable/search", "", "assignable"),
    ("GET", "user", "", "user"),
)


class _Call:
    def __init__(self, site: Site, shapes: Shapes, params: Params, body: Any) -> None:
        self.site = site
        self.shapes = shapes
        self.params = params
        self.body: Json = body if isinstance(body, dict) else {}

    # --- the site ---------------------------------------------------------------------------------------------------

    def server_info(self) -> Answer:
        cloud = self.site.deployment == "cloud"
        version = (1001, 0, 0) if cloud else (10, 3, 2)
        return 200, {
            "baseUrl": self.shapes.base,
            "version": "1001.0.0-SNAPSHOT" if cloud else "10.3.2",
            "versionNumbers": list(version),
            "deploymentType": "Cloud" if cloud else "Data Center",
            "buildNumber": 100_287,
            "serverTime": self.shapes.time(self.site.now()),
            "serverTitle": "Jira",
        }

    def myself(self) -> Answer:
        me = self.site.users[self.site.bot]
        return 200, self.shapes.account(me) | {"timeZone": self.site.time_zone, "locale": "en_US"}

    def permissions(self) -> Answer:
        wanted = [key for key in self.params.get("permissions", "").split(",") if key]
        if not wanted and self.site.deployment == "cloud":
            raise HttpError(400, "The 'permissions' query parameter is required.")
        key = self.params.get("projectKey")
        project = self.site.projects.get(key or "")
        if key and project is None:
            raise HttpError(404, f"No project could be found with key '{key}'.")
        held = (
            project.permissions
            if project
            else set().union(*(p.permissions for p in self.site.projects.values()))
        )
        known = wanted or sorted(held)
        return 200, {
            "permissions": {
                each: {
                    "id": str(i),
                    "key": each,
                    "name": each,
                    "type": "PROJECT",
                    "havePermission": each in held,
                }
                for i, each in enumerate(known, 10)
            }
        }

    def field_list(self) -> Answer:
        names = [{"id": name, "key": name, "name": name, "custom": False} for name in ("summary", "duedate")]
        custom = [
            {"id": field.id, "key": field.id, "name": field.name, "custom": True}
            for project in self.site.projects.values()
            for field in project.custom.values()
        ]
        return 200, names + custom

    def priority_list(self) -> Answer:
        return 200, [self.shapes.priority(key) for key in self.site.priorities]

    def resolution_list(self) -> Answer:
        return 200, [self.shapes.resolution(key) for key in self.site.resolutions]

    # --- projects and metadata --------------------------------------------------------------------------------------

    def project(self, name: str) -> Answer:
        project = self._project(name)
        return 200, self.shapes.project(project) | {"archived": project.archived}

    def project_statuses(self, name: str) -> Answer:
        project = self._project(name)
        statuses = [self.shapes.status(key) for key in self.site.statuses]
        return 200, [{**self.shapes.issue_type(key), "statuses": statuses} for key in project.issue_types]

    def security_levels(self, name: str) -> Answer:
        levels = self._project(name).security_levels.items()
        return 200, {"levels": [{"id": key, "name": text} for key, text in levels]}

    def create_types(self, name: str) -> Answer:
        project = self._project(name)
        may = "CREATE_ISSUES" in project.permissions and not project.archived
        types = [self.shapes.issue_type(key) for key in project.issue_types] if may else []
        return 200, self._page(types, "issueTypes")

    def create_fields(self, name: str, kind: str) -> Answer:
        project = self._project(name)
        if kind not in project.issue_types:
            raise HttpError(400, "Issue type not found")
        custom = [field.id for field in project.custom.values()]
        wanted = [*sorted(project.create_screen), *custom]
        required = {"summary", "issuetype", "project"}
        fields = [self.shapes.field_meta(project, each, required=each in required) for each in wanted]
        return 200, self._page(fields, "fields")

    def _page(self, values: list[Any], cloud_key: str) -> Json:
        start, size = int(self.params.get("startAt", 0)), min(int(self.params.get("maxResults", 50)), 200)
        page = values[start : start + size]
        out: Json = {"startAt": start, "maxResults": size, "total": len(values)}
        if self.site.deployment == "cloud":
            return out | {cloud_key: page}
        return out | {"isLast": start + size >= len(values), "values": page}

    def _project(self, name: str) -> Project:
        for project in self.site.projects.values():
            if name in (project.id, project.key) and "BROWSE_PROJECTS" in project.permissions:
                return project
        raise HttpError(404, f"No project could be found with key '{name}'.")

    # --- issues -----------------------------------------------------------------------------------------------------

    def create(self) -> Answer:
        issue = writing.create(self.site, self.body, self.shapes.version)
        return 201, self._created(issue)

    def create_bulk(self) -> Answer:
        updates = self.body.get("issueUpdates", [])
        if len(updates) > CREATE_LIMIT:
            raise HttpError(400, f"The number of issues to create exceeds the limit of {CREATE_LIMIT}.")
        issues, errors = [], []
        for number, update in enumerate(updates):
            try:
                issues.append(self._created(writing.create(self.site, update, self.shapes.version)))
            except Rejected as problem:
                errors.append({"status": 400, "elementErrors": problem.body(), "failedElementNumber": number})
        return (201 if issues or not updates else 400), {"issues": issues, "errors": errors}

    def _created(self, issue: Stored) -> Json:
        return {"id": issue.id, "key": issue.key, "self": f"{self.shapes.api}/issue/{issue.id}"}

    def bulk_fetch(self) -> Answer:
        names = self.body.get("issueIdsOrKeys", [])
        if len(names) > FETCH_LIMIT:
            raise HttpError(400, f"You can request up to {FETCH_LIMIT} issues.")
        found, errors = {}, []
        for name in names:
            issue = self.site.issue(str(name))
            if issue is None or not self.site.may_see(issue):
                errors.append({"id": str(name), "errorMessage": NO_ISSUE})
            else:
                found[issue.id] = issue
        ordered = [found[key] for key in sorted(found, key=int)]
        return 200, {"issues": [self._told(issue) for issue in ordered], "issueErrors": errors}

    def issue(self, name: str) -> Answer:
        issue = self._seen(name)
        wanted = [each for each in self.params.get("fields", "").split(",") if each]
        properties = [each for each in self.params.get("properties", "").split(",") if each]
        return 200, self.shapes.issue(issue, wanted, properties)

    def _told(self, issue: Stored) -> Json:
        return self.shapes.issue(
            issue, self.body.get("fields") or ["*all"], self.body.get("properties") or []
        )

    def edit(self, name: str) -> Answer:
        issue = self._seen(name)
        self._may(issue, "EDIT_ISSUES", "You do not have permission to edit issues in this project.")
        writing.edit(self.site, issue, self.body, self.shapes.version)
        if self.site.deployment == "cloud" and self.params.get("returnIssue") == "true":
            return 200, self.shapes.issue(issue, [], [])
        return 204, None

    def delete(self, name: str) -> Answer:
        self.site.delete(self._seen(name).id)
        return 204, None

    def _seen(self, name: str) -> Stored:
        issue = self.site.issue(name)
        if issue is None:
            raise HttpError(404, NO_ISSUE if self.site.deployment == "cloud" else "Issue Does Not Exist")
        if not self.site.may_see(issue):
            if self.site.deployment == "cloud":
                raise HttpError(404, NO_ISSUE)
            raise HttpError(403, "You do not have the permission to see the specified issue.")
        return issue

    def _may(self, issue: Stored, permission: str, text: str) -> None:
        project = self.site.projects[issue.project]
        if project.archived:
            raise HttpError(400, "The project is archived. You cannot create or edit issues in it.")
        if permission not in project.permissions:
            raise HttpError(403, text)

    # --- transitions ------------------------------------------------------------------------------------------------

    def transitions(self, name: str) -> Answer:
        issue = self._seen(name)
        expand = "transitions.fields" in self.params.get("expand", "")
        return 200, {
            "expand": "transitions",
            "transitions": [self._transition(step, expand) for step in self._available(issue)],
        }

    def _available(self, issue: Stored) -> list[Transition]:
        project = self.site.projects[issue.project]
        if "TRANSITION_ISSUES" not in project.permissions or project.archived:
            return []
        status = issue.fields["status"]
        return [
            step
            for step in project.workflow
            if (step.sources is None or status in step.sources) and step.to not in issue.blocked_transitions
        ]

    def _transition(self, step: Transition, expand: bool) -> Json:
        out: Json = {
            "id": step.id,
            "name": step.name,
            "hasScreen": bool(step.screen),
            "isGlobal": step.sources is None,
            "to": self.shapes.status(step.to),
        }
        if expand:
            out["fields"] = {
                name: self._screen_field(name, required) for name, required in step.screen.items()
            }
        return out

    def _screen_field(self, name: str, required: bool) -> Json:
        allowed = (
            [self.shapes.resolution(key) for key in self.site.resolutions] if name == "resolution" else []
        )
        return {
            "required": required,
            "schema": {"type": name, "system": name},
            "name": name.capitalize(),
            "key": name,
            "fieldId": name,
            "hasDefaultValue": False,
            "operations": ["set"],
            "allowedValues": allowed,
        }

    def transition(self, name: str) -> Answer:
        issue = self._seen(name)
        wanted = str((self.body.get("transition") or {}).get("id"))
        step = next((each for each in self._available(issue) if each.id == wanted), None)
        if step is None:
            raise HttpError(
                400,
                "It seems that you have tried to perform a workflow operation that is not valid for the current state of this issue.",
            )
        issue.fields["resolution"] = self._resolution(step, issue)
        issue.fields["status"] = step.to
        self.site.touch(issue)
        return 204, None

    def _resolution(self, step: Transition, issue: Stored) -> str | None:
        given = self.body.get("fields") or {}
        for field in given:
            if field not in step.screen:
                raise Rejected(
                    {
                        field: f"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."
                    }
                )
        told = given.get("resolution") or {}
        for key, text in self.site.resolutions.items():
            if told.get("id") == key or told.get("name") == text:
                return key
        if step.screen.get("resolution"):
            raise Rejected({"resolution": "Resolution is required."})
        if step.clears_resolution:
            return None
        current = issue.fields.get("resolution")
        return step.resolution or (str(current) if current else None)

    # --- properties and links ---------------------------------------------------------------------------------------

    def property(self, name: str, key: str) -> Answer:
        issue = self._seen(name)
        if key not in issue.properties:
            raise HttpError(404, f"The property with key {key} does not exist.")
        return 200, {"key": key, "value": issue.properties[key]}

    def set_property(self, name: str, key: str) -> Answer:
        issue = self._seen(name)
        known = key in issue.properties
        issue.properties[key] = self.body
        return (200 if known else 201), None

    def remote_links(self, name: str) -> Answer:
        return 200, list(self._seen(name).links.values())

    def set_remote_link(self, name: str) -> Answer:
        issue = self._seen(name)
        self._may(issue, "LINK_ISSUES", "You do not have permission to link issues.")
        key = self.body.get("globalId") or f"link-{len(issue.links)}"
        known = key in issue.links
        number = issue.links[key]["id"] if known else 10_000 + len(issue.links)
        issue.links[key] = self.body | {"id": number}
        created = 201 if self.site.deployment == "cloud" else 200
        return (200 if known else created), {
            "id": number,
            "self": f"{self.shapes.api}/issue/{issue.key}/remotelink/{number}",
        }

    # --- search -----------------------------------------------------------------------------------------------------

    def search_cloud(self) -> Answer:
        asked = self.body or _from_query(self.params)
        issues = self._matching(asked.get("jql") or "", strict=False, bounded=True)
        wanted = asked.get("fields") or ["id"]
        limit = 5000 if set(wanted) <= {"id", "key"} else self.site.page_limit
        size = max(1, min(int(asked.get("maxResults") or 50), limit))
        start = int((asked.get("nextPageToken") or "token-0").rpartition("-")[2])
        page = issues[start : start + size]
        out: Json = {
            "issues": [self.shapes.issue(each, wanted, asked.get("properties") or []) for each in page],
            "isLast": start + size >= len(issues),
        }
        return 200, out if out["isLast"] else out | {"nextPageToken": f"token-{start + size}"}

    def search_dc(self) -> Answer:
        asked = self.body or _from_query(self.params)
        issues = self._matching(
            asked.get("jql") or "", strict=asked.get("validateQuery", True) is True, bounded=False
        )
        wanted = asked.get("fields") or ["*navigable"]
        asked_size = asked.get("maxResults")
        size = min(int(50 if asked_size is None else asked_size), self.site.page_limit)
        start = int(asked.get("startAt") or 0)
        page = issues[start : start + size]
        told = [self.shapes.issue(each, wanted, []) for each in page]
        return 200, {"startAt": start, "maxResults": size, "total": len(issues), "issues": told}

    def _matching(self, text: str, *, strict: bool, bounded: bool) -> list[Stored]:
        names = jql.Names(
            set(self.site.projects),
            {name for issue in self.site.living() for name in (issue.key, issue.id)},
            {key: status.category for key, status in self.site.statuses.items()},
            {key: status.name for key, status in self.site.statuses.items()},
            self.site.now(),
            self.site.time_zone,
            strict,
        )
        try:
            query = jql.parse(text, names)
        except jql.JqlError as error:
            raise HttpError(400, str(error)) from error
        if bounded and not query.bounded:
            raise HttpError(
                400,
                "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
            )
        seen = [each for each in self.site.indexed() if self.site.may_see(each) and query.matches(each)]
        return _sorted(seen, query.order)

    # --- people -----------------------------------------------------------------------------------------------------

    def assignable(self) -> Answer:
        cloud = self.site.deployment == "cloud"
        text = self.params.get("query" if cloud else "username", "").casefold()
        if cloud and "query" not in self.params and "accountId" not in self.params:
            raise HttpError(400, "The query parameter 'query' or 'accountId' is required.")
        if self.params.get("accountId"):
            users = [user for user in self.site.users.values() if user.account == self.params["accountId"]]
        else:
            users = [
                user
                for user in self.site.users.values()
                if _matches(user.display, user.email, user.account, text, cloud)
            ]
        usable = [user for user in users if user.assignable and user.active]
        return 200, [self.shapes.account(user) for user in usable[: int(self.params.get("maxResults", 50))]]

    def user(self) -> Answer:
        account = self.params.get("accountId" if self.site.deployment == "cloud" else "username", "")
        if account not in self.site.users:
            raise HttpError(
                404, f"Specified user does not exist or you do not have required permissions: {account}"
            )
        return 200, self.shapes.account(self.site.users[account])


def _from_query(params: Params) -> Json:
    lists: Json = {name: params[name].split(",") for name in ("fields", "properties") if name in params}
    flag = {"validateQuery": params["validateQuery"].lower() == "true"} if "validateQuery" in params else {}
    return {**params, **lists, **flag}


def _matches(display: str, email: str, account: str, text: str, cloud: bool) -> bool:
    names = [display, email] if cloud else [display, email, account]
    prefixes = [name.casefold() for name in names if name] + display.casefold().split()
    return any(name.startswith(text) for name in prefixes)


def _sorted(issues: list[Stored], order: list[tuple[str, bool]]) -> list[Stored]:
    out = sorted(issues, key=lambda issue: int(issue.id), reverse=not order)
    keys: dict[str, Callable[[Stored], Any]] = {
        "updated": lambda issue: issue.updated,
        "created": lambda issue: issue.created,
        "id": lambda issue: int(issue.id),
        "key": lambda issue: (issue.project, int(issue.key.rpartition("-")[2])),
        "issuekey": lambda issue: (issue.project, int(issue.key.rpartition("-")[2])),
    }
    for name, descending in reversed(order):
        out = sorted(out, key=keys[name], reverse=descending)
    return out
