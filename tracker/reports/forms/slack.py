"""A report as Slack blocks, within Slack's limits (https://docs.slack.dev/reference/block-kit/blocks).

At most 50 blocks a message, 3,000 characters a section text, 150 a header, 10 fields of 2,000 characters a section.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tracker.reports.page import Page, Row, Section, Table, Tile, Tone, clip, count_of
from tracker.reports.report import Report

BLOCKS, SECTION_TEXT, HEADER_TEXT, FIELDS, FIELD_TEXT = 50, 3000, 150, 10, 2000
LINES = 6
_TITLE, _ADDRESS = 140, 800
_MARKS = {
    Tone.PLAIN: "",
    Tone.GOOD: ":large_green_circle: ",
    Tone.WARN: ":large_yellow_circle: ",
    Tone.BAD: ":red_circle: ",
}
_USER = re.compile(r"^[UW][A-Z0-9]{4,}$")
# Marks that would format; look-alikes are shown instead, since Slack has no escape for them.
_FORMATTING = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EDGE_UNDERSCORE = re.compile(r"(?<!\w)_+|_+(?!\w)")

Block = Mapping[str, Any]


def escape(text: str) -> str:
    """The text as mrkdwn that shows exactly it: no mention, link or formatting comes out of a document."""
    made = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").translate(_FORMATTING)
    return _EDGE_UNDERSCORE.sub(lambda found: "ˍ" * len(found[0]), made)


def mention(account: str | None, name: str) -> str:
    """A mention where the people map holds the person's Slack id, the plain name elsewhere."""
    return f"<@{account}>" if account is not None and _USER.match(account) else escape(name)


def render(report: Report) -> str:
    """The message as JSON, as an incoming webhook takes it."""
    return json.dumps(message(report), indent=2, ensure_ascii=False) + "\n"


def message(report: Report, link: str | None = None) -> dict[str, Any]:
    """The message: `text` for notifications, and the blocks.

    Args:
        report: The report.
        link: Where the whole report can be read, None for nowhere.
    """
    page = report.page
    return {
        "text": escape(f"{page.title}: {page.headline}")[:SECTION_TEXT],
        "blocks": fit(list(_blocks(page, link))),
    }


def fit(blocks: Sequence[Block]) -> list[Block]:
    """At most 50 blocks; the last one then says that the rest is elsewhere."""
    if len(blocks) <= BLOCKS:
        return list(blocks)
    return [*blocks[: BLOCKS - 1], context("The rest is in the html form of this report.")]


def header(text: str) -> Block:
    """A header block."""
    return {"type": "header", "text": {"type": "plain_text", "text": clip(text, HEADER_TEXT)}}


def text_block(lines: Sequence[str]) -> Block:
    """A section of mrkdwn lines; whole lines are left out where it would grow too long."""
    kept: list[str] = []
    room = SECTION_TEXT - 40
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            kept.append(f"… {len(lines) - number} more")
            break
        kept.append(line)
    return {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(kept)}}


def context(text: str) -> Block:
    """A line in small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:FIELD_TEXT]}]}


def _blocks(page: Page, link: str | None) -> Iterator[Block]:
    yield header(f"{page.title}: {page.headline}")
    yield context(escape(page.stamp))
    for line in page.freshness[:3]:
        yield context(f"{':warning: ' if line.tone is Tone.WARN else ''}{escape(line.text)}")
    yield {"type": "section", "fields": [_field(tile) for tile in page.tiles[:FIELDS]]}
    for section in page.sections:
        if section.count:
            yield from _section(section)
    if page.clear:
        yield context(f":white_check_mark: All clear: {escape(', '.join(page.clear))}.")
    if link is not None:
        yield text_block([f"<{link}|Read the whole report>"])


def _field(tile: Tile) -> Block:
    text = f"{_MARKS[tile.tone]}*{escape(tile.label)}*  {escape(tile.value)}\n{escape(tile.detail)}"
    return {"type": "mrkdwn", "text": text[:FIELD_TEXT]}


def _section(section: Section) -> Iterator[Block]:
    table = next(table for table in reversed(section.tables) if table.rows)
    lines = [f"{_MARKS[section.tone]}*{escape(section.title)}* ({len(table.rows)})"]
    if section.lead and len(table.rows) < section.count:  # the tables count different things
        lines = [f"{_MARKS[section.tone]}*{escape(section.title)}*: {escape(section.lead)}"]
    lines += [f"• {item_line(table, row)}" for row in table.rows.first(LINES)]
    if len(table.rows) > LINES:
        lines.append(f"… {count_of(len(table.rows) - LINES, 'more row')}")
    yield {"type": "divider"}
    yield text_block(lines)


def item_line(table: Table, row: Row) -> str:
    """A row as one line: its cells in order, links kept, empty cells left out."""
    parts = []
    for column, cell in zip(table.columns, row.cells, strict=True):
        if not cell.text or cell.text == "–":
            continue
        shown = linked(cell.text, cell.href)
        named = column.name in ("Due", "Late", "Owner", "First due", "Moved", "By", "Last touched", "Closed")
        parts.append(f"{column.name.lower()} {shown}" if named else shown)
    return " · ".join(parts)


def linked(text: str, href: str | None) -> str:
    """The text, cut off where it is long, as a link where there is an address of bearable length."""
    shown = escape(clip(text, _TITLE))
    address = None if href is None else _address(href)
    return shown if address is None else f"<{address}|{shown.replace('|', '¦')}>"


def _address(href: str) -> str | None:
    """The address as Slack takes it in a link; None for one that would take the room of the whole section."""
    made = href.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C").replace(" ", "%20")
    return made if len(made) <= _ADDRESS else None
