"""Known vulnerabilities in the locked requirements (`make audit-dependencies`).

Asks pip-audit, whose advisories come from the JSON of the package index. Leaves with 1 where an advisory concerns a locked version,
and with 2 where the advisories could not be read: a silent source is not taken for a clean one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SETS = ("runtime", "test", "lint", "docs", "package", "build")


def findings(dependencies: list[dict[str, Any]]) -> Iterator[str]:
    """A line for each advisory that concerns a locked version."""
    for each in dependencies:
        for one in each.get("vulns", []):
            mended = ", ".join(one["fix_versions"]) or "no version"
            yield f"{each['name']} {each['version']}: {one['id']}, mended in {mended}"


def unread(dependencies: list[dict[str, Any]]) -> list[str]:
    """The dependencies of which the source said nothing."""
    return [each["name"] for each in dependencies if each.get("skip_reason")]


def audit(name: str) -> tuple[list[dict[str, Any]], str]:
    """What pip-audit says of one set of requirements, and why it says nothing where it fails."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner=off",
    ]
    done = subprocess.run(
        [*command, "--format=json", "-r", str(ROOT / "requirements" / f"{name}.txt")],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [], (done.stderr.strip().splitlines() or ["no answer"])[-1][:300]
    return found, ""


def main() -> int:
    """Audit every set; say what was found, and what could not be asked."""
    dependencies: dict[tuple[str, str], dict[str, Any]] = {}
    for name in SETS:
        found, trouble = audit(name)
        if trouble:
            print(f"The advisories could not be read, so nothing is proved: {trouble}", file=sys.stderr)
            return 2
        dependencies |= {(each["name"], each.get("version", "")): each for each in found}
    known = list(dependencies.values())
    if told := list(findings(known)):
        print("\n".join(told))
        return 1
    if silent := unread(known):
        print(f"The source of advisories does not know {len(silent)} of {len(known)} locked versions, so nothing is "
              f"proved of them: {', '.join(silent[:5])} ...", file=sys.stderr)  # fmt: skip
        return 2
    print(f"{len(known)} locked versions, no advisory concerns one of them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
