"""Runs the rules over a tracked world: selection, settings per document, severities, waivers, baseline, changed lines.

Pure. A rule that lacks what it needs is skipped and counted; a rule that fails is a finding, not a crash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from policies.calendar import Calendar
from policies.configuration import Override, PolicySettings
from policies.documentation import describe, describe_notice
from policies.globs import matches_glob
from policies.notices import NOTICES, notice
from policies.options import make_settings
from policies.registry import AnyRule, matches, require_known
from policies.rule import Need, Profile, Scope
from policies.subjects import live_items
from policies.waivers import Judged, Rules, Waiver, apply_waivers, inline_waivers
from tracker.findings import CheckResult, SkippedRule, fingerprints, in_order
from tracker.models import Finding, Severity
from tracker.severity import severity_rank
from tracker.values import dataclass
from tracker.world import World

Lines = Mapping[str, Sequence[tuple[int, int]]]
"""Changed lines per path, first and last inclusive."""

_REASONS = {
    Need.STATE: "there is no state yet; run `pmtrack sync`",
    Need.HISTORY: "there is no history of a state yet; run `pmtrack sync`",
    Need.TRACKERS: "no issue was read from a tracker yet; run `pmtrack sync`",
    Need.PEOPLE: "there is neither a people map nor an issue read from a tracker; add [people.NAME] or run `pmtrack sync`",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One check.

    Attributes:
        rules: Every rule that exists.
        settings: `[policies]`.
        calendar: Business days and the local day.
        waivers: Of the waiver file; inline ones are found in the documents.
        baseline: Fingerprints of known findings.
        changed: Where given, only findings on these lines count.
        only: Where given, only findings about these documents count; the others are looked up only.
    """

    rules: tuple[AnyRule, ...]
    settings: PolicySettings
    calendar: Calendar = Calendar()
    waivers: tuple[Waiver, ...] = ()
    baseline: frozenset[str] = frozenset()
    changed: Lines | None = None
    only: frozenset[str] | None = None

    def wants(self, path: str) -> bool:
        """Whether findings about this document count; those about none always do."""
        return self.only is None or not path or path in self.only


