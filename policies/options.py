"""Settings of rules: a table of the configuration becomes the rule's frozen settings, checked.

Nothing is imported and nothing checked where the configuration says nothing about a rule; pydantic comes in with the
first table.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_type_hints

if TYPE_CHECKING:
    from pydantic import BaseModel

S = TypeVar("S")


def make_settings(kind: type[S], table: Mapping[str, object], where: str) -> S:
    """The settings with the values of the table in place of the defaults.

    Raises:
        UserError: names the wrong key or value, and the nearest known key.
    """
    if not table:
        return kind()
    from tracker.validation import validate

    known = validate(model_of(cast(Hashable, kind)), table, where)
    return kind(**{name: getattr(known, name) for name in known.model_fields_set})


@lru_cache(maxsize=64)
def model_of(kind: Hashable) -> type[BaseModel]:
    """The pydantic model that checks a settings class: its types, its limits, and no other keys."""
    from pydantic import ConfigDict, Field, create_model

    if not (isinstance(kind, type) and is_dataclass(kind)):
        raise TypeError(f"{kind!r} is not a dataclass")
    hints = get_type_hints(kind)
    definitions: dict[str, Any] = {
        one.name: (hints[one.name], Field(one.default, **one.metadata.get("limits", {})))
        for one in fields(kind)
    }
    return create_model(kind.__name__, __config__=ConfigDict(extra="forbid"), **definitions)
