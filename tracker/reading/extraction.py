"""Blocks to action items: the one walk behind all formats.

The walk keeps the open sections, hands tables to `columns` and `rows`, lists to `lists`, and decides by a small score: what
the section says plus what the table or entry itself shows (docs/reading.md lists the weights). Every decision is told to an
`Explanation`. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace

from tracker.models import ActionItem, ItemForm
from tracker.patterns import pattern
from tracker.reading import items, labels, lists, rows
from tracker.reading.blocks import Block, Comment, Entry, Fence, Heading, Paragraph, Table
from tracker.reading.columns import ColumnReader
from tracker.reading.drafts import EDGES, Draft
from tracker.reading.entries import Reader
from tracker.reading.explanation import Explanation
from tracker.reading.glance import action_inside, hopeless, is_prose, labelled_action
from tracker.reading.paragraphs import bare_heading, is_signature, lead_in
from tracker.reading.placeholders import is_placeholder
from tracker.reading.sections import ACTION, Section, Sections
from tracker.values import dataclass
from tracker.vocabulary import fold

_MOST_LABEL = 80
_ADDRESSED = pattern(r"@[\w.-]+\s+\w")
"""A heading that opens with whose it is: "@kim Alerts configured"."""
_POSITION = pattern(r"^\W*(?:\d{1,3}[.):]?|[A-Z]{1,3}-?\d{1,3}[.:)]?)\s+")


@dataclass(slots=True)
class Extraction:
    """The walk over the blocks of one document; `items` holds what was found so far."""

    reader: Reader
    columns: ColumnReader
    explanation: Explanation
    sections: Sections
    items: list[ActionItem] = field(default_factory=list)
    tables: list[tuple[Table, Section]] = field(default_factory=list)
    placed: list[tuple[Block, Section]] = field(default_factory=list)
    numbered: tuple[int, str | None] | None = None

    def walk(self, blocks: Sequence[Block]) -> None:
        """Read all blocks in order."""
        at = 0
        while at < len(blocks):
            block = blocks[at]
            self.placed.append((block, self.sections.now))
            if isinstance(block, Heading):
                at = self._heading(block, blocks, at)
            elif isinstance(block, Entry):
                at = self._list(blocks, at)
            elif isinstance(block, Table):
                self._table(block)
                at += 1
            elif isinstance(block, Paragraph):
                at = self._paragraph(block, blocks, at)
            else:
                at += 1

    # -- headings ------------------------------------------------------------------------------------------------------

    def _heading(self, block: Heading, blocks: Sequence[Block], at: int) -> int:
        parent = self.sections.now
        body = self._body(blocks, at)
        if self._is_item(block, blocks[at + 1 : body], parent):
            return self._heading_item(block, blocks, at, body)
        section = self.sections.heading(block.text, block.level)
        self.placed[-1] = (block, section)
        self.explanation.section(block.line, section)
        return at + 1

    @staticmethod
    def _body(blocks: Sequence[Block], at: int) -> int:
        stop = at + 1
        while stop < len(blocks) and not isinstance(blocks[stop], Heading):
            stop += 1
        return stop

    def _is_item(self, block: Heading, body: Sequence[Block], parent: Section) -> bool:
        """A heading per action: below action items, itself no kind of section, with labelled fields right below."""
        closing = parent
        for section in reversed(self.sections.stack):
            closing = section
            if block.level == 0 or section.level < block.level:
                break
        if closing.kind != ACTION or block.level == 0 or not block.text.plain.strip():
            return False
        title = " ".join(block.text.plain.split())
        if self.reader.words.exact("heading", title.partition("(")[0]):
            return False
        kinds = lists.field_kinds(body, self.reader.words) | {
            part.kind for part in labels.scan(title, self.reader.words)
        }
        numbered = "priority" in kinds and _POSITION.match(title) is not None
        fields = bool({"owner", "due", "status"} & kinds)
        return numbered or fields or _ADDRESSED.match(title) is not None or self._is_task(title, body)

    def _is_task(self, title: str, body: Sequence[Block]) -> bool:
        """A heading that says what to do, with nothing below it but prose about that."""
        opening = fold(_POSITION.sub("", title)[:_MOST_LABEL]).split()
        prose = bool(body) and all(isinstance(block, (Paragraph, Fence, Comment)) for block in body)
        return prose and len(opening) > 1 and opening[0] in self.reader.words.table("verbs")

    def _heading_item(self, block: Heading, blocks: Sequence[Block], at: int, body: int) -> int:
        self.sections.close(block.level)
        draft = self.reader.read(block.text, whole=True)
        description = lists.take_fields(draft, blocks[at + 1 : body], self.reader)
        self.placed += [(inner, self.sections.now) for inner in blocks[at + 1 : body]]
        self._add(draft, self.sections.now, ItemForm.HEADING, block, description=description)
        self.explanation.entry(
            block.line, draft.text.plain, 9.0, "a heading with labelled fields below it", taken=True
        )
        self._tell_rest(blocks[at + 1 : body])
        return body

    # -- tables --------------------------------------------------------------------------------------------------------

    def _table(self, table: Table) -> None:
        section = self.sections.now
        self.tables.append((table, section))
        columns = self.columns.read(table, section)
        self.explanation.table(table.line, columns)
        if not columns.actions:
            return
        for above, row in zip([None, *table.rows], table.rows, strict=False):
            if rows.names_group(row, columns, self.reader.words) or not row.columns:
                continue
            draft = rows.read(row, columns, self.reader)
            if rows.goes_on(row, above, columns):
                self.items[-1] = rows.with_owners(self.items[-1], draft)
            else:
                self._add(draft, section, ItemForm.ROW, row)

    # -- lists ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def _last_of(blocks: Sequence[Block], at: int) -> int:
        """The last block of the list that starts here, with what stands inside its entries."""
        stop, last = at, at
        end = blocks[at].end
        while stop < len(blocks):
            block = blocks[stop]
            if isinstance(block, Entry):
                if block.depth == 1 and blocks[at].ordered != block.ordered:  # type: ignore[attr-defined]
                    break
                end, last = max(end, block.end), stop
            elif not (block.start < end and isinstance(block, (Fence, Comment, Table))):
                break
            stop += 1
        return max(last, at)

    def _list(self, blocks: Sequence[Block], at: int) -> int:
        last = self._last_of(blocks, at)
        run = blocks[at : last + 1]
        section = self.sections.now
        if self._explains(blocks, at, last, section):
            self._tell_rest(run)
            return last + 1
        for block in run[1:]:
            self.placed.append((block, section))
        nodes = lists.tree([block for block in run if isinstance(block, Entry)])
        if section.kind != ACTION and lists.names_sections(nodes, self.reader.words):
            section = replace(section, kind="guidance")
        for node in nodes:
            self._node(node, section)
        for block in run:
            if isinstance(block, Table):
                self._table(block)
        self._tell_rest(run)
        return last + 1

    def _tell_rest(self, blocks: Sequence[Block]) -> None:
        """Say of the entries that nothing was said of yet that they are part of another one, or empty."""
        if not self.explanation.wanted:
            return
        told = {line for line, _ in self.explanation.lines}
        for block in blocks:
            if isinstance(block, Entry) and block.line not in told:
                text = block.texts[0].plain if block.texts else ""
                why = (
                    "a field or the explanation of the entry above"
                    if text.strip()
                    else "empty, template text"
                )
                self.explanation.entry(block.line, text, 0.0, why, taken=False)

    def _explains(self, blocks: Sequence[Block], at: int, last: int, section: Section) -> bool:
        """Bullets that stand between the numbered entries of one list explain the entry above them."""
        first = blocks[at]
        assert isinstance(first, Entry)  # noqa: S101 - for the type checker; the caller looked
        if first.ordered:
            self.numbered = (first.number, section.title)
            return False
        known = self.numbered is not None and self.numbered[1] == section.title
        if not known or any(
            isinstance(block, Entry) and block.checked is not None for block in blocks[at : last + 1]
        ):
            return False
        following = blocks[last + 1] if last + 1 < len(blocks) else None
        goes_on = isinstance(following, Entry) and following.ordered and following.number > 1
        continued = self.numbered is not None and self.numbered[0] > 1
        if goes_on or continued:
            self.explanation.entry(
                first.line, "…", 0.0, "bullets between numbered entries explain the one above", taken=False
            )
        return goes_on or continued

    def _nodes(self, nodes: Sequence[lists.Node], section: Section) -> bool:
        """Every one of them; whether anything was taken."""
        taken = [self._node(node, section) for node in nodes]
        return any(taken)

    def _node(self, node: lists.Node, section: Section) -> bool:
        """One entry and those below it; whether anything in it was taken."""
        group = self._group(node, section) if node.children and node.entry.texts else None
        if group:
            return self._nodes(node.children, group)
        if node.entry.texts and hopeless(node.entry, section, self.reader):
            return self._left(node, section)
        text = node.entry.texts[0] if node.entry.texts else None
        if text is None or not text.plain.strip():
            return self._empty(node, section)
        draft = self.reader.read(text)
        if section.kind in lists.REFLECTING and not draft.labelled:
            lists.promote(draft, action_inside(text.plain, self.reader))
        items.check(draft, checked=node.entry.checked, place=lists.box_span(node.entry))
        below = lists.absorb(draft, node, self.reader)
        score, why = lists.score(draft, section, self.reader.words)
        taken = score >= lists.THRESHOLD and not lists.is_no_item(draft, self.reader)
        group = lists.introduced(draft, node.entry, below, section, self.reader)
        if group and (taken or group.owners):
            why += ", only introduces its sub-entries"
            self.explanation.entry(node.entry.line, text.plain, score, why, taken=False)
            return self._nodes(below.rest, group)
        if score >= lists.THRESHOLD and not taken:
            why += (
                ", but it is only a field, a link to a place in the page, or says that there is nothing to do"
            )
        self.explanation.entry(node.entry.line, text.plain, score, why, taken=taken)
        if not taken:
            return self._nodes(below.rest, section)
        form = (
            ItemForm.LABEL
            if draft.labelled
            else ItemForm.TASK
            if node.entry.checked is not None
            else ItemForm.BULLET
        )
        at = len(self.items)
        self._add(draft, section, form, node.entry, description=below.description)
        for child in below.rest:
            if lists.stands_alone(child, self.reader):
                self._node(child, section)
        return len(self.items) > at

    def _left(self, node: lists.Node, section: Section) -> bool:
        """An entry that is no item; those below it may be."""
        if self.explanation.wanted:
            reason = f"section {section.kind}, nothing speaks for it"
            self.explanation.entry(
                node.entry.line, node.entry.texts[0].plain, section.base, reason, taken=False
            )
        return self._nodes(node.children, section)

    def _empty(self, node: lists.Node, section: Section) -> bool:
        if section.kind == ACTION and not node.children:
            text = node.entry.texts[0] if node.entry.texts else None
            draft = self.reader.read(text) if text is not None else None
            if draft is not None:
                self._add(draft, section, ItemForm.TASK, node.entry)
            else:
                self.items.append(lists.nothing(node.entry, section))
        return self._nodes(node.children, section)

    def _group(self, node: lists.Node, section: Section) -> Section | None:
        """A labelled entry such as "**Review actions**:" opens a section for the entries below it."""
        text = node.entry.texts[0]
        title = text.plain.strip().split("\n")[0].strip(EDGES)
        if not node.children or len(title) > _MOST_LABEL or len(text.plain.strip()) > len(title) + 4:
            return None
        if not lists.names_group(text, title, section, self.reader.words):
            return None
        made = self.sections.nested(title, text, section)
        self.explanation.section(node.entry.line, made)
        return made

    # -- paragraphs ----------------------------------------------------------------------------------------------------

    def _paragraph(self, block: Paragraph, blocks: Sequence[Block], at: int) -> int:
        if block.end - block.start > _LONG_PARAGRAPH and self.sections.now.kind != ACTION:
            return at + 1
        if is_prose(block, self.sections.now):
            return at + 1
        plain = block.text.plain.strip()
        if self._opens(block, plain, blocks[at + 1 : at + 2]) or is_placeholder(plain):
            return at + 1
        section = self.sections.now
        if section.kind != ACTION and not labelled_action(plain, self.reader):
            return at + 1
        draft = self.reader.read(block.text)
        score, why = lists.score(draft, section, self.reader.words, paragraph=True)
        telling = bool(draft.evidence or draft.labelled) and not lists.only_fields(draft, self.reader)
        taken = score >= lists.THRESHOLD and telling
        self.explanation.entry(block.line, plain, score, why, taken=taken)
        return self._paragraph_item(block, draft, blocks, at) if taken else at + 1

    def _opens(self, block: Paragraph, plain: str, following: Sequence[Block]) -> bool:
        """Whether a paragraph is a label, ends with one, or is the signature of the document."""
        if len(plain) <= _MOST_LABEL and self._label_line(block, plain):
            return True
        bare = bare_heading(plain, following[0], self.reader.words) if following else ""
        if bare:
            self.explanation.section(block.line, self.sections.label(bare, block.text))
        return bool(bare) or self._last_line(block, plain) or is_signature(block.text, self.reader.words)

    def _paragraph_item(self, block: Paragraph, draft: Draft, blocks: Sequence[Block], at: int) -> int:
        """An action in prose; a list that it leads in to explains it."""
        section, stop, description = self.sections.now, at + 1, list[str]()
        if block.text.plain.rstrip().endswith((":", "：")):
            while stop < len(blocks) and isinstance(blocks[stop], Entry):
                stop += 1
            description = lists.take_fields(draft, blocks[at + 1 : stop], self.reader)
            self._tell_rest(blocks[at + 1 : stop])
        self._add(draft, section, ItemForm.PARAGRAPH, block, description=description)
        return stop

    def _label_line(self, block: Paragraph, plain: str) -> bool:
        """A line that is only a label or a name opens a group of what follows."""
        text = block.text
        lead = text.lead("strong") or text.lead("em")
        first, _, rest = plain.partition("\n")
        bold = lead is not None and not text.plain[lead.end :].strip(EDGES)
        if lead is not None and not bold and "\n" not in text.plain[lead.end :][:2]:
            return False
        opening = lead is not None and not bold and text.plain[lead.end :].startswith("\n") and len(rest) < 30
        title = (text.plain[lead.start : lead.end] if opening and lead else first).strip(EDGES)
        names = self.reader.words.exact("heading", title)
        alone = bold or opening or (plain.endswith((":", "：")) and "\n" not in plain)
        if not alone or (is_placeholder(title) and not names):  # "TODO:" is both
            return False
        if self._owner_line(title):
            return True
        if self.reader.words.exact("label", title) and not names:
            return False
        sought = title if bold or opening else lead_in(title, self.reader.words)
        if not self.reader.words.find("heading", sought):
            self.sections.lead_in(closes=bold)
            return True
        self.explanation.section(block.line, self.sections.label(title, text, sought))
        return True

    def _last_line(self, block: Paragraph, plain: str) -> bool:
        """A label in the last line of a paragraph ("**Action items**:") opens a section too."""
        last = plain.rpartition("\n")[2].strip()
        if last == plain or len(last) > _MOST_LABEL or not last.endswith((":", "：")):
            return False
        if ACTION not in self.reader.words.exact("heading", last.strip(EDGES)):
            return False
        self.explanation.section(block.line, self.sections.label(last.strip(EDGES), block.text))
        return True

    def _owner_line(self, title: str) -> bool:
        """A line with only a name, below action items: the entries that follow are theirs."""
        if self.sections.now.kind != ACTION:
            return False
        name = title.partition(" - ")[0].partition(" – ")[0].strip()
        people = self.reader.people
        plain_name = people.is_person(name) or (
            people.looks_like_name(name) and not self.reader.words.find("heading", name)
        )
        if not plain_name and fold(name) not in ("team", "all", "everyone"):
            if self.sections.now.owners:
                self.sections.owned(())
            return False
        self.sections.owned(people.owners(name))
        return True

    # -- the result ----------------------------------------------------------------------------------------------------

    def _add(
        self, draft: Draft, section: Section, form: ItemForm, block: Block, *, description: Sequence[str] = ()
    ) -> None:
        line = draft.text.line if form is not ItemForm.ROW and draft.text.plain else block.line
        place = block.source.span(block.start, max(block.start, block.end))
        self.items.append(
            items.finish(
                draft, section, form, line=line, place=place, reader=self.reader, description=description
            )
        )


_LONG_PARAGRAPH = 4000
