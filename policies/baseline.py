"""The baseline: what stood when the rules were adopted, as text of a JSON file and back. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from policies.notices import NOTICES
from tracker.errors import UserError
from tracker.findings import fingerprints, in_order
from tracker.models import Finding

VERSION = 1


def write_baseline(findings: Sequence[Finding]) -> str:
    """The file for these findings; notices of the engine itself are never accepted silently."""
    ordered = in_order(one for one in findings if one.code not in NOTICES)
    entries = {
        name: {"code": one.code, "path": one.path, "item": one.item}
        for one, name in zip(ordered, fingerprints(ordered), strict=True)
    }
    return json.dumps({"version": VERSION, "findings": entries}, indent=1, ensure_ascii=False) + "\n"


def read_baseline(text: str, source: str) -> frozenset[str]:
    """The fingerprints of the file.

    Raises:
        UserError: it is no baseline, or one of a newer pmtrack.
    """
    hint = "Write it anew with `pmtrack check --write-baseline`."
    try:
        table = json.loads(text)
        version, entries = table["version"], frozenset(table["findings"])
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(f"{source} is no baseline of pmtrack", hint=hint) from error
    if version != VERSION:
        raise UserError(f"{source} has version {version}, this pmtrack knows {VERSION}", hint=hint)
    return entries
