"""Run the benchmarks and print one Markdown table: `python -m bench [NAME ...] [--write]`."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import pkgutil
import platform
from collections.abc import Sequence
from pathlib import Path

import bench
from bench.figure import Figure

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures:begin -->", "<!-- figures:end -->"


def subjects() -> list[str]:
    """Names of the modules that measure something."""
    names = (
        module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")
    )
    return sorted(name for name in names if hasattr(importlib.import_module(f"bench.{name}"), "measure"))


def row(name: str, figure: Figure) -> str:
    """One line of the table."""
    sign = "at least" if figure.at_least else "at most"
    target = "" if figure.target is None else f"{sign} {figure.target:g} {figure.unit}"
    met = {True: "yes", False: "**no**", None: ""}[figure.met]
    return f"| {name} | {figure.subject} | {figure.value:.3g} {figure.unit} | {target} | {met} | {figure.yardstick} |"


def table(names: list[str], kept: Sequence[str] = ()) -> str:
    """The whole table, with date and machine above it.

    Args:
        names: What to measure now.
        kept: Lines of an earlier table; those of subjects that are not measured now stay as they are.
    """
    rows = earlier(kept, names)
    for name in names:
        for figure in importlib.import_module(f"bench.{name}").measure():
            rows.setdefault(name, []).append(row(name, figure))
            print(rows[name][-1], flush=True)
    head = [
        (
            f"Last measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}, {platform.system()}."
        ),
        "",
        "| bench | subject | measured | target | met | yardstick |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(line for lines in rows.values() for line in lines)]) + "\n"


def earlier(lines: Sequence[str], names: Sequence[str]) -> dict[str, list[str]]:
    """The rows of an earlier table by subject, in its order; a subject that is measured again keeps only its place."""
    rows: dict[str, list[str]] = {}
    existing = subjects()
    for line in lines:
        name = line.strip("| ").split(" |")[0]
        if line.startswith("| ") and name in existing:
            rows.setdefault(name, []).extend([] if name in names else [line])
    return rows


def main() -> None:
    """Measure, print, and with `--write` keep the table in docs/performance.md."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", help=f"which ones; all by default: {', '.join(subjects())}")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/performance.md")
    options = parser.parse_args()
    # An installed pmtrack has its byte code; without it every start would be measured with a compilation.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN, 1)
    known, after = rest.split(END, 1)
    text = table(options.names or subjects(), known.splitlines())
    if options.write:
        PAGE.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
