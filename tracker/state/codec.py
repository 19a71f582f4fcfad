"""Values of the domain to JSON and back, for the columns that hold whole values. Imports pydantic when first used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from tracker.models import ActionItem, Issue, PostMortem

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def dump(value: PostMortem | ActionItem | Issue) -> bytes:
    """The value as JSON; what has its default is left out, so that new fields with defaults need no migration."""
    return _adapter(value.__class__).dump_json(value, exclude_defaults=True)


def dump_item(item: ActionItem) -> bytes:
    """An item without the places of its fields, which a document's own payload keeps."""
    return dump(replace(item, spans={}) if item.spans else item)


def post_mortem(data: bytes) -> PostMortem:
    """A document back from `dump`."""
    return cast(PostMortem, _adapter(PostMortem).validate_json(data))


def action_item(data: bytes) -> ActionItem:
    """An item back from `dump_item`."""
    return cast(ActionItem, _adapter(ActionItem).validate_json(data))


def issue(data: bytes) -> Issue:
    """An issue back from `dump`."""
    return cast(Issue, _adapter(Issue).validate_json(data))


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(type_: type) -> TypeAdapter[Any]:
    # Asked sixty thousand times for a large archive, and an import costs as much as reading one issue.
    known = _adapters.get(type_)
    if known is None:
        from pydantic import TypeAdapter

        known = _adapters[type_] = TypeAdapter(type_)
    return known
