"""Validation of a table of the configuration with a pydantic model, with errors that a person can act on.

Imports pydantic; import this module only where there is a table to validate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tracker.errors import UserError

Model = TypeVar("Model", bound=BaseModel)


def validate(
    model: type[Model],
    table: Mapping[str, Any],
    where: str,
    describe: Callable[[tuple[str, ...]], str] | None = None,
) -> Model:
    """The table as a `model` (which should forbid extra keys).

    Args:
        model: The pydantic model that owns the table.
        table: As read from TOML.
        where: How the person calls the table, e.g. `[trackers.jira] in pmtrack.toml`.
        describe: Says where a key stands ("limits.creates (pmtrack.toml, line 7)"); the bare key where None.

    Raises:
        UserError: names every wrong key, the nearest known one, and what would be right.
    """
    try:
        return model.model_validate(dict(table))
    except ValidationError as error:
        lines = [_explain(model, item, describe or ".".join) for item in error.errors(include_url=False)]
        raise UserError(
            f"{where}: " + "; ".join(lines), hint="Correct the configuration and run again."
        ) from error


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant, None where none is near."""
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.6)), None)


def _explain(model: type[BaseModel], item: Any, describe: Callable[[tuple[str, ...]], str]) -> str:
    keys = tuple(str(part) for part in item["loc"])
    key = describe(keys)
    if item["type"] != "extra_forbidden":
        message = str(item["msg"]).removeprefix("Value error, ")
        said = message[:1].lower() + message[1:]
        return f"{key}: {said}" if keys else said  # what concerns several keys names them itself
    known = _known_keys(model, keys[:-1])
    guess = nearest(keys[-1], known)
    return f"unknown key {key}" + (
        f", did you mean {guess!r}?" if guess else f"; known keys: {', '.join(known)}"
    )


def _known_keys(model: type[BaseModel], keys: tuple[str, ...]) -> list[str]:
    """The keys of the table that stands at `keys` below the model."""
    for key in keys:
        info = model.model_fields.get(key)
        inner = [] if info is None else _models_in(info.annotation)
        if inner:
            model = inner[0]
    return sorted(name if info.alias is None else info.alias for name, info in model.model_fields.items())


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The pydantic models inside an annotation such as `tuple[Route, ...]` or `dict[str, Person]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models_in(argument)]
