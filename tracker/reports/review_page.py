"""The review as a page: the agenda first, then whether the work gets done, then where it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tracker.reports import item_tables as items
from tracker.reports.header import (
    backlog_chart,
    compared,
    flow_chart,
    local_time,
    nothing_read,
    notices,
)
from tracker.reports.incidents import RELATIONS, DocumentLine, FollowUp, KnownButUnfixed
from tracker.reports.metrics import Group, Rate
from tracker.reports.page import (
    Cell,
    Chart,
    Column,
    Page,
    Row,
    Section,
    Series,
    Table,
    Tile,
    Tone,
    clear,
    clip,
    count_of,
    day,
    few,
    link,
    number,
    percent,
    plain,
    with_content,
    words,
)
from tracker.reports.review import Measured, Review


def review_page(review: Review) -> Page:
    """The page of a review."""
    sections = _sections(review) if review.totals.documents or review.totals.items else ()
    period = review.now.period
    return Page(
        kind="review",
        title="Weekly review",
        headline=_headline(review),
        stamp=f"{local_time(period.start, review.timezone)} to {local_time(period.end, review.timezone)}, "
        "compared with the period of the same length before",
        freshness=notices(review),
        stale=any(one.stale for one in review.freshness),
        tiles=_tiles(review),
        sections=with_content(sections),
        clear=clear(sections),
    )


def _sections(review: Review) -> tuple[Section, ...]:
    return (
        _agenda(review),
        _flow(review),
        _on_time(review),
        _known(review.known),
        _overdue(review),
        _due(review),
        _slipping(review),
        _ages_and_types(review),
        _documents(review),
        _follow_ups(review.follow_ups),
        _evidence(review),
    )


def _headline(review: Review) -> str:
    if not review.totals.documents and not review.totals.items:
        return f"{nothing_read(review.last_sync)}."
    flow = review.now.flow
    grown = (
        "stayed the same"
        if not flow.net
        else ("grew by " if flow.net > 0 else "shrank by ") + str(abs(flow.net))
    )
    rate = percent(review.on_time_trend.share)
    opened = flow.opened + flow.reopened
    removed = f", {flow.removed} removed" if flow.removed else ""
    return f"{opened} opened, {flow.closed} closed{removed}: the backlog {grown}. {rate} of what fell due in {len(review.trend)} weeks was done on time."


def _tiles(review: Review) -> tuple[Tile, ...]:
    now, before, than = review.now, review.before, "before"
    came, came_before = (one.flow.opened + one.flow.reopened for one in (now, before))
    return (
        compared("Opened", came, came_before, bad_up=None, than=than),
        compared("Closed", now.flow.closed, before.flow.closed, bad_up=False, than=than),
        compared("Open", now.flow.open_at_end, now.flow.open_at_start, bad_up=True, than="at the start"),
        Tile(
            "Overdue",
            str(review.totals.overdue),
            _of(review.totals.overdue, review.totals.open),
            _overdue_tone(review),
        ),
        Tile(
            "Done on time",
            percent(now.on_time.share),
            f"{now.on_time.met} of {now.on_time.of} due; {percent(before.on_time.share)} before",
        ),
        Tile(
            "Median time to close",
            _days(now.time_to_close.median_days),
            _was(before.time_to_close.median_days),
        ),
    )


def _overdue_tone(review: Review) -> Tone:
    return Tone.BAD if review.totals.overdue else Tone.GOOD


def _of(part: int, whole: int) -> str:
    return f"{percent(part / whole)} of the open items" if whole else "nothing is open"


def _was(days: float | None) -> str:
    return "nothing was closed before" if days is None else f"was {_days(days)}"


def _days(days: float | None) -> str:
    return "–" if days is None else f"{days:.1f} d"


def _agenda(review: Review) -> Section:
    table = items.noted_table(
        "Agenda",
        [(str(place), one.line, "; ".join(one.reasons)) for place, one in enumerate(review.agenda, 1)],
        ("No.", "Why"),
    )
    lead = f"{count_of(len(review.agenda), 'item')} to talk about, the weightiest first."
    return Section("agenda", "Agenda", lead, (table,))


def _flow(review: Review) -> Section:
    columns = (Column("Measure"), Column("This period", numeric=True), Column("Period before", numeric=True))
    measures: Sequence[tuple[str, Callable[[Measured], Cell]]] = (
        ("Open at the start", lambda one: number(one.flow.open_at_start)),
        ("Opened", lambda one: number(one.flow.opened)),
        ("Reopened", lambda one: number(one.flow.reopened)),
        ("Closed", lambda one: number(one.flow.closed)),
        ("Removed from their documents", lambda one: number(one.flow.removed)),
        ("Open at the end", lambda one: number(one.flow.open_at_end)),
        ("Fell due", lambda one: number(one.on_time.of)),
        ("Done on time", lambda one: Cell(percent(one.on_time.share), sort=one.on_time.share)),
        ("Time to close, median", lambda one: number(one.time_to_close.median_days, " d")),
        ("Time to close, mean", lambda one: number(one.time_to_close.mean_days, " d")),
        ("Time to close, 90th percentile", lambda one: number(one.time_to_close.p90_days, " d")),
        ("Due dates moved later", lambda one: number(one.slips.moves)),
        ("Moved by, in all", lambda one: number(one.slips.days, " d")),
    )
    rows = tuple(Row((words(name), cell(review.now), cell(review.before))) for name, cell in measures)
    charts = (backlog_chart(review.trend), flow_chart(review.trend), *_burn_down(review))
    return Section(
        "flow",
        "Is it getting done?",
        "",
        (Table("The period and the one before", columns, few(rows)),),
        charts,
    )


def _burn_down(review: Review) -> tuple[Chart, ...]:
    weeks = review.trend
    if not weeks[0].flow.open_at_start:
        return ()
    start, left = weeks[0].flow.open_at_start, weeks[-1].remaining
    steps = len(weeks)
    ideal = tuple(start * (1 - step / steps) for step in range(steps + 1))
    chart = Chart(
        "lines",
        "Burn-down",
        f"Of the {start} items that were open {steps} weeks ago, {left} are still open.",
        ("start", *(f"{week.last_day:%d %b}" for week in weeks)),
        (
            Series("Still open", (float(start), *(float(week.remaining) for week in weeks))),
            Series("An even pace", tuple(round(value, 1) for value in ideal), "quiet"),
        ),
    )
    return (chart,)


def _on_time(review: Review) -> Section:
    tables = tuple(
        _rate_table(f"On time by {name}", name, rates) for name, rates in review.on_time_by.items() if rates
    )
    rate = review.on_time_trend
    lead = f"Over {len(review.trend)} weeks {rate.met} of {rate.of} items were done by their due date ({percent(rate.share)})."
    return Section("on-time", "On-time closure", lead if rate.of else "", tables)


def _rate_table(caption: str, name: str, rates: Mapping[str, Rate]) -> Table:
    columns = (
        Column(name.title()),
        Column("On time", numeric=True),
        Column("Due", numeric=True),
        Column("Rate", numeric=True),
    )
    rows = tuple(
        Row((words(group), number(rate.met), number(rate.of), Cell(percent(rate.share), sort=rate.share)))
        for group, rate in rates.items()
    )
    return Table(caption, columns, few(rows))


def _known(found: Sequence[KnownButUnfixed]) -> Section:
    columns = (
        Column("New incident", wide=True), Column("Was known from", wide=True), Column("Why related"), Column("Item", wide=True),
        Column("Owner"), Column("Due"), Column("State"), Column("Issue"), Column("Where"),
    )  # fmt: skip
    rows = tuple(
        Row(_known_cells(one, number), one.lines[number].owner)
        for one in found
        for number in range(len(one.lines))
    )
    incidents = len({one.incident.path for one in found})
    open_then = len({line.item_id for one in found for line in one.lines})
    lead = (
        f"{count_of(incidents, 'new incident')} happened while {count_of(open_then, 'item')} from earlier, related ones "
        f"{'was' if open_then == 1 else 'were'} still open."
    )
    return Section(
        "known-but-unfixed",
        "Known but unfixed",
        lead,
        (Table("Known but unfixed", columns, few(rows)),),
        tone=Tone.BAD,
    )


def _known_cells(one: KnownButUnfixed, place: int) -> tuple[Cell, ...]:
    line = one.lines[place]
    return (
        link(_named(one.incident), one.incident.url),
        link(_named(one.relative), one.relative.url),
        words(RELATIONS[one.why]),
        words(line.title),
        words(line.owner),
        day(line.due),
        Cell("still open", tone=Tone.BAD) if line.is_open else Cell("closed since", tone=Tone.GOOD),
        link(line.issue or "", line.url),
        link(line.place, line.source_url),
    )


def _named(document: DocumentLine) -> str:
    return f"{document.incident}: {document.title}" if document.incident else document.title


def _overdue(review: Review) -> Section:
    lines = [line for group in review.overdue_by_owner for line in group.lines]
    columns = (Column("Overdue", numeric=True), Column("Latest by", numeric=True))
    tables = (
        _group_table("Overdue by owner", "Owner", review.overdue_by_owner, columns),
        _group_table("Overdue by team", "Team", review.overdue_by_team, columns),
        items.table_of("Overdue items", lines, items.BY_OWNER),
    )
    most = sorted(review.overdue_by_owner, key=lambda group: -group.count)[:8]
    chart = _bars("Overdue by owner", [(group.name, group.count) for group in most], "bad")
    return Section("overdue", "Overdue", "", tables, (chart,) if lines else (), Tone.BAD)


def _group_table(caption: str, name: str, groups: Sequence[Group], columns: tuple[Column, ...]) -> Table:
    rows = tuple(
        Row((words(group.name), number(group.count), number(group.worst_days, " d"))) for group in groups
    )
    return Table(caption, (Column(name), *columns), few(rows))


def _due(review: Review) -> Section:
    lead = f"{count_of(len(review.due_7), 'item')} in the next 7 days, {len(review.due_14)} in the next 14."
    return Section("due", "Due next", lead, (items.table_of("Due in the next 14 days", review.due_14),))


def _slipping(review: Review) -> Section:
    fields = (items.ID, items.ACTION, items.OWNER, items.FIRST_DUE, items.DUE, items.SLIPS, items.SLIPPED, items.INCIDENT, items.ISSUE, items.PLACE)  # fmt: skip
    slips = review.now.slips
    lead = (
        f"In this period {count_of(slips.moves, 'due date')} moved later, by {count_of(slips.days, 'day')} in all. "
        f"{count_of(len(review.slipping), 'open item')} moved twice or more since they were opened."
    )
    return Section(
        "slipping",
        "Due dates that slip again and again",
        lead,
        (items.table_of("Slipping", review.slipping, fields),),
        tone=Tone.WARN,
    )


def _ages_and_types(review: Review) -> Section:
    charts = (
        _bars("Age of what is open", review.ages, "main"),
        _bars("Types of what is open", review.types_open, "main"),
        *(
            [_bars("Types of what was opened in the period", review.types_opened, "main")]
            if review.types_opened
            else []
        ),
    )
    return Section("backlog", "What is open", f"{count_of(review.totals.open, 'open item')}.", (), charts)


def _bars(title: str, counts: Sequence[tuple[str, int]], role: str) -> Chart:
    summary = ", ".join(f"{plain(name)} {count}" for name, count in counts) + "."
    look = Series("Items", tuple(float(count) for _, count in counts), "bad" if role == "bad" else "main")
    return Chart("bars", title, summary, tuple(clip(name, 28) for name, _ in counts), (look,))


def _documents(review: Review) -> Section:
    columns = (
        Column("Incident"),
        Column("Title", wide=True),
        Column("Severity"),
        Column("Date"),
        Column("Remark", wide=True),
    )
    noted = {one.path: one.note for one in review.without_items}
    for one in review.late:
        noted[one.path] = "; ".join(filter(None, (noted.get(one.path), one.note)))
    rows = tuple(
        Row(
            (
                words(one.incident or ""),
                link(one.title, one.url),
                words(one.severity or ""),
                day(one.date),
                Cell(clip(noted.get(one.path, "")), tone=Tone.WARN if one.path in noted else Tone.PLAIN),
            )
        )
        for one in review.published
    )
    lead = f"{count_of(len(rows), 'post-mortem')} published, {len(review.late)} late, {len(review.without_items)} without an action item."
    return Section(
        "post-mortems", "Post-mortems", lead, (Table("Published in the period", columns, few(rows)),)
    )


def _follow_ups(found: Sequence[FollowUp]) -> Section:
    columns = (
        Column("Review"),
        Column("Due"),
        Column("Late", numeric=True),
        Column("Incident"),
        Column("Title", wide=True),
        Column("Where"),
    )
    rows = tuple(
        Row(
            (
                words(one.label),
                day(one.due, Tone.BAD if one.late_days > 0 else Tone.PLAIN),
                number(one.late_days, " d", Tone.BAD) if one.late_days > 0 else Cell("", sort=one.late_days),
                words(one.document.incident or ""),
                link(one.document.title, one.document.url),
                words(f"{one.document.path}:{one.line}"),
            )
        )
        for one in found
    )
    late = sum(one.late_days > 0 for one in found)
    lead = f"{late} past their day, {len(found) - late} in the next 14 days; none of them recorded as done in its document."
    return Section(
        "follow-ups",
        "Follow-up reviews due",
        lead,
        (Table("Follow-up reviews", columns, few(rows)),),
        tone=Tone.WARN,
    )


def _evidence(review: Review) -> Section:
    fields = (items.ID, items.ACTION, items.OWNER, items.CLOSED, items.INCIDENT, items.ISSUE, items.PLACE)
    closing = review.closing
    lead = (
        f"Closed in this period: {closing.verified} done and verified, {closing.unverified} done and not verified, "
        f"{closing.dropped} dropped. The table holds what was done longer ago and has no evidence yet."
    )
    return Section(
        "evidence",
        "Done without evidence that it works",
        lead,
        (items.table_of("Done without evidence", review.unverified, fields),),
        tone=Tone.WARN,
    )
