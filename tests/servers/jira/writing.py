"""How the server checks and stores what a client sends: screens, required fields, limits, allowed values."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.servers.jira import documents
from tests.servers.jira.model import Json, Project, Stored
from tests.servers.jira.site import Site

TEXT_LIMIT = 32_767
_NOT_ON_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


class Rejected(Exception):
    """The input is wrong: messages, and messages by field."""

    def __init__(self, errors: dict[str, str] | None = None, messages: list[str] | None = None) -> None:
        super().__init__(str(errors or messages))
        self.errors = errors or {}
        self.messages = messages or []

    def body(self) -> Json:
        """The server's error answer."""
        return {"errorMessages": self.messages, "errors": self.errors}


def create(site: Site, body: Json, version: str) -> Stored:
    """Check and store one new issue.

    Raises:
        Rejected: nothing was stored.
    """
    fields = body.get("fields")
    if not isinstance(fields, dict):
        raise Rejected(messages=["one of 'fields' or 'update' required"])
    project = _project(site, fields.get("project"))
    values = _Checked(site, project, version).checked(fields, project.create_screen, creating=True)
    properties = {each["key"]: each["value"] for each in body.get("properties", [])}
    return site.add_issue(project.key, values, properties)


def edit(site: Site, issue: Stored, body: Json, version: str) -> None:
    """Check and apply an edit.

    Raises:
        Rejected: nothing was changed.
    """
    fields, update = body.get("fields") or {}, body.get("update") or {}
    if not fields and not update and not body.get("properties"):
        raise Rejected(messages=["one of 'fields' or 'update' required"])
    project = site.projects[issue.project]
    values = _Checked(site, project, version).checked(fields, project.edit_screen, creating=False)
    labels: list[Any] = list(values.get("labels") or issue.fields.get("labels") or [])
    for operation in update.get("labels", []):
        label = operation.get("add")
        _check_labels([label])
        labels += [label] if label not in labels else []
    before = dict(issue.fields), dict(issue.properties)
    issue.fields.update(values | {"labels": labels})
    issue.properties |= {each["key"]: each["value"] for each in body.get("properties", [])}
    if before != (issue.fields, issue.properties):
        site.touch(issue)


def _project(site: Site, value: Any) -> Project:
    value = value if isinstance(value, dict) else {}
    for project in site.projects.values():
        if value.get("key") == project.key or value.get("id") == project.id:
            break
    else:
        raise Rejected({"project": "valid project is required"})
    if project.archived:
        raise Rejected({"project": "The project is archived. You cannot create or edit issues in it."})
    if "CREATE_ISSUES" not in project.permissions:
        raise Rejected({"project": "You do not have permission to create issues in this project."})
    return project


