"""List entries: their nesting, the fields in their sub-entries, and how much speaks for an entry being an action item. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace

from tracker.models import ActionItem, ItemForm, Span
from tracker.reading import labels, references
from tracker.reading.blocks import Block, Entry, Paragraph, Text
from tracker.reading.cells import says_work
from tracker.reading.drafts import EDGES, Draft, tidy
from tracker.reading.entries import Reader
from tracker.reading.labelled import take_label
from tracker.reading.sections import Section
from tracker.values import dataclass
from tracker.vocabulary import Vocabulary, fold

THRESHOLD = 0.95
EVIDENCE = {"owners": 0.6, "due": 0.5, "check box": 0.5, "refs": 0.5, "status": 0.5, "priority": 0.4}
SIGN = 0.4
"""A status that is only a sign: ❌ also marks what not to do."""
LABELLED = 1.2
"""An explicit "Action:" makes an item wherever it stands, but in a glossary or in instructions."""
SAYS_WORK = 1.5
"""A lesson or a cause that is phrased as work and has an owner, a date, a status or a ticket of its own."""
REFLECTING = frozenset(("lesson", "cause", "impact", "detection"))
_NEVER = frozenset(("reference", "guidance", "timeline", "response"))
_FIELDS = ("owner", "due", "status", "priority", "ref", "category", "id")


@dataclass(slots=True)
class Node:
    """An entry with the entries nested in it."""

    entry: Entry
    children: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Below:
    """What stands below an entry: its explanation, and sub-entries that are neither fields nor references."""

    description: list[str]
    rest: list[Node]


def tree(entries: Iterable[Entry]) -> list[Node]:
    """The entries by their nesting."""
    roots: list[Node] = []
    path: list[Node] = []
    for entry in entries:
        while path and (path[-1].entry.depth >= entry.depth or len(path) >= _DEEPEST):
            path.pop()
        node = Node(entry)
        (path[-1].children if path else roots).append(node)
        path.append(node)
    return roots


_DEEPEST = 40
"""Entries nested deeper are taken for ones of this depth: nobody writes them, and the walk goes down by recursion."""


def names_sections(nodes: Sequence[Node], words: Vocabulary) -> bool:
    """Whether entries only say what the sections of a post-mortem are ("**Timeline:** what happened", "**Impact:** ...")."""
    if len(nodes) <= _FEWEST_NAMED or any(node.children or not _may_be_labelled(node) for node in nodes[:3]):
        return False
    named = [_PARTS_OF_A_REPORT.intersection(words.exact("heading", head)) for head in map(_label, nodes)]
    kinds = set().union(*named) - {"action"}
    return sum(map(bool, named)) * 2 > len(nodes) and len(kinds) >= _FEWEST_NAMED


def names_group(text: Text, title: str, section: Section, words: Vocabulary) -> bool:
    """Whether an entry with others below it only names what those are, as a heading would."""
    leads = text.plain.rstrip().endswith((":", "："))
    shown = leads or text.lead("strong") is not None
    plain = title.partition("(")[0].strip()
    kinds = words.exact("heading", title) or words.exact("heading", plain)
    if not kinds and leads:
        found = words.find("heading", plain)
        kinds = found if set(found) <= {*_MILD, "action"} else ()
    mild = section.kind == "action" and set(kinds) <= _MILD
    return bool(kinds) and (shown or mild or section.kind in ("neutral", "summary"))


def introduced(draft: Draft, entry: Entry, below: Below, section: Section, reader: Reader) -> Section | None:
    """The section of the entries below one that only leads in to them, or that is nothing but the name of who has them."""
    if not below.rest:
        return None
    owners = _named_owners(draft, reader) if section.kind == "action" else ()
    if owners:
        return replace(section, owners=owners)
    text = draft.text
    if entry.checked is not None or draft.owners or not text.plain.rstrip().endswith((":", "：")):
        return None
    # A name in bold with one entry below it is explained by that.
    named = text.lead("strong") is not None and len(text.plain.split()) > 1
    if _is_work_in_parts(draft, below, reader):
        return None
    return section if len(below.rest) > 1 or not named else None


def _is_work_in_parts(draft: Draft, below: Below, reader: Reader) -> bool:
    """Whether an entry says what to do, and those below it only to what: "Pin the versions:" over a list of packages."""
    return says_work(draft.title()[0], reader.words) and not any(
        stands_alone(node, reader) or _opens_with_work(node, reader.words) for node in below.rest
    )


def _opens_with_work(node: Node, words: Vocabulary) -> bool:
    return bool(node.entry.texts) and says_work(node.entry.texts[0].plain.strip(EDGES), words)


def _named_owners(draft: Draft, reader: Reader) -> tuple[str, ...]:
    title = draft.title()[0]
    if title.startswith("@") and " " not in title:
        return reader.people.owners(title)
    return () if title else tuple(draft.owners)


_MILD = frozenset(("category", "horizon", "improvement", "response", "detection"))


def _may_be_labelled(node: Node) -> bool:
    """A quick look at the bytes."""
    raw = node.entry.source.data[node.entry.start : node.entry.start + 2 * _MOST_TOPIC]
    return b":" in raw or "：".encode() in raw or not node.entry.source.verbatim


def _label(node: Node) -> str:
    """What stands before the colon of an entry, "" without one."""
    text = node.entry.texts[0].plain[:_MOST_TOPIC].replace("：", ":") if node.entry.texts else ""
    head, colon, _ = text.partition(":")
    return head.strip(EDGES) if colon else ""


_PARTS_OF_A_REPORT = frozenset(("action", "timeline", "impact", "cause", "summary", "lesson"))
_FEWEST_NAMED = 2


def box_span(entry: Entry) -> Span | None:
    """The one character between the brackets of a check box."""
    if entry.box is None or entry.box[1] - entry.box[0] < 3:
        return None
    return entry.source.span(entry.box[0] + 1, entry.box[1] - 1)


def score(draft: Draft, section: Section, words: Vocabulary, *, paragraph: bool = False) -> tuple[float, str]:
    """How much speaks for an item, and why."""
    base = section.base
    parts = [f"section {section.kind} {base:+.1f}"]
    if draft.labelled:
        base = (base if section.kind in _NEVER else max(base, 0.0)) + LABELLED
        parts.append(f"labelled as an action {LABELLED:+.1f}")
    for name in dict.fromkeys(draft.evidence):
        weight = EVIDENCE.get(name, 0.0)
        if name == "status" and draft.status is None:
            weight = SIGN
        if paragraph and name == "status":
            weight = 0.0
        if weight:
            base += weight
            parts.append(f"{name} {weight:+.1f}")
    box_alone = section.kind == "cause" and set(draft.evidence) == {"check box"}  # a factor that applies
    if section.kind in REFLECTING and not paragraph and not box_alone and _is_work(draft, words):
        base += SAYS_WORK
        parts.append(f"phrased as work {SAYS_WORK:+.1f}")
    return round(base, 2), ", ".join(parts)


def promote(draft: Draft, at: int) -> None:
    """Make the labelled action inside a lesson the item; the sentence before it is not part of it."""
    if at:
        draft.labelled = True
        draft.cut(0, at)


def _is_work(draft: Draft, words: Vocabulary) -> bool:
    """Phrased as work, with a field of its own; a check box alone is also that of a factor that applies ("Process gap: ...")."""
    title = draft.title()[0]
    if draft.owners or draft.due or draft.refs or draft.status:
        return says_work(title, words)
    return "check box" in draft.evidence and ":" not in title[:_MOST_TOPIC] and says_work(title, words)


_MOST_TOPIC = 40


def is_no_item(draft: Draft, reader: Reader) -> bool:
    """Entries that are no action whatever the section: a link to a place in the page, "None", "No actions"."""
    plain = draft.text.plain.strip()
    if any(
        mark.kind == "link" and mark.value.startswith("#") and mark.end - mark.start >= len(plain) - 2
        for mark in draft.text.marks
    ):
        return True
    if draft.labelled or draft.refs:
        return False
    return fold(plain) in reader.words.phrases("words", "no actions") or only_fields(draft, reader)


def only_fields(draft: Draft, reader: Reader) -> bool:
    """A line such as "Owner: Alice" or "Impact: high" states a field and is no action."""
    plain = draft.text.plain.strip()
    parts = labels.scan(plain, reader.words)
    if not parts or parts[0].start > 2 or parts[0].kind == "action":
        return False
    if parts[0].kind == "note":
        first = parts[0]
        activity = fold(plain[: first.at]) in reader.words.phrases("words", "activity")
        return not (activity and says_work(plain[first.at : first.end], reader.words))
    title, _, _ = draft.title()
    return not title.strip()


def absorb(draft: Draft, node: Node, reader: Reader) -> Below:
    """Fields, references and explanation from the paragraphs and entries below an entry."""
    below = Below([], [])
    if draft.stop < len(draft.text.plain):
        below.description.append(tidy(draft.text.plain[draft.stop :]))
    for text in node.entry.texts[1:]:
        if not fields_in(draft, text, reader):
            below.description.append(tidy(text.plain))
            _refs_in(draft, text)
    for child in node.children:
        if not child.entry.texts:
            continue
        text = child.entry.texts[0]
        if fields_in(draft, text, reader) or _only_ref(draft, text):
            below.rest += [grandchild for grandchild in child.children if stands_alone(grandchild, reader)]
        else:
            below.rest.append(child)
            below.description.append(tidy(text.plain))
    return below


def fields_in(draft: Draft, text: Text, reader: Reader) -> bool:
    """Take labelled fields of a text that opens with one ("Owner: Alice"); False if it does not."""
    plain = text.plain
    parts = labels.scan(plain, reader.words, loose=True)
    if not parts or plain[: parts[0].start].strip(EDGES + "[]x"):
        return False
    if parts[0].kind == "action":
        return False
    side = Draft(text, len(plain))
    for part in parts:
        if part.kind != "action":
            take_label(reader, side, part)
    draft.fill(side)
    return True


def _refs_in(draft: Draft, text: Text) -> None:
    for mark in text.marks:
        if mark.kind == "link" and references.is_issue_url(mark.value) and not draft.refs:
            draft.refs.append(mark.value)


def _only_ref(draft: Draft, text: Text) -> bool:
    """A sub-entry that is nothing but a link to an issue belongs to the entry above it."""
    plain = text.plain.strip()
    found = references.find(plain)
    if len(found) == 1 and found[0].url and len(plain) - len(found[0].ref) <= 4:
        at = text.plain.find(found[0].ref)
        span = text.span(at, at + len(found[0].ref))
        draft.refs += [found[0].ref] if found[0].ref not in draft.refs else []
        draft.spans.setdefault("refs", span)
        return True
    links = [mark for mark in text.marks if mark.kind == "link" and references.is_issue_url(mark.value)]
    if (
        len(links) == 1
        and links[0].end - links[0].start >= len(plain) - 1
        and references.find(plain, strict=False)
    ):
        draft.refs += [links[0].value] if links[0].value not in draft.refs else []
        return True
    return False


def stands_alone(node: Node, reader: Reader) -> bool:
    """Whether a sub-entry is an item of its own: a check box, an owner, a ticket or a status in words."""
    if node.entry.checked is not None:
        return True
    if not node.entry.texts or not node.entry.texts[0].plain.strip():
        return False
    draft = reader.read(node.entry.texts[0])
    return (
        draft.labelled
        or bool(draft.owners or draft.status)
        or bool(draft.refs and draft.title()[0] and _cut_ref(draft))
    )


def _cut_ref(draft: Draft) -> bool:
    """Whether a reference stands apart from the sentence."""
    span = draft.spans.get("refs")
    return span is not None and bool(draft.cuts)


def field_kinds(blocks: Sequence[Block], words: Vocabulary) -> set[str]:
    """The kinds of labelled fields with which the paragraphs and entries of a body open."""
    kinds: set[str] = set()
    for text in _texts(blocks):
        parts = labels.scan(text.plain, words, loose=True)
        if parts and not text.plain[: parts[0].start].strip(EDGES):
            kinds |= {part.kind for part in parts if part.kind in _FIELDS}
    return kinds


def _texts(blocks: Sequence[Block]) -> list[Text]:
    out: list[Text] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            out.append(block.text)
        elif isinstance(block, Entry):
            out += block.texts
    return out


def take_fields(draft: Draft, blocks: Sequence[Block], reader: Reader) -> list[str]:
    """Fields and references from a body into a draft; gives what is explanation."""
    description = []
    for text in _texts(blocks):
        if not fields_in(draft, text, reader) and not _only_ref(draft, text):
            side = reader.read(text)
            draft.refs += [ref for ref in side.refs if ref not in draft.refs]
            if text.plain.strip():
                description.append(tidy(text.plain))
    return description


def nothing(entry: Entry, section: Section) -> ActionItem:
    """An empty entry of an action list: template text that nobody filled in."""
    place = entry.source.span(entry.start, entry.end)
    form = ItemForm.TASK if entry.checked is not None else ItemForm.BULLET
    return ActionItem(
        "", entry.line, section=section.title, placeholder=True, form=form, spans={"item": place}
    )
