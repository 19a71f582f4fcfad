"""`pmtrack doctor`: what must be right before the first sync, and the command or step that mends what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.context import Invocation, format_option
from tracker.errors import ExitCode

if TYPE_CHECKING:
    from tracker.remote import Problem


@click.command("doctor")
@format_option("text", "json")
@click.pass_context
def doctor(ctx: click.Context, form: str) -> int:
    """Check configuration, documents, state and trackers.

    Reads only. Leaves with 1 when something must be fixed before a sync can work.
    """
    from tracker.cli.checks import preflight
    from tracker.cli.output import emit, print_json, say

    invocation = ctx.ensure_object(Invocation)
    found = []
    for area, problem in preflight(invocation):
        found.append((area, problem))
        if form == "text" and not (invocation.quiet and problem.ok):
            emit(f"{_mark(problem):<8}{area}: {problem.message}")
            if problem.hint and not problem.ok:
                emit(f"        {problem.hint}")
    if form == "json":
        print_json({"checks": [_record(area, problem) for area, problem in found]})
    errors = sum(_mark(problem) == "error" for _, problem in found)
    if form == "text":
        say(f"{_problems(errors)} to solve before a sync." if errors else "Ready to sync.")
    return int(ExitCode.FAILED if errors else ExitCode.OK)


def _problems(number: int) -> str:
    return "1 problem" if number == 1 else f"{number} problems"


def _mark(problem: Problem) -> str:
    return "ok" if problem.ok else problem.severity.value


def _record(area: str, problem: Problem) -> dict[str, object]:
    return {
        "area": area,
        "ok": problem.ok,
        "severity": None if problem.ok else problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
    }
