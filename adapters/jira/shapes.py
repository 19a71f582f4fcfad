"""Whether an answer to a read has the form that the rest relies on: a proxy, or a site that is broken, may answer anything.

An answer without it counts as none: a search without a list of issues would otherwise mean that nothing changed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Check = Callable[[Any], bool]
_OBJECTS_OF_ISSUE = ("status", "priority", "assignee", "resolution")


def fits(path: str, data: Any) -> bool:
    """Whether the JSON of an answer has the form that its path promises."""
    return next((check(data) for pattern, check in _FORMS if pattern.fullmatch(path)), True)


def _object(data: Any) -> bool:
    return isinstance(data, dict)


def _objects(data: Any) -> bool:
    return isinstance(data, list) and all(map(_object, data))


def _page(data: Any) -> bool:
    return _objects(data) or (_object(data) and isinstance(data.get("total", 0), int))


def _issues(data: Any) -> bool:
    if not _object(data) or not isinstance(data.get("total", 0), int):
        return False
    issues = data.get("issues")
    return isinstance(issues, list) and all(map(_issue, issues)) and _objects(data.get("issueErrors") or [])


def _issue(data: Any) -> bool:
    if not _object(data) or not re.fullmatch("[0-9]+", str(data.get("id"))):
        return False
    fields = data.get("fields") or {}
    return (
        _object(fields)
        and all(fields.get(name) is None or _object(fields[name]) for name in _OBJECTS_OF_ISSUE)
        and isinstance(fields.get("labels") or [], list)
        and _object(data.get("properties") or {})
    )


def _permissions(data: Any) -> bool:
    if not _object(data) or not _object(data.get("permissions")):
        return False
    return _objects(list(data["permissions"].values()))


def _transitions(data: Any) -> bool:
    return (
        _object(data)
        and _objects(data.get("transitions"))
        and all(_transition(each) for each in data["transitions"])
    )


def _transition(data: dict[str, Any]) -> bool:
    fields = data.get("fields") or {}
    return (
        "id" in data and _object(data.get("to") or {}) and _object(fields) and _objects(list(fields.values()))
    )


def _status(data: Any) -> bool:
    return _object(data) and "id" in data and _object(data.get("statusCategory"))


def _statuses(data: Any) -> bool:
    return _objects(data) and all(
        isinstance(each.get("statuses"), list) and all(map(_status, each["statuses"])) for each in data
    )


_FORMS: tuple[tuple[re.Pattern[str], Check], ...] = tuple(
    (re.compile(pattern), check)
    for pattern, check in (
        (r"search(/jql)?|issue/bulkfetch", _issues),
        (r"issue/createmeta/.*", _page),
        (r"issue/[^/]+/transitions", _transitions),
        (r"issue/[^/]+", _issue),
        (r"mypermissions", _permissions),
        (r"project/[^/]+/statuses", _statuses),
        (r"project/[^/]+(/securitylevel)?|myself|serverInfo", _object),
        (r"resolution|field|user/assignable/search", _objects),
        (r"priority", _page),
    )
)
