"""One run of the policy rules with the configuration's files: waivers, baseline, settings of the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.configuration import PolicySettings, make_calendar, read_settings
from policies.engine import Lines, Request, run_check
from policies.registry import all_rules
from tracker.errors import UserError
from tracker.values import dataclass

if TYPE_CHECKING:
    from policies.waivers import Waiver
    from tracker.findings import CheckResult
    from tracker.settings import Settings
    from tracker.world import World


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line says in place of the configuration; None or empty leaves it."""

    profile: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None

    def over(self, settings: PolicySettings) -> PolicySettings:
        """The settings with the choice made; `--ignore` adds to what the configuration ignores."""
        values: dict[str, Any] = {
            name: value
            for name, value in (("profile", self.profile), ("select", self.select), ("fail_on", self.fail_on))
            if value
        }
        return replace(settings, **values, ignore=(*settings.ignore, *self.ignore))


def policy_settings(settings: Settings, choice: Choice | None = None) -> PolicySettings:
    """`[policies]`, checked, with the command line's choice.

    Raises:
        UserError: a wrong key or value.
    """
    where = f"[policies] in {settings.source.name}" if settings.source else "[policies]"
    return (choice or Choice()).over(read_settings(settings.policies, where))


def check(
    world: World,
    settings: Settings,
    policies: PolicySettings,
    *,
    only: frozenset[str] | None = None,
    changed: Lines | None = None,
    baseline: bool = True,
) -> CheckResult:
    """Run the rules over a world.

    Args:
        world: Documents, items, issues, history.
        settings: The configuration, for its folder and time zone.
        policies: From `policy_settings`.
        only: Paths whose findings count; the other documents are only looked up.
        changed: Changed lines, for `--diff-base`.
        baseline: Whether known findings are taken out.

    Raises:
        UserError: a wrong setting, waiver file or baseline.
    """
    request = Request(
        rules=all_rules(),
        settings=policies,
        calendar=make_calendar(policies.calendar, settings.timezone),
        waivers=tuple(read_waivers(settings.root / policies.waivers)),
        baseline=_baseline(settings.root / policies.baseline) if baseline else frozenset(),
        changed=changed,
        only=only,
    )
    return run_check(world, request)


def read_waivers(path: Path) -> Sequence[Waiver]:
    """The waivers of a file; none where there is no file.

    Raises:
        UserError: it cannot be read, or is wrong.
    """
    if not path.is_file():
        return ()
    from policies.waiver_file import parse_waivers

    return parse_waivers(_text(path), path.name)


def _baseline(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    from policies.baseline import read_baseline

    return read_baseline(_text(path), path.name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}", hint="Correct the file or its rights.") from error


def sources() -> Callable[[str], Sequence[str]]:
    """Path -> lines of the document, for the outputs; empty where it cannot be read or has no lines."""
    from functools import lru_cache

    from tracker.reading.source import Source

    @lru_cache(maxsize=64)
    def lines(path: str) -> Sequence[str]:
        try:
            text = Source(Path(path).read_bytes()).text
        except OSError:
            return ()
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    return lines
