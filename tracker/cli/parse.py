"""`pmtrack parse`: show the action items that documents hold. No state, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.context import Invocation, format_option
from tracker.cli.links import Links
from tracker.models import Status

if TYPE_CHECKING:
    from tracker.models import ActionItem, Diagnostic, PostMortem
    from tracker.reading.documents import DocumentFile
    from tracker.reading.settings import ReadingSettings

# Of a folder of other texts nobody wants to read every name.
_MOST_NAMED = 5
FORMATS = ("table", "json", "jsonl", "csv")
_COLUMNS = (
    "path",
    "line",
    "local_id",
    "title",
    "owners",
    "due",
    "due_raw",
    "priority",
    "status",
    "category",
    "section",
    "refs",
)


@click.command("parse")
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@format_option(*FORMATS)
@click.option(
    "--explain", is_flag=True, help="Say for each section, table and entry why it was taken or left."
)
@click.pass_obj
def parse(invocation: Invocation, paths: tuple[str, ...], form: str, explain: bool) -> None:
    """Show the action items that documents hold; no state, no network."""
    from tracker.reading import documents
    from tracker.reading.settings import make

    settings = make(invocation.settings.reading, invocation.settings.people, digest=False)
    files = documents.find(paths, exclude=settings.exclude)
    found = (
        _explained(files, settings)
        if explain
        else ((one, None) for one in documents.read_many(files, settings))
    )
    _PRINTERS[form](found, Links(invocation.settings))


Explained = tuple["PostMortem", "list[tuple[int, str]] | None"]


def _explained(files: Iterable[DocumentFile], settings: ReadingSettings) -> Iterator[Explained]:
    """Each document with the reasons behind what was taken; in one process, for people read it."""
    from tracker.models import Diagnostic, PostMortem
    from tracker.reading import documents
    from tracker.reading.explanation import Explanation
    from tracker.reading.postmortem import build

    for file in files:
        data = documents.load(file)
        if isinstance(data, Diagnostic):
            yield PostMortem(file.path, kind="other", diagnostics=(data,)), []
            continue
        explanation = Explanation(wanted=True)
        yield (
            build(file.path, data, settings, explanation),
            sorted(explanation.lines, key=lambda line: line[0]),
        )


def _print_json(found: Iterable[Explained], links: Links) -> None:
    from tracker.cli.output import print_json

    print_json([document_json(document, links, why) for document, why in found])


def _print_jsonl(found: Iterable[Explained], links: Links) -> None:
    from tracker.cli.output import print_json_line

    for document, why in found:
        print_json_line(document_json(document, links, why))


def _print_csv(found: Iterable[Explained], links: Links) -> None:
    from tracker.cli.output import print_csv

    for number, (document, _) in enumerate(found):
        rows = [_record(document, item, links) for item in document.action_items]
        print_csv(_COLUMNS, rows, header=number == 0)
        _tell_diagnostics(document)


def _record(document: PostMortem, item: ActionItem, links: Links) -> dict[str, Any]:
    """A row of the CSV."""
    values = {"path": document.path, **item_json(item, document.path, links)}
    return values | {"owners": ", ".join(item.owners), "refs": " ".join(item.refs)}


def _print_table(found: Iterable[Explained], _links: Links) -> None:
    from tracker.cli.output import emit, print_table, say

    documents = items = placeholders = 0
    empty: list[str] = []
    for document, why in found:
        real = document.action_items
        documents, items, placeholders = (
            documents + 1,
            items + len(real),
            placeholders + len(document.items) - len(real),
        )
        if why is not None:
            emit(_headline(document))
            for line, reason in why:
                emit(f"  line {line}: {reason}")
        elif real:
            emit(_headline(document))
            print_table(
                [
                    {"header": "line", "justify": "right"},
                    "id",
                    "action",
                    "owner",
                    "due",
                    "prio",
                    "status",
                    "tracker",
                ],
                [_row(item) for item in real],
            )
            emit("")
        elif not document.diagnostics:
            empty.append(document.path)
        _tell_diagnostics(document)
    _tell_empty(empty)
    rest = f", {placeholders} left as template text" if placeholders else ""
    noun, plural = "item" if items == 1 else "items", "" if documents == 1 else "s"
    say(f"{items} action {noun} in {documents} document{plural}{rest}.")


def _tell_empty(paths: list[str]) -> None:
    """Name documents without action items: whoever wrote some there must not take silence for success."""
    from tracker.cli.output import say

    if paths:
        rest = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
        say(
            f"No action items in {', '.join(paths[:_MOST_NAMED])}{rest}: `pmtrack parse --explain PATH` says why."
        )


def _headline(document: PostMortem) -> str:
    facts = [document.incident_id, document.date.isoformat() if document.date else None, document.severity]
    about = ", ".join(fact for fact in facts if fact)
    return f"{document.path}: {document.title or 'no title'}" + (f" ({about})" if about else "")


def _row(item: ActionItem) -> list[object]:
    due = item.due.isoformat() if item.due else item.due_raw
    status = item.status.value if item.status else None
    return [
        item.line,
        item.local_id,
        item.title,
        ", ".join(item.owners),
        due,
        item.priority,
        status,
        " ".join(item.refs),
    ]


def _tell_diagnostics(document: PostMortem) -> None:
    from tracker.cli.output import say

    for one in document.diagnostics:
        say(f"{document.path}:{one.line}:{one.column}: {one.severity.value}: {one.message} [{one.code}]")


def document_json(
    document: PostMortem, links: Links, why: list[tuple[int, str]] | None = None
) -> dict[str, Any]:
    """One document as the contract of `parse --format json` states it; `explanation` only where it was asked for."""
    made = {
        "path": document.path,
        "title": document.title,
        "incident_id": document.incident_id,
        "date": document.date.isoformat() if document.date else None,
        "severity": document.severity,
        "status": document.status,
        "author": document.author,
        "format": document.format,
        "kind": document.kind,
        "language": document.language,
        "items": [item_json(item, document.path, links) for item in document.items],
        "diagnostics": [diagnostic_json(one) for one in document.diagnostics],
    }
    return (
        made if why is None else {**made, "explanation": [{"line": line, "text": text} for line, text in why]}
    )


def _status_json(status: Status | None) -> str | None:
    # The contract of `parse` has five words; what was put off counts as blocked there, and `status_raw` has its own word.
    if status is Status.DEFERRED:
        return Status.BLOCKED.value
    return status.value if status else None


def item_json(item: ActionItem, path: str, links: Links) -> dict[str, Any]:
    """One item of a document; dates are ISO, the texts as shown stand beside the normalised ones."""
    return {
        "title": item.title,
        "line": item.line,
        "local_id": item.local_id,
        "owners": list(item.owners),
        "due": item.due.isoformat() if item.due else None,
        "due_raw": item.due_raw,
        "priority": item.priority,
        "status": _status_json(item.status),
        "status_raw": item.status_raw,
        "category": item.category,
        "section": item.section,
        "refs": list(item.refs),
        "links": links.of(path, item.refs),
        "placeholder": item.placeholder,
    }


def diagnostic_json(one: Diagnostic) -> dict[str, Any]:
    """One diagnostic."""
    return {
        "line": one.line,
        "column": one.column,
        "code": one.code,
        "severity": one.severity.value,
        "message": one.message,
    }


_PRINTERS = {"table": _print_table, "json": _print_json, "jsonl": _print_jsonl, "csv": _print_csv}
