"""Issues over the REST API: creating, reading, editing, their transitions and links."""

from __future__ import annotations

from typing import Any

from tests.servers.jira import writing
from tests.servers.jira.model import Json, Stored, Transition
from tests.servers.jira.searching import HttpError, Params
from tests.servers.jira.shapes import Shapes
from tests.servers.jira.site import Site
from tests.servers.jira.writing import Rejected

Answer = tuple[int, Any]
CREATE_LIMIT = 50
FETCH_LIMIT = 100
NO_ISSUE = "Issue does not exist or you do not have permission to see it."


class IssueCalls:
    """One request about issues."""

    def __init__(self, site: Site, shapes: Shapes, params: Params, body: Any) -> None:
        self.site = site
        self.shapes = shapes
        self.params = params
        self.body: Json = body if isinstance(body, dict) else {}

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

    # --- links ------------------------------------------------------------------------------------------------------

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
