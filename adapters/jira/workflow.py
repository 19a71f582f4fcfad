"""Whether the workflow of a project has a way to done and back, for `pmtrack doctor` and before a first write. Reads only.

Jira tells only the steps out of the status that an issue is in, and only administrators may read the workflow itself. So one
issue in each status is looked up and asked; of a status without an issue nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.site import Site
from adapters.jira.transitions import Goal, Mover, Step, leads_on, reason_for, resolution_for
from tracker.models import Severity, Status
from tracker.remote import Problem

_WAY_HINT = "Ask an administrator for a transition, or settle the status of these issues by hand."
Ways = Mapping[str, Sequence[Step]]
LATEST = 100
"""Issues among which one in each status is looked for at first."""


class Workflow:
    """Looks at the ways between the statuses of one issue type."""

    def __init__(self, client: Client, options: JiraOptions, site: Site) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._mover = Mover(client, options, site.dialect)
        self._known: tuple[dict[str, Mapping[str, Any]], dict[str, list[Step]]] | None = None

    def problems(self) -> Iterator[Problem]:
        """What stands in the way of closing and reopening.

        Raises:
            AdapterError: something could not be read.
        """
        statuses = self._statuses()
        if not statuses:
            return
        categories = {key: each["statusCategory"]["key"] for key, each in statuses.items()}
        names = {key: str(each["name"]) for key, each in statuses.items()}
        yield Problem(f"workflow: {shown(names, categories)}", Severity.INFO, ok=True)
        for category in ("new", "done"):
            if category not in categories.values():
                yield Problem(f"the workflow has no status of the category {category!r}", Severity.WARNING)
        ways = self._ways(statuses, thorough=True)
        found = list(dead_ends(ways, names, categories))
        yield from found
        yield from self._unfilled(ways, categories)
        if ways and not found:
            yield Problem("workflow: issues can be closed and reopened", Severity.INFO, ok=True)
        silent = [names[key] for key in statuses if key not in ways]
        if silent:
            told = f"the ways out of {', '.join(silent)} are seen once an issue stands in them"
            yield Problem(f"workflow: {told}", Severity.INFO, ok=True)

    def _statuses(self) -> dict[str, Mapping[str, Any]]:
        types = self._client.read("GET", f"project/{self._options.project}/statuses")
        wanted = self._options.issue_type.casefold()
        for each in types:
            if wanted in (str(each.get(name, "")).casefold() for name in ("name", "untranslatedName", "id")):
                return {str(status["id"]): status for status in each["statuses"]}
        return {}

    def no_way_for_new(self, goal: Goal) -> str | None:
        """Why an issue that was just made cannot come to a goal; None where it can, and where too little is known.

        Which status is the first is not told; it is one of those that are to do.

        Raises:
            AdapterError: something could not be read.
        """
        if self._known is None:
            statuses = self._statuses()
            self._known = statuses, self._ways(statuses, thorough=False)
        statuses, ways = self._known
        first = [key for key in ways if statuses[key]["statusCategory"]["key"] == "new"]
        reasons = [self._no_way(key, goal, ways) for key in first]
        if not reasons or any(reason is None for reason in reasons):
            return None
        told = [
            reason_for(str(statuses[key]["name"]), goal, why or ())
            for key, why in zip(first, reasons, strict=True)
        ]
        return "; ".join(told)

    def _no_way(self, start: str, goal: Goal, ways: Ways) -> list[str] | None:
        """What stands in the way from a status to the goal, [] for nothing in particular; None where there is one, or may be."""
        seen, ahead, refusals = {start}, [start], list[str]()
        while ahead:
            steps = ways[ahead.pop()]
            step, why_not = self._mover.direct(steps, goal)
            if step is not None:
                return None
            refusals += why_not
            onwards = [each.target for each in steps if each.target not in seen and leads_on(each)]
            if any(target not in ways for target in onwards):
                return None
            seen.update(onwards)
            ahead += onwards
        return refusals

    def _ways(self, statuses: Mapping[str, Mapping[str, Any]], *, thorough: bool) -> dict[str, list[Step]]:
        """The steps out of each status in which an issue was found: among the latest, or `thorough` in all."""
        kind = self._site.screen().issue_type
        base = f'project = "{self._options.project}" AND issuetype = {kind}'
        found = self._examples(f"{base} ORDER BY created DESC", LATEST) if statuses else {}
        for key in statuses if thorough else ():
            if key not in found:
                found |= self._examples(f"{base} AND status = {key} ORDER BY created DESC", 1)
        return {key: self._mover.steps(found[key]) for key in statuses if key in found}

    def _examples(self, jql: str, count: int) -> dict[str, str]:
        """An issue in each status that a search finds."""
        path = "search/jql" if self._site.is_cloud else "search"
        body = {"jql": jql, "fields": ["status"], "maxResults": count}
        issues = self._client.read("POST", path, body=body).get("issues") or []
        told = {str(each["id"]): (each.get("fields") or {}).get("status") or {} for each in reversed(issues)}
        return {str(status["id"]): name for name, status in told.items() if "id" in status}

    def _unfilled(self, ways: Ways, categories: Mapping[str, str]) -> Iterator[Problem]:
        """Steps to done whose required fields nothing fills, told once each."""
        goal = Goal(Status.DONE, resolution_for(Status.DONE, None, self._options))
        steps = {step.id: step for key, out in ways.items() if categories[key] != "done" for step in out}
        for step in steps.values():
            missing = self._mover.missing(step, goal) if step.category == "done" else None
            if missing:
                hint = "Set `transition_fields` or `resolutions` of this tracker."
                yield Problem(missing, Severity.WARNING, hint)


def dead_ends(ways: Ways, names: Mapping[str, str], categories: Mapping[str, str]) -> Iterator[Problem]:
    """Statuses from which there is no way to done, or none back, as far as the ways are known."""
    for key in ways:
        closing = categories[key] != "done"
        targets = {each for each, category in categories.items() if (category == "done") == closing}
        if not may_reach(key, targets, ways):
            what = "to done" if closing else "back from done"
            yield Problem(f"there is no way {what} out of {names[key]!r}", Severity.WARNING, _WAY_HINT)


def may_reach(start: str, targets: set[str], ways: Ways) -> bool:
    """Whether a target can be reached, or a status of which nothing is known. Pure."""
    seen, ahead = {start}, [start]
    while ahead:
        for step in ways[ahead.pop()]:
            if step.target in targets or step.target not in ways:
                return True
            if step.target not in seen:
                seen.add(step.target)
                ahead.append(step.target)
    return False


def shown(names: Mapping[str, str], categories: Mapping[str, str]) -> str:
    """The statuses by category."""
    by_category: dict[str, list[str]] = {}
    for key, name in names.items():
        by_category.setdefault(categories[key], []).append(name)
    told = {"new": "to do", "indeterminate": "in progress"}
    return "; ".join(f"{told.get(each, each)}: {', '.join(found)}" for each, found in by_category.items())
