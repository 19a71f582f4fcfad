"""A report as one JSON document: the values themselves, with full texts. Adding keys is free, renaming one is not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from tracker.reports.audit import Audit
from tracker.reports.report import Report

VERSION = 1


def document(report: Report) -> dict[str, Any]:
    """The report as a JSON-ready mapping; days are ISO, moments UTC."""
    kind = "audit" if isinstance(report.values, Audit) else "review"
    return {"report": kind, "version": VERSION, "headline": report.page.headline, **value_of(report.values)}


def render(report: Report) -> str:
    """The report as JSON, one line a key of the report; control characters are escaped.

    Values are taken apart while they are written: the audit of a large archive has half a million of them.
    """
    kind = "audit" if isinstance(report.values, Audit) else "review"
    head = {"report": kind, "version": VERSION, "headline": report.page.headline}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    lines += [
        f"  {json.dumps(name)}: {json.dumps(getattr(report.values, name), default=_opened)}"
        for name in _names(type(report.values))
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _opened(value: Any) -> Any:
    """One step of `value_of`, for the encoder."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return {name: getattr(value, name) for name in _names(type(value))}


def value_of(value: Any) -> Any:
    """Dataclasses become objects of their fields and properties, days and moments texts."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): value_of(one) for key, one in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: value_of(getattr(value, name)) for name in _names(type(value))}
    return [value_of(one) for one in value]


_NAMES: dict[type, tuple[str, ...]] = {}


def _names(kind: type) -> tuple[str, ...]:
    """Fields and properties of a dataclass, in the order in which they are written."""
    if kind not in _NAMES:
        properties = tuple(name for name, one in vars(kind).items() if isinstance(one, property))
        _NAMES[kind] = tuple(field.name for field in dataclasses.fields(kind)) + properties
    return _NAMES[kind]
