"""The end points of the REST API: one method per path and verb, answers as (status, JSON or None).

Cloud and Data Center differ as the vendors' descriptions say: Cloud lost `/search`, Data Center never had `/search/jql`
and `/issue/bulkfetch`; the create metadata is paged under other keys; users are told by accountId or by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.servers.jira.issues import Answer, IssueCalls
from tests.servers.jira.model import Json, Project
from tests.servers.jira.searching import HttpError, Params, from_query, matches, matching
from tests.servers.jira.shapes import Shapes
from tests.servers.jira.site import Site
from tests.servers.jira.writing import Rejected


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
    ("POST", "issue/([^/]+)/remotelink", "", "set_remote_link"),
    ("POST", "search/jql", "cloud", "search_cloud"),
    ("GET", "search/jql", "cloud", "search_cloud"),
    ("POST", "search", "datacenter", "search_dc"),
    ("GET", "search", "datacenter", "search_dc"),
    ("GET", "user/assignable/search", "", "assignable"),
)


class _Call(IssueCalls):
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
        project = self._project(name)
        levels = project.security_levels.items() if "SET_ISSUE_SECURITY" in project.permissions else ()
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

    # --- search -----------------------------------------------------------------------------------------------------

    def search_cloud(self) -> Answer:
        asked = self.body or from_query(self.params)
        issues = matching(self.site, asked.get("jql") or "", strict=False, bounded=True)
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
        asked = self.body or from_query(self.params)
        issues = matching(
            self.site, asked.get("jql") or "", strict=asked.get("validateQuery", True) is True, bounded=False
        )
        wanted = asked.get("fields") or ["*navigable"]
        asked_size = asked.get("maxResults")
        size = min(int(50 if asked_size is None else asked_size), self.site.page_limit)
        start = int(asked.get("startAt") or 0)
        page = issues[start : start + size]
        told = [self.shapes.issue(each, wanted, []) for each in page]
        return 200, {"startAt": start, "maxResults": size, "total": len(issues), "issues": told}

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
                if matches(user.display, user.email, user.account, text, cloud)
            ]
        usable = [user for user in users if user.assignable and user.active]
        return 200, [self.shapes.account(user) for user in usable[: int(self.params.get("maxResults", 50))]]
