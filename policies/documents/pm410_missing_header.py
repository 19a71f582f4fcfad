"""A post-mortem without incident id, date or severity.

## Why

The date starts every time limit (PM203, PM204, PM403), the severity sets it, and the id is how other documents name the
incident (PM409). All five templates that this tool started from have them at the top.

## Fails

    # Post-mortem: spool full

    **Date:** 2026-05-06

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01)

## Passes

    # Post-mortem: spool full

    **Incident ID:** INC-12
    **Date:** 2026-05-06
    **Severity:** SEV2

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from policies.calendar import Calendar
from policies.rule import Profile, Rule, Scope, setting
from policies.subjects import post_mortems
from tracker.models import Finding, PostMortem, Severity
from tracker.values import dataclass
from tracker.world import World

Field = Literal["incident id", "date", "severity", "author", "status"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM410."""

    fields: tuple[Field, ...] = setting(
        ("incident id", "date", "severity"), "what every post-mortem must state"
    )


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every post-mortem that lacks one of the fields."""
    for document in post_mortems(world):
        missing = [name for name in settings.fields if not _value(document, name)]
        if missing:
            yield RULE.about(
                document, f"no {' and no '.join(missing)}", "State it at the top of the document."
            )


def _value(document: PostMortem, name: Field) -> object:
    return getattr(document, name.replace(" ", "_"))


RULE = Rule("PM410", "missing-header", Severity.INFO, Profile.STANDARD, check, Settings, scope=Scope.DOCUMENT)
