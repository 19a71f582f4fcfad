"""The findings of the policy rules for the audit: run here, since reports know no rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policies.waivers import Waiver as PolicyWaiver
    from tracker.reports.audit import Findings, Waiver
    from tracker.reports.ledger import Ledger
    from tracker.settings import Settings
    from tracker.world import World


def findings_of(ledger: Ledger, settings: Settings) -> Findings:
    """What the rules find in the world of the ledger, with the waivers and the baseline of the configuration.

    Raises:
        UserError: `[policies]`, the waiver file or the baseline is wrong.
    """
    from policies.waivers import inline_waivers
    from tracker.cli.checking import check, policy_settings, read_waivers
    from tracker.reports.audit import Findings

    policies = policy_settings(settings)
    result = check(ledger.world, settings, policies)
    every = (*inline_waivers(ledger.world.documents), *read_waivers(settings.root / policies.waivers))
    titles = _titles(ledger.world) if every else {}
    return Findings(
        findings=(*result.findings, *result.waived),
        waivers=tuple(_waiver(one, ledger.today, policies.notice_days, titles) for one in every),
        skipped=tuple(f"{one.code} {one.slug}" for one in result.skipped),
        evaluated=True,
        sections=_SECTIONS,
    )


_SECTIONS = {
    "PM101": "unowned",
    "PM104": "undated",
    "PM201": "overdue",
    "PM202": "stale",
    "PM207": "due-soon",
    "PM301": "drift",
    "PM302": "drift",
    "PM303": "drift",
    "PM304": "drift",
    "PM308": "unidentified",
}
"""Rules whose items the audit lists in a section of their own."""


def _titles(world: World) -> Mapping[tuple[str, int], str]:
    """The items by document and line."""
    return {(one.path, one.item.line): one.item.title for one in world.items if one.removed_at is None}


def _waiver(
    one: PolicyWaiver, today: dt.date, notice_days: int, titles: Mapping[tuple[str, int], str]
) -> Waiver:
    from tracker.reports.audit import Waiver

    state = "active"
    if not one.holds(today):
        state = "expired"
    elif one.until is not None and (one.until - today).days <= notice_days:
        state = "ending"
    if one.lines is None:
        place, item = one.document, one.item
    else:
        place = one.source
        item = next((titles[place, line] for line in sorted(one.lines) if (place, line) in titles), None)
    return Waiver(one.code, place, one.line, one.reason or "no reason", one.until, one.by, item, state)
