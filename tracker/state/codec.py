"""Values of the domain to JSON and back, for the columns that hold whole values. Imports pydantic when first used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from tracker.models import ActionItem, Issue, PostMortem, Span

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")


def dump(value: PostMortem | ActionItem | Issue) -> bytes:
    """The value as JSON; what has its default is left out, so that new fields with defaults need no migration."""
    return _adapter(value.__class__).serializer.to_json(value, exclude_defaults=True)


def dump_item(item: ActionItem) -> bytes:
    """An item without the places of its fields, which a document's own payload keeps."""
    return dump(replace(item, spans={}) if item.spans else item)


def dump_values(values: Mapping[str, Any]) -> str:
    """Values that are JSON already, as text; three times for each item of a first sync, so by the quickest way."""
    from pydantic_core import to_json

    return to_json(values, fallback=str).decode()


def post_mortem(data: bytes) -> PostMortem:
    """A document back from `dump`."""
    return cast(PostMortem, _reader(PostMortem)(data))


def post_mortem_for_reports(data: bytes) -> PostMortem:
    """A document back from `dump`, whose items keep the places of their fields as text until somebody asks for one.

    Reports look at few of them, and decoded they are a quarter of the memory of a large archive. Not to be given to `dump`.
    """
    head, *parts = data.split(_PLACES)
    texts, rests = [], [head]
    for part in parts:
        text, _, rest = part.partition(b"}}")  # places hold no texts, so that these are their own
        texts.append(text)
        rests.append(rest)
    document = post_mortem(b"".join(rests))
    if len(document.items) != len(texts):  # an item without places: whose these are would be a guess
        return post_mortem(data)
    for item, text in zip(document.items, texts, strict=True):
        # The value is still being made: nobody has seen it yet.
        object.__setattr__(item, "spans", _Places(text))
    return document


# A quotation mark inside a JSON text has a backslash before it, so that this is always a key; never the first one.
_PLACES = b',"spans":{'


_PLACE = re.compile(
    rb'"start":(\d+),"end":(\d+),"line":(\d+)'
    rb'(?:,"column":(\d+))?(?:,"end_line":(\d+))?(?:,"end_column":(\d+))?'
)
_DEFAULTS = Span(0, 0, 1)
_NAME = re.compile(rb'"(\w+)":\{')


@lru_cache(maxsize=64)
def _head(name: object) -> bytes:
    return f'"{name}":{{'.encode()


class _Places(Mapping[str, Span]):
    """The places of an item's fields as they were stored, each read when it is asked for."""

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        self._text = text

    def __contains__(self, name: object) -> bool:
        return _head(name) in self._text

    def __getitem__(self, name: str) -> Span:
        span = self.get(name)
        if span is None:
            raise KeyError(name)
        return span

    @overload
    def get(self, name: str, /) -> Span | None: ...

    @overload
    def get(self, name: str, /, default: T) -> Span | T: ...

    def get(self, name: str, /, default: T | None = None) -> Span | T | None:
        """The place of a field; asked a hundred thousand times for a large archive, so without an exception for none."""
        head = _head(name)
        at = self._text.find(head)
        found = _PLACE.match(self._text, at + len(head)) if at >= 0 else None
        if found is None:
            return default
        start, end, line, column, end_line, end_column = map(int, found.groups(b"-1"))
        return Span(
            start,
            end,
            line,
            column if column >= 0 else _DEFAULTS.column,
            end_line if end_line >= 0 else _DEFAULTS.end_line,
            end_column if end_column >= 0 else _DEFAULTS.end_column,
        )

    def __iter__(self) -> Iterator[str]:
        return (name.decode() for name in _NAME.findall(self._text))

    def __len__(self) -> int:
        return len(_NAME.findall(self._text))

    def __repr__(self) -> str:
        return repr(dict(self))


def action_item(data: bytes) -> ActionItem:
    """An item back from `dump_item`."""
    return cast(ActionItem, _reader(ActionItem)(data))


def issue(data: bytes) -> Issue:
    """An issue back from `dump`."""
    return cast(Issue, _reader(Issue)(data))


_readers: dict[type, Callable[[bytes], Any]] = {}


def _reader(type_: type) -> Callable[[bytes], Any]:
    # Asked sixty thousand times for a large archive: the validator itself, which `TypeAdapter.validate_json` only calls.
    known = _readers.get(type_)
    if known is None:
        known = _readers[type_] = _adapter(type_).validator.validate_json
    return known


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(type_: type) -> TypeAdapter[Any]:
    known = _adapters.get(type_)
    if known is None:
        from pydantic import TypeAdapter

        known = _adapters[type_] = TypeAdapter(type_)
    return known
