"""The Markdown that stands in pmtrack's block of an issue: where the work comes from."""

from __future__ import annotations

from tracker.models import ActionItem, PostMortem

_ESCAPED = str.maketrans({"\r": " ", "\n": " "})


def context_of(item: ActionItem, document: PostMortem, *, path: str, link: str | None) -> str:
    """Incident, owner, due date, priority, section and place of an item.

    Args:
        item: The action item.
        document: Its document.
        path: The document relative to the configuration's folder.
        link: Where people can read the item's line, None where nobody can.
    """
    lines = [
        _line("Incident", _incident(document)),
        _line("Owner", ", ".join(item.owners)),
        _line("Due", item.due.isoformat() if item.due else item.due_raw),
        _line("Priority", item.priority),
        _line("Type", item.category),
        _line("Section", item.section),
        _line("Document", _place(item, path, link)),
    ]
    text = "\n".join(line for line in lines if line)
    return f"{text}\n\n{item.description.strip()}" if item.description.strip() else text


def _line(name: str, value: str | None) -> str:
    shown = " ".join((value or "").translate(_ESCAPED).split())
    return f"**{name}:** {shown}" if shown else ""


def _incident(document: PostMortem) -> str:
    severity = f" ({document.severity})" if document.severity else ""
    date = document.date.isoformat() if document.date else ""
    facts = [f"{document.incident_id or ''}{severity}".strip(), document.title or "", date]
    return ", ".join(fact for fact in facts if fact)


def _place(item: ActionItem, path: str, link: str | None) -> str:
    name = f"{path}, line {item.line}"
    return f"[{name}]({link})" if link else name
