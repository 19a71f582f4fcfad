"""The exit codes stand in the documentation as they are in the code."""

from __future__ import annotations

import re
from pathlib import Path

from tracker.errors import ExitCode


def test_every_exit_code_is_documented_and_no_other(repository: Path) -> None:
    page = (repository / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    rows = {name: int(code) for code, name in re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", page, re.MULTILINE)}
    assert rows == {code.name: code.value for code in ExitCode}
