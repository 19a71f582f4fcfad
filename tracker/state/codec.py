"""Values of the domain to JSON and back, for the columns that hold whole values. Imports pydantic when first used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from tracker.models import ActionItem, Issue, PostMortem, Span

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


def post_mortem_for_reports(data: bytes) -> PostMortem:
    """A document back from `dump`, whose items keep the places of their fields as text until somebody asks for one.

    Reports look at few of them, and decoded they are a quarter of the memory of a large archive. Not to be given to `dump`.
    """
    texts: list[bytes] = []

    def put_aside(found: re.Match[bytes]) -> bytes:
        texts.append(_short(found[1]))
        return b'"spans":{"":{"start":0,"end":0,"line":%d}}' % (len(texts) - 1)

    document = post_mortem(_PLACES.sub(put_aside, data))
    for item in document.items:
        if item.spans:
            # The value is still being made: nobody has seen it yet.
            object.__setattr__(item, "spans", _Places(texts[item.spans[""].line]))
    return document


# A quotation mark inside a JSON text has a backslash before it, so that this is always a key; places hold no texts.
_PLACES = re.compile(rb'(?<=[{,])"spans":(\{(?:"\w+":\{[^{}]*\},?)+\})')


# No field of an item is called so.
_SHORT = {
    b'"start":': b"s",
    b'"end":': b"e",
    b'"line":': b"l",
    b'"column":': b"c",
    b'"end_line":': b"m",
    b'"end_column":': b"d",
}
_LONG = {short: name.strip(b'":').decode() for name, short in _SHORT.items()}
_NUMBER = re.compile(rb"([a-z])(\d+)")
_NAME = re.compile(rb'"(\w+)":\{')


def _short(text: bytes) -> bytes:
    for name, short in _SHORT.items():
        text = text.replace(name, short)
    return text


class _Places(Mapping[str, Span]):
    """The places of an item's fields as `{"title":{s120,e140,l7},"due":{...}}`, each read when it is asked for."""

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        self._text = text

    def __contains__(self, name: object) -> bool:
        return f'"{name}":{{'.encode() in self._text

    def __getitem__(self, name: str) -> Span:
        head = f'"{name}":{{'.encode()
        start = self._text.find(head)
        if start < 0:
            raise KeyError(name)
        inside = self._text[start + len(head) : self._text.index(b"}", start)]
        return Span(**{_LONG[short]: int(number) for short, number in _NUMBER.findall(inside)})

    def __iter__(self) -> Iterator[str]:
        return (name.decode() for name in _NAME.findall(self._text))

    def __len__(self) -> int:
        return len(_NAME.findall(self._text))

    def __repr__(self) -> str:
        return repr(dict(self))


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
