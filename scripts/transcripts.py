"""Runs the console examples of the documentation and compares, or renews, their output.

    python scripts/transcripts.py --write          renew the output in all pages (`make transcripts`)

A fenced block marked `console` holds lines `$ command` and below each its output. The commands of a page run one after the
other with bash in one new folder that holds a copy of `examples/` (and of the repository's own pmtrack.toml), with
`pmtrack` in the path, an empty environment and a fixed width. In the expected output `...` alone on a line stands for any
lines, and within a line for any text. Blocks of a page with `<!-- not run -->` on the line above are left alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/tutorial.md")
WIDTH = 110
# `make` belongs into a checkout and not into an example's folder; this is what the target runs there.
ALIASES = {"make demo": "pmtrack sync examples/"}
NOT_RUN = ("make test", "git clone", "cd pmtrack", "pip install", "pipx install", "uv tool", "make ")

_BLOCK = re.compile(r"(?P<mark><!-- not run -->\n)?```console\n(?P<body>.*?)```\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One command of an example with its expected output."""

    command: str
    output: str


def steps(body: str) -> list[Step]:
    """The commands of a console block."""
    found: list[Step] = []
    for line in body.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Step(line[2:].rstrip("\n"), ""))
        elif found:
            found[-1] = replace(found[-1], output=found[-1].output + line)
    return found


def blocks(text: str) -> Iterator[re.Match[str]]:
    """The console blocks of a page that are run."""
    return (match for match in _BLOCK.finditer(text) if not match["mark"])


def is_run(command: str) -> bool:
    """Whether an example's command is run at all."""
    return command in ALIASES or not command.startswith(NOT_RUN)


def run(command: str, folder: Path, home: Path) -> str:
    """The output of a command, standard output and error in the order in which they came."""
    binaries = Path(sys.executable).parent
    env = {
        "HOME": str(home),
        "PATH": f"{binaries}{os.pathsep}{os.defpath}",
        "COLUMNS": str(WIDTH),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
    }
    done = subprocess.run(
        ["bash", "-c", ALIASES.get(command, command)],
        cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", timeout=100, check=False,
    )  # fmt: skip
    text = done.stdout.replace(str(folder), "/home/ada/incidents")
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


# What differs from run to run: ids that the local tracker chooses, and the time of day.
_CHANGING = (
    (re.compile(r"\bpm-[a-z0-9]{12}\b"), "pm-x"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "TIME"),
)


def _comparable(text: str) -> str:
    for changing, same in _CHANGING:
        text = changing.sub(same, text)
    return text.strip("\n")


def matches(expected: str, actual: str) -> bool:
    """Whether an output is as expected, `...` standing for anything."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*?") + r"\n"
        for line in _comparable(expected).splitlines()
    )
    lines = "".join(f"{line}\n" for line in _comparable(actual).splitlines())
    return re.fullmatch(pattern, lines) is not None


def prepare(folder: Path) -> Path:
    """The folder in which the examples of one page run."""
    work = folder / "work"
    shutil.copytree(ROOT / "examples", work / "examples")
    shutil.copy(ROOT / "pmtrack.toml", work)
    (folder / "home").mkdir()
    return work


def page_steps(page: Path) -> Iterator[tuple[Step, str]]:
    """Every command of a page that is run, with its actual output."""
    with tempfile.TemporaryDirectory(prefix="pmtrack-docs-") as name:
        work = prepare(Path(name))
        for block in blocks(page.read_text(encoding="utf-8")):
            for step in steps(block["body"]):
                if is_run(step.command):
                    yield step, run(step.command, work, Path(name) / "home")


def renew(page: Path) -> None:
    """Put the actual output into a page; an output with `...` that still matches stays as it is."""
    actual = iter(list(page_steps(page)))

    def block(match: re.Match[str]) -> str:
        if match["mark"]:
            return match[0]
        parts = []
        for step in steps(match["body"]):
            output = step.output
            if is_run(step.command):
                _, now = next(actual)
                output = output if matches(output, now) else now
            parts.append(f"$ {step.command}\n{output}")
        return f"```console\n{''.join(parts)}```\n"

    text = page.read_text(encoding="utf-8")
    page.write_text(_BLOCK.sub(block, text), encoding="utf-8")


def main() -> None:
    """Renew all pages."""
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    for page in PAGES:
        renew(ROOT / page)
        print(page)


if __name__ == "__main__":
    main()
