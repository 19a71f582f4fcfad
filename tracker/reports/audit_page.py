"""The audit as a page: what is new first, then what must be done today, then the state of pmtrack itself."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.models import Severity
from tracker.reports import item_tables as items
from tracker.reports.audit import Audit, Waiver
from tracker.reports.differences import Difference
from tracker.reports.finding_tables import findings_section
from tracker.reports.header import (
    age_in_words,
    backlog_chart,
    compared,
    flow_chart,
    local_time,
    nothing_read,
    notices,
)
from tracker.reports.lines import ItemLine
from tracker.reports.page import (
    Cell,
    Column,
    Page,
    Row,
    Rows,
    Section,
    Table,
    Tile,
    Tone,
    clear,
    count_of,
    day,
    few,
    plain,
    with_content,
    words,
)

_OWNERS_TOLD = 8


def audit_page(audit: Audit) -> Page:
    """The page of an audit."""
    sections = _sections(audit) if audit.totals.documents or audit.totals.items else (_health(audit),)
    return Page(
        kind="audit",
        title="Nightly audit",
        headline=_headline(audit),
        stamp=f"As of {local_time(audit.moment, audit.timezone)}, "
        f"compared with {'the last audit of ' if audit.since_audit else ''}{local_time(audit.since, audit.timezone)}",
        freshness=notices(audit),
        stale=any(one.stale for one in audit.freshness),
        tiles=_tiles(audit),
        sections=with_content(sections),
        clear=clear(sections),
    )


def _sections(audit: Audit) -> tuple[Section, ...]:
    return (
        _changes("new", f"New since {_point(audit)}", audit.new, Tone.BAD),
        _changes("resolved", f"Resolved since {_point(audit)}", audit.resolved, Tone.GOOD),
        _overdue(audit),
        _lines("due-soon", "Due soon", audit.due_soon),
        findings_section(audit),
        _lines("unowned", "Nobody owns it", audit.unowned, tone=Tone.WARN),
        _lines("undated", "No due date", audit.undated, tone=Tone.WARN),
        _lines("stale", "Stale", audit.stale, (*items.STANDARD[:5], items.TOUCHED, *items.STANDARD[5:])),
        _lines(
            "drift", "Document and tracker differ", audit.drift, (*items.STANDARD, items.FLAGS), Tone.WARN
        ),
        _waivers(audit),
        _lines("unidentified", "Items that could not be identified", audit.unidentified, tone=Tone.BAD),
        Section("trend", "Trend", "", (), (backlog_chart(audit.trend), flow_chart(audit.trend))),
        _health(audit),
    )


def _point(audit: Audit) -> str:
    """What the audit is compared with: the last one, else (the first one, or another day was asked for) a day."""
    return "the last audit" if audit.since_audit else local_time(audit.since, audit.timezone, "%a %d %b %Y")


def _then(audit: Audit) -> str:
    """When the numbers before were true; what was read since counts in them, so that they are not those of the last audit."""
    if audit.since_audit and not audit.imported:
        return "at the last audit"
    return f"on {local_time(audit.since, audit.timezone, '%a %d %b %Y')}"


def _headline(audit: Audit) -> str:
    if not audit.totals.documents and not audit.totals.items:
        return f"{nothing_read(audit.last_sync)}."
    if not audit.changed:
        return f"Nothing changed since {_point(audit)}."
    overdue = sum("became overdue" in one.kinds for one in audit.new)
    closed = sum(one.kind == "closed" for one in audit.resolved)
    opened = sum("opened" in one.kinds for one in (*audit.new, *audit.resolved))
    reopened = sum("reopened" in one.kinds for one in audit.new)
    parts = [
        f"{count_of(overdue, 'item')} became overdue" if overdue else "",
        f"{opened} opened" if opened else "",
        f"{reopened} reopened" if reopened else "",
        f"{closed} closed" if closed else "",
    ]
    said = ", ".join(part for part in parts if part)
    if not said and not (audit.new or audit.resolved):
        return f"{count_of(audit.imported, 'item')} of older post-mortems read for the first time."
    return f"{said}." if said else f"{count_of(len(audit.new) + len(audit.resolved), 'change')}."


def _tiles(audit: Audit) -> tuple[Tile, ...]:
    now, before, than = audit.totals, audit.before, _then(audit)
    same = f"the same {than}, with what was read since" if audit.imported else "unchanged"
    findings = sum(rule.count for rule in audit.rules)
    errors = sum(rule.count for rule in audit.rules if rule.severity is Severity.ERROR)
    return (
        compared("Open", now.open, before.open, bad_up=None, than=than, same=same),
        compared("Overdue", now.overdue, before.overdue, bad_up=True, than=than, same=same),
        compared("Nobody owns it", now.unowned, before.unowned, bad_up=True, than=than, same=same),
        compared("No due date", now.undated, before.undated, bad_up=True, than=than, same=same),
        Tile("Done", str(now.done), f"{now.verified} with evidence, {now.dropped} dropped"),
        Tile(
            "Findings",
            str(findings) if audit.findings.evaluated else "–",
            f"{count_of(errors, 'error')}, {audit.waived} waived"
            if audit.findings.evaluated
            else "not evaluated",
            Tone.BAD if errors else Tone.PLAIN,
        ),
    )


def _changes(key: str, title: str, found: tuple[Difference, ...], tone: Tone) -> Section:
    table = items.noted_table(title, [(one.told, one.line, one.detail) for one in found])
    return Section(key, title, "", (table,), tone=tone)


def _overdue(audit: Audit) -> Section:
    lines = [line for group in audit.overdue for line in group.lines]
    groups = ", ".join(f"{plain(group.name)} {group.count}" for group in audit.overdue[:_OWNERS_TOLD])
    more = f" and {len(audit.overdue) - _OWNERS_TOLD} more" if len(audit.overdue) > _OWNERS_TOLD else ""
    lead = f"{count_of(len(lines), 'item')} with {count_of(len(audit.overdue), 'owner')}: {groups}{more}."
    table = items.table_of("Overdue by owner, oldest first", lines, items.BY_OWNER)
    return Section("overdue", "Overdue by owner", lead, (table,), tone=Tone.BAD)


def _lines(
    key: str,
    title: str,
    lines: tuple[ItemLine, ...],
    fields: tuple[items.Field, ...] = items.STANDARD,
    tone: Tone = Tone.PLAIN,
) -> Section:
    return Section(key, title, "", (items.table_of(title, lines, fields),), tone=tone)


def _waivers(audit: Audit) -> Section:
    order = ("expired", "ending", "active")
    found = sorted(audit.findings.waivers, key=lambda one: (order.index(one.state), one.path, one.line))
    counts = ", ".join(f"{sum(one.state == state for one in found)} {state}" for state in order)
    columns = (
        Column("State", folds=True), Column("Until", folds=True), Column("Code", folds=True), Column("Where"), Column("Item", wide=True), Column("Reason", wide=True),
    )  # fmt: skip
    table = Table("Waivers", columns, Rows(found, lambda one: Row(_waiver_cells(one))))
    return Section("waivers", "Waivers", f"{counts}.", (table,), tone=_waiver_tone(found))


def _waiver_tone(found: Iterable[Waiver]) -> Tone:
    states = {one.state for one in found}
    return Tone.BAD if "expired" in states else Tone.WARN if "ending" in states else Tone.PLAIN


def _waiver_cells(one: Waiver) -> tuple[Cell, ...]:
    by = f" ({one.by})" if one.by else ""
    return (
        Cell(one.state, tone=_waiver_tone([one])),
        day(one.until),
        words(one.code),
        words(f"{one.path}:{one.line}" if one.path else ""),
        words(one.item or "the whole document"),
        words(f"{one.reason}{by}"),
    )


def _health(audit: Audit) -> Section:
    rows = tuple(
        Row(
            (
                words(one.tracker.name),
                words(one.tracker.type),
                words(
                    local_time(one.tracker.last_success, audit.timezone)
                    if one.tracker.last_success
                    else "never"
                ),
                Cell(
                    "–" if one.age_hours is None else age_in_words(one.age_hours),
                    sort=one.age_hours,
                    tone=Tone.WARN if one.stale else Tone.PLAIN,
                ),
                words(one.tracker.error or "none"),
            )
        )
        for one in audit.freshness
    )
    columns = (Column("Tracker"), Column("Type"), Column("Last read"), Column("Age", numeric=True), Column("Trouble at the last try", wide=True))  # fmt: skip
    return Section(
        "health", "Run health", _run_told(audit), (Table("Trackers", columns, few(rows)),) if rows else ()
    )


def _run_told(audit: Audit) -> str:
    run = audit.last_sync
    if run is None:
        said = "No sync has been recorded."
    else:
        end = "" if run.finished is not None else ", not finished when this report was made"
        said = (
            f"Last sync {local_time(run.started, audit.timezone)}{end}: "
            f"{run.done} done, {run.failed} failed, {run.deferred} put off."
        )
    intents = f" {count_of(audit.open_intents, 'create')} of unknown outcome." if audit.open_intents else ""
    return f"{said}{intents} {count_of(audit.totals.items, 'item')} in {count_of(audit.totals.documents, 'post-mortem')}."
