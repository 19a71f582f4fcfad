"""What the documentation tells people to write: configurations that load, workflows that are YAML, commands and options that exist."""

from __future__ import annotations

import re
import shlex
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
import yaml

from scripts.reference import tracker_tables
from tracker import config
from tracker.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>\w+)\n(?P<body>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
# What a snippet about one key of a tracker leaves out.
REQUIRED = {
    "github": {"repository": "acme/incidents"},
    "jira": {"url": "https://acme.atlassian.net", "project": "OPS"},
}


@dataclass(frozen=True)
class Snippet:
    """A fenced block; `place` names it in a test's id."""

    kind: str
    body: str
    place: str


def snippets(*kinds: str) -> Iterator[object]:
    """The blocks of these kinds in all pages."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            if match["kind"] in kinds:
                line = text.count("\n", 0, match.start()) + 1
                place = f"{page.relative_to(ROOT)}:{line}"
                yield pytest.param(Snippet(match["kind"], textwrap.dedent(match["body"]), place), id=place)


@pytest.mark.parametrize("snippet", list(snippets("toml")))
def test_a_configuration_in_the_documentation_can_be_loaded(snippet: Snippet, tmp_path: Path) -> None:
    if "project" in tomllib.loads(snippet.body):
        return  # a pyproject.toml of somebody's package
    (tmp_path / "pmtrack.toml").write_text(snippet.body, encoding="utf-8")
    settings = config.load(tmp_path, {})
    for tracker in settings.trackers.values():
        table = tracker_tables().get(f'[trackers.NAME], type = "{tracker.type}"')
        if table is not None:
            table.model_validate(REQUIRED.get(tracker.type, {}) | dict(tracker.options))


@pytest.mark.parametrize("snippet", list(snippets("yaml")))
def test_a_workflow_in_the_documentation_is_yaml(snippet: Snippet) -> None:
    assert isinstance(yaml.safe_load(snippet.body), (dict, list))


def commands(snippet: Snippet) -> Iterator[list[str]]:
    """The words after `pmtrack` in each command of a block, up to where the shell takes over."""
    lines = re.sub(r"\\\n\s*", " ", snippet.body).splitlines()
    prompts = (line.partition("$ ")[2] for line in lines if re.match(r"[\w-]*\$ ", line))
    for line in prompts if snippet.kind == "console" else lines:
        for part in re.split(r"\s*(?:&&|\|\||[|;<>]|2>)\s*", line):
            found = re.search(r"(?:^|[\s/])pmtrack (?P<rest>.*)", part)
            if found and not part.lstrip().startswith(("#", "pip", "pipx", "uv", "git", "-")):
                yield shlex.split(found["rest"], comments=True)


def unknown_in(words: list[str]) -> str | None:
    """The first command or option that pmtrack does not have."""
    here: click.Command = cli
    context = click.Context(cli)
    known = {name for option in cli.params for name in option.opts}
    for word in words:
        if word.startswith("-") and word != "-":
            name = word.partition("=")[0]
            if name not in known and not re.fullmatch(r"-[vq]+", name):
                return name
        elif isinstance(here, click.Group) and word[:1].isalpha():
            below = here.get_command(context, word)
            if below is None:
                return word
            here = below
            known |= {name for option in here.params for name in (*option.opts, *option.secondary_opts)}
    return None


@pytest.mark.parametrize("snippet", list(snippets("console", "bash", "sh")))
def test_a_command_in_the_documentation_exists_with_its_options(snippet: Snippet) -> None:
    for words in commands(snippet):
        assert unknown_in(words) is None, f"pmtrack {shlex.join(words)}"


def test_a_command_or_option_that_does_not_exist_is_found() -> None:
    assert unknown_in(["sync", "--write-back", "docs"]) is None
    assert unknown_in(["sync", "--overwrite"]) == "--overwrite"
    assert unknown_in(["snyc"]) == "snyc"
    assert unknown_in(["state", "move", "--from", "a"]) is None
    assert list(commands(Snippet("console", "$ cd x && pmtrack audit -q | head\n", ""))) == [["audit", "-q"]]
