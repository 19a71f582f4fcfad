"""An action item as the case files write it."""

from __future__ import annotations

from typing import Any

from tracker.models import ActionItem


def as_dict(item: ActionItem) -> dict[str, Any]:
    """Its fields as plain values; days are ISO."""
    return {
        "line": item.line,
        "title": item.title,
        "owners": list(item.owners),
        "due": item.due.isoformat() if item.due else None,
        "due_raw": item.due_raw,
        "priority": item.priority,
        "status": item.status.value if item.status else None,
        "refs": list(item.refs),
        "local_id": item.local_id,
        "category": item.category,
        "section": item.section,
    }
