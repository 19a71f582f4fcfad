"""Writes the generated pages of the documentation; `tests/unit/test_reference.py` fails where one is not up to date.

python scripts/reference.py           write them (`make reference`)
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

WIDTH = 100


def commands() -> str:
    """Every command with its help, as the terminal shows it."""
    import click

    from tracker.cli.main import COMMANDS, cli

    def texts() -> Iterator[str]:
        settings = {**cli.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
        top = click.Context(cli, info_name="pmtrack", **settings)
        yield _section("pmtrack", cli.get_help(top))
        for name in COMMANDS:
            command = cli.get_command(top, name)
            if command is not None:
                yield from _pages(command, name, top)

    head = "# Commands\n\nGenerated from the commands by `make reference`; do not edit.\n\n"
    return head + "\n".join(texts())


def _pages(command: object, name: str, parent: object) -> Iterator[str]:
    import click

    assert isinstance(command, click.Command)
    assert isinstance(parent, click.Context)
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH
    )
    yield _section(context.command_path, command.get_help(context))
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            inner = command.get_command(context, below)
            if inner is not None:
                yield from _pages(inner, below, context)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n```text\n{text.rstrip()}\n```\n"


def configuration() -> str:
    """Every key of the configuration with its type, default and meaning."""
    from tracker import config_model as model

    tables: Mapping[str, type[BaseModel]] = {
        "Top level": model.Table,
        "[[routes]]": model.RouteTable,
        "[people.KEY]": model.PersonTable,
        "[merge]": model.MergeTable,
        "[limits]": model.LimitsTable,
    }
    head = (
        "# Configuration keys\n\nGenerated from the models that validate them by `make reference`; do not edit. How the file is "
        "found and what stands where is told in [Configuration](../configuration.md).\n"
    )
    return head + "".join(
        f"\n## {title}\n\n{_keys(table)}" for title, table in {**tables, **tracker_tables()}.items()
    )


def tracker_tables() -> Mapping[str, type[BaseModel]]:
    """The options of each adapter, and of the tables within them."""
    from adapters.beads.config import BeadsOptions
    from adapters.github.config import AppOptions, GitHubOptions, LabelOptions, ProjectOptions
    from adapters.jira.config import JiraOptions, Resolutions
    from adapters.local.config import LocalOptions

    return {
        '[trackers.NAME], type = "local"': LocalOptions,
        '[trackers.NAME], type = "github"': GitHubOptions,
        "[trackers.NAME.app] (GitHub)": AppOptions,
        "[trackers.NAME.labels] (GitHub)": LabelOptions,
        "[trackers.NAME.project] (GitHub)": ProjectOptions,
        '[trackers.NAME], type = "jira"': JiraOptions,
        "[trackers.NAME.resolutions] (Jira)": Resolutions,
        '[trackers.NAME], type = "beads"': BeadsOptions,
    }


def _keys(table: type[BaseModel]) -> str:
    doc, told = _documented(table)
    doc = "" if table.__name__ == "Table" else f"{doc}\n\n"
    rows = [
        f"| `{name}` | {_type(info)} | {_default(info)} | {info.description or told[name]} |"
        for name, info in table.model_fields.items()
    ]
    return f"{doc}| key | type | default | meaning |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def _documented(table: type[BaseModel]) -> tuple[str, Mapping[str, str]]:
    """What the docstring says of the table and, under "Attributes:", of each key."""
    text, _, attributes = inspect.getdoc(table).partition("\nAttributes:\n")  # type: ignore[union-attr]
    entries = re.findall(r"^    (\w+): (.+(?:\n     .+)*)", attributes, re.MULTILINE)
    return " ".join(text.split()), {name: " ".join(told.split()) for name, told in entries}


def _type(info: FieldInfo) -> str:
    text = str(info.annotation).replace("typing.", "")
    if "Literal" in text:
        choices = re.findall(r"'([\w-]+)'", text)
        return ", ".join(f"`{each}`" for each in choices)
    words = {
        "RouteTable": "list of tables",
        "Table": "table",
        "Options": "table",
        "Resolutions": "table",
        "dict": "table",
        "tuple[str, ...]": "list of text",
        "bool": "true or false",
        "int": "number",
        "float": "number",
    }
    return next((word for sign, word in words.items() if sign in text), "text")


def _default(info: FieldInfo) -> str:
    from pydantic import BaseModel

    if info.is_required():
        return "required"
    value = info.default
    if value is None or value == () or isinstance(value, BaseModel) or info.default_factory is not None:
        return ""
    return f"`{_toml(value)}`" if value != "" else "empty"


def _toml(value: object) -> str:
    """A default as it would be written in the configuration, texts without their quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def pages() -> Iterator[tuple[str, str]]:
    """Path below docs/ and text of every generated page."""
    yield "reference/commands.md", commands()
    yield "reference/configuration.md", configuration()
    yield from rules()
    yield from schemas()


def schemas() -> Iterator[tuple[str, str]]:
    """A JSON Schema for each JSON contract."""
    import json

    from tracker.cli.contracts import CONTRACTS, schema

    for name in CONTRACTS:
        text = json.dumps(schema(name), indent=2, sort_keys=True)
        yield f"reference/schemas/{name}.json", text + "\n"


def rules() -> Iterator[tuple[str, str]]:
    """The catalogue of the policy rules and a page for each."""
    from policies.documentation import catalogue, page
    from policies.registry import BUILTIN, load_rule

    built_in = [load_rule(code) for code in BUILTIN]
    yield "rules/index.md", catalogue(built_in)
    for rule in built_in:
        yield f"rules/{rule.code}.md", page(rule)


def main() -> None:
    """Write the pages."""
    os.environ.pop("COLUMNS", None)
    for path, text in pages():
        target = ROOT / "docs" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"docs/{path}")


if __name__ == "__main__":
    main()
