"""Validation of a table of the configuration with a pydantic model, with errors that a person can act on.

Imports pydantic; import this module only where there is a table to validate.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tracker.errors import UserError

Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], table: Mapping[str, Any], where: str) -> Model:
    """The table as a `model` (which should forbid extra keys).

    Args:
        model: The pydantic model that owns the table.
        table: As read from TOML.
        where: How the person calls the table, e.g. `[trackers.jira] in pmtrack.toml`.

    Raises:
        UserError: names every wrong key, the nearest known one, and what would be right.
    """
    try:
        return model.model_validate(dict(table))
    except ValidationError as error:
        lines = [_explain(model, item) for item in error.errors(include_url=False, include_input=False)]
        raise UserError(
            f"{where}: " + "; ".join(lines), hint="Correct the configuration and run again."
        ) from error


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant, None where none is near."""
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.6)), None)


def _explain(model: type[BaseModel], item: Any) -> str:
    key = ".".join(str(part) for part in item["loc"])
    if item["type"] != "extra_forbidden":
        return f"{key}: {item['msg']}"
    known = sorted(name if info.alias is None else info.alias for name, info in model.model_fields.items())
    guess = nearest(str(item["loc"][-1]), known)
    return f"unknown key {key!r}" + (
        f", did you mean {guess!r}?" if guess else f"; known keys: {', '.join(known)}"
    )
