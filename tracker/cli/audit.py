"""`pmtrack audit`: the nightly report, from the state alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.context import Invocation
from tracker.cli.reporting import Asked, deliver_all, put_out, read_ledger, report_options, without_collector
from tracker.errors import ExitCode

if TYPE_CHECKING:
    from tracker.reports.audit import Audit
    from tracker.reports.ledger import Ledger

_NEVER = "never"


@click.command("audit")
@report_options
@click.option("--since", metavar="DATE", help="Compare with the end of that day, not with the last audit.")
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "info", _NEVER]), default=_NEVER, show_default=True,
    help="Leave with exit code 10 when there is a finding of this severity or worse.",
)  # fmt: skip
@click.pass_obj
def audit(invocation: Invocation, /, since: str | None, fail_on: str, **options: Any) -> int:
    """Report what became wrong since the last audit."""
    from tracker.cli.stores import open_state
    from tracker.reports.report import report_of

    asked = Asked(**options)
    with without_collector(), open_state(invocation, create=False) as store:
        run_id = None if asked.as_of or asked.dry_run else store.start_run("audit")
        ledger = read_ledger(store, invocation, asked)
        values = _audit(ledger, since, invocation)
        report = report_of(values, ledger.settings.rows)
        put_out(report, asked, invocation)
        code = deliver_all(report, ledger, asked, invocation, store)
        if code is ExitCode.OK and _fails(values, fail_on):
            code = ExitCode.FINDINGS
        if run_id is not None and code is not ExitCode.FAILED:
            store.finish_run(run_id, done=0, failed=0, deferred=0, exit_code=code)
    return code


def _audit(ledger: Ledger, since: str | None, invocation: Invocation) -> Audit:
    from tracker.cli.findings import findings_of
    from tracker.reports.audit import audit_of, last_audit
    from tracker.reports.ledger import earlier

    last = last_audit(ledger.world.runs, ledger.moment) if since is None else None
    moment = last or _since(since, ledger) or ledger.moment - dt.timedelta(days=1)
    found = findings_of(ledger, invocation.settings)
    return audit_of(ledger, earlier(ledger, moment), found, since_audit=last is not None)


def _since(text: str | None, ledger: Ledger) -> dt.datetime | None:
    """End of the day that was asked for."""
    if text is None:
        return None
    from tracker.reports.periods import as_of_moment

    return as_of_moment(text, ledger.moment, ledger.calendar)


def _fails(values: Audit, fail_on: str) -> bool:
    from tracker.models import Severity

    if fail_on == _NEVER:
        return False
    order = list(Severity)
    worst = order.index(Severity(fail_on))
    return any(order.index(rule.severity) <= worst for rule in values.rules)
