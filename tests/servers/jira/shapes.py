"""The JSON that the server answers with; shapes as in the vendor's description and in recorded exchanges."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from tests.servers.jira import documents
from tests.servers.jira.model import CATEGORIES, CustomField, Json, Project, Stored, User
from tests.servers.jira.site import Site

NAMES = {
    "summary": "Summary",
    "issuetype": "Issue Type",
    "project": "Project",
    "description": "Description",
    "priority": "Priority",
    "labels": "Labels",
    "assignee": "Assignee",
    "reporter": "Reporter",
    "components": "Components",
    "parent": "Parent",
    "duedate": "Due date",
    "security": "Security Level",
}


class Shapes:
    """Renders the site's values; `base` is the URL that clients use, `version` the API version ("2" or "3")."""

    def __init__(self, site: Site, base: str, version: str) -> None:
        self.site = site
        self.base = base
        self.version = version
        self.api = f"{base}/rest/api/{version}"

    def time(self, at: dt.datetime) -> str:
        """A time stamp in the zone of the asking user, without a colon in the offset."""
        local = at.astimezone(ZoneInfo(self.site.time_zone))
        return (
            local.strftime("%Y-%m-%dT%H:%M:%S.") + f"{local.microsecond // 1000:03d}" + local.strftime("%z")
        )

    def issue(self, issue: Stored, wanted: list[str], properties: list[str]) -> Json:
        """An issue with the wanted fields; empty means all."""
        out: Json = {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            "id": issue.id,
            "self": f"{self.api}/issue/{issue.id}",
            "key": issue.key,
        }
        fields = self.fields(issue)
        if wanted and not {"*all", "*navigable"} & set(wanted):
            fields = {name: value for name, value in fields.items() if name in wanted}
        if wanted not in (["id"], ["key"], ["id", "key"]):
            out["fields"] = fields
        if properties:
            out["properties"] = {
                name: issue.properties[name] for name in properties if name in issue.properties
            }
        return out

    def fields(self, issue: Stored) -> Json:
        """All fields of an issue."""
        values = issue.fields
        out: Json = {
            "summary": values.get("summary"),
            "description": self.text(values.get("description")),
            "duedate": values.get("duedate"),
            "labels": list(values.get("labels", [])),
            "priority": self.priority(values.get("priority")),
            "assignee": self.user(values.get("assignee")),
            "reporter": self.user(values.get("reporter") or self.site.bot),
            "creator": self.user(self.site.bot),
            "status": self.status(values["status"]),
            "resolution": self.resolution(values.get("resolution")),
            "resolutiondate": self.time(issue.updated) if values.get("resolution") else None,
            "created": self.time(issue.created),
            "updated": self.time(issue.updated),
            "issuetype": self.issue_type(values.get("issuetype", "10002")),
            "project": self.project(self.site.projects[issue.project]),
            "components": [{"id": each} for each in values.get("components", [])],
            "security": {"id": values["security"]} if values.get("security") else None,
        }
        parent = self.site.issues.get(values.get("parent") or "")
        if parent:
            out["parent"] = {"id": parent.id, "key": parent.key}
        return out | {name: value for name, value in values.items() if name.startswith("customfield_")}

    def text(self, stored: Any) -> Any:
        """A long text, stored as written: a string in version 2, a document in version 3."""
        if stored is None:
            return None
        if self.version == "2":
            return documents.text_of(stored) if isinstance(stored, dict) else stored
        return stored if isinstance(stored, dict) else documents.of_text(stored)

    def user(self, account: str | None) -> Json | None:
        """A user, by accountId on Cloud and by name and key on Data Center."""
        user = self.site.users.get(account or "")
        if user is None:
            return None
        out: Json = {
            "self": f"{self.api}/user?accountId={user.account}",
            "displayName": user.display,
            "active": user.active,
            "timeZone": user.time_zone,
        }
        if user.email_visible and user.email:
            out["emailAddress"] = user.email
        if self.site.deployment == "cloud":
            return out | {"accountId": user.account, "accountType": "atlassian"}
        return out | {"name": user.account, "key": f"JIRAUSER{abs(hash(user.account)) % 90000 + 10000}"}

    def priority(self, key: str | None) -> Json | None:
        """A priority."""
        if key is None:
            return None
        return {"self": f"{self.api}/priority/{key}", "id": key, "name": self.site.priorities[key]}

    def resolution(self, key: str | None) -> Json | None:
        """A resolution."""
        if key is None:
            return None
        return {"self": f"{self.api}/resolution/{key}", "id": key, "name": self.site.resolutions[key]}

    def status(self, key: str) -> Json:
        """A status with its category."""
        status = self.site.statuses[key]
        number, colour, name = CATEGORIES[status.category]
        category = {
            "self": f"{self.api}/statuscategory/{number}",
            "id": number,
            "key": status.category,
            "colorName": colour,
            "name": name,
        }
        return {
            "self": f"{self.api}/status/{key}",
            "description": "",
            "name": status.name,
            "id": key,
            "statusCategory": category,
        }

    def issue_type(self, key: str) -> Json:
        """An issue type."""
        names = {
            key: name for project in self.site.projects.values() for key, name in project.issue_types.items()
        }
        return {
            "self": f"{self.api}/issuetype/{key}",
            "id": key,
            "name": names[key],
            "description": "",
            "subtask": names[key] == "Sub-task",
        }

    def project(self, project: Project) -> Json:
        """A project in short."""
        return {
            "self": f"{self.api}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
        }

    def field_meta(self, project: Project, name: str, *, required: bool) -> Json:
        """What the create screen says of a field."""
        if name in project.custom:
            return self._custom_meta(project.custom[name])
        kind = {"labels": "array", "components": "array", "duedate": "date"}.get(name, name)
        out: Json = {
            "required": required,
            "schema": {"type": "string" if name in ("summary", "description") else kind, "system": name},
            "name": NAMES[name],
            "key": name,
            "fieldId": name,
            "hasDefaultValue": name == "priority",
            "operations": ["add", "set", "remove"] if kind == "array" else ["set"],
        }
        allowed = self._allowed(project, name)
        if name == "priority":
            out["defaultValue"] = self.priority("3")
        return out | ({"allowedValues": allowed} if allowed is not None else {})

    def _allowed(self, project: Project, name: str) -> list[Json] | None:
        if name == "priority":
            return [value for key in self.site.priorities if (value := self.priority(key))]
        if name == "components":
            return [{"id": key, "name": text} for key, text in project.components.items()]
        if name == "security":
            return [{"id": key, "name": text} for key, text in project.security_levels.items()]
        return None

    def _custom_meta(self, field: CustomField) -> Json:
        out: Json = {
            "required": field.required,
            "schema": {
                "type": "string" if field.kind == "textarea" else field.kind,
                "custom": f"com.example:{field.kind}",
                "customId": int(field.id[12:]),
            },
            "name": field.name,
            "key": field.id,
            "fieldId": field.id,
            "hasDefaultValue": field.default is not None,
            "operations": ["set"],
        }
        if field.allowed:
            out["allowedValues"] = [
                {"id": str(i), "value": value} for i, value in enumerate(field.allowed, 1)
            ]
        return out

    def account(self, user: User) -> Json:
        """A user that is known to exist."""
        return self.user(user.account) or {}
