"""The findings of the policy rules for the audit: run here, since reports know no rule."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policies.waivers import Waiver as PolicyWaiver
    from tracker.reports.audit import Findings, Waiver
    from tracker.reports.ledger import Ledger
    from tracker.settings import Settings


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
    return Findings(
        findings=(*result.findings, *result.waived),
        waivers=tuple(_waiver(one, ledger.today, policies.notice_days) for one in every),
        skipped=tuple(f"{one.code} {one.slug}" for one in result.skipped),
        evaluated=True,
    )


def _waiver(one: PolicyWaiver, today: dt.date, notice_days: int) -> Waiver:
    from tracker.reports.audit import Waiver

    state = "active"
    if not one.holds(today):
        state = "expired"
    elif one.until is not None and (one.until - today).days <= notice_days:
        state = "ending"
    place = one.source if one.lines is not None else one.document
    return Waiver(one.code, place, one.line, one.reason or "no reason", one.until, one.by, one.item, state)
