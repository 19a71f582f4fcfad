"""Where a due date lives on GitHub: an organisation's date issue-field, or a date field of a Projects (v2) board.

Issue fields are set in the same request as the rest of the issue. A project's field takes requests of its own, all of which
may be repeated safely.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.github import queries
from adapters.github.mapping import due_values
from adapters.github.repository import Repository
from adapters.github.transport import Lost, NotConnected, Redirected
from tracker.errors import AdapterError, UserError


class DueField:
    """Sets due dates the configured way; does nothing where none is configured."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._options = repository.options
        self._field_id: int | None = None
        self._project: tuple[str, str] | None = None

    # --- issue fields -----------------------------------------------------------------------------------------------

    def fields(self, due: dt.date | None) -> dict[str, Any]:
        """What to add to the payload of an issue.

        Raises:
            AdapterError: the organisation's fields cannot be read.
            UserError: it has no date field of that name.
        """
        if not self._options.due_field or due is None:
            return {}
        return {"issue_field_values": due_values(due, self.field_id())}

    def field_id(self) -> int:
        """The id of the issue field.

        Raises:
            AdapterError: the organisation's fields cannot be read.
            UserError: it has no date field of that name.
        """
        if self._field_id is None:
            owner = self._repository.name.partition("/")[0]
            answer = self._repository.client.read(f"/orgs/{owner}/issue-fields", params={"per_page": 100})
            named = {
                str(each.get("name")).casefold(): int(each["id"])
                for each in self._repository.client.records(answer)
                if each.get("data_type") == "date"
            }
            wanted = str(self._options.due_field)
            if wanted.casefold() not in named:
                known = ", ".join(sorted(named)) or "none"
                raise UserError(
                    f"{owner} has no date issue-field {wanted!r}", hint=f"Its date fields: {known}."
                )
            self._field_id = named[wanted.casefold()]
        return self._field_id

    def clear_path(self, issue_path: str) -> str | None:
        """The path to DELETE in order to clear the date, None where it is not kept in an issue field."""
        return f"{issue_path}/issue-field-values/{self.field_id()}" if self._options.due_field else None

    # --- projects ---------------------------------------------------------------------------------------------------

    def put(self, node: str, due: dt.date | None) -> str | None:
        """Put the issue on the board and set its date; gives a warning where that failed."""
        if not self._options.project:
            return None
        try:
            project, field = self.find_project()
            item = self._mutate(queries.ADD_TO_PROJECT, {"project": project, "content": node})
            item_id = ((item.get("addProjectV2ItemById") or {}).get("item") or {}).get("id")
            common = {"project": project, "item": item_id, "field": field}
            if due is None:
                self._mutate(queries.CLEAR_PROJECT_DATE, common)
            else:
                self._mutate(queries.SET_PROJECT_DATE, {**common, "date": due.isoformat()})
        except (AdapterError, UserError, NotConnected, Lost, Redirected) as error:
            return f"the due date was not set in project {self._options.project.number}: {error}"
        return None

    def find_project(self) -> tuple[str, str]:
        """Node ids of the project and of its date field; empty without a project.

        Raises:
            AdapterError: it cannot be read.
            UserError: there is no such project, or no date field of that name.
        """
        project = self._options.project
        if self._project is None and project:
            owner = project.owner or self._repository.name.partition("/")[0]
            variables = {"owner": owner, "number": project.number, "field": project.due_field}
            result = self._repository.query(queries.PROJECT, variables)
            node = ((result[0].get("repositoryOwner") or {}).get("projectV2") or {}) if result else {}
            field = node.get("field") or {}
            if not node or field.get("dataType") != "DATE":
                hint = "Check project.number, project.due_field, and that the token has the scope `project`."
                raise UserError(f"{owner} has no project {project.number} with a date field", hint=hint)
            self._project = (str(node["id"]), str(field["id"]))
        return self._project or ("", "")

    def _mutate(self, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        result = self._repository.mutate(text, variables)
        if result is None:
            raise AdapterError("the server has no GraphQL")
        data, errors = result
        if errors:
            raise AdapterError(str(errors[0].get("message")))
        return data