class _Checked:
    def __init__(self, site: Site, project: Project, version: str) -> None:
        self.site = site
        self.project = project
        self.version = version

    def checked(self, fields: Json, screen: set[str], *, creating: bool) -> Json:
        errors: dict[str, str] = {}
        values: Json = {}
        for name, value in fields.items():
            if name == "project":
                continue
            if name not in screen and name not in self.project.custom:
                errors[name] = _NOT_ON_SCREEN.format(name)
                continue
            try:
                values[name] = self._value(name, value)
            except Rejected as problem:
                errors |= problem.errors
        if creating:
            errors |= self._missing(values, errors)
        if errors:
            raise Rejected(errors)
        return values

    def _missing(self, values: Json, errors: dict[str, str]) -> dict[str, str]:
        out = {}
        if "summary" not in values and "summary" not in errors:
            out["summary"] = "You must specify a summary of the issue."
        if "issuetype" not in values and "issuetype" not in errors:
            out["issuetype"] = "Specify an issue type"
        for field in self.project.custom.values():
            if field.required and field.default is None and field.id not in values:
                out[field.id] = f"{field.name} is required."
        return out

    def _value(self, name: str, value: Any) -> Any:
        if name in self.project.custom:
            return self._custom(name, value)
        check = getattr(self, f"_{name}", None)
        return check(value) if check else value

    def _summary(self, value: Any) -> str:
        text = value if isinstance(value, str) else ""
        if not text.strip():
            raise Rejected({"summary": "You must specify a summary of the issue."})
        if "\n" in text or "\r" in text:
            raise Rejected({"summary": "The summary is invalid because it contains newline characters."})
        if len(text) > 255:
            raise Rejected({"summary": "Summary can't exceed 255 characters."})
        return text.strip()

    def _description(self, value: Any) -> Any:
        if value is None:
            return None
        if self.version == "3":
            problem = documents.problem(value)
            if problem:
                raise Rejected({"description": f"INVALID_INPUT: {problem}"})
            text = documents.text_of(value)
        elif isinstance(value, str):
            text = value
        else:
            raise Rejected({"description": "Operation value must be a string"})
        if len(text) > TEXT_LIMIT:
            raise Rejected(
                {
                    "description": f"The entered text is too long. It exceeds the allowed limit of {TEXT_LIMIT:,} characters."
                }
            )
        return value

    def _duedate(self, value: Any) -> str | None:
        if value is None:
            return None
        try:
            return dt.date.fromisoformat(value).isoformat()
        except (TypeError, ValueError):
            raise Rejected({"duedate": f"Error parsing date string: {value}"}) from None

    def _labels(self, value: Any) -> list[str]:
        _check_labels(value)
        return list(dict.fromkeys(value))

    def _priority(self, value: Any) -> str:
        return self._choice("priority", value, self.site.priorities)

    def _issuetype(self, value: Any) -> str:
        return self._choice("issuetype", value, self.project.issue_types)

    def _components(self, value: Any) -> list[str]:
        return [self._choice("components", each, self.project.components) for each in value]

    def _security(self, value: Any) -> str:
        return self._choice("security", value, self.project.security_levels)

    def _assignee(self, value: Any) -> str | None:
        if "ASSIGN_ISSUES" not in self.project.permissions:
            raise Rejected({"assignee": _NOT_ON_SCREEN.format("assignee")})
        return self._user("assignee", value)

    def _reporter(self, value: Any) -> str | None:
        return self._user("reporter", value)

    def _parent(self, value: Any) -> str:
        parent = self.site.issue(str((value or {}).get("key") or (value or {}).get("id")))
        if parent is None:
            raise Rejected({"parent": "Could not find issue by id or key."})
        return parent.id

    def _user(self, name: str, value: Any) -> str | None:
        key = "accountId" if self.site.deployment == "cloud" else "name"
        if value is None:
            return None
        if not isinstance(value, dict) or key not in value:
            raise Rejected({name: f"expected Object containing a '{key}' property"})
        if value[key] is None:
            return None
        user = self.site.users.get(value[key])
        if user is None:
            what = "Account ID" if key == "accountId" else "User"
            raise Rejected({name: f"{what} '{value[key]}' does not exist."})
        if not user.assignable and name == "assignee":
            raise Rejected({name: f"User '{user.account}' cannot be assigned issues."})
        return user.account

    def _choice(self, name: str, value: Any, known: dict[str, str]) -> str:
        value = value if isinstance(value, dict) else {}
        for key, text in known.items():
            if value.get("id") == key or value.get("name") == text:
                return key
        told = value.get("name") or value.get("id")
        raise Rejected({name: f"{name.capitalize()} '{told}' is not valid" if told else "Specify a value"})

    def _custom(self, name: str, value: Any) -> Any:
        field = self.project.custom[name]
        if field.kind == "option":
            told = value.get("value") if isinstance(value, dict) else None
            if told not in field.allowed:
                raise Rejected({name: f"Option value '{told}' is not valid"})
        elif field.kind == "textarea" and self.version == "3":
            if documents.problem(value):
                raise Rejected({name: "Operation value must be an Atlassian Document"})
        elif field.kind in ("string", "textarea") and not isinstance(value, str):
            raise Rejected({name: "Operation value must be a string"})
        return value


def _check_labels(labels: Any) -> None:
    for label in labels:
        if not isinstance(label, str) or " " in label:
            raise Rejected({"labels": f"The label '{label}' contains spaces which is invalid."})
        if len(label) > 255:
            raise Rejected(
                {
                    "labels": f"The label '{label}' exceeds the maximum length for a single label: 255 characters."
                }
            )