def run_check(world: World, request: Request) -> CheckResult:
    """Run the chosen rules and sort their findings.

    Raises:
        UserError: the settings name a rule that does not exist, or a wrong setting.
    """
    chosen = choose_rules(request.rules, request.settings)
    able = [rule for rule in chosen if not _lacks(rule, world)]
    views = _Views(world, request.settings)
    found = [
        finding
        for rule in able
        for finding in _run(rule, world, request, views)
        if request.wants(finding.path)
    ]
    judged = apply_waivers(
        [finding for finding in found if finding.code not in NOTICES],
        (*inline_waivers(one for one in world.documents if request.wants(one.path)), *request.waivers),
        world,
        Rules(
            request.calendar.day(world.now),
            {rule.code: rule.scope for rule in able},
            frozenset(rule.code for rule in request.rules),
            request.settings.notice_days,
        ),
    )
    crashes = [finding for finding in found if finding.code in NOTICES]
    return _sort(judged, crashes, _Frame(world, request, chosen, able))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What `_sort` needs beside the findings."""

    world: World
    request: Request
    chosen: Sequence[AnyRule]
    able: Sequence[AnyRule]


def _sort(judged: Judged, crashes: Sequence[Finding], frame: _Frame) -> CheckResult:
    request = frame.request
    ordered, notices = in_order(judged.kept), (*crashes, *judged.notices)
    names = fingerprints(ordered) if request.baseline else [""] * len(ordered)
    known = [one for one, name in zip(ordered, names, strict=True) if name in request.baseline]
    fresh = [one for one, name in zip(ordered, names, strict=True) if name not in request.baseline]
    scopes = {rule.code: rule.scope for rule in frame.able}
    counted = [one for one in (*fresh, *notices) if _is_changed(one, request.changed, scopes)]
    return CheckResult(
        findings=in_order(counted) if notices else tuple(counted),
        waived=in_order(judged.waived),
        known=tuple(known),
        unchanged=len(fresh) + len(notices) - len(counted),
        skipped=tuple(
            SkippedRule(rule.code, rule.slug, _REASONS[lack])
            for rule in frame.chosen
            if (lack := _lacks(rule, frame.world))
        ),
        rules={rule.code: describe(rule) for rule in frame.able}
        | {code: describe_notice(code) for code in NOTICES if any(one.code == code for one in counted)},
        documents=sum(request.wants(document.path) for document in frame.world.documents),
        items=sum(request.wants(tracked.path) for tracked in live_items(frame.world)),
        resolved=len(request.baseline - set(names)),
    )


def choose_rules(rules: Sequence[AnyRule], settings: PolicySettings) -> list[AnyRule]:
    """The rules that the profile or the selection asks for, without the ignored ones.

    Raises:
        UserError: a name means no rule.
    """
    require_known((*settings.select, *settings.extend_select, *settings.ignore))
    require_known((*(settings.severity or {}), *(settings.rules or {})))
    profile = Profile[settings.profile.upper()]

    def is_chosen(rule: AnyRule) -> bool:
        if settings.select:
            return _named(rule, settings.select) and not _named(rule, settings.ignore)
        wanted = rule.profile <= profile or _named(rule, settings.extend_select)
        return wanted and not _named(rule, settings.ignore)

    return [rule for rule in rules if is_chosen(rule)]


def _named(rule: AnyRule, names: Iterable[str]) -> bool:
    return any(matches(rule, name) for name in names)


def _lacks(rule: AnyRule, world: World) -> Need | None:
    has = {
        Need.STATE: world.has_state,
        Need.HISTORY: world.has_state,
        Need.TRACKERS: world.has_trackers,
        Need.PEOPLE: bool(world.people) or world.has_trackers,
    }
    return next((need for need in sorted(rule.needs) if not has[need]), None)


class _Views:
    """Which overrides hold for which document."""

    def __init__(self, world: World, settings: PolicySettings) -> None:
        self.overrides = settings.overrides
        self._severities = {document.path: document.severity for document in world.documents}
        self._known: dict[str, tuple[Override, ...]] = {}
        for override in self.overrides:
            require_known((*override.ignore, *(override.severity or {}), *(override.rules or {})))

    def of(self, path: str) -> tuple[Override, ...]:
        if not self.overrides:
            return ()
        if path not in self._known:
            self._known[path] = tuple(one for one in self.overrides if self._holds(one, path))
        return self._known[path]

    def _holds(self, override: Override, path: str) -> bool:
        if not any(matches_glob(path, pattern) for pattern in override.paths):
            return False
        severity = self._severities.get(path)
        return not override.severities or any(_same(severity, wanted) for wanted in override.severities)


def _same(severity: str | None, wanted: str) -> bool:
    if severity is None:
        return False
    rank = severity_rank(wanted)
    return severity.casefold() == wanted.casefold() or (rank is not None and severity_rank(severity) == rank)


def _run(rule: AnyRule, world: World, request: Request, views: _Views) -> list[Finding]:
    base = _table(rule, request.settings)
    tables = (
        {path: _table_of(rule, base, views.of(path)) for path in _paths(world)} if views.overrides else {}
    )
    found = [
        finding
        for table in _distinct([base, *tables.values()])
        for finding in _guarded(rule, world, table, request.calendar)
        if tables.get(finding.path, base) == table or finding.code in NOTICES
    ]
    if not (views.overrides or request.settings.severity):
        return found  # nothing to judge them by, and a large archive has a hundred thousand
    judged = (_judge(rule, finding, request.settings, views.of(finding.path)) for finding in found)
    return [finding for finding in judged if finding]


def _paths(world: World) -> set[str]:
    return {document.path for document in world.documents} | {tracked.path for tracked in world.items}


def _distinct(tables: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    out: list[Mapping[str, object]] = []
    for table in tables:
        if table not in out:
            out.append(table)
    return out


def settings_of(rule: AnyRule, settings: PolicySettings) -> Any:
    """The rule's settings as configured for all documents.

    Raises:
        UserError: a wrong key or value.
    """
    return make_settings(rule.settings, _table(rule, settings), f"[policies.rules.{rule.code}]")


def _table(rule: AnyRule, settings: PolicySettings) -> Mapping[str, object]:
    table: dict[str, object] = dict(rule.strict) if settings.profile == "strict" else {}
    for name, values in (settings.rules or {}).items():
        if matches(rule, name):
            table |= values
    return table


def _table_of(
    rule: AnyRule, base: Mapping[str, object], overrides: Iterable[Override]
) -> Mapping[str, object]:
    table = dict(base)
    for override in overrides:
        for name, values in (override.rules or {}).items():
            if matches(rule, name):
                table |= values
    return table


def _guarded(rule: AnyRule, world: World, table: Mapping[str, object], calendar: Calendar) -> list[Finding]:
    settings = make_settings(rule.settings, table, f"[policies.rules.{rule.code}]")
    try:
        return list(rule.check(world, settings, calendar))
    except Exception as error:  # noqa: BLE001 -- one rule's fault must not take the others' findings away
        return [
            notice(
                "PM001",
                "",
                1,
                f"the rule {rule.code} ({rule.slug}) failed: {type(error).__name__}: {error}",
                "Report it to the rule's author; --ignore leaves it out.",
                key=rule.code,
            )
        ]


def _judge(
    rule: AnyRule, finding: Finding, settings: PolicySettings, overrides: Sequence[Override]
) -> Finding | None:
    """The finding with the severity that is configured for it; None where it is ignored there."""
    if finding.code in NOTICES:
        return finding
    if any(_named(rule, override.ignore) for override in overrides):
        return None
    severity = finding.severity
    for table in (settings.severity, *(override.severity for override in overrides)):
        for name, value in (table or {}).items():
            severity = Severity(value) if matches(rule, name) else severity
    return finding if severity is finding.severity else replace(finding, severity=severity)


def _is_changed(finding: Finding, changed: Lines | None, scopes: Mapping[str, Scope]) -> bool:
    if changed is None:
        return True
    ranges = changed.get(finding.path, ())
    if scopes.get(finding.code) is Scope.DOCUMENT or finding.code == "PM001":
        return bool(ranges) or finding.code == "PM001"
    last = max(finding.span.line, finding.span.end_line)
    return any(first <= last and finding.span.line <= end for first, end in ranges)
