"""The `pmtrack.toml` that `pmtrack init` proposes, as text with comments; pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator

from tracker.cli.survey import Surroundings
from tracker.values import dataclass

TRACKERS = ("local", "github", "jira", "beads")
_MOST_OWNERS = 12


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person chose, or None where it was left to the proposal."""

    tracker: str
    documents: tuple[str, ...]
    repository: str | None = None
    url: str | None = None
    project: str | None = None


def likely_tracker(around: Surroundings) -> str:
    """The tracker that these surroundings speak for."""
    if around.beads:
        return "beads"
    if around.jira_url or "JIRA_TOKEN" in around.variables or "JIRA_API_TOKEN" in around.variables:
        return "jira"
    return "github" if around.repository else "local"


def missing(choices: Choices) -> tuple[str, str] | None:
    """The option that this tracker needs and nobody gave, with the question for it; None if all is there."""
    if choices.tracker == "github" and not choices.repository:
        return "repository", "GitHub repository for the issues (owner/name)"
    if choices.tracker == "jira" and not choices.url:
        return "url", "Address of Jira (https://acme.atlassian.net)"
    if choices.tracker == "jira" and not choices.project:
        return "project", "Key of the Jira project for the issues (OPS)"
    return None


def propose(choices: Choices, around: Surroundings) -> str:
    """The text of the configuration file."""
    lines = [
        "# Configuration of pmtrack. Every key can also be set as PMTRACK_... in the environment.",
        "# `pmtrack doctor` says what is still missing, `pmtrack plan` what a sync would do.",
        "",
        *_documents(choices, around),
        "",
        "# Where items, links and history are kept. Several machines share one state with a PostgreSQL URL.",
        '# state = "sqlite:///.pmtrack/state.db"',
        "",
        f'default_tracker = "{choices.tracker}"',
        "",
        *_TABLES[choices.tracker](choices, around),
        "",
        *_people(choices, around),
        "# Who wins when both sides changed a field: document, tracker, or manual.",
        "# [merge]",
        '# due = "document"',
        '# status = "tracker"',
        "",
        "# Above these numbers of writes in one run pmtrack asks first, or wants --yes.",
        "# [limits]",
        "# creates = 20",
        "# updates = 40",
    ]
    return "\n".join(lines) + "\n"


def _documents(choices: Choices, around: Surroundings) -> Iterator[str]:
    found = sum(around.globs.values())
    if found:
        yield f"# {found} documents look like post-mortems" + (
            f"; those that were read hold {around.items} action items." if around.items else "."
        )
    else:
        yield "# No document looked like a post-mortem: put the folder in here."
    yield f"documents = {json.dumps(list(choices.documents), ensure_ascii=False)}"


def _local(_choices: Choices, _around: Surroundings) -> Iterator[str]:
    yield "# Issues in one file that git can keep; the format is that of `bd export`."
    yield "[trackers.local]"
    yield 'path = ".pmtrack/issues.jsonl"'


def _github(choices: Choices, around: Surroundings) -> Iterator[str]:
    yield "[trackers.github]"
    yield f"repository = {_text(choices.repository)}"
    if around.api_url:
        yield f"api_url = {_text(around.api_url)}"
    token = "GH_TOKEN" if around.variables & {"GH_TOKEN", "GITHUB_TOKEN"} == {"GH_TOKEN"} else "GITHUB_TOKEN"
    yield "# The variable that holds the token; it needs write access to issues."
    yield f'token_env = "{token}"'


def _jira(choices: Choices, around: Surroundings) -> Iterator[str]:
    yield "[trackers.jira]"
    yield f"url = {_text(choices.url)}"
    yield f"project = {_text(choices.project)}"
    yield '# issue_type = "Task"'
    token = "JIRA_API_TOKEN" if "JIRA_API_TOKEN" in around.variables else "JIRA_TOKEN"
    if (choices.url or "").rstrip("/").endswith(".atlassian.net") or "JIRA_EMAIL" in around.variables:
        yield "# Variables that hold the account's e-mail and its API token."
        yield 'email_env = "JIRA_EMAIL"'
    else:
        yield "# The variable that holds the personal access token (Data Center); Jira Cloud wants JIRA_EMAIL beside the API token."
    yield f'token_env = "{token}"'


def _beads(_choices: Choices, _around: Surroundings) -> Iterator[str]:
    yield "# Where `bd` runs: the folder that holds .beads."
    yield "[trackers.beads]"
    yield 'directory = "."'


_TABLES = {"local": _local, "github": _github, "jira": _jira, "beads": _beads}


def _people(choices: Choices, around: Surroundings) -> Iterator[str]:
    if not around.owners:
        return
    yield "# Who is who: the names that documents use, and the account in the tracker. Found as owners:"
    spellings: dict[str, list[str]] = {}
    for name in around.owners[:_MOST_OWNERS]:
        spellings.setdefault(_key(name), []).append(name)
    for key, names in spellings.items():
        yield f"# [people.{key}]"
        yield f"# names = [{', '.join(map(_text, names))}]"
        if choices.tracker in ("github", "jira"):
            yield f'# {choices.tracker} = ""'
    yield ""


def _key(name: str) -> str:
    """A bare TOML key for a person; letters with marks as their base letters ("Jörg Müller": `jorg-muller`)."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "person"


def _text(value: str | None) -> str:
    """A TOML string; JSON's escapes are valid in it, and DEL has to be escaped as well."""
    return json.dumps(value or "", ensure_ascii=False).replace("\x7f", "\\u007f")
