"""Run the benchmarks and print one Markdown table: `python -m bench [NAME ...] [--write]`."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import pkgutil
import platform
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


def table(names: list[str]) -> str:
    """The whole table, with date and machine above it."""
    lines = [
        (
            f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}, {platform.system()}."
        ),
        "",
        "| bench | subject | measured | target | met | yardstick |",
        "|---|---|---|---|---|---|",
    ]
    for name in names:
        for figure in importlib.import_module(f"bench.{name}").measure():
            lines.append(row(name, figure))
            print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and with `--write` keep the table in docs/performance.md."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", help=f"which ones; all by default: {', '.join(subjects())}")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/performance.md")
    options = parser.parse_args()
    # An installed pmtrack has its byte code; without it every start would be measured with a compilation.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    text = table(options.names or subjects())
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN, 1)
        PAGE.write_text(f"{before}{BEGIN}\n{text}{END}{rest.split(END, 1)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
