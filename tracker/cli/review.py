"""`pmtrack review`: the weekly report, from the state alone."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.context import Invocation
from tracker.cli.reporting import Asked, deliver_all, put_out, read_ledger, report_options, without_collector


@click.command("review")
@report_options
@click.option(
    "--since", default="7d", show_default=True, metavar="SPAN",
    help="The period: 7d, 2w, 1m, last-week, or its first day.",
)  # fmt: skip
@click.pass_obj
def review(invocation: Invocation, /, since: str, **options: Any) -> int:
    """Report whether the work from incidents gets done."""
    from tracker.cli.stores import open_state
    from tracker.reports.periods import period_since
    from tracker.reports.report import report_of
    from tracker.reports.review import review_of

    asked = Asked(**options)
    with without_collector(), open_state(invocation, create=False) as store:
        ledger = read_ledger(store, invocation, asked)
        period = period_since(since, ledger.moment, ledger.calendar)
        report = report_of(review_of(ledger, period), ledger.settings.rows)
        put_out(report, asked, invocation)
        return deliver_all(report, ledger, asked, invocation, store)
